//! Pieces and lines of their own texts, line by line of what was made of them.

use std::collections::BTreeMap;

use crate::compose::file::{Assembly, Parts};
use crate::compose::gather::Piece;
use crate::compose::lines::is_dotenv;
use crate::compose::merge::{self, Trace, key_of, pointer};
use crate::compose::slots::LineSource;
use crate::model::ProjectPath;

/// A piece and a line of its own text.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    /// None: the user's settlement.
    pub(super) piece: Option<&'a Piece<'a>>,
    pub(super) line: Option<usize>,
    pub(super) pointer: Option<String>,
}

/// The lines of the owner's text with its slots filled.
pub(super) fn of_filled<'a>(parts: &Parts<'a>, assembly: &Assembly<'_>) -> Vec<Spot<'a>> {
    let (Some(text), Some((owner, _))) = (&assembly.base, parts.files.first()) else { return Vec::new() };
    let spot = |piece, line| Spot { piece: Some(piece), line: Some(line), pointer: None };
    match &assembly.filled {
        None => (0..text.lines().count()).map(|line| spot(*owner, line)).collect(),
        Some(sources) => {
            let of = |source: &LineSource| match source {
                LineSource::Text(line) => Some(spot(*owner, *line)),
                LineSource::Fill { fill, line } => parts.fills.get(*fill).map(|(piece, _)| spot(*piece, *line)),
            };
            sources.iter().filter_map(of).collect()
        }
    }
}

/// The layers of a merge as pieces.
pub(super) struct Layers<'l, 'a> {
    pub(super) parts: &'l Parts<'a>,
    pub(super) filled: &'l [Spot<'a>],
    pub(super) has_base: bool,
}

impl<'a> Layers<'_, 'a> {
    pub(super) fn spot(&self, origin: &merge::Origin) -> Spot<'a> {
        let pointer = Some(origin.pointer.clone());
        match (origin.layer, self.has_base) {
            (None, _) => Spot { piece: None, line: None, pointer },
            (Some(0), true) => {
                let spot = origin.layer_line.and_then(|line| self.filled.get(line)).cloned();
                let owner =
                    || Spot { piece: self.parts.files.first().map(|(piece, _)| *piece), line: None, pointer: None };
                Spot { pointer, ..spot.unwrap_or_else(owner) }
            }
            (Some(layer), has_base) => {
                let piece = self.parts.merges.get(layer - usize::from(has_base)).map(|(piece, _)| *piece);
                Spot { piece, line: origin.layer_line, pointer }
            }
        }
    }
}

/// The lines of a merged text.
pub(super) fn of_merged<'a>(trace: &Trace, layers: &Layers<'_, 'a>, text: &str) -> Vec<Vec<Spot<'a>>> {
    let line = |places: &Vec<usize>| {
        let mut spots: Vec<Spot<'a>> = Vec::new();
        for origin in places.iter().filter_map(|&place| trace.origins.get(place)) {
            let spot = layers.spot(origin);
            // What is inside of something by the same hand adds nothing to a line.
            if !spots.iter().any(|known| same_piece(known, &spot)) {
                spots.push(spot);
            }
        }
        spots
    };
    let mut spots: Vec<Vec<Spot<'a>>> = trace.lines.iter().map(line).collect();
    spots.resize_with(text.lines().count(), Vec::new);
    spots
}

fn same_piece(one: &Spot<'_>, other: &Spot<'_>) -> bool {
    match (one.piece, other.piece) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Lines that stand behind everything else, and those that the user decided.
pub(super) fn add_lines<'a>(
    path: &ProjectPath,
    spots: &mut Vec<Vec<Spot<'a>>>,
    parts: &Parts<'a>,
    assembly: &Assembly<'_>,
) {
    if parts.lines.is_empty() {
        return;
    }
    let before: Vec<&str> = match (&assembly.merged, &assembly.base) {
        (Some((_, text)), _) => text.lines().collect(),
        (None, Some(text)) => text.lines().collect(),
        (None, None) => Vec::new(),
    };
    let mut asked: BTreeMap<&str, (&'a Piece<'a>, usize)> = BTreeMap::new();
    let mut headings: BTreeMap<String, &'a Piece<'a>> = BTreeMap::new();
    for (piece, ask) in &parts.lines {
        headings.entry(format!("# {}", piece.instance())).or_insert(piece);
        for (line, text) in ask.texts().enumerate() {
            asked.entry(text.trim()).or_insert((piece, line));
        }
    }
    for (at, line) in assembly.text.lines().enumerate() {
        if before.get(at) == Some(&line) {
            continue;
        }
        let pointer = key_of(line).filter(|_| is_dotenv(path)).map(|key| pointer(&[key.to_owned()]));
        let spot = match asked.get(line.trim()) {
            Some(&(piece, line)) => Spot { piece: Some(piece), line: Some(line), pointer },
            // A heading belongs to what follows it; a blank line to nobody in particular.
            None => Spot { piece: headings.get(line).copied(), line: None, pointer },
        };
        let entry = if spot.piece.is_some() || !line.is_empty() { vec![spot] } else { Vec::new() };
        if at < spots.len() { spots[at] = entry } else { spots.push(entry) }
    }
}
