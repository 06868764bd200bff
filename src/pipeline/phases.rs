//! Loading packs, and running their two phases.

use rayon::prelude::*;

use super::fetch::{self, bytes_of};
use super::{Failure, Member, Workshop};
use crate::compose::{Budget, Exchange, Schemas, Texts};
use crate::host::{CallError, Compilation, HostError, LogLine, Pack, Spent, Trace};
use crate::model::{
    Context, Diagnose, Diagnostic, Name, Output, Phase, Planned, Project, Report, Requirement, Severity,
};

/// A member that can be called.
pub(super) struct Loaded {
    pub member: Member,
    pack: Pack,
    context: Context,
}

/// What all packs returned, in canonical order.
pub(super) struct Outputs {
    pub outputs: Vec<Output>,
    /// The texts of each.
    pub texts: Vec<Texts>,
    pub diagnostics: Vec<(String, Diagnostic)>,
    /// What the calls of each used up.
    pub spent: Vec<Spent>,
}

/// Loads the packs whose compiled code is kept, each in its place. That is quick and needs no answers.
pub(super) fn load_compiled(workshop: &Workshop<'_>, members: &[Member]) -> Result<Vec<Option<Pack>>, Failure> {
    let host = workshop.host()?;
    let load = |member: &Member| host.load_compiled(&member.label(), &member.resolved.digest).transpose();
    all(members.iter().map(load).collect())
}

/// Makes members callable.
pub(super) fn load(
    workshop: &Workshop<'_>,
    members: Vec<Member>,
    compiled: Vec<Option<Pack>>,
    project: &Project,
) -> Result<Vec<Loaded>, Failure> {
    let packs = compile(workshop, &members, compiled)?;
    let loaded = members.into_iter().zip(packs).map(|(member, pack)| {
        let context = Context {
            project: project.clone(),
            instance: member.instance.name.clone(),
            at: member.instance.at.clone(),
            answers: member.answers_object(),
        };
        Loaded { member, pack, context }
    });
    Ok(loaded.collect())
}

/// Fetches and compiles the packs that are not there yet, all at once.
pub(super) fn compile(
    workshop: &Workshop<'_>,
    members: &[Member],
    compiled: Vec<Option<Pack>>,
) -> Result<Vec<Pack>, Failure> {
    let host = workshop.host()?;
    let missing = members.iter().zip(&compiled).filter(|(_, pack)| pack.is_none());
    let missing: Vec<&Member> = missing.map(|(member, _)| member).collect();
    let downloaded = fetch::download(workshop, &missing)?;
    fetch::check(workshop, members)?;
    let missing: Vec<String> = missing.into_iter().map(Member::label).collect();
    if !missing.is_empty() {
        workshop.observer.compiling(&missing);
    }
    let compile = |member: &Member| {
        let label = member.label();
        let digest = &member.resolved.digest;
        let bytes =
            || downloaded.get(digest).map_or_else(|| bytes_of(workshop, member), |bytes| Ok(bytes.clone().into()));
        let loaded = host.load(&label, digest, bytes);
        workshop.observer.compiled(&label);
        let (pack, compilation) = loaded?;
        if let Compilation::NotKept(error) = compilation {
            workshop.observer.warning(&not_kept(&label, &error));
        }
        Ok(pack)
    };
    let pack = |(member, compiled): (&Member, Option<Pack>)| compiled.map_or_else(|| compile(member), Ok);
    let packs: Vec<Result<Pack, HostError>> = members.par_iter().zip(compiled).map(pack).collect();
    all(packs)
}

fn not_kept(label: &str, error: &std::io::Error) -> Report {
    Report::new(
        "cache-unwritable",
        format!("the compiled code of {label} can't be kept, so it is compiled again each time"),
    )
    .detail(error.to_string())
    .hint("make the cache folder writable for you alone, or set `SCAFFOLD_HOME` to another place")
}

