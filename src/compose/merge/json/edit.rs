//! Changing a JSON text where its value changes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::emit::{self, Spacing};
use super::layout::{Gap, gap, indent_at, is_in_lines, loose_comments, spacing_of};
use super::peers::{Fresh, Peer, Source, fresh_item, fresh_member, inline_item, items_of, lexeme, members_of};
use super::syntax::{Body, Node};
use crate::compose::merge::changes::{extends, grows};

/// Makes the text of `base`, which holds a value, say `new`.
pub(super) fn edit(base: &Source<'_>, new: &Value, peers: &[Source<'_>]) -> String {
    let peers: Vec<Peer<'_>> = peers.iter().filter_map(Source::as_peer).collect();
    let mut editor = Editor::new(base.text, base.unit);
    if let Some(root) = &base.root {
        editor.node(root, (&base.value, new), &peers, true);
    }
    editor.finish(0..base.text.len())
}

/// A text and the changes to it.
pub(super) struct Editor<'a> {
    text: &'a str,
    unit: &'a str,
    cuts: Vec<(Range<usize>, String)>,
}

impl<'a> Editor<'a> {
    pub(super) fn new(text: &'a str, unit: &'a str) -> Self {
        Self { text, unit, cuts: Vec::new() }
    }

    /// Makes a value that says `old` say `new`. What was empty is filled in lines where it stands on a line of its own.
    pub(super) fn node(&mut self, node: &Node, (old, new): (&Value, &Value), peers: &[Peer<'_>], own_line: bool) {
        if old == new {
            return;
        }
        match (&node.body, old, new) {
            (Body::Object(_), Value::Object(was), Value::Object(is)) if grows(old, new) => {
                self.object(node, (was, is), peers, own_line);
            }
            (Body::List(_), Value::Array(was), Value::Array(is)) if extends(was, is) => {
                self.list(node, (was, is), peers, own_line);
            }
            (Body::List(items), Value::Array(_), Value::Array(is)) if !items.is_empty() && !is.is_empty() => {
                self.refill(node, old, is, peers);
            }
            _ => {
                let fresh = match lexeme(new, peers) {
                    Some(text) => text.to_owned(),
                    None if own_line => emit::lines(new, indent_at(self.text, node.span.start), self.unit),
                    None => emit::inline(new, Spacing::default()),
                };
                self.cut(node.span.clone(), fresh);
            }
        }
    }

    fn object(
        &mut self,
        node: &Node,
        (old, new): (&Map<String, Value>, &Map<String, Value>),
        peers: &[Peer<'_>],
        own_line: bool,
    ) {
        let in_lines = is_in_lines(self.text, node);
        let own: BTreeMap<&str, &Node> =
            node.children().iter().filter_map(|child| Some((child.name.as_deref()?, &child.value))).collect();
        let theirs = members_of(peers);
        let mut added = Vec::new();
        for (name, value) in new {
            let lenders = theirs.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            match (own.get(name.as_str()), old.get(name)) {
                (Some(node), Some(was)) => {
                    let below: Vec<Peer<'_>> = lenders.iter().map(|lender| lender.below()).collect();
                    self.node(node, (was, value), &below, in_lines);
                }
                _ => added.push((name, value, lenders)),
            }
        }
        if self.takes_lines(node, own_line) {
            let (indent, unit) = (self.child_indent(node), self.unit);
            let fresh =
                |(name, value, lenders): &(&String, &Value, &[_])| fresh_member(name, value, lenders, &indent, unit);
            let fresh: Vec<Fresh> = added.iter().map(fresh).collect();
            self.append_lines(node, &fresh, &indent);
        } else {
            let spacing = spacing_of(self.text, node);
            let texts = added.iter().map(|(name, value, _)| emit::inline_member(name, value, spacing)).collect();
            self.append_inline(node, texts, spacing);
        }
    }

    fn list(&mut self, node: &Node, (old, new): (&[Value], &[Value]), peers: &[Peer<'_>], own_line: bool) {
        let in_lines = is_in_lines(self.text, node);
        for ((item, was), value) in node.children().iter().zip(old).zip(new) {
            self.node(&item.value, (was, value), &[], in_lines);
        }
        let known = items_of(peers);
        let added = new.iter().skip(old.len());
        let indent = self.child_indent(node);
        let is_short = old.is_empty() && emit::is_short(new, &indent);
        if self.takes_lines(node, own_line && !is_short) {
            let fresh: Vec<Fresh> = added.map(|value| fresh_item(value, &known, &indent, self.unit)).collect();
            self.append_lines(node, &fresh, &indent);
        } else {
            let spacing = spacing_of(self.text, node);
            let texts = added.map(|value| emit::inline(value, spacing)).collect();
            self.append_inline(node, texts, spacing);
        }
    }

    /// Whether what comes into an object or a list comes on lines of its own: where its children do, where a comment
    /// leaves no choice, and into an empty one that stands on a line of its own.
    fn takes_lines(&self, node: &Node, own_line: bool) -> bool {
        match node.children().last() {
            Some(last) => is_in_lines(self.text, node) || gap(self.text, last.value.span.end).ends_line,
            None => own_line || !gap(self.text, node.span.start + 1).comments.is_empty(),
        }
    }

    /// The indentation of a node's children.
    fn child_indent(&self, node: &Node) -> String {
        match node.children().first() {
            Some(first) if is_in_lines(self.text, node) => indent_at(self.text, first.start).to_owned(),
            _ => format!("{}{}", indent_at(self.text, node.span.start), self.unit),
        }
    }

    /// Puts children behind the last one and its comments, each on a line.
    fn append_lines(&mut self, node: &Node, fresh: &[Fresh], indent: &str) {
        if fresh.is_empty() {
            return;
        }
        let last = node.children().last().map(|last| last.value.span.end);
        let from = last.unwrap_or(node.span.start + 1);
        let Gap { comments, comma, .. } = gap(self.text, from);
        if let (Some(last), None) = (last, comma) {
            self.cut(last..last, ",".to_owned());
        }
        let end = end_of(&comments, comma, from);
        self.cut(end..end, rendered(fresh, indent, comma.is_some()));
        let close = node.span.end - 1;
        if !self.text[end..close].contains('\n') {
            self.cut(end..close, format!("\n{}", indent_at(self.text, node.span.start)));
        }
    }

    /// Puts children behind the last one, on its line.
    fn append_inline(&mut self, node: &Node, texts: Vec<String>, spacing: Spacing) {
        if texts.is_empty() {
            return;
        }
        let Some(last) = node.children().last() else {
            let pad = if spacing.padded { " " } else { "" };
            let text = format!("{pad}{}{pad}", texts.join(spacing.comma()));
            return self.cut(node.span.start + 1..node.span.end - 1, text);
        };
        let Gap { comments, comma, .. } = gap(self.text, last.value.span.end);
        let end = end_of(&comments, comma, last.value.span.end);
        let text: String = match comma {
            Some(_) => texts.iter().map(|text| format!(" {text},")).collect(),
            None => texts.iter().map(|text| format!("{}{text}", spacing.comma())).collect(),
        };
        self.cut(end..end, text);
    }

    /// Writes a list again: elements that were there as they are written, with their comments.
    fn refill(&mut self, node: &Node, old: &Value, new: &[Value], peers: &[Peer<'_>]) {
        let own = Peer { text: self.text, unit: self.unit, node, value: old };
        if !is_in_lines(self.text, node) {
            let spacing = spacing_of(self.text, node);
            let known = items_of(&[own]);
            let texts: Vec<String> = new.iter().map(|value| inline_item(value, &known, spacing)).collect();
            return self.cut(node.span.clone(), format!("[{}]", texts.join(spacing.comma())));
        }
        let known = items_of(&[&[own], peers].concat());
        let indent = self.child_indent(node);
        let fresh: Vec<Fresh> = new.iter().map(|value| fresh_item(value, &known, &indent, self.unit)).collect();
        let (head, foot) = loose_comments(self.text, node);
        let all = |ranges: Vec<Range<usize>>, before: &str| -> String {
            ranges.into_iter().map(|range| format!("{before}{}", &self.text[range])).collect()
        };
        let trailing = node.children().last().is_some_and(|last| gap(self.text, last.value.span.end).comma.is_some());
        let (head, foot) = (all(head, " "), all(foot, &format!("\n{indent}")));
        let (body, close) = (rendered(&fresh, &indent, trailing), indent_at(self.text, node.span.start));
        self.cut(node.span.clone(), format!("[{head}{body}{foot}\n{close}]"));
    }

    fn cut(&mut self, range: Range<usize>, text: String) {
        self.cuts.push((range, text));
    }

    /// A part of the text with the changes in it; those at one place in the order in which they were made.
    pub(super) fn finish(mut self, part: Range<usize>) -> String {
        self.cuts.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(part.len());
        let mut at = part.start;
        for (range, text) in &self.cuts {
            out.push_str(self.text.get(at..range.start).unwrap_or_default());
            out.push_str(text);
            at = range.end;
        }
        out.push_str(self.text.get(at..part.end).unwrap_or_default());
        out
    }
}

/// Where the last of what stands behind a value ends.
fn end_of(comments: &[Range<usize>], comma: Option<usize>, from: usize) -> usize {
    let comment = comments.last().map_or(from, |comment| comment.end);
    comma.map_or(comment, |comma| comment.max(comma + 1))
}

/// Children on lines of their own, each line begun.
fn rendered(fresh: &[Fresh], indent: &str, trailing: bool) -> String {
    let mut out = String::new();
    for (at, Fresh { above, text, behind }) in fresh.iter().enumerate() {
        for line in above {
            out.push_str(&format!("\n{indent}{line}"));
        }
        let comma = if trailing || at + 1 < fresh.len() { "," } else { "" };
        out.push_str(&format!("\n{indent}{text}{comma}"));
        for comment in behind {
            out.push_str(&format!(" {comment}"));
        }
    }
    out
}
