//! Makes a project as a user would, and runs the checks that the project brings along.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::postgres::Postgres;
use crate::process;

/// What is composed: a service and its CI.
const PACKS: &[&str] = &["fastapi-orders", "gh-actions"];

/// Generates `shop`, installs it and checks it against a PostgreSQL of its own.
pub fn verify(root: &Path) -> Outcome<()> {
    process::run(process::command("cargo", root).args(["build", "--profile", "ci", "--bin", "scaffold", "--locked"]))?;
    let folder = tempfile::Builder::new()
        .prefix("scaffold-verify-")
        .tempdir()
        .map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let mut new = process::command(binary()?, folder.path());
    new.args(["new", "shop", "--defaults"]).env("SCAFFOLD_HOME", folder.path().join("home"));
    for pack in PACKS {
        new.args(["--pack", pack]);
    }
    process::run(&mut new)?;
    let server = Postgres::start()?;
    for target in ["install", "check"] {
        let mut make = process::command("make", &folder.path().join("shop"));
        make.arg(target).env("TEST_DATABASE_URL", server.url());
        // The project makes its own environment; the developer's is no part of the check.
        for name in ["VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL"] {
            make.env_remove(name);
        }
        process::run(&mut make)?;
    }
    println!("`make install` and `make check` passed in a project of {}", PACKS.join(" and "));
    Ok(())
}

/// The program under test: cargo puts it beside this one.
fn binary() -> Outcome<PathBuf> {
    let this = std::env::current_exe().map_err(|error| Failure::new(format!("where xtask is: {error}")))?;
    Ok(this.with_file_name(format!("scaffold{}", std::env::consts::EXE_SUFFIX)))
}
