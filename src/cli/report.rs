//! What became of a change, for people and as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::difference::unified;
use super::new::step_line;
use super::printer::Printer;
use super::{Exit, difference};
use crate::model::{Digest, Name, ProjectPath, Report, printable};
use crate::pipeline::{ChangedFile, Conflicted, FileChange, Outcome, how_to_settle};
use crate::project::{KeptDefault, LockedPack, PackSource, plain};
use crate::reconcile::{ConflictKind, Kept, Policy};

/// Tells what a change did, or would do.
pub fn change(command: &str, outcome: &Outcome, root: &Path, dry_run: bool, printer: &Printer) -> Exit {
    for (pack, said) in &outcome.rendered.diagnostics {
        printer.diagnostic(pack, said);
    }
    if let Some(report) = &outcome.base_lost {
        printer.warning(report);
    }
    if printer.is_json() {
        printer.document("scaffold.change/1", document(command, outcome, root, dry_run));
    } else {
        if dry_run {
            printer.data(&difference::listing(&outcome.decisions.files));
            printer.data(&difference::all(&outcome.decisions.files));
        }
        tell(outcome, dry_run, printer);
        if command == "update" && outcome.decisions.files.is_empty() {
            printer.note("`scaffold outdated` lists versions that `scaffold.toml` does not allow");
        }
    }
    let is_open = outcome.decisions.conflicts.iter().any(Conflicted::is_open) || !outcome.lock.conflicts.is_empty();
    if is_open { Exit::Differs } else { Exit::Done }
}

fn tell(outcome: &Outcome, dry_run: bool, printer: &Printer) {
    for (verb, what) in pack_changes(outcome) {
        printer.status(verb, &what);
    }
    for name in &outcome.needed {
        printer.status("Left", &format!("`{name}`: others need it; it is no wish of the project any more"));
    }
    for default in &outcome.kept_defaults {
        printer.status("Kept", &kept(default));
    }
    for forgotten in &outcome.rendered.forgotten {
        let answer = printable(&plain(&forgotten.answer)).into_owned();
        let what = format!("`{answer}` for `{}.{}`, which no pack asks any more", forgotten.whose, forgotten.key);
        printer.status("Dropped", &what);
    }
    for place in &outcome.rendered.lapsed {
        printer.status("Dropped", &format!("the settlement of `{}`: it settles nothing any more", printable(place)));
    }
    for (path, kept) in &outcome.decisions.retained {
        let why = match kept {
            Kept::Removed => "packs changed it, and you had removed it",
            Kept::Replaced => "packs changed it, and you have something else there",
            Kept::Released if outcome.rendered.omits(path) => "the project does without it: it is yours now",
            Kept::Released => "no pack makes it any more: it is yours now",
            Kept::AsIs => continue,
        };
        printer.status("Left", &format!("`{path}`: {why}"));
    }
    match (outcome.decisions.files.as_slice(), outcome.lock.conflicts.as_slice()) {
        ([], [_, ..]) => printer.status("Unchanged", "conflicts of an earlier change are open still"),
        ([], []) => printer.status("Unchanged", &summary(&[])),
        (files, _) => printer.status("Changed", &summary(files)),
    }
    conflicts(outcome, printer);
    if dry_run {
        printer.note("Nothing was written");
        return;
    }
    let joined = pairs(outcome).into_iter().filter_map(|(_, before, after)| after.filter(|_| before.is_none()));
    local_packs(joined, printer);
    next_steps(outcome, printer);
}

/// Says which of these packs, new to the project, nobody else can have.
pub fn local_packs<'a>(joined: impl Iterator<Item = &'a LockedPack>, printer: &Printer) {
    let local: Vec<String> = joined
        .filter(|pack| pack.place().is_some_and(PackSource::is_path))
        .map(|pack| format!("`{}`", pack.instance))
        .collect();
    if !local.is_empty() {
        let (come, them) = if local.len() == 1 { ("comes", "it") } else { ("come", "them") };
        let local = local.join(", ");
        printer.note(&format!("note: {local} {come} from a path: without {them} the project can't be rendered again"));
    }
}

