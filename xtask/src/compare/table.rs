//! The tables, as Markdown.

use super::edits::EDITS;
use super::life::{Checked, Life, Noticed};
use super::times::{Times, median};
use super::tool::Kind;

/// What became of the edits.
pub fn lives(lives: &[Life]) -> String {
    let mut table = Table::new("", lives.iter().map(|life| life.kind));
    for (at, edit) in EDITS.iter().enumerate() {
        table.row(edit.what, lives.iter().map(|life| life.fates[at].text().to_owned()));
    }
    let count = |life: &Life, holds: fn(&super::account::Fate) -> bool| life.fates.iter().filter(|f| holds(f)).count();
    let of_all = |number: usize| format!("{number} of {}", EDITS.len());
    table.row("**edits that are kept**", lives.iter().map(|life| of_all(count(life, |fate| fate.is_kept()))));
    table.row(
        "**nothing left to do for the user**",
        lives.iter().map(|life| of_all(count(life, |fate| fate.is_done()))),
    );
    table.row("exit code of the update", lives.iter().map(|life| code(life.update.code)));
    table.row(
        "of the files that need the user, those that the update names as conflicting",
        lives.iter().map(|life| {
            let named = life.left.iter().filter(|(_, is_named)| *is_named).count();
            format!("{named} of {}", life.left.len())
        }),
    );
    table.row(
        "files changed by a second update, once conflicts are settled",
        lives.iter().map(|life| format!("{} (exit code {})", life.again.1, code(life.again.0))),
    );
    table.text
}

/// What the checks notice.
pub fn checks(lives: &[Life]) -> String {
    let mut text = "| command | as it was made | a file edited | a file gone |\n|---|---|---|---|\n".to_owned();
    for Checked { command, pristine, drifted } in lives.iter().flat_map(|life| &life.checks) {
        let [edited, gone] = drifted.each_ref().map(|noticed| noticed_text(noticed, *pristine));
        text.push_str(&format!("| `{command}` | {} | {edited} | {gone} |\n", code(*pristine)));
    }
    text
}

/// How long the updates took.
pub fn times(kinds: &[Kind], times: &[Times]) -> String {
    let mut table = Table::new("median (from, to), in seconds", kinds.iter().copied());
    for times in times {
        let files = format!("{} files{}", times.files, if times.is_edited { ", those that change edited" } else { "" });
        table.row(&format!("{files}, first run"), times.first.iter().map(|first| format!("{first:.3}")));
        let name = match times.runs() {
            1 => format!("{files}, second run"),
            runs => format!("{files}, {runs} more runs"),
        };
        table.row(&name, times.seconds.iter().map(|seconds| spread(seconds)));
        let ratios = (0..kinds.len()).map(|tool| format!("{:.0}", times.ratio(tool)));
        table.row("times as long as scaffold", ratios);
    }
    table.text
}

/// A table with a column for each tool.
struct Table {
    text: String,
}

impl Table {
    fn new(corner: &str, kinds: impl Iterator<Item = Kind>) -> Self {
        let names: Vec<&str> = kinds.map(Kind::name).collect();
        let rule = "---|".repeat(names.len() + 1);
        Self { text: format!("| {corner} | {} |\n|{rule}\n", names.join(" | ")) }
    }

    fn row(&mut self, name: &str, cells: impl Iterator<Item = String>) {
        let cells: Vec<String> = cells.collect();
        self.text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
}

fn code(code: Option<i32>) -> String {
    code.map_or_else(|| "none".to_owned(), |code| code.to_string())
}

fn noticed_text(noticed: &Noticed, pristine: Option<i32>) -> String {
    let code = code(noticed.code);
    match (noticed.is_named, noticed.code == pristine) {
        (true, _) => format!("{code}, names the file"),
        (false, false) => format!("{code}, names no file"),
        (false, true) => format!("{code}, **not noticed**"),
    }
}

fn spread(seconds: &[f64]) -> String {
    if let [only] = seconds {
        return format!("{only:.3}");
    }
    let middle = median(seconds.to_vec());
    let least = seconds.iter().copied().fold(f64::INFINITY, f64::min);
    let most = seconds.iter().copied().fold(0.0, f64::max);
    format!("{middle:.3} ({least:.3}, {most:.3})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_tool() {
        let times = [Times {
            files: 40,
            is_edited: false,
            first: vec![0.75, 6.0],
            seconds: vec![vec![0.5, 0.25, 1.0], vec![5.0, 5.0, 5.0]],
        }];
        assert_eq!(
            super::times(&[Kind::Scaffold, Kind::Copier], &times),
            "| median (from, to), in seconds | scaffold | copier |\n\
             |---|---|---|\n\
             | 40 files, first run | 0.750 | 6.000 |\n\
             | 40 files, 3 more runs | 0.500 (0.250, 1.000) | 5.000 (5.000, 5.000) |\n\
             | times as long as scaffold | 1 | 10 |\n"
        );
    }

    #[test]
    fn a_check_that_ends_as_before_and_names_nothing_did_not_notice() {
        let text = |code, is_named| noticed_text(&Noticed { code: Some(code), is_named }, Some(0));
        assert_eq!(text(0, false), "0, **not noticed**");
        assert_eq!(text(0, true), "0, names the file");
        assert_eq!(text(1, false), "1, names no file");
    }
}
