//! The choice of versions that fit each other, by PubGrub.
//!
//! What decides which solution is found is the order of choosing ([`Preference`](super::Preference)): what was freed by
//! name, then what the lock still serves for, then what the user asks for, then the rest, by name within each. Each
//! pack gets the best version that the choices before it leave a solution for, so the same question always gets the same
//! answer, and a lock that still serves is what comes out.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use pubgrub::{Dependencies, DependencyProvider, PackageResolutionStatistics, PubGrubError, VersionSet as _};

use super::demand::{Demands, Unreadable};
use super::explanation::explain;
use super::local::LocalPack;
use super::shelf::{Content, Party, Shelf};
use super::versions::Versions;
use super::{Preference, ResolveError};
use crate::model::Name;
use crate::registry::{IndexLine, Registries, Source};

/// The most choices that are made: a real project takes one a pack, and a few that turn out wrong. Fewer in unit tests,
/// where the solver is not optimised.
const MAX_STEPS: usize = if cfg!(test) { 200 } else { 2_000 };

/// The version of the project, which has but one.
const ONLY: u32 = 0;

/// What was chosen from registries.
pub(super) type Chosen = BTreeMap<Name, Choice>;

/// A version that was chosen, and the name of the registry that it is in.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) registry: Option<Name>,
    pub(super) line: Arc<IndexLine>,
}

/// Chooses a version of all that is wanted, beside the packs that are files, and of what those ask for.
pub(super) fn solve(
    wanted: &Demands,
    files: &BTreeMap<Name, LocalPack>,
    registries: &Registries<'_>,
    preference: &Preference,
) -> Result<Chosen, ResolveError> {
    let solver = Solver { shelf: RefCell::new(Shelf::new(registries, preference, files, wanted)), steps: Cell::new(0) };
    let solved = pubgrub::resolve(&solver, Party::Project, ONLY);
    let shelf = solver.shelf.into_inner();
    let solution = match solved {
        Ok(solution) => solution,
        Err(PubGrubError::NoSolution(tree)) => return Err(suggest(explain(tree, &shelf), registries)),
        Err(
            PubGrubError::ErrorRetrievingDependencies { source, .. }
            | PubGrubError::ErrorChoosingVersion { source, .. }
            | PubGrubError::ErrorInShouldCancel(source),
        ) => return Err(source),
    };
    let mut chosen = Chosen::new();
    for (party, version) in solution {
        let Party::Pack(name) = party else { continue };
        let Some(candidate) = shelf.candidate(&name, version) else { continue };
        if let Content::Line(line) = &candidate.content {
            chosen.insert(name, Choice { registry: candidate.registry.clone(), line: Arc::clone(line) });
        }
    }
    match preference.precise_pack() {
        Some(pack) if !chosen.contains_key(pack) => Err(ResolveError::PreciseUnused { name: pack.clone() }),
        _ => Ok(chosen),
    }
}

/// Adds near matches to an unknown name: once, at the end, because they are looked for in the whole catalogue. A
/// catalogue that can't be had suggests nothing; the name is unknown all the same.
pub(super) fn suggest(mut error: ResolveError, registries: &Registries<'_>) -> ResolveError {
    if let ResolveError::UnknownPack { name, place, near, .. } = &mut error {
        let catalog = registries.get(place.as_ref()).and_then(Source::catalog).unwrap_or_default();
        *near = catalog.near(name).into_iter().cloned().collect();
    }
    error
}

/// What the solver asks.
pub(super) struct Solver<'a, 'r> {
    shelf: RefCell<Shelf<'a, 'r>>,
    steps: Cell<usize>,
}

impl DependencyProvider for Solver<'_, '_> {
    type P = Party;
    type V = u32;
    type VS = Versions;
    type Priority = (u8, Reverse<Party>);
    type M = Unreadable;
    type Err = ResolveError;

    fn prioritize(&self, party: &Party, versions: &Versions, _: &PackageResolutionStatistics) -> Self::Priority {
        let rank = match party {
            Party::Project => u8::MAX,
            Party::Pack(name) => self.shelf.borrow().rank(name, versions),
        };
        (rank, Reverse(party.clone()))
    }

    fn choose_version(&self, party: &Party, versions: &Versions) -> Result<Option<u32>, ResolveError> {
        match party {
            Party::Project => Ok(Some(ONLY)),
            Party::Pack(name) => self.shelf.borrow().best(name, versions),
        }
    }

    fn get_dependencies(
        &self,
        party: &Party,
        version: &u32,
    ) -> Result<Dependencies<Party, Versions, Unreadable>, ResolveError> {
        let mut shelf = self.shelf.borrow_mut();
        let demands = match shelf.demands(party, *version) {
            Ok(demands) => demands,
            Err(unreadable) => return Ok(Dependencies::Unavailable(unreadable)),
        };
        shelf.read(&demands)?;
        let mut needed = Vec::new();
        for (name, demand) in demands {
            let serving = shelf.serving(&name, &demand)?;
            let itself = *party == Party::Pack(name.clone());
            // A version that asks for itself asks for nothing, and one that asks for another of its pack can't be had.
            match itself {
                true if serving.contains(version) => {}
                true => needed.push((Party::Pack(name), Versions::empty())),
                false => needed.push((Party::Pack(name), serving)),
            }
        }
        if *party == Party::Project {
            needed.extend(shelf.files().map(|name| (Party::Pack(name.clone()), Versions::singleton(ONLY))));
        }
        Ok(Dependencies::Available(needed.into_iter().collect()))
    }

    fn should_cancel(&self) -> Result<(), ResolveError> {
        self.steps.set(self.steps.get() + 1);
        match self.steps.get() {
            ..=MAX_STEPS => Ok(()),
            _ => Err(ResolveError::TooHard { steps: MAX_STEPS }),
        }
    }
}
