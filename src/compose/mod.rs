//! From contributions to one tree.
//!
//! Packs return data; this room decides what lands. It is pure: no disk, no terminal, no wasmtime, and the same shares
//! in the same canonical order give the same bytes. What it does, in the order of its files:
//!
//! - [`sort_canonically`] (`order.rs`): the one order that composition may depend on,
//! - [`Exchange`] (`exchange/`): capabilities and facts, in two phases,
//! - [`Texts`] (`texts.rs`): the templates of one pack, rendered,
//! - [`compose`]: contributions become a [`Tree`]. They are grouped by path (`gather.rs`), and each path becomes one file
//!   (`file/`) of a base, its slots (`slots/`), structured merges (`merge/`) and lines (`lines.rs`). What the user
//!   settled ([`Settlements`]) counts where packs disagree,
//! - [`explain`] (`provenance/`): the same backwards, for one file.
//!
//! Conflicts are collected, all of them, and sorted: a user who composes packs that do not fit sees at once how much
//! does not.

mod exchange;
mod file;
#[cfg(test)]
mod fixtures;
mod gather;
mod lines;
mod merge;
mod order;
mod party;
mod problem;
mod provenance;
mod settle;
mod slots;
#[cfg(test)]
mod tests;
mod texts;

use rayon::prelude::*;

pub use exchange::{Exchange, ExchangeError, Link, Schemas, Suppliers};
pub use merge::{ByKey, merge_by_key};
pub use order::{OrderError, join_order, sort_canonically};
pub use party::Party;
pub use problem::Problem;
pub use provenance::{Attribution, Place, Provenance, ShareKind, UsedTemplate, explain};
pub use settle::{SettlementError, SettlementFault, Settlements};
pub use slots::SlotFault;
pub use texts::{Budget, Texts};

use crate::model::{Instance, Output, Tree};

/// The most files that a project may have.
pub const MAX_FILES: usize = 10_000;
/// The most contributions that all packs together may return.
pub const MAX_CONTRIBUTIONS: usize = 100_000;
/// The most bytes of one file.
pub const MAX_FILE_BYTES: usize = 16 << 20;
/// The most bytes of all files together.
pub const MAX_TOTAL_BYTES: usize = 256 << 20;

/// What one instance brings to the project.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// The use of the pack.
    pub instance: &'a Instance,
    /// What its `render` returned.
    pub output: &'a Output,
    /// The texts of that.
    pub texts: &'a Texts,
}

/// What composition makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composition {
    /// All files of the project.
    pub tree: Tree,
}

/// Composes shares, given in canonical order, into one tree. Where they disagree, what the user settled counts.
///
/// # Errors
/// All problems that were found, sorted by path. Where contributions are too many or too large, that alone.
pub fn compose(shares: &[Share<'_>], settlements: &Settlements) -> Result<Composition, Vec<Problem>> {
    let parties: Vec<Party> = shares.iter().map(|share| Party::of(share.instance)).collect();
    gather::check_size(shares)?;
    let mut problems = Vec::new();
    let mut groups = gather::gather(shares, &parties, &mut problems)?;
    let settlements = settlements.for_files(|path| groups.contains_key(path));
    problems.extend(settlements.strays(|path| groups.contains_key(path)));
    settlements.omitted().for_each(|path| drop(groups.remove(path)));
    let open = gather::files_with_slots(&groups);
    let made: Vec<_> = groups
        .into_par_iter()
        .map(|(path, pieces)| (file::make(&path, &pieces, settlements.of(&path)), path))
        .collect();
    let mut tree = Tree::default();
    for (made, path) in made {
        match made {
            Ok(file) => {
                tree.files.extend(file.map(|file| (path, file)));
            }
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(gather::check_tree(&tree));
    if problems.is_empty() {
        return Ok(Composition { tree });
    }
    problems.iter_mut().for_each(|problem| problem.name_files_with_slots(&open));
    problems.sort_by_cached_key(Problem::sort_key);
    problems.dedup();
    Err(problems)
}
