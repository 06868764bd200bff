//! A document while it is merged: values that remember whose they are.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rules::pointer;

/// A datetime of TOML, and whatever else a format knows and JSON does not, as one scalar: an object of this member.
pub(super) const SCALAR: &str = "$scaffold:scalar";

/// Whose a value is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    pub(super) layer: usize,
    pub(super) weak: bool,
}

/// The user's own hand, as it were a layer.
pub(super) const USER: usize = usize::MAX;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) hand: Hand,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Scalar(Value),
    List(List),
    Object(Members),
}

#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) items: Vec<Node>,
    /// Which item has which identity; made when the list first meets another one, right from then on, because all
    /// meetings at one place follow one policy.
    pub(super) index: Option<BTreeMap<String, usize>>,
}

#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) items: Vec<(String, Node)>,
    pub(super) index: BTreeMap<String, usize>,
}

impl List {
    pub(super) fn sort(&mut self) {
        self.items.sort_by_cached_key(|item| rank(&item.to_value()));
        self.items.dedup_by_key(|item| canonical(&item.to_value()));
        self.index = None;
    }
}

impl Members {
    pub(super) fn push(&mut self, key: String, node: Node) {
        self.index.insert(key.clone(), self.items.len());
        self.items.push((key, node));
    }
}

impl Node {
    pub(super) fn of(value: &Value, hand: Hand) -> Self {
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

    /// Whose each place of the document is, by pointer: a layer, or none where the user decided.
    pub(super) fn owners(&self) -> BTreeMap<String, Option<usize>> {
        let mut owners = BTreeMap::new();
        self.collect_owners(&mut Vec::new(), &mut owners);
        owners
    }

    fn collect_owners(&self, place: &mut Vec<String>, owners: &mut BTreeMap<String, Option<usize>>) {
        owners.insert(pointer(place), Some(self.hand.layer).filter(|&layer| layer != USER));
        let mut below = |name: String, node: &Self| {
            place.push(name);
            node.collect_owners(place, owners);
            place.pop();
        };
        match &self.body {
            Body::Scalar(_) => {}
            Body::List(list) => list.items.iter().enumerate().for_each(|(at, node)| below(at.to_string(), node)),
            Body::Object(members) => members.items.iter().for_each(|(key, node)| below(key.clone(), node)),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        match &self.body {
            Body::Scalar(value) => value.clone(),
            Body::List(list) => list.items.iter().map(Self::to_value).collect(),
            Body::Object(members) => {
                Value::Object(members.items.iter().map(|(key, node)| (key.clone(), node.to_value())).collect())
            }
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self.body {
            Body::Scalar(value) => value,
            Body::List(list) => list.items.into_iter().map(Self::into_value).collect(),
            Body::Object(members) => {
                Value::Object(members.items.into_iter().map(|(key, node)| (key, node.into_value())).collect())
            }
        }
    }

    /// What the user wants to stand at a place.
    pub(super) fn decided(value: &Value) -> Self {
        Self::of(value, Hand { layer: USER, weak: false })
    }

    /// A strong layer that says what was there already makes it strong, and its own.
    pub(super) fn strengthen(&mut self, hand: Hand) {
        if self.hand.weak && !hand.weak {
            self.hand = hand;
        }
    }
}

pub(super) fn is_scalar_in_disguise(members: &Map<String, Value>) -> bool {
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
