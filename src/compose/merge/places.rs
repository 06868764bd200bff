//! Where the places of a document stand in its text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Format;
use super::json::Dialect;
use super::rules::pointer;
use super::{dotenv, json, toml, yaml};

/// A place and its bytes: a member from its name on, an element from its value on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compose) struct Place {
    pub(in crate::compose) pointer: String,
    pub(in crate::compose) span: Range<usize>,
}

/// The places of a text that the format's reader accepts, in its order, what is around before what is inside.
///
/// # Errors
/// What the format's parser says of another text.
pub(in crate::compose) fn places(format: Format, text: &str) -> Result<Vec<Place>, String> {
    let mut places = Places::default();
    match format {
        Format::Json => json::find_places(Dialect::Strict, text, &mut places)?,
        Format::Jsonc => json::find_places(Dialect::Commented, text, &mut places)?,
        Format::Toml => toml::find_places(text, &mut places)?,
        Format::Yaml => yaml::find_places(text, &mut places)?,
        Format::Dotenv => dotenv::find_places(text, &mut places),
    }
    let mut found = places.found;
    found.sort_by_key(|place| (place.span.start, std::cmp::Reverse(place.span.end)));
    Ok(found)
}

/// The lines, counted from 0, on which the places of a text start.
///
/// # Errors
/// As [`places`].
pub(in crate::compose) fn place_lines(format: Format, text: &str) -> Result<BTreeMap<String, usize>, String> {
    let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |place: Place| (place.pointer, starts.partition_point(|&newline| newline < place.span.start));
    Ok(places(format, text)?.into_iter().map(line).collect())
}

/// Places, while a text's nodes are walked over.
#[derive(Debug, Default)]
pub(super) struct Places {
    found: Vec<Place>,
    path: Vec<String>,
}

impl Places {
    /// Notes where the node that is being looked at stands.
    pub(super) fn note(&mut self, span: Range<usize>) {
        self.found.push(Place { pointer: pointer(&self.path), span });
    }

    /// Looks at what is inside under `name`.
    pub(super) fn within(&mut self, name: impl ToString, look: impl FnOnce(&mut Self)) {
        self.path.push(name.to_string());
        look(self);
        self.path.pop();
    }
}
