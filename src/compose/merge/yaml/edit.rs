//! Changing a YAML text where its value changes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::emit;
use super::syntax::{Body, Entry, Node};
use crate::compose::merge::model::canonical;
use crate::compose::merge::toml::extends;

/// A text, where its nodes stand, and what it says.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) root: Option<Node>,
    pub(super) value: Value,
}

/// A node of a fragment, beside the one that is edited.
#[derive(Clone, Copy)]
struct Peer<'a> {
    text: &'a str,
    node: &'a Node,
    value: &'a Value,
}

/// Makes the text of `base`, which says `old`, say `new`.
pub(super) fn edit(base: &Source<'_>, old: &Value, new: &Value, peers: &[Source<'_>]) -> Result<String, String> {
    let peers: Vec<Peer<'_>> = peers
        .iter()
        .filter_map(|peer| Some(Peer { text: peer.text, node: peer.root.as_ref()?, value: &peer.value }))
        .collect();
    let mut editor = Editor { text: base.text, cuts: Vec::new() };
    match (&base.root, new) {
        (Some(root), _) => editor.node(root, old, new, &peers, &Holder::Root)?,
        (None, Value::Object(members)) => {
            let text = members.iter().map(|(key, value)| fresh_entry(key, value, &peers, 0)).collect();
            editor.insert(base.text.len(), text);
        }
        (None, other) => editor.insert(base.text.len(), format!("{}\n", emit::flow(other))),
    }
    Ok(editor.finish())
}

struct Editor<'a> {
    text: &'a str,
    cuts: Vec<(Range<usize>, String)>,
}

/// What a node hangs on.
enum Holder<'a> {
    Root,
    Flow,
    /// A member of a block mapping at this column.
    Member(&'a Entry, usize),
    /// An element of a block sequence whose dashes are at this column.
    Item(usize),
}

