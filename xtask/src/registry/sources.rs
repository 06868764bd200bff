//! Whether the published packs are what `plugins/` makes.
//!
//! Another compiler makes other bytes of the same source, so equal bytes can't be asked for. Where they differ, both are
//! run: the source's pack takes the published one's place in the registry, and every combination of answers that can
//! be enumerated must give the same project. So a source that was changed without a new version is found, and named.

mod compare;
mod compositions;
mod stand_in;

use std::path::Path;

use scaffold::registry::{Folder, Source as _};
use scaffold::store::Home;

use self::compare::Comparison;
use self::stand_in::StandIn;
use crate::failure::{Failure, Outcome};
use crate::packs::{self, Built};
use crate::parts::Verdict;

/// Builds the packs of `plugins/` and checks each against what is published under its version.
pub fn check(root: &Path, folder: &Path) -> Outcome<Verdict> {
    let registry = Folder::open(folder).map_err(|error| Failure::from_report("registry/", &error))?;
    let mut wrong = Vec::new();
    for pack in packs::build(root, &[])?.iter().filter(|pack| !pack.source.example) {
        if let Err(failure) = check_pack(&registry, pack) {
            wrong.push(failure.to_string());
        }
    }
    if wrong.is_empty() { Ok(Verdict::Passed) } else { Err(Failure::new(wrong.join("\n"))) }
}

fn check_pack(registry: &Folder, pack: &Built) -> Outcome<()> {
    let (name, version) = (&pack.source.name, &pack.source.version);
    let parsed = name.parse().map_err(|error| Failure::new(format!("`{name}`: {error}")))?;
    let lines = registry.versions(&parsed).map_err(|error| Failure::from_report(name, &error))?;
    let Some(line) = lines.into_iter().find(|line| line.version.to_string() == *version) else {
        return Err(Failure::new(format!(
            "`{name}` {version} of plugins/ is not published yet\nhint: run `cargo xtask publish` and commit `registry/`"
        )));
    };
    let stand_in = StandIn::new(registry, &pack.bytes)?;
    if stand_in.line().digest == line.digest {
        println!("         `{name}` {version}: plugins/ makes the very bytes that are published");
        return Ok(());
    }
    let home = tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let found = Comparison::new(registry, &stand_in, &Home::at(home.path()), line).run()?;
    match found {
        Ok(runs) => {
            println!("         `{name}` {version}: other bytes, the same projects in {runs} runs");
            Ok(())
        }
        Err(difference) => Err(Failure::new(format!(
            "`{name}` {version} is published, and plugins/ makes something else under that version: {difference}\nhint: \
             raise the version in `plugins/{name}/Cargo.toml`, run `cargo xtask publish` and commit `registry/`"
        ))),
    }
}
