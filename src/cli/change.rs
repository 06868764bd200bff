//! `scaffold init`, `add`, `remove`, `set`, `update` and `apply`: one change each, of which they edit the intent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::access::in_workshop;
use super::args::{
    AddArguments, AnswerArguments, ApplyArguments, ChangeArguments, ConflictChoice, InitArguments, RemoveArguments,
    SafetyArguments, SetArguments, UpdateArguments,
};
use super::prompt::{TerminalAsker, ask_consent, ask_policy, is_someone_there};
use super::typed::{absolute_path, parse_places, parse_settlements, parse_specs, project_name, project_path};
use super::{Caller, Exit, clock, report, standing};
use crate::model::{LOCK_FILE, Project, ProjectPath, omission};
use crate::pipeline::{self, Change, Conflicts, Edit, Failure};
use crate::project::{Given, Lock, Mode};
use crate::reconcile::Policy;

/// What was typed, apart from the edit.
struct Typed<'a> {
    root: PathBuf,
    given: Given,
    defaults: bool,
    settlements: BTreeMap<String, Value>,
    safety: &'a SafetyArguments,
}

impl<'a> Typed<'a> {
    fn of(root: PathBuf, arguments: &'a ChangeArguments) -> Result<Self, Failure> {
        let ChangeArguments { answers: AnswerArguments { set, answers, defaults, settle }, safety } = arguments;
        let (given, settlements) = (Given::read(set, answers.as_deref())?, parse_settlements(settle)?);
        Ok(Self { root, given, defaults: *defaults, settlements, safety })
    }
}

pub fn init(arguments: &InitArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let root = absolute_path(&standing::here()?)?;
    standing::recover(&root, caller.printer)?;
    let name = project_name(arguments.composition.name.as_deref(), &root)?;
    let project = Project { name, year: clock::year()? };
    let edit = Edit::Init {
        project,
        packs: parse_specs(&arguments.composition.packs)?,
        places: parse_places(&arguments.composition.at)?,
    };
    change("init", edit, Typed::of(root, &arguments.change)?, caller)
}

pub fn add(arguments: &AddArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let edit = Edit::Add { packs: parse_specs(&arguments.packs)?, places: parse_places(&arguments.at)? };
    change("add", edit, Typed::of(root(caller)?, &arguments.change)?, caller)
}

pub fn remove(arguments: &RemoveArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let edit = Edit::Remove { instances: arguments.instances.clone() };
    change("remove", edit, Typed::of(root(caller)?, &arguments.change)?, caller)
}

pub fn set(arguments: &SetArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let SetArguments { set, unset, defaults, safety } = arguments;
    let (root, given) = (root(caller)?, Given::read(set, None)?);
    let typed = Typed { root, given, defaults: *defaults, settlements: BTreeMap::new(), safety };
    change("set", Edit::Set { unset: unset.clone() }, typed, caller)
}

pub fn update(arguments: &UpdateArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let edit = Edit::Update { packs: arguments.packs.clone(), precise: arguments.precise.clone() };
    change("update", edit, Typed::of(root(caller)?, &arguments.change)?, caller)
}

pub fn apply(arguments: &ApplyArguments, caller: Caller<'_>) -> Result<Exit, Failure> {
    let (root, here) = (root(caller)?, standing::here()?);
    let path = |typed: &String| project_path(&root, &here, typed).map_err(Failure::from);
    let restore = arguments.restore.iter().map(path).collect::<Result<_, _>>()?;
    let omitted = arguments.omit.iter().map(path).collect::<Result<Vec<_>, _>>()?;
    let mut typed = Typed::of(root.clone(), &arguments.change)?;
    let locked = Lock::read(&root).map(|lock| lock.files).unwrap_or_default();
    for path in omitted {
        // A folder stands for the files in it.
        let below: Vec<&ProjectPath> = locked.keys().filter(|file| file.is_below(&path)).collect();
        let files = if below.is_empty() { vec![&path] } else { below };
        typed.settlements.extend(files.into_iter().map(|file| (file.to_string(), omission())));
    }
    change("apply", Edit::Apply { restore }, typed, caller)
}

fn root(caller: Caller<'_>) -> Result<PathBuf, Failure> {
    standing::open(&standing::here()?, caller.printer)
}

fn change(command: &'static str, edit: Edit, typed: Typed<'_>, caller: Caller<'_>) -> Result<Exit, Failure> {
    let Caller { global, printer, .. } = caller;
    let Typed { root, given, defaults, settlements, safety } = typed;
    let someone = is_someone_there(global);
    let mut ask = ask_policy;
    let conflicts = match safety.conflict {
        Some(ConflictChoice::Fail) => Conflicts::Fail,
        Some(ConflictChoice::Markers) => Conflicts::All(Policy::Markers),
        Some(ConflictChoice::Ours) => Conflicts::All(Policy::Ours),
        Some(ConflictChoice::Theirs) => Conflicts::All(Policy::Theirs),
        // What is adopted was nobody's business before, as far as is known: nothing in it is touched unasked.
        None if !root.join(LOCK_FILE).is_file() => {
            if someone && !safety.dry_run {
                Conflicts::Each(&mut ask)
            } else {
                Conflicts::Fail
            }
        }
        None => Conflicts::All(Policy::Markers),
    };
    let mut consent = |lines: &[String]| {
        if safety.allow_imports || !someone || safety.dry_run {
            return Ok(safety.allow_imports || safety.dry_run);
        }
        lines.iter().for_each(|line| printer.note(&format!("  {line}")));
        ask_consent("packs want interfaces that they did not have before; allow that?")
    };
    let mut asker = TerminalAsker::new(global.color);
    let mode = if someone && !defaults { Mode::Ask(&mut asker) } else { Mode::Defaults };
    let change = Change {
        root: root.clone(),
        edit,
        given,
        mode,
        settlements,
        conflicts,
        allow_dirty: safety.allow_dirty,
        locked: global.locked,
        consent: &mut consent,
        dry_run: safety.dry_run,
    };
    // Who asks for what is new wants what is new now.
    let wants_news = matches!(change.edit, Edit::Update { .. });
    let outcome = in_workshop(
        caller,
        |reach| if wants_news { reach.within(&root).anew() } else { reach.within(&root) },
        |workshop| pipeline::change(workshop, change),
    )?;
    Ok(report::change(command, &outcome, &root, safety.dry_run, printer))
}
