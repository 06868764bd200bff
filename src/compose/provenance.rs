//! Where each line and each place of a composed file comes from.
//!
//! Composing keeps no account of it, because most runs are never asked. Whoever asks for a path gets that file put
//! together once more with the same pieces, and the steps are followed backwards: lines that were added, what merges
//! decided ([`merge::trace`]), fills and the lines of the owner's text ([`slots::LineSource`]), and the lines of the
//! templates that made those ([`crate::template::trace`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{Assembly, Parts};
use super::gather::{self, Piece};
use super::lines::Asked;
use super::merge::{self, Trace};
use super::party::Party;
use super::settle::Used;
use super::slots::LineSource;
use super::texts::{Texts, text_of};
use super::{Problem, Settlements, Share};
use crate::model::{Body, JsonObject, ProjectPath, Rendering, Text};
use crate::template::{self, TemplateLine};

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// Its text; none where it is not text.
    pub text: Option<String>,
    /// For each line, what it is made of; one entry for a file that is not text.
    pub lines: Vec<Vec<Attribution>>,
    /// The places of a structured file that packs merged, by JSON Pointer.
    pub places: BTreeMap<String, Place>,
}

/// A place of a structured file.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The line on which it starts, counted from 0.
    pub line: usize,
    /// What it is made of.
    pub attribution: Attribution,
}

/// What a line or a place is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Whose it is; none where the user settled a conflict.
    pub party: Option<Party>,
    /// Which kind of share it is.
    pub kind: ShareKind,
    /// The place in a structured file, as a JSON Pointer.
    pub pointer: Option<String>,
    /// The template that was rendered and what it was given; none for literal text.
    pub template: Option<UsedTemplate>,
}

/// Which kind of share something is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareKind {
    /// The file itself.
    File,
    /// Text in a slot.
    Slot {
        /// The slot's name.
        slot: String,
        /// Whose file opens it.
        opener: Option<Party>,
    },
    /// A structured merge.
    Merge {
        /// The format.
        format: String,
    },
    /// Lines that the file has to hold.
    Lines,
    /// What stands under `[compose]`.
    Settlement,
}

/// A rendering that has a part in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct UsedTemplate {
    /// The template that the pack named.
    pub name: String,
    /// The line that it comes from, of that template or of one that it includes, where the engine can tell.
    pub line: Option<TemplateLine>,
    /// What the template was given.
    pub values: Arc<JsonObject>,
}

/// Explains the file at `path` of what [`super::compose`] makes of the same shares; none where it makes no such file.
///
/// # Errors
/// As for composing.
pub fn explain(
    shares: &[Share<'_>],
    settlements: &Settlements,
    path: &ProjectPath,
) -> Result<Option<Provenance>, Vec<Problem>> {
    let parties: Vec<Party> = shares.iter().map(|share| Party::of(share.instance)).collect();
    let (texts, mut problems) = Texts::render(shares)?;
    let groups = gather::gather(shares, &parties, &texts, &mut problems)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let Some(pieces) = groups.get(path) else { return Ok(None) };
    let settled = settlements.of(path);
    let mut used = Used::default();
    let parts = Parts::agreed(path, pieces, settled, &mut used)?;
    let owner = parts.owner();
    let mut account = Account { shares, traced: BTreeMap::new() };
    if owner.as_ref().is_some_and(|owner| owner.text().is_none()) {
        let spot = Spot { piece: parts.files.first().map(|(piece, _)| *piece), line: None, pointer: None };
        return Ok(Some(Provenance {
            text: None,
            lines: vec![vec![account.attribution(&spot, &parts)]],
            places: BTreeMap::new(),
        }));
    }
    let assembly = parts.assemble(path, owner.as_ref(), settled, &mut used)?;
    let filled = filled_spots(&parts, &assembly);
    let base = owner.as_ref().zip(assembly.base.as_deref()).map(|(owner, text)| (owner.party, text));
    let mut places = BTreeMap::new();
    let mut spots: Vec<Vec<Spot<'_>>> = match &assembly.merged {
        None => filled.into_iter().map(|spot| vec![spot]).collect(),
        Some((format, text)) => {
            let (party_of_layer, fragments) = parts.layers(base);
            let decisions = match settled {
                Some(settled) => settled.decisions(path, *format, &party_of_layer)?,
                None => merge::Decisions::new(),
            };
            let trace = merge::trace(*format, &fragments, &decisions, text).unwrap_or_default();
            let layers = Layers { parts: &parts, filled: &filled, has_base: base.is_some() };
            for origin in &trace.origins {
                let place = Place { line: origin.line, attribution: account.attribution(&layers.spot(origin), &parts) };
                places.insert(origin.pointer.clone(), place);
            }
            merged_spots(&trace, &layers, text)
        }
    };
    add_lines(&mut spots, &parts, &assembly);
    let lines =
        spots.iter().map(|spots| spots.iter().map(|spot| account.attribution(spot, &parts)).collect()).collect();
    Ok(Some(Provenance { text: Some(assembly.text), lines, places }))
}

