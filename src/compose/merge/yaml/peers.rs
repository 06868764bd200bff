//! What fragments lend: their own lines, with comments and style, for what they alone bring.

use std::collections::BTreeMap;

use serde_json::Value;

use super::edit::{Holder, edit_node};
use super::emit;
use super::syntax::{Body, Entry, Node};
use crate::compose::merge::changes::becomes;
use crate::compose::merge::node::canonical;

/// A node of a fragment, beside the one that is edited.
#[derive(Clone, Copy)]
pub(super) struct Peer<'a> {
    pub(super) text: &'a str,
    /// How deep its levels are, where it has several.
    pub(super) unit: Option<usize>,
    pub(super) node: &'a Node,
    pub(super) value: &'a Value,
}

/// Where lines go: their column, and how deep a level is there.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) indent: usize,
    pub(super) unit: Option<usize>,
}

/// A member of a fragment's mapping.
pub(super) struct Member<'a> {
    of: Peer<'a>,
    entry: &'a Entry,
    value: &'a Value,
}

impl<'a> Member<'a> {
    /// The member's value as a peer of the one that is edited.
    pub(super) fn below(&self) -> Peer<'a> {
        Peer { node: &self.entry.value, value: self.value, ..self.of }
    }

    /// How deep its levels are.
    fn unit(&self) -> Option<usize> {
        let own = || self.entry.value.unit();
        self.of.node.unit_at(self.entry).or_else(own).or(self.of.unit)
    }

    fn is_in_lines(&self) -> bool {
        matches!(self.of.node.body, Body::Object { flow: false, .. })
    }

    fn has_links(&self) -> bool {
        self.entry.key.linked || self.entry.value.has_links()
    }

    fn excerpt(&self, indent: usize) -> Option<String> {
        let start = self.entry.key.span.start;
        excerpt(self.of.text, start, &self.entry.value, indent).filter(|_| !self.entry.key.linked)
    }

    /// The member after what `others` bring to it as well.
    fn grown(&self, new: &Value, others: &[Member<'_>], indent: usize) -> Option<String> {
        if self.has_links() {
            return None;
        }
        let Self { of, entry, value } = self;
        let peers: Vec<Peer<'_>> = others.iter().map(Member::below).collect();
        let holder = Holder::Member(entry, of.node.column);
        let (text, changed) = edit_node((of.text, of.unit), &entry.value, (value, new), &peers, &holder).ok()?;
        // Nothing above the member has changed, so what is behind it says how far it reaches now.
        let end = changed.max(next_line(of.text, entry.value.end(of.text)));
        let end = text.len().checked_sub(of.text.len() - end)?;
        lines_between(&text, entry.key.span.start, end, indent)
    }
}

/// The members of all fragments' mappings by key.
pub(super) fn members_of<'a>(peers: &[Peer<'a>]) -> BTreeMap<&'a str, Vec<Member<'a>>> {
    let mut members: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for &of in peers {
        for (key, entry) in of.node.members() {
            let Some(value) = of.value.get(key) else { continue };
            members.entry(key).or_default().push(Member { of, entry, value });
        }
    }
    members
}

/// Elements of lists by what they say, with the text that says it.
pub(super) type Known<'a> = BTreeMap<String, (Peer<'a>, &'a Node)>;

pub(super) fn items_of<'a>(peers: &[Peer<'a>]) -> Known<'a> {
    let mut known = Known::new();
    for peer in peers {
        let (Body::List { items, .. }, Value::Array(values)) = (&peer.node.body, peer.value) else { continue };
        for (item, value) in items.iter().zip(values) {
            known.entry(canonical(value)).or_insert((*peer, item));
        }
    }
    known
}

/// A scalar of a fragment on one line that says `value`, as it is written there.
pub(super) fn lexeme<'a>(value: &Value, peers: &[Peer<'a>]) -> Option<&'a str> {
    peers.iter().filter(|peer| peer.value == value).find_map(|peer| short_text(peer.text, peer.node))
}

fn short_text<'a>(text: &'a str, node: &Node) -> Option<&'a str> {
    let is_short = matches!(node.body, Body::Scalar { block: false }) && !node.linked && !node.span.is_empty();
    text.get(node.span.clone()).filter(|text| is_short && !text.contains('\n'))
}

pub(super) fn flow_text(value: &Value, known: &Known<'_>) -> String {
    // Bare words of a block may hold commas and brackets, so only quoted ones come over as they are.
    let quoted = known.get(&canonical(value)).and_then(|(peer, node)| short_text(peer.text, node));
    quoted.filter(|text| text.starts_with(['"', '\''])).map_or_else(|| emit::flow(value), str::to_owned)
}

