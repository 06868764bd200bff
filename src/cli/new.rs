//! `scaffold new`.

use std::path::Path;

use serde_json::{Value, json};

use super::access::in_workshop;
use super::args::{Global, NewArguments};
use super::printer::Printer;
use super::prompt::{TerminalAsker, is_someone_there};
use super::report::local_packs;
use super::standing::tell_recovery;
use super::typed::{absolute_path, parse_places, parse_settlements, parse_specs, project_name, shell_word, use_of};
use super::{Caller, clock, preview};
use crate::apply::{self, Recovery};
use crate::model::{Project, Report, printable};
use crate::pipeline::{self, Created, Failure, NewProject, NextStep};
use crate::project::{Given, Mode};
use crate::store::Home;

pub fn run(arguments: NewArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let target = absolute_path(&arguments.target)?;
    let name = project_name(arguments.composition.name.as_deref(), &target)?;
    let packs = parse_specs(&arguments.composition.packs)?;
    let places = parse_places(&arguments.composition.at)?;
    let settlements = parse_settlements(&arguments.answers.settle)?;
    let given = Given::read(&arguments.answers.set, arguments.answers.answers.as_deref())?;
    let project = Project { name, year: clock::year()? };
    if !arguments.dry_run {
        let recovery = apply::recover(&target)?;
        tell_recovery(recovery, &target, printer);
        if recovery == Recovery::Finished {
            return Err(apply::ApplyError::Completed { target }.into());
        }
    }

    let mut asker = TerminalAsker::new(global.color);
    let mode =
        if is_someone_there(global) && !arguments.answers.defaults { Mode::Ask(&mut asker) } else { Mode::Defaults };
    let dry_run = arguments.dry_run;
    let new = NewProject { target: target.clone(), project, packs, places, given, mode, settlements, dry_run };
    let caller = Caller { global, home, printer };
    let created = in_workshop(caller, |reach| reach, |workshop| pipeline::create(workshop, new))?;

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

/// Runs `git init`. A project without it is whole, so its failure is a warning.
fn init_git(target: &Path, printer: &Printer) {
    let mut git = pipeline::git();
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
    local_packs(rendered.locked.iter(), printer);
    printer.note("\nNext steps:");
    printer.note(&format!("  cd {}", shell_word(&target.display().to_string())));
    rendered.next_steps.iter().for_each(|step| printer.note(&step_line(step)));
}

/// A next step as a line that a shell takes.
pub fn step_line(NextStep { at, step, .. }: &NextStep) -> String {
    let command: Vec<String> = step.command.iter().map(|word| shell_word(word)).collect();
    let command = match at {
        Some(folder) => format!("(cd {} && {})", shell_word(folder.as_str()), command.join(" ")),
        None => command.join(" "),
    };
    format!("  {:<24} # {}", printable(&command), printable(&step.title))
}

fn show_tree(created: &Created, target: &Path, printer: &Printer) {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    printer.data(&preview::tree(created, &printable(&name)));
    printer.note("Nothing was written");
}

fn next_step(NextStep { at, step, .. }: &NextStep) -> Value {
    json!({ "title": step.title, "command": step.command, "directory": at })
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
