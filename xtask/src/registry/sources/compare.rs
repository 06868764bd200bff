//! Whether two builds of one version make the same projects.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use scaffold::host::LogLine;
use scaffold::model::{Project, Report, Tree};
use scaffold::pipeline::{self, Failure as Refusal, NewProject, Observer, Workshop};
use scaffold::project::{Given, Mode};
use scaffold::registry::{Folder, IndexLine, Registries, Spec};
use scaffold::store::Home;

use super::super::odometer::Odometer;
use super::compositions;
use super::stand_in::StandIn;
use crate::failure::{Failure, Outcome};

/// How long a call of a pack may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most runs of one composition over everyone's answers. Where there are more, companions take their defaults.
const MOST_RUNS: usize = 128;

/// A published pack and another build of it.
pub struct Comparison<'a> {
    published: Workshop<'a>,
    rebuilt: Workshop<'a>,
    registry: &'a Folder,
    stand_in: &'a StandIn<'a>,
    line: IndexLine,
}

/// A difference, in words.
pub type Difference = String;

impl<'a> Comparison<'a> {
    /// Compares the pack of an index line with what stands in for it.
    pub fn new(registry: &'a Folder, stand_in: &'a StandIn<'a>, home: &Home, line: IndexLine) -> Self {
        Self {
            published: Workshop::new(home, Registries::only(registry), PATIENCE, &Silence),
            rebuilt: Workshop::new(home, Registries::only(stand_in), PATIENCE, &Silence),
            registry,
            stand_in,
            line,
        }
    }

    /// Runs both everywhere: the number of runs in which they agreed, or the first difference.
    pub fn run(&self) -> Outcome<Result<usize, Difference>> {
        if self.line.manifest != self.stand_in.line().manifest {
            return Ok(Err("its manifest differs".to_owned()));
        }
        let (mut runs, mut rendered) = (0, 0);
        for packs in compositions::of(self.registry, &self.line)? {
            let mut tally = Tally::default();
            let mut found = self.turn(&packs, Odometer::of_all(), Some(MOST_RUNS), &mut tally)?;
            if found.is_ok() && tally.cut_short {
                found = self.turn(&packs, Odometer::of(&self.line.name), None, &mut tally)?;
            }
            if let Err(difference) = found {
                return Ok(Err(difference));
            }
            runs += tally.runs;
            rendered += tally.rendered;
        }
        if rendered == 0 {
            return Err(Failure::new(format!("no composition renders {}", self.line.id())));
        }
        Ok(Ok(runs))
    }

    /// Runs both with one combination of answers after the other.
    fn turn(
        &self,
        packs: &[Spec],
        mut odometer: Odometer,
        most: Option<usize>,
        tally: &mut Tally,
    ) -> Outcome<Result<(), Difference>> {
        let start = tally.runs;
        loop {
            let published = make(&self.published, packs, &mut odometer)?;
            odometer.rewind();
            let rebuilt = make(&self.rebuilt, packs, &mut odometer)?;
            if let Some(difference) = difference(&published, &rebuilt) {
                return Ok(Err(difference));
            }
            tally.runs += 1;
            tally.rendered += usize::from(published.is_ok());
            if !odometer.advance() {
                return Ok(Ok(()));
            }
            if most.is_some_and(|most| tally.runs - start == most) {
                tally.cut_short = true;
                return Ok(Ok(()));
            }
        }
    }
}

/// What was done so far for one composition.
#[derive(Default)]
struct Tally {
    runs: usize,
    rendered: usize,
    cut_short: bool,
}

/// A project, as far as it must be the same.
#[derive(Debug, PartialEq)]
struct Made {
    tree: Tree,
    intent: String,
    lock: String,
    /// What is said to the user, and proposed to do next.
    said: String,
    /// The answers that led here, for the message.
    answers: String,
}

