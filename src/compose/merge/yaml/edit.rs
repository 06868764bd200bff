//! Changing a YAML text where its value changes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::emit;
use super::peers::{Member, Peer, Place, flow_text, fresh_entry, fresh_item, items_of, lexeme, members_of, next_line};
use super::syntax::{Body, Entry, Node};
use crate::compose::merge::changes::{extends, grows};

/// A text, where its nodes stand, and what it says.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) root: Option<Node>,
    pub(super) value: Value,
}

/// Makes the text of `base`, which says `old`, say `new`.
pub(super) fn edit(base: &Source<'_>, old: &Value, new: &Value, peers: &[Source<'_>]) -> Result<String, String> {
    let peers: Vec<Peer<'_>> = peers
        .iter()
        .filter_map(|peer| {
            let node = peer.root.as_ref()?;
            Some(Peer { text: peer.text, unit: node.unit(), node, value: &peer.value })
        })
        .collect();
    let unit = base.root.as_ref().and_then(Node::unit);
    let mut editor = Editor { text: base.text, unit, cuts: Vec::new() };
    match (&base.root, new) {
        (Some(root), _) => editor.node(root, old, new, &peers, &Holder::Root)?,
        (None, Value::Object(members)) => {
            let theirs = members_of(&peers);
            let sources = |key: &str| theirs.get(key).map_or(&[][..], Vec::as_slice);
            let text =
                members.iter().map(|(key, value)| fresh_entry(key, value, sources(key), editor.place(0))).collect();
            editor.insert(base.text.len(), text);
        }
        (None, other) => editor.insert(base.text.len(), format!("{}\n", emit::flow(other))),
    }
    Ok(editor.finish())
}

/// The text in which a node that says `old` says `new`, and the place up to which the old one had to change.
pub(super) fn edit_node(
    (text, unit): (&str, Option<usize>),
    node: &Node,
    (old, new): (&Value, &Value),
    peers: &[Peer<'_>],
    holder: &Holder<'_>,
) -> Result<(String, usize), String> {
    let mut editor = Editor { text, unit, cuts: Vec::new() };
    editor.node(node, old, new, peers, holder)?;
    let end = editor.cuts.iter().map(|(range, _)| range.end).max().unwrap_or_default();
    Ok((editor.finish(), end))
}

struct Editor<'a> {
    text: &'a str,
    /// How deep its levels are, where it has several.
    unit: Option<usize>,
    cuts: Vec<(Range<usize>, String)>,
}

/// What a node hangs on.
pub(super) enum Holder<'a> {
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
            (Body::Object { flow, entries }, Value::Object(was), Value::Object(is))
                if !entries.is_empty() && grows(old, new) =>
            {
                self.object(node, *flow, (was, is), peers)
            }
            (Body::List { flow, items }, Value::Array(was), Value::Array(is))
                if items.len() == was.len() && !items.is_empty() && extends(was, is) =>
            {
                self.list(node, *flow, items, (was, is), peers)
            }
            _ => self.replace(node, old, new, peers, holder),
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
        let own: BTreeMap<&str, &Entry> = node.members().collect();
        let theirs = members_of(peers);
        for (key, value) in new {
            let members = theirs.get(key.as_str()).map_or(&[][..], Vec::as_slice);
            match (own.get(key.as_str()), old.get(key)) {
                (Some(entry), Some(was)) => {
                    let holder = if flow { Holder::Flow } else { Holder::Member(entry, node.column) };
                    let below: Vec<Peer<'_>> = members.iter().map(Member::below).collect();
                    self.node(&entry.value, was, value, &below, &holder)?;
                }
                // What comes through a merge key is there already; a change of it becomes a member of its own.
                (None, Some(was)) if was == value => {}
                _ if flow => added.push_str(&format!(", {}: {}", emit::scalar_text(key), emit::flow(value))),
                _ => added.push_str(&fresh_entry(key, value, members, self.place(node.column))),
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
                added.push_str(&fresh_item(value, &known, self.place(node.column)));
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

    fn replace(
        &mut self,
        node: &Node,
        old: &Value,
        new: &Value,
        peers: &[Peer<'_>],
        holder: &Holder<'_>,
    ) -> Result<(), String> {
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
                let start = key_end + colon + 1;
                match self.kept_items(node, old, new, peers) {
                    // The elements' own comments come along, the last one's too; the key's stays.
                    Some(lines) => self.cut(self.line_end(start)..self.line_end(end), lines),
                    None => self.replace_lines(start, end, &self.long_text(node, old, new, peers, *column)),
                }
            }
            Holder::Item(column) => {
                let dash = self.dash(node.span.start, *column).ok_or("an element has no dash")?;
                self.replace_lines(dash + 1, end, &emit::behind_mark(new, *column));
            }
            Holder::Root => self.replace_root(node, end, new),
        }
        Ok(())
    }

    /// The elements of a block sequence that is written anew, those that stay as they are written.
    fn kept_items(&self, node: &Node, old: &Value, new: &Value, peers: &[Peer<'_>]) -> Option<String> {
        let (Value::Array(values), Body::List { flow: false, .. }) = (new, &node.body) else { return None };
        let known = items_of(&[&[self.own(node, old)], peers].concat());
        let place = self.place(node.column);
        let lines: String = values.iter().map(|value| fresh_item(value, &known, place)).collect();
        (!values.is_empty()).then(|| format!("\n{}", lines.trim_end_matches('\n')))
    }

    /// The text of a member's new value.
    fn long_text(&self, node: &Node, old: &Value, new: &Value, peers: &[Peer<'_>], column: usize) -> String {
        match (new, &node.body) {
            (Value::Array(values), Body::List { flow: true, items }) if !items.is_empty() => {
                let known = items_of(&[self.own(node, old)]);
                let texts: Vec<String> = values.iter().map(|value| flow_text(value, &known)).collect();
                format!(" [{}]\n", texts.join(", "))
            }
            (Value::Array(values), _) if !values.is_empty() => {
                let known = items_of(peers);
                let lines: String =
                    values.iter().map(|value| fresh_item(value, &known, self.below_column(column))).collect();
                format!("\n{lines}")
            }
            (Value::Object(members), _) if !members.is_empty() => {
                let theirs = members_of(peers);
                let sources = |key: &str| theirs.get(key).map_or(&[][..], Vec::as_slice);
                let entry =
                    |(key, value): (&String, &Value)| fresh_entry(key, value, sources(key), self.below_column(column));
                let lines: String = members.iter().map(entry).collect();
                format!("\n{lines}")
            }
            _ => emit::behind_mark(new, column),
        }
    }

    fn own<'b>(&'b self, node: &'b Node, value: &'b Value) -> Peer<'b> {
        Peer { text: self.text, unit: self.unit, node, value }
    }

    fn place(&self, indent: usize) -> Place {
        Place { indent, unit: self.unit }
    }

    /// The place of what hangs on something at a column.
    fn below_column(&self, column: usize) -> Place {
        self.place(column + self.unit.unwrap_or(emit::UNIT))
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline)
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
