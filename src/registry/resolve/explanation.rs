//! Why no versions fit each other, in sentences.
//!
//! The solver's refutation is a tree of conclusions; its leaves are what the index says, and they are what a person can
//! check. So the leaves are told, from the project downwards, each once: who asks for what. The conclusions follow, and
//! nobody misses them. Where it all comes down to one pack that is not there, or of which no version serves, that is
//! the error.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use pubgrub::{DerivationTree, External, NoSolutionError, VersionSet as _};
use semver::VersionReq;

use super::ResolveError;
use super::demand::{Demand, Requirer, Unreadable, two_sources};
use super::error::Disputed;
use super::shelf::{Party, Shelf};
use super::solver::Solver;
use super::versions::Versions;
use crate::model::{Name, PackId};
use crate::registry::exactly;

/// How many versions a sentence names before it counts the others.
const MAX_NAMED: usize = 4;

/// Versions of a pack, or the project, that ask for another pack.
struct Ask {
    party: Party,
    /// Ascending.
    versions: Vec<u32>,
    pack: Name,
    demand: Demand,
    serving: Versions,
}

/// Why nothing serves.
pub(super) fn explain<'a, 'r>(tree: NoSolutionError<Solver<'a, 'r>>, shelf: &Shelf<'a, 'r>) -> ResolveError {
    let (asks, unreadable) = leaves(tree, shelf);
    let asks = downwards(asks, shelf);
    let contested = contested(&asks);
    if contested.is_empty() {
        if let Some(dead) = asks.iter().find(|ask| ask.serving.is_empty()) {
            return dead_end(dead, &asks, shelf);
        }
        if let Some((party, versions, what)) = unreadable.first() {
            return ResolveError::Unsupported { spec: what.to_string(), requirer: requirer(party, versions, shelf) };
        }
    }
    if let Some(error) = contested.iter().find_map(|pack| from_two(pack, &asks, shelf)) {
        return error;
    }
    let impossible: Vec<&Name> = contested.iter().copied().filter(|pack| is_impossible(pack, &asks)).collect();
    let packs = if impossible.is_empty() { contested.into_iter().collect() } else { impossible };
    conflict(&packs, &asks, &unreadable, shelf)
}

/// Why nothing serves where one demand is all that there is.
pub(super) fn nothing_serves(name: &Name, demand: Demand, shelf: &Shelf<'_, '_>) -> ResolveError {
    let ask =
        Ask { party: Party::Project, versions: Vec::new(), pack: name.clone(), demand, serving: Versions::empty() };
    dead_end(&ask, &[], shelf)
}

type UnreadableBy = (Party, Vec<u32>, Unreadable);

/// What the refutation rests on. The tree may be deep, so it is taken apart and not descended into.
fn leaves<'a, 'r>(tree: NoSolutionError<Solver<'a, 'r>>, shelf: &Shelf<'a, 'r>) -> (Vec<Ask>, Vec<UnreadableBy>) {
    let mut asks: BTreeMap<(Party, Name, String, Option<Name>), Ask> = BTreeMap::new();
    let mut unreadable = Vec::new();
    let mut open = vec![tree];
    while let Some(tree) = open.pop() {
        match tree {
            DerivationTree::Derived(derived) => {
                // What is shared is seen by the last who holds it.
                open.extend([derived.cause1, derived.cause2].into_iter().filter_map(Arc::into_inner));
            }
            DerivationTree::External(External::FromDependencyOf(party, versions, Party::Pack(pack), serving)) => {
                for version in versions.listed() {
                    let demands = shelf.demands(&party, *version).unwrap_or_default();
                    let is_it = |(name, demand): &(Name, Demand)| {
                        let serves = shelf.serving_known(name, demand).is_none_or(|known| *known == serving);
                        *name == pack && (serves || party == Party::Pack(pack.clone()))
                    };
                    for (_, demand) in demands.into_iter().filter(is_it) {
                        let requirement = demand.requirement.to_string();
                        let key = (party.clone(), pack.clone(), requirement, demand.registry.clone());
                        let ask = asks.entry(key).or_insert_with(|| Ask {
                            party: party.clone(),
                            versions: Vec::new(),
                            pack: pack.clone(),
                            demand,
                            serving: serving.clone(),
                        });
                        ask.versions.push(*version);
                    }
                }
            }
            DerivationTree::External(External::Custom(party, versions, what)) => {
                unreadable.push((party, versions.listed().to_vec(), what));
            }
            DerivationTree::External(_) => {}
        }
    }
    let mut asks: Vec<Ask> = asks.into_values().collect();
    for ask in &mut asks {
        ask.versions.sort_unstable();
        ask.versions.dedup();
        ask.demand.requirer = requirer(&ask.party, &ask.versions, shelf);
    }
    (asks, unreadable)
}

