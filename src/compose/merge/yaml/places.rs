//! Where the places of a YAML document stand.

use super::syntax::{self, Body, Node};
use crate::compose::merge::places::Places;

pub(in crate::compose::merge) fn find_places(text: &str, places: &mut Places) -> Result<(), String> {
    if let Some(root) = syntax::parse(text)? {
        places.note(root.span.clone());
        inside(&root, text, places);
    }
    Ok(())
}

fn inside(node: &Node, text: &str, places: &mut Places) {
    match &node.body {
        Body::Scalar { .. } | Body::Alias => {}
        Body::List { items, .. } => {
            for (at, item) in items.iter().enumerate() {
                places.within(at, |places| {
                    places.note(item.span.start..item.end(text));
                    inside(item, text, places);
                });
            }
        }
        Body::Object { .. } => {
            for (name, entry) in node.members() {
                places.within(name, |places| {
                    places.note(entry.key.span.start..entry.value.end(text).max(entry.key.span.end));
                    inside(&entry.value, text, places);
                });
            }
        }
    }
}
