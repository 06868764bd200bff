//! Small registries, made at random: what is chosen is held against all that could be.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::{Dependency, Diagnose as _};
use crate::registry::fixture::line;
use crate::registry::{Catalog, IndexLine};

const PACKS: [&str; 5] = ["a", "b", "c", "d", "e"];
const VERSIONS: [&str; 4] = ["1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0"];
const REQUIREMENTS: [&str; 7] = ["*", "^1", "^1.1", "=1.0.0", "^2", "^2.0.0-rc.1", ">=1.1, <2"];
const ID: &str = "https://packs.test.example/";

/// Versions by pack: an assignment, or a lock.
type Versions = BTreeMap<Name, Version>;

/// A registry that is only its index.
#[derive(Clone, Debug)]
struct Memory(BTreeMap<Name, Vec<IndexLine>>);

impl Source for Memory {
    fn id(&self) -> &str {
        ID
    }
    fn url(&self) -> &str {
        ID
    }
    fn catalog(&self) -> Result<Catalog, RegistryError> {
        Ok(Catalog::default())
    }
    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        Ok(self.0.get(name).cloned().unwrap_or_default())
    }
    fn blob(&self, _: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        unreachable!("nothing is fetched to resolve")
    }
}

type Needs = Vec<(Name, VersionReq)>;

fn needs(most: usize) -> impl Strategy<Value = Needs> {
    let need = (0..=PACKS.len(), 0..REQUIREMENTS.len()).prop_map(|(pack, requirement)| {
        // One past the last is a pack that there is not.
        let name = PACKS.get(pack).unwrap_or(&"nothing");
        (name.parse().unwrap(), REQUIREMENTS[requirement].parse().unwrap())
    });
    proptest::collection::vec(need, 0..=most)
}

fn registries() -> impl Strategy<Value = Memory> {
    let version = proptest::option::weighted(0.7, (needs(2), proptest::bool::weighted(0.1)));
    let pack = proptest::collection::vec(version, VERSIONS.len());
    proptest::collection::vec(pack, PACKS.len()).prop_map(|packs| {
        let lines = |(name, versions): (&&str, Vec<Option<(Needs, bool)>>)| {
            let made = VERSIONS.iter().zip(versions).filter_map(|(version, made)| Some((version, made?)));
            let lines = made.map(|(version, (needs, yanked))| {
                let mut line = IndexLine { yanked, ..line(name, version) };
                let depends = |(name, version)| Dependency { name, version, source: None };
                line.manifest.dependencies = needs.into_iter().map(depends).collect();
                line
            });
            (name.parse().unwrap(), lines.collect())
        };
        Memory(PACKS.iter().zip(packs).map(lines).collect())
    })
}

fn locks() -> impl Strategy<Value = Versions> {
    let version = proptest::option::weighted(0.5, 0..VERSIONS.len());
    proptest::collection::vec(version, PACKS.len()).prop_map(|versions| {
        let locked = |(name, version): (&&str, Option<usize>)| {
            Some((name.parse().unwrap(), VERSIONS[version?].parse().unwrap()))
        };
        PACKS.iter().zip(versions).filter_map(locked).collect()
    })
}

impl Memory {
    fn line(&self, name: &Name, version: &Version) -> Option<&IndexLine> {
        self.0.get(name)?.iter().find(|line| line.version == *version)
    }

    /// The part of a lock that this registry could have given.
    fn known(&self, lock: Versions) -> Versions {
        lock.into_iter().filter(|(name, version)| self.line(name, version).is_some()).collect()
    }

    /// What a version of a pack needs.
    fn needs(&self, name: &Name, version: &Version) -> Needs {
        let dependencies = self.line(name, version).map(|line| line.manifest.dependencies.clone());
        dependencies.into_iter().flatten().map(|needed| (needed.name, needed.version)).collect()
    }

    /// All assignments in which everything that is needed is there, and versions that may be chosen.
    fn solutions(&self, wanted: &Needs, lock: &Versions) -> Vec<Versions> {
        let mut all = vec![Versions::new()];
        for (name, lines) in &self.0 {
            let may = |line: &&IndexLine| !line.yanked || lock.get(name) == Some(&line.version);
            let versions: Vec<&Version> = lines.iter().filter(may).map(|line| &line.version).collect();
            let with = |chosen: &Versions| {
                let with = |version: &&Version| {
                    let mut chosen = chosen.clone();
                    chosen.insert(name.clone(), (*version).clone());
                    chosen
                };
                versions.iter().map(with).collect::<Vec<_>>()
            };
            let more: Vec<Versions> = all.iter().flat_map(with).collect();
            all.extend(more);
        }
        all.retain(|chosen| self.is_solution(chosen, wanted));
        all
    }

