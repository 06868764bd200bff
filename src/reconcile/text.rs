//! Text that both sides changed.
//!
//! A library merges by lines. In a structured file that is not enough: two changes beside each other may fit although
//! their lines meet, and lines that fit may make a file that says something else, or nothing at all. There the values
//! are merged by key as well, and the text counts that says what they do.

use diffy::{ConflictStyle, IncompleteHunkStyle, MergeOptions};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::conflict::{Conflict, Part, Split};
use super::newlines::{Working, text_of};
use super::{How, Verdict, Written};
use crate::compose::{ByKey, merge_by_key};
use crate::model::ProjectPath;

/// Merges a file that both sides changed.
pub(super) fn merge(
    path: &ProjectPath,
    base: Option<&[u8]>,
    working: &Working<'_>,
    theirs: &[u8],
    executable: bool,
) -> Verdict {
    let (Some(ours), Some(theirs_text)) = (working.text(), text_of(theirs)) else {
        return Verdict::Conflict(Conflict::binary(theirs, executable));
    };
    let base = base.and_then(text_of);
    match merge_texts(path, base, ours, theirs_text) {
        Ok(text) => {
            let contents = working.with_own_newlines(text.as_bytes()).into_owned();
            Verdict::Write(Written { contents, executable, how: How::Merged })
        }
        Err(split) => Verdict::Conflict(Conflict::text(split, working.is_crlf(), base.is_some(), executable)),
    }
}

/// Without a base nobody knows which side changed what, and every difference is the user's to settle.
fn merge_texts(path: &ProjectPath, base: Option<&str>, ours: &str, theirs: &str) -> Result<String, Split> {
    let Some(base) = base else { return Err(Split { parts: compare_lines(ours, theirs), is_plain: false }) };
    let parts = merge_lines(base, ours, theirs);
    let clean = parts.iter().all(|part| matches!(part, Part::Agreed(_))).then(|| joined(&parts));
    match (clean, merge_by_key(path, base, ours, theirs)) {
        (Some(text), ByKey::Unknown) => Ok(text),
        (Some(text), ByKey::Clash(readable)) if readable.reads(&text) => Ok(text),
        (Some(text), ByKey::Fits(fit)) if fit.agrees(&text) => Ok(text),
        (clean, ByKey::Fits(fit)) => fit.write(base, ours, theirs).ok_or_else(|| in_doubt(clean, parts, ours, theirs)),
        (_, ByKey::Unknown) => Err(Split { parts, is_plain: true }),
        (clean, ByKey::Clash(_)) => Err(in_doubt(clean, parts, ours, theirs)),
    }
}

/// Lines that fit, and a file that does not: there is no one place to point to.
fn in_doubt(clean: Option<String>, parts: Vec<Part>, ours: &str, theirs: &str) -> Split {
    let parts = if clean.is_some() { compare_lines(ours, theirs) } else { parts };
    Split { parts, is_plain: false }
}

fn joined(parts: &[Part]) -> String {
    parts.iter().map(|part| if let Part::Agreed(text) = part { text.as_str() } else { "" }).collect()
}

/// Merges by lines. The library marks conflicts in the text; its marks are made longer than any that the texts have
/// themselves, so that they can be told apart and read back.
fn merge_lines(base: &str, ours: &str, theirs: &str) -> Vec<Part> {
    let length = [base, ours, theirs].into_iter().map(longest_mark).max().unwrap_or_default() + 1;
    let mut options = MergeOptions::new();
    options
        .set_conflict_style(ConflictStyle::Diff3)
        .set_incomplete_hunk_style(IncompleteHunkStyle::Git)
        .set_conflict_marker_length(length.max(7));
    match options.merge(base, ours, theirs) {
        Ok(text) => vec![Part::Agreed(text)],
        Err(text) => read_marks(&text, length.max(7), ours, theirs),
    }
}

/// The longest run of a character of conflict marks that a line begins with.
fn longest_mark(text: &str) -> usize {
    let run = |line: &str| {
        let first = line.chars().next().filter(|c| "<=>|".contains(*c));
        first.map_or(0, |first| line.chars().take_while(|c| *c == first).count())
    };
    text.lines().map(run).max().unwrap_or_default()
}

fn read_marks(text: &str, length: usize, ours: &str, theirs: &str) -> Vec<Part> {
    let mark = |c: &str, label: &str| format!("{}{label}\n", c.repeat(length));
    let marks = [mark("<", " ours"), mark("|", " original"), mark("=", ""), mark(">", " theirs")];
    let mut parts = Vec::new();
    // What agrees, then the three versions of what does not.
    let mut texts: [String; 4] = Default::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line != marks[at] {
            texts[at].push_str(line);
            continue;
        }
        at = (at + 1) % marks.len();
        let [agreed, ours, base, theirs] = &mut texts;
        if at == 1 && !agreed.is_empty() {
            parts.push(Part::Agreed(std::mem::take(agreed)));
        }
        if at == 0 {
            let [ours, base, theirs] = [ours, base, theirs].map(std::mem::take);
            parts.push(Part::Split { base, ours, theirs });
        }
    }
    let [agreed, ..] = texts;
    if !agreed.is_empty() {
        parts.push(Part::Agreed(agreed));
    }
    restore_ends(&mut parts, ours, theirs);
    parts
}

/// The library ends every line before a mark. Where a side's last line had no end, it is taken off again.
fn restore_ends(parts: &mut [Part], ours: &str, theirs: &str) {
    let Some(Part::Split { ours: one, theirs: other, .. }) = parts.last_mut() else { return };
    for (part, whole) in [(one, ours), (other, theirs)] {
        if !whole.ends_with('\n') && part.ends_with('\n') {
            part.pop();
        }
    }
}

/// Two texts of which nobody knows what they were before: where they differ, they are in conflict.
fn compare_lines(ours: &str, theirs: &str) -> Vec<Part> {
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(ours, theirs);
    let split = |ours: &str, theirs: &str| Part::Split {
        base: String::new(),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
    };
    let mut parts: Vec<Part> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), parts.last_mut()) {
            (ChangeTag::Equal, Some(Part::Agreed(agreed))) => agreed.push_str(text),
            (ChangeTag::Equal, _) => parts.push(Part::Agreed(text.to_owned())),
            (ChangeTag::Delete, Some(Part::Split { ours, .. })) => ours.push_str(text),
            (ChangeTag::Delete, _) => parts.push(split(text, "")),
            (ChangeTag::Insert, Some(Part::Split { theirs, .. })) => theirs.push_str(text),
            (ChangeTag::Insert, _) => parts.push(split("", text)),
        }
    }
    parts
}
