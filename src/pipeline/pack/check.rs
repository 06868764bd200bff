//! `scaffold pack check`: what a pack has to be before anyone else uses it.
//!
//! It is composed with every answer that can be counted: all combinations where they are few, else so many that every two
//! answers meet. Each is run twice, the second time with another clock and other random numbers, so that a pack that
//! looks at either is found out, and with a meter, so that what it costs is told in figures that are the same on every
//! machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::staging::{Outcome, Staging};
use super::{BuiltPack, answers, build_or_read};
use crate::host::Spent;
use crate::model::{JsonObject, Project, Report};
use crate::pipeline::{Failure, Inputs, Rendered, Workshop};
use crate::project::{Given, Mode, Questions, plain};
use crate::registry::Spec;

/// What a pack says of answers that it does not take.
const REFUSED: &str = "pack-refused";
/// What went wrong with the answers themselves, which are the check's own.
const UNFIT: [&str; 2] = ["answers-invalid", "answers-missing"];
/// What to do about answers that the check made up.
const SERVE: &str = "give the questions `default` or `examples` that serve";
/// Packages of WASI that a pack may import and not call.
const NETWORK: [&str; 2] = ["wasi:sockets", "wasi:http"];

/// What was found of a pack that may be published.
#[derive(Debug)]
pub struct Checked {
    /// The pack.
    pub pack: BuiltPack,
    /// How many combinations of answers it was composed with.
    pub combinations: usize,
    /// What it said to those that it refused, and to how many.
    pub refusals: BTreeMap<String, usize>,
    /// What it used up for one project at the most.
    pub spent: Spent,
    /// What could be better.
    pub warnings: Vec<Report>,
}

impl Checked {
    /// How many combinations of answers it refused.
    pub fn refused(&self) -> usize {
        self.refusals.values().sum()
    }
}

/// Checks the pack in `folder`, or the finished one in that file, beside `packs`. `other` is the same workshop in other
/// surroundings, with a meter.
///
/// # Errors
/// A pack that can't be built; everything that is wrong with it.
pub fn check_pack<'a>(
    workshop: &Workshop<'a>,
    other: &Workshop<'a>,
    folder: &Path,
    packs: &[Spec],
) -> Result<Checked, Failure> {
    let pack = build_or_read(workshop, folder)?;
    let questions = Questions::parse(&pack.manifest.id(), &pack.manifest.questions)?;
    let trial = Trial::new(folder, &pack, packs)?;
    let mut findings = Findings::default();
    let sets = answers::sets(&questions);
    for answers in &sets {
        trial.run(workshop, other, answers, &mut findings)?;
    }
    let mut errors = wrong_defaults(&questions);
    let Findings { refusals, spent, problems } = findings;
    errors.extend(problems);
    if refusals.values().sum::<usize>() == sets.len() {
        let message = format!("{} refuses every combination of answers", pack.manifest.id());
        errors.push(Report::new("pack-check-failed", message).details(refusals.keys().cloned()).hint(SERVE));
    }
    if !errors.is_empty() {
        return Err(Failure::Reports(errors));
    }
    let warnings = warnings(folder, &pack);
    Ok(Checked { pack, combinations: sets.len(), refusals, spent, warnings })
}

/// What runs of a pack brought to light.
#[derive(Default)]
struct Findings {
    refusals: BTreeMap<String, usize>,
    spent: Spent,
    problems: Vec<Report>,
}

impl Findings {
    /// Adds a problem, with the answers that it was first met with.
    fn add(&mut self, report: Report, answers: &JsonObject) {
        let report = if UNFIT.contains(&report.code) { report.hint(SERVE) } else { report };
        let is_known = |known: &Report| {
            known.code == report.code && known.message == report.message && known.details.starts_with(&report.details)
        };
        if !self.problems.iter().any(is_known) {
            self.problems.push(report.details(answers::line(answers)));
        }
    }
}

/// A pack that is composed again and again.
struct Trial<'a> {
    pack: &'a BuiltPack,
    staging: Staging,
    packs: Vec<Spec>,
}

impl<'a> Trial<'a> {
    fn new(source: &Path, pack: &'a BuiltPack, packs: &[Spec]) -> Result<Self, Failure> {
        let mut staging = Staging::new(source, &pack.bytes)?;
        let packs = packs.iter().map(|spec| staging.beside(Path::new(""), spec.clone())).collect::<Result<_, _>>()?;
        Ok(Self { pack, staging, packs })
    }