impl<'a> Editor<'a> {
    fn node(
        &mut self,
        node: &Node,
        old: &Value,
        new: &Value,
        peers: &[Peer<'_>],
        holder: &Holder<'_>,
    ) -> Result<(), String> {
        if old == new {
            return Ok(());
        }
        match (&node.body, old, new) {
            (Body::Object { flow, entries }, Value::Object(was), Value::Object(is)) if !entries.is_empty() => {
                self.object(node, *flow, (was, is), peers)
            }
            (Body::List { flow, items }, Value::Array(was), Value::Array(is))
                if items.len() == was.len() && !items.is_empty() && extends(was, is) =>
            {
                self.list(node, *flow, items, (was, is), peers)
            }
            _ => self.replace(node, new, peers, holder),
        }
    }

    fn object(
        &mut self,
        node: &Node,
        flow: bool,
        (old, new): (&Map<String, Value>, &Map<String, Value>),
        peers: &[Peer<'_>],
    ) -> Result<(), String> {
        let mut added = String::new();
        for (key, value) in new {
            let below = members_of(peers, key);
            match (node.member(key), old.get(key)) {
                (Some(entry), Some(was)) => {
                    let holder = if flow { Holder::Flow } else { Holder::Member(entry, node.column) };
                    self.node(&entry.value, was, value, &below, &holder)?;
                }
                // What comes through a merge key is there already; a change of it becomes a member of its own.
                (None, Some(was)) if was == value => {}
                _ if flow => added.push_str(&format!(", {}: {}", emit::scalar_text(key), emit::flow(value))),
                _ => added.push_str(&fresh_entry(key, value, peers, node.column)),
            }
        }
        self.append(node, flow, added);
        Ok(())
    }

    fn list(
        &mut self,
        node: &Node,
        flow: bool,
        items: &[Node],
        (old, new): (&[Value], &[Value]),
        peers: &[Peer<'_>],
    ) -> Result<(), String> {
        let known = items_of(peers);
        for ((item, was), value) in items.iter().zip(old).zip(new) {
            let holder = if flow { Holder::Flow } else { Holder::Item(node.column) };
            self.node(item, was, value, &[], &holder)?;
        }
        let mut added = String::new();
        for value in new.iter().skip(old.len()) {
            if flow {
                added.push_str(&format!(", {}", flow_text(value, &known)));
            } else {
                added.push_str(&fresh_item(value, &known, node.column));
            }
        }
        self.append(node, flow, added);
        Ok(())
    }

    /// Puts text behind a collection's last child.
    fn append(&mut self, node: &Node, flow: bool, text: String) {
        if text.is_empty() {
            return;
        }
        let last = match &node.body {
            Body::List { items, .. } => items.last(),
            Body::Object { entries, .. } => entries.last().map(|entry| &entry.value),
            Body::Scalar { .. } | Body::Alias => None,
        };
        let end = last.unwrap_or(node).end(self.text);
        if flow { self.insert(end, text) } else { self.insert(self.below(end, node.column), text) }
    }

    /// The start of the line below `end`, and below the comments that belong to what ends there.
    fn below(&self, end: usize, column: usize) -> usize {
        let mut at = if self.text[..end].ends_with('\n') { end } else { next_line(self.text, end) };
        while let Some(line) = self.text.get(at..).and_then(|rest| rest.lines().next()) {
            let rest = line.trim_start_matches(' ');
            if !rest.starts_with('#') || line.len() - rest.len() < column {
                break;
            }
            at = next_line(self.text, at);
        }
        at
    }

    fn replace(&mut self, node: &Node, new: &Value, peers: &[Peer<'_>], holder: &Holder<'_>) -> Result<(), String> {
        let end = node.end(self.text);
        let is_long = match new {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::String(text) => text.contains('\n'),
            _ => false,
        };
        let short = || lexeme(new, peers).map_or_else(|| emit::flow(new), str::to_owned);
        let is_block = match &node.body {
            Body::Scalar { block } => *block,
            Body::Alias => false,
            Body::List { flow, .. } | Body::Object { flow, .. } => !flow,
        };
        let stays_short = !is_long && !is_block && !node.span.is_empty();
        match holder {
            Holder::Flow => self.cut(node.span.start..end, short()),
            Holder::Member(..) | Holder::Item(_) if stays_short => self.cut(node.span.start..end, short()),
            Holder::Member(entry, column) => {
                let key_end = entry.key.end(self.text);
                let colon = self.text[key_end..].find(':').ok_or("a key has no colon")?;
                self.replace_lines(key_end + colon + 1, end, &self.long_text(node, new, *column));
            }
            Holder::Item(column) => {
                let dash = self.dash(node.span.start, *column).ok_or("an element has no dash")?;
                self.replace_lines(dash + 1, end, &emit::behind_mark(new, *column));
            }
            Holder::Root => self.replace_root(node, end, new),
        }
        Ok(())
    }

    /// The text of a member's new value; elements that stay are taken over as they are written.
    fn long_text(&self, node: &Node, new: &Value, column: usize) -> String {
        let (Value::Array(values), Body::List { flow, items }) = (new, &node.body) else {
            return emit::behind_mark(new, column);
        };
        if values.is_empty() {
            return emit::behind_mark(new, column);
        }
        let known = known_items(self.text, items);
        if *flow {
            let texts: Vec<String> = values.iter().map(|value| flow_text(value, &known)).collect();
            return format!(" [{}]\n", texts.join(", "));
        }
        let lines: String = values.iter().map(|value| fresh_item(value, &known, node.column)).collect();
        format!("\n{lines}")
    }

    /// The dash at `column` that an element which starts at `start` hangs on: on its line, or on one above.
    fn dash(&self, start: usize, column: usize) -> Option<usize> {
        let mut end = start;
        loop {
            let line = self.text[..end].rfind('\n').map_or(0, |at| at + 1);
            if self.text.as_bytes()[line..end].get(column) == Some(&b'-') {
                return Some(line + column);
            }
            end = line.checked_sub(1)?;
        }
    }

    /// Replaces what stands between a mark and `end` with text that ends its line; a comment behind the old value stays,
    /// behind the first line of a new one that has several.
    fn replace_lines(&mut self, start: usize, end: usize, text: &str) {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let end = end.max(start);
        let behind = self.text[end..].lines().next().unwrap_or_default();
        match body.split_once('\n') {
            Some((first, rest)) if behind.trim_start().starts_with('#') => {
                self.cut(start..end + behind.len(), format!("{first} {}\n{rest}", behind.trim_start()));
            }
            _ => self.cut(start..end, body.to_owned()),
        }
    }

    fn replace_root(&mut self, node: &Node, end: usize, new: &Value) {
        let text = match new {
            Value::Object(members) if !members.is_empty() => emit::object(members, 0),
            Value::Array(items) if !items.is_empty() => emit::list(items, 0),
            other => format!("{}\n", emit::flow(other)),
        };
        let line = self.text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
        self.replace_lines(line, end, &text);
    }

    fn insert(&mut self, at: usize, text: String) {
        self.cut(at..at, text);
    }

    fn cut(&mut self, range: Range<usize>, text: String) {
        self.cuts.push((range, text));
    }

    /// The text with all changes, each inner one before an outer one that inserts at the same place.
    fn finish(mut self) -> String {
        self.cuts.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for (range, text) in &self.cuts {
            out.push_str(self.text.get(at..range.start).unwrap_or_default());
            let is_lines = range.is_empty() && text.ends_with('\n');
            if is_lines && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(text);
            at = range.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        out
    }
}

/// The start of the line behind the one that `at` is in.
fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

fn members_of<'a>(peers: &[Peer<'a>], key: &str) -> Vec<Peer<'a>> {
    let member = |peer: &Peer<'a>| {
        Some(Peer { text: peer.text, node: &peer.node.member(key)?.value, value: peer.value.get(key)? })
    };
    peers.iter().filter_map(member).collect()
}

/// Elements of lists by what they say, with the text that says it.
type Known<'a> = BTreeMap<String, (&'a str, &'a Node)>;

fn items_of<'a>(peers: &[Peer<'a>]) -> Known<'a> {
    let mut known = Known::new();
    for peer in peers {
        let (Body::List { items, .. }, Value::Array(values)) = (&peer.node.body, peer.value) else { continue };
        for (item, value) in items.iter().zip(values) {
            known.entry(canonical(value)).or_insert((peer.text, item));
        }
    }
    known
}

