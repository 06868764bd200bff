//! `scaffold pack test`: a pack's cases, each a run of the pipeline like any other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use similar::TextDiff;

use super::staging::{Outcome, Staging};
use super::{BuiltPack, build_pack};
use crate::apply;
use crate::authoring::{self, Case, EXPECTED, Expected, ExpectedFile, MESSAGE, Run};
use crate::model::{JsonObject, Manifest, Name, Project, ProjectPath, Report, Tree, TreeFile, io_cause};
use crate::pipeline::{Failure, Inputs, Past, Rendered, Workshop};
use crate::project::{Given, Mode, Questions};
use crate::registry::Spec;

use super::coverage::{Coverage, Seen};

/// The most lines of a difference that are shown.
const MAX_DIFF: usize = 60;

/// How cases are run.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// The cases to run; none means all.
    pub only: Vec<String>,
    /// Whether what comes out is what is expected from now on.
    pub bless: bool,
}

/// What came of it, where all went well.
#[derive(Debug)]
pub struct Tested {
    /// The pack.
    pub pack: BuiltPack,
    /// The cases, and how often each was run.
    pub cases: Vec<(String, usize)>,
    /// The cases whose expectations were written.
    pub blessed: Vec<String>,
    /// What no case touched.
    pub coverage: Coverage,
}

/// Builds the pack in `folder`, and runs its cases.
///
/// # Errors
/// A pack that can't be built, and one report for each case that fails.
pub fn test_pack(workshop: &Workshop<'_>, folder: &Path, options: &TestOptions) -> Result<Tested, Failure> {
    let pack = build_pack(workshop, folder)?;
    let cases = chosen(authoring::cases(folder)?, &options.only)?;
    let questions = Questions::parse(&pack.manifest.id(), &pack.manifest.questions)?;
    let mut staging = Staging::new(folder, &pack.bytes)?;
    let mut seen = Seen::default();
    let mut tested = Vec::new();
    let mut blessed = Vec::new();
    let mut failed = Vec::new();
    for case in &cases {
        let combinations = case.combinations();
        for set in &combinations {
            let inputs = Inputs { past: past(&pack, case)?, ..inputs(&mut staging, folder, case, set)? };
            seen.give(&pack.manifest.name, &questions, &inputs);
            let outcome = staging.run(workshop, inputs)?;
            if let Ok(rendered) = &outcome {
                seen.add(&pack.manifest.name, rendered);
            }
            let may_bless = options.bless && may_bless(case, &outcome);
            // What is expected changes with it: a fault is all that may still be wrong then.
            let fault = if may_bless { fault(case, set, &outcome) } else { judge(case, set, &outcome) };
            match fault {
                Some(report) => failed.push(report),
                None if may_bless && (case.expects_nothing() || judge(case, set, &outcome).is_some()) => {
                    bless(case, &outcome)?;
                    blessed.push(case.name.clone());
                }
                None => {}
            }
        }
        tested.push((case.name.clone(), combinations.len()));
    }
    if !failed.is_empty() {
        return Err(Failure::Reports(failed));
    }
    let coverage = seen.coverage(&pack.templates, &questions);
    Ok(Tested { pack, cases: tested, blessed, coverage })
}

fn chosen(cases: Vec<Case>, only: &[String]) -> Result<Vec<Case>, Failure> {
    if let Some(unknown) = only.iter().find(|name| !cases.iter().any(|case| case.name == **name)) {
        let message = format!("the pack has no case `{unknown}`");
        let known = cases.iter().map(|case| format!("it has `{}`", case.name));
        let report = Report::new("pack-test-unknown", message).details(known);
        return Err(Failure::from(report.hint("name a folder of `tests/`")));
    }
    Ok(cases.into_iter().filter(|case| only.is_empty() || only.contains(&case.name)).collect())
}

/// What a case runs with. The paths of other packs are relative to the pack's folder.
fn inputs(staging: &mut Staging, folder: &Path, case: &Case, set: &[String]) -> Result<Inputs<'static>, Failure> {
    let settings = &case.settings;
    let mut other = |text: &String| staging.beside(folder, text.parse::<Spec>()?);
    Ok(Inputs {
        wanted: settings.packs.iter().map(&mut other).collect::<Result<_, Failure>>()?,
        places: settings.at.iter().map(|(name, at)| place(case, name, at)).collect::<Result<_, _>>()?,
        ..Inputs::new(
            Project { name: settings.name.clone(), year: settings.year },
            Given::read(set, case.answers.as_deref().filter(|_| settings.from.is_none()))?,
            Mode::Defaults,
        )
    })
}