/// Makes a project without writing it; a refusal is a result like any other.
fn make(workshop: &Workshop<'_>, packs: &[Spec], odometer: &mut Odometer) -> Outcome<Result<Made, Vec<Report>>> {
    let new = NewProject {
        target: Path::new("/shop").to_owned(),
        project: Project { name: "shop".to_owned(), year: 2026 },
        packs: packs.to_vec(),
        places: BTreeMap::new(),
        given: Given::default(),
        mode: Mode::Ask(odometer),
        settlements: BTreeMap::new(),
        dry_run: true,
    };
    let created = match pipeline::create(workshop, new) {
        Ok(created) => created,
        Err(Refusal::Reports(reports)) => return Ok(Err(reports)),
        Err(Refusal::Interrupted) => return Err(Failure::new("interrupted")),
    };
    let mut lock = created.rendered.lock();
    for pack in &mut lock.packs {
        // What a compiler may change.
        pack.checksum = scaffold::model::Digest::of(b"");
        pack.imports.clear();
    }
    let answers = created.rendered.members.iter().flat_map(|member| {
        let name = &member.instance.name;
        member.answers.iter().map(move |(key, answer)| format!("{name}.{key}={}", answer.value))
    });
    Ok(Ok(Made {
        answers: answers.collect::<Vec<_>>().join(" "),
        said: format!("{:?} {:?}", created.rendered.diagnostics, created.rendered.next_steps),
        lock: lock.to_text().map_err(|error| Failure::from_report("the lock", &error))?,
        intent: created.intent,
        tree: created.rendered.tree,
    }))
}

/// The first difference between two runs.
fn difference(published: &Result<Made, Vec<Report>>, rebuilt: &Result<Made, Vec<Report>>) -> Option<Difference> {
    match (published, rebuilt) {
        (published, rebuilt) if published == rebuilt => None,
        (Ok(published), Ok(rebuilt)) => {
            let what = first_file(&published.tree, &rebuilt.tree).unwrap_or_else(|| {
                let rest = [
                    ("scaffold.toml", &published.intent, &rebuilt.intent),
                    ("scaffold.lock", &published.lock, &rebuilt.lock),
                ];
                let file = rest.into_iter().find(|(_, published, rebuilt)| published != rebuilt);
                file.map_or_else(
                    || "what it says to the user differs".to_owned(),
                    |(file, published, rebuilt)| lines(file, published, rebuilt),
                )
            });
            Some(format!("{what}\nwith {}", published.answers))
        }
        (Ok(made), Err(reports)) => Some(format!("it refuses {}: {}", made.answers, words(reports))),
        (Err(reports), Ok(made)) => Some(format!("it takes {}, which was refused: {}", made.answers, words(reports))),
        (Err(published), Err(rebuilt)) => {
            Some(format!("it refuses with `{}` what was refused with `{}`", words(rebuilt), words(published)))
        }
    }
}

fn words(reports: &[Report]) -> String {
    reports.iter().map(|report| report.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn first_file(published: &Tree, rebuilt: &Tree) -> Option<Difference> {
    for (path, old) in &published.files {
        match rebuilt.files.get(path) {
            None => return Some(format!("`{path}` is missing")),
            Some(new) if new.contents != old.contents => {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                return Some(lines(path.as_str(), &text(&old.contents), &text(&new.contents)));
            }
            Some(new) if new != old => return Some(format!("`{path}` has another mode, owner or origin")),
            Some(_) => {}
        }
    }
    let new = rebuilt.files.keys().find(|path| !published.files.contains_key(*path));
    new.map(|path| format!("`{path}` is new"))
}

/// Where two texts part.
fn lines(file: &str, published: &str, rebuilt: &str) -> Difference {
    let (mut old, mut new) = (published.split('\n'), rebuilt.split('\n'));
    for number in 1.. {
        let pair = (old.next(), new.next());
        if pair.0 != pair.1 || pair.0.is_none() {
            let show = |mark, line: Option<&str>| line.map(|line| format!("\n    {mark} {line}")).unwrap_or_default();
            return format!("`{file}` differs in line {number}{}{}", show('-', pair.0), show('+', pair.1));
        }
    }
    format!("`{file}` differs")
}

/// Nobody listens.
struct Silence;

impl Observer for Silence {
    fn compiling(&self, _: &[String]) {}
    fn compiled(&self, _: &str) {}
    fn warning(&self, _: &Report) {}
    fn log(&self, _: &str, _: &LogLine) {}
}

#[cfg(test)]
mod tests;
