//! Where each line and each place of a composed file comes from.
//!
//! Composing keeps no account of it, because most runs are never asked. Whoever asks for a path gets that file put
//! together once more with the same pieces, and the steps are followed backwards: lines that were added, what merges
//! decided ([`merge::trace`]), fills and the lines of the owner's text ([`slots::LineSource`]), and the lines of the
//! templates that made those ([`crate::template::trace`]).

mod account;
mod spots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::file::Parts;
use super::gather;
use super::merge::{self, Format};
use super::party::Party;
use super::settle::Used;
use super::{Problem, Settlements, Share};
use crate::model::{JsonObject, ProjectPath};
use crate::template::TemplateLine;
use account::Account;
use spots::{Layers, Spot};

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// Its text; none where it is not text.
    pub text: Option<String>,
    /// For each line, what it is made of; none for a file that is not text.
    pub lines: Vec<Vec<Attribution>>,
    /// The places of a structured file, by JSON Pointer.
    pub places: BTreeMap<String, Place>,
    /// Every share in it, the owner's first.
    pub shares: Vec<Attribution>,
    format: Option<Format>,
}

impl Provenance {
    /// The lines, counted from 0, on which the places of a text start that was this file's once; none where it can't be
    /// read as what the file is.
    pub fn places_in(&self, text: &str) -> Option<BTreeMap<String, usize>> {
        merge::place_lines(self.format?, text).ok()
    }
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
    /// Whether packs disagreed here, and the user chose this one.
    pub chosen: bool,
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
    /// The values that the line names, such as `answers.port`. None where nobody asked about the line by itself, which takes
    /// parsing it, and where the line alone does not tell.
    pub names: Option<BTreeSet<String>>,
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
    let mut problems = Vec::new();
    let groups = gather::gather(shares, &parties, &mut problems)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let settlements = settlements.for_files(|path| groups.contains_key(path));
    let is_omitted = settlements.omitted().any(|omitted| omitted == path);
    let Some(pieces) = groups.get(path).filter(|_| !is_omitted) else { return Ok(None) };
    let settled = settlements.of(path);
    let mut used = Used::default();
    let parts = Parts::agreed(path, pieces, settled, &mut used)?;
    let owner = parts.owner();
    if owner.as_ref().is_some_and(|owner| owner.text().is_none()) {
        let shares = Account::of(shares, &used).shares(&parts);
        return Ok(Some(Provenance { text: None, lines: Vec::new(), places: BTreeMap::new(), shares, format: None }));
    }
    let assembly = parts.assemble(path, owner.as_ref(), settled, &mut used)?;
    let mut account = Account::of(shares, &used);
    let filled = spots::of_filled(&parts, &assembly);
    let base = owner.as_ref().zip(assembly.base.as_deref()).map(|(owner, text)| (owner.party, text));
    let format = assembly.merged.as_ref().map(|(format, _)| *format).or_else(|| Format::of_file(path, &assembly.text));
    let mut places: Vec<(String, usize, Spot<'_>)> = Vec::new();
    let mut lines: Vec<Vec<Spot<'_>>> = match &assembly.merged {
        None => filled.into_iter().map(|spot| vec![spot]).collect(),
        Some((format, text)) => {
            let (parties, fragments) = parts.layers(base);
            let decisions = settled.map(|settled| settled.decisions(path, *format, &parties)).transpose()?;
            let trace = merge::trace(*format, &fragments, &decisions.unwrap_or_default(), text).unwrap_or_default();
            let layers = Layers { parts: &parts, filled: &filled, has_base: base.is_some() };
            places
                .extend(trace.origins.iter().map(|origin| (origin.pointer.clone(), origin.line, layers.spot(origin))));
            spots::of_merged(&trace, &layers, text)
        }
    };
    spots::add_lines(path, &mut lines, &parts, &assembly);
    let known: BTreeSet<String> = places.iter().map(|(pointer, ..)| pointer.clone()).collect();
    // What no merge put together stands where its line does.
    let others = format.and_then(|format| merge::place_lines(format, &assembly.text).ok()).unwrap_or_default();
    for (pointer, line) in others.into_iter().filter(|(pointer, _)| !known.contains(pointer)) {
        let Some(spot) = lines.get(line).and_then(|spots| spots.first()) else { continue };
        places.push((pointer.clone(), line, Spot { pointer: Some(pointer), ..spot.clone() }));
    }
    let place = |(pointer, line, spot): (String, usize, Spot<'_>)| {
        (pointer, Place { line, attribution: account.attribution(&spot, &parts) })
    };
    let places = places.into_iter().map(place).collect();
    let lines =
        lines.iter().map(|spots| spots.iter().map(|spot| account.attribution(spot, &parts)).collect()).collect();
    let shares = account.shares(&parts);
    Ok(Some(Provenance { text: Some(assembly.text), lines, places, shares, format }))
}
