//! What can be wrong with packs' contributions, all of it found in one run.

use std::sync::Arc;

use super::merge::FORMATS;
use super::party::{FEW, Party, few, listed};
use super::settle::{SettlementFault, key_of};
use super::slots::SlotFault;
use crate::model::{Diagnose, Ownership, PathError, ProjectPath, Report, near, printable};

/// One reason why contributions do not make a tree.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// More than a project may have.
    #[error("the packs make {what}, and a project may have {limit}")]
    TooMuch {
        /// What there is too much of, and how much.
        what: String,
        /// The most there may be, with its unit.
        limit: String,
    },
    /// A path that a pack may not name.
    #[error("{pack}: {error}")]
    Path {
        /// Whose contribution.
        pack: Party,
        /// What is wrong with the path.
        error: PathError,
    },
    /// Paths of which some file system makes one.
    #[error("{pack}: {error}")]
    PathClash {
        /// Whose contribution came later in canonical order.
        pack: Party,
        /// What is wrong with the path.
        error: PathError,
        /// Who came first, and with which path.
        earlier: Option<(Party, ProjectPath)>,
    },
    /// A template that can't be parsed or rendered.
    #[error("{}", .0.message)]
    Template(Report),
    /// Two packs that each want a file their way.
    #[error("{} `{path}`, and their {about} differ", parties(.first, .second, ["both make", "makes twice"]))]
    File {
        /// The file.
        path: ProjectPath,
        /// What differs: `contents`.
        about: &'static str,
        /// Who is first in canonical order, and what it wants.
        first: (Party, String),
        /// Who comes later, and what it wants.
        second: (Party, String),
    },
    /// A share in a file that belongs to the user from birth.
    #[error("{pack} has {share} for `{path}`, which {owner} hands to the user once and for all")]
    Once {
        /// The file.
        path: ProjectPath,
        /// Whose file.
        owner: Party,
        /// Who wants a share in it.
        pack: Party,
        /// What the share is: `a slot`.
        share: &'static str,
    },
    /// A share in a file that is not text.
    #[error("{pack} has {share} for `{path}`, and the file that {owner} makes there is not text")]
    NotText {
        /// The file.
        path: ProjectPath,
        /// Whose file.
        owner: Party,
        /// Who wants a share in it.
        pack: Party,
        /// What the share is.
        share: &'static str,
    },
    /// Something wrong with a slot of a file.
    #[error("{}", .fault.sentence(.path, .owner))]
    Slot {
        /// The file.
        path: ProjectPath,
        /// Whose file.
        owner: Party,
        /// What is wrong.
        fault: SlotFault,
    },
    /// A fill of a slot that the file does not open.
    #[error("{pack} fills the slot `{}` of `{path}`, which {owner} does not open", printable(.slot))]
    UnknownSlot {
        /// The file.
        path: ProjectPath,
        /// Whose file.
        owner: Party,
        /// Who fills it.
        pack: Party,
        /// The slot's name.
        slot: String,
        /// The slots that are there.
        known: Arc<[String]>,
    },
    /// A fill where there is no file.
    #[error("{pack} fills the slot `{}` of `{path}`, and no pack makes that file", printable(.slot))]
    NoFile {
        /// The file.
        path: ProjectPath,
        /// Who fills it.
        pack: Party,
        /// The slot's name.
        slot: String,
        /// The files that open slots.
        open: Arc<[ProjectPath]>,
    },
    /// A format that the host can't merge.
    #[error("{pack} merges into `{path}` as `{}`, a format that this version can't merge", printable(.format))]
    Format {
        /// The file.
        path: ProjectPath,
        /// Who merges.
        pack: Party,
        /// The format's name.
        format: String,
    },
    /// Two formats for one file.
    #[error("{} merges into `{path}` as `{}` and {} as `{}`", .first.0, .first.1, .second.0, .second.1)]
    Formats {
        /// The file.
        path: ProjectPath,
        /// Who is first in canonical order, and its format.
        first: (Party, &'static str),
        /// Who comes later, and its format.
        second: (Party, &'static str),
    },
    /// Lines for a file whose structure they would break.
    #[error("{pack} adds lines to `{path}`, which {merger} merges as `{format}`")]
    LinesIntoStructure {
        /// The file.
        path: ProjectPath,
        /// Who adds lines.
        pack: Party,
        /// Who merges.
        merger: Party,
        /// The format.
        format: &'static str,
    },
    /// A text that is not of the format it is merged as.
    #[error("what {pack} gives for `{path}` is not {format}")]
    Unreadable {
        /// The file.
        path: ProjectPath,
        /// Whose text.
        pack: Party,
        /// The format.
        format: &'static str,
        /// What is wrong, and where.
        message: String,
    },
    /// A list rule whose pointer is none.
    #[error("{pack} has a list rule for `{path}` whose pointer `{}` does not start with `/`", printable(.pointer))]
    Pointer {
        /// The file.
        path: ProjectPath,
        /// Whose rule.
        pack: Party,
        /// The pointer.
        pointer: String,
    },
    /// Two values for one place.
    #[error("{} `{}` in `{path}` different values", parties(.first, .second, ["give", "gives"]), shown_pointer(.pointer))]
    Values {
        /// The file.
        path: ProjectPath,
        /// The place in it.
        pointer: String,
        /// Who is first in canonical order, and its value.
        first: (Party, String),
        /// Who comes later, and its value.
        second: (Party, String),
    },
    /// Two rules for one list.
    #[error("{} and {} have different rules for the list `{}` in `{path}`", .first.0, .second.0, shown_pointer(.pointer))]
    Rules {
        /// The file.
        path: ProjectPath,
        /// The list.
        pointer: String,
        /// Who is first in canonical order, and its policy.
        first: (Party, String),
        /// Who comes later, and its policy.
        second: (Party, String),
    },
    /// A settlement that can't settle anything.
    #[error("the settlement of `{}` {}", printable(.key), .fault.sentence())]
    Settlement {
        /// The file.
        path: ProjectPath,
        /// The key under `[compose]`.
        key: String,
        /// What is wrong with it.
        fault: SettlementFault,
    },
    /// A merge whose text would say something else.
    #[error("what {} give for `{path}` can't be merged into one text that says all of it", listed(.packs))]
    Unfaithful {
        /// The file.
        path: ProjectPath,
        /// Who has a share in it.
        packs: Vec<Party>,
        /// What went wrong.
        message: String,
    },
}

pub(super) const TOO_LARGE: &str = "look for the pack that makes files without end, and leave it out";

/// Two parties and what they do, or one that does it to itself.
fn parties((first, _): &(Party, String), (second, _): &(Party, String), [both, one]: [&str; 2]) -> String {
    if first == second { format!("{first} {one}") } else { format!("{first} and {second} {both}") }
}

/// A path whose characters beyond ASCII are named: names that differ by normalisation only look the same.
fn by_characters(path: &str) -> String {
    let named = |c: char| if c.is_ascii() { c.to_string() } else { format!("<U+{:04X}>", u32::from(c)) };
    path.chars().map(named).collect()
}

fn shown_pointer(pointer: &str) -> String {
    if pointer.is_empty() { "the whole".to_owned() } else { printable(pointer).into_owned() }
}

/// The files that open slots, as far as a message has room for them.
fn files_with_slots(paths: &[&str]) -> Option<String> {
    let shown = few(paths.iter().map(|path| format!("`{path}`")));
    (!shown.is_empty()).then(|| format!("files with slots: {}", listed(&shown)))
}

/// An ownership as messages name it.
pub(super) fn ownership_name(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Managed => "managed",
        Ownership::Once => "once",
    }
}

