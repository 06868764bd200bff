//! One path's contributions become one file.
//!
//! The order of the steps is part of the contract: the owner's file, its slots filled, structured merges into it, lines
//! behind it. So a fill is a part of the file by the time others merge into it, and lines see everything. What can be
//! wrong before anything is put together is found in `checks.rs`.

mod checks;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::MAX_FILE_BYTES;
use super::gather::{self, Piece};
use super::lines::{self, Asked};
use super::merge::{self, Format, Fragment, MergeError};
use super::party::Party;
use super::problem::Problem;
use super::settle::{self, FileSettlements, Used};
use super::slots::{self, Fill};
use crate::model::{
    Body, Content, File, Merge, Name, Origin, Ownership, ProjectPath, TreeFile, as_text, unix_newlines,
};

/// The pieces of a file by kind, each kind in canonical order.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) files: Vec<(&'a Piece<'a>, &'a File)>,
    pub(super) merges: Vec<(&'a Piece<'a>, &'a Merge)>,
    pub(super) fills: Vec<(&'a Piece<'a>, Fill<'a>)>,
    pub(super) lines: Vec<(&'a Piece<'a>, Asked<'a>)>,
}

/// Makes the file of `path`; none where a template failed, which has been told.
///
/// # Errors
/// Everything in which the pieces do not fit, and settlements that settle nothing.
pub(super) fn make(
    path: &ProjectPath,
    pieces: &[Piece<'_>],
    settled: Option<&FileSettlements>,
) -> Result<Option<TreeFile>, Vec<Problem>> {
    if pieces.iter().any(Piece::has_failed) {
        return Ok(None);
    }
    let mut used = Used::default();
    let parts = Parts::agreed(path, pieces, settled, &mut used)?;
    let owner = parts.owner();
    let contents = match &owner {
        Some(owner) if parts.is_alone(owner) => owner.bytes.clone().into_owned(),
        _ => parts.assemble(path, owner.as_ref(), settled, &mut used)?.text.into_bytes(),
    };
    let moved_from = owner.as_ref().map_or(Ok(Vec::new()), Owner::moved_from)?;
    let stale = settled.map(|settled| settled.stale(path, &used)).unwrap_or_default();
    if !stale.is_empty() {
        return Err(stale);
    }
    Ok(Some(TreeFile {
        contents,
        executable: owner.as_ref().is_some_and(|owner| owner.file.executable),
        ownership: owner.as_ref().map_or(Ownership::Managed, |owner| owner.file.ownership),
        origins: parts.origins(pieces),
        moved_from,
    }))
}

/// The pack whose file it is.
pub(super) struct Owner<'a> {
    pub(super) party: &'a Party,
    pub(super) file: &'a File,
    at: Option<&'a ProjectPath>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Owner<'a> {
    fn of(piece: &'a Piece<'a>, file: &'a File) -> Self {
        Self { party: piece.party, file, at: piece.at, bytes: bytes_of(piece, file) }
    }

    /// Where older versions of the pack put the file.
    fn moved_from(&self) -> Result<Vec<ProjectPath>, Vec<Problem>> {
        let placed = self.file.moved_from.iter().map(|path| gather::placed(self.at, path));
        let problem = |error| vec![Problem::Path { pack: self.party.clone(), error }];
        placed.collect::<Result<_, _>>().map_err(problem)
    }

    pub(super) fn text(&self) -> Option<&str> {
        as_text(&self.bytes)
    }
}

/// A file's bytes, text with LF.
fn bytes_of<'a>(piece: &'a Piece<'a>, file: &'a File) -> Cow<'a, [u8]> {
    match (&file.contents, &piece.text) {
        (_, Some(text)) => Cow::Borrowed(text.as_bytes()),
        (Content::Bytes(bytes), None) if std::str::from_utf8(bytes).is_ok() => unix_newlines(bytes),
        (Content::Bytes(bytes), None) => Cow::Borrowed(bytes),
        (Content::Text(_), None) => Cow::Borrowed(&[]),
    }
}

/// A file's text, and what it looked like on the way.
pub(super) struct Assembly<'a> {
    pub(super) text: String,
    /// The owner's text with its slots filled.
    pub(super) base: Option<Cow<'a, str>>,
    /// Where the lines of `base` come from; none where it opens no slots.
    pub(super) filled: Option<Vec<slots::LineSource>>,
    /// What merges made of `base`, and the format.
    pub(super) merged: Option<(Format, String)>,
}