/// A member that the text does not have yet: a fragment's own lines where one says all of it, or the first fragment's
/// with what the others add to it.
pub(super) fn fresh_entry(key: &str, value: &Value, members: &[Member<'_>], place: Place) -> String {
    let indent = place.indent;
    let says_it = |member: &&Member<'_>| member.is_in_lines() && member.value == value;
    let copied = members.iter().filter(says_it).find_map(|member| Some((member.excerpt(indent)?, member.unit())));
    let grown = || {
        let grows = |first: &Member<'_>| first.is_in_lines() && becomes(first.value, value);
        let (first, others) = members.split_first().filter(|(first, _)| grows(first))?;
        Some((first.grown(value, others, indent)?, first.unit()))
    };
    let (text, unit) = copied.or_else(grown).unwrap_or_else(|| (emit::entry(key, value, indent), Some(emit::UNIT)));
    fitted(text, unit, place, &Value::Object([(key.to_owned(), value.clone())].into_iter().collect()))
}

/// Lines with levels as deep as those around them, where they say the same then.
fn fitted(text: String, unit: Option<usize>, place: Place, value: &Value) -> String {
    let (Some(from), Some(to)) = (unit, place.unit) else { return text };
    if from == to {
        return text;
    }
    let mut out = String::new();
    for line in text.lines() {
        let rest = line.trim_start_matches(' ');
        let depth = (line.len() - rest.len()).saturating_sub(place.indent);
        let column = if rest.is_empty() { 0 } else { place.indent + depth / from * to + depth % from };
        out.push_str(&format!("{}{rest}\n", " ".repeat(column)));
    }
    if super::read(&out).as_ref() == Ok(value) { out } else { text }
}

pub(super) fn fresh_item(value: &Value, known: &Known<'_>, place: Place) -> String {
    let indent = place.indent;
    let known = known.get(&canonical(value));
    let copied = known.and_then(|(Peer { text, .. }, node)| {
        let line = text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
        let dash = text[line..node.span.start].find('-').map(|at| at + line)?;
        // Nested sequences put several dashes on one line: then the first is another's.
        let only_dash = text[line..dash].trim().is_empty() && text[dash + 1..node.span.start].trim().is_empty();
        excerpt(text, dash, node, indent).filter(|_| only_dash)
    });
    let (text, unit) = match copied {
        Some(text) => (text, known.and_then(|(peer, node)| node.unit().or(peer.unit))),
        None => (emit::item(value, indent), Some(emit::UNIT)),
    };
    fitted(text, unit, place, &Value::Array(vec![value.clone()]))
}

/// The lines from `start` to the end of `node`, with the comments right above and behind, moved to another indentation.
fn excerpt(text: &str, start: usize, node: &Node, indent: usize) -> Option<String> {
    if node.has_links() {
        return None;
    }
    let end = node.end(text);
    lines_between(text, start, if text[..end].ends_with('\n') { end } else { next_line(text, end) }, indent)
}

/// The lines from `start` to `end`, with the comments right above.
fn lines_between(text: &str, start: usize, end: usize, indent: usize) -> Option<String> {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let column = start - line;
    if !text[line..start].bytes().all(|byte| byte == b' ' || byte == b'-') {
        return None;
    }
    let pad = " ".repeat(indent);
    let mut out = String::new();
    for comment in comments_above(text, line, column) {
        out.push_str(&format!("{pad}{comment}\n"));
    }
    for (at, full) in text.get(start..end)?.lines().enumerate() {
        let blank = " ".repeat(column);
        let moved = match at {
            0 => full,
            _ if full.trim().is_empty() => "",
            _ => full.strip_prefix(&blank)?,
        };
        let pad = if moved.is_empty() { "" } else { &pad };
        out.push_str(&format!("{pad}{moved}\n"));
    }
    Some(out)
}

/// The comment lines of the same indentation right above the line that starts at `line`.
fn comments_above(text: &str, line: usize, column: usize) -> Vec<&str> {
    let above = text[..line].lines().rev();
    let mut comments: Vec<&str> = above
        .map_while(|above| {
            above.get(column..).filter(|rest| rest.starts_with('#') && above[..column].trim().is_empty())
        })
        .collect();
    comments.reverse();
    comments
}

/// The start of the line behind the one that `at` is in.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}