impl Problem {
    /// Lets a fill without a file say which files there are.
    pub(super) fn name_files_with_slots(&mut self, files: &Arc<[ProjectPath]>) {
        if let Self::NoFile { open, .. } = self {
            *open = Arc::clone(files);
        }
    }

    /// The key of a settlement that settles nothing: there is no conflict, or nobody whom it names.
    pub fn idle_settlement(&self) -> Option<&str> {
        match self {
            Self::Settlement { key, fault, .. } if !matches!(fault, SettlementFault::Unwritable(_)) => Some(key),
            _ => None,
        }
    }

    /// What problems are sorted by: the path that they are about, then what they say.
    pub(super) fn sort_key(&self) -> (String, String) {
        let path = match self {
            Self::TooMuch { .. } | Self::Template(_) => "",
            Self::Path { error, .. } | Self::PathClash { error, .. } => &error.path,
            Self::File { path, .. }
            | Self::Once { path, .. }
            | Self::NotText { path, .. }
            | Self::Slot { path, .. }
            | Self::UnknownSlot { path, .. }
            | Self::NoFile { path, .. }
            | Self::Format { path, .. }
            | Self::Formats { path, .. }
            | Self::LinesIntoStructure { path, .. }
            | Self::Unreadable { path, .. }
            | Self::Pointer { path, .. }
            | Self::Values { path, .. }
            | Self::Rules { path, .. }
            | Self::Settlement { path, .. }
            | Self::Unfaithful { path, .. } => path.as_str(),
        };
        (path.to_owned(), self.to_string())
    }
}

