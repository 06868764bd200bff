//! Which layer each line and each place of a merged text comes from.
//!
//! Nothing is kept while a text is merged. The merge of values is done once more, and it knows who decided each place;
//! the format's parser says where each place stands, in the merged text and in the layers' own. So this costs whoever
//! asks, and nobody else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::model::Layer;
use super::node::canonical;
use super::places::{Place, places};
use super::{Decisions, Format, Fragment, model, read_all, rules};

/// Where a place of a merged text comes from. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compose) struct Origin {
    pub(in crate::compose) pointer: String,
    /// The line of the merged text on which it starts.
    pub(in crate::compose) line: usize,
    /// The layer that decided it; none where the user did.
    pub(in crate::compose) layer: Option<usize>,
    /// The line of that layer's text on which it starts, where it can be found there.
    pub(in crate::compose) layer_line: Option<usize>,
}

/// The origins of a text's places.
#[derive(Clone, Debug, Default)]
pub(in crate::compose) struct Trace {
    /// In the order of the text, what is around before what is inside.
    pub(in crate::compose) origins: Vec<Origin>,
    /// For each line, the places in `origins` that it is made of.
    pub(in crate::compose) lines: Vec<Vec<usize>>,
}

/// Traces `text`, which is what [`super::merge`] made of the same fragments.
///
/// # Errors
/// What one of the parsers says; the merge went well before, so there is none to expect.
pub(in crate::compose) fn trace(
    format: Format,
    fragments: &[Fragment<'_>],
    decisions: &Decisions<'_>,
    text: &str,
) -> Result<Trace, String> {
    let failed = |what: &str| format!("the merge can't be traced: {what}");
    let layers = read_all(format, fragments).map_err(|_| failed("a layer can't be read"))?;
    let merged = model::merge_layers(&layers, decisions).map_err(|_| failed("layers clash"))?;
    let owners = merged.root.owners();
    let whole = merged.root.into_value();
    let own_lines = fragments
        .iter()
        .map(|fragment| {
            let lines = Lines::of(fragment.text);
            let places = places(format, fragment.text)?.into_iter();
            Ok(places.map(|place| (place.pointer, lines.at(place.span.start))).collect())
        })
        .collect::<Result<Vec<BTreeMap<String, usize>>, String>>()?;
    let lines = Lines::of(text);
    let found = places(format, text)?;
    let mut finder = Finder { layers: &layers, whole: &whole, known: BTreeMap::new(), items: BTreeMap::new() };
    let mut origin = |place: &Place| {
        let layer = owners.get(&place.pointer).copied().flatten();
        let is_users = owners.contains_key(&place.pointer) && layer.is_none();
        // A place that the model does not know by this pointer is the first layer's: an alias, a merge key.
        let layer = if is_users { None } else { layer.or(Some(0)) };
        let layer_line = layer.and_then(|layer| {
            let own = finder.own_place(layer, &rules::segments(&place.pointer))?;
            own_lines.get(layer)?.get(&rules::pointer(&own)).copied()
        });
        Origin { pointer: place.pointer.clone(), line: lines.at(place.span.start), layer, layer_line }
    };
    let origins: Vec<Origin> = found.iter().map(&mut origin).collect();
    let mut places = vec![Vec::new(); lines.count(text)];
    for (at, origin) in origins.iter().enumerate().filter(|(_, origin)| !origin.pointer.is_empty()) {
        if let Some(starting) = places.get_mut(origin.line) {
            starting.push(at);
        }
    }
    let parents = parents_of(&found);
    for (line, places) in places.iter_mut().enumerate().filter(|(_, places)| places.is_empty()) {
        let range = lines.range(line, text);
        places.extend(place_of(&text[range.clone()], range.start, &found, &parents));
    }
    Ok(Trace { origins, lines: places })
}

/// The place that a line belongs to on which none starts: the scalar that it goes on with; for a comment, what it
/// stands above; else the innermost that is around it.
fn place_of(line: &str, start: usize, found: &[Place], parents: &[Option<usize>]) -> Option<usize> {
    let next = found.partition_point(|place| place.span.start <= start);
    let mut around = next.checked_sub(1);
    while let Some(at) = around.filter(|&at| found[at].span.end <= start) {
        around = parents[at];
    }
    let is_leaf = |at: usize| found.get(at + 1).is_none_or(|next| next.span.start >= found[at].span.end);
    let is_scalar = around.is_some_and(|at| at > 0 && is_leaf(at));
    let is_comment = line.trim_start().starts_with(['#', '/']);
    if is_comment && !is_scalar && next < found.len() { Some(next) } else { around.or(found.first().map(|_| 0)) }
}

/// For each place, the innermost that is around it.
fn parents_of(found: &[Place]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parent = |(at, place): (usize, &Place)| {
        while open.last().is_some_and(|&above| found[above].span.end < place.span.end) {
            open.pop();
        }
        let parent = open.last().copied();
        open.push(at);
        parent
    };
    found.iter().enumerate().map(&mut parent).collect()
}

/// Finds places of the merged document in the layers' own: lists may have shifted. Each step is done once.
struct Finder<'a> {
    layers: &'a [Layer<'a>],
    whole: &'a Value,
    known: BTreeMap<(usize, Vec<String>), Option<Vec<String>>>,
    /// Where the elements of a layer's list are.
    items: BTreeMap<(usize, Vec<String>), BTreeMap<String, usize>>,
}

