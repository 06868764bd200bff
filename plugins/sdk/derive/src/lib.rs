//! The macros of `scaffold-pack`, which exports them and documents their use: the derive of questions, and the folders
//! of templates and files.
//!
//! # Why not `schemars`
//!
//! Its derive makes code that builds a schema while the program runs. In a pack that code, and the JSON library under
//! it, would go to every user for the sake of a text that is read once, when the pack is built. What a question can
//! say besides, `x-when` and `x-default`, would be text in attributes there as well, with nothing to check it. So the
//! text is made here, while the pack is compiled: the macro writes down what it sees as a tree of constants, types add
//! what only they know, and the compiler joins the two. Nothing but the text is left in the pack.
//!
//! What the macro can't see, whether a default is a value of the field's type for one, becomes an assertion that the
//! compiler evaluates, at the span of what was written.

mod attributes;
mod docs;
mod folder;
mod literal;
mod names;
mod questions;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Questions of a struct, or the options of an enum. `scaffold_pack::questions` says what can be written.
#[proc_macro_derive(Questions, attributes(question))]
pub fn questions(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    questions::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Every template below `templates/`, or below a folder of it, as an array of `scaffold_pack::Template`, by name.
///
/// A name is the path below `templates/`, with the folder. A file that is changed or removed is compiled again. Of a
/// new one cargo learns by the pack's build script: `println!("cargo::rerun-if-changed=templates")`.
///
/// Every file is meant, hidden ones too. A link, and a file that is no text, is an error.
#[proc_macro]
pub fn templates(input: TokenStream) -> TokenStream {
    folder::templates(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Every file below a folder of the pack, as an array of `scaffold_pack::Asset`, by path.
///
/// A path is one below the folder, without it. What is no text is taken as bytes; the rest is as with `templates!`.
#[proc_macro]
pub fn files(input: TokenStream) -> TokenStream {
    folder::files(input.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