/// Steps of packs that joined; the user knows those of the others.
fn next_steps(outcome: &Outcome, printer: &Printer) {
    let known: Vec<&Name> = outcome.before.iter().flat_map(|lock| &lock.packs).map(|pack| &pack.instance).collect();
    let steps = outcome.rendered.next_steps.iter().filter(|step| !known.contains(&&step.instance));
    let steps: Vec<String> = steps.map(step_line).collect();
    if !steps.is_empty() {
        printer.note("\nNext steps:");
        steps.iter().for_each(|step| printer.note(step));
    }
}

fn conflicts(outcome: &Outcome, printer: &Printer) {
    let open: Vec<&Conflicted> = outcome.decisions.conflicts.iter().filter(|conflict| conflict.is_open()).collect();
    let is_new = |path: &ProjectPath| open.iter().any(|conflict| conflict.path == *path);
    let earlier: Vec<&ProjectPath> = outcome.lock.conflicts.iter().filter(|path| !is_new(path)).collect();
    for path in &earlier {
        printer.status("Conflict", &format!("`{path}`: of an earlier change"));
    }
    for conflict in &open {
        let what = match (conflict.kind, conflict.places) {
            (ConflictKind::Binary, _) => "it is not text: yours was kept".to_owned(),
            (_, 1) => "1 place".to_owned(),
            (_, places) => format!("{places} places"),
        };
        printer.status("Conflict", &format!("`{}`: {what}", conflict.path));
    }
    if open.is_empty() && earlier.is_empty() {
        return;
    }
    let marked = !earlier.is_empty() || open.iter().any(|conflict| !matches!(conflict.kind, ConflictKind::Binary));
    let report = Report::new("conflicts-open", "some files could not be merged")
        .hint(format!("{}; `scaffold undo` takes the whole change back", how_to_settle(marked)));
    printer.warning(&report);
}

/// `3 files created, 5 updated`.
pub fn summary(files: &[ChangedFile]) -> String {
    if files.is_empty() {
        return "everything is as it should be".to_owned();
    }
    let kinds = [
        (FileChange::Created, "created"),
        (FileChange::Updated, "updated"),
        (FileChange::Merged, "merged with your edits"),
        (FileChange::Removed, "removed"),
        (FileChange::Conflicting, "in conflict"),
    ];
    let count = |kind| files.iter().filter(|file| file.change == kind).count();
    let parts = kinds.into_iter().map(|(kind, word)| (count(kind), word)).filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, word)| format!("{count} {word}")).collect();
    let noun = if files.len() == 1 { "file" } else { "files" };
    format!("{} {noun}: {}", files.len(), parts.join(", "))
}

/// What joined, left or moved to another version.
fn pack_changes(outcome: &Outcome) -> Vec<(&'static str, String)> {
    pairs(outcome)
        .into_iter()
        .filter_map(|(instance, before, after)| {
            let label = |pack: &LockedPack| {
                if *instance == pack.name { format!("`{instance}`") } else { format!("`{instance}` (`{}`)", pack.name) }
            };
            match (before, after) {
                (None, Some(after)) => Some(("Added", format!("{} {}", label(after), after.version))),
                (Some(before), None) => Some(("Removed", format!("{} {}", label(before), before.version))),
                (Some(before), Some(after)) if before.version != after.version => {
                    let verb = if before.version < after.version { "Updated" } else { "Downgraded" };
                    Some((verb, format!("{} {} -> {}", label(after), before.version, after.version)))
                }
                (Some(before), Some(after)) if before.checksum != after.checksum => {
                    Some(("Updated", format!("{} {}: it was built anew", label(after), after.version)))
                }
                _ => None,
            }
        })
        .collect()
}

/// Every instance, as it was and as it is.
fn pairs(outcome: &Outcome) -> Vec<(&Name, Option<&LockedPack>, Option<&LockedPack>)> {
    let mut pairs: BTreeMap<&Name, (Option<&LockedPack>, Option<&LockedPack>)> = BTreeMap::new();
    for pack in outcome.before.iter().flat_map(|lock| &lock.packs) {
        pairs.entry(&pack.instance).or_default().0 = Some(pack);
    }
    for pack in &outcome.lock.packs {
        pairs.entry(&pack.instance).or_default().1 = Some(pack);
    }
    pairs.into_iter().map(|(instance, (before, after))| (instance, before, after)).collect()
}

