//! dotenv: lines of `KEY=VALUE` with comments.
//!
//! A value's quotes are no part of it: `A=x` and `A="x"` agree. Comments right above a key come along with it when a
//! fragment brings the key.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::places::Places;

struct Line<'a> {
    key: &'a str,
    value: &'a str,
}

/// The key of a line that sets one.
pub(crate) fn key_of(line: &str) -> Option<&str> {
    parse_line(line).ok().flatten().map(|line| line.key)
}

/// What a line says whatever its quotes are: the line itself where it sets nothing.
pub(crate) fn identity_of(line: &str) -> Cow<'_, str> {
    match parse_line(line) {
        Ok(Some(Line { key, value })) => Cow::Owned(format!("{key}={value}")),
        _ => Cow::Borrowed(line),
    }
}

/// An assignment; none for a blank line or a comment.
fn parse_line(text: &str) -> Result<Option<Line<'_>>, ()> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let text = text.strip_prefix("export ").unwrap_or(text);
    let (key, value) = text.split_once('=').ok_or(())?;
    let key = key.trim();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let sound = key.bytes().all(is_word) && key.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if sound { Ok(Some(Line { key, value: unquoted(value.trim())? })) } else { Err(()) }
}

/// A value without its quotes, and without the comment behind it.
fn unquoted(value: &str) -> Result<&str, ()> {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let (inner, behind) = rest.split_at(end_of(rest, quote).ok_or(())?);
            let behind = behind[quote.len_utf8()..].trim();
            return if behind.is_empty() || behind.starts_with('#') { Ok(inner) } else { Err(()) };
        }
    }
    Ok(value.split_once(" #").map_or(value, |(value, _)| value.trim_end()))
}

/// Where a quoted text ends. Between double quotes a backslash takes the meaning from what follows it.
fn end_of(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// The line that gives a key a value, quoted where it has to be; none where no quotes can hold the value.
pub(crate) fn line_of(key: &str, value: &str) -> Option<String> {
    let double = format!("{key}=\"{value}\"");
    // What is escaped is so between double quotes only.
    let candidates = if value.contains("\\\"") {
        vec![double]
    } else {
        vec![format!("{key}={value}"), double, format!("{key}='{value}'")]
    };
    let says = |line: &String| {
        !line.contains('\n') && parse_line(line).is_ok_and(|line| line.is_some_and(|line| line.value == value))
    };
    candidates.into_iter().find(says)
}

pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut members = Map::new();
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        let line =
            parse_line(line).map_err(|()| format!("line {number} is no `KEY=VALUE`, no comment and not blank"))?;
        let Some(Line { key, value }) = line else { continue };
        if let Some(old) = members.insert(key.to_owned(), Value::from(value))
            && old != value
        {
            return Err(format!("line {number} gives `{key}` a second value"));
        }
    }
    Ok(Value::Object(members))
}

pub(super) fn find_places(text: &str, places: &mut Places) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(key) = key_of(line) {
            places.within(key, |places| places.note(start..start + line.trim_end().len()));
        }
        start += line.len();
    }
}

pub(super) fn write(texts: &[&str], new: &Value) -> Result<String, String> {
    let wanted = new.as_object().ok_or("dotenv is made of keys and values")?;
    let sources = Sources::of(texts);
    let mut present: BTreeSet<&str> = BTreeSet::new();
    let mut out = String::new();
    for line in texts.first().copied().unwrap_or_default().lines() {
        let kept = match parse_line(line) {
            Ok(Some(found)) => {
                present.insert(found.key);
                let value = wanted.get(found.key).and_then(Value::as_str).unwrap_or_default();
                if found.value == value { Cow::Borrowed(line) } else { sources.line(found.key, value)? }
            }
            _ => Cow::Borrowed(line),
        };
        out.push_str(&kept);
        out.push('\n');
    }
    for (key, value) in wanted.iter().filter(|(key, _)| !present.contains(key.as_str())) {
        out.push_str(&sources.block(key, value.as_str().unwrap_or_default())?);
        out.push('\n');
    }
    Ok(out)
}

/// Where each pair of key and value is written, and the comments above it.
struct Sources<'a>(BTreeMap<(&'a str, &'a str), (&'a str, &'a str)>);

impl<'a> Sources<'a> {
    fn of(texts: &[&'a str]) -> Self {
        let mut sources = BTreeMap::new();
        for text in texts {
            let mut start = 0;
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let line_start = at;
                at += line.len();
                let end = line_start + line.trim_end_matches('\n').len();
                match parse_line(line) {
                    Ok(Some(Line { key, value })) => {
                        sources.entry((key, value)).or_insert((&text[start..end], &text[line_start..end]));
                        start = at;
                    }
                    _ if line.trim().is_empty() => start = at,
                    _ => {}
                }
            }
        }
        Self(sources)
    }

    /// The line that sets a key to a value; written anew where no pack wrote it, as when the user settled a conflict.
    fn line(&self, key: &str, value: &str) -> Result<Cow<'a, str>, String> {
        self.find(key, value, |(_, line)| line)
    }

    /// The same with the comments above it.
    fn block(&self, key: &str, value: &str) -> Result<Cow<'a, str>, String> {
        self.find(key, value, |(block, _)| block)
    }

    fn find(
        &self,
        key: &str,
        value: &str,
        part: impl Fn((&'a str, &'a str)) -> &'a str,
    ) -> Result<Cow<'a, str>, String> {
        match self.0.get(&(key, value)) {
            Some(found) => Ok(Cow::Borrowed(part(*found))),
            None => {
                line_of(key, value).map(Cow::Owned).ok_or_else(|| format!("no quotes can hold the value of `{key}`"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_are_read_as_shells_read_them() {
        let text = "# head\n\nexport A=1\nB = 'two words' # why\nC=\"x#y\"\nD=\nE=a#b\nF=a # b\n";
        let expected = serde_json::json!({"A": "1", "B": "two words", "C": "x#y", "D": "", "E": "a#b", "F": "a"});
        assert_eq!(read(text).unwrap(), expected);
        assert_eq!(key_of("export A=1"), Some("A"));
        assert_eq!(key_of("# A=1"), None);
        let escaped = read("A=\"say \\\"hi\\\"\" # b\nB='a\\'\n").unwrap();
        assert_eq!(escaped, serde_json::json!({"A": "say \\\"hi\\\"", "B": "a\\"}));
    }

    #[test]
    fn a_value_gets_the_quotes_that_it_needs() {
        for (value, line) in [("8000", "A=8000"), ("a #b", "A=\"a #b\""), ("a \" #", "A='a \" #'")] {
            assert_eq!(line_of("A", value).as_deref(), Some(line));
        }
        assert_eq!(line_of("A", "\\\"a\\\"").as_deref(), Some("A=\"\\\"a\\\"\""));
        assert_eq!(line_of("A", "a\nb"), None);
        assert_eq!(line_of("A", "a' \" #"), None);
    }

    #[test]
    fn what_is_not_dotenv_is_said_with_its_line() {
        for (text, message) in [
            ("A=1\nwhat", "line 2 is no `KEY=VALUE`, no comment and not blank"),
            ("1A=x", "line 1 is no `KEY=VALUE`, no comment and not blank"),
            ("A=\"open\nB=1", "line 1 is no `KEY=VALUE`, no comment and not blank"),
            ("A=1\nA=2", "line 2 gives `A` a second value"),
        ] {
            assert_eq!(read(text).unwrap_err(), message);
        }
    }
}
