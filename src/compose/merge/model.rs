//! The merge itself, over plain JSON values: what every format's merge has to come to.
//!
//! A document is built of layers in canonical order, the owner's file first where there is one. Objects meet member by
//! member; scalars that differ are in conflict unless one is weak, which then yields whatever the order; two weak ones
//! leave the first. Values of different kinds are in conflict in the same way. Lists meet by the rules of the packs.
//!
//! Each place remembers which layer decided it and whether that layer is weak, so that a conflict can name both packs
//! and a weak value can yield to one that comes later. A place counts as weak while only weak layers have touched it.
//! Where the user settled a conflict, a [`Decision`] takes the place of the clash; whatever comes later leaves it alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::node::{Body, Hand, List, Members, Node, USER, canonical, is_scalar_in_disguise};
use super::rules::{Rules, Verdict, pointer, segments};
use super::shown;
use crate::model::{ListPolicy, ListRule};

/// One pack's share of a document.
#[derive(Clone, Debug)]
pub(super) struct Layer<'a> {
    pub(super) value: Value,
    pub(super) weak: bool,
    pub(super) lists: &'a [ListRule],
}

/// Two layers that can't both have it their way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clash {
    /// Where.
    pub(super) pointer: String,
    pub(super) kind: ClashKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ClashKind {
    /// Values that differ as messages show them, each with the place of its layer.
    Values((usize, String), (usize, String)),
    /// Rules that differ.
    Rules((usize, ListPolicy), (usize, ListPolicy)),
}

/// What the user decided for a place where layers clash.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::compose) enum Decision<'a> {
    /// One of these layers has its way.
    Layers(Vec<usize>),
    /// This value stands there, whoever wants what.
    Value(Cow<'a, Value>),
}

/// Decisions by the pointer of their place.
pub(in crate::compose) type Decisions<'a> = BTreeMap<&'a str, Decision<'a>>;

/// What layers come to.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) root: Node,
    /// The places of the decisions that were needed.
    pub(super) decided: BTreeSet<String>,
}

