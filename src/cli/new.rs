//! `scaffold new`.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf, absolute};
use std::process::Command;

use serde_json::{Value, json};

use super::access::Reach;
use super::args::{Global, NewArguments};
use super::printer::Printer;
use super::progress::Progress;
use super::prompt::{TerminalAsker, is_someone_there};
use super::watchdog::Watchdog;
use super::{clock, one, preview};
use crate::apply::{self, Recovery};
use crate::model::{Instance, Name, Project, ProjectPath, Report, Step, io_cause, printable};
use crate::pipeline::{self, Created, Failure, NewProject, Workshop};
use crate::project::{Given, Mode};
use crate::registry::{self, PackSpec, Spec};
use crate::store::Home;

pub fn run(arguments: NewArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let target = absolute_path(&arguments.target)?;
    let name = project_name(arguments.name.as_deref(), &target).map_err(one)?;
    let packs = arguments.packs.iter().map(|spec| parse_spec(spec)).collect::<Result<Vec<_>, _>>()?;
    let places = once("at-invalid", arguments.at.iter().map(|at| parse_place(at)))?;
    let settlements = once("settlement-invalid", arguments.settle.iter().map(|settle| parse_settlement(settle)))?;
    let given = Given::read(&arguments.set, arguments.answers.as_deref())?;
    let project = Project { name, year: clock::year().map_err(one)? };
    if !arguments.dry_run {
        let recovery = apply::recover(&target)?;
        tell_recovery(recovery, &target, printer);
        if recovery == Recovery::Finished {
            return Err(apply::ApplyError::Completed { target }.into());
        }
    }

    let progress = Progress::new(printer);
    let reach = Reach::new(global, home, &progress)?;
    let workshop = Workshop::new(home, reach.registries(), global.pack_timeout, &progress);
    let mut asker = TerminalAsker::new(global.color);
    let mode = if is_someone_there(global) && !arguments.defaults { Mode::Ask(&mut asker) } else { Mode::Defaults };
    let dry_run = arguments.dry_run;
    let new = NewProject { target: target.clone(), project, packs, places, given, mode, settlements, dry_run };
    let watchdog = Watchdog::start(printer, progress.compiling());
    let created = pipeline::create(&workshop, new)?;
    drop(watchdog);

    for (pack, said) in &created.rendered.diagnostics {
        printer.diagnostic(pack, said);
    }
    if arguments.git && !arguments.dry_run {
        init_git(&target, printer);
    }
    if printer.is_json() {
        printer.document("scaffold.new/1", document(&created, &target, arguments.dry_run));
    } else if arguments.dry_run {
        show_tree(&created, &target, printer);
    } else {
        show_result(&created, &arguments.target, printer);
    }
    Ok(())
}

/// The path in full, links resolved as far as it exists, but for its last name: that one is the caller's to judge. A
/// project's files name paths relative to each other, which holds only between places as they really are.
fn absolute_path(path: &Path) -> Result<PathBuf, Failure> {
    let wrong = |error: std::io::Error| {
        let report = Report::new("directory", format!("`{}` is no path that can be used", path.display()));
        one(report.detail(io_cause(&error)).hint("name another path"))
    };
    let mut real = PathBuf::new();
    let absolute = absolute(path).map_err(wrong)?;
    let last = absolute.components().count().saturating_sub(1);
    for (at, part) in absolute.components().enumerate() {
        match part {
            Component::ParentDir => {
                real = canonical(&real).map_err(wrong)?;
                real.pop();
            }
            part => {
                if at == last {
                    real = canonical(&real).map_err(wrong)?;
                }
                real.push(part);
            }
        }
    }
    match real.to_str() {
        Some(_) => Ok(real),
        None => Err(wrong(std::io::Error::other("it is not UTF-8 text"))),
    }
}

/// Links resolved; a path that does not exist is as real as it gets.
fn canonical(path: &Path) -> std::io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => canonical(parent).map(|parent| parent.join(name)),
            _ => Ok(path.to_owned()),
        },
        canonical => canonical,
    }
}

fn project_name(given: Option<&str>, target: &Path) -> Result<String, Report> {
    let wrong = |message: &str| Report::new("project-name", message.to_owned()).hint("name it with `--name NAME`");
    let name = match given {
        Some(name) => name,
        None => target
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| wrong("the project's folder has no name that could be the project's"))?,
    };
    if name.chars().any(char::is_control) || *name != *printable(name) {
        return Err(wrong("the project's name has characters in it that can't be seen"));
    }
    if !name.chars().any(char::is_alphanumeric) || name.len() > 100 {
        return Err(wrong("a project's name has a letter or digit, and at most 100 bytes"));
    }
    Ok(name.trim().to_owned())
}

pub(super) fn parse_spec(text: &str) -> Result<Spec, Failure> {
    let mut spec: Spec = text.parse().map_err(|error: registry::SpecError| Failure::from(error))?;
    if let PackSpec::Path(path) = &mut spec.pack {
        *path = absolute_path(path)?;
    }
    Ok(spec)
}

fn parse_place(text: &str) -> Result<(Name, ProjectPath), Failure> {
    let wrong = |message: String| one(Report::new("at-invalid", message).hint("write `--at INSTANCE=DIR`"));
    let (instance, folder) =
        text.split_once('=').ok_or_else(|| wrong(format!("`--at {}` has no `=`", printable(text))))?;
    let instance: Name = instance.parse().map_err(|error: crate::model::NameError| wrong(error.to_string()))?;
    let folder = ProjectPath::parse(folder).map_err(|error| wrong(error.to_string()))?;
    Ok((instance, folder))
}

