//! How a text is laid out: what stands between its values, and at which indentation.

use std::ops::Range;

use jsonc_parser::tokens::Token;

use super::emit::Spacing;
use super::syntax::{Body, Node, tokens};

/// What stands behind a place, up to the next value or mark.
#[derive(Debug, Default)]
pub(super) struct Gap {
    pub(super) comments: Vec<Range<usize>>,
    pub(super) comma: Option<usize>,
    /// Whether the last comment reaches to the end of its line.
    pub(super) ends_line: bool,
}

/// The comments of a child of an object or a list.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// Those before it.
    pub(super) above: Vec<Range<usize>>,
    /// Those behind it, on its line.
    pub(super) behind: Vec<Range<usize>>,
}

/// What stands in a text behind `start`.
pub(super) fn gap(text: &str, start: usize) -> Gap {
    let mut gap = Gap::default();
    for (token, range) in tokens(text, start) {
        match token {
            Token::CommentLine(_) | Token::CommentBlock(_) => {
                gap.ends_line = matches!(token, Token::CommentLine(_));
                gap.comments.push(range);
            }
            Token::Comma => gap.comma = Some(range.start),
            _ => break,
        }
    }
    gap
}

/// Whether there is a comment anywhere in a text.
pub(super) fn has_comments(text: &str) -> bool {
    tokens(text, 0).any(|(token, _)| matches!(token, Token::CommentLine(_) | Token::CommentBlock(_)))
}

/// Whether children stand on lines of their own.
pub(super) fn is_in_lines(text: &str, node: &Node) -> bool {
    node.children().first().is_some_and(|first| text[node.span.start..first.start].contains('\n'))
}

/// The comments of the child at `at`. Behind a comma they are the next child's where that one follows on the line.
pub(super) fn comments_of(text: &str, node: &Node, at: usize) -> Comments {
    let before = at.checked_sub(1).and_then(|before| node.children().get(before));
    let mut comments = Comments::default();
    if let Some(child) = node.children().get(at) {
        let start = before.map_or(node.span.start + 1, |before| before.value.span.end);
        let (_, above) = shared_out(text, start, Some(child.start), before.is_none());
        let next = node.children().get(at + 1).map(|next| next.start);
        let (behind, _) = shared_out(text, child.value.span.end, next, false);
        comments = Comments { above, behind };
    }
    comments
}

/// The comments on the line of an opening mark, and those behind the last child, on lines of their own.
pub(super) fn loose_comments(text: &str, node: &Node) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (first, last) = (node.children().first(), node.children().last());
    let (head, rest) = shared_out(text, node.span.start + 1, first.map(|first| first.start), true);
    match last {
        Some(last) => (head, shared_out(text, last.value.span.end, None, false).1),
        None => (head, rest),
    }
}

/// The comments behind `start`: those of what ends there, and those of the child that starts at `next`, or of nobody.
fn shared_out(text: &str, start: usize, next: Option<usize>, at_mark: bool) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let gap = gap(text, start);
    let same_line = |from: usize, to: usize| !text[from..to].contains('\n');
    gap.comments.into_iter().partition(|comment| {
        let follows = next.is_some_and(|next| same_line(comment.end, next));
        let behind_comma = at_mark || gap.comma.is_some_and(|comma| comma < comment.start);
        same_line(start, comment.start) && !(follows && behind_comma)
    })
}

/// The white space that the line of `at` starts with.
pub(super) fn indent_at(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &text[line..];
    &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
}

/// The indentation of one level: that of the root's first child, two spaces where it has none.
pub(super) fn unit_of<'a>(text: &'a str, root: Option<&Node>) -> &'a str {
    let first = root.filter(|root| is_in_lines(text, root)).and_then(|root| root.children().first());
    first.map(|first| indent_at(text, first.start)).filter(|unit| !unit.is_empty()).unwrap_or("  ")
}

/// How the children of a node on one line stand apart.
pub(super) fn spacing_of(text: &str, node: &Node) -> Spacing {
    let follows = |at: usize, mark: char| text[..at].ends_with(mark);
    let tight = match &node.body {
        Body::Object(children) => children.first().is_some_and(|first| follows(first.value.span.start, ':')),
        Body::List(children) => children.get(1).is_some_and(|second| follows(second.start, ',')),
        Body::Scalar => false,
    };
    Spacing { tight, padded: text[node.span.start + 1..].starts_with(' ') && matches!(node.body, Body::Object(_)) }
}
