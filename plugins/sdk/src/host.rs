//! The functions that the host lends to packs.

/// Jinja for short things that decide what is returned: a path, a condition, a computed value.
///
/// What goes into a file is better named as a [`template`](crate::template). Natively both functions fail: the
/// expressions are the host's.
pub mod jinja {
    use serde::Serialize;

    use crate::Diagnostic;
    #[cfg(target_arch = "wasm32")]
    use crate::bindings::scaffold::pack::jinja as imported;

    /// The value of an expression such as `messaging and resources | length > 1`, as JSON.
    ///
    /// # Errors
    /// One diagnostic with the host's reason.
    pub fn evaluate(expression: &str, values: &impl Serialize) -> Result<String, Vec<Diagnostic>> {
        call(imported::evaluate, expression, &crate::context::to_json(values))
    }

    /// A short template such as `app/{{ resource | snake }}.py`.
    ///
    /// # Errors
    /// One diagnostic with the host's reason.
    pub fn interpolate(template: &str, values: &impl Serialize) -> Result<String, Vec<Diagnostic>> {
        call(imported::interpolate, template, &crate::context::to_json(values))
    }

    fn call(
        function: fn(&str, &str) -> Result<String, imported::Failure>,
        source: &str,
        values: &str,
    ) -> Result<String, Vec<Diagnostic>> {
        function(source, values).map_err(|failure| vec![Diagnostic::error(format!("`{source}`: {}", failure.message))])
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod imported {
        pub use crate::bindings::scaffold::pack::jinja::Failure;

        pub fn evaluate(_: &str, _: &str) -> Result<String, Failure> {
            Err(Failure { message: "only the host evaluates Jinja".to_owned(), line: None })
        }

        pub use evaluate as interpolate;
    }
}

/// Messages for the pack's author, shown with `--verbose`. Natively they go nowhere.
pub mod log {
    #[cfg(target_arch = "wasm32")]
    use crate::bindings::scaffold::pack::log::{Level, write};

    /// What only the author wants to see.
    pub fn debug(message: &str) {
        #[cfg(target_arch = "wasm32")]
        write(Level::Debug, message);
        #[cfg(not(target_arch = "wasm32"))]
        let _ = message;
    }

    /// What the pack did.
    pub fn info(message: &str) {
        #[cfg(target_arch = "wasm32")]
        write(Level::Info, message);
        #[cfg(not(target_arch = "wasm32"))]
        let _ = message;
    }
}
