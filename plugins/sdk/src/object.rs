//! JSON objects as text.
//!
//! The contract carries JSON as text, and most of what a pack hands over was handed to it: putting texts together
//! needs no parser, and a parser is most of what a small pack would weigh.

use crate::prelude::*;

/// A JSON object that grows by members: facts, and what templates are given.
///
/// ```
/// use scaffold_pack::Object;
///
/// let health = Object::new().text("live", "/health/live");
/// let facts = Object::new().text("name", "shop").json("port", "8000").object("health", &health);
/// assert_eq!(facts.as_str(), r#"{"name":"shop","port":8000,"health":{"live":"/health/live"}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(String);

impl Object {
    /// `{}`.
    pub fn new() -> Self {
        Self(String::from("{}"))
    }

    /// What a value of the pack's own becomes; it must be one that JSON writes as an object.
    ///
    /// # Errors
    /// One diagnostic for any other.
    #[cfg(feature = "serde")]
    pub fn of(value: &impl serde::Serialize) -> Result<Self, Vec<crate::Diagnostic>> {
        match serde_json::to_string(value) {
            Ok(json) if json.starts_with('{') => Ok(Self(json)),
            _ => Err(vec![crate::Diagnostic::error("the pack gave values that are no JSON object")]),
        }
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.name(name);
        quote(text, &mut self.0);
        self.close()
    }

    /// Adds a value that is JSON already: the answers, another pack's facts, a number, `true`.
    #[must_use]
    pub fn json(mut self, name: &str, json: &str) -> Self {
        self.name(name);
        self.0.push_str(json);
        self.close()
    }

    /// Adds an object.
    #[must_use]
    pub fn object(self, name: &str, object: &Self) -> Self {
        self.json(name, &object.0)
    }

    /// The JSON, to keep.
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Opens the object again and writes a member's name.
    fn name(&mut self, name: &str) {
        self.0.pop();
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(name, &mut self.0);
        self.0.push(':');
    }

    fn close(mut self) -> Self {
        self.0.push('}');
        self
    }
}

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "serde")]
impl From<serde_json::Map<String, serde_json::Value>> for Object {
    fn from(members: serde_json::Map<String, serde_json::Value>) -> Self {
        Self(serde_json::Value::Object(members).to_string())
    }
}

/// Writes text as a JSON string.
fn quote(text: &str, json: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            '\0'..='\u{1f}' => {
                json.push_str("\\u00");
                json.push(if c < '\u{10}' { '0' } else { '1' });
                json.push(HEX[c as usize % 16]);
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn any_text_comes_back_from_json() {
        let text: String = (0..=0x2ff_u32).filter_map(char::from_u32).collect();
        let object = Object::new().text(&text, &text).json("n", "1").object("o", &Object::new());
        let read: Value = serde_json::from_str(object.as_str()).unwrap_or_default();
        assert_eq!(read, json!({ (text.as_str()): text, "n": 1, "o": {} }));
    }
}
