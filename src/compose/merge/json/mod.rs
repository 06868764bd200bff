//! JSON and JSONC: the first text is edited where the merge changes it, and nowhere else.
//!
//! JSONC is JSON with comments and trailing commas, as editors and compilers read their settings. JSON has neither, and
//! a text with one is refused; nothing that comes of a merge can then have one. From there both go one way: jsonc-parser
//! says where each value stands; its own editing of trees takes no text of another document, comments
//! included, and is quadratic in a list's length, so the editor here cuts and inserts text, as the one for YAML does.
//!
//! What a fragment brings that is laid out in lines comes over with its comments, at the indentation of the first text;
//! a fragment on one line lends nothing and is written in lines. A whole document on one line has no layout to keep:
//! it is put into lines once something is added.

mod edit;
mod emit;
mod layout;
mod peers;
mod places;
mod syntax;

use serde_json::Value;

pub(super) use places::find_places;
pub(super) use syntax::Dialect;

use peers::Source;

/// The value of a text. In JSONC nothing but comments counts as an empty object.
pub(super) fn read(dialect: Dialect, text: &str) -> Result<Value, String> {
    syntax::parse(dialect, without_mark(text).1)
        .map(|parsed| parsed.map_or_else(|| Value::Object(serde_json::Map::new()), |(_, value)| value))
}

pub(super) fn write(dialect: Dialect, texts: &[&str], new: &Value) -> Result<String, String> {
    let Some((text, others)) = texts.split_first() else { return Ok(String::new()) };
    let source = |text| Source::read(dialect, without_mark(text).1);
    let peers = others.iter().map(|text| source(text)).collect::<Result<Vec<_>, _>>()?;
    let base = source(text)?;
    let edited = match opened(&base, new) {
        Some(text) => edit::edit(&source(&text)?, new, &peers),
        None => edit::edit(&base, new, &peers),
    };
    Ok(format!("{}{edited}", without_mark(text).0))
}

/// A byte order mark, which some editors put before the text, and what follows it.
fn without_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

/// A document put into lines: one that says nothing yet, or an object on one line.
fn opened(base: &Source<'_>, new: &Value) -> Option<String> {
    let Some(root) = &base.root else {
        let apart = if base.text.is_empty() || base.text.ends_with('\n') { "" } else { "\n" };
        return new.is_object().then(|| format!("{}{apart}{{}}\n", base.text));
    };
    let on_one_line = base.value.is_object() && !root.children().is_empty() && !layout::is_in_lines(base.text, root);
    if !on_one_line || layout::has_comments(base.text) {
        return None;
    }
    let mut text = base.text.to_owned();
    text.replace_range(root.span.clone(), &emit::lines(&base.value, "", "  "));
    Some(text)
}