/// Runs both phases of all packs. Packs that don't wait for each other's facts run at the same time.
pub(super) fn plan_and_render(
    workshop: &Workshop<'_>,
    loaded: &[Loaded],
    schemas: Schemas,
) -> Result<Outputs, Failure> {
    let instances: Vec<_> = loaded.iter().map(|loaded| loaded.member.instance.clone()).collect();
    let suppliers = |requirement: &Requirement| suppliers(workshop, requirement);
    let mut exchange = Exchange::new(&instances, &suppliers, schemas).map_err(Failure::all)?;
    let mut diagnostics = Vec::new();
    let mut spent = vec![Spent::default(); loaded.len()];
    for wave in exchange.waves().to_vec() {
        let planned = all(wave.par_iter().map(|&place| plan(&exchange, loaded, place)).collect())?;
        let mut refused = Vec::new();
        for (&place, (planned, trace)) in wave.iter().zip(planned) {
            tell(workshop, &loaded[place], &trace.log);
            spent[place] = trace.spent;
            diagnostics.extend(planned.diagnostics.into_iter().map(|said| (loaded[place].member.label(), said)));
            refused.extend(exchange.offer(place, planned.offers).err().unwrap_or_default());
        }
        if !refused.is_empty() {
            return Err(Failure::all(refused));
        }
    }
    let places: Vec<usize> = (0..loaded.len()).collect();
    let budget = Budget::default();
    let rendered = all(places.par_iter().map(|&place| render(&exchange, loaded, place, &budget)).collect())?;
    let (mut outputs, mut texts) = (Vec::new(), Vec::new());
    for ((loaded, spent), (output, its_texts, trace)) in loaded.iter().zip(&mut spent).zip(rendered) {
        tell(workshop, loaded, &trace.log);
        *spent = spent.and(trace.spent);
        diagnostics.extend(output.diagnostics.iter().cloned().map(|said| (loaded.member.label(), said)));
        outputs.push(output);
        texts.push(its_texts);
    }
    let errors: Vec<Report> = diagnostics
        .iter()
        .filter(|(_, said)| said.severity == Severity::Error)
        .map(|(label, said)| refusal(label, said))
        .collect();
    if errors.is_empty() { Ok(Outputs { outputs, texts, diagnostics, spent }) } else { Err(Failure::Reports(errors)) }
}

fn plan(exchange: &Exchange<'_>, loaded: &[Loaded], place: usize) -> Result<(Planned, Trace), Failure> {
    let taken = exchange.taken(place, Phase::Plan).map_err(Failure::all)?;
    let Loaded { pack, context, .. } = &loaded[place];
    Ok(pack.plan(context, &taken)?)
}

/// The pack's output, and its texts: no pack waits for the others before its templates are rendered.
fn render(
    exchange: &Exchange<'_>,
    loaded: &[Loaded],
    place: usize,
    budget: &Budget,
) -> Result<(Output, Texts, Trace), Failure> {
    let taken = exchange.taken(place, Phase::Render).map_err(Failure::all)?;
    let Loaded { pack, context, .. } = &loaded[place];
    let (output, trace) = pack.render(context, &taken)?;
    let texts = Texts::render(&output, budget);
    Ok((output, texts, trace))
}

/// A diagnostic of grade error among an otherwise good answer.
fn refusal(label: &str, said: &Diagnostic) -> Report {
    let failure = crate::host::CallFailure::Refused(vec![said.clone()]);
    let error = CallError { pack: label.to_owned(), call: crate::host::Call::Render, failure, log: Vec::new() };
    error.report()
}

fn tell(workshop: &Workshop<'_>, loaded: &Loaded, log: &[LogLine]) {
    for line in log {
        workshop.observer.log(&loaded.member.label(), line);
    }
}

/// Packs of the registries that provide what is missing. Asked only once something is.
fn suppliers(workshop: &Workshop<'_>, requirement: &Requirement) -> Vec<Name> {
    let Ok(capability) = requirement.name.parse::<Name>() else { return Vec::new() };
    // Advice is given as far as it can be had.
    let catalogs = workshop.registries.in_use().filter_map(|source| source.catalog().ok());
    let mut suppliers: Vec<Name> =
        catalogs.flat_map(|catalog| catalog.providers(&capability).into_iter().cloned().collect::<Vec<_>>()).collect();
    suppliers.sort();
    suppliers.dedup();
    suppliers
}

/// All values, or the problems of all.
pub(super) fn all<T, E: Into<Failure>>(results: Vec<Result<T, E>>) -> Result<Vec<T>, Failure> {
    let mut values = Vec::with_capacity(results.len());
    let mut reports = Vec::new();
    for result in results {
        match result.map_err(Into::into) {
            Ok(value) => values.push(value),
            Err(Failure::Reports(more)) => reports.extend(more),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
        }
    }
    if reports.is_empty() { Ok(values) } else { Err(Failure::Reports(reports)) }
}