    fn is_solution(&self, chosen: &Versions, wanted: &Needs) -> bool {
        let met = |(name, requirement): &(Name, VersionReq)| {
            chosen.get(name).is_some_and(|version| requirement.matches(version))
        };
        wanted.iter().all(met) && chosen.iter().all(|(name, version)| self.needs(name, version).iter().all(met))
    }

    /// What of an assignment the wanted packs lead to.
    fn reached(&self, chosen: &Versions, wanted: &Needs) -> BTreeSet<Name> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<Name> = wanted.iter().map(|(name, _)| name.clone()).collect();
        while let Some(name) = open.pop() {
            if reached.insert(name.clone()) {
                let needs = chosen.get(&name).map(|version| self.needs(&name, version));
                open.extend(needs.into_iter().flatten().map(|(name, _)| name));
            }
        }
        reached
    }

    fn resolve(&self, wanted: &Needs, lock: &Versions) -> Result<Versions, ResolveError> {
        let spec = |(at, (name, requirement)): (usize, &(Name, VersionReq))| Spec {
            instance: Some(format!("use-{at}").parse().unwrap()),
            pack: PackSpec::Named { registry: None, name: name.clone(), requirement: Some(requirement.clone()) },
        };
        let specs: Vec<Spec> = wanted.iter().enumerate().map(spec).collect();
        let locked = |(name, version): (&Name, &Version)| {
            let digest = self.line(name, version).unwrap().digest;
            (name.clone(), Locked { version: version.clone(), digest, registry: Some(ID.to_owned()) })
        };
        let preference = Preference::new(lock.iter().map(locked).collect());
        let resolved = resolve(&specs, &Registries::only(self), &preference, &mut |_, _| unreachable!())?;
        Ok(resolved
            .iter()
            .map(|resolved| (resolved.manifest.name.clone(), resolved.manifest.version.clone()))
            .collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_chosen_could_not_be_better(registry in registries(), wanted in needs(3), lock in locks()) {
        let lock = registry.known(lock);
        let solutions = registry.solutions(&wanted, &lock);
        let chosen = match registry.resolve(&wanted, &lock) {
            Ok(chosen) => chosen,
            Err(error) => {
                prop_assert!(solutions.is_empty(), "{error}, but {solutions:?}");
                let codes = ["version-conflict", "no-version", "pack-unknown"];
                prop_assert!(codes.contains(&error.report().code), "{error:?}");
                return Ok(());
            }
        };
        prop_assert!(solutions.contains(&chosen), "{chosen:?} is none of {solutions:?}");
        prop_assert_eq!(chosen.keys().cloned().collect::<BTreeSet<_>>(), registry.reached(&chosen, &wanted));
        // The locked version is better than the highest.
        let rank = |name: &Name, version: &Version| (lock.get(name) == Some(version), version.clone());
        let is_better = |other: &&Versions| {
            let both = || chosen.iter().map(|(name, version)| (rank(name, version), other.get(name)));
            let ranked = || both().zip(chosen.keys()).map(|((own, other), name)| (own, other.map(|other| rank(name, other))));
            ranked().all(|(own, other)| other.is_some_and(|other| other >= own))
                && ranked().any(|(own, other)| other.is_some_and(|other| other > own))
        };
        let better: Vec<&Versions> = solutions.iter().filter(is_better).collect();
        prop_assert!(better.is_empty(), "{chosen:?}, but {better:?}");
    }

    #[test]
    fn a_lock_that_serves_is_what_comes_out(registry in registries(), wanted in needs(3), lock in locks()) {
        let lock = registry.known(lock);
        if registry.is_solution(&lock, &wanted) {
            let reached = registry.reached(&lock, &wanted);
            let expected: Versions = lock.clone().into_iter().filter(|(name, _)| reached.contains(name)).collect();
            prop_assert_eq!(registry.resolve(&wanted, &lock).unwrap(), expected);
        }
    }

    #[test]
    fn the_order_of_asking_does_not_matter(registry in registries(), wanted in needs(3)) {
        let mut turned = wanted.clone();
        turned.reverse();
        let say = |result: Result<Versions, ResolveError>| result.map_err(|error| error.report());
        let lock = Versions::new();
        prop_assert_eq!(say(registry.resolve(&wanted, &lock)), say(registry.resolve(&turned, &lock)));
    }
}