/// The elements of a list of the text itself.
fn known_items<'a>(text: &'a str, items: &'a [Node]) -> Known<'a> {
    let value = |item: &Node| super::read(text.get(item.span.start..item.end(text))?).ok();
    items
        .iter()
        .filter(|item| matches!(item.body, Body::Scalar { block: false }))
        .filter_map(|item| Some((canonical(&value(item)?), (text, item))))
        .collect()
}

/// A scalar of a fragment on one line that says `value`, as it is written there.
fn lexeme<'a>(value: &Value, peers: &[Peer<'a>]) -> Option<&'a str> {
    peers.iter().filter(|peer| peer.value == value).find_map(|peer| short_text(peer.text, peer.node))
}

fn short_text<'a>(text: &'a str, node: &Node) -> Option<&'a str> {
    let is_short = matches!(node.body, Body::Scalar { block: false }) && !node.linked && !node.span.is_empty();
    text.get(node.span.clone()).filter(|text| is_short && !text.contains('\n'))
}

fn flow_text(value: &Value, known: &Known<'_>) -> String {
    // Bare words of a block may hold commas and brackets, so only quoted ones come over as they are.
    let quoted = known.get(&canonical(value)).and_then(|(text, node)| short_text(text, node));
    quoted.filter(|text| text.starts_with(['"', '\''])).map_or_else(|| emit::flow(value), str::to_owned)
}

/// A member that the text does not have yet: a fragment's own lines where it has them.
fn fresh_entry(key: &str, value: &Value, peers: &[Peer<'_>], indent: usize) -> String {
    let copied = peers.iter().find_map(|peer| {
        let entry = peer.node.member(key)?;
        if peer.value.get(key) != Some(value) || !matches!(peer.node.body, Body::Object { flow: false, .. }) {
            return None;
        }
        let start = entry.key.span.start;
        excerpt(peer.text, start, &entry.value, indent).filter(|_| !entry.key.linked)
    });
    copied.unwrap_or_else(|| emit::entry(key, value, indent))
}

fn fresh_item(value: &Value, known: &Known<'_>, indent: usize) -> String {
    let copied = known.get(&canonical(value)).and_then(|(text, node)| {
        let line = text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
        let dash = text[line..node.span.start].find('-').map(|at| at + line)?;
        // Nested sequences put several dashes on one line: then the first is another's.
        let only_dash = text[line..dash].trim().is_empty() && text[dash + 1..node.span.start].trim().is_empty();
        excerpt(text, dash, node, indent).filter(|_| only_dash)
    });
    copied.unwrap_or_else(|| emit::item(value, indent))
}

/// The lines from `start` to the end of `node`, with the comments right above and behind, moved to another indentation.
fn excerpt(text: &str, start: usize, node: &Node, indent: usize) -> Option<String> {
    if node.has_links() {
        return None;
    }
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let column = start - line;
    if !text[line..start].bytes().all(|byte| byte == b' ' || byte == b'-') {
        return None;
    }
    let end = node.end(text);
    let end = if text[..end].ends_with('\n') { end } else { next_line(text, end) };
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
