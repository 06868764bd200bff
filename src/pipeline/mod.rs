//! The one run that every command shares: intent → resolve → load → plan → render → compose.
//!
//! `new` starts it from what stands on the command line; later commands start it from a project's own files, some from
//! the lock alone, and put something else at its end. There is no second path, so what a dry run shows, a check
//! compares and an update merges is what `new` would write.
//!
//! The run touches nothing outside the store: its result, [`Rendered`], is data.

mod change;
mod check;
mod explain;
mod fetch;
mod folders;
mod install;
mod intent;
mod locked;
mod members;
mod new;
mod outdated;
mod pack;
mod past;
mod phases;
mod publish;
mod replay;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use crate::compose::{self, Composition, Problem, Provenance, Schemas, Settlements, Share, Texts};
use crate::host::{self, CompiledCode, Host, HostError, LogLine, Options, Pack, Spent, Surroundings};
use crate::model::{Diagnose, Diagnostic, Instance, Name, Output, Project, ProjectPath, Report, Step, Tree, omission};
use crate::project::{Given, KeptDefault, Lock, LockedPack, Mode};
use crate::registry::{Preference, Registries, Spec};
use crate::store::{Cache, Home};
use crate::threads;

pub use self::publish::{Destination, publish};
/// What explanations are made of.
pub use crate::compose::{Attribution, ShareKind, UsedTemplate};
/// A number that stands for the oldest template or expression that is being worked on.
pub use crate::template::oldest_running as oldest_template;
pub use change::{
    Change, ChangedFile, Conflicted, Conflicts, Decisions, Edit, FileChange, Outcome, change, git, how_to_settle,
};
pub use check::{Check, Drift, check};
pub use explain::{Explanation, FileState, Place, Stretch, explain};
pub use install::{info, install, uninstall};
pub use intent::wishes;
pub use locked::{Update, preference};
pub use members::Member;
pub use new::{Created, NewProject, create};
pub use outdated::{Standing, outdated};
pub use pack::{
    BuiltPack, Checked, Coverage, NewPack, TestOptions, Tested, build_pack, check_pack, create_pack, test_pack,
};
pub use past::{Forgotten, Past};
pub use replay::replay;
pub use undo::undo;

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure {
    /// Something is wrong: one report a problem.
    Reports(Vec<Report>),
    /// The user broke off.
    Interrupted,
}

impl<E: Diagnose> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Reports(vec![error.report()])
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self::Reports(vec![report])
    }
}

impl Failure {
    fn all<E: Diagnose>(errors: impl IntoIterator<Item = E>) -> Self {
        Self::Reports(errors.into_iter().map(|error| error.report()).collect())
    }
}

/// What a run tells while it goes on.
pub trait Observer: Sync {
    /// These packs are compiled now, which takes a while.
    fn compiling(&self, packs: &[String]);
    /// One of them is done, well or not.
    fn compiled(&self, pack: &str);
    /// Something that the run can do without went wrong.
    fn warning(&self, report: &Report);
    /// A pack logged or printed a line.
    fn log(&self, pack: &str, line: &LogLine);
}

/// What a run works with: this machine's store, registries, and someone who listens.
pub struct Workshop<'a> {
    registries: Registries<'a>,
    cache: Cache,
    options: Options,
    host: OnceLock<Host>,
    observer: &'a dyn Observer,
}

impl<'a> Workshop<'a> {
    /// A workshop that keeps what it fetches and compiles in `home`. A call of a pack may take as long as `timeout`.
    pub fn new(home: &Home, registries: Registries<'a>, timeout: Duration, observer: &'a dyn Observer) -> Self {
        let cache = home.cache();
        let compiled = CompiledCode::at(cache.compiled_dir());
        let registries = registries.reading_folders(pack::of_folder);
        Self {
            registries,
            cache,
            options: Options { compiled, timeout, surroundings: Surroundings::default(), metered: false },
            host: OnceLock::new(),
            observer,
        }
    }

    /// The same, whose packs see another world if they look.
    #[must_use]
    pub fn in_other_surroundings(mut self) -> Self {
        self.options.surroundings = Surroundings { time: 1_900_000_000, seed: 1 << 32 };
        self
    }

    /// The same, which counts what packs use up.
    #[must_use]
    pub fn metered(mut self) -> Self {
        self.options.metered = true;
        self
    }

    /// The host, made when the first pack needs it.
    fn host(&self) -> Result<&Host, HostError> {
        if let Some(host) = self.host.get() {
            return Ok(host);
        }
        // Marks the folder as a cache. Where that fails, keeping something in it fails too, and that is told.
        let _ = self.cache.prepare();
        let host = Host::new(self.options.clone())?;
        Ok(self.host.get_or_init(|| host))
    }
}