impl<'a> Parts<'a> {
    /// The pieces by kind, once it is clear that they fit.
    pub(super) fn agreed(
        path: &ProjectPath,
        pieces: &'a [Piece<'a>],
        settled: Option<&FileSettlements>,
        used: &mut Used,
    ) -> Result<Self, Vec<Problem>> {
        let mut parts = Self::of(pieces);
        if let Some(settled) = settled {
            settled.check_owners(path, &pieces.iter().map(|piece| piece.party).collect::<Vec<_>>())?;
        }
        let mut problems = parts.disagreements(path);
        if let Some(owner) = settled.and_then(FileSettlements::owner)
            && !problems.is_empty()
        {
            parts.settle_owner(path, owner)?;
            problems.clear();
            used.owner = true;
        }
        problems.extend(match parts.owner() {
            Some(owner) => parts.misfits(path, &owner),
            None => parts.orphans(path),
        });
        if problems.is_empty() { Ok(parts) } else { Err(problems) }
    }

    fn of(pieces: &'a [Piece<'a>]) -> Self {
        let mut parts = Self::default();
        for piece in pieces {
            let text = piece.text.as_deref().unwrap_or_default();
            match piece.body {
                Body::File(file) => parts.files.push((piece, file)),
                Body::Merge(merge) => parts.merges.push((piece, merge)),
                Body::Lines(lines) => parts.lines.push((piece, Asked { party: piece.party, lines })),
                Body::Slot(slot) => {
                    let fill = Fill { slot: &slot.name, order: slot.order, party: piece.party, text };
                    parts.fills.push((piece, fill));
                }
            }
        }
        parts
    }

    /// Leaves only the file of the instance that the user chose.
    fn settle_owner(&mut self, path: &ProjectPath, owner: &Name) -> Result<(), Vec<Problem>> {
        let parties = || self.files.iter().map(|(piece, _)| piece.party.clone());
        if !self.files.iter().any(|(piece, _)| piece.instance() == owner) {
            return Err(vec![settle::no_share(path, None, owner, parties())]);
        }
        self.files.retain(|(piece, _)| piece.instance() == owner);
        // A pack may contradict itself, and then no choice of packs helps.
        let own = self.disagreements(path);
        if own.is_empty() { Ok(()) } else { Err(own) }
    }

    pub(super) fn owner(&self) -> Option<Owner<'a>> {
        self.files.first().map(|(piece, file)| Owner::of(piece, file))
    }

    /// Who has a share that is no file, and what it is.
    fn guests(&self) -> impl Iterator<Item = (&'a Piece<'a>, &'static str)> {
        let fills = self.fills.iter().map(|(piece, _)| (*piece, "text for a slot"));
        let merges = self.merges.iter().map(|(piece, _)| (*piece, "a merge"));
        fills.chain(merges).chain(self.lines.iter().map(|(piece, _)| (*piece, "lines")))
    }

    /// Whether the owner's bytes are the file.
    fn is_alone(&self, owner: &Owner<'_>) -> bool {
        owner.file.slots.is_empty() && self.guests().next().is_none()
    }

    /// Puts the text together.
    pub(super) fn assemble<'o>(
        &self,
        path: &ProjectPath,
        owner: Option<&'o Owner<'_>>,
        settled: Option<&FileSettlements>,
        used: &mut Used,
    ) -> Result<Assembly<'o>, Vec<Problem>> {
        let mut base: Option<Cow<'o, str>> = owner.and_then(Owner::text).map(Cow::Borrowed);
        let mut filled_lines = None;
        if let (Some(owner), Some(text)) = (owner, &base)
            && !owner.file.slots.is_empty()
        {
            let given: Vec<Fill<'_>> = self.fills.iter().map(|(_, fill)| fill.clone()).collect();
            let filled = slots::fill(text, &owner.file.slots, &given, MAX_FILE_BYTES);
            let filled = filled.map_err(|faults| Problem::of_slots(path, owner.party, faults))?;
            filled_lines = Some(filled.lines);
            base = Some(Cow::Owned(filled.text));
        }
        let merged = match self.format(path)? {
            Some(format) => {
                let base = owner.zip(base.as_deref()).map(|(owner, text)| (owner.party, text));
                Some((format, self.merge(path, format, base, settled, used)?))
            }
            None => None,
        };
        let so_far = merged.as_ref().map(|(_, text)| text.as_str()).or(base.as_deref());
        let text = if self.lines.is_empty() {
            so_far.unwrap_or_default().to_owned()
        } else {
            let asked: Vec<Asked<'_>> = self.lines.iter().map(|(_, asked)| asked.clone()).collect();
            let decided = lines::agree(path, so_far, &self.texts(owner), &asked, settled, used)?;
            lines::add(path, so_far, &asked, &decided)
        };
        Ok(Assembly { text, base, filled: filled_lines, merged })
    }

    /// The texts that stand before lines do, and whose they are.
    fn texts<'t>(&'t self, owner: Option<&'t Owner<'_>>) -> Vec<(&'t Party, &'t str)> {
        let owner = owner.and_then(|owner| Some((owner.party, owner.text()?)));
        let fills = self.fills.iter().map(|(piece, fill)| (piece.party, fill.text));
        let merges = self.merges.iter().map(|(piece, _)| (piece.party, piece.text.as_deref().unwrap_or_default()));
        owner.into_iter().chain(fills).chain(merges).collect()
    }

    /// The texts that are merged, the owner's first, and whose they are.
    pub(super) fn layers<'t>(&'t self, base: Option<(&'t Party, &'t str)>) -> (Vec<&'t Party>, Vec<Fragment<'t>>) {
        let base = base.map(|(party, text)| (party, Fragment { text, weak: false, lists: &[] }));
        let merges = self.merges.iter().map(|(piece, merge)| {
            let text = piece.text.as_deref().unwrap_or_default();
            (piece.party, Fragment { text, weak: merge.weak, lists: &merge.lists })
        });
        base.into_iter().chain(merges).unzip()
    }

    fn merge(
        &self,
        path: &ProjectPath,
        format: Format,
        base: Option<(&Party, &str)>,
        settled: Option<&FileSettlements>,
        used: &mut Used,
    ) -> Result<String, Vec<Problem>> {
        let (parties, fragments) = self.layers(base);
        let decisions = match settled {
            Some(settled) => settled.decisions(path, format, &parties)?,
            None => merge::Decisions::new(),
        };
        let merged = merge::merge(format, &fragments, &decisions).map_err(|errors| {
            errors
                .into_iter()
                .filter_map(|error| merge_problem(path, format, &parties, settled, error))
                .collect::<Vec<_>>()
        })?;
        used.pointers.extend(merged.decided);
        let mut text = merged.text;
        if base.is_none() && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    }

    /// Who has a share in the file: owners first, then the others, each in canonical order and once for each template.
    fn origins(&self, pieces: &[Piece<'_>]) -> Vec<Origin> {
        let guests = pieces.iter().filter(|piece| !matches!(piece.body, Body::File(_)));
        let mut origins: Vec<Origin> = Vec::new();
        let mut seen = BTreeSet::new();
        for piece in self.files.iter().map(|(piece, _)| *piece).chain(guests) {
            if seen.insert((piece.instance(), piece.template())) {
                let template = piece.template().map(str::to_owned);
                origins.push(Origin { instance: piece.instance().clone(), template });
            }
        }
        origins
    }
}

