//! dotenv: lines of `KEY=VALUE` with comments.
//!
//! A value's quotes are no part of it: `A=x` and `A="x"` agree. Comments right above a key come along with it when a
//! fragment brings the key.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

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
            let (inner, behind) = rest.split_once(quote).ok_or(())?;
            let behind = behind.trim();
            return if behind.is_empty() || behind.starts_with('#') { Ok(inner) } else { Err(()) };
        }
    }
    Ok(value.split_once(" #").map_or(value, |(value, _)| value.trim_end()))
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
                if found.value == value { line } else { sources.line(found.key, value)? }
            }
            _ => line,
        };
        out.push_str(kept);
        out.push('\n');
    }
    for (key, value) in wanted.iter().filter(|(key, _)| !present.contains(key.as_str())) {
        out.push_str(sources.block(key, value.as_str().unwrap_or_default())?);
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

    fn find(&self, key: &str, value: &str) -> Result<(&'a str, &'a str), String> {
        self.0.get(&(key, value)).copied().ok_or_else(|| format!("no fragment sets `{key}` that way"))
    }

    fn line(&self, key: &str, value: &str) -> Result<&'a str, String> {
        self.find(key, value).map(|(_, line)| line)
    }

    fn block(&self, key: &str, value: &str) -> Result<&'a str, String> {
        self.find(key, value).map(|(block, _)| block)
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