/// What a run starts from.
pub struct Inputs<'a> {
    /// Name and year.
    pub project: Project,
    /// The packs that the user asks for.
    pub wanted: Vec<Spec>,
    /// The folders of instances that don't go to the project's root.
    pub places: BTreeMap<Name, ProjectPath>,
    /// Which versions are preferred to the highest ones; [`preference`] gives what a lock does.
    pub preference: Preference,
    /// The lock whose packs have to come of it, exactly: `--locked`.
    pub exactly: Option<Lock>,
    /// Instances in the order in which they joined; newcomers follow in canonical order.
    pub joined: Vec<Name>,
    /// What the user answered on this occasion.
    pub given: Given,
    /// What was answered before.
    pub past: Past,
    /// What happens to questions without an answer.
    pub mode: Mode<'a>,
    /// How conflicts are settled: what stands under `[compose]`.
    pub settlements: BTreeMap<String, Value>,
    /// Those of them that go where they settle nothing, which is an error else.
    pub may_lapse: BTreeSet<String>,
}

impl<'a> Inputs<'a> {
    /// Those of a project that has no packs yet.
    pub fn new(project: Project, given: Given, mode: Mode<'a>) -> Self {
        Self {
            project,
            wanted: Vec::new(),
            places: BTreeMap::new(),
            preference: Preference::default(),
            exactly: None,
            joined: Vec::new(),
            given,
            past: Past::default(),
            mode,
            settlements: BTreeMap::new(),
            may_lapse: BTreeSet::new(),
        }
    }
}

/// What a pack proposes to do next.
#[derive(Clone, Debug)]
pub struct NextStep {
    /// The use of the pack.
    pub instance: Name,
    /// In which folder of the project; none for its root.
    pub at: Option<ProjectPath>,
    /// What to do.
    pub step: Step,
}

/// What a run ends with.
#[derive(Debug)]
pub struct Rendered {
    /// The packs, in canonical order.
    pub members: Vec<Member>,
    /// What the lock says of them, in join order.
    pub locked: Vec<LockedPack>,
    /// The tree.
    pub tree: Tree,
    /// What packs said to the user, by pack.
    pub diagnostics: Vec<(String, Diagnostic)>,
    /// What packs propose to do next.
    pub next_steps: Vec<NextStep>,
    /// Defaults that stuck although packs would propose others now.
    pub kept_defaults: Vec<KeptDefault>,
    /// Instances whose answers were carried over to another version.
    pub migrated: Vec<Name>,
    /// Answers that nobody wants any more.
    pub forgotten: Vec<Forgotten>,
    /// Settlements that settled nothing any more.
    pub lapsed: Vec<String>,
    /// What the two calls of each pack used up, in the same order.
    pub spent: Vec<Spent>,
    /// What each pack returned, in the same order, and the texts of that.
    outputs: Vec<Output>,
    texts: Vec<Texts>,
    project: Project,
    /// What stands under `[compose]`.
    compose: BTreeMap<String, Value>,
    settlements: Settlements,
}

/// Why nothing is known of a file that the project does without.
fn left_out(code: &'static str, path: &ProjectPath) -> Report {
    let message = format!("the project does without `{path}`");
    Report::new(code, message).hint("take it out of `[compose]` in `scaffold.toml`, and run `scaffold apply`")
}

impl Rendered {
    /// Whether the project does without a file that packs make.
    pub fn omits(&self, path: &ProjectPath) -> bool {
        self.compose.get(path.as_str()) == Some(&omission())
    }

    /// The lock that belongs to the tree. Made when it is asked for, because it takes as long as some files do.
    pub fn lock(&self) -> Lock {
        Lock::new(&self.project, self.locked.clone(), self.compose.clone(), &self.tree)
    }

    /// Where a file of the tree comes from; none where there is no such file.
    ///
    /// # Errors
    /// None to expect: the packs' shares have made a tree already.
    pub fn explain(&self, path: &ProjectPath) -> Result<Option<Provenance>, Failure> {
        compose::explain(&shares(&self.members, &self.outputs, &self.texts), &self.settlements, path)
            .map_err(Failure::all)
    }
}

/// Begins with what every run needs and what depends on nothing, on other threads: the caller may do something else
/// before the first run.
pub fn warm_up() {
    threads::start(host::prepare);
}