/// A merge's error in terms of packs.
fn merge_problem(
    path: &ProjectPath,
    format: Format,
    parties: &[&Party],
    settled: Option<&FileSettlements>,
    error: MergeError,
) -> Option<Problem> {
    let path = path.clone();
    let pack = |layer: usize| parties.get(layer).or(parties.first()).map(|&party| party.clone());
    Some(match error {
        MergeError::Unreadable { layer, message } => {
            Problem::Unreadable { path, pack: pack(layer)?, format: format.name(), message }
        }
        MergeError::Pointer { layer, pointer } => Problem::Pointer { path, pack: pack(layer)?, pointer },
        MergeError::Clash { pointer, about_rules, first, second } => {
            let (first, second) = ((pack(first.0)?, first.1), (pack(second.0)?, second.1));
            if about_rules {
                Problem::Rules { path, pointer, first, second }
            } else {
                Problem::Values { path, pointer, first, second }
            }
        }
        MergeError::NoSay { pointer, speakers } => {
            let owner = settled.and_then(|settled| settled.owner_at(&pointer))?;
            settle::no_share(&path, Some(&pointer), owner, speakers.into_iter().filter_map(pack))
        }
        MergeError::Unfaithful { message } => {
            let mut packs: Vec<Party> = parties.iter().map(|&party| party.clone()).collect();
            packs.dedup();
            Problem::Unfaithful { path, packs, message }
        }
    })
}