/// From the project to what it asks for, and so on; of each pack, the newest versions first.
fn downwards(asks: Vec<Ask>, shelf: &Shelf<'_, '_>) -> Vec<Ask> {
    let mut by_party: BTreeMap<Party, Vec<Ask>> = BTreeMap::new();
    for ask in asks {
        by_party.entry(ask.party.clone()).or_default().push(ask);
    }
    let mut open: VecDeque<Party> = [Party::Project].into();
    open.extend(shelf.files().map(|name| Party::Pack(name.clone())));
    let mut told = Vec::new();
    while let Some(party) = open.pop_front().or_else(|| by_party.keys().next().cloned()) {
        let mut asks = by_party.remove(&party).unwrap_or_default();
        asks.sort_by(|one, other| other.versions.last().cmp(&one.versions.last()).then(one.pack.cmp(&other.pack)));
        open.extend(asks.iter().map(|ask| Party::Pack(ask.pack.clone())));
        told.extend(asks);
    }
    told
}

/// The packs whose version several have a say in.
fn contested(asks: &[Ask]) -> BTreeSet<&Name> {
    let open = || asks.iter().filter(|ask| !ask.serving.is_empty());
    let others = |one: &Ask| {
        let is_other = |ask: &Ask| ask.party != one.party || (ask.party == Party::Project && ask.demand != one.demand);
        open().any(|ask| ask.pack == one.pack && is_other(ask))
    };
    open().filter(|ask| others(ask)).map(|ask| &ask.pack).collect()
}

/// Whether no version of a pack is one that all who ask for it are content with.
fn is_impossible(pack: &Name, asks: &[Ask]) -> bool {
    let mut serving: BTreeMap<&Party, Versions> = BTreeMap::new();
    let mut common = Versions::full();
    for ask in asks.iter().filter(|ask| ask.pack == *pack) {
        // The project needs all that it asks for, a pack what one of its versions does.
        if ask.party == Party::Project {
            common = common.intersection(&ask.serving);
        } else {
            let all = serving.entry(&ask.party).or_insert_with(Versions::empty);
            *all = all.union(&ask.serving);
        }
    }
    serving.values().fold(common, |common, serving| common.intersection(serving)).is_empty()
}

/// Whether a pack is asked of two registries.
fn from_two(pack: &Name, asks: &[Ask], shelf: &Shelf<'_, '_>) -> Option<ResolveError> {
    let mut asks = asks.iter().filter(|ask| ask.pack == *pack && shelf.file(pack).is_none());
    let first = asks.next()?;
    let is_same = |ask: &Ask| {
        let (one, other) = (first.demand.registry.as_ref(), ask.demand.registry.as_ref());
        shelf.registries.are_same(one, other).unwrap_or(true)
    };
    let other = asks.find(|ask| !is_same(ask))?;
    two_sources(pack, &first.demand, &other.demand, shelf.registries).ok()
}

/// A pack that is not there, or of which no version is one that is asked for.
fn dead_end(dead: &Ask, asks: &[Ask], shelf: &Shelf<'_, '_>) -> ResolveError {
    let Ask { pack: name, demand, .. } = dead;
    let available = shelf.available(name, demand);
    let registry = || shelf.registries.get(demand.registry.as_ref()).map(|source| source.url().to_owned());
    let registry = match registry() {
        Ok(registry) => registry,
        Err(error) => return error.into(),
    };
    if available.is_empty() {
        let (place, requirer) = (demand.registry.clone(), Box::new(demand.requirer.clone()));
        return ResolveError::UnknownPack { name: name.clone(), registry, place, requirer, near: Vec::new() };
    }
    let serves =
        |requirement: &VersionReq| available.iter().any(|(version, yanked)| !yanked && requirement.matches(version));
    let precise = shelf.precise(name).map(exactly);
    let demand = match precise {
        _ if shelf.file(name).is_some() => return conflict(&[name], asks, &[], shelf),
        Some(precise) if !serves(&precise) => {
            Demand { requirement: precise, requirer: Requirer::Precise, registry: demand.registry.clone() }
        }
        _ if serves(&demand.requirement) => return conflict(&[name], asks, &[], shelf),
        _ => demand.clone(),
    };
    let is_other = |ask: &&Ask| ask.serving.is_empty() && !std::ptr::eq(*ask, dead);
    let others = asks.iter().filter(is_other).map(|ask| sentence(ask, shelf)).collect();
    ResolveError::NoVersion { name: name.clone(), registry, demand: Box::new(demand), others, available }
}

