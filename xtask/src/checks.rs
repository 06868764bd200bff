//! What `cargo xtask test` checks, part by part.
//!
//! A new check is a new [`Part`] in [`all`]. Cargo is called as the developer's shell would call it, so that the parts
//! and the developer share what is compiled.

use std::path::Path;

use crate::failure::Outcome;
use crate::parts::{Part, Verdict};
use crate::{packs, process, registry, setup, verify, web};

/// The tests of packs in other languages, which need tools of their own and have a part of their own.
const FOREIGN: &str = "foreign::";

/// Every part, in the order in which they run: cheap ones first, and each after what it needs.
///
/// The budgets are shares of what the whole may take: building 14 minutes (the first three), the host and the registry
/// 14 (`tests`, `registry`, `web` and `scale`), packs in other languages 7, generated projects 10. Compiling is a part by
/// itself, so that the others' minutes say how long they run.
pub fn all() -> Vec<Part> {
    vec![
        Part { name: "setup", budget_minutes: 2, run: |root| passed(setup::install_what_is_missing(root)) },
        Part { name: "fmt", budget_minutes: 1, run: format },
        Part { name: "build", budget_minutes: 11, run: build },
        Part { name: "tests", budget_minutes: 4, run: test },
        Part { name: "registry", budget_minutes: 4, run: registry::check },
        Part { name: "web", budget_minutes: 4, run: web::check },
        Part { name: "scale", budget_minutes: 4, run: scale },
        Part { name: "foreign", budget_minutes: 11, run: foreign },
        Part { name: "services", budget_minutes: 10, run: verify::verify },
    ]
}

fn passed(outcome: Outcome<()>) -> Outcome<Verdict> {
    outcome.map(|()| Verdict::Passed)
}

fn format(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(root, &["fmt", "--all", "--check"], &["fmt", "--all", "--check"])
}

/// Compiles everything that the later parts run, and everything once more for the linter's eyes.
///
/// Both name the whole workspace, as every cargo command here does: another choice of packages could choose other
/// features, and compile what they share a second time.
fn build(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(
        root,
        &["test", "--profile", "ci", "--workspace", "--locked", "--no-run"],
        &["test", "--workspace", "--locked", "--no-run"],
    )?;
    in_both_workspaces(
        root,
        &["clippy", "--profile", "ci", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
    )
}

fn test(root: &Path) -> Outcome<Verdict> {
    in_both_workspaces(
        root,
        &["test", "--profile", "ci", "--workspace", "--locked", "--no-fail-fast", "--", "--skip", FOREIGN],
        &["test", "--workspace", "--locked", "--no-fail-fast"],
    )
}

/// Counts instructions for projects of different sizes; the bench fails where they grow faster than it allows.
fn scale(root: &Path) -> Outcome<Verdict> {
    if !process::runs("valgrind", &["--version"]) {
        return Ok(Verdict::Skipped("not installed: valgrind".to_owned()));
    }
    let mut bench = process::command("cargo", root);
    process::run(bench.args(["bench", "--profile", "ci", "--workspace", "--locked", "--bench", "scale"]))?;
    Ok(Verdict::Passed)
}

fn foreign(root: &Path) -> Outcome<Verdict> {
    let absent = |program: &&&str| !process::runs(program, &["--version"]);
    let missing: Vec<&str> = ["bash", "python3", "node", "npm"].iter().filter(absent).copied().collect();
    if !missing.is_empty() {
        return Ok(Verdict::Skipped(format!("not installed: {}", missing.join(", "))));
    }
    process::run(process::command("bash", root).args(["tests/foreign/build.sh", "target/foreign"]))?;
    let mut test = process::command("cargo", root);
    test.args(["test", "--profile", "ci", "--workspace", "--locked", "--test", "it", "--", FOREIGN]);
    process::run(&mut test)?;
    Ok(Verdict::Passed)
}

/// Runs cargo for the host and then for the packs.
fn in_both_workspaces(root: &Path, host: &[&str], packs: &[&str]) -> Outcome<Verdict> {
    process::run(process::command("cargo", root).args(host))?;
    process::run(process::command("cargo", &packs::workspace(root)).args(packs))?;
    Ok(Verdict::Passed)
}
