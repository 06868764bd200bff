//! Who a message is about.

use std::fmt;

use crate::model::{Instance, Name, PackId};

/// A use of a pack as messages name it: the pack and its version, and the instance where the user named it.
///
/// Every conflict names its parties this way, so that a user who composes one pack twice can tell them apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// The use of the pack.
    pub instance: Name,
    /// The pack and its version.
    pub pack: PackId,
}

impl Party {
    /// The party that `instance` is.
    pub fn of(instance: &Instance) -> Self {
        Self { instance: instance.name.clone(), pack: instance.pack() }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.instance == self.pack.name {
            write!(f, "{}", self.pack)
        } else {
            write!(f, "`{}` ({})", self.instance, self.pack)
        }
    }
}

/// How many names a message lists at the most.
pub(crate) const FEW: usize = 12;

/// The first of many names, and how many there are more.
pub(crate) fn few(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names = names;
    let mut few: Vec<String> = names.by_ref().take(FEW).collect();
    let more = names.count();
    if more > 0 {
        few.push(format!("{more} more"));
    }
    few
}

/// Joins what a sentence lists: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<T: fmt::Display>(items: &[T]) -> String {
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        let joint = match at {
            0 => "",
            _ if at + 1 == items.len() => " and ",
            _ => ", ",
        };
        text.push_str(joint);
        text.push_str(&item.to_string());
    }
    text
}
