//! Where the places of a JSON document stand.

use super::syntax::{self, Node};
use super::{Dialect, without_mark};
use crate::compose::merge::places::Places;

pub(in crate::compose::merge) fn find_places(dialect: Dialect, text: &str, places: &mut Places) -> Result<(), String> {
    let (mark, text) = without_mark(text);
    if let Some((root, _)) = syntax::parse(dialect, text)? {
        places.note(mark.len() + root.span.start..mark.len() + root.span.end);
        inside(&root, mark.len(), places);
    }
    Ok(())
}

fn inside(node: &Node, mark: usize, places: &mut Places) {
    for (at, child) in node.children().iter().enumerate() {
        let name = child.name.clone().unwrap_or_else(|| at.to_string());
        places.within(name, |places| {
            let span = child.span();
            places.note(mark + span.start..mark + span.end);
            inside(&child.value, mark, places);
        });
    }
}
