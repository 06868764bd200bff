//! In which company a pack is tried.

use scaffold::model::{Manifest, Name};
use scaffold::registry::{Catalog, IndexLine, PackSpec, Source, Spec};
use semver::{Comparator, Op, VersionReq};

use crate::failure::{Failure, Outcome};

/// The compositions that tell what a pack does: with nothing but what it can't do without, and with every pack that is
/// published, which fill its slots and take its facts. Where packs can't all live together, only the first remains.
pub fn of(registry: &dyn Source, line: &IndexLine) -> Outcome<Vec<Vec<Spec>>> {
    let catalog = registry.catalog().map_err(|error| Failure::from_report("the registry", &error))?;
    let mut alone = vec![line.manifest.clone()];
    let mut at = 0;
    while let Some(manifest) = alone.get(at) {
        for name in missing(manifest, &alone, &catalog) {
            let lines = registry.versions(&name).map_err(|error| Failure::from_report("the registry", &error))?;
            let newest = lines.into_iter().rfind(|line| !line.yanked);
            alone.extend(newest.map(|line| line.manifest));
        }
        at += 1;
    }
    let alone = alone.into_iter().map(|manifest| manifest.name).collect::<Vec<_>>();
    let everyone = catalog.packs.into_iter().map(|entry| entry.name).collect();
    Ok([alone, everyone].into_iter().map(|names| specs(line, names)).collect())
}

/// Packs that one needs and that are not among those at hand: dependencies, and the first that provides a capability.
fn missing(manifest: &Manifest, at_hand: &[Manifest], catalog: &Catalog) -> Vec<Name> {
    let mut names: Vec<Name> = manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect();
    for requirement in manifest.requires.iter().filter(|requirement| requirement.cardinality.needs_one()) {
        let Ok(capability) = requirement.name.parse::<Name>() else { continue };
        let providers = catalog.providers(&capability);
        let served = |name: &&&Name| names.contains(name) || at_hand.iter().any(|manifest| manifest.name == ***name);
        if !providers.iter().any(|name| served(&name)) {
            names.extend(providers.first().map(|name| (*name).clone()));
        }
    }
    names.retain(|name| !at_hand.iter().any(|manifest| manifest.name == *name));
    names.dedup();
    names
}

/// The pack at exactly its version, the others at any.
fn specs(line: &IndexLine, mut names: Vec<Name>) -> Vec<Spec> {
    names.retain(|name| *name != line.name);
    let version = &line.version;
    let exactly = Comparator {
        op: Op::Exact,
        major: version.major,
        minor: Some(version.minor),
        patch: Some(version.patch),
        pre: version.pre.clone(),
    };
    let named =
        |name: Name, requirement| Spec { instance: None, pack: PackSpec::Named { registry: None, name, requirement } };
    let mut specs = vec![named(line.name.clone(), Some(VersionReq { comparators: vec![exactly] }))];
    specs.extend(names.into_iter().map(|name| named(name, None)));
    specs
}
