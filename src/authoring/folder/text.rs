//! Which text holds Jinja, and which is as it is.

use scaffold_blueprint::{Piece, Text};
use serde_json::Value;

/// Whether a text has something in it that Jinja would read.
pub(super) fn has_marks(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// A short text of `pack.toml`, or a path.
pub(super) fn text(text: &str) -> Text {
    let owned = text.to_owned();
    if has_marks(text) { Text::Jinja(owned) } else { Text::Plain(owned) }
}

/// A value whose texts may hold Jinja. A text that is nothing but one `{{ expression }}` is that expression's value,
/// whatever its type; any other with marks is a template.
pub(super) fn pieces(value: &Value) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    pieces.add(value);
    pieces.done()
}

#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    json: String,
}

impl Pieces {
    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) if has_marks(text) => {
                self.close();
                self.done.push(match sole_expression(text) {
                    Some(expression) => Piece::Expression(expression.to_owned()),
                    None => Piece::Jinja(text.clone()),
                });
            }
            Value::Array(items) => self.list('[', ']', items, |pieces, item| pieces.add(item)),
            Value::Object(members) => self.list('{', '}', members, |pieces, (name, member)| {
                pieces.json.push_str(&Value::from(name.as_str()).to_string());
                pieces.json.push(':');
                pieces.add(member);
            }),
            plain => self.json.push_str(&plain.to_string()),
        }
    }

    fn list<T>(&mut self, open: char, close: char, items: impl IntoIterator<Item = T>, add: impl Fn(&mut Self, T)) {
        self.json.push(open);
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.json.push(',');
            }
            add(self, item);
        }
        self.json.push(close);
    }

    fn close(&mut self) {
        if !self.json.is_empty() {
            self.done.push(Piece::Json(std::mem::take(&mut self.json)));
        }
    }

    fn done(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

/// The expression of a text that is one expression.
fn sole_expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!has_marks(inside) && !inside.contains("}}")).then(|| inside.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sole_expression_keeps_its_type() {
        let json = |text: &str| Piece::Json(text.to_owned());
        let facts = json!({ "port": "{{ answers.port }}", "name": "svc-{{ project.name }}", "plain": [1, "x"] });
        assert_eq!(
            pieces(&facts),
            [
                json(r#"{"port":"#),
                Piece::Expression("answers.port".to_owned()),
                json(r#","name":"#),
                Piece::Jinja("svc-{{ project.name }}".to_owned()),
                json(r#","plain":[1,"x"]}"#),
            ]
        );
        assert_eq!(pieces(&json!("{{ a }}{{ b }}")), [Piece::Jinja("{{ a }}{{ b }}".to_owned())]);
    }
}
