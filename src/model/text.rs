//! Text from strangers.

use std::borrow::Cow;

/// Text as it may be shown on a terminal or written into a message: tabs and newlines stay, every other control
/// character, and every character that reorders text or has no width, becomes U+FFFD.
///
/// Packs and registries are not trusted; an escape sequence in a message could repaint what the user reads.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_deceptive) {
        Cow::Owned(text.chars().map(|c| if is_deceptive(c) { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_deceptive(c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm; zero-width and tag characters.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

/// Those of `known` that `name` may have been meant to be, the nearest first, three at the most.
///
/// A slip in four letters is forgiven, three slips at the most.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let forgiven = (name.chars().count() / 4).clamp(1, 3);
    let distances = known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let mut near: Vec<_> = distances.filter(|(distance, _)| *distance <= forgiven).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, known)| known).collect()
}

/// Contents as text: UTF-8 without NUL.
pub fn as_text(contents: &[u8]) -> Option<&str> {
    if contents.contains(&0) { None } else { std::str::from_utf8(contents).ok() }
}

/// Bytes with CRLF read as LF, as text is hashed and merged. Binary contents (with a NUL) are left alone.
pub fn unix_newlines(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.contains(&0) || !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_reordering_are_made_visible() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\td"), "a\u{fffd}[2Jb\u{fffd}c\td");
        assert!(matches!(printable("plain ü"), Cow::Borrowed(_)));
    }

    #[test]
    fn near_names_are_slips() {
        assert_eq!(near("prot", ["port", "auth", "pot"]), ["port", "pot"]);
        assert_eq!(near("fastapi-order", ["fastapi-orders", "fastapi-base"]), ["fastapi-orders"]);
        assert!(near("x", ["team"]).is_empty());
    }

    #[test]
    fn newlines_are_folded_in_text_only() {
        assert_eq!(&*unix_newlines(b"a\r\nb\rc\n"), b"a\nb\rc\n");
        assert_eq!(&*unix_newlines(b"a\r\n\0"), b"a\r\n\0");
    }
}
