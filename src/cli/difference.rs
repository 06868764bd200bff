//! What changes, as a list of files and as a unified difference.

use std::borrow::Cow;
use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use crate::model::{as_text, printable};
use crate::pipeline::{ChangedFile, FileChange};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const HEAD: Style = Style::new().bold();

/// A line a file: a mark, its path.
pub fn listing(files: &[ChangedFile]) -> String {
    let line = |file: &ChangedFile| {
        let (mark, style) = match file.change {
            FileChange::Created => ('+', ADDED),
            FileChange::Updated => ('~', PLACE),
            FileChange::Merged => ('&', PLACE),
            FileChange::Removed => ('-', REMOVED),
            FileChange::Conflicting => ('!', REMOVED),
        };
        let from = file.from.as_ref().map(|from| format!(" (from {from})")).unwrap_or_default();
        format!("{style}{mark}{style:#} {}{from}\n", file.entry.as_str())
    };
    files.iter().map(line).collect()
}

/// The differences of all files: with colours and without anything that steers a terminal where it is one, else exactly
/// what `patch` needs.
pub fn all(files: &[ChangedFile]) -> String {
    let is_read_by_people = std::io::stdout().is_terminal();
    files.iter().map(|file| coloured(&unified(file), is_read_by_people)).collect()
}

/// A file's difference as `patch` reads it.
pub fn unified(file: &ChangedFile) -> String {
    let path = file.entry.as_str();
    let name = |side: char, bytes: &Option<Vec<u8>>, path: &str| match bytes {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (before, after) = (name('a', &file.before, path), name('b', &file.after, path));
    match (text(&file.before), text(&file.after)) {
        (Some(old), Some(new)) => {
            let diff = TextDiff::from_lines(old, new);
            let mut unified = diff.unified_diff();
            unified.context_radius(3).header(&before, &after).to_string()
        }
        _ => format!("Binary files {before} and {after} differ\n"),
    }
}

/// How many lines each file gains and loses.
pub fn statistics(files: &[ChangedFile]) -> String {
    let counts = files.iter().map(|file| match (text(&file.before), text(&file.after)) {
        (Some(old), Some(new)) => {
            let diff = TextDiff::from_lines(old, new);
            let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
            Some((count(similar::ChangeTag::Insert), count(similar::ChangeTag::Delete)))
        }
        _ => None,
    });
    let counts: Vec<Option<(usize, usize)>> = counts.collect();
    let width = files.iter().map(|file| file.entry.as_str().len()).max().unwrap_or_default();
    let mut report = String::new();
    for (file, count) in files.iter().zip(&counts) {
        let shown = match count {
            Some((added, removed)) => format!("{ADDED}+{added}{ADDED:#} {REMOVED}-{removed}{REMOVED:#}"),
            None => "binary".to_owned(),
        };
        report.push_str(&format!(" {:<width$} | {shown}\n", file.entry.as_str()));
    }
    let (added, removed) = counts.iter().flatten().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    let noun = if files.len() == 1 { "file" } else { "files" };
    report.push_str(&format!(" {} {noun}, {added} lines added, {removed} removed\n", files.len()));
    report
}

/// A side as text; what is not there is empty. None where it is not text.
fn text(bytes: &Option<Vec<u8>>) -> Option<&str> {
    as_text(bytes.as_deref().unwrap_or_default())
}

/// Colours by line, as everybody knows them.
fn coloured(diff: &str, is_read_by_people: bool) -> String {
    let mut text = String::new();
    for line in diff.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => HEAD,
            [b'@', ..] => PLACE,
            [b'+', ..] => ADDED,
            [b'-', ..] => REMOVED,
            _ => Style::new(),
        };
        let line = if is_read_by_people { printable(line.trim_end_matches('\r')) } else { Cow::Borrowed(line) };
        text.push_str(&format!("{style}{line}{style:#}{end}"));
    }
    text
}
