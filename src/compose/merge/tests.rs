#![allow(clippy::unwrap_used, clippy::panic)]

mod formatting;
mod json;
mod properties;
mod values;
mod yaml;

use serde_json::Value;

use super::model::{Clash, ClashKind, Layer, merge_layers};
use super::*;
use crate::model::ListPolicy;

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
