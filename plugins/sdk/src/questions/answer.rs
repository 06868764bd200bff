//! What types add to questions, and what can be said of them.

use super::json::{Json, Member, is_same};
use crate::prelude::*;

/// What can be the answer to a question.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be asked for",
    label = "no answer is a `{Self}`",
    note = "an enum or a struct of your own can be, with `#[derive(Questions)]`"
)]
pub trait Answer {
    /// Members of its JSON Schema.
    const SCHEMA: &'static [Member];
    /// What its values are.
    const KIND: Kind;
    /// Whether there must be one.
    const REQUIRED: bool = true;
}

/// What the values of a type are, as far as defaults are checked against it.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Yes or no.
    Boolean,
    /// A whole number between these two.
    Integer(i128, i128),
    /// A number.
    Number,
    /// Text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A list.
    List(&'static Kind),
    /// Something that only its schema tells.
    Other,
}

/// A value as it was written in an attribute.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer(i128),
    /// A number with a point.
    Number,
    /// Text.
    Text(&'static str),
    /// A list.
    List(&'static [Given]),
}

/// Whether a value is of a kind.
pub const fn fits(kind: &Kind, given: &Given) -> bool {
    match (kind, given) {
        (Kind::Other, _)
        | (Kind::Boolean, Given::Boolean)
        | (Kind::Number, Given::Integer(_) | Given::Number)
        | (Kind::Text, Given::Text(_)) => true,
        (Kind::Integer(minimum, maximum), Given::Integer(number)) => *minimum <= *number && *number <= *maximum,
        (Kind::OneOf(options), Given::Text(text)) => {
            let mut at = 0;
            while at < options.len() {
                if is_same(options[at], text) {
                    return true;
                }
                at += 1;
            }
            false
        }
        (Kind::List(kind), Given::List(elements)) => {
            let mut at = 0;
            while at < elements.len() {
                if !fits(kind, &elements[at]) {
                    return false;
                }
                at += 1;
            }
            true
        }
        _ => false,
    }
}

/// Of what a keyword of JSON Schema says something.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// Of texts.
    Text,
    /// Of numbers.
    Number,
    /// Of lists.
    List,
}

/// Whether a keyword says something of values of a kind.
pub const fn is_about(kind: &Kind, about: &About) -> bool {
    matches!(
        (kind, about),
        (Kind::Other, _)
            | (Kind::Text, About::Text)
            | (Kind::Integer(..) | Kind::Number, About::Number)
            | (Kind::List(_), About::List)
    )
}

macro_rules! answers {
    ($($type:ty: $kind:expr, [$($member:literal: $value:literal),*];)*) => {
        $(impl Answer for $type {
            const SCHEMA: &'static [Member] = &[$(($member, Json::Text($value))),*];
            const KIND: Kind = $kind;
        })*
    };
}

// The sizes of `usize` and `isize` are those of WebAssembly, wherever the schema is written. JSON's numbers are safe up to
// 64 bits only, of which TOML, where answers are kept, has one less: there a type's own bound says nothing.
answers! {
    bool: Kind::Boolean, ["type": "\"boolean\""];
    u8: Kind::Integer(0, 255), ["type": "\"integer\"", "minimum": "0", "maximum": "255"];
    u16: Kind::Integer(0, 65_535), ["type": "\"integer\"", "minimum": "0", "maximum": "65535"];
    u32: Kind::Integer(0, 4_294_967_295), ["type": "\"integer\"", "minimum": "0", "maximum": "4294967295"];
    u64: Kind::Integer(0, i64::MAX as i128), ["type": "\"integer\"", "minimum": "0"];
    usize: Kind::Integer(0, 4_294_967_295), ["type": "\"integer\"", "minimum": "0", "maximum": "4294967295"];
    i8: Kind::Integer(-128, 127), ["type": "\"integer\"", "minimum": "-128", "maximum": "127"];
    i16: Kind::Integer(-32_768, 32_767), ["type": "\"integer\"", "minimum": "-32768", "maximum": "32767"];
    i32: Kind::Integer(-2_147_483_648, 2_147_483_647),
        ["type": "\"integer\"", "minimum": "-2147483648", "maximum": "2147483647"];
    i64: Kind::Integer(i64::MIN as i128, i64::MAX as i128), ["type": "\"integer\""];
    isize: Kind::Integer(-2_147_483_648, 2_147_483_647),
        ["type": "\"integer\"", "minimum": "-2147483648", "maximum": "2147483647"];
    f32: Kind::Number, ["type": "\"number\""];
    f64: Kind::Number, ["type": "\"number\""];
    String: Kind::Text, ["type": "\"string\""];
}

impl<T: Answer> Answer for Option<T> {
    const SCHEMA: &'static [Member] = T::SCHEMA;
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
}

impl<T: Answer> Answer for Vec<T> {
    const SCHEMA: &'static [Member] = &[("type", Json::Text("\"array\"")), ("items", Json::Object(&[T::SCHEMA]))];
    const KIND: Kind = Kind::List(&T::KIND);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_a_kind_or_not() {
        const TEXTS: Given = Given::List(&[Given::Text("a"), Given::Text("b")]);
        let kinds = [
            ("bool", bool::KIND, [true, false, false, false, false, false]),
            ("u16", <Option<u16>>::KIND, [false, true, false, false, false, false]),
            ("u8", u8::KIND, [false, false, false, false, false, false]),
            ("f64", f64::KIND, [false, true, true, false, false, false]),
            ("text", String::KIND, [false, false, false, true, false, false]),
            ("one of", Kind::OneOf(&["b", "a"]), [false, false, false, true, false, false]),
            ("one of", Kind::OneOf(&["b", "aa"]), [false, false, false, false, false, false]),
            ("texts", <Vec<String>>::KIND, [false, false, false, false, true, false]),
            ("numbers", <Vec<f32>>::KIND, [false, false, false, false, false, true]),
            ("other", Kind::Other, [true; 6]),
        ];
        let numbers = Given::List(&[Given::Number, Given::Integer(1)]);
        let given = [Given::Boolean, Given::Integer(256), Given::Number, Given::Text("a"), TEXTS, numbers];
        for (name, kind, expected) in kinds {
            assert_eq!(given.map(|given| fits(&kind, &given)), expected, "{name}");
        }
    }

    #[test]
    fn a_keyword_is_about_a_kind_or_not() {
        let about = [About::Text, About::Number, About::List];
        for (kind, expected) in [
            (String::KIND, [true, false, false]),
            (i64::KIND, [false, true, false]),
            (f32::KIND, [false, true, false]),
            (<Vec<bool>>::KIND, [false, false, true]),
            (bool::KIND, [false, false, false]),
            (Kind::OneOf(&["a"]), [false, false, false]),
        ] {
            assert_eq!(about.map(|about| is_about(&kind, &about)), expected, "{kind:?}");
        }
    }
}
