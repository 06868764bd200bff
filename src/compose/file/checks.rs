//! What can be wrong with the pieces of a file before it is put together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Owner, Parts, bytes_of};
use crate::compose::gather::Piece;
use crate::compose::merge::Format;
use crate::compose::party::{Party, few, listed};
use crate::compose::problem::{Problem, ownership_name};
use crate::compose::slots::{self, Fill};
use crate::model::{File, Ownership, ProjectPath, printable};

impl Parts<'_> {
    /// Where files of several packs differ.
    pub(super) fn disagreements(&self, path: &ProjectPath) -> Vec<Problem> {
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
                let name = |file: &File| format!("opens {}", listed(&few(slots::known(&file.slots))));
                differ("slots", name(file), name(other));
            }
        }
        problems
    }

    /// Shares that the owner's file does not take.
    pub(super) fn misfits(&self, path: &ProjectPath, owner: &Owner<'_>) -> Vec<Problem> {
        if owner.file.ownership == Ownership::Once {
            return self.refused(owner, |pack, share| Problem::Once {
                path: path.clone(),
                owner: owner.party.clone(),
                pack,
                share,
            });
        }
        if owner.text().is_none() {
            return self.refused(owner, |pack, share| Problem::NotText {
                path: path.clone(),
                owner: owner.party.clone(),
                pack,
                share,
            });
        }
        let opened: BTreeSet<&str> = owner.file.slots.iter().map(|opening| opening.name.as_str()).collect();
        let unknown = self.fills.iter().filter(|(_, fill)| !opened.contains(fill.slot));
        let known: Arc<[String]> = owner.file.slots.iter().map(|opening| opening.name.clone()).collect();
        let problem = |(piece, fill): &(&Piece<'_>, Fill<'_>)| Problem::UnknownSlot {
            path: path.clone(),
            owner: owner.party.clone(),
            pack: piece.party.clone(),
            slot: fill.slot.to_owned(),
            known: Arc::clone(&known),
        };
        unknown.map(problem).collect()
    }

    /// Everything that others, or slots, would change in a file that nothing may change.
    fn refused(&self, owner: &Owner<'_>, problem: impl Fn(Party, &'static str) -> Problem) -> Vec<Problem> {
        let own = (!owner.file.slots.is_empty()).then_some((owner.party, "a slot"));
        let shares = own.into_iter().chain(self.guests().map(|(piece, share)| (piece.party, share)));
        shares.map(|(pack, share)| problem(pack.clone(), share)).collect()
    }

    /// Fills without a file.
    pub(super) fn orphans(&self, path: &ProjectPath) -> Vec<Problem> {
        let problem = |(piece, fill): &(&Piece<'_>, Fill<'_>)| Problem::NoFile {
            path: path.clone(),
            pack: piece.party.clone(),
            slot: fill.slot.to_owned(),
            open: [].into(),
        };
        self.fills.iter().map(problem).collect()
    }

    /// The one format of all merges.
    pub(super) fn format(&self, path: &ProjectPath) -> Result<Option<Format>, Vec<Problem>> {
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