/// What an older version of the pack was told, where the case begins with one.
fn past(pack: &BuiltPack, case: &Case) -> Result<Past, Failure> {
    let Some(from) = &case.settings.from else { return Ok(Past::default()) };
    let Manifest { name, version, .. } = &pack.manifest;
    if from >= version {
        let message = format!("case `{}` begins with {from}, and `{name}` is {version}", case.name);
        let report = Report::new("pack-test-from", message);
        return Err(Failure::from(report.hint("name a version that came before the pack's own with `from`")));
    }
    let answers = case.answers.as_deref().map_or_else(|| Ok(JsonObject::new()), Given::file)?;
    Ok(Past::told(name.clone(), from.clone(), answers))
}

fn place(case: &Case, name: &str, at: &str) -> Result<(Name, ProjectPath), Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        let message = format!("case `{}` puts `{name}` where nothing can stand: {error}", case.name);
        Failure::from(Report::new("at-invalid", message).hint("write `at = { INSTANCE = \"DIR\" }`"))
    };
    let instance = name.parse().map_err(|error: crate::model::NameError| wrong(&error))?;
    Ok((instance, ProjectPath::parse(at).map_err(|error| wrong(&error))?))
}

/// A case that failed.
fn failure(case: &Case, set: &[String], what: &str, details: Vec<String>, hint: &str) -> Report {
    let with = if set.is_empty() { String::new() } else { format!(" with `{}`", set.join("`, `")) };
    let message = format!("case `{}`{with} {what}", case.name);
    Report::new("pack-test-failed", message).details(details).hint(hint)
}

/// What is wrong with what came of a case; none where it is as it should be.
fn judge(case: &Case, set: &[String], outcome: &Outcome) -> Option<Report> {
    let failed = |what: &str, details| {
        let hint = if outcome.as_ref().err().is_none_or(|reports| is_refusal(case, reports)) {
            "if it is right as it is now, run `scaffold pack test --bless` and look at what changed"
        } else {
            "mend the pack, or the case"
        };
        failure(case, set, what, details, hint)
    };
    match (outcome, &case.expected) {
        (Err(reports), Expected::Message(lines)) => {
            let said = said(reports);
            let missing: Vec<String> =
                lines.iter().filter(|line| !said.contains(line.trim())).map(|line| format!("- {line}")).collect();
            if missing.is_empty() {
                return None;
            }
            let said = said.lines().map(|line| format!("+ {line}"));
            Some(failed("is refused in other words", missing.into_iter().chain(said).collect()))
        }
        (Err(reports), _) => Some(failed("is refused", said(reports).lines().map(str::to_owned).collect())),
        (Ok(_), Expected::Message(_)) => Some(failed("makes a project, and should be refused", Vec::new())),
        (Ok(rendered), expected) => {
            if let Expected::Tree(files) = expected {
                let differences = differences(files, &rendered.tree);
                if !differences.is_empty() {
                    return Some(failed("makes other files", differences));
                }
            }
            fault(case, set, outcome)
        }
    }
}

/// What is wrong with a project whatever files are expected.
fn fault(case: &Case, set: &[String], outcome: &Outcome) -> Option<Report> {
    let rendered = outcome.as_ref().ok()?;
    if case.settings.from.is_some() && !rendered.forgotten.is_empty() {
        let lost = rendered.forgotten.iter().map(|lost| format!("`{}` for `{}`", lost.answer, lost.key));
        let hint = "carry them over to questions of today; what is not needed any more, leave out as answers move on";
        return Some(failure(case, set, "loses answers", lost.collect(), hint));
    }
    let (what, details) = case.settings.run.iter().find_map(|run| run_in(rendered, run).err())?;
    Some(failure(case, set, &what, details, "mend the pack, or what `[[run]]` of the case's `case.toml` wants"))
}

