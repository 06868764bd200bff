//! Text that both sides changed.
//!
//! A library merges by lines. In a structured file that is not enough: two changes beside each other may fit although
//! their lines meet, and lines that fit may make a file that says something else, or nothing at all. There the values
//! are merged by key as well, and the text counts that says what they do.

use similar::{Algorithm, ChangeTag, MergeRegion, MergeResolution, TextDiff, TextMerge};

use super::conflict::{Conflict, Part, Split};
use super::newlines::Working;
use super::{How, Verdict, Written};
use crate::compose::{ByKey, merge_by_key};
use crate::model::{ProjectPath, as_text};

/// Merges a file that both sides changed.
pub(super) fn merge(
    path: &ProjectPath,
    base: Option<&[u8]>,
    working: &Working<'_>,
    theirs: &[u8],
    executable: bool,
) -> Verdict {
    let (Some(ours), Some(theirs_text)) = (working.text(), as_text(theirs)) else {
        return Verdict::Conflict(Conflict::binary(theirs, executable));
    };
    let base = base.and_then(as_text);
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

/// Merges by lines.
fn merge_lines(base: &str, ours: &str, theirs: &str) -> Vec<Part> {
    let merge = TextMerge::from_lines(base, ours, theirs);
    let mut parts = Vec::new();
    for (at, region) in merge.regions().iter().enumerate() {
        let ours = || region.ours_range().filter_map(|line| merge.ours_line(line)).collect::<String>();
        let theirs = || region.theirs_range().filter_map(|line| merge.theirs_line(line)).collect::<String>();
        match region.resolution() {
            MergeResolution::Unchanged | MergeResolution::Ours | MergeResolution::Both => agree(&mut parts, ours()),
            MergeResolution::Theirs => agree(&mut parts, theirs()),
            _ => {
                let base = region.base_range().filter_map(|line| merge.base_line(line)).collect();
                let slides = slides(&merge, at);
                parts.push(Part::Split { base, ours: ours(), theirs: theirs(), slides });
            }
        }
    }
    parts
}

/// The most lines between two changes of the user that are looked at as one.
const NEAR: usize = 8;

/// Whether the user's lines in the region `at` may begin or end elsewhere. Where the lines beside it stand once more in the user's
/// next change, such as an `end` of a block that was put before another, nobody knows which of them was there before, and the
/// region may be half of what the user wrote.
fn slides(merge: &TextMerge<'_, '_, '_, str>, at: usize) -> bool {
    let regions = merge.regions();
    let (before, after) = (regions.get(..at).unwrap_or_default(), regions.get(at + 1..).unwrap_or_default());
    is_repeated(merge, after.iter()) || is_repeated(merge, before.iter().rev())
}

/// Whether the lines up to the user's next change stand in it as well.
fn is_repeated<'m>(merge: &TextMerge<'_, '_, '_, str>, regions: impl Iterator<Item = &'m MergeRegion>) -> bool {
    let lines =
        |region: &MergeRegion| -> Vec<Option<&str>> { region.ours_range().map(|line| merge.ours_line(line)).collect() };
    let mut between = 0..0;
    for region in regions {
        let range = region.ours_range();
        if !matches!(region.resolution(), MergeResolution::Unchanged | MergeResolution::Theirs) {
            let run: Vec<Option<&str>> = between.map(|line| merge.ours_line(line)).collect();
            return !run.is_empty() && lines(region).windows(run.len()).any(|lines| lines == run);
        }
        between = if between.is_empty() { range } else { between.start.min(range.start)..between.end.max(range.end) };
        if between.len() > NEAR {
            return false;
        }
    }
    false
}

/// Adds lines that are settled to those before them.
fn agree(parts: &mut Vec<Part>, lines: String) {
    match parts.last_mut() {
        Some(Part::Agreed(before)) => before.push_str(&lines),
        _ => parts.push(Part::Agreed(lines)),
    }
}

/// Two texts of which nobody knows what they were before: where they differ, they are in conflict.
fn compare_lines(ours: &str, theirs: &str) -> Vec<Part> {
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(ours, theirs);
    let split = |ours: &str, theirs: &str| Part::Split {
        slides: true,
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
