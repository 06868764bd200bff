//! Jinja for short things that decide what is returned: a path, a condition, facts.
//!
//! What goes into a file is better named as a [`template!`](crate::template), which the host renders after the pack
//! has returned. Natively a stand-in of the test kit answers.

#[cfg(target_arch = "wasm32")]
use crate::bindings::scaffold::pack::jinja as host;
use crate::bindings::scaffold::pack::jinja::Failure;
use crate::prelude::*;
#[cfg(not(target_arch = "wasm32"))]
use crate::test::jinja as host;
use crate::{Diagnostic, Object};

/// The value of an expression such as `answers.items | length`, as JSON.
///
/// # Errors
/// One diagnostic with the host's reason.
pub fn evaluate(expression: &str, values: &Object) -> Result<String, Vec<Diagnostic>> {
    host::evaluate(expression, values.as_str()).map_err(|failure| explain(expression, &failure))
}

/// Whether an expression such as `answers.auth == 'jwt'` is true: the value itself, not what Jinja takes for true.
///
/// # Errors
/// One diagnostic with the host's reason.
pub fn holds(expression: &str, values: &Object) -> Result<bool, Vec<Diagnostic>> {
    Ok(evaluate(expression, values)? == "true")
}

/// A short template such as `app/{{ resource | snake }}.py`.
///
/// # Errors
/// One diagnostic with the host's reason.
pub fn interpolate(template: &str, values: &Object) -> Result<String, Vec<Diagnostic>> {
    host::interpolate(template, values.as_str()).map_err(|failure| explain(template, &failure))
}

fn explain(source: &str, failure: &Failure) -> Vec<Diagnostic> {
    let mut message = source.to_owned();
    message.push_str(": ");
    message.push_str(&failure.message);
    vec![Diagnostic::error(message)]
}
