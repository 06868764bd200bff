//! One path's contributions become one file.
//!
//! The order of the steps is part of the contract: the owner's file, its slots filled, structured merges into it, lines
//! behind it. So a fill is a part of the file by the time others merge into it, and lines see everything.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::MAX_FILE_BYTES;
use super::gather::Piece;
use super::lines::{self, Asked};
use super::merge::{self, Format, Fragment, MergeError};
use super::party::Party;
use super::problem::{Problem, ownership_name};
use super::slots::{self, Fill};
use crate::model::{Body, Content, File, Merge, Origin, Ownership, ProjectPath, TreeFile, printable, unix_newlines};

/// The pieces of a file by kind, each kind in canonical order.
#[derive(Default)]
struct Parts<'a> {
    files: Vec<(&'a Piece<'a>, &'a File)>,
    merges: Vec<(&'a Piece<'a>, &'a Merge)>,
    fills: Vec<(&'a Piece<'a>, Fill<'a>)>,
    lines: Vec<(&'a Piece<'a>, Asked<'a>)>,
}

/// Makes the file of `path`; none where a template failed, which has been told.
pub(super) fn make(path: &ProjectPath, pieces: &[Piece<'_>]) -> Result<Option<TreeFile>, Vec<Problem>> {
    if pieces.iter().any(Piece::has_failed) {
        return Ok(None);
    }
    let parts = Parts::of(pieces);
    let mut problems = parts.disagreements(path);
    let owner = parts.files.first().map(|(piece, file)| Owner::of(piece, file));
    problems.extend(match &owner {
        Some(owner) => parts.misfits(path, owner),
        None => parts.orphans(path),
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let contents = match &owner {
        Some(owner) if parts.is_alone(owner) => owner.bytes.clone().into_owned(),
        _ => parts.text(path, owner.as_ref())?.into_bytes(),
    };
    Ok(Some(TreeFile {
        contents,
        executable: owner.as_ref().is_some_and(|owner| owner.file.executable),
        ownership: owner.as_ref().map_or(Ownership::Managed, |owner| owner.file.ownership),
        origins: origins(&parts, pieces),
    }))
}

/// The pack whose file it is.
struct Owner<'a> {
    party: &'a Party,
    file: &'a File,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Owner<'a> {
    fn of(piece: &'a Piece<'a>, file: &'a File) -> Self {
        Self { party: piece.party, file, bytes: bytes_of(piece, file) }
    }

    fn text(&self) -> Option<&str> {
        if self.bytes.contains(&0) { None } else { std::str::from_utf8(&self.bytes).ok() }
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

impl<'a> Parts<'a> {
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

    /// Where files of several packs differ.
    fn disagreements(&self, path: &ProjectPath) -> Vec<Problem> {
        let Some(((first, file), others)) = self.files.split_first() else { return Vec::new() };
        let bytes = bytes_of(first, file);
        let mut problems = Vec::new();
        for (piece, other) in others {
            let mut differ = |about, one: String, two: String| {
                let (first, second) = ((first.party.clone(), one), (piece.party.clone(), two));
                problems.push(Problem::File { path: path.clone(), about, first, second });
            };
            let other_bytes = bytes_of(piece, other);
            if bytes != other_bytes {
                let (one, two) = difference(&bytes, &other_bytes);
                differ("contents", one, two);
            }
            if file.executable != other.executable {
                let name = |file: &File| if file.executable { "executable" } else { "not executable" }.to_owned();
                differ("modes", name(file), name(other));
            }
            if file.ownership != other.ownership {
                let name = |file: &File| ownership_name(file.ownership).to_owned();
                differ("ownerships", name(file), name(other));
            }
            if file.slots != other.slots {
                let name = |file: &File| format!("opens {}", slots::known(&file.slots).join(", "));
                differ("slots", name(file), name(other));
            }
        }
        problems
    }

    /// Shares that the owner's file does not take.
    fn misfits(&self, path: &ProjectPath, owner: &Owner<'_>) -> Vec<Problem> {
        let (path, party) = (path.clone(), owner.party.clone());
        if owner.file.ownership == Ownership::Once {
            let own = (!owner.file.slots.is_empty()).then_some((owner.party, "a slot"));
            let shares = own.into_iter().chain(self.guests().map(|(piece, share)| (piece.party, share)));
            let problem = |(pack, share): (&Party, &'static str)| Problem::Once {
                path: path.clone(),
                owner: party.clone(),
                pack: pack.clone(),
                share,
            };
            return shares.map(problem).collect();
        }
        if owner.text().is_none() {
            let own = (!owner.file.slots.is_empty()).then_some((owner.party, "a slot"));
            let shares = own.into_iter().chain(self.guests().map(|(piece, share)| (piece.party, share)));
            let problem = |(pack, share): (&Party, &'static str)| Problem::NotText {
                path: path.clone(),
                owner: party.clone(),
                pack: pack.clone(),
                share,
            };
            return shares.map(problem).collect();
        }
        let opened: BTreeSet<&str> = owner.file.slots.iter().map(|opening| opening.name.as_str()).collect();
        let unknown = self.fills.iter().filter(|(_, fill)| !opened.contains(fill.slot));
        let problem = |(piece, fill): &(&Piece<'_>, Fill<'_>)| Problem::UnknownSlot {
            path: path.clone(),
            owner: party.clone(),
            pack: piece.party.clone(),
            slot: fill.slot.to_owned(),
            known: owner.file.slots.iter().map(|opening| opening.name.clone()).collect(),
        };
        unknown.map(problem).collect()
    }

    /// Fills without a file.
    fn orphans(&self, path: &ProjectPath) -> Vec<Problem> {
        let problem = |(piece, fill): &(&Piece<'_>, Fill<'_>)| Problem::NoFile {
            path: path.clone(),
            pack: piece.party.clone(),
            slot: fill.slot.to_owned(),
            open: [].into(),
        };
        self.fills.iter().map(problem).collect()
    }

    fn text(&self, path: &ProjectPath, owner: Option<&Owner<'_>>) -> Result<String, Vec<Problem>> {
        let mut text: Option<Cow<'_, str>> = owner.and_then(Owner::text).map(Cow::Borrowed);
        if let (Some(owner), Some(base)) = (owner, &text)
            && !owner.file.slots.is_empty()
        {
            let fills: Vec<Fill<'_>> = self.fills.iter().map(|(_, fill)| fill.clone()).collect();
            let filled = slots::fill(base, &owner.file.slots, &fills, MAX_FILE_BYTES);
            let filled = filled.map_err(|faults| Problem::of_slots(path, owner.party, faults))?;
            text = Some(Cow::Owned(filled));
        }
        let format = self.format(path)?;
        if let Some(format) = format {
            let base = owner.zip(text.as_deref()).map(|(owner, text)| (owner.party, text));
            let mut merged = self.merge(path, format, base)?;
            if base.is_none() && !merged.is_empty() && !merged.ends_with('\n') {
                merged.push('\n');
            }
            text = Some(Cow::Owned(merged));
        }
        if self.lines.is_empty() {
            return Ok(text.unwrap_or_default().into_owned());
        }
        let asked: Vec<Asked<'_>> = self.lines.iter().map(|(_, asked)| asked.clone()).collect();
        let first = owner.map(|owner| owner.party).or(self.merges.first().map(|(piece, _)| piece.party));
        let clashes = lines::clashes(path, first.zip(text.as_deref()), &asked);
        if clashes.is_empty() { Ok(lines::add(path, text.as_deref(), &asked)) } else { Err(clashes) }
    }

    /// The one format of all merges.
    fn format(&self, path: &ProjectPath) -> Result<Option<Format>, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut first: Option<(&Party, Format)> = None;
        for (piece, merge) in &self.merges {
            match (Format::named(&merge.format), first) {
                (None, _) => problems.push(Problem::Format {
                    path: path.clone(),
                    pack: piece.party.clone(),
                    format: merge.format.clone(),
                }),
                (Some(format), None) => first = Some((piece.party, format)),
                (Some(format), Some((party, earlier))) if format != earlier => problems.push(Problem::Formats {
                    path: path.clone(),
                    first: (party.clone(), earlier.name()),
                    second: (piece.party.clone(), format.name()),
                }),
                _ => {}
            }
        }
        if let Some((merger, format)) = first.filter(|(_, format)| *format != Format::Dotenv) {
            problems.extend(self.lines.iter().map(|(piece, _)| Problem::LinesIntoStructure {
                path: path.clone(),
                pack: piece.party.clone(),
                merger: merger.clone(),
                format: format.name(),
            }));
        }
        if problems.is_empty() { Ok(first.map(|(_, format)| format)) } else { Err(problems) }
    }

    fn merge(&self, path: &ProjectPath, format: Format, base: Option<(&Party, &str)>) -> Result<String, Vec<Problem>> {
        let mut parties: Vec<&Party> = base.iter().map(|(party, _)| *party).collect();
        let mut fragments: Vec<Fragment<'_>> =
            base.iter().map(|(_, text)| Fragment { text, weak: false, lists: &[] }).collect();
        for (piece, merge) in &self.merges {
            parties.push(piece.party);
            let text = piece.text.as_deref().unwrap_or_default();
            fragments.push(Fragment { text, weak: merge.weak, lists: &merge.lists });
        }
        let party = |layer: usize| parties.get(layer).copied().or(parties.first().copied());
        merge::merge(format, &fragments).map_err(|errors| {
            errors.into_iter().filter_map(|error| merge_problem(path, format, &parties, party, error)).collect()
        })
    }
}

/// A merge's error in terms of packs.
fn merge_problem<'a>(
    path: &ProjectPath,
    format: Format,
    parties: &[&Party],
    party: impl Fn(usize) -> Option<&'a Party>,
    error: MergeError,
) -> Option<Problem> {
    let path = path.clone();
    let pack = |layer: usize| party(layer).cloned();
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
        MergeError::Unfaithful { message } => {
            let mut packs: Vec<Party> = parties.iter().map(|&party| party.clone()).collect();
            packs.dedup();
            Problem::Unfaithful { path, packs, message }
        }
    })
}

/// How two contents differ: the first line that does, or the first byte.
fn difference(one: &[u8], two: &[u8]) -> (String, String) {
    let (Ok(one_text), Ok(two_text)) = (std::str::from_utf8(one), std::str::from_utf8(two)) else {
        let same = one.iter().zip(two).take_while(|(ours, theirs)| ours == theirs).count();
        let show = |bytes: &[u8]| match bytes.get(same) {
            Some(byte) => format!("byte {} of {} is 0x{byte:02x}", same + 1, bytes.len()),
            None => format!("ends after {} bytes", bytes.len()),
        };
        return (show(one), show(two));
    };
    let (mut ours, mut theirs) = (one_text.split('\n'), two_text.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (our, their) = (ours.next(), theirs.next());
        if our != their || our.is_none() {
            let show = |line: Option<&str>| match line {
                Some(line) => {
                    let start: String = printable(line).chars().take(60).collect();
                    format!("line {number} is `{start}`")
                }
                None => format!("ends before line {number}"),
            };
            return (show(our), show(their));
        }
    }
}

/// Who has a share in the file: owners first, then the others, each in canonical order and once for each template.
fn origins(parts: &Parts<'_>, pieces: &[Piece<'_>]) -> Vec<Origin> {
    let guests = pieces.iter().filter(|piece| !matches!(piece.body, Body::File(_)));
    let mut origins: Vec<Origin> = Vec::new();
    let mut seen = BTreeSet::new();
    for piece in parts.files.iter().map(|(piece, _)| *piece).chain(guests) {
        if seen.insert((piece.instance(), piece.template())) {
            let template = piece.template().map(str::to_owned);
            origins.push(Origin { instance: piece.instance().clone(), template });
        }
    }
    origins
}