impl Merged {
    /// Decisions for layers that say nothing where others clash: the place, and who has a say there.
    pub(super) fn empty_decisions(&self, layers: &[Layer<'_>], decisions: &Decisions<'_>) -> Vec<(String, Vec<usize>)> {
        let speakers = |place: &[String]| (0..layers.len()).filter(|&at| says(&layers[at].value, place)).collect();
        let empty = |place: &String| {
            let Decision::Layers(chosen) = decisions.get(place.as_str())? else { return None };
            let speakers: Vec<usize> = speakers(&segments(place));
            (!chosen.iter().any(|layer| speakers.contains(layer))).then(|| (place.clone(), speakers))
        };
        self.decided.iter().filter_map(empty).collect()
    }
}

/// Whether a layer has a value at a place. Below a list that can't be told: elements have other places in other layers.
fn says(value: &Value, place: &[String]) -> bool {
    match (value, place.split_first()) {
        (Value::Array(_), _) | (_, None) => true,
        (value, Some((name, rest))) => value.get(name).is_some_and(|member| says(member, rest)),
    }
}

/// Merges layers; none gives null.
pub(super) fn merge_layers(layers: &[Layer<'_>], decisions: &Decisions<'_>) -> Result<Merged, Vec<Clash>> {
    let rules = Rules::new(layers.iter().enumerate().map(|(at, layer)| (at, layer.lists)));
    let mut merging = Merging { rules, decisions, decided: BTreeSet::new(), place: Vec::new(), clashes: Vec::new() };
    let mut layers = layers.iter().enumerate();
    let nothing = Node { hand: Hand { layer: 0, weak: true }, body: Body::Scalar(Value::Null) };
    let Some((_, first)) = layers.next() else { return Ok(Merged { root: nothing, decided: BTreeSet::new() }) };
    let mut root = merging.lift(&first.value, Hand { layer: 0, weak: first.weak });
    for (at, layer) in layers {
        merging.join(&mut root, &layer.value, Hand { layer: at, weak: layer.weak });
    }
    if !merging.rules.is_empty() {
        merging.sort(&mut root);
    }
    if merging.clashes.is_empty() { Ok(Merged { root, decided: merging.decided }) } else { Err(merging.clashes) }
}

/// How two lists meet.
enum Meeting {
    Policy(ListPolicy),
    /// The user said what comes of it.
    Decided(Node),
    /// Two layers and what they ask for.
    Clash((usize, ListPolicy), (usize, ListPolicy)),
}

/// The most clashes of one file that are told: whoever settles those will see the next.
const MAX_CLASHES: usize = 100;

struct Merging<'a> {
    rules: Rules<'a>,
    decisions: &'a Decisions<'a>,
    decided: BTreeSet<String>,
    place: Vec<String>,
    clashes: Vec<Clash>,
}

impl<'a> Merging<'a> {
    fn join(&mut self, into: &mut Node, from: &Value, hand: Hand) {
        if into.hand.layer == USER {
            return;
        }
        match (&mut into.body, from) {
            (Body::Object(members), Value::Object(new)) if !is_scalar_in_disguise(new) => {
                self.join_members(members, new, hand);
                into.strengthen(hand);
            }
            (Body::List(list), Value::Array(new)) => match self.meeting() {
                Meeting::Policy(policy) => self.join_lists(list, &mut into.hand, &policy, new, hand),
                Meeting::Decided(node) => *into = node,
                Meeting::Clash(first, second) => self.clash(ClashKind::Rules(first, second)),
            },
            (Body::Scalar(old), new) if old == new => into.strengthen(hand),
            _ if hand.weak => {}
            _ if into.hand.weak => *into = self.lift(from, hand),
            _ => match self.decision() {
                Some(Decision::Value(value)) => *into = Node::decided(value),
                Some(Decision::Layers(layers)) => {
                    if layers.contains(&hand.layer) {
                        *into = self.lift(from, hand);
                    }
                }
                None => {
                    if self.clashes.len() < MAX_CLASHES {
                        let (old, new) = ((into.hand.layer, shown(&into.to_value())), (hand.layer, shown(from)));
                        self.clash(ClashKind::Values(old, new));
                    }
                }
            },
        }
    }

    /// What the user decided for this place; asked where layers clash.
    fn decision(&mut self) -> Option<&'a Decision<'a>> {
        if self.decisions.is_empty() {
            return None;
        }
        let place = pointer(&self.place);
        let decision = self.decisions.get(place.as_str())?;
        self.decided.insert(place);
        Some(decision)
    }

    /// How two lists meet here.
    fn meeting(&mut self) -> Meeting {
        match self.rules.verdict(&self.place) {
            Verdict::Policy(policy) => Meeting::Policy(policy),
            Verdict::Clash(first, second) => match self.decision() {
                Some(Decision::Value(value)) => Meeting::Decided(Node::decided(value)),
                Some(Decision::Layers(layers)) => {
                    Meeting::Policy(self.rules.decide(layers, &self.place).unwrap_or(first.1))
                }
                None => Meeting::Clash(first, second),
            },
        }
    }

    /// A value that nothing is there to meet yet. Where the packs want a list sorted, or objects with one key to be
    /// one, that holds for a single pack's list too: else merging it once more would change it.
    fn lift(&mut self, value: &Value, hand: Hand) -> Node {
        if self.rules.is_empty() {
            return Node::of(value, hand);
        }
        let body = match value {
            Value::Array(items) => {
                let mut list = List::default();
                match self.rules.verdict(&self.place) {
                    Verdict::Policy(ListPolicy::ByKey(member)) => self.unite(&mut list, Some(&member), items, hand),
                    Verdict::Policy(ListPolicy::Sorted) => {
                        self.append(&mut list, items, hand);
                        list.sort();
                    }
                    _ => self.append(&mut list, items, hand),
                }
                Body::List(list)
            }
            Value::Object(new) if !is_scalar_in_disguise(new) => {
                let mut members = Members::default();
                self.join_members(&mut members, new, hand);
                Body::Object(members)
            }
            scalar => Body::Scalar(scalar.clone()),
        };
        Node { hand, body }
    }

