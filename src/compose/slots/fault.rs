//! What can be wrong with the slots of a file.

use crate::compose::party::{Party, few, listed};
use crate::compose::problem::TOO_LARGE;
use crate::model::{ProjectPath, Report, printable};

/// What can be wrong with a slot that a file opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotFault {
    /// The marker is not on exactly one line.
    Marker {
        /// The slot.
        slot: String,
        /// Its marker.
        marker: String,
        /// The lines on which it stands, from 1.
        lines: Vec<usize>,
        /// Where it stands on none, the first line that holds it beside something else.
        near: Option<(usize, String)>,
    },
    /// A marker of the file in a text that fills one of its slots: it would be left behind.
    Left {
        /// The slot.
        slot: String,
        /// Whose text it is.
        pack: Party,
        /// The marker in it.
        marker: String,
    },
    /// Two slots of one name or one marker.
    Repeated {
        /// The later slot.
        slot: String,
    },
    /// A required slot that nobody fills.
    Empty {
        /// The slot.
        slot: String,
        /// Slots of the file, in backticks, as far as a message has room for them.
        opened: Vec<String>,
        /// Which pack fills which other slot, as far as there is room.
        filled: Vec<String>,
    },
    /// Fills that make the file too large.
    TooLarge {
        /// The file's size with them, in bytes.
        size: usize,
        /// The most it may have, in bytes.
        limit: usize,
    },
}

impl SlotFault {
    pub(in crate::compose) fn sentence(&self, path: &ProjectPath, owner: &Party) -> String {
        match self {
            Self::Marker { slot, marker, lines, .. } => {
                let (slot, marker) = (printable(slot), printable(marker));
                let found = match lines.as_slice() {
                    [] => "on no line".to_owned(),
                    lines => format!("on the lines {}", listed(&few(lines.iter().map(ToString::to_string)))),
                };
                format!("the marker `{marker}` of the slot `{slot}` stands {found} of `{path}` from {owner}")
            }
            Self::Left { slot, pack, marker } => {
                let (slot, marker) = (printable(slot), printable(marker));
                format!(
                    "the text that {pack} has for the slot `{slot}` of `{path}` from {owner} holds the marker \
                     `{marker}` of a slot"
                )
            }
            Self::Repeated { slot } => {
                format!("{owner} opens the slot `{}` of `{path}` twice, by name or by marker", printable(slot))
            }
            Self::TooLarge { size, limit } => {
                format!("with its slots filled `{path}` from {owner} has {size} bytes, and a file may have {limit}")
            }
            Self::Empty { slot, .. } => {
                format!("the slot `{}` of `{path}` from {owner} has to be filled, and no pack does", printable(slot))
            }
        }
    }

    pub(in crate::compose) fn report(&self, message: String) -> Report {
        match self {
            Self::Marker { near, .. } => Report::new("slot-marker", message)
                .details(
                    near.iter().map(|(line, text)| format!("line {line} holds it and more: `{}`", printable(text))),
                )
                .hint("this is for the pack's author: the marker has to be the whole of exactly one line"),
            Self::Left { .. } => Report::new("slot-marker", message)
                .hint("this is for the pack's author: leave the line with the marker out of the text"),
            Self::Repeated { .. } => Report::new("slot-repeated", message)
                .hint("this is for the pack's author: give each slot a name and a marker of its own"),
            Self::TooLarge { .. } => Report::new("project-too-large", message).hint(TOO_LARGE),
            Self::Empty { opened, filled, .. } => {
                let filled = if filled.is_empty() { "none is filled".to_owned() } else { listed(filled) };
                Report::new("slot-empty", message)
                    .detail(format!("the file opens {}; {filled}", listed(opened)))
                    .hint("add a pack that fills it, or drop the one that opens it")
            }
        }
    }
}