fn conflict(packs: &[&Name], asks: &[Ask], unreadable: &[UnreadableBy], shelf: &Shelf<'_, '_>) -> ResolveError {
    let is_in = |pack: &Name| asks.iter().any(|ask| ask.pack == *pack);
    let precise = shelf.precise_pack().filter(|pack| is_in(pack));
    let precise =
        precise.and_then(|pack| Some(format!("`--precise` asks for `{pack}` `{}`", exactly(shelf.precise(pack)?))));
    // That the project has the packs that it names is no news.
    let is_news = |ask: &&Ask| {
        let many = asks.iter().filter(|other| other.pack == ask.pack).count() > 1;
        ask.party != Party::Project || many || ask.demand.requirement != VersionReq::STAR
    };
    let asked = asks.iter().filter(is_news).map(|ask| sentence(ask, shelf));
    let can_not_be_read = |(party, versions, what): &UnreadableBy| {
        format!("{} for `{what}`, which can't be read", asker(party, versions, shelf))
    };
    let sentences = precise.into_iter().chain(asked).chain(unreadable.iter().map(can_not_be_read)).collect();
    let available = |pack: &&Name| {
        let ask = asks.iter().find(|ask| ask.pack == **pack)?;
        let file = shelf.file(pack).map(|file| file.path.clone());
        Some(Disputed { name: (*pack).clone(), file, available: shelf.available(pack, &ask.demand) })
    };
    ResolveError::Conflict { packs: packs.iter().filter_map(available).collect(), sentences }
}

/// Who asks for what.
fn sentence(ask: &Ask, shelf: &Shelf<'_, '_>) -> String {
    let mut text = format!("{} for `{}`", asker(&ask.party, &ask.versions, shelf), ask.pack);
    if ask.demand.requirement != VersionReq::STAR {
        text.push_str(&format!(" `{}`", ask.demand.requirement));
    }
    if ask.serving.is_empty() && shelf.file(&ask.pack).is_none() && shelf.precise(&ask.pack).is_none() {
        let nothing = shelf.available(&ask.pack, &ask.demand).is_empty();
        text.push_str(if nothing { ", which there is not" } else { ", and no version of it fits" });
    }
    text
}

/// Who asks, as the beginning of a sentence: `` `users` 1.0.0 asks``.
fn asker(party: &Party, versions: &[u32], shelf: &Shelf<'_, '_>) -> String {
    let Party::Pack(name) = party else { return "the project asks".to_owned() };
    let version = |place: &u32| shelf.candidate(name, *place).map(|candidate| candidate.version.to_string());
    let named: Vec<String> = versions.iter().filter_map(version).collect();
    let follow = versions.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    match named.as_slice() {
        [] => format!("`{name}` asks"),
        [only] => format!("`{name}` {only} asks"),
        [first, .., last] if follow && named.len() > 2 => format!("`{name}` {first} to {last} ask"),
        [some @ .., last] if named.len() <= MAX_NAMED => format!("`{name}` {} and {last} ask", some.join(", ")),
        [others @ .., _, _, _] => {
            let newest = named[others.len()..].join(", ");
            format!("`{name}` {newest} and {} older versions ask", others.len())
        }
        [..] => format!("`{name}` asks"),
    }
}

/// The newest of some versions of a pack, as someone who requires something.
fn requirer(party: &Party, versions: &[u32], shelf: &Shelf<'_, '_>) -> Requirer {
    let Party::Pack(name) = party else { return Requirer::Project };
    let newest = versions.last().and_then(|newest| shelf.candidate(name, *newest));
    match newest {
        Some(candidate) => Requirer::Pack(PackId { name: name.clone(), version: candidate.version.clone() }),
        None => Requirer::Project,
    }
}
