//! Values as they are written in attributes: `8000`, `-1.5`, `"postgres"`, `true`, `["a", "b"]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Lit, Result, Token, bracketed, token};

/// A value, and where it stands.
pub struct Literal {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// A value of one of the kinds that JSON has.
pub enum Value {
    /// `true`
    Boolean(bool),
    /// `8000`
    Integer(i128),
    /// `0.5`
    Number(f64),
    /// `"postgres"`
    Text(String),
    /// `["a", "b"]`
    List(Vec<Literal>),
}

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        if input.peek(token::Bracket) {
            let inside;
            bracketed!(inside in input);
            let elements = inside.parse_terminated(Self::parse, Token![,])?;
            return Ok(Self { value: Value::List(elements.into_iter().collect()), span });
        }
        let minus = input.parse::<Option<Token![-]>>()?.is_some();
        let value = match input.parse::<Lit>()? {
            Lit::Int(number) => {
                let number: i128 = number.base10_parse()?;
                Value::Integer(if minus { -number } else { number })
            }
            Lit::Float(number) => {
                let number: f64 = number.base10_parse()?;
                Value::Number(if minus { -number } else { number })
            }
            Lit::Bool(value) if !minus => Value::Boolean(value.value),
            Lit::Str(text) if !minus => Value::Text(text.value()),
            other => {
                return Err(Error::new(other.span(), "a value is a number, a text, `true`, `false` or a list of such"));
            }
        };
        Ok(Self { value, span })
    }
}

impl Value {
    /// As JSON.
    pub fn json(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => serde_json::Value::from(*number).to_string(),
            Self::Text(text) => quoted(text),
            Self::List(elements) => {
                format!("[{}]", elements.iter().map(|element| element.value.json()).collect::<Vec<_>>().join(","))
            }
        }
    }

    /// As a number.
    pub fn number(&self) -> Option<f64> {
        match self {
            // To compare with bounds: what is lost beyond 2^53 is no matter.
            #[allow(clippy::cast_precision_loss, reason = "see above")]
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The constant for the assertion that it is of a field's type.
    pub fn given(&self) -> TokenStream {
        let given = quote!(::scaffold_pack::questions::Given);
        match self {
            Self::Boolean(_) => quote!(#given::Boolean),
            Self::Integer(number) => quote!(#given::Integer(#number)),
            Self::Number(_) => quote!(#given::Number),
            Self::Text(text) => quote!(#given::Text(#text)),
            Self::List(elements) => {
                let elements = elements.iter().map(|element| element.value.given());
                quote!(#given::List(&[#(#elements),*]))
            }
        }
    }
}

/// A text as JSON.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
