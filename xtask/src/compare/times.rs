//! How long an update takes of a project that nobody edited, and of one where the user edited every file that changes.
//!
//! The tools take turns, so that what else the machine does counts for all of them. Every run has a fresh copy of the
//! project, and is one whole process from outside.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::template::{Template, rendered};
use super::tool::Tool;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::tree::{self, Files};

/// The line that the user adds to the end of a file.
const EDIT: &[u8] = b"# Reviewed by the user.\n";

/// What was measured.
pub struct Times {
    /// The number of files.
    pub files: usize,
    /// Whether the user edited what the update changes.
    pub is_edited: bool,
    /// The seconds of each tool's first run, which fills its caches.
    pub first: Vec<f64>,
    /// For each tool, in the order in which they were given, the seconds of each run after that.
    pub seconds: Vec<Vec<f64>>,
}

impl Times {
    /// How many runs each tool had.
    pub fn runs(&self) -> usize {
        self.seconds.first().map_or(0, Vec::len)
    }

    /// How many times as long as the first tool another took, in the middle of all turns.
    pub fn ratio(&self, tool: usize) -> f64 {
        let ratios = self.seconds[0].iter().zip(&self.seconds[tool]).map(|(first, other)| other / first);
        median(ratios.collect())
    }
}

/// Measures so many runs after the first, and looks at what comes of each.
pub fn measure(tools: &[Tool], template: &Template, runs: usize, is_edited: bool) -> Outcome<Times> {
    let mut expected = rendered(&template.new);
    let mut edits = Vec::new();
    if is_edited {
        let old = rendered(&template.old);
        edits.extend(tree::differences(&old, &expected).into_iter().map(Path::to_owned));
        for path in &edits {
            expected.entry(path.clone()).or_default().extend(EDIT);
        }
    }
    let mut projects = Vec::new();
    for tool in tools {
        tool.publish("1.0.0", &template.old)?;
        let project = tool.create("project")?;
        tool.place.start_repository(&project)?;
        edits.iter().try_for_each(|path| append(&project.join(path)))?;
        tool.place.commit(&project, "The user's edits")?;
        tool.publish("1.1.0", &template.new)?;
        projects.push(project);
    }
    let turn = || -> Outcome<Vec<f64>> {
        let took = tools.iter().zip(&projects).map(|(tool, project)| run(tool, project, &expected));
        took.collect()
    };
    let first = turn()?;
    let mut seconds = vec![Vec::new(); tools.len()];
    for _ in 0..runs {
        seconds.iter_mut().zip(turn()?).for_each(|(seconds, took)| seconds.push(took));
    }
    Ok(Times { files: template.old.len(), is_edited, first, seconds })
}

/// Adds the user's line to a file.
fn append(path: &Path) -> Outcome<()> {
    let mut file = fs::OpenOptions::new().append(true).open(path).map_err(Failure::io(path))?;
    file.write_all(EDIT).map_err(Failure::io(path))
}

/// Updates a copy of a project, and says how many seconds it took.
///
/// The copy has the project's times, so that git need not look at every file again.
fn run(tool: &Tool, project: &Path, expected: &Files) -> Outcome<f64> {
    let copy = tool.place.join("copy");
    process::quietly(Command::new("cp").arg("-a").arg(project).arg(&copy))?;
    let mut command = tool.place.command(&tool.program, &copy);
    command.args(tool.kind.update());
    let start = Instant::now();
    process::quietly(&mut command)?;
    let took = start.elapsed();
    tool.expect(&copy, expected)?;
    fs::remove_dir_all(&copy).map_err(Failure::io(&copy))?;
    Ok(took.as_secs_f64())
}

/// The middle one of some values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_made_turn_by_turn() {
        let times = Times {
            files: 1,
            is_edited: false,
            first: vec![1.0, 1.0],
            seconds: vec![vec![1.0, 2.0, 4.0], vec![10.0, 30.0, 44.0]],
        };
        assert_eq!(times.ratio(1), 11.0);
        assert_eq!(times.runs(), 3);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
