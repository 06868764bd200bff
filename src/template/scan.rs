//! Measures a template's source before the engine parses it.
//!
//! The engine's parser, compiler and destructors recurse along chains such as `not not not x`, `a.b.c`, `1 + 1 + 1`
//! or `elif … elif …`, without a bound of their own. Each link of a chain is a token of one tag, or an `elif`, so
//! bounding those bounds the recursion. Nested lists are counted for the same reason: a value of many levels is built
//! by nested brackets in one tag, or by a `set` that wraps what an earlier `set` made.
//!
//! The scan finds tags as the engine does: comments and raw blocks end at the first text that ends them, strings inside
//! tags are skipped, and a closing mark counts only outside brackets.

use std::ops::Range;

use memchr::memmem;
use minijinja::syntax::SyntaxConfig;

use super::{TemplateError, TemplateErrorKind, limits};

/// Words, operators and opening brackets of one tag.
const MAX_STEPS: usize = 2_000;
/// Brackets in brackets.
const MAX_NESTING: usize = 24;
/// Brackets in all tags of a template that name values.
const MAX_NAMED_BRACKETS: usize = 500;
/// `elif`s of a template.
const MAX_ELIFS: usize = 500;
/// The engine counts lines in 16 bits.
const MAX_LINES: usize = 65_000;

/// Checks a template's text.
pub(super) fn template(text: &str, syntax: &SyntaxConfig) -> Result<(), TemplateError> {
    if text.len() > limits::SOURCE {
        return Err(excess(format!("it has {} bytes, and {} is the most", text.len(), limits::SOURCE)));
    }
    if text.bytes().filter(|&byte| byte == b'\n').count() > MAX_LINES {
        return Err(excess(format!("it has more than {MAX_LINES} lines")));
    }
    let (mut elifs, mut named_brackets) = (0, 0);
    let mut tags = Tags::new(text, syntax);
    while let Some((start, close)) = tags.next_tag() {
        let at_line = |error: TemplateError| {
            let line = 1 + text[..start].bytes().filter(|&byte| byte == b'\n').count();
            TemplateError { line: Some(line), ..error }
        };
        let tag = Tag::read(&text[start..], Some(close)).map_err(at_line)?;
        elifs += usize::from(tag.is_elif);
        if elifs > MAX_ELIFS {
            return Err(at_line(excess(format!("it has more than {MAX_ELIFS} `elif`"))));
        }
        named_brackets += if tag.names_values { tag.brackets } else { 0 };
        if named_brackets > MAX_NAMED_BRACKETS {
            let message = format!("its `set` and `with` tags have more than {MAX_NAMED_BRACKETS} brackets");
            return Err(at_line(excess(message)));
        }
        tags.at = start + tag.length;
    }
    Ok(())
}

/// Checks an expression's text.
pub(super) fn expression(text: &str) -> Result<(), TemplateError> {
    if text.len() > limits::SOURCE {
        return Err(excess(format!("it has {} bytes, and {} is the most", text.len(), limits::SOURCE)));
    }
    Tag::read(text, None).map(drop)
}

fn excess(message: String) -> TemplateError {
    TemplateError::new(TemplateErrorKind::Limit, message)
}

/// Walks over a template's text, from tag to tag.
pub(super) struct Tags<'a> {
    text: &'a str,
    at: usize,
    pairs: [(&'a str, &'a str); 3],
    /// Where each opening mark stands next; none after its last. Kept, so that the text is searched once.
    next: [Option<usize>; 3],
}

/// Something in a template's text that is not copied.
struct Found<'a> {
    start: usize,
    /// Where a tag's inside begins; where a comment or a raw block ends.
    end: usize,
    /// The mark that closes a tag.
    close: Option<&'a str>,
    /// Which mark opens it: a position in [`Tags::pairs`].
    kind: usize,
}

/// Positions in [`Tags::pairs`].
const BLOCK: usize = 0;
const COMMENT: usize = 2;

impl<'a> Tags<'a> {
    fn new(text: &'a str, syntax: &'a SyntaxConfig) -> Self {
        let pairs = [syntax.block_delimiters(), syntax.variable_delimiters(), syntax.comment_delimiters()];
        Self { text, at: 0, pairs, next: pairs.map(|(open, _)| find(text, open)) }
    }

