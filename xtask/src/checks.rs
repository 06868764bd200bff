//! What `cargo xtask test` checks, part by part.
//!
//! A new check is a new [`Part`] in [`all`]. Cargo is called as the developer's shell would call it, so that the parts
//! and the developer share what is compiled.

use std::path::Path;

use crate::failure::Outcome;
use crate::parts::{Part, Verdict};
use crate::{packs, postgres, process, setup, verify};

/// Every part, in the order in which they run: cheap ones first, and each after what it needs.
pub fn all() -> Vec<Part> {
    vec![
        Part { name: "setup", budget_minutes: 4, run: |root| passed(setup::install_what_is_missing(root)) },
        Part { name: "fmt", budget_minutes: 1, run: format },
        Part { name: "clippy", budget_minutes: 8, run: lint },
        Part { name: "tests", budget_minutes: 14, run: test },
        Part { name: "packs", budget_minutes: 8, run: |root| passed(packs::build(root, &[]).map(drop)) },
        Part { name: "services", budget_minutes: 10, run: services },
    ]
}

fn passed(outcome: Outcome<()>) -> Outcome<Verdict> {
    outcome.map(|()| Verdict::Passed)
}

fn format(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(root, &["fmt", "--all", "--check"], &["fmt", "--all", "--check"])
}

fn lint(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(
        root,
        &["clippy", "--profile", "ci", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
    )
}

fn test(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(
        root,
        &["test", "--profile", "ci", "--workspace", "--locked"],
        &["test", "--workspace", "--locked"],
    )
}

fn services(root: &Path) -> Outcome<Verdict> {
    match postgres::programs() {
        Ok(_) => passed(verify::verify(root)),
        Err(failure) => Ok(Verdict::Skipped(failure.to_string())),
    }
}

/// Runs cargo for the host and then for the packs.
fn in_both_workspaces(root: &Path, host: &[&str], packs: &[&str]) -> Outcome<Verdict> {
    process::run(process::command("cargo", root).args(host))?;
    process::run(process::command("cargo", &packs::workspace(root)).args(packs))?;
    Ok(Verdict::Passed)
}
