//! Write template packs for `scaffold` in Rust.
//!
//! A pack is a pure function from answers and facts to contributions: files, fragments that are merged, lines, fills
//! of slots. It names templates, which the host renders; it never opens a file. This crate is a thin layer over the
//! contract's generated bindings, and adds what makes a pack read like a list of what it contributes:
//!
//! ```
//! use scaffold_pack::{Context, Diagnostic, Manifest, Output, Pack, Taken, template};
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
//!         let values = context.values();
//!         Ok(Output::new()
//!             .file("greet.py", template!("greet.py.j2", &values).executable())
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
//! assert_eq!(tree.text("greet.py"), "#!/usr/bin/env python3\nprint(\"hi\")\n");
//! ```
//!
//! # Questions
//!
//! [`Questions`] is derived from the struct that reads the answers: fields are questions, doc comments what is asked, and
//! [`Manifest::asks`] hands the schema over. [`questions`] says what can be written. A schema that was written by hand goes
//! to [`Manifest::questions`].
//!
//! # Templates
//!
//! [`template!`] embeds a file of the folder `templates/` beside the pack's `Cargo.toml`, so a template that is named
//! but not there is a compiler's error, and the host is handed those that contributions name and no others. What they
//! include or import is added by [`Output::shares`]. [`templates!`] embeds all of a folder, [`files!`] a folder whose files
//! are no templates. Where Jinja's marks collide with what the file itself uses, as in
//! GitHub's workflows, [`Text::marks`] chooses others.
//!
//! # Deciding
//!
//! What depends on the answers is decided by the pack. With the feature `serde`, [`Context::answers`] reads them into a
//! type of the pack's own; without it, [`jinja::holds`] and [`jinja::interpolate`] ask the host, in the language of
//! the templates, and a pack stays some 20 KB smaller.
//!
//! # Folders
//!
//! A pack's paths are relative to the folder of its own instance; the host puts that before them. Where the instances
//! stand whose facts it takes is told by [`layout::folder`].
//!
//! # Versions
//!
//! A pack whose questions changed carries the old answers over: see [`migration`].
//!
//! # Building
//!
//! A pack is a crate of the type `cdylib` and no other, compiled for `wasm32-unknown-unknown`; `scaffold pack build`
//! makes a component of it. (Beside an `rlib` the compiler optimises each crate for itself, and a pack becomes twice as
//! large.) It compiles natively too, so its logic is tested by plain `cargo test` with the kit in
//! [`test`](mod@test).
//!
//! With the feature `bare` a pack does without the standard library, which keeps the text of every panic out of it:
//! it starts with `#![no_std]` and imports [`prelude`].
//!
//! Memory is never freed: the host makes an instance for each call and throws it away. A pack that allocates more than
//! the host lets it have, or that brings an allocator of its own, takes this crate without the feature `leak`.
#![no_std]

extern crate alloc;
// What macros write names the crate, in its own tests too.
#[cfg(all(test, feature = "derive"))]
extern crate self as scaffold_pack;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

mod assets;
#[cfg(all(target_arch = "wasm32", feature = "bare"))]
mod bare;
#[doc(hidden)]
pub mod bindings;
mod context;
mod diagnostic;
#[doc(hidden)]
pub mod glue;
#[cfg(all(target_arch = "wasm32", feature = "leak"))]
mod heap;
pub mod jinja;
pub mod layout;
pub mod log;
mod manifest;
pub mod migration;
mod object;
mod output;
#[cfg(feature = "derive")]
pub mod questions;
mod share;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;

use prelude::*;

pub use assets::{Asset, Contents};
pub use bindings::scaffold::pack::types::{
    Capability, Cardinality, Context, Dependency, Diagnostic, ListPolicy, Manifest, Offer, Opening, Phase, Planned,
    Project, Requirement, Severity, Taken,
};
pub use context::{by_capability, offered};
pub use object::Object;
pub use output::Output;
#[cfg(feature = "derive")]
pub use questions::Questions;
#[cfg(feature = "derive")]
pub use scaffold_pack_derive::{files, templates};
pub use share::{BRACKETS, File, Marks, Merge, Template, Text, bytes, literal};

/// What the standard library's prelude has of `alloc`, for packs without it.
pub mod prelude {
    pub use alloc::borrow::ToOwned;
    pub use alloc::boxed::Box;
    pub use alloc::string::{String, ToString};
    pub use alloc::vec::Vec;
    pub use alloc::{format, vec};
}

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
///
/// `export!(Greeter with migration)` exports what it says in [`Migrate`](migration::Migrate) too.
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
    ($pack:ident with migration) => {
        $crate::export!($pack);
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::glue::Exported<$pack>;
    $crate::bindings::migrating::export_migration!(Exported with_types_in $crate::bindings::migrating);
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            const fn migrates<P: $crate::migration::Migrate>() {}
            migrates::<$pack>();
        };
    };
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

/// The [`Template`] of this name in the crate's folder `templates/`.
#[macro_export]
macro_rules! source {
    ($name:literal) => {
        $crate::Template { name: $name, text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name)) }
    };
}

/// Several templates of the folder `templates/`, as [`Output::templated`] takes them.
#[macro_export]
macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        [$($crate::source!($name)),*]
    };
}

/// [`Text`] that the host makes of a template of the folder `templates/`, with these values.
#[macro_export]
macro_rules! template {
    ($name:literal, $values:expr $(,)?) => {
        $crate::Text::rendered($crate::source!($name), $values)
    };
}