    /// Composes the pack with these answers, in the one workshop and in the other.
    fn run(
        &self,
        workshop: &Workshop<'_>,
        other: &Workshop<'_>,
        answers: &JsonObject,
        findings: &mut Findings,
    ) -> Result<(), Failure> {
        let rendered = match self.compose(workshop, answers)? {
            Ok(rendered) => rendered,
            Err(reports) if reports.iter().all(|report| self.is_refusal(report)) => {
                let said: Vec<String> = reports.into_iter().flat_map(|report| report.details).collect();
                *findings.refusals.entry(said.join("; ")).or_default() += 1;
                return Ok(());
            }
            Err(reports) => {
                reports.into_iter().for_each(|report| findings.add(report, answers));
                return Ok(());
            }
        };
        let again = self.compose(other, answers)?;
        if let Ok(again) = &again {
            findings.spent = findings.spent.max(self.spent(again));
        }
        if let Some(report) = difference(&rendered, again) {
            findings.add(report, answers);
        }
        Ok(())
    }

    fn compose(&self, workshop: &Workshop<'_>, answers: &JsonObject) -> Result<Outcome, Failure> {
        let own = |(key, value)| format!("{}.{key}={}", self.pack.manifest.name, plain(value));
        let set: Vec<String> = answers.iter().map(own).collect();
        let project = Project { name: "sample".to_owned(), year: 2026 };
        let inputs =
            Inputs { wanted: self.packs.clone(), ..Inputs::new(project, Given::read(&set, None)?, Mode::Defaults) };
        self.staging.run(workshop, inputs)
    }

    /// Whether a report is the pack's own no to its answers: that of another pack would be a mistake of the check.
    fn is_refusal(&self, report: &Report) -> bool {
        report.code == REFUSED && report.message.starts_with(&self.pack.manifest.id().to_string())
    }

    /// What the pack used up in a run.
    fn spent(&self, rendered: &Rendered) -> Spent {
        let members = rendered.members.iter().zip(&rendered.spent);
        let own = members.filter(|(member, _)| member.instance.manifest.name == self.pack.manifest.name);
        own.map(|(_, spent)| *spent).fold(Spent::default(), Spent::max)
    }
}

/// Defaults that their own schema refuses.
fn wrong_defaults(questions: &Questions) -> Vec<Report> {
    let wrong = questions.list.iter().filter_map(|question| {
        let default = question.default.as_ref()?;
        let problem = questions.problems_of(&question.key, default).into_iter().next()?;
        let message = format!("the default of `{}` is no answer to it: {}", question.key, problem.message);
        Some(Report::new("pack-check-failed", message).hint("change the default or the schema"))
    });
    wrong.collect()
}

/// Whether the same answers made something else where clock and random numbers are others.
fn difference(rendered: &Rendered, again: Outcome) -> Option<Report> {
    let place = match again {
        Err(reports) => reports.into_iter().next().map(|report| report.message)?,
        Ok(again) if again.tree == rendered.tree => return None,
        Ok(again) => {
            let (one, other) = (&rendered.tree.files, &again.tree.files);
            let differs = |path: &&crate::model::ProjectPath| one.get(*path) != other.get(*path);
            one.keys().chain(other.keys()).find(differs).map(|path| format!("`{path}` differs"))?
        }
    };
    let message = "the same answers make another project when the clock and the random numbers are others";
    let hint = "make everything of the answers and of other packs' facts";
    Some(Report::new("pack-check-failed", message).detail(place).hint(hint))
}

/// What keeps nobody from using the pack, and should be mended.
fn warnings(folder: &Path, pack: &BuiltPack) -> Vec<Report> {
    let mut warnings = Vec::new();
    let mut warn = |message: String, hint: &str| {
        warnings.push(Report::new("pack-check", message).hint(hint));
    };
    let names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .map(|name| name.to_uppercase())
        .collect();
    let sought = [("README", "those who look at the source"), ("LICENSE", "those who want to use it")];
    for (file, why) in sought.into_iter().filter(|_| folder.is_dir()) {
        if !names.iter().any(|name| name.starts_with(file)) {
            warn(format!("the folder has no `{file}`"), &format!("write one, for {why}"));
        }
    }
    let manifest = &pack.manifest;
    for (what, text) in
        [("license", &manifest.license), ("summary", &manifest.summary), ("description", &manifest.description)]
    {
        if text.trim().is_empty() {
            warn(format!("the manifest has no `{what}`"), "write one: `scaffold info` shows it");
        }
    }
    let network: Vec<String> = pack
        .inspection
        .imports
        .iter()
        .filter(|import| NETWORK.contains(&import.package()))
        .map(ToString::to_string)
        .collect();
    if !network.is_empty() {
        let message = format!("it imports {}, and a call of them ends the run", network.join(", "));
        warn(message, "build it without WASI, as `scaffold pack build` does");
    }
    warnings
}