    /// The bytes of every tag, comment and raw block, marks included, in a text that the engine accepts.
    pub(super) fn spans(text: &'a str, syntax: &'a SyntaxConfig) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        Self::new(text, syntax).walk(|found, end| spans.push(found.start..end));
        spans
    }

    /// Where every block tag begins, and its inside, in a text that the engine accepts.
    pub(super) fn blocks(text: &'a str, syntax: &'a SyntaxConfig) -> Vec<(usize, &'a str)> {
        let mut blocks = Vec::new();
        Self::new(text, syntax).walk(|found, end| {
            if let (BLOCK, Some(close)) = (found.kind, found.close) {
                let inside = text.get(found.end..end).unwrap_or_default();
                let inside = inside.strip_suffix(close).unwrap_or(inside);
                blocks.push((found.start, inside.strip_suffix(['-', '+']).unwrap_or(inside)));
            }
        });
        blocks
    }

    /// Shows everything that is not copied, with where it ends.
    fn walk(mut self, mut show: impl FnMut(&Found<'a>, usize)) {
        while let Some(found) = self.next_found() {
            if let Some(close) = found.close {
                let Ok(tag) = Tag::read(&self.text[found.end..], Some(close)) else { break };
                self.at = found.end + tag.length;
            }
            show(&found, self.at);
        }
    }

    /// Where the next tag's inside begins, and the mark that closes it. None where the text has no more tags, or
    /// something that the engine refuses: a comment or a raw block without an end.
    fn next_tag(&mut self) -> Option<(usize, &'a str)> {
        loop {
            let found = self.next_found()?;
            if let Some(close) = found.close {
                return Some((found.end, close));
            }
        }
    }

    fn next_found(&mut self) -> Option<Found<'a>> {
        let (start, kind) = self.next_mark()?;
        let (open, close) = self.pairs[kind];
        let inside = skip_control(self.text.get(start + open.len()..)?);
        let after = match kind {
            COMMENT => Some(inside.get(inside.find(close)? + close.len()..)?),
            BLOCK => match bare_tag(inside, "raw", close) {
                Some(raw) => Some(after_raw(raw, (open, close))?),
                None => None,
            },
            _ => None,
        };
        let end = self.text.len() - after.unwrap_or(inside).len();
        if after.is_some() {
            self.at = end;
        }
        Some(Found { start, end, close: if after.is_some() { None } else { Some(close) }, kind })
    }

    fn next_mark(&mut self) -> Option<(usize, usize)> {
        for (next, (open, _)) in self.next.iter_mut().zip(self.pairs) {
            if next.is_some_and(|next| next < self.at) {
                *next = self.text.get(self.at..).and_then(|rest| find(rest, open)).map(|found| self.at + found);
            }
        }
        self.next.iter().enumerate().filter_map(|(kind, next)| Some(((*next)?, kind))).min()
    }
}

/// Where a mark stands first.
fn find(text: &str, mark: &str) -> Option<usize> {
    memmem::find(text.as_bytes(), mark.as_bytes())
}

/// Leaves out the sign that controls white space.
fn skip_control(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// What follows a tag that holds nothing but `name`, if `inside` begins with the rest of one.
fn bare_tag<'a>(inside: &'a str, name: &str, close: &str) -> Option<&'a str> {
    let space = |c: char| c.is_ascii_whitespace();
    let rest = inside.trim_start_matches(space).strip_prefix(name)?.trim_start_matches(space);
    skip_control(rest).strip_prefix(close)
}

fn after_raw<'a>(raw: &'a str, (open, close): (&str, &str)) -> Option<&'a str> {
    let mut rest = raw;
    loop {
        rest = &rest[rest.find(open)? + open.len()..];
        if let Some(after) = bare_tag(skip_control(rest), "endraw", close) {
            return Some(after);
        }
    }
}

/// The measures of one tag.
#[derive(Default)]
struct Tag {
    length: usize,
    steps: usize,
    brackets: usize,
    nesting: usize,
    names_values: bool,
    is_elif: bool,
}

impl Tag {
    /// Reads the inside of a tag, up to `close` or to the end of the text.
    fn read(text: &str, close: Option<&str>) -> Result<Self, TemplateError> {
        let bytes = text.as_bytes();
        let mut tag = Self::default();
        while let Some(rest) = bytes.get(tag.length..).filter(|rest| !rest.is_empty()) {
            if let Some(close) = close.filter(|close| tag.nesting == 0 && rest.starts_with(close.as_bytes())) {
                tag.length += close.len();
                break;
            }
            let token = token(rest);
            tag.count(token)?;
            tag.length += token.len();
        }
        Ok(tag)
    }

    fn count(&mut self, token: &[u8]) -> Result<(), TemplateError> {
        match token.first() {
            Some(b'(' | b'[' | b'{') => {
                self.brackets += 1;
                self.nesting += 1;
                self.steps += 1;
            }
            Some(b')' | b']' | b'}') => self.nesting = self.nesting.saturating_sub(1),
            Some(b',' | b':' | b'"' | b'\'') | None => {}
            Some(byte) if byte.is_ascii_whitespace() => {}
            Some(_) => self.steps += 1,
        }
        if self.steps == 1 {
            self.names_values |= matches!(token, b"set" | b"with");
            self.is_elif |= token == b"elif";
        }
        if self.nesting > MAX_NESTING {
            return Err(excess(format!("a tag has more than {MAX_NESTING} brackets in each other")));
        }
        if self.steps > MAX_STEPS {
            return Err(excess(format!("a tag has more than {MAX_STEPS} words and operators")));
        }
        Ok(())
    }
}

/// The words, strings and signs of a tag's inside.
pub(super) fn tokens(inside: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += inside.get(at..)?.bytes().take_while(u8::is_ascii_whitespace).count();
        let rest = inside.get(at..).filter(|rest| !rest.is_empty())?;
        let found = rest.get(..token(rest.as_bytes()).len())?;
        at += found.len();
        Some(found)
    })
}

/// The token that `bytes` begin with.
fn token(bytes: &[u8]) -> &[u8] {
    let length = match bytes {
        [b'"' | b'\'', ..] => string(bytes),
        [b'/', b'/', ..] | [b'*', b'*', ..] | [b'=' | b'!' | b'<' | b'>', b'=', ..] => 2,
        [first, ..] if is_word(*first) => bytes.iter().take_while(|&&byte| is_word(byte)).count(),
        _ => 1,
    };
    &bytes[..length.min(bytes.len())]
}

/// The length of the string that `bytes` begin with, or of the rest if it has no end.
fn string(bytes: &[u8]) -> usize {
    let mut escaped = false;
    let end = bytes.iter().skip(1).position(|&byte| {
        let ends = !escaped && byte == bytes[0];
        escaped = !escaped && byte == b'\\';
        ends
    });
    end.map_or(bytes.len(), |end| end + 2)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
