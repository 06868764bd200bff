//! What serde calls fields and variants, as far as a schema has to know.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitStr, Result, token};

/// What serde's attributes on a struct, a field, an enum or a variant say.
#[derive(Default)]
pub struct Serde {
    /// The name when read.
    pub rename: Option<String>,
    /// How the names of all inside are made.
    pub rename_all: Option<Case>,
    /// A value stands in where none is given.
    pub default: bool,
    /// Never read.
    pub skip: bool,
}

impl Serde {
    /// Reads them.
    ///
    /// # Errors
    /// Those with which a schema would say something else than serde does.
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| serde.read(&meta))?;
        }
        Ok(serde)
    }

    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let Some(name) = meta.path.get_ident().map(ToString::to_string) else { return skip_value(meta) };
        match name.as_str() {
            "rename" => {
                if let Some(text) = when_read(meta)? {
                    self.rename = Some(text.value());
                }
            }
            "rename_all" => {
                if let Some(text) = when_read(meta)? {
                    self.rename_all = Some(Case::parse(&text)?);
                }
            }
            "default" => {
                self.default = true;
                skip_value(meta)?;
            }
            "skip" | "skip_deserializing" | "other" => self.skip = true,
            "flatten" | "transparent" | "untagged" | "tag" | "content" | "from" | "try_from" | "with"
            | "deserialize_with" => {
                return Err(meta.error(format!("questions can't be derived with serde's `{name}`")));
            }
            _ => skip_value(meta)?,
        }
        Ok(())
    }
}

/// The text of `name = "..."`, or of `name(deserialize = "...")`.
fn when_read(meta: &ParseNestedMeta) -> Result<Option<LitStr>> {
    if !meta.input.peek(token::Paren) {
        return meta.value()?.parse().map(Some);
    }
    let mut found = None;
    meta.parse_nested_meta(|inner| {
        let text: LitStr = inner.value()?.parse()?;
        if inner.path.is_ident("deserialize") {
            found = Some(text);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Goes past what an attribute is given.
fn skip_value(meta: &ParseNestedMeta) -> Result<()> {
    if meta.input.peek(token::Paren) {
        meta.parse_nested_meta(|inner| skip_value(&inner))
    } else if let Ok(value) = meta.value() {
        value.parse::<syn::Expr>().map(drop)
    } else {
        Ok(())
    }
}

/// One of serde's cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `twowords`
    Lower,
    /// `TWOWORDS`
    Upper,
    /// `TwoWords`
    Pascal,
    /// `twoWords`
    Camel,
    /// `two_words`
    Snake,
    /// `TWO_WORDS`
    ScreamingSnake,
    /// `two-words`
    Kebab,
    /// `TWO-WORDS`
    ScreamingKebab,
}

impl Case {
    fn parse(text: &LitStr) -> Result<Self> {
        Ok(match text.value().as_str() {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            other => return Err(Error::new(text.span(), format!("serde knows no case `{other}`"))),
        })
    }

    /// The name of a field, which is `two_words` in Rust.
    pub fn field(self, name: &str) -> String {
        self.join(&name.split('_').map(str::to_owned).collect::<Vec<_>>())
    }

    /// The name of a variant, which is `TwoWords` in Rust: every capital begins a word, as serde has it.
    pub fn variant(self, name: &str) -> String {
        let mut words: Vec<String> = Vec::new();
        for c in name.chars() {
            match words.last_mut() {
                Some(word) if !c.is_uppercase() => word.push(c),
                _ => words.push(c.to_string()),
            }
        }
        self.join(&words)
    }

    fn join(self, words: &[String]) -> String {
        let lower = |separator: &str| words.join(separator).to_lowercase();
        match self {
            Self::Lower => lower(""),
            Self::Upper => lower("").to_uppercase(),
            Self::Snake => lower("_"),
            Self::ScreamingSnake => lower("_").to_uppercase(),
            Self::Kebab => lower("-"),
            Self::ScreamingKebab => lower("-").to_uppercase(),
            Self::Pascal => words.iter().map(|word| capitalized(word)).collect(),
            Self::Camel => {
                let mut words = words.iter();
                let first = words.next().map(|word| word.to_lowercase()).unwrap_or_default();
                first + &words.map(|word| capitalized(word)).collect::<String>()
            }
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
