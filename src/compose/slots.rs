//! Slots: lines of a file where other packs put text.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Problem, SlotFault};
use crate::model::{Opening, ProjectPath, printable};

/// A fill with its place in the order.
#[derive(Clone, Debug)]
pub(super) struct Fill<'a> {
    pub(super) slot: &'a str,
    pub(super) order: i32,
    /// The instance's name, which breaks ties.
    pub(super) instance: &'a str,
    pub(super) text: &'a str,
}

/// A text with its slots filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Where each line comes from.
    pub(super) lines: Vec<LineSource>,
}

/// Where a line of a filled text comes from. Lines are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineSource {
    /// A line of the text whose slots were filled.
    Text(usize),
    /// A line of the fill at this place among those that were given.
    Fill { fill: usize, line: usize },
}

/// Replaces each opening's marker line in `text` by its fills.
///
/// Fills join as whole lines: one newline at a fill's end means nothing, and a fill without text is none. Each line
/// gets the marker's indentation, blank ones stay empty. The result has at most `limit` bytes.
pub(super) fn fill(
    text: &str,
    openings: &[Opening],
    fills: &[Fill<'_>],
    limit: usize,
) -> Result<Filled, Vec<SlotFault>> {
    let mut faults = Vec::new();
    let lines: Vec<&str> = text.split('\n').collect();
    let mut markers: BTreeMap<usize, &Opening> = BTreeMap::new();
    let places = places_of(&lines, openings);
    let mut seen = BTreeSet::new();
    for opening in openings {
        let marker = opening.marker.trim();
        if !seen.insert(opening.name.as_str()) || (!marker.is_empty() && !seen.insert(marker)) {
            faults.push(SlotFault::Repeated { slot: opening.name.clone() });
            continue;
        }
        match places.get(marker).map(Vec::as_slice) {
            Some([place]) => {
                markers.insert(*place, opening);
            }
            Some(several) => faults.push(SlotFault::Marker {
                slot: opening.name.clone(),
                marker: opening.marker.clone(),
                lines: several.iter().map(|place| place + 1).collect(),
            }),
            None => {
                let (slot, marker) = (opening.name.clone(), opening.marker.clone());
                faults.push(SlotFault::Marker { slot, marker, lines: Vec::new() });
            }
        }
    }
    let mut texts = texts_by_slot(openings, fills);
    for opening in openings.iter().filter(|opening| opening.required) {
        if texts.get(opening.name.as_str()).is_none_or(Vec::is_empty) {
            faults.push(SlotFault::Empty { slot: opening.name.clone() });
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut out: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    let mut sources = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let Some(opening) = markers.get(&at) else {
            out.push(Line { indent: "", text: line });
            sources.push(LineSource::Text(at));
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let texts = texts.remove(opening.name.as_str()).unwrap_or_default();
        let blank = |line: &&str| line.trim().is_empty();
        let below = |text| if blank(&text) { Line { indent: "", text: "" } } else { Line { indent, text } };
        for (fill, text) in texts {
            for (line, text) in text.split('\n').enumerate() {
                out.push(below(text));
                sources.push(LineSource::Fill { fill, line });
            }
        }
    }
    // A deep indentation before many lines multiplies, so the size is known before the text is made.
    let size: usize = out.iter().map(|line| line.indent.len() + line.text.len() + 1).sum();
    if size > limit {
        return Err(vec![SlotFault::TooLarge { size, limit }]);
    }
    let lines: Vec<String> = out.iter().map(|line| format!("{}{}", line.indent, line.text)).collect();
    Ok(Filled { text: lines.join("\n"), lines: sources })
}

/// A line of the filled file.
struct Line<'a> {
    indent: &'a str,
    text: &'a str,
}

/// The lines on which each marker stands, all found in one pass.
fn places_of<'a>(lines: &[&'a str], openings: &'a [Opening]) -> BTreeMap<&'a str, Vec<usize>> {
    let markers: BTreeSet<&str> =
        openings.iter().map(|opening| opening.marker.trim()).filter(|marker| !marker.is_empty()).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(marker) = markers.get(line.trim()) {
            places.entry(marker).or_default().push(at);
        }
    }
    places
}

/// The texts of each slot in their order, each with the place of its fill.
fn texts_by_slot<'a>(openings: &'a [Opening], fills: &[Fill<'a>]) -> BTreeMap<&'a str, Vec<(usize, &'a str)>> {
    let mut by_slot: BTreeMap<&str, Vec<(usize, &Fill<'_>)>> = BTreeMap::new();
    for (place, fill) in fills.iter().enumerate().filter(|(_, fill)| !fill.text.trim().is_empty()) {
        by_slot.entry(fill.slot).or_default().push((place, fill));
    }
    let mut texts = BTreeMap::new();
    for opening in openings {
        let mut fills = by_slot.remove(opening.name.as_str()).unwrap_or_default();
        if opening.sorted {
            fills.sort_by_key(|(_, fill)| (whole_lines(fill.text), fill.order, fill.instance));
        } else {
            fills.sort_by_key(|(_, fill)| (fill.order, fill.instance));
        }
        let mut seen = BTreeSet::new();
        let lines = fills.into_iter().map(|(place, fill)| (place, whole_lines(fill.text)));
        texts.insert(opening.name.as_str(), lines.filter(|(_, text)| !opening.unique || seen.insert(*text)).collect());
    }
    texts
}

/// A text without the newline that only ends its last line.
fn whole_lines(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// The slots that a file opens, for messages.
pub(super) fn known(openings: &[Opening]) -> Vec<String> {
    openings.iter().map(|opening| format!("`{}`", printable(&opening.name))).collect()
}

impl Problem {
    /// What a file's slots have against it, as problems of its owner.
    pub(super) fn of_slots(path: &ProjectPath, owner: &super::Party, faults: Vec<SlotFault>) -> Vec<Self> {
        let problem = |fault| Self::Slot { path: path.clone(), owner: owner.clone(), fault };
        faults.into_iter().map(problem).collect()
    }
}