impl Diagnose for Problem {
    fn report(&self) -> Report {
        let report = |code| Report::new(code, self.to_string());
        let each = |report: Report, (first, second): (&(Party, String), &(Party, String))| {
            let line = |(party, wants): &(Party, String)| format!("{party}: {}", printable(wants));
            report.detail(line(first)).detail(line(second))
        };
        let drop =
            |party: &Party| format!("leave out one of the two, or move `{0}` with `--at {0}=DIR`", party.instance);
        let settle = |path: &ProjectPath, pointer: Option<&str>, (party, _): &(Party, String)| {
            let value = if pointer.is_some() { ", or `=VALUE`" } else { "" };
            let key = key_of(path, pointer);
            format!("say whose counts, `--settle '{}=@{}'`{value}; or {}", printable(&key), party.instance, drop(party))
        };
        match self {
            Self::TooMuch { .. } => report("project-too-large").hint(TOO_LARGE),
            Self::Path { .. } => report("path-refused").hint("this is for the pack's author: name a path inside the project"),
            Self::PathClash { pack, error, earlier } => {
                let both = earlier.iter().map(|(first, path)| (first, path.as_str())).chain([(pack, error.path.as_str())]);
                let report = report("path-clash").details(both.map(|(pack, path)| format!("{pack} has `{}`", by_characters(path))));
                match earlier {
                    Some((first, _)) if first != pack => report.hint(format!("move `{0}` with `--at {0}=DIR`", pack.instance)),
                    _ => report.hint("this is for the pack's author: give the files names that differ by more"),
                }
            }
            Self::Template(report) => report.clone(),
            Self::File { first, second, .. } if first.0 == second.0 => each(report("file-conflict"), (first, second))
                .hint("this is for the pack's author: make the file once, or each under a condition of its own"),
            Self::File { path, first, second, .. } => {
                each(report("file-conflict"), (first, second)).hint(settle(path, None, second))
            }
            Self::Once { .. } => {
                report("once-shared").hint("this is for the packs' authors: only managed files have slots, merges and lines")
            }
            Self::NotText { .. } => report("not-text").hint("this is for the packs' authors: only text can be shared"),
            Self::Slot { fault, .. } => fault.report(self.to_string()),
            Self::UnknownSlot { known, pack, slot, .. } => {
                let quoted = few(known.iter().map(|name| format!("`{}`", printable(name))));
                let opens = if known.is_empty() { "no slot".to_owned() } else { listed(&quoted) };
                // Comparing every fill to every slot could take long.
                let compared = if known.len() > FEW { &[][..] } else { known };
                let hint = match near(slot, compared.iter().map(String::as_str)).as_slice() {
                    [] => format!("try another version of `{}`", pack.pack.name),
                    [nearest, ..] => {
                        format!("try another version of `{}`: it may mean `{}`", pack.pack.name, printable(nearest))
                    }
                };
                report("slot-unknown").detail(format!("the file opens {opens}")).hint(hint)
            }
            Self::NoFile { path, pack, open, .. } => {
                let names: Vec<&str> = open.iter().map(ProjectPath::as_str).collect();
                // Comparing every fill to every file could take long, and a long list is no help.
                let compared = if names.len() > FEW { &[][..] } else { &names };
                let hint = match near(path.as_str(), compared.iter().copied()).as_slice() {
                    [] => "add the pack that makes the file, or have the slot filled only where it is made".to_owned(),
                    [nearest, ..] => format!("try another version of `{}`: it may mean `{nearest}`", pack.pack.name),
                };
                report("slot-without-file").details(files_with_slots(&names)).hint(hint)
            }
            Self::Format { .. } => report("merge-format-unknown")
                .detail(format!("formats that can be merged: {}", listed(&FORMATS)))
                .hint("this is for the pack's author: give the whole file, or merge as one of these formats"),
            Self::Formats { first, second, .. } if first.0 == second.0 => {
                report("merge-formats-differ").hint("this is for the pack's author: merge as one of the two")
            }
            Self::Formats { second, .. } => report("merge-formats-differ").hint(drop(&second.0)),
            Self::LinesIntoStructure { pack, .. } => report("lines-into-structure").hint(drop(pack)),
            Self::Unreadable { message, .. } => report("merge-unreadable")
                .detail(printable(message).into_owned())
                .hint("this is for the pack's author: check the text that is rendered"),
            Self::Pointer { .. } => {
                report("list-rule-invalid").hint("this is for the pack's author: a pointer is `/` and names, such as `/jobs/*/steps`")
            }
            Self::Values { path, pointer, first, second } => {
                each(report("merge-conflict"), (first, second)).hint(settle(path, Some(pointer), second))
            }
            Self::Rules { path, pointer, first, second } => {
                each(report("list-rule-conflict"), (first, second)).hint(settle(path, Some(pointer), second))
            }
            Self::Settlement { fault: SettlementFault::NothingOmitted, .. } => report("settlement-stale")
                .hint("correct the path; where it stands in `scaffold.toml` under `[compose]`, take it out"),
            Self::Settlement { fault: SettlementFault::Stale | SettlementFault::Omitted, .. } => {
                let hint = "take it out of `[compose]` in `scaffold.toml`: it would decide the next conflict there unseen";
                report("settlement-stale").hint(hint)
            }
            Self::Settlement { fault: SettlementFault::Unwritable(_), .. } => {
                report("settlement-invalid").hint("give another value, or say whose counts")
            }
            Self::Settlement { fault: SettlementFault::NoShare { parties, .. }, .. } => report("settlement-owner")
                .details(parties.iter().map(|party| format!("{party} has a say")))
                .hint("name one of these instances, or take the settlement out"),
            Self::Unfaithful { message, .. } => report("merge-unfaithful")
                .detail(printable(message).into_owned())
                .hint("this is for the packs' authors: write the place more plainly, without anchors that are used elsewhere"),
        }
    }
}