/// A default that stuck, in a line.
fn kept(default: &KeptDefault) -> String {
    let shown = |value: &Value| printable(&plain(value)).into_owned();
    let KeptDefault { instance, key, kept, was, now } = default;
    let now = now.as_ref().map_or("none".to_owned(), |now| format!("`{}`", shown(now)));
    match kept {
        Some(_) => format!(
            "`{}` for `{instance}.{key}`, whose default is {now} now; `scaffold set --unset {instance}.{key}` takes that",
            shown(was)
        ),
        None => {
            format!("nothing of `{}` for `{instance}.{key}`: the pack takes it no more; it is {now} now", shown(was))
        }
    }
}

fn document(command: &str, outcome: &Outcome, root: &Path, dry_run: bool) -> Value {
    let packs: Vec<Value> = pairs(outcome)
        .into_iter()
        .map(|(instance, before, after)| {
            let name = after.or(before).map(|pack| &pack.name);
            let version = |pack: Option<&LockedPack>| pack.map(|pack| pack.version.to_string());
            json!({ "instance": instance, "name": name, "before": version(before), "after": version(after) })
        })
        .collect();
    let conflicts: Vec<Value> = outcome
        .decisions
        .conflicts
        .iter()
        .map(|conflict| {
            json!({
                "path": conflict.path,
                "kind": kind_word(conflict.kind),
                "places": conflict.places,
                "settled": match conflict.policy {
                    Policy::Markers => None,
                    Policy::Ours => Some("ours"),
                    Policy::Theirs => Some("theirs"),
                },
            })
        })
        .collect();
    let retained: Vec<Value> =
        outcome.decisions.retained.iter().map(|(path, why)| json!({ "path": path, "why": kept_word(*why) })).collect();
    let defaults: Vec<Value> = outcome
        .kept_defaults
        .iter()
        .map(|default| {
            let KeptDefault { instance, key, kept, was, now } = default;
            json!({ "instance": instance, "key": key, "kept": kept.is_some(), "was": was, "now": now })
        })
        .collect();
    let dropped: Vec<Value> = outcome
        .rendered
        .forgotten
        .iter()
        .map(|forgotten| json!({ "instance": forgotten.whose, "key": forgotten.key, "answer": forgotten.answer }))
        .collect();
    json!({
        "command": command,
        "directory": root.display().to_string(),
        "written": !dry_run && !outcome.decisions.files.is_empty(),
        "packs": packs,
        "files": outcome.decisions.files.iter().map(|file| file_json(file, dry_run)).collect::<Vec<_>>(),
        "conflicts": conflicts,
        "open": outcome.lock.conflicts,
        "retained": retained,
        "kept_defaults": defaults,
        "dropped_answers": dropped,
        "dropped_settlements": outcome.rendered.lapsed,
    })
}

/// A changed file; with its difference where nothing is written.
pub fn file_json(file: &ChangedFile, with_difference: bool) -> Value {
    let mut document = json!({
        "path": file.entry.as_str(),
        "change": change_word(file.change),
        "sha256": file.after.as_ref().map(|bytes| Digest::of(bytes).hex()),
    });
    if let Some(from) = &file.from {
        document["from"] = from.as_str().into();
    }
    if with_difference {
        document["diff"] = unified(file).into();
    }
    document
}

/// What happens to a file, in a word.
pub fn change_word(change: FileChange) -> &'static str {
    match change {
        FileChange::Created => "created",
        FileChange::Updated => "updated",
        FileChange::Merged => "merged",
        FileChange::Removed => "removed",
        FileChange::Conflicting => "conflicting",
    }
}

fn kept_word(kept: Kept) -> &'static str {
    match kept {
        Kept::AsIs => "as-is",
        Kept::Removed => "removed",
        Kept::Replaced => "replaced",
        Kept::Released => "released",
    }
}

fn kind_word(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Text => "text",
        ConflictKind::TwoWay => "two-way",
        ConflictKind::Binary => "binary",
        ConflictKind::InTheWay => "in-the-way",
    }
}
