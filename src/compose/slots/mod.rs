//! Slots: lines of a file where other packs put text.

mod fault;

use std::collections::{BTreeMap, BTreeSet};

pub use fault::SlotFault;

use super::party::{FEW, Party, few};
use super::problem::Problem;
use crate::model::{Opening, ProjectPath, printable};

/// A fill with its place in the order.
#[derive(Clone, Debug)]
pub(super) struct Fill<'a> {
    pub(super) slot: &'a str,
    pub(super) order: i32,
    /// Whose it is; the instance's name breaks ties.
    pub(super) party: &'a Party,
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
    let lines: Vec<&str> = text.split('\n').collect();
    let places = places_of(&lines, openings);
    let (markers, mut faults) = markers_of(&lines, openings, &places);
    let mut texts = texts_by_slot(openings, fills);
    let is_empty = |opening: &&Opening| texts.get(opening.name.as_str()).is_none_or(Vec::is_empty);
    let empty: Vec<&Opening> = openings.iter().filter(|opening| opening.required).filter(is_empty).collect();
    if !empty.is_empty() {
        let (opened, filled) = (few(known(openings)), few(filled(fills).into_iter()));
        let fault = |opening: &&Opening| {
            let (opened, filled) = (opened.clone(), filled.clone());
            SlotFault::Empty { slot: opening.name.clone(), opened, filled }
        };
        faults.extend(empty.iter().map(fault));
    }
    faults.extend(fills.iter().filter_map(|fill| left_behind(fill, &places)));
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut out: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    // A deep indentation before many lines multiplies, so the size is known before the text is made.
    let mut size = 0;
    let mut sources = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let Some(opening) = markers.get(&at) else {
            size += line.len() + 1;
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
                let below = below(text);
                size += below.indent.len() + below.text.len() + 1;
                if size > limit {
                    return Err(vec![SlotFault::TooLarge { size, limit }]);
                }
                out.push(below);
                sources.push(LineSource::Fill { fill, line });
            }
        }
    }
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

/// The line of each slot's marker, and what is wrong with those that have none to themselves.
fn markers_of<'a>(
    lines: &[&str],
    openings: &'a [Opening],
    places: &BTreeMap<&str, Vec<usize>>,
) -> (BTreeMap<usize, &'a Opening>, Vec<SlotFault>) {
    let (mut markers, mut faults) = (BTreeMap::new(), Vec::new());
    let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for opening in openings {
        let marker = opening.marker.trim();
        if !names.insert(opening.name.as_str()) || (!marker.is_empty() && !seen.insert(marker)) {
            faults.push(SlotFault::Repeated { slot: opening.name.clone() });
            continue;
        }
        let found = places.get(marker).map_or(&[][..], Vec::as_slice);
        // Each search reads the whole file.
        let is_searched = found.is_empty() && faults.len() < FEW;
        if let [place] = found {
            markers.insert(*place, opening);
            continue;
        }
        faults.push(SlotFault::Marker {
            slot: opening.name.clone(),
            marker: opening.marker.clone(),
            lines: found.iter().map(|place| place + 1).collect(),
            near: if is_searched { near(lines, marker) } else { None },
        });
    }
    (markers, faults)
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

/// The first line that holds a marker beside something else.
fn near(lines: &[&str], marker: &str) -> Option<(usize, String)> {
    let at = lines.iter().position(|line| !marker.is_empty() && line.contains(marker))?;
    Some((at + 1, lines.get(at)?.trim().to_owned()))
}

/// A marker of the file that a fill would put into it.
fn left_behind(fill: &Fill<'_>, places: &BTreeMap<&str, Vec<usize>>) -> Option<SlotFault> {
    let marker = fill.text.lines().map(str::trim).find(|line| places.contains_key(line))?;
    Some(SlotFault::Left { slot: fill.slot.to_owned(), pack: fill.party.clone(), marker: marker.to_owned() })
}

/// Who fills what, for messages.
fn filled(fills: &[Fill<'_>]) -> Vec<String> {
    let fills = fills.iter().filter(|fill| !fill.text.trim().is_empty());
    let all: BTreeSet<String> = fills.map(|fill| format!("{} fills `{}`", fill.party, printable(fill.slot))).collect();
    all.into_iter().collect()
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
            fills.sort_by_key(|(_, fill)| (whole_lines(fill.text), fill.order, &fill.party.instance));
        } else {
            fills.sort_by_key(|(_, fill)| (fill.order, &fill.party.instance));
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
pub(super) fn known(openings: &[Opening]) -> impl Iterator<Item = String> {
    openings.iter().map(|opening| format!("`{}`", printable(&opening.name)))
}

impl Problem {
    /// What a file's slots have against it, as problems of its owner.
    pub(super) fn of_slots(path: &ProjectPath, owner: &Party, faults: Vec<SlotFault>) -> Vec<Self> {
        let problem = |fault| Self::Slot { path: path.clone(), owner: owner.clone(), fault };
        faults.into_iter().map(problem).collect()
    }
}
