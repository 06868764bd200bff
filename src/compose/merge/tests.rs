#![allow(clippy::unwrap_used, clippy::panic)]

mod formatting;
mod json;
mod properties;
mod values;
mod yaml;

use serde_json::Value;

use super::model::{Clash, ClashKind, Layer};
use super::*;
use crate::model::ListPolicy;

/// A merge without decisions.
fn merge(format: Format, fragments: &[Fragment<'_>]) -> Result<String, Vec<MergeError>> {
    super::merge(format, fragments, &Decisions::new()).map(|merged| merged.text)
}

/// What layers come to without decisions.
fn merge_layers(layers: &[Layer<'_>]) -> Result<Value, Vec<Clash>> {
    model::merge_layers(layers, &Decisions::new()).map(|merged| merged.root.into_value())
}

fn strong(text: &str) -> Fragment<'_> {
    Fragment { text, weak: false, lists: &[] }
}

fn weak(text: &str) -> Fragment<'_> {
    Fragment { text, weak: true, lists: &[] }
}

fn rule(pointer: &str, policy: ListPolicy) -> ListRule {
    ListRule { pointer: pointer.to_owned(), policy }
}

fn merged(format: Format, fragments: &[Fragment<'_>]) -> String {
    match merge(format, fragments) {
        Ok(text) => text,
        Err(errors) => panic!("{errors:#?}"),
    }
}
