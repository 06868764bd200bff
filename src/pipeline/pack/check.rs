//! `scaffold pack check`: what a pack has to be before anyone else uses it.
//!
//! It is composed with every answer that can be counted: all combinations where they are few, else so many that every two
//! answers meet. Each is run twice, the second time with another clock and other random numbers, so that a pack that
//! looks at either is found out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BuiltPack, build_or_read, run_bytes};
use crate::authoring::combinations;
use crate::model::{JsonObject, Project, Report};
use crate::pipeline::{Failure, Inputs, Rendered, Workshop};
use crate::project::{Given, Kind, Mode, Question, Questions, plain};
use crate::registry::Spec;

/// What a pack says of answers that it does not take.
const REFUSED: &str = "pack-refused";
/// Packages of WASI that a pack may import and not call.
const NETWORK: [&str; 2] = ["wasi:sockets", "wasi:http"];

/// What was found of a pack that may be published.
#[derive(Debug)]
pub struct Checked {
    /// The pack.
    pub pack: BuiltPack,
    /// How many combinations of answers it was composed with.
    pub combinations: usize,
    /// How many of those it refused.
    pub refused: usize,
    /// How long one took, on the whole.
    pub time: Duration,
    /// What could be better.
    pub warnings: Vec<Report>,
}

/// Checks the pack in `folder`, or the finished one in that file, beside `packs`. `other` is the same workshop in other surroundings.
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
    let mut errors = wrong_defaults(&questions);
    let rows = rows(&questions);
    let mut refused = 0;
    let start = Instant::now();
    for answers in &rows {
        let compose = |workshop| compose(workshop, &pack, packs, answers);
        match compose(workshop)? {
            Ok(rendered) => errors.extend(differs(&rendered, compose(other)?, answers)),
            Err(reports) if reports.iter().all(|report| report.code == REFUSED) => refused += 1,
            Err(reports) => errors.extend(reports.into_iter().map(|report| with_answers(report, answers))),
        }
    }
    let time = start.elapsed() / u32::try_from(rows.len().max(1)).unwrap_or(u32::MAX);
    if refused == rows.len() {
        let message = format!("{} refuses every combination of answers", pack.manifest.id());
        errors.push(
            Report::new("pack-check-failed", message).hint("give the questions `default` or `examples` that serve"),
        );
    }
    if !errors.is_empty() {
        errors.dedup();
        return Err(Failure::Reports(errors));
    }
    let warnings = warnings(folder, &pack);
    Ok(Checked { pack, combinations: rows.len(), refused, time, warnings })
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

/// Sets of answers: those to choices in combination, those without a default by an example.
fn rows(questions: &Questions) -> Vec<JsonObject> {
    let choices: Vec<(&Question, Vec<Value>)> =
        questions.list.iter().filter_map(|question| Some((question, options(question)?))).collect();
    let sizes: Vec<usize> = choices.iter().map(|(_, options)| options.len()).collect();
    let row = |combination: Vec<usize>| {
        let chosen: BTreeMap<&str, &Value> = choices
            .iter()
            .zip(combination)
            .filter_map(|((question, options), choice)| Some((question.key.as_str(), options.get(choice)?)))
            .collect();
        let mut answers = JsonObject::new();
        let mut known = JsonObject::new();
        for question in &questions.list {
            let is_asked =
                question.when.as_ref().is_none_or(|when| when.problems(&Value::Object(known.clone())).is_empty());
            if !is_asked {
                continue;
            }
            let has_default = question.default.is_some() || question.computed_default.is_some();
            let given = match chosen.get(question.key.as_str()) {
                Some(value) => Some((*value).clone()),
                None if has_default || !question.required => None,
                None => Some(example(questions, question)),
            };
            if let Some(value) = given.clone().or_else(|| question.default.clone()) {
                known.insert(question.key.clone(), value);
            }
            answers.extend(given.map(|value| (question.key.clone(), value)));
        }
        answers
    };
    let mut rows: Vec<JsonObject> = Vec::new();
    // Combinations that differ only in questions that are not asked are one.
    for row in combinations(&sizes).into_iter().map(row) {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// The answers of a question that can be counted.
fn options(question: &Question) -> Option<Vec<Value>> {
    match &question.kind {
        Kind::Select(options) if !options.is_empty() => Some(options.clone()),
        Kind::Confirm => Some(vec![false.into(), true.into()]),
        _ => None,
    }
}

/// An answer to a question that has no default: the first of its `examples`, or a plain one of its type.
fn example(questions: &Questions, question: &Question) -> Value {
    questions.example(&question.key).unwrap_or_else(|| match &question.kind {
        Kind::Integer | Kind::Number => 1.into(),
        Kind::MultiSelect(options) => options.iter().take(1).cloned().collect(),
        Kind::Json => json!({}),
        _ => "sample".into(),
    })
}

fn compose(
    workshop: &Workshop<'_>,
    pack: &BuiltPack,
    packs: &[Spec],
    answers: &JsonObject,
) -> Result<Result<Rendered, Vec<Report>>, Failure> {
    let own = |(key, value): (&String, &Value)| format!("{}.{key}={}", pack.manifest.name, plain(value));
    let set: Vec<String> = answers.iter().map(own).collect();
    let inputs = Inputs {
        wanted: packs.to_vec(),
        ..Inputs::new(Project { name: "sample".to_owned(), year: 2026 }, Given::read(&set, None)?, Mode::Defaults)
    };
    match run_bytes(workshop, &pack.bytes, inputs) {
        Ok(rendered) => Ok(Ok(rendered)),
        Err(Failure::Reports(reports)) => Ok(Err(reports)),
        Err(interrupted) => Err(interrupted),
    }
}

/// Whether the same answers made something else where clock and random numbers are others.
fn differs(rendered: &Rendered, again: Result<Rendered, Vec<Report>>, answers: &JsonObject) -> Option<Report> {
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
    let report = Report::new("pack-check-failed", message).detail(place);
    Some(with_answers(report.hint("make everything of the answers and of other packs' facts"), answers))
}

fn with_answers(report: Report, answers: &JsonObject) -> Report {
    let given: Vec<String> = answers.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
    if given.is_empty() { report } else { report.detail(format!("with `{}`", given.join("`, `"))) }
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
