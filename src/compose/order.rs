//! The canonical order of a project's packs.
//!
//! Composition may depend on one piece of history only: in which order packs joined the project. Everything else
//! (the order of `--pack` on a command line, of a map, of threads) must leave no trace. So every step of composition
//! works on instances in the order that this file makes: a pack after those that it depends on, and among packs of
//! one depth the one that joined earlier first.

use std::collections::{BTreeMap, BTreeSet};

use super::party::listed;
use crate::model::{Diagnose, Instance, Name, PackId, Report};

/// Why there is no order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Packs that depend on each other in a circle.
    #[error("{} depend on each other in a circle", listed(.0))]
    Cycle(Vec<PackId>),
}

impl Diagnose for OrderError {
    fn report(&self) -> Report {
        match self {
            Self::Cycle(packs) => {
                let circle = packs.iter().zip(packs.iter().cycle().skip(1));
                Report::new("dependency-cycle", self.to_string())
                    .details(circle.map(|(pack, on)| format!("{pack} depends on {on}")))
                    .hint("leave one of them out, or ask their authors to drop one of the dependencies")
            }
        }
    }
}

/// The join order to record for instances in canonical order: `earlier` without those that left, then the newcomers.
///
/// With an empty `earlier`, as when a project is made, that is the canonical order itself.
pub fn join_order<'a>(instances: impl IntoIterator<Item = &'a Name>, earlier: &[Name]) -> Vec<Name> {
    let instances: Vec<&Name> = instances.into_iter().collect();
    let stayed = earlier.iter().filter(|name| instances.contains(name));
    let newcomers = instances.iter().copied().filter(|name| !earlier.contains(name));
    stayed.chain(newcomers).cloned().collect()
}

/// Sorts instances into canonical order: by dependency depth, then by join order.
///
/// `joined` is the recorded join order; instances that it does not name follow by name. A pack that depends on none of the project's packs has depth 0, any other one more than the deepest that it depends on.
///
/// # Errors
/// Packs that depend on each other in a circle.
pub fn sort_canonically(mut instances: Vec<Instance>, joined: &[Name]) -> Result<Vec<Instance>, OrderError> {
    let depths = depths(&instances)?;
    let joined: BTreeMap<&Name, usize> = joined.iter().enumerate().map(|(at, name)| (name, at)).collect();
    instances.sort_by_key(|instance| {
        let joined = joined.get(&instance.name).copied().unwrap_or(usize::MAX);
        (depths.get(&instance.manifest.name).copied(), joined, instance.name.clone())
    });
    Ok(instances)
}

/// How deep each pack's dependencies reach within the project.
fn depths(instances: &[Instance]) -> Result<BTreeMap<Name, usize>, OrderError> {
    let packs: BTreeMap<&Name, &Instance> =
        instances.iter().map(|instance| (&instance.manifest.name, instance)).collect();
    let mut open: BTreeMap<&Name, BTreeSet<&Name>> = packs
        .iter()
        .map(|(&name, instance)| {
            let names = instance.manifest.dependencies.iter().map(|dependency| &dependency.name);
            (name, names.filter(|name| packs.contains_key(name)).collect())
        })
        .collect();
    let mut depths = BTreeMap::new();
    // Each round settles the packs whose dependencies earlier rounds settled, so the round is the depth.
    for depth in 0.. {
        let settled: Vec<&Name> = open
            .iter()
            .filter(|(_, needs)| needs.iter().all(|need| depths.contains_key(*need)))
            .map(|(&name, _)| name)
            .collect();
        if settled.is_empty() {
            break;
        }
        for name in settled {
            open.remove(name);
            depths.insert(name.clone(), depth);
        }
    }
    let Some((&start, _)) = open.first_key_value() else { return Ok(depths) };
    let next =
        |name: &&Name| open.get(name).and_then(|needs| needs.iter().copied().find(|need| open.contains_key(need)));
    let circle = find_circle(start, next);
    Err(OrderError::Cycle(circle.into_iter().filter_map(|name| packs.get(name)).map(|pack| pack.pack()).collect()))
}

/// Follows `next` from `start` until a node comes again; what lies between its two visits is a circle.
pub(crate) fn find_circle<T: Copy + PartialEq>(start: T, next: impl Fn(&T) -> Option<T>) -> Vec<T> {
    let mut walked = vec![start];
    while let Some(node) = walked.last().and_then(&next) {
        if let Some(first) = walked.iter().position(|earlier| *earlier == node) {
            return walked.split_off(first);
        }
        walked.push(node);
    }
    walked
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::compose::fixtures::{instance, named, requiring};

    fn names(instances: &[Instance]) -> Vec<&str> {
        instances.iter().map(|instance| instance.name.as_str()).collect()
    }

    #[test]
    fn packs_follow_what_they_depend_on_and_then_the_order_of_joining() {
        let packs = || {
            vec![
                requiring("orders", &["base"]),
                instance("zeta"),
                instance("base"),
                requiring("metrics", &["orders", "base"]),
                named("alpha", "base"),
            ]
        };
        let at_new = sort_canonically(packs(), &[]).unwrap();
        assert_eq!(names(&at_new), ["alpha", "base", "zeta", "orders", "metrics"]);
        let later = ["zeta", "orders", "gone", "base"].map(|name| name.parse().unwrap());
        let later = sort_canonically(packs(), &later).unwrap();
        assert_eq!(names(&later), ["zeta", "base", "alpha", "orders", "metrics"]);
    }

    #[test]
    fn the_order_given_leaves_no_trace() {
        let mut packs = vec![requiring("c", &["a"]), instance("a"), instance("b"), requiring("d", &["c"])];
        let expected = ["a", "b", "c", "d"];
        for turn in 0..packs.len() {
            packs.rotate_left(1);
            packs.swap(0, turn);
            assert_eq!(names(&sort_canonically(packs.clone(), &[]).unwrap()), expected);
        }
    }

    #[test]
    fn newcomers_join_behind_those_that_are_there() {
        let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<Name>>();
        let joined = join_order(&names(&["base", "a", "c"]), &names(&["c", "left"]));
        assert_eq!(joined, names(&["c", "base", "a"]));
        assert_eq!(join_order(&names(&["base", "a"]), &[]), names(&["base", "a"]));
    }

    #[test]
    fn a_dependency_outside_of_the_project_counts_for_nothing() {
        let sorted = sort_canonically(vec![instance("b"), requiring("a", &["elsewhere"])], &[]).unwrap();
        assert_eq!(names(&sorted), ["a", "b"]);
    }

    #[test]
    fn a_circle_is_named() {
        let packs = vec![
            requiring("tail", &["a"]),
            requiring("a", &["b"]),
            requiring("b", &["c"]),
            requiring("c", &["a"]),
            instance("free"),
        ];
        let report = sort_canonically(packs, &[]).unwrap_err().report();
        assert_eq!(report.code, "dependency-cycle");
        assert_eq!(report.message, "`a` 1.0.0, `b` 1.0.0 and `c` 1.0.0 depend on each other in a circle");
        assert_eq!(report.details[2], "`c` 1.0.0 depends on `a` 1.0.0");
        let own = sort_canonically(vec![requiring("a", &["a"])], &[]).unwrap_err();
        assert_eq!(own, OrderError::Cycle(vec![instance("a").pack()]));
    }
}
