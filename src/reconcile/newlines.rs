//! Line ends: text is compared and merged with LF, and a working copy keeps its own.

use std::borrow::Cow;

use crate::model::{as_text, unix_newlines};

/// A working copy's bytes with LF, and what its line ends are.
#[derive(Debug)]
pub(super) struct Working<'a> {
    contents: Cow<'a, [u8]>,
    /// Whether most of its lines end with CRLF.
    crlf: bool,
}

impl<'a> Working<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let contents = unix_newlines(bytes);
        let removed = bytes.len() - contents.len();
        let lines = contents.iter().filter(|byte| **byte == b'\n').count();
        Self { crlf: removed * 2 > lines, contents }
    }

    /// The bytes with LF.
    pub(super) fn contents(&self) -> &[u8] {
        &self.contents
    }

    /// The text with LF; none where it is none.
    pub(super) fn text(&self) -> Option<&str> {
        as_text(&self.contents)
    }

    /// Contents with LF as this copy would have them.
    pub(super) fn with_own_newlines<'c>(&self, contents: &'c [u8]) -> Cow<'c, [u8]> {
        if !self.crlf || as_text(contents).is_none() {
            return Cow::Borrowed(contents);
        }
        let mut out = Vec::with_capacity(contents.len() + contents.len() / 16);
        for byte in contents {
            if *byte == b'\n' {
                out.push(b'\r');
            }
            out.push(*byte);
        }
        Cow::Owned(out)
    }

    /// Whether its lines end with CRLF.
    pub(super) fn is_crlf(&self) -> bool {
        self.crlf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_lines_decide() {
        assert_eq!(&*Working::of(b"a\r\nb\r\nc\n").with_own_newlines(b"x\ny\n"), b"x\r\ny\r\n");
        assert_eq!(&*Working::of(b"a\r\nb\nc\n").with_own_newlines(b"x\ny\n"), b"x\ny\n");
        assert_eq!(&*Working::of(b"a\r\n").with_own_newlines(b"x\n\0"), b"x\n\0");
    }
}
