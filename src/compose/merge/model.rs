//! The merge itself, over plain JSON values: what every format's merge has to come to.
//!
//! A document is built of layers in canonical order, the owner's file first where there is one. Objects meet member by
//! member; scalars that differ are in conflict unless one is weak, which then yields whatever the order; two weak ones
//! leave the first. Values of different kinds are in conflict in the same way. Lists meet by the rules of the packs.
//!
//! Each place remembers which layer decided it and whether that layer is weak, so that a conflict can name both packs
//! and a weak value can yield to one that comes later. A place counts as weak while only weak layers have touched it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rules::{Rules, Verdict, pointer};
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
    /// Values that differ, each with the place of its layer.
    Values((usize, Value), (usize, Value)),
    /// Rules that differ.
    Rules((usize, ListPolicy), (usize, ListPolicy)),
}

/// A datetime of TOML, and whatever else a format knows and JSON does not, as one scalar: an object of this member.
pub(super) const SCALAR: &str = "$scaffold:scalar";

/// Merges layers; none gives null.
pub(super) fn merge_layers(layers: &[Layer<'_>]) -> Result<Value, Vec<Clash>> {
    let rules = Rules::new(layers.iter().enumerate().map(|(at, layer)| (at, layer.lists)));
    let mut merging = Merging { rules, place: Vec::new(), clashes: Vec::new() };
    let mut layers = layers.iter().enumerate();
    let Some((_, first)) = layers.next() else { return Ok(Value::Null) };
    let mut root = merging.lift(&first.value, Hand { layer: 0, weak: first.weak });
    for (at, layer) in layers {
        merging.join(&mut root, &layer.value, Hand { layer: at, weak: layer.weak });
    }
    if !merging.rules.is_empty() {
        merging.sort(&mut root);
    }
    if merging.clashes.is_empty() { Ok(root.into_value()) } else { Err(merging.clashes) }
}

/// Whose a value is.
#[derive(Clone, Copy, Debug)]
struct Hand {
    layer: usize,
    weak: bool,
}

#[derive(Debug)]
struct Node {
    hand: Hand,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Scalar(Value),
    List(List),
    Object(Members),
}

#[derive(Debug, Default)]
struct List {
    items: Vec<Node>,
    /// Which item has which identity; made when the list first meets another one, right from then on, because all
    /// meetings at one place follow one policy.
    index: Option<BTreeMap<String, usize>>,
}

#[derive(Debug, Default)]
struct Members {
    items: Vec<(String, Node)>,
    index: BTreeMap<String, usize>,
}

impl List {
    fn sort(&mut self) {
        self.items.sort_by_cached_key(|item| rank(&item.to_value()));
        self.items.dedup_by_key(|item| canonical(&item.to_value()));
        self.index = None;
    }
}

impl Members {
    fn push(&mut self, key: String, node: Node) {
        self.index.insert(key.clone(), self.items.len());
        self.items.push((key, node));
    }
}

impl Node {
    fn of(value: &Value, hand: Hand) -> Self {
        let body = match value {
            Value::Array(items) => {
                Body::List(List { items: items.iter().map(|item| Self::of(item, hand)).collect(), index: None })
            }
            Value::Object(members) if !is_scalar_in_disguise(members) => {
                let mut nodes = Members::default();
                for (key, member) in members {
                    nodes.push(key.clone(), Self::of(member, hand));
                }
                Body::Object(nodes)
            }
            scalar => Body::Scalar(scalar.clone()),
        };
        Self { hand, body }
    }

    fn to_value(&self) -> Value {
        match &self.body {
            Body::Scalar(value) => value.clone(),
            Body::List(list) => list.items.iter().map(Self::to_value).collect(),
            Body::Object(members) => {
                Value::Object(members.items.iter().map(|(key, node)| (key.clone(), node.to_value())).collect())
            }
        }
    }

    fn into_value(self) -> Value {
        match self.body {
            Body::Scalar(value) => value,
            Body::List(list) => list.items.into_iter().map(Self::into_value).collect(),
            Body::Object(members) => {
                Value::Object(members.items.into_iter().map(|(key, node)| (key, node.into_value())).collect())
            }
        }
    }

    /// A strong layer that says what was there already makes it strong, and its own.
    fn strengthen(&mut self, hand: Hand) {
        if self.hand.weak && !hand.weak {
            self.hand = hand;
        }
    }
}

struct Merging<'a> {
    rules: Rules<'a>,
    place: Vec<String>,
    clashes: Vec<Clash>,
}

impl Merging<'_> {
    fn join(&mut self, into: &mut Node, from: &Value, hand: Hand) {
        match (&mut into.body, from) {
            (Body::Object(members), Value::Object(new)) if !is_scalar_in_disguise(new) => {
                self.join_members(members, new, hand);
                into.strengthen(hand);
            }
            (Body::List(list), Value::Array(new)) => self.join_lists(list, &mut into.hand, new, hand),
            (Body::Scalar(old), new) if old == new => into.strengthen(hand),
            _ if hand.weak => {}
            _ if into.hand.weak => *into = self.lift(from, hand),
            _ => {
                let (old, new) = ((into.hand.layer, into.to_value()), (hand.layer, from.clone()));
                self.clash(ClashKind::Values(old, new));
            }
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

    fn join_lists(&mut self, list: &mut List, owner: &mut Hand, new: &[Value], hand: Hand) {
        let policy = match self.rules.verdict(&self.place) {
            Verdict::Policy(policy) => policy,
            Verdict::Clash(first, second) => return self.clash(ClashKind::Rules(first, second)),
        };
        match &policy {
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

fn is_scalar_in_disguise(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.contains_key(SCALAR)
}

/// A text that equal values share, whatever the order of their members.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<&String, String> =
                members.iter().map(|(key, member)| (key, canonical(member))).collect();
            let members: Vec<String> =
                sorted.into_iter().map(|(key, member)| format!("{}:{member}", Value::from(key.as_str()))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

/// Sorts null, booleans, numbers by value, texts by bytes, and then what is made of parts.
fn rank(value: &Value) -> (u8, Order, String) {
    let kind = match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    };
    let text = value.as_str().map_or_else(|| canonical(value), str::to_owned);
    (kind, Order(value.as_f64().unwrap_or_default()), text)
}

/// Floats by their total order.
struct Order(f64);

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Order {}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
