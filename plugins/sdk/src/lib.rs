//! Write template packs for `scaffold` in Rust.
//!
//! A pack is a pure function from answers and facts to contributions: files, fragments that are merged, lines, fills
//! of slots. It names templates, which the host renders; it never opens a file. This crate is a thin layer over the
//! contract's generated bindings, and adds what makes a pack read like a list of what it contributes:
//!
//! ```
//! use scaffold_pack::{Context, Diagnostic, Manifest, Output, Pack, Taken, Templates, template};
//! use serde::{Deserialize, Serialize};
//!
//! static TEMPLATES: Templates = scaffold_pack::templates!();
//!
//! #[derive(Deserialize, Serialize)]
//! struct Answers {
//!     greeting: String,
//! }
//!
//! struct Greeter;
//!
//! impl Pack for Greeter {
//!     fn manifest() -> Manifest {
//!         Manifest::new("greeter", "0.1.0")
//!             .summary("A script that greets")
//!             .questions(r#"{ "properties": { "greeting": { "type": "string", "default": "hello" } } }"#)
//!     }
//!
//!     fn render(context: &Context, _: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
//!         let answers: Answers = context.answers()?;
//!         Ok(Output::new(&TEMPLATES)
//!             .file("greet.py", template("greet.py.j2", &answers).executable())
//!             .lines(".gitignore", ["__pycache__/"])
//!             .step("Greet", ["./greet.py"]))
//!     }
//! }
//!
//! scaffold_pack::export!(Greeter);
//!
//! // In a unit test:
//! use scaffold_pack::test;
//! let context = test::context(serde_json::json!({ "greeting": "hi" }));
//! let tree = test::render::<Greeter>(&context, &[]).expect("the answers are good");
//! assert_eq!(tree.paths(), [".gitignore", "greet.py"]);
//! assert_eq!(tree.values("greet.py")["greeting"], "hi");
//! ```
//!
//! # Templates
//!
//! [`templates!`] embeds the folder `templates/` beside the pack's `Cargo.toml`. Only those that a contribution names
//! are handed to the host, and with them those that others may include or import: files whose name starts with one
//! underscore (`_macros.j2`; `__init__.py.j2` has two and is an ordinary one). Where Jinja's marks collide with what
//! the file itself uses, as in GitHub's workflows, [`Output::syntax`] gives a folder other ones.
//!
//! # Building
//!
//! `cargo xtask build` in the host's repository, or `cargo build --release --target wasm32-unknown-unknown` and
//! `scaffold pack build`, which makes a component of the module. The crate compiles natively too, so a pack's logic is tested by plain `cargo test`
//! with the kit in [`test`](mod@test); only the host's own functions ([`jinja`], [`log`]) are not there then.

#[doc(hidden)]
pub mod bindings;
mod context;
mod diagnostic;
#[doc(hidden)]
pub mod glue;
mod host;
mod manifest;
mod output;
mod share;
mod templates;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;

pub use bindings::scaffold::pack::types::{
    Capability, Cardinality, Content, Context, Dependency, Diagnostic, File, ListPolicy, ListRule, Manifest, Merge,
    Offer, Opening, Ownership, Phase, Planned, Project, Rendering, Requirement, Severity, Step, Syntax, Taken, Text,
};
pub use context::{by_capability, offered};
pub use host::{jinja, log};
#[doc(hidden)]
pub use include_dir;
pub use output::Output;
pub use share::{bytes, literal, template};
pub use templates::{BRACKETS, Marks, Templates};

/// A template pack.
///
/// Every function is pure: the same arguments give the same result, on every machine.
pub trait Pack {
    /// What the pack says of itself. Called once, when the pack is built.
    fn manifest() -> Manifest;

    /// First phase: checks the answers beyond their schema, and makes the facts for other packs.
    ///
    /// # Errors
    /// What is wrong with the answers or with the facts taken, for the user to read.
    fn plan(_context: &Context, _taken: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        Ok(Planned::new())
    }

    /// Second phase: makes the contributions, with the facts that other packs offer.
    ///
    /// # Errors
    /// As in [`Pack::plan`].
    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>>;
}

/// Exports a [`Pack`] from its component: once in a crate, at its root. Natively it exports nothing.
#[macro_export]
macro_rules! export {
    ($pack:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::glue::Exported<$pack>;
    $crate::bindings::export_bindings!(Exported with_types_in $crate::bindings);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            const fn is_pack<P: $crate::Pack>() {}
            is_pack::<$pack>();
        };
    };
}

/// Embeds the folder `templates/` beside the crate's `Cargo.toml`.
#[macro_export]
macro_rules! templates {
    () => {{
        use $crate::include_dir;
        include_dir::include_dir!("$CARGO_MANIFEST_DIR/templates")
    }};
}

/// A [`Manifest`] with name, version, summary and licence from the crate's `Cargo.toml`.
#[macro_export]
macro_rules! manifest {
    () => {
        $crate::Manifest::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .summary(env!("CARGO_PKG_DESCRIPTION"))
            .license(env!("CARGO_PKG_LICENSE"))
    };
}
