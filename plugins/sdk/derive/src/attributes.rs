//! `#[question(...)]`: the members of a question's schema under their own names, in Rust's way of writing them.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Ident, LitStr, Result, Token, token};

use crate::literal::{Literal, Value, quoted};

/// What attributes may say, as it is written and as JSON Schema has it, and of what.
const KEYWORDS: [(&str, &str, About); 16] = [
    ("title", "title", About::Any),
    ("description", "description", About::Any),
    ("format", "format", About::Text),
    ("pattern", "pattern", About::Text),
    ("min_length", "minLength", About::Text),
    ("max_length", "maxLength", About::Text),
    ("minimum", "minimum", About::Number),
    ("maximum", "maximum", About::Number),
    ("exclusive_minimum", "exclusiveMinimum", About::Number),
    ("exclusive_maximum", "exclusiveMaximum", About::Number),
    ("multiple_of", "multipleOf", About::Number),
    ("min_items", "minItems", About::List),
    ("max_items", "maxItems", About::List),
    ("unique_items", "uniqueItems", About::List),
    ("x_default", "x-default", About::Any),
    ("default", "default", About::Any),
];

/// What the other words are, for messages.
const OTHERS: &str = "`examples`, `when`, `optional` and `schema`";

/// Of what a keyword says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Of every value.
    Any,
    /// Of texts.
    Text,
    /// Of numbers.
    Number,
    /// Of lists.
    List,
}

/// What is said of one question, or of all together.
#[derive(Default)]
pub struct Said {
    /// Members of the schema, as JSON.
    pub members: Vec<(String, String)>,
    /// The default.
    pub default: Option<Literal>,
    /// Values that could be given.
    pub examples: Vec<Literal>,
    /// What the type must be for a keyword to mean anything.
    pub about: Vec<(About, String, Span)>,
    /// When it is asked.
    pub when: Option<When>,
    /// No answer is needed even where it is asked.
    pub optional: Option<Span>,
    /// Bounds of the default.
    bounds: Vec<(String, f64)>,
}

/// When a question is asked.
pub enum When {
    /// Where answers before it are these.
    Answers(Vec<(Ident, Literal)>),
    /// Where this schema holds for the answers before it.
    Schema(String),
}

impl Said {
    /// Reads the attributes of a field or of a container.
    ///
    /// # Errors
    /// What has no meaning, is no JSON, or is said twice.
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut said = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("question")) {
            attribute.parse_nested_meta(|meta| said.read(&meta))?;
        }
        said.check_default()?;
        Ok(said)
    }

    /// Whether there is a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match word.as_str() {
            "when" => self.read_when(meta),
            "optional" => {
                self.optional = Some(meta.path.get_ident().map_or_else(Span::call_site, Ident::span));
                Ok(())
            }
            "examples" => {
                let literal: Literal = meta.value()?.parse()?;
                let json = literal.value.json();
                let Value::List(examples) = literal.value else {
                    return Err(Error::new(literal.span, "examples are a list: `[\"acme/shop\"]`"));
                };
                self.examples = examples;
                self.add("examples", json, meta)
            }
            "schema" => self.read_schema(meta),
            _ => match KEYWORDS.iter().find(|(known, ..)| *known == word) {
                Some((_, name, about)) => self.read_keyword(name, *about, meta),
                None => Err(meta.error(format!("no attribute of a question: there are {}", known()))),
            },
        }
    }

    fn read_keyword(&mut self, name: &str, about: About, meta: &ParseNestedMeta) -> Result<()> {
        if name == "uniqueItems" {
            self.add(name, "true".to_owned(), meta)?;
        } else {
            let literal: Literal = meta.value()?.parse()?;
            let fits = match name {
                "default" => true,
                "minLength" | "maxLength" | "minItems" | "maxItems" => {
                    matches!(literal.value, Value::Integer(0..))
                }
                _ if about == About::Number => literal.value.number().is_some(),
                _ => matches!(literal.value, Value::Text(_)),
            };
            if !fits {
                return Err(Error::new(literal.span, format!("`{name}` has a value of another type")));
            }
            self.bounds.extend(literal.value.number().map(|bound| (name.to_owned(), bound)));
            self.add(name, literal.value.json(), meta)?;
            if name == "default" {
                self.default = Some(literal);
            }
        }
        if about != About::Any {
            let span = meta.path.get_ident().map_or_else(Span::call_site, Ident::span);
            self.about.push((about, name.to_owned(), span));
        }
        Ok(())
    }

    fn read_when(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        if self.when.is_some() {
            return Err(meta.error("`when` is said twice"));
        }
        if meta.input.peek(Token![=]) {
            let text: LitStr = meta.value()?.parse()?;
            let schema = object(&text)?;
            self.when = Some(When::Schema(serde_json::Value::Object(schema).to_string()));
            return Ok(());
        }
        if !meta.input.peek(token::Paren) {
            return Err(meta.error("say when: `when(other = true)`, or `when = \"...\"` with a JSON Schema"));
        }
        let mut answers = Vec::new();
        meta.parse_nested_meta(|inner| {
            let name = inner.path.require_ident()?.clone();
            answers.push((name, inner.value()?.parse()?));
            Ok(())
        })?;
        self.when = Some(When::Answers(answers));
        Ok(())
    }

    fn read_schema(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let text: LitStr = meta.value()?.parse()?;
        for (name, value) in object(&text)? {
            self.add(&name, value.to_string(), meta)?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str, json: String, meta: &ParseNestedMeta) -> Result<()> {
        if self.has(name) {
            return Err(meta.error(format!("`{name}` is said twice")));
        }
        self.members.push((name.to_owned(), json));
        Ok(())
    }

    /// Adds a member unless there is one of this name.
    pub fn fill(&mut self, name: &str, text: Option<String>) {
        if let Some(text) = text.filter(|_| !self.has(name)) {
            self.members.insert(0, (name.to_owned(), quoted(&text)));
        }
    }

    /// What can be told without the type.
    fn check_default(&self) -> Result<()> {
        let Some(default) = &self.default else { return Ok(()) };
        #[allow(clippy::cast_precision_loss, reason = "lengths are small")]
        let size = match &default.value {
            Value::Text(text) => text.chars().count() as f64,
            Value::List(elements) => elements.len() as f64,
            _ => 0.0,
        };
        let number = default.value.number();
        for (name, bound) in &self.bounds {
            let breaks = match name.as_str() {
                "minimum" => number.is_some_and(|number| number < *bound),
                "maximum" => number.is_some_and(|number| number > *bound),
                "exclusiveMinimum" => number.is_some_and(|number| number <= *bound),
                "exclusiveMaximum" => number.is_some_and(|number| number >= *bound),
                "minLength" | "minItems" => size < *bound,
                "maxLength" | "maxItems" => size > *bound,
                _ => false,
            };
            if breaks {
                return Err(Error::new(default.span, format!("the default breaks `{name}`, which is {bound}")));
            }
        }
        Ok(())
    }
}

/// A JSON object in a literal.
fn object(text: &LitStr) -> Result<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_str(&text.value()).map_err(|error| Error::new(text.span(), format!("no JSON object: {error}")))
}

fn known() -> String {
    let words = KEYWORDS.iter().map(|(word, ..)| format!("`{word}`"));
    format!("{}, {OTHERS}", words.collect::<Vec<_>>().join(", "))
}
