//! Where the nodes of a YAML text stand.

use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

/// A node and its place.
#[derive(Debug)]
pub(super) struct Node {
    /// The bytes of a scalar or an alias, or from a collection's first to its last mark.
    pub(super) span: Range<usize>,
    /// The column of the first key, of the dashes, or of the node itself.
    pub(super) column: usize,
    /// Whether an anchor stands before it, or it is an alias itself.
    pub(super) linked: bool,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Scalar { block: bool },
    Alias,
    List { flow: bool, items: Vec<Node> },
    Object { flow: bool, entries: Vec<Entry> },
}

/// A member of a mapping.
#[derive(Debug)]
pub(super) struct Entry {
    /// The key's text; none where the key is no scalar.
    pub(super) name: Option<String>,
    pub(super) key: Node,
    pub(super) value: Node,
}

impl Node {
    /// Where its last visible byte ends. Blank lines behind a block scalar count only where the scalar keeps them.
    pub(super) fn end(&self, text: &str) -> usize {
        match &self.body {
            Body::Scalar { block: true } => {
                let header = text[..self.span.start].rfind(['|', '>']).unwrap_or(self.span.start);
                let keeps = text[header..self.span.start].lines().next().is_some_and(|line| line.contains('+'));
                if keeps { self.span.end } else { text[..self.span.end].trim_end().len() }
            }
            Body::List { flow: false, items } => items.last().map_or(self.span.start, |item| item.end(text)),
            Body::Object { flow: false, entries } => {
                entries.last().map_or(self.span.start, |entry| entry.value.end(text))
            }
            _ => self.span.end,
        }
    }

    /// Whether an anchor or an alias is in it.
    pub(super) fn has_links(&self) -> bool {
        self.linked
            || match &self.body {
                Body::Scalar { .. } | Body::Alias => false,
                Body::List { items, .. } => items.iter().any(Self::has_links),
                Body::Object { entries, .. } => {
                    entries.iter().any(|entry| entry.key.has_links() || entry.value.has_links())
                }
            }
    }

    /// How deep a level is: how far the first mapping inside of a mapping is indented.
    pub(super) fn unit(&self) -> Option<usize> {
        match &self.body {
            Body::Scalar { .. } | Body::Alias => None,
            Body::List { items, .. } => items.iter().find_map(Self::unit),
            Body::Object { entries, .. } => {
                let below = || entries.iter().find_map(|entry| entry.value.unit());
                entries.iter().find_map(|entry| self.unit_at(entry)).or_else(below)
            }
        }
    }

    /// How far the mapping that one of its members is has been indented.
    pub(super) fn unit_at(&self, entry: &Entry) -> Option<usize> {
        match &entry.value.body {
            Body::Object { flow: false, .. } => entry.value.column.checked_sub(self.column).filter(|unit| *unit > 0),
            _ => None,
        }
    }

    /// The members of a mapping whose keys are scalars, with the keys' texts.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let entries: &[Entry] = if let Body::Object { entries, .. } = &self.body { entries } else { &[] };
        entries.iter().filter_map(|entry| Some((entry.name.as_deref()?, entry)))
    }
}

/// The root node of a text of one document; none where there are but comments.
///
/// The text has been read as a value before, so its depth and size are within the reader's budget.
pub(super) fn parse(text: &str) -> Result<Option<Node>, String> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let range = span.byte_range().ok_or("the parser does not say where a node stands")?;
        events.push((event, span, range));
    }
    let mut reader = Reader { text, events: events.into_iter() };
    while let Some((event, span, range)) = reader.events.next() {
        if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
            return reader.node(event, &span, range, None).map(|root| root.filter(|root| !is_nothing(root)));
        }
    }
    Ok(None)
}

fn is_nothing(root: &Node) -> bool {
    matches!(root.body, Body::Scalar { block: false }) && root.span.is_empty()
}

struct Reader<'a> {
    text: &'a str,
    events: std::vec::IntoIter<(Event<'a>, Span, Range<usize>)>,
}

impl<'a> Reader<'a> {
    /// The next node, inside of a mapping at column `outer`; none at the end of a collection.
    fn next(&mut self, outer: Option<usize>) -> Result<Option<Node>, String> {
        match self.events.next() {
            Some((event, span, range)) => self.node(event, &span, range, outer),
            None => Err("the text ends within a node".to_owned()),
        }
    }

    fn node(
        &mut self,
        event: Event<'a>,
        span: &Span,
        range: Range<usize>,
        outer: Option<usize>,
    ) -> Result<Option<Node>, String> {
        let column = span.start.col();
        let (linked, body, span, column) = match event {
            Event::Scalar(_, style, anchor, _) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                (anchor != 0, Body::Scalar { block }, range, column)
            }
            Event::Alias(_) => (true, Body::Alias, range, column),
            Event::SequenceStart(style, anchor, _) => {
                let (items, end) = self.items()?;
                let flow = style == StructureStyle::Flow;
                // A sequence at the column of its key starts, for the parser, at its first element.
                let starts_at_dash = self.text[range.start..].starts_with('-')
                    && items.first().is_none_or(|item| item.span.start > range.start);
                let column = if flow || starts_at_dash { column } else { outer.unwrap_or(column) };
                (anchor != 0, Body::List { flow, items }, range.start..end, column)
            }
            Event::MappingStart(style, anchor, _) => {
                let (entries, end) = self.entries(column)?;
                let flow = style == StructureStyle::Flow;
                (anchor != 0, Body::Object { flow, entries }, range.start..end, column)
            }
            _ => return Ok(None),
        };
        Ok(Some(Node { span, column, linked, body }))
    }

    fn items(&mut self) -> Result<(Vec<Node>, usize), String> {
        let mut items = Vec::new();
        loop {
            let end = self.end_of_next();
            match self.next(None)? {
                Some(item) => items.push(item),
                None => return Ok((items, end)),
            }
        }
    }

    fn entries(&mut self, column: usize) -> Result<(Vec<Entry>, usize), String> {
        let mut entries = Vec::new();
        loop {
            let end = self.end_of_next();
            let name = match self.events.as_slice().first() {
                Some((Event::Scalar(text, ..), ..)) => Some(text.to_string()),
                _ => None,
            };
            let Some(key) = self.next(None)? else { return Ok((entries, end)) };
            let value = self.next(Some(column))?.ok_or("a key has no value")?;
            entries.push(Entry { name, key, value });
        }
    }

    fn end_of_next(&self) -> usize {
        self.events.as_slice().first().map_or(self.text.len(), |(_, _, range)| range.end)
    }
}