    fn append(&mut self, list: &mut List, new: &[Value], hand: Hand) {
        for value in new {
            let node = self.within(list.items.len().to_string(), |merging| merging.lift(value, hand));
            list.items.push(node);
        }
    }

    fn join_members(&mut self, members: &mut Members, new: &Map<String, Value>, hand: Hand) {
        for (key, value) in new {
            match members.index.get(key).and_then(|&at| members.items.get_mut(at)) {
                Some((_, node)) => self.within(key.clone(), |merging| merging.join(node, value, hand)),
                None => {
                    let node = self.within(key.clone(), |merging| merging.lift(value, hand));
                    members.push(key.clone(), node);
                }
            }
        }
    }

    fn join_lists(&mut self, list: &mut List, owner: &mut Hand, policy: &ListPolicy, new: &[Value], hand: Hand) {
        match policy {
            ListPolicy::Append => self.append(list, new, hand),
            ListPolicy::Replace if hand.weak && !owner.weak => {}
            ListPolicy::Replace => {
                list.items.clear();
                self.append(list, new, hand);
                *owner = hand;
            }
            ListPolicy::Unite | ListPolicy::Sorted => self.unite(list, None, new, hand),
            ListPolicy::ByKey(member) => self.unite(list, Some(member), new, hand),
        }
        if owner.weak && !hand.weak {
            *owner = hand;
        }
    }

    /// Adds what is not there yet. With a `member`, objects of the same value of it are one.
    fn unite(&mut self, list: &mut List, member: Option<&str>, new: &[Value], hand: Hand) {
        let List { items, index } = list;
        let index = index.get_or_insert_with(|| {
            let mut index = BTreeMap::new();
            for (at, item) in items.iter().enumerate() {
                index.entry(identity(&item.to_value(), member)).or_insert(at);
            }
            index
        });
        for value in new {
            let node = self.within(items.len().to_string(), |merging| merging.lift(value, hand));
            let identity = identity(&node.to_value(), member);
            let Some(&at) = index.get(&identity) else {
                index.insert(identity, items.len());
                items.push(node);
                continue;
            };
            if let Some(item) = items.get_mut(at) {
                self.within(at.to_string(), |merging| merging.join(item, value, hand));
            }
        }
    }

    /// Sorts the lists that the packs want sorted, also those that only one pack has a share in.
    fn sort(&mut self, node: &mut Node) {
        match &mut node.body {
            Body::Scalar(_) => {}
            Body::Object(members) => {
                for (key, member) in &mut members.items {
                    self.within(key.clone(), |merging| merging.sort(member));
                }
            }
            Body::List(list) => {
                for (at, item) in list.items.iter_mut().enumerate() {
                    self.within(at.to_string(), |merging| merging.sort(item));
                }
                if self.rules.verdict(&self.place) == Verdict::Policy(ListPolicy::Sorted) {
                    list.sort();
                }
            }
        }
    }

    fn within<T>(&mut self, segment: String, work: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(segment);
        let done = work(self);
        self.place.pop();
        done
    }

    fn clash(&mut self, kind: ClashKind) {
        self.clashes.push(Clash { pointer: pointer(&self.place), kind });
    }
}

/// What makes two elements of a list one.
fn identity(value: &Value, member: Option<&str>) -> String {
    match member.and_then(|member| value.get(member)) {
        Some(key) => format!("key {}", canonical(key)),
        None => format!("value {}", canonical(value)),
    }
}
