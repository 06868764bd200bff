//! What fragments lend: their own text, with comments and layout, for what they bring.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::edit::Editor;
use super::emit::{self, Spacing};
use super::layout::{comments_of, indent_at, is_in_lines, unit_of};
use super::syntax::{Body, Child, Dialect, Node, parse};
use crate::compose::merge::changes::becomes;
use crate::compose::merge::node::canonical;

/// A text, where its values stand, and what it says.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) root: Option<Node>,
    pub(super) value: Value,
    pub(super) unit: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn read(dialect: Dialect, text: &'a str) -> Result<Self, String> {
        let (root, value) = match parse(dialect, text)? {
            Some((root, value)) => (Some(root), value),
            None => (None, Value::Object(Map::new())),
        };
        let unit = unit_of(text, root.as_ref());
        Ok(Self { text, root, value, unit })
    }

    pub(super) fn as_peer(&self) -> Option<Peer<'_>> {
        Some(Peer { text: self.text, unit: self.unit, node: self.root.as_ref()?, value: &self.value })
    }
}

/// A node of a fragment, beside the one that is edited.
#[derive(Clone, Copy)]
pub(super) struct Peer<'a> {
    pub(super) text: &'a str,
    pub(super) unit: &'a str,
    pub(super) node: &'a Node,
    pub(super) value: &'a Value,
}

/// A child of a fragment's node.
#[derive(Clone, Copy)]
pub(super) struct Lender<'a> {
    of: Peer<'a>,
    at: usize,
    child: &'a Child,
    value: &'a Value,
}

/// A child that the edited text is about to get: what stands above it, itself, and what stands behind it.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    pub(super) above: Vec<String>,
    pub(super) text: String,
    pub(super) behind: Vec<String>,
}

impl<'a> Lender<'a> {
    /// The child's value as a peer of the one that is edited.
    pub(super) fn below(&self) -> Peer<'a> {
        Peer { node: &self.child.value, value: self.value, ..self.of }
    }

    /// The child as it is written, for a line at `indent` of a text whose levels are `unit` deep.
    fn lend(&self, indent: &str, unit: &str) -> Fresh {
        self.lend_text(&self.of.text[self.child.span()], indent, unit)
    }

    fn lend_text(&self, text: &str, indent: &str, unit: &str) -> Fresh {
        let from = (indent_at(self.of.text, self.child.start), self.of.unit);
        let moved = |text: &str| moved(text, from, (indent, unit));
        let comments = comments_of(self.of.text, self.of.node, self.at);
        let all = |ranges: Vec<Range<usize>>| ranges.into_iter().map(|range| moved(&self.of.text[range])).collect();
        Fresh { above: all(comments.above), text: moved(text), behind: all(comments.behind) }
    }

    /// The child after what `others` bring to it as well.
    fn grown(&self, new: &Value, others: &[Lender<'_>], indent: &str, unit: &str) -> Fresh {
        let peers: Vec<Peer<'_>> = others.iter().map(Lender::below).collect();
        let mut editor = Editor::new(self.of.text, self.of.unit);
        editor.node(&self.child.value, (self.value, new), &peers, true);
        self.lend_text(&editor.finish(self.child.span()), indent, unit)
    }

    /// The child's value put into lines, after what `others` bring to it as well.
    fn in_lines(&self, new: &Value, others: &[Lender<'_>], unit: &str) -> Option<String> {
        let text = emit::lines(self.value, "", unit);
        let source = Source::read(Dialect::Strict, &text).ok()?;
        let peers: Vec<Peer<'_>> = others.iter().map(Lender::below).collect();
        let mut editor = Editor::new(source.text, unit);
        editor.node(source.root.as_ref()?, (self.value, new), &peers, true);
        Some(editor.finish(0..text.len()))
    }

    fn is_in_lines(&self) -> bool {
        is_in_lines(self.of.text, self.of.node)
    }
}

/// The members of all fragments' objects by name.
pub(super) fn members_of<'a>(peers: &[Peer<'a>]) -> BTreeMap<&'a str, Vec<Lender<'a>>> {
    let mut members: BTreeMap<&str, Vec<Lender<'_>>> = BTreeMap::new();
    for &of in peers {
        for (at, child) in of.node.children().iter().enumerate() {
            let Some(name) = child.name.as_deref() else { continue };
            let Some(value) = of.value.get(name) else { continue };
            members.entry(name).or_default().push(Lender { of, at, child, value });
        }
    }
    members
}