/// What was given by key, where nothing was given twice in two ways.
fn once<K: Ord + std::fmt::Display, V: PartialEq>(
    code: &'static str,
    given: impl Iterator<Item = Result<(K, V), Failure>>,
) -> Result<BTreeMap<K, V>, Failure> {
    let mut all = BTreeMap::new();
    for given in given {
        let (key, value) = given?;
        if all.get(&key).is_some_and(|earlier| *earlier != value) {
            let report = Report::new(code, format!("`{}` is given twice, in two ways", printable(&key.to_string())));
            return Err(one(report.hint("give it once")));
        }
        all.insert(key, value);
    }
    Ok(all)
}

/// `PATH=@INSTANCE`, `PATH#/POINTER=@INSTANCE` or `PATH#/POINTER=VALUE`, as an entry of `[compose]`. A value is JSON, or
/// the text as it stands where it is no JSON.
fn parse_settlement(text: &str) -> Result<(String, Value), Failure> {
    let Some((key, value)) = text.split_once('=') else {
        let report = Report::new("settlement-invalid", format!("`--settle {}` has no `=`", printable(text)));
        return Err(one(report.hint("write `--settle PATH=@INSTANCE` or `--settle PATH#/POINTER=VALUE`")));
    };
    let value = match value.strip_prefix('@') {
        Some(owner) => json!({ "owner": owner }),
        None => match serde_json::from_str(value) {
            // A number that would be written in another way is a version or the like: `3.10`.
            Ok(Value::Number(number)) if number.to_string() != value => value.into(),
            Ok(parsed) => parsed,
            Err(_) => value.into(),
        },
    };
    Ok((key.to_owned(), value))
}

fn tell_recovery(recovery: Recovery, target: &Path, printer: &Printer) {
    match recovery {
        Recovery::Nothing => {}
        Recovery::Removed => printer.status("Removed", "what an interrupted run had left"),
        Recovery::Finished => {
            printer.status("Finished", &format!("what an interrupted run had begun in `{}`", target.display()));
        }
    }
}

/// Runs `git init`. A project without it is whole, so its failure is a warning.
fn init_git(target: &Path, printer: &Printer) {
    let mut git = Command::new("git");
    // Set by hooks and scripts of another repository, they would make git work on that one.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        git.env_remove(variable);
    }
    let output = git.args(["init", "--quiet"]).arg(target).output();
    let reason = match output {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let report = Report::new("git-init", "`git init` failed; the project is complete without it");
    printer.warning(&report.detail(reason).hint("run `git init` yourself"));
}

fn show_result(created: &Created, target: &Path, printer: &Printer) {
    let rendered = &created.rendered;
    let packs: Vec<String> = rendered.members.iter().map(|member| use_of(&member.instance)).collect();
    let files = rendered.tree.files.len() + 2;
    printer.status("Created", &format!("`{}` with {files} files from {}", target.display(), packs.join(", ")));
    printer.note("\nNext steps:");
    printer.note(&format!("  cd {}", shell_word(&target.display().to_string())));
    for (folder, step) in &rendered.next_steps {
        let command: Vec<String> = step.command.iter().map(|word| shell_word(word)).collect();
        let command = match folder {
            Some(folder) => format!("(cd {} && {})", shell_word(folder.as_str()), command.join(" ")),
            None => command.join(" "),
        };
        printer.note(&format!("  {:<24} # {}", printable(&command), printable(&step.title)));
    }
}

/// `fastapi-users 1.0.0`, or `users (fastapi-users 1.0.0)`.
pub fn use_of(instance: &Instance) -> String {
    let pack = format!("{} {}", instance.manifest.name, instance.manifest.version);
    if instance.name == instance.manifest.name { pack } else { format!("{} ({pack})", instance.name) }
}

/// A word as a shell would take it; for showing, never for running.
fn shell_word(word: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn show_tree(created: &Created, target: &Path, printer: &Printer) {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    printer.data(&preview::tree(created, &printable(&name)));
    printer.note("Nothing was written");
}

fn next_step((folder, step): &(Option<ProjectPath>, Step)) -> Value {
    json!({ "title": step.title, "command": step.command, "directory": folder })
}

fn document(created: &Created, target: &Path, dry_run: bool) -> Value {
    let rendered = &created.rendered;
    let packs: Vec<Value> = rendered
        .members
        .iter()
        .map(|member| {
            json!({
                "instance": member.instance.name,
                "name": member.instance.manifest.name,
                "version": member.instance.manifest.version,
                "sha256": member.resolved.digest.hex(),
                "at": member.instance.at,
                "requested": member.resolved.requested,
                "answers": member.answers_object(),
            })
        })
        .collect();
    let files: Vec<Value> =
        rendered.tree.files.iter().map(|(path, file)| preview::file_json(path, file, dry_run)).collect();
    let steps: Vec<Value> = rendered.next_steps.iter().map(next_step).collect();
    let mut document = json!({
        "directory": target.display().to_string(),
        "written": !dry_run,
        "packs": packs,
        "files": files,
        "next_steps": steps,
    });
    if dry_run {
        document["intent"] = created.intent.as_str().into();
        document["lock"] = created.lock.as_str().into();
    }
    document
}
