//! Plain values as YAML.

use serde_json::{Map, Value};

/// How deep a level is.
pub(super) const UNIT: usize = 2;

/// A member of a block mapping at `indent`, with a newline at its end.
pub(super) fn entry(key: &str, value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    format!("{pad}{}:{}", scalar_text(key), behind_mark(value, indent))
}

/// An element of a block sequence whose dashes are at `indent`, with a newline at its end.
pub(super) fn item(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let nested = match value {
        Value::Object(members) if !members.is_empty() => object(members, indent + 2),
        Value::Array(items) if !items.is_empty() => list(items, indent + 2),
        _ => return format!("{pad}-{}", behind_mark(value, indent)),
    };
    // The first line of what is nested stands behind the dash.
    format!("{pad}- {}", nested.trim_start_matches(' '))
}

/// The members of a block mapping.
pub(super) fn object(members: &Map<String, Value>, indent: usize) -> String {
    members.iter().map(|(key, value)| entry(key, value, indent)).collect()
}

/// The elements of a block sequence.
pub(super) fn list(items: &[Value], indent: usize) -> String {
    items.iter().map(|value| item(value, indent)).collect()
}

/// What follows a colon or a dash, up to and with the last newline, for a parent at `indent`.
pub(super) fn behind_mark(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => format!("\n{}", object(members, indent + UNIT)),
        Value::Array(items) if !items.is_empty() => format!("\n{}", list(items, indent + UNIT)),
        Value::String(text) => match literal(text, indent + UNIT) {
            Some(block) => format!(" {block}"),
            None => format!(" {}\n", scalar_text(text)),
        },
        other => format!(" {}\n", flow(other)),
    }
}

/// A text of several lines as a literal block, where that can say it.
fn literal(text: &str, indent: usize) -> Option<String> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let plain = |line: &str| line.is_empty() || (!line.starts_with([' ', '\t']) || !line.trim().is_empty());
    let fits = body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && body.lines().all(plain)
        && body.chars().all(|c| c == '\n' || c == '\t' || is_printable(c));
    if !fits {
        return None;
    }
    let pad = " ".repeat(indent);
    let mut block = if text.ends_with('\n') { "|\n".to_owned() } else { "|-\n".to_owned() };
    for line in body.split('\n') {
        if !line.is_empty() {
            block.push_str(&pad);
            block.push_str(line);
        }
        block.push('\n');
    }
    Some(block)
}

/// A value on one line, as it may stand anywhere.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", scalar_text(key), flow(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A text on one line: bare where no reader of any version of YAML could take it for something else.
pub(super) fn scalar_text(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    let word = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | '@' | '+' | ' ' | '(' | ')' | '=' | '$')
    };
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'));
    starts_well && text.chars().all(word) && !text.ends_with(' ') && !is_special(text)
}

/// Words that some version of YAML reads as a truth value, as nothing or as a number.
fn is_special(text: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character may stand in a text as it is, and is no break of a line in any version of YAML.
fn is_printable(c: char) -> bool {
    !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