/// Elements of lists by what they say.
pub(super) type Known<'a> = BTreeMap<String, Lender<'a>>;

pub(super) fn items_of<'a>(peers: &[Peer<'a>]) -> Known<'a> {
    let mut known = Known::new();
    for &of in peers {
        let (Body::List(items), Value::Array(values)) = (&of.node.body, of.value) else { continue };
        for (at, (child, value)) in items.iter().zip(values).enumerate() {
            known.entry(canonical(value)).or_insert(Lender { of, at, child, value });
        }
    }
    known
}

/// A member that the text does not have yet: as a fragment that says just that writes it, or as the first fragment does,
/// with what the others add to it.
pub(super) fn fresh_member(name: &str, value: &Value, lenders: &[Lender<'_>], indent: &str, unit: &str) -> Fresh {
    if let Some(lender) = lenders.iter().find(|lender| lender.is_in_lines() && lender.value == value) {
        return lender.lend(indent, unit);
    }
    let fresh = |text: String| Fresh { text, ..Fresh::default() };
    match lenders {
        [lender, others @ ..] if becomes(lender.value, value) && lender.is_in_lines() => {
            lender.grown(value, others, indent, unit)
        }
        [lender, others @ ..] if becomes(lender.value, value) => {
            let text = lender.in_lines(value, others, unit).unwrap_or_else(|| emit::lines(value, "", unit));
            fresh(format!("{}: {}", Value::from(name), moved(&text, ("", unit), (indent, unit))))
        }
        _ => fresh(emit::member(name, value, indent, unit)),
    }
}

pub(super) fn fresh_item(value: &Value, known: &Known<'_>, indent: &str, unit: &str) -> Fresh {
    match known.get(&canonical(value)).filter(|lender| lender.is_in_lines()) {
        Some(lender) => lender.lend(indent, unit),
        None => Fresh { text: emit::lines(value, indent, unit), ..Fresh::default() },
    }
}

/// An element of a list on one line: as it is written where it stood on one line before.
pub(super) fn inline_item(value: &Value, known: &Known<'_>, spacing: Spacing) -> String {
    let written = known.get(&canonical(value)).and_then(|own| own.of.text.get(own.child.span()));
    written.filter(|text| !text.contains(['\n', '/'])).map_or_else(|| emit::inline(value, spacing), str::to_owned)
}

/// A value's text as a fragment writes it: the lexeme of a scalar.
pub(super) fn lexeme<'a>(value: &Value, peers: &[Peer<'a>]) -> Option<&'a str> {
    let says_it = |peer: &&Peer<'_>| matches!(peer.node.body, Body::Scalar) && peer.value == value;
    peers.iter().find(says_it).and_then(|peer| peer.text.get(peer.node.span.clone()))
}

/// Lines moved from one indentation, with levels of one depth, to another.
fn moved(text: &str, from: (&str, &str), to: (&str, &str)) -> String {
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        if at == 0 {
            out.push_str(line);
            continue;
        }
        out.push('\n');
        if line.trim().is_empty() {
            continue;
        }
        let mut rest = line.strip_prefix(from.0).unwrap_or_else(|| line.trim_start_matches([' ', '\t']));
        out.push_str(to.0);
        while let Some(deeper) = rest.strip_prefix(from.1) {
            out.push_str(to.1);
            rest = deeper;
        }
        out.push_str(rest);
    }
    out
}