impl Finder<'_> {
    /// The place in a layer's own value of what stands at `place` in the merged one.
    fn own_place(&mut self, layer: usize, place: &[String]) -> Option<Vec<String>> {
        let Some((name, above)) = place.split_last() else { return Some(Vec::new()) };
        if let Some(known) = self.known.get(&(layer, place.to_vec())) {
            return known.clone();
        }
        let own = self.own_place(layer, above).and_then(|own| self.step(layer, own, above, name));
        self.known.insert((layer, place.to_vec()), own.clone());
        own
    }

    fn step(&mut self, layer: usize, mut own: Vec<String>, above: &[String], name: &str) -> Option<Vec<String>> {
        let mine = self.layers.get(layer)?.value.pointer(&rules::pointer(&own))?;
        match (mine, self.whole.pointer(&rules::pointer(above))?) {
            (Value::Object(mine), Value::Object(_)) => {
                mine.get(name)?;
                own.push(name.to_owned());
            }
            (Value::Array(mine), Value::Array(all)) => {
                let item = all.get(name.parse::<usize>().ok()?)?;
                let items = self.items.entry((layer, own.clone())).or_insert_with(|| {
                    let places = mine.iter().enumerate().rev().map(|(at, item)| (canonical(item), at));
                    places.collect()
                });
                let same = items.get(&canonical(item)).copied();
                let at = same.or_else(|| mine.iter().position(|own| is_part_of(own, item)))?;
                own.push(at.to_string());
            }
            _ => return None,
        }
        Some(own)
    }
}

/// Whether an object says nothing of its own scalars that another one does not say: two that were merged by key.
fn is_part_of(item: &Value, whole: &Value) -> bool {
    let (Some(item), Some(whole)) = (item.as_object(), whole.as_object()) else { return false };
    item.iter().all(|(name, value)| value.is_object() || value.is_array() || whole.get(name) == Some(value))
}

/// Where the lines of a text start.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line that a byte is on.
    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|&start| start <= byte).saturating_sub(1)
    }

    /// How many lines there are; a last newline begins none.
    fn count(&self, text: &str) -> usize {
        self.0.len() - usize::from(text.is_empty() || text.ends_with('\n'))
    }

    fn range(&self, line: usize, text: &str) -> std::ops::Range<usize> {
        let end = self.0.get(line + 1).map_or(text.len(), |next| next - 1);
        self.0[line]..end
    }
}