/// Runs the pipeline.
///
/// # Errors
/// Everything that keeps the packs from giving one tree; where several problems are found in one step, all of them.
pub fn run(workshop: &Workshop<'_>, inputs: Inputs<'_>) -> Result<Rendered, Failure> {
    // What is wrong with them should not wait for packs to run.
    Settlements::parse(&inputs.settlements).map_err(Failure::all)?;
    let mut members = members::resolve(workshop, &inputs)?;
    if let Some(lock) = &inputs.exactly {
        locked::check(lock, &members::lock_entries(&members, &inputs.joined))?;
    }
    let (compiled, questions) =
        rayon::join(|| phases::load_compiled(workshop, &members), || members::questions(&members));
    let mut compiled = compiled?;
    let Inputs { project, joined, given, mut past, mode, settlements, may_lapse, .. } = inputs;
    let migrated = past.migrate(workshop, &members, &mut compiled)?;
    let forgotten = past.forget_unasked(&members);
    let given = given.over(&past.given);
    let questions = questions?;
    let manifests: Vec<_> = members.iter().map(|member| Arc::clone(&member.instance.manifest)).collect();
    let (kept_defaults, schemas) = threads::beside(
        || members::answer(&mut members, &questions, &given, &past.defaults, &project, mode),
        || Schemas::of(manifests.iter().map(Arc::as_ref)),
    );
    let kept_defaults = kept_defaults?;
    let rendered =
        render(workshop, members, compiled, &project, &joined, Settling { compose: settlements, may_lapse }, schemas)?;
    Ok(Rendered { kept_defaults, migrated, forgotten, ..rendered })
}

/// The second half of every run: members with their answers become a tree.
fn render(
    workshop: &Workshop<'_>,
    members: Vec<Member>,
    compiled: Vec<Option<Pack>>,
    project: &Project,
    joined: &[Name],
    settling: Settling,
    schemas: Schemas,
) -> Result<Rendered, Failure> {
    let loaded = phases::load(workshop, members, compiled, project)?;
    let phases::Outputs { outputs, texts, diagnostics, spent } = phases::plan_and_render(workshop, &loaded, schemas)?;
    let members: Vec<Member> = loaded.into_iter().map(|loaded| loaded.member).collect();
    let settled = compose_settled(&shares(&members, &outputs, &texts), settling)?;
    let Settled { composition, compose, settlements, lapsed } = settled;
    let steps = |(member, output): (&Member, &Output)| {
        let Instance { name, at, .. } = member.instance.clone();
        let next = move |step| NextStep { instance: name.clone(), at: at.clone(), step };
        output.next_steps.iter().cloned().map(next).collect::<Vec<_>>()
    };
    let next_steps = members.iter().zip(&outputs).flat_map(steps).collect();
    Ok(Rendered {
        locked: members::lock_entries(&members, joined),
        members,
        tree: composition.tree,
        diagnostics,
        next_steps,
        kept_defaults: Vec::new(),
        migrated: Vec::new(),
        forgotten: Vec::new(),
        lapsed,
        spent,
        outputs,
        texts,
        project: project.clone(),
        compose,
        settlements,
    })
}

/// A composition, and what stands under `[compose]` that it went by.
struct Settled {
    composition: Composition,
    compose: BTreeMap<String, Value>,
    settlements: Settlements,
    lapsed: Vec<String>,
}

/// What the user settled, as it stands under `[compose]`, and what of that goes where it settles nothing.
#[derive(Default)]
struct Settling {
    compose: BTreeMap<String, Value>,
    may_lapse: BTreeSet<String>,
}

/// Composes, and where settlements settle nothing does without those of them that may lapse.
fn compose_settled(shares: &[Share<'_>], settling: Settling) -> Result<Settled, Failure> {
    let Settling { mut compose, may_lapse } = settling;
    let mut lapsed = Vec::new();
    loop {
        let settlements = Settlements::parse(&compose).map_err(Failure::all)?;
        match compose::compose(shares, &settlements) {
            Ok(composition) => return Ok(Settled { composition, compose, settlements, lapsed }),
            Err(problems) => {
                let idle = problems.iter().filter_map(Problem::idle_settlement);
                let idle: Vec<String> = idle.filter(|key| may_lapse.contains(*key)).map(str::to_owned).collect();
                let before = compose.len();
                compose.retain(|key, _| !idle.contains(key));
                if compose.len() == before {
                    return Err(Failure::all(problems));
                }
                lapsed.extend(idle);
            }
        }
    }
}

/// What each member brings, as composition takes it.
fn shares<'a>(members: &'a [Member], outputs: &'a [Output], texts: &'a [Texts]) -> Vec<Share<'a>> {
    let instances = members.iter().map(|member| &member.instance);
    let share = |((instance, output), texts)| Share { instance, output, texts };
    instances.zip(outputs).zip(texts).map(share).collect()
}
