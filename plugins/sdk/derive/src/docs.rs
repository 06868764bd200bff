//! Doc comments: their first paragraph is a title, the rest a description.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// What a doc comment says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Docs {
    /// Its first paragraph, on one line.
    pub title: Option<String>,
    /// The other paragraphs, each on one line, with a blank one between them.
    pub description: Option<String>,
}

impl Docs {
    /// Reads the doc comments among attributes.
    pub fn of(attributes: &[Attribute]) -> Self {
        let text = attributes.iter().filter_map(line).collect::<Vec<_>>().join("\n");
        let mut paragraphs: Vec<String> = vec![String::new()];
        for line in text.lines().map(str::trim) {
            match paragraphs.last_mut() {
                Some(last) if !line.is_empty() => {
                    if !last.is_empty() {
                        last.push(' ');
                    }
                    last.push_str(line);
                }
                _ => paragraphs.push(String::new()),
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        let mut paragraphs = paragraphs.into_iter();
        let title = paragraphs.next();
        let rest = paragraphs.collect::<Vec<_>>().join("\n\n");
        Self { title, description: Some(rest).filter(|rest| !rest.is_empty()) }
    }
}

fn line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::*;

    #[test]
    fn the_first_paragraph_is_the_title() {
        let input: DeriveInput = parse_quote! {
            /// On which port
            /// does it listen?
            ///
            /// Below 1024
            /// is for root.
            ///
            /// Ask them.
            struct Answers;
        };
        let docs = Docs::of(&input.attrs);
        assert_eq!(docs.title.as_deref(), Some("On which port does it listen?"));
        assert_eq!(docs.description.as_deref(), Some("Below 1024 is for root.\n\nAsk them."));
    }

    #[test]
    fn no_comment_says_nothing() {
        let input: DeriveInput = parse_quote! { #[allow(dead_code)] struct Answers; };
        assert_eq!(Docs::of(&input.attrs), Docs::default());
    }
}
