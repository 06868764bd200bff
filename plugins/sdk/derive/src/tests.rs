//! What does not compile, and why: the macro's own refusals. Those of the compiler are assertions, which
//! `compile_fail` examples of `scaffold_pack::questions` and the tests of its constants hold to their word.
#![allow(clippy::unwrap_used, reason = "tests")]

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::names::Case;
use crate::questions::derive;

/// The refusal, and the text that it is about.
fn refusal(input: TokenStream) -> (String, String) {
    let input: DeriveInput = syn::parse2(input).unwrap();
    let error = derive(&input).unwrap_err();
    (error.to_string(), error.span().source_text().unwrap_or_default())
}

fn why(input: TokenStream) -> String {
    refusal(input).0
}

#[test]
fn what_contradicts_itself_is_refused() {
    let cases = [
        (quote! { struct A { #[question(default = 80, minimum = 1024)] a: u16 } }, "the default breaks `minimum`"),
        (quote! { struct A { #[question(default = 9, exclusive_maximum = 9)] a: u16 } }, "breaks `exclusiveMaximum`"),
        (quote! { struct A { #[question(default = "", min_length = 1)] a: String } }, "breaks `minLength`"),
        (quote! { struct A { #[question(default = [1, 2], max_items = 1)] a: Vec<u8> } }, "breaks `maxItems`"),
        (quote! { struct A { #[question(default = 1, default = 2)] a: u8 } }, "`default` is said twice"),
        (
            quote! { struct A { #[question(minimum = 1, schema = r#"{"minimum": 2}"#)] a: u8 } },
            "`minimum` is said twice",
        ),
        (quote! { struct A { #[question(schema = "[]")] a: u8 } }, "no JSON object"),
        (quote! { struct A { #[question(schema = "{")] a: u8 } }, "no JSON object: EOF"),
        (quote! { struct A { #[question(min_length = "1")] a: String } }, "`minLength` has a value of another type"),
        (quote! { struct A { #[question(min_length = -1)] a: String } }, "`minLength` has a value of another type"),
        (quote! { struct A { #[question(pattern = 1)] a: String } }, "`pattern` has a value of another type"),
        (quote! { struct A { #[question(examples = 1)] a: u8 } }, "examples are a list"),
        (quote! { struct A { #[question(default = 'a')] a: String } }, "a value is a number, a text"),
        (quote! { struct A { #[question(defualt = 1)] a: u8 } }, "there are `title`, `description`"),
        (quote! { struct A { #[question(when)] a: Option<u8> } }, "say when"),
        (quote! { struct A { #[question(when(b = 1))] a: Option<u8>, b: u8 } }, "no question before this one is `b`"),
        (quote! { struct A { a: u8, #[serde(rename = "a")] b: u8 } }, "`a` is asked twice"),
        (quote! { struct A { #[serde(rename = "a b")] a: u8 } }, "can't be an answer's key"),
        (quote! { struct A { #[serde(flatten)] a: B } }, "serde's `flatten`"),
        (quote! { #[serde(rename_all = "Title Case")] struct A { a: u8 } }, "serde knows no case `Title Case`"),
        (quote! { #[question(default = 1)] struct A { a: u8 } }, "take `schema` and nothing else"),
        (quote! { struct A(u8); }, "questions need names"),
        (quote! { struct A<T> { a: T } }, "parameters have no place here"),
        (quote! { union A { a: u8 } }, "a union has no questions"),
        (quote! { enum A { B(u8) } }, "an option is a name and nothing else"),
        (quote! { enum A { #[question(default = 1)] B } }, "stands on the field"),
        (quote! { enum A { B, #[serde(rename = "B")] C } }, "`B` is an option twice"),
        (quote! { enum A {} }, "no option to choose"),
    ];
    for (input, expected) in cases {
        let said = why(input.clone());
        assert!(said.contains(expected), "{input}: {said}");
    }
}

#[test]
fn a_refusal_points_at_what_is_wrong() {
    let input = "struct A { a: bool, #[question(default = 80, minimum = 1024)] b: u16 }";
    assert_eq!(refusal(input.parse().unwrap()).1, "80");
    let input = "struct A { #[question(when(later = true))] a: Option<u8>, later: bool }";
    assert_eq!(refusal(input.parse().unwrap()).1, "later");
    let input = "struct A { #[question(schema = \"{,}\")] a: u8 }";
    assert_eq!(refusal(input.parse().unwrap()).1, "\"{,}\"");
}

#[test]
fn names_are_as_serde_makes_them() {
    let of_variant = |case: Case| case.variant("VeryTasty");
    let of_field = |case: Case| case.field("very_tasty");
    for (case, variant, field) in [
        (Case::Lower, "verytasty", "verytasty"),
        (Case::Upper, "VERYTASTY", "VERYTASTY"),
        (Case::Pascal, "VeryTasty", "VeryTasty"),
        (Case::Camel, "veryTasty", "veryTasty"),
        (Case::Snake, "very_tasty", "very_tasty"),
        (Case::ScreamingSnake, "VERY_TASTY", "VERY_TASTY"),
        (Case::Kebab, "very-tasty", "very-tasty"),
        (Case::ScreamingKebab, "VERY-TASTY", "VERY-TASTY"),
    ] {
        assert_eq!((of_variant(case).as_str(), of_field(case).as_str()), (variant, field), "{case:?}");
    }
}
