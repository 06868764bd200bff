//! Where the values of a JSON text stand.

use std::collections::BTreeSet;
use std::ops::Range;

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::tokens::Token;
use jsonc_parser::{CollectOptions, ParseOptions, Scanner, ScannerOptions, parse_to_ast};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

/// How deep values may nest: as deep as serde_json goes.
const MAX_DEPTH: usize = 127;

/// Which of the two formats a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compose::merge) enum Dialect {
    /// JSON as RFC 8259 has it.
    Strict,
    /// With comments and trailing commas.
    Commented,
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Scalar,
    List(Vec<Child>),
    Object(Vec<Child>),
}

/// A member of an object, or an element of a list.
#[derive(Debug)]
pub(super) struct Child {
    /// A member's name.
    pub(super) name: Option<String>,
    /// Where its name starts, or the element itself.
    pub(super) start: usize,
    pub(super) value: Node,
}

impl Node {
    /// What an object or a list holds.
    pub(super) fn children(&self) -> &[Child] {
        match &self.body {
            Body::Scalar => &[],
            Body::List(children) | Body::Object(children) => children,
        }
    }
}

impl Child {
    /// The bytes of it, without comments and comma.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.value.span.end
    }
}

/// The root of a text with its value; none where there are but comments.
///
/// # Errors
/// What is not of the dialect, names that an object has twice, and more than [`MAX_DEPTH`] levels.
pub(super) fn parse(dialect: Dialect, text: &str) -> Result<Option<(Node, Value)>, String> {
    check_depth(text)?;
    let collect = CollectOptions::default();
    let parsed = parse_to_ast(text, &collect, &options(dialect)).map_err(|error| lower_case(&error.to_string()))?;
    if dialect == Dialect::Strict {
        if parsed.value.is_none() {
            return Err("the text is empty, and the least that JSON can say is `{}`".to_owned());
        }
        // The parser takes more for white space than JSON has.
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| error.to_string())?;
    }
    parsed.value.map(|root| node_of(text, &root)).transpose()
}

fn options(dialect: Dialect) -> ParseOptions {
    let commented = dialect == Dialect::Commented;
    ParseOptions {
        allow_comments: commented,
        allow_trailing_commas: commented,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// The tokens of a text from `start` on, with their places. It ends at the first that is none.
pub(super) fn tokens(text: &str, start: usize) -> impl Iterator<Item = (Token<'_>, Range<usize>)> {
    let mut scanner = Scanner::new(text.get(start..).unwrap_or_default(), &ScannerOptions::default());
    std::iter::from_fn(move || {
        let token = scanner.scan().ok().flatten()?;
        Some((token, start + scanner.token_start()..start + scanner.token_end()))
    })
}

/// The parser calls itself for each level, on the stack of whoever composes: so the depth is counted before it starts.
fn check_depth(text: &str) -> Result<(), String> {
    let mut depth = 0usize;
    for (token, range) in tokens(text, 0) {
        match token {
            Token::OpenBrace | Token::OpenBracket => depth += 1,
            Token::CloseBrace | Token::CloseBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!(
                "line {}: more than {MAX_DEPTH} values inside of each other",
                line_of(text, range.start)
            ));
        }
    }
    Ok(())
}

fn node_of(text: &str, value: &ast::Value<'_>) -> Result<(Node, Value), String> {
    let range = value.range();
    let span = range.start..range.end;
    let (body, value) = match value {
        ast::Value::Array(array) => {
            let mut children = Vec::with_capacity(array.elements.len());
            let mut values = Vec::with_capacity(array.elements.len());
            for element in &array.elements {
                let (node, value) = node_of(text, element)?;
                children.push(Child { name: None, start: node.span.start, value: node });
                values.push(value);
            }
            (Body::List(children), Value::Array(values))
        }
        ast::Value::Object(object) => {
            let (children, members) = members_of(text, object)?;
            (Body::Object(children), Value::Object(members))
        }
        ast::Value::NullKeyword(_) => (Body::Scalar, Value::Null),
        ast::Value::BooleanLit(flag) => (Body::Scalar, Value::Bool(flag.value)),
        ast::Value::StringLit(_) => (Body::Scalar, Value::String(scalar(text, &span)?)),
        ast::Value::NumberLit(_) => (Body::Scalar, Value::Number(scalar(text, &span)?)),
    };
    Ok((Node { span, body }, value))
}

fn members_of(text: &str, object: &ast::Object<'_>) -> Result<(Vec<Child>, Map<String, Value>), String> {
    let mut children = Vec::with_capacity(object.properties.len());
    let mut members = Map::new();
    let mut seen = BTreeSet::new();
    for property in &object.properties {
        let ObjectPropName::String(name) = &property.name else { return Err("a name without quotes".to_owned()) };
        let start = name.range.start;
        let name: String = scalar(text, &(start..name.range.end))?;
        if !seen.insert(name.clone()) {
            return Err(format!("line {}: the member `{name}` is there twice", line_of(text, start)));
        }
        let (value, plain) = node_of(text, &property.value)?;
        members.insert(name.clone(), plain);
        children.push(Child { name: Some(name), start, value });
    }
    Ok((children, members))
}

/// A scalar as serde_json reads it, so that both dialects read the same.
fn scalar<T: DeserializeOwned>(text: &str, span: &Range<usize>) -> Result<T, String> {
    serde_json::from_str(text.get(span.clone()).unwrap_or_default()).map_err(|error| {
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        format!("line {}: {what}", line_of(text, span.start))
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

fn lower_case(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
