//! `scaffold check`.

use serde_json::json;

use super::access::in_workshop;
use super::args::CheckArguments;
use super::printer::Printer;
use super::{Caller, Exit, standing, variable};
use crate::model::Report;
use crate::pipeline::{self, Check, Drift, Failure};

pub fn run(arguments: &CheckArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let printer = caller.printer;
    let root = standing::open(&standing::here()?, printer)?;
    let check = in_workshop(caller, |reach| reach.within(&root), |workshop| pipeline::check(workshop, &root))?;
    if let Some(report) = &check.unverified {
        printer.warning(&unverified(report));
    }
    if printer.is_json() {
        printer.document("scaffold.check/1", document(&check));
    } else {
        let is_on_github = variable("GITHUB_ACTIONS")?.as_deref() == Some("true");
        printer.data(&if is_on_github { annotations(&check) } else { listing(&check) });
        tell(&check, printer);
    }
    let counts = |drift: &Drift| arguments.strict || *drift != Drift::Edited;
    let differs = check.lock_is_stale || check.files.values().any(counts);
    Ok(if differs { Exit::Differs } else { Exit::Done })
}

fn unverified(report: &Report) -> Report {
    let message = "the packs are not at hand, so files were compared with the lock's digests and nothing more";
    Report::new("check-unverified", message).detail(report.message.clone())
}

fn word(drift: Drift) -> &'static str {
    match drift {
        Drift::Conflicting => "conflicting",
        Drift::Missing => "missing",
        Drift::Stale => "stale",
        Drift::Edited => "edited",
    }
}

fn listing(check: &Check) -> String {
    let lock = check.lock_is_stale.then(|| format!("{:<12} scaffold.lock\n", "stale"));
    let files = check.files.iter().map(|(path, drift)| format!("{:<12} {path}\n", word(*drift)));
    files.chain(lock).collect()
}

/// The same as commands that GitHub turns into notes beside the files.
fn annotations(check: &Check) -> String {
    let lock = check.lock_is_stale.then(|| {
        "::error file=scaffold.lock,title=scaffold check: stale::scaffold.toml comes to another lockfile: run `scaffold \
         apply`\n"
            .to_owned()
    });
    let files = check.files.iter().map(|(path, drift)| {
        let (level, says) = match drift {
            Drift::Conflicting => ("error", "the file holds conflict marks"),
            Drift::Missing => ("error", "the file was generated, and is gone"),
            Drift::Stale => {
                ("error", "packs make this file in another way than the lockfile says: run `scaffold apply`")
            }
            Drift::Edited => ("notice", "the file was edited since it was generated"),
        };
        let path = path.as_str().replace('%', "%25").replace(',', "%2C").replace(':', "%3A");
        format!("::{level} file={path},title=scaffold check: {}::{says}\n", word(*drift))
    });
    files.chain(lock).collect()
}

fn tell(check: &Check, printer: &Printer) {
    let count = |drift| check.files.values().filter(|found| **found == drift).count();
    let kinds = [Drift::Conflicting, Drift::Missing, Drift::Stale, Drift::Edited];
    let found = kinds.into_iter().map(|drift| (count(drift), word(drift))).filter(|(count, _)| *count > 0);
    let found: Vec<String> = found.map(|(count, word)| format!("{count} {word}")).collect();
    let found = if found.is_empty() { "all as generated".to_owned() } else { found.join(", ") };
    printer.status("Checked", &format!("{} generated files: {found}", check.checked));
    if count(Drift::Missing) > 0 {
        printer.note(
            "`scaffold apply --restore PATH` brings a missing file back, `scaffold apply --omit PATH` has the project do \
             without it",
        );
    }
    if check.lock_is_stale {
        let report = Report::new("lock-stale", "`scaffold.toml` comes to another lockfile than the one that is here");
        printer.warning(&report.hint("`scaffold diff` shows what would change, `scaffold apply` does it"));
    }
}

fn document(check: &Check) -> serde_json::Value {
    let files: Vec<_> = check.files.iter().map(|(path, drift)| json!({ "path": path, "kind": word(*drift) })).collect();
    json!({
        "checked": check.checked,
        "files": files,
        "lock": if check.lock_is_stale { "stale" } else { "current" },
        "verified": check.unverified.is_none(),
    })
}
