//! Sets of versions, as the solver reckons with them.
//!
//! A version is its place in the list of those that the index has. A requirement is the set of those that it matches:
//! what a requirement means, pre-releases too, is decided by `semver` alone and once, and the solver handles plain sets.

use std::fmt;
use std::rc::Rc;

use pubgrub::VersionSet;

/// Some versions of a pack, or all but some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    /// Ascending, none twice.
    listed: Rc<[u32]>,
    /// Whether it is those that are not listed.
    others: bool,
}

impl Versions {
    /// These, which are ascending.
    pub(super) fn of(listed: impl Iterator<Item = u32>) -> Self {
        Self { listed: listed.collect(), others: false }
    }

    /// The versions of a set that has an end, ascending.
    pub(super) fn listed(&self) -> &[u32] {
        &self.listed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.listed.is_empty() && !self.others
    }

    fn lists(&self, version: u32) -> bool {
        self.listed.binary_search(&version).is_ok()
    }

    /// Those of `self` that `keep` holds of.
    fn filter(&self, keep: impl Fn(u32) -> bool) -> Rc<[u32]> {
        self.listed.iter().copied().filter(|version| keep(*version)).collect()
    }
}

impl VersionSet for Versions {
    type V = u32;

    fn empty() -> Self {
        Self::of(std::iter::empty())
    }

    fn singleton(version: u32) -> Self {
        Self::of(std::iter::once(version))
    }

    fn complement(&self) -> Self {
        Self { listed: Rc::clone(&self.listed), others: !self.others }
    }

    fn intersection(&self, other: &Self) -> Self {
        match (self.others, other.others) {
            (false, _) => Self { listed: self.filter(|version| other.contains(&version)), others: false },
            (true, false) => other.intersection(self),
            (true, true) => {
                let mut listed = [&*self.listed, &*other.listed].concat();
                listed.sort_unstable();
                listed.dedup();
                Self { listed: listed.into(), others: true }
            }
        }
    }

    fn contains(&self, version: &u32) -> bool {
        self.lists(*version) != self.others
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", if self.others { "all but " } else { "" }, self.listed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sets() -> impl Strategy<Value = Versions> {
        let listed = proptest::collection::btree_set(0u32..6, 0..6);
        (listed, any::<bool>()).prop_map(|(listed, others)| Versions { listed: listed.into_iter().collect(), others })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn sets_are_sets(one in sets(), other in sets()) {
            let (both, either) = (one.intersection(&other), one.union(&other));
            for version in 0..7 {
                let (first, second) = (one.contains(&version), other.contains(&version));
                prop_assert_eq!(both.contains(&version), first && second);
                prop_assert_eq!(either.contains(&version), first || second);
                prop_assert_eq!(one.complement().contains(&version), !first);
            }
            // Two that hold the same are equal: the solver relies on it.
            prop_assert_eq!(one.intersection(&either), one.clone());
            prop_assert_eq!(one.is_disjoint(&other), both == Versions::empty());
            prop_assert_eq!(one.complement().complement(), one);
        }
    }
}