/// A piece and a line of its own text.
#[derive(Clone, Debug)]
struct Spot<'a> {
    /// None: the user's settlement.
    piece: Option<&'a Piece<'a>>,
    line: Option<usize>,
    pointer: Option<String>,
}

/// The lines of the owner's text with its slots filled.
fn filled_spots<'a>(parts: &Parts<'a>, assembly: &Assembly<'_>) -> Vec<Spot<'a>> {
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
struct Layers<'l, 'a> {
    parts: &'l Parts<'a>,
    filled: &'l [Spot<'a>],
    has_base: bool,
}

impl<'a> Layers<'_, 'a> {
    fn spot(&self, origin: &merge::Origin) -> Spot<'a> {
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
fn merged_spots<'a>(trace: &Trace, layers: &Layers<'_, 'a>, text: &str) -> Vec<Vec<Spot<'a>>> {
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
fn add_lines<'a>(spots: &mut Vec<Vec<Spot<'a>>>, parts: &Parts<'a>, assembly: &Assembly<'_>) {
    if parts.lines.is_empty() {
        return;
    }
    let before: Vec<&str> = match (&assembly.merged, &assembly.base) {
        (Some((_, text)), _) => text.lines().collect(),
        (None, Some(text)) => text.lines().collect(),
        (None, None) => Vec::new(),
    };
    let asks = |asked: &Asked<'a>, line: &str| asked.texts().position(|text| text == line);
    for (at, line) in assembly.text.lines().enumerate() {
        if before.get(at) == Some(&line) {
            continue;
        }
        let asked = parts.lines.iter().find_map(|(piece, asked)| Some((*piece, asks(asked, line)?)));
        let heading =
            || parts.lines.iter().find(|(piece, _)| line.strip_prefix("# ") == Some(piece.instance().as_str()));
        let spot = match asked {
            Some((piece, line)) => Spot { piece: Some(piece), line: Some(line), pointer: None },
            // A heading belongs to what follows it; a blank line to nobody in particular.
            None => Spot { piece: heading().map(|(piece, _)| *piece), line: None, pointer: None },
        };
        let is_users = asked.is_none() && spot.piece.is_none() && !line.is_empty();
        let entry = if spot.piece.is_some() || is_users { vec![spot] } else { Vec::new() };
        if at < spots.len() { spots[at] = entry } else { spots.push(entry) }
    }
}

/// Turns spots into what a user is told; templates are traced once each.
struct Account<'s> {
    shares: &'s [Share<'s>],
    traced: BTreeMap<(usize, *const Rendering), Vec<Option<TemplateLine>>>,
}

impl Account<'_> {
    fn attribution(&mut self, spot: &Spot<'_>, parts: &Parts<'_>) -> Attribution {
        let pointer = spot.pointer.clone();
        let Some(piece) = spot.piece else {
            return Attribution { party: None, kind: ShareKind::Settlement, pointer, template: None };
        };
        let kind = match piece.body {
            Body::File(_) => ShareKind::File,
            Body::Slot(fill) => ShareKind::Slot {
                slot: fill.name.clone(),
                opener: parts.files.first().map(|(piece, _)| piece.party.clone()),
            },
            Body::Merge(merge) => ShareKind::Merge { format: merge.format.clone() },
            Body::Lines(_) => ShareKind::Lines,
        };
        let template = match text_of(piece.body) {
            Some(Text::Template(rendering)) => Some(UsedTemplate {
                name: rendering.template.clone(),
                line: spot.line.and_then(|line| self.template_line(piece, rendering, line)),
                values: Arc::clone(&rendering.values),
            }),
            _ => None,
        };
        Attribution { party: Some(piece.party.clone()), kind, pointer, template }
    }

    fn template_line(&mut self, piece: &Piece<'_>, rendering: &Rendering, line: usize) -> Option<TemplateLine> {
        let share = self.shares.iter().position(|share| share.instance.name == *piece.instance())?;
        let traced = self.traced.entry((share, rendering)).or_insert_with(|| {
            let text = piece.text.as_deref().unwrap_or_default();
            template::trace(&self.shares[share].output.templates, rendering, text)
        });
        if piece.text.as_deref()?.split('\n').nth(line)?.trim().is_empty() {
            return None;
        }
        // A line in the middle of something printed belongs to where that began.
        traced.get(..=line)?.iter().rev().find_map(Clone::clone)
    }
}
