//! What developers of `scaffold` run.
//!
//! ```text
//! cargo xtask setup                       installs what the rest needs (Debian, as root)
//! cargo xtask test [PART...]              runs every check, or those named
//! cargo xtask build [PACK...]             builds packs to target/packs/NAME-VERSION.wasm
//! cargo xtask generic                     compiles the code of packs without code, which `scaffold` carries
//! cargo xtask publish [--registry DIR]    builds the first-party packs and publishes them
//! cargo xtask mutations [CASE...]         breaks the code once for each case of the gallery, and wants the case to fail
//! cargo xtask verify                      makes projects and runs their own checks on a throw-away PostgreSQL
//! cargo xtask compare [--lives]           the same upgrade by `scaffold`, copier and cruft: a table; --lives: without times
//! ```
//!
//! `build`, `publish` and `verify` are also what the checks are made of. A part of a check is a plain function; the
//! list of them stands in [`checks`].

mod checklist;
mod checks;
mod compare;
mod failure;
mod generic;
mod installed;
mod mutations;
mod packs;
mod parts;
mod postgres;
mod process;
mod publish;
mod registry;
mod setup;
mod toolchain;
mod tree;
mod verify;
mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::{Failure, Outcome};
use parts::Verdict;

const USAGE: &str = "usage: cargo xtask setup | test [PART...] | build [PACK...] | generic | publish [--registry DIR] | mutations [CASE...] | \
                     verify | compare [--lives]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Outcome<()> {
    let root = repository()?;
    match args {
        ["setup"] => setup::install_what_is_missing(&root),
        ["test" | "ci", names @ ..] => parts::run(&checks::all(), names, &root),
        ["build", names @ ..] => {
            for built in packs::build(&root, names)? {
                println!("{} ({} bytes)", built.path.display(), built.bytes.len());
            }
            Ok(())
        }
        ["generic"] => generic::write(&root),
        ["publish"] => publish::publish(&root, &root.join("registry")),
        ["publish", "--registry", folder] => publish::publish(&root, Path::new(folder)),
        ["mutations", names @ ..] => mutations::run(&root, names),
        ["compare"] => compare::run(&root, true),
        ["compare", "--lives"] => compare::run(&root, false),
        ["verify"] => verify::verify(&root).map(|verdict| match verdict {
            Verdict::Passed => println!("passed"),
            Verdict::Skipped(why) => println!("passed, but for what was skipped: {why}"),
        }),
        _ => Err(Failure::new(USAGE)),
    }
}

/// The repository's folder: the one above this crate's.
fn repository() -> Outcome<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_owned).ok_or_else(|| Failure::new("xtask is not inside the repository"))
}
