//! From a struct or an enum to the constants that are its schema.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Field, Fields, FieldsNamed, Ident, Result, Type, Variant};

use crate::attributes::{About, Said, When};
use crate::docs::Docs;
use crate::literal::{Literal, quoted};
use crate::names::{Case, Serde};

/// The derive.
///
/// # Errors
/// What has no schema, and what is wrong with attributes.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "questions are of one type: parameters have no place here"));
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => questions(input, fields),
            _ => Err(Error::new(input.ident.span(), "questions need names: write a struct with named fields")),
        },
        Data::Enum(data) => options(input, data.variants.iter()),
        Data::Union(_) => Err(Error::new(input.ident.span(), "a union has no questions")),
    }
}

/// A field that is asked for.
struct Question<'a> {
    ident: &'a Ident,
    key: String,
    kind: &'a Type,
    said: Said,
    has_stand_in: bool,
}

fn questions(input: &DeriveInput, fields: &FieldsNamed) -> Result<TokenStream> {
    let container = Serde::of(&input.attrs)?;
    let said = Said::of(&input.attrs)?;
    if said.default.is_some() || said.when.is_some() || said.optional.is_some() {
        return Err(Error::new(input.ident.span(), "all questions together take `schema` and nothing else"));
    }
    let mut asked: Vec<Question<'_>> = Vec::new();
    for field in &fields.named {
        if let Some(question) = question(field, container.rename_all, container.default)? {
            if asked.iter().any(|other| other.key == question.key) {
                return Err(Error::new(question.ident.span(), format!("`{}` is asked twice", question.key)));
            }
            asked.push(question);
        }
    }
    let mut properties = Vec::new();
    let mut required = Vec::new();
    let mut assertions = Vec::new();
    for (place, question) in asked.iter().enumerate() {
        let (key, kind) = (&question.key, question.kind);
        let when = match &question.said.when {
            Some(When::Answers(answers)) => Some(of_answers(answers, &asked[..place], &mut assertions)?),
            Some(When::Schema(schema)) => Some(schema.clone()),
            None => None,
        };
        question.check(&mut assertions);
        let said = members(question.said.members.iter().cloned().chain(when.map(|when| ("x-when".to_owned(), when))));
        let answer = answer(kind);
        properties.push(quote!((#key, ::scaffold_pack::questions::Json::Object(&[&[#(#said),*], #answer::SCHEMA]))));
        let must = match (&question.said.when, question.said.optional) {
            (_, Some(_)) => quote!(false),
            (Some(_), None) => quote!(true),
            (None, None) if question.has_stand_in => quote!(false),
            (None, None) => quote!(#answer::REQUIRED),
        };
        required.push(quote!((#key, #must)));
    }
    let name = &input.ident;
    let fields = asked.iter().map(|question| question.ident);
    let extra = members(said.members.into_iter());
    Ok(quote! {
        // An answer that only templates read is no dead code.
        const _: fn(&#name) = |answers| {
            let _ = (#(&answers.#fields,)*);
        };

        // Each by itself, so that all that fail are told.
        #(const _: () = { #assertions };)*

        impl ::scaffold_pack::questions::Answer for #name {
            const SCHEMA: &'static [::scaffold_pack::questions::Member] = &[
                ("type", ::scaffold_pack::questions::Json::Text("\"object\"")),
                #(#extra,)*
                ("properties", ::scaffold_pack::questions::Json::Object(&[&[#(#properties),*]])),
                ("required", ::scaffold_pack::questions::Json::Required(&[#(#required),*])),
            ];
            const KIND: ::scaffold_pack::questions::Kind = ::scaffold_pack::questions::Kind::Other;
        }

        impl ::scaffold_pack::Questions for #name {
            const QUESTIONS: &'static str = {
                const SCHEMA: ::scaffold_pack::questions::Json =
                    ::scaffold_pack::questions::Json::Object(&[<#name as ::scaffold_pack::questions::Answer>::SCHEMA]);
                const TEXT: [u8; ::scaffold_pack::questions::length(&SCHEMA)] =
                    ::scaffold_pack::questions::write(&SCHEMA);
                ::scaffold_pack::questions::text(&TEXT)
            };
        }
    })
}

/// The question of a field; none where serde never reads it.
fn question(field: &Field, case: Option<Case>, stand_ins: bool) -> Result<Option<Question<'_>>> {
    let Some(ident) = &field.ident else { return Ok(None) };
    let serde = Serde::of(&field.attrs)?;
    let mut said = Said::of(&field.attrs)?;
    if serde.skip {
        return Ok(None);
    }
    let name = ident.unraw().to_string();
    let key = serde.rename.unwrap_or_else(|| case.map_or_else(|| name.clone(), |case| case.field(&name)));
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        let why = format!("`{key}` can't be an answer's key: keys are made of letters, digits, `_` and `-`");
        return Err(Error::new(ident.span(), why));
    }
    let docs = Docs::of(&field.attrs);
    said.fill("description", docs.description);
    said.fill("title", docs.title);
    Ok(Some(Question { ident, key, kind: &field.ty, said, has_stand_in: stand_ins || serde.default }))
}

impl Question<'_> {
    /// What only the compiler can tell, as it alone knows the types.
    fn check(&self, assertions: &mut Vec<TokenStream>) {
        if let Some(default) = &self.said.default {
            assertions.push(fits(self.kind, default, "the default is no value of this field's type"));
        }
        for example in &self.said.examples {
            assertions.push(fits(self.kind, example, "the example is no value of this field's type"));
        }
        let answer = answer(self.kind);
        for (about, name, span) in &self.said.about {
            let about = match about {
                About::Any => continue,
                About::Text => quote!(Text),
                About::Number => quote!(Number),
                About::List => quote!(List),
            };
            let why = format!("`{name}` says nothing of a field of this type");
            assertions.push(quote_spanned! {*span=>
                ::core::assert!(::scaffold_pack::questions::is_about(
                    &#answer::KIND,
                    &::scaffold_pack::questions::About::#about,
                ), #why);
            });
        }
        let may_be_unanswered = self.said.when.is_some() || self.said.optional.is_some();
        if may_be_unanswered && !self.has_stand_in {
            let span = self.said.optional.unwrap_or_else(|| self.kind.span());
            assertions.push(quote_spanned! {span=>
                ::core::assert!(
                    !#answer::REQUIRED,
                    "a question that may go without an answer wants an `Option`, or `#[serde(default)]`"
                );
            });
        }
    }
}

/// What a field's type adds.
fn answer(kind: &Type) -> TokenStream {
    quote_spanned!(kind.span()=> <#kind as ::scaffold_pack::questions::Answer>)
}

fn fits(kind: &Type, literal: &Literal, why: &str) -> TokenStream {
    let (answer, given) = (answer(kind), literal.value.given());
    quote_spanned! {literal.span=>
        ::core::assert!(::scaffold_pack::questions::fits(&#answer::KIND, &#given), #why);
    }
}

/// The schema that holds where questions before were given these answers.
fn of_answers(
    answers: &[(Ident, Literal)],
    before: &[Question<'_>],
    assertions: &mut Vec<TokenStream>,
) -> Result<String> {
    let mut properties = Vec::new();
    let mut required = Vec::new();
    for (name, literal) in answers {
        let Some(other) = before.iter().find(|other| other.ident == name) else {
            return Err(Error::new(name.span(), format!("no question before this one is `{name}`")));
        };
        assertions.push(fits(other.kind, literal, "that question has no such answer"));
        properties.push(format!("{}:{{\"const\":{}}}", quoted(&other.key), literal.value.json()));
        required.push(quoted(&other.key));
    }
    Ok(format!("{{\"properties\":{{{}}},\"required\":[{}]}}", properties.join(","), required.join(",")))
}

fn members(members: impl Iterator<Item = (String, String)>) -> Vec<TokenStream> {
    members.map(|(name, json)| quote!((#name, ::scaffold_pack::questions::Json::Text(#json)))).collect()
}

/// An enum: one of the names of its variants.
fn options<'a>(input: &DeriveInput, variants: impl Iterator<Item = &'a Variant>) -> Result<TokenStream> {
    let container = Serde::of(&input.attrs)?;
    let mut options: Vec<String> = Vec::new();
    let mut described = Vec::new();
    for variant in variants {
        if let Some(attribute) = variant.attrs.iter().chain(&input.attrs).find(|a| a.path().is_ident("question")) {
            return Err(Error::new(attribute.span(), "what is asked stands on the field that is of this type"));
        }
        let serde = Serde::of(&variant.attrs)?;
        if serde.skip {
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new(variant.fields.span(), "an option is a name and nothing else"));
        }
        let name = variant.ident.unraw().to_string();
        let option = serde
            .rename
            .unwrap_or_else(|| container.rename_all.map_or_else(|| name.clone(), |case| case.variant(&name)));
        if options.contains(&option) {
            return Err(Error::new(variant.ident.span(), format!("`{option}` is an option twice")));
        }
        if let Some(said) = Docs::of(&variant.attrs).title {
            let end = if said.ends_with(['.', '!', '?']) { "" } else { "." };
            described.push(format!("{option}: {said}{end}"));
        }
        options.push(option);
    }
    if options.is_empty() {
        return Err(Error::new(Span::call_site(), "there is no option to choose"));
    }
    let name = &input.ident;
    let json = format!("[{}]", options.iter().map(|option| quoted(option)).collect::<Vec<_>>().join(","));
    let description = Some(described.join(" ")).filter(|text| !text.is_empty());
    let description = members(description.map(|text| ("description".to_owned(), quoted(&text))).into_iter());
    Ok(quote! {
        impl ::scaffold_pack::questions::Answer for #name {
            const SCHEMA: &'static [::scaffold_pack::questions::Member] = &[
                #(#description,)*
                ("type", ::scaffold_pack::questions::Json::Text("\"string\"")),
                ("enum", ::scaffold_pack::questions::Json::Text(#json)),
            ];
            const KIND: ::scaffold_pack::questions::Kind =
                ::scaffold_pack::questions::Kind::OneOf(&[#(#options),*]);
        }
    })
}