/// All that reports say.
fn said(reports: &[Report]) -> String {
    let lines = reports.iter().flat_map(|report| {
        [report.message.clone()].into_iter().chain(report.details.iter().cloned()).chain(report.hint.clone())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How the files that were made differ from those that are expected, as a unified diff.
fn differences(expected: &BTreeMap<String, ExpectedFile>, tree: &Tree) -> Vec<String> {
    let made: BTreeMap<&str, &TreeFile> = tree.files.iter().map(|(path, file)| (path.as_str(), file)).collect();
    let paths: BTreeSet<&str> = expected.keys().map(String::as_str).chain(made.keys().copied()).collect();
    let mut lines = Vec::new();
    for path in paths {
        let (old, new) = (expected.get(path), made.get(path));
        let contents = (old.map(|file| file.contents.as_slice()), new.map(|file| file.contents.as_slice()));
        if contents.0 != contents.1 {
            lines.extend(difference(path, contents.0, contents.1));
        }
        match (old.and_then(|file| file.executable), new.map(|file| file.executable)) {
            (Some(true), Some(false)) => lines.push(format!("`{path}` is not executable, and should be")),
            (Some(false), Some(true)) => lines.push(format!("`{path}` is executable, and should not be")),
            _ => {}
        }
    }
    if lines.len() > MAX_DIFF {
        let more = lines.len() - MAX_DIFF;
        lines.truncate(MAX_DIFF);
        lines.push(format!("and {more} lines more"));
    }
    lines
}

fn difference(path: &str, old: Option<&[u8]>, new: Option<&[u8]>) -> Vec<String> {
    let text = |bytes: Option<&[u8]>| std::str::from_utf8(bytes.unwrap_or_default()).map(str::to_owned);
    let (Ok(before), Ok(after)) = (text(old), text(new)) else {
        return vec![format!("`{path}` is not text, and differs")];
    };
    let name = |bytes: Option<&[u8]>, folder: &str| match bytes {
        Some(_) => format!("{folder}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let diff = TextDiff::from_lines(&before, &after);
    let unified = diff.unified_diff().header(&name(old, EXPECTED), &name(new, "made")).to_string();
    let lines: Vec<String> = unified.lines().map(str::to_owned).collect();
    // Files without contents differ in being there.
    if lines.is_empty() {
        vec![format!("--- {}", name(old, EXPECTED)), format!("+++ {}", name(new, "made"))]
    } else {
        lines
    }
}

/// Runs a command in the project.
fn run_in(rendered: &Rendered, run: &Run) -> Result<(), (String, Vec<String>)> {
    let [program, arguments @ ..] = run.command.as_slice() else { return Ok(()) };
    let line = run.command.join(" ");
    let broken = |error: &std::io::Error| (format!("can't run `{line}`: {}", io_cause(error)), Vec::new());
    let folder = tempfile::tempdir().map_err(|error| broken(&error))?;
    let project = folder.path().join("project");
    apply::export(&project, &rendered.tree).map_err(|error| (format!("can't run `{line}`: {error}"), Vec::new()))?;
    let output = Command::new(program).args(arguments).current_dir(&project).stdin(Stdio::null()).output();
    let output = output.map_err(|error| broken(&error))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        let said = [stdout, stderr].join("\n");
        let lines = said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        return Err((format!("makes a project in which `{line}` fails: {}", output.status), lines));
    }
    match &run.prints {
        Some(expected) if *expected != stdout => {
            let diff = TextDiff::from_lines(expected.as_str(), &stdout);
            let lines = diff.unified_diff().header("expected", "printed").to_string();
            let lines = lines.lines().map(str::to_owned).collect();
            Err((format!("makes a project in which `{line}` prints something else"), lines))
        }
        _ => Ok(()),
    }
}

/// How answers are refused. Everything else that goes wrong is a fault, of the pack or of the case.
const REFUSALS: [&str; 3] = ["answers-invalid", "answers-missing", "pack-refused"];

/// Whether a case may be refused like that. One that expects files becomes a refusal by its author's hand only.
fn is_refusal(case: &Case, reports: &[Report]) -> bool {
    let has_files = matches!(&case.expected, Expected::Tree(files) if !files.is_empty());
    !has_files && reports.iter().all(|report| REFUSALS.contains(&report.code))
}

/// Whether what came out could be what is expected.
fn may_bless(case: &Case, outcome: &Outcome) -> bool {
    case.settings.matrix.is_empty() && outcome.as_ref().err().is_none_or(|reports| is_refusal(case, reports))
}

/// Writes what came out as what is expected.
fn bless(case: &Case, outcome: &Outcome) -> Result<(), Failure> {
    let (tree, message) = (case.folder.join(EXPECTED), case.folder.join(MESSAGE));
    let unwritable = |error| super::unwritable(&error);
    // What was expected goes when what is expected now is there, whole.
    let new = tempfile::Builder::new().prefix(".bless").tempdir_in(&case.folder).map_err(unwritable)?;
    let (written, place) = match outcome {
        Ok(rendered) => {
            let written = new.path().join(EXPECTED);
            apply::export(&written, &rendered.tree)?;
            (written, &tree)
        }
        Err(reports) => {
            let lines = reports.iter().flat_map(|report| match report.details.as_slice() {
                [] => vec![report.message.clone()],
                details => details.to_vec(),
            });
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            let written = new.path().join(MESSAGE);
            fs::write(&written, text).map_err(unwritable)?;
            (written, &message)
        }
    };
    let exchange = || {
        if tree.exists() {
            fs::remove_dir_all(&tree)?;
        }
        if message.exists() {
            fs::remove_file(&message)?;
        }
        fs::rename(&written, place)
    };
    exchange().map_err(unwritable)
}
