//! How the lists at each place of a file meet.

use std::collections::BTreeMap;

use crate::model::{ListPolicy, ListRule};

/// The rules of all layers of a file.
///
/// A rule is a JSON Pointer in which `*` stands for any one member. Of the rules of one pack the last that matches a
/// place wins; packs whose rules for one place differ are in conflict, whoever comes first.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    rules: Vec<Rule<'a>>,
    known: BTreeMap<Vec<String>, Verdict>,
}

#[derive(Debug)]
struct Rule<'a> {
    layer: usize,
    pattern: Vec<String>,
    policy: &'a ListPolicy,
}

/// What the rules say of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The packs agree, or say nothing.
    Policy(ListPolicy),
    /// Two layers and what they ask for.
    Clash((usize, ListPolicy), (usize, ListPolicy)),
}

impl<'a> Rules<'a> {
    /// The rules of layers, each with the layer's place. Pointers have been checked with [`is_pointer`].
    pub(super) fn new(layers: impl Iterator<Item = (usize, &'a [ListRule])>) -> Self {
        let rules = layers.flat_map(|(layer, rules)| {
            rules.iter().map(move |rule| Rule { layer, pattern: segments(&rule.pointer), policy: &rule.policy })
        });
        Self { rules: rules.collect(), known: BTreeMap::new() }
    }

    /// Whether any pack said anything about lists.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How the lists at `place` meet. Asked once a place, remembered for the next time.
    pub(super) fn verdict(&mut self, place: &[String]) -> Verdict {
        if self.rules.is_empty() {
            return Verdict::Policy(ListPolicy::Unite);
        }
        if let Some(verdict) = self.known.get(place) {
            return verdict.clone();
        }
        let verdict = self.judge(place);
        self.known.insert(place.to_vec(), verdict.clone());
        verdict
    }

    /// Lets these layers' rule count at `place`, where layers clash; none where they have no rule for it.
    pub(super) fn decide(&mut self, layers: &[usize], place: &[String]) -> Option<ListPolicy> {
        let mut rules = self.rules.iter().filter(|rule| layers.contains(&rule.layer));
        let policy = rules.rfind(|rule| matches(&rule.pattern, place))?.policy.clone();
        self.known.insert(place.to_vec(), Verdict::Policy(policy.clone()));
        Some(policy)
    }

    fn judge(&self, place: &[String]) -> Verdict {
        let mut last: BTreeMap<usize, &ListPolicy> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| matches(&rule.pattern, place)) {
            last.insert(rule.layer, rule.policy);
        }
        let Some((&first, &policy)) = last.first_key_value() else { return Verdict::Policy(ListPolicy::Unite) };
        match last.iter().find(|(_, other)| **other != policy) {
            None => Verdict::Policy(policy.clone()),
            Some((&layer, &other)) => Verdict::Clash((first, policy.clone()), (layer, other.clone())),
        }
    }
}

/// Whether a rule's pointer can be one: empty for the whole document, or starting with a slash.
pub(super) fn is_pointer(pointer: &str) -> bool {
    pointer.is_empty() || pointer.starts_with('/')
}

/// The names in a JSON Pointer.
pub(super) fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

fn matches(pattern: &[String], place: &[String]) -> bool {
    pattern.len() == place.len() && pattern.iter().zip(place).all(|(want, have)| want == "*" || want == have)
}

/// The JSON Pointer of a place; empty for the whole document.
pub(in crate::compose) fn pointer(place: &[String]) -> String {
    place.iter().map(|segment| format!("/{}", segment.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A policy as messages name it.
pub(super) fn policy_name(policy: &ListPolicy) -> String {
    match policy {
        ListPolicy::Unite => "unite".to_owned(),
        ListPolicy::Sorted => "sorted".to_owned(),
        ListPolicy::Append => "append".to_owned(),
        ListPolicy::Replace => "replace".to_owned(),
        ListPolicy::ByKey(member) => format!("by-key {}", crate::model::printable(member)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pointer: &str, policy: ListPolicy) -> ListRule {
        ListRule { pointer: pointer.to_owned(), policy }
    }

    fn place(pointer: &str) -> Vec<String> {
        segments(pointer)
    }

    #[test]
    fn the_last_rule_that_matches_wins_within_a_pack() {
        let own = [
            rule("/jobs/*/steps", ListPolicy::Append),
            rule("/jobs/test/steps", ListPolicy::ByKey("name".to_owned())),
            rule("", ListPolicy::Sorted),
            rule("/a~1b", ListPolicy::Replace),
        ];
        let mut rules = Rules::new([(1, own.as_slice())].into_iter());
        for (pointer, policy) in [
            ("/jobs/lint/steps", ListPolicy::Append),
            ("/jobs/test/steps", ListPolicy::ByKey("name".to_owned())),
            ("/jobs/a/b/steps", ListPolicy::Unite),
            ("/jobs", ListPolicy::Unite),
            ("", ListPolicy::Sorted),
            ("/a~1b", ListPolicy::Replace),
            ("/a/b", ListPolicy::Unite),
        ] {
            assert_eq!(rules.verdict(&place(pointer)), Verdict::Policy(policy), "{pointer}");
        }
    }

    #[test]
    fn packs_that_say_different_things_clash_where_both_match() {
        let first = [rule("/*", ListPolicy::Append)];
        let second = [rule("/b", ListPolicy::Sorted)];
        let mut rules = Rules::new([(1, first.as_slice()), (2, second.as_slice())].into_iter());
        assert_eq!(rules.verdict(&place("/a")), Verdict::Policy(ListPolicy::Append));
        let clash = Verdict::Clash((1, ListPolicy::Append), (2, ListPolicy::Sorted));
        assert_eq!(rules.verdict(&place("/b")), clash);
    }

    #[test]
    fn places_are_written_as_pointers() {
        assert_eq!(pointer(&["a/b".to_owned(), "~".to_owned()]), "/a~1b/~0");
        assert_eq!(place(&pointer(&["a/b".to_owned(), "~1".to_owned()])), ["a/b", "~1"]);
    }
}
