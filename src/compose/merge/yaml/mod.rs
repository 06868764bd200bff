//! YAML: the first text is edited where the merge changes it, and nowhere else.
//!
//! serde-saphyr says what a text means, and its parser where each node stands. The editor knows both, cuts and inserts
//! lines, and leaves everything between untouched: comments, quotes, anchors, blank lines. What a fragment brings and
//! nobody else touches is copied from the fragment line by line, comments included; only what several packs make
//! together is written from its value. An edit that a YAML text does not bear (a change of an anchored node that is
//! used elsewhere) reads back as something else, and the merge fails rather than write it.

mod edit;
mod emit;
mod peers;
mod places;
mod syntax;

use serde_json::Value;
use serde_saphyr::NonFiniteFloatPolicy;

pub(super) use places::find_places;

/// The value of a text. Nothing but comments counts as an empty mapping.
///
/// Words such as `yes` and `on` are texts, as in YAML 1.2, and so are numbers with leading zeros. Not-a-number and the
/// infinities are refused: no other format could say them.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::Reject,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options(text, options) {
        Ok(Value::Null) => Ok(Value::Object(serde_json::Map::new())),
        Ok(value) => Ok(value),
        Err(error) => Err(error.to_string().lines().collect::<Vec<_>>().join(" ")),
    }
}

pub(super) fn write(texts: &[&str], old: &Value, new: &Value) -> Result<String, String> {
    let mut sources = Vec::new();
    for text in texts {
        sources.push(edit::Source { text, root: syntax::parse(text)?, value: read(text)? });
    }
    let Some((base, peers)) = sources.split_first() else { return Ok(String::new()) };
    edit::edit(base, old, new, peers)
}
