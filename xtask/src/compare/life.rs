//! One project's life with one tool: made, edited, updated, looked after.

use std::fs;
use std::path::Path;

use super::account::{Fate, Side, without_conflicts};
use super::edits::EDITS;
use super::place::Run;
use super::template::{Template, rendered};
use super::tool::{Kind, Tool};
use crate::failure::{Failure, Outcome};
use crate::{process, tree};

/// The file that drifts.
const DRIFTING: &str = "Makefile";

/// What came of it.
pub struct Life {
    /// Whose.
    pub kind: Kind,
    /// What became of each of the edits.
    pub fates: Vec<Fate>,
    /// The update.
    pub update: Run,
    /// The files with which the user has something left to do, and whether the update named each as conflicting.
    pub left: Vec<(&'static str, bool)>,
    /// An update again, once the conflicts were settled: how it ended, and how many files it changed
    /// that are not the tool's own.
    pub again: (Option<i32>, usize),
    /// What each of the tool's checks says.
    pub checks: Vec<Checked>,
}

/// What a check says of a project as it was made, with an edited file, and without a file.
pub struct Checked {
    /// The command.
    pub command: String,
    /// How it ends for the project as it was made.
    pub pristine: Option<i32>,
    /// For the other two.
    pub drifted: [Noticed; 2],
}

/// How a check ended for a project that drifted.
pub struct Noticed {
    /// Its exit code.
    pub code: Option<i32>,
    /// Whether it named the file.
    pub is_named: bool,
}

/// Lives it.
pub fn live(tool: &Tool, template: &Template) -> Outcome<Life> {
    let place = &tool.place;
    tool.publish("1.0.0", &template.old)?;
    let project = tool.create("project")?;
    tool.expect(&project, &rendered(&template.old))?;
    place.start_repository(&project)?;
    for edit in &EDITS {
        edit.make(&project)?;
    }
    place.commit(&project, "The user's edits")?;
    tool.publish("1.1.0", &template.new)?;

    let update = place.run(&tool.program, tool.kind.update(), &project)?;
    let fates: Vec<Fate> = EDITS.iter().map(|edit| Fate::of(edit, &project)).collect::<Outcome<_>>()?;
    let left = EDITS.iter().zip(&fates).filter(|(_, fate)| !fate.is_done());
    let left = left.map(|(edit, _)| (edit.path, names_conflict(&update.said, edit.path))).collect();

    settle(&project)?;
    place.commit(&project, "The update, settled")?;
    let again = place.run(&tool.program, tool.kind.update(), &project)?;
    let status = process::output(place.command("git", &project).args(["status", "--porcelain"]))?;
    let changed = status.lines().filter(|line| !tool.kind.own().iter().any(|own| line.ends_with(own)));
    let again = (again.code, changed.count());
    let checks = drift(tool)?;
    Ok(Life { kind: tool.kind, fates, update, left, again, checks })
}

/// Whether some line that was printed is about a conflict, and names the file.
fn names_conflict(said: &str, path: &str) -> bool {
    said.lines().any(|line| {
        let lower = line.to_lowercase();
        line.contains(path) && ["conflict", "reject"].iter().any(|word| lower.contains(word))
    })
}

/// Settles every conflict as the user had it, and clears up what could not be applied.
fn settle(project: &Path) -> Outcome<()> {
    for (path, contents) in tree::files(project)? {
        let at = project.join(&path);
        if path.starts_with(".git") {
            continue;
        }
        if path.extension().is_some_and(|extension| extension == "rej") {
            fs::remove_file(&at).map_err(Failure::io(&at))?;
        } else if let Ok(text) = std::str::from_utf8(&contents) {
            let settled = without_conflicts(text, |side| side == Side::Ours);
            if settled != text {
                fs::write(&at, settled).map_err(Failure::io(&at))?;
            }
        }
    }
    Ok(())
}

/// Spoils projects of the newest version, and asks the tool's checks.
fn drift(tool: &Tool) -> Outcome<Vec<Checked>> {
    let place = &tool.place;
    let project = tool.create("drift")?;
    place.start_repository(&project)?;
    let check = || -> Outcome<Vec<Run>> {
        tool.kind.checks().iter().map(|arguments| place.run(&tool.program, arguments, &project)).collect()
    };
    let pristine = check()?;
    let file = project.join(DRIFTING);
    let text = fs::read_to_string(&file).map_err(Failure::io(&file))?;
    fs::write(&file, text.replace("--quiet", "--verbose")).map_err(Failure::io(&file))?;
    place.commit(&project, "A file is edited")?;
    let edited = check()?;
    fs::remove_file(&file).map_err(Failure::io(&file))?;
    place.commit(&project, "A file is gone")?;
    let removed = check()?;
    let commands = tool.kind.checks().iter().map(|arguments| format!("{} {}", tool.kind.name(), arguments.join(" ")));
    let runs = commands.zip(pristine).zip(edited.iter().zip(&removed));
    let checked = runs.map(|((command, pristine), (edited, removed))| Checked {
        command,
        pristine: pristine.code,
        drifted: [edited, removed].map(|run| Noticed { code: run.code, is_named: run.said.contains(DRIFTING) }),
    });
    Ok(checked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_a_conflict_by_a_line_that_says_both() {
        assert!(names_conflict("updated x\n  conflicting  docs/a.md\n", "docs/a.md"));
        assert!(names_conflict("Rejected hunk in a.md\n", "a.md"));
        assert!(!names_conflict("conflict in b.md\nupdated a.md\n", "a.md"));
    }
}
