//! A change as it is written.

use std::borrow::Cow;

use super::ChangedFile;
use crate::apply::{After, Change, Edit};
use crate::model::Digest;

/// What is written, with what has to be there for it.
pub(in crate::pipeline) fn change_of(files: &[ChangedFile]) -> Change<'_> {
    let entries = files.iter().map(|file| {
        let before = file.before.as_deref().map(Digest::of);
        let after = |bytes| After { contents: Cow::Borrowed(bytes), executable: file.executable };
        (file.entry.clone(), Edit { before, after: file.after.as_deref().map(after) })
    });
    Change { entries: entries.collect() }
}

/// A new text with the line ends and the byte order mark of the old one; none where it says the same.
pub(super) fn as_it_stood(old: &str, new: &str) -> Option<String> {
    const MARK: char = '\u{feff}';
    let (mark, body) = match old.strip_prefix(MARK) {
        Some(body) => (MARK.to_string(), body),
        None => (String::new(), old),
    };
    let new = new.strip_prefix(MARK).unwrap_or(new).replace("\r\n", "\n");
    if body.replace("\r\n", "\n") == new {
        return None;
    }
    let lines = body.matches('\n').count();
    let is_crlf = body.matches("\r\n").count() * 2 > lines;
    Some(mark + &if is_crlf { new.replace('\n', "\r\n") } else { new })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_line_ends_and_its_mark() {
        assert_eq!(as_it_stood("\u{feff}a\r\nb\r\n", "a\nb\n"), None);
        assert_eq!(as_it_stood("\u{feff}a\r\n", "b\n").as_deref(), Some("\u{feff}b\r\n"));
        assert_eq!(as_it_stood("a\n", "b\n").as_deref(), Some("b\n"));
    }
}
