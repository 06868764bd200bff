//! Runs the parts of a check in order, and says how long each took.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// How much of its budget a part may overrun before that alone is a failure.
const PATIENCE: u32 = 2;

/// One part of what `cargo xtask test` does.
pub struct Part {
    /// What it is called on the command line.
    pub name: &'static str,
    /// How long it should take at most, on a machine with two cores and nothing compiled.
    pub budget_minutes: u32,
    /// The part itself, given the repository's folder.
    pub run: fn(&Path) -> Outcome<Verdict>,
}

/// How a part ended that did not fail.
pub enum Verdict {
    /// Everything was checked.
    Passed,
    /// Something could not be checked here, and why. In CI that is a failure.
    Skipped(String),
}

/// One line of the account at the end.
struct Line {
    name: &'static str,
    took: Duration,
    budget_minutes: u32,
    end: End,
}

enum End {
    Passed,
    Skipped(String),
    Failed(String),
}

/// Runs the parts named, or all of them, each whatever became of the ones before it.
pub fn run(parts: &[Part], names: &[&str], root: &Path) -> Outcome<()> {
    if let Some(unknown) = names.iter().find(|name| !parts.iter().any(|part| part.name == **name)) {
        let known = parts.iter().map(|part| part.name).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("there is no part `{unknown}`; there are {known}")));
    }
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    let mut account = Vec::new();
    for part in parts.iter().filter(|part| names.is_empty() || names.contains(&part.name)) {
        println!("== {}", part.name);
        let start = Instant::now();
        let end = match (part.run)(root) {
            Ok(Verdict::Passed) => End::Passed,
            Ok(Verdict::Skipped(why)) if in_ci => End::Failed(format!("CI skips nothing: {why}")),
            Ok(Verdict::Skipped(why)) => End::Skipped(why),
            Err(failure) => End::Failed(failure.to_string()),
        };
        if let End::Failed(why) = &end {
            eprintln!("error: {why}");
        }
        account.push(Line { name: part.name, took: start.elapsed(), budget_minutes: part.budget_minutes, end });
    }
    println!();
    account.iter().for_each(|line| println!("{}", line.text()));
    let failed: Vec<_> = account.iter().filter(|line| line.is_failure()).map(|line| line.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("failed: {}", failed.join(", ")))) }
}

impl Line {
    fn is_too_slow(&self) -> bool {
        self.took > Duration::from_secs(60) * self.budget_minutes * PATIENCE
    }

    fn is_failure(&self) -> bool {
        self.is_too_slow() || matches!(self.end, End::Failed(_))
    }

    fn text(&self) -> String {
        let minutes = self.took.as_secs_f64() / 60.0;
        let time = format!("{:<10} {minutes:5.1} of {:2} min", self.name, self.budget_minutes);
        let end = match &self.end {
            End::Passed => "passed".to_owned(),
            End::Skipped(why) => format!("skipped: {why}"),
            End::Failed(why) => format!("failed: {}", why.lines().next().unwrap_or_default()),
        };
        let slow = if self.is_too_slow() { ", more than twice its budget" } else { "" };
        format!("{time}  {end}{slow}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSING: Part = Part { name: "passing", budget_minutes: 1, run: |_| Ok(Verdict::Passed) };
    const FAILING: Part = Part { name: "failing", budget_minutes: 1, run: |_| Err(Failure::new("no")) };

    fn outcome(parts: &[Part], names: &[&str]) -> Result<(), String> {
        run(parts, names, Path::new("/")).map_err(|failure| failure.to_string())
    }

    #[test]
    fn one_failing_part_fails_the_whole() {
        assert_eq!(outcome(&[PASSING], &[]), Ok(()));
        assert_eq!(outcome(&[FAILING, PASSING], &[]), Err("failed: failing".to_owned()));
        assert_eq!(outcome(&[FAILING, PASSING], &["passing"]), Ok(()));
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error() {
        assert_eq!(outcome(&[PASSING], &["nope"]), Err("there is no part `nope`; there are passing".to_owned()));
    }

    #[test]
    fn twice_the_budget_is_a_failure() {
        let line =
            |seconds| Line { name: "slow", took: Duration::from_secs(seconds), budget_minutes: 1, end: End::Passed };
        assert!(!line(120).is_failure());
        assert!(line(121).is_failure());
        assert!(line(121).text().contains("more than twice its budget"));
    }
}
