//! The contract `scaffold:pack` 0.1: its bindings, and how its types become the model's.
//!
//! A later contract gets a file like this one beside it. The model may grow with it; this file then fills in what
//! 0.1 does not know.

use std::collections::BTreeMap;
use std::sync::Arc;

use semver::Version;
use serde::Serialize;
use serde_json::Value;
use wasmtime::component::{ComponentExportIndex, HasSelf, Linker};
use wasmtime::{Engine, Store};

use super::error::CallFailure;
use super::pack::{Failure, Linked, LogLevel};
use super::state::State;
use crate::model::{self, JsonObject};
use crate::template;

mod wit {
    #![allow(missing_docs, clippy::all)]
    wasmtime::component::bindgen!({ path: "wit/v0.1.0", world: "pack" });
}

use wit::scaffold::pack::{jinja, layout, log, types};

/// The interface that carries answers over from an older version of a pack.
const MIGRATION: &str = "scaffold:pack/migration@0.1.0";

/// A linked component with its exports found.
pub struct Bindings {
    pre: wit::PackPre<State>,
}

impl Bindings {
    /// Looks the exports up.
    pub fn new(linked: Linked) -> wasmtime::Result<Self> {
        Ok(Self { pre: wit::PackPre::new(linked)? })
    }

    /// The function that carries answers over; none where the component does not export it.
    pub fn migration(&self) -> Option<ComponentExportIndex> {
        let component = self.pre.instance_pre().component();
        let interface = component.get_export_index(None, MIGRATION)?;
        component.get_export_index(Some(&interface), "migrate")
    }

    pub fn engine(&self) -> &Engine {
        self.pre.engine()
    }
}

/// Links what the contract lets packs import.
pub fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    jinja::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    layout::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    log::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl types::Host for State {}

impl jinja::Host for State {
    fn evaluate(&mut self, expression: String, values: String) -> Result<String, jinja::Failure> {
        let value = values_of(&values).and_then(|values| template::evaluate(&expression, &values).map_err(failure));
        noted(self, value.map(|value| value.to_string()))
    }

    fn interpolate(&mut self, template: String, values: String) -> Result<String, jinja::Failure> {
        let text = values_of(&values).and_then(|values| template::interpolate(&template, &values).map_err(failure));
        noted(self, text)
    }
}

/// The same; a failure is remembered, as what the pack says next is no word about the answers then.
fn noted(state: &mut State, made: Result<String, jinja::Failure>) -> Result<String, jinja::Failure> {
    made.inspect_err(|failure| state.note_fault(&failure.message))
}

fn values_of(json: &str) -> Result<JsonObject, jinja::Failure> {
    serde_json::from_str(json)
        .map_err(|error| jinja::Failure { message: format!("the values are not a JSON object: {error}"), line: None })
}

fn failure(error: template::TemplateError) -> jinja::Failure {
    jinja::Failure { message: error.to_string(), line: error.line.and_then(|line| u32::try_from(line).ok()) }
}

impl layout::Host for State {
    fn folder(&mut self, instance: String) -> Option<String> {
        self.folder_of(&instance).map(str::to_owned)
    }
}

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) {
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warning => LogLevel::Warning,
        };
        self.log(level, message);
    }
}

/// Calls `describe`.
pub fn describe(bindings: &Bindings, store: &mut Store<State>) -> Result<model::Manifest, Failure> {
    let pack = bindings.pre.instantiate(&mut *store).map_err(Failure::Instance)?;
    let manifest = pack.scaffold_pack_generator().call_describe(store)?;
    Ok(manifest_from(manifest)?)
}

/// Calls `plan`.
pub fn plan(
    bindings: &Bindings,
    store: &mut Store<State>,
    context: &model::Context,
    taken: &[model::Taken],
) -> Result<model::Planned, Failure> {
    store.data_mut().know_folders(context, taken);
    let (context, taken) = arguments(context, taken)?;
    let pack = bindings.pre.instantiate(&mut *store).map_err(Failure::Instance)?;
    let planned = pack.scaffold_pack_generator().call_plan(&mut *store, &context, &taken)?;
    let planned = planned.map_err(|said| refused(store.data(), said))?;
    let offers = planned.offers.into_iter().map(offer_from).collect::<Result<_, _>>()?;
    Ok(model::Planned { offers, diagnostics: diagnostics_from(planned.diagnostics) })
}

/// Calls `render`.
pub fn render(
    bindings: &Bindings,
    store: &mut Store<State>,
    context: &model::Context,
    taken: &[model::Taken],
) -> Result<model::Output, Failure> {
    store.data_mut().know_folders(context, taken);
    let (context, taken) = arguments(context, taken)?;
    let pack = bindings.pre.instantiate(&mut *store).map_err(Failure::Instance)?;
    let output = pack.scaffold_pack_generator().call_render(&mut *store, &context, &taken)?;
    let output = output.map_err(|said| refused(store.data(), said))?;
    let mut values = Values::default();
    let contributions =
        output.contributions.into_iter().map(|contribution| contribution_from(contribution, &mut values));
    let contributions = contributions.collect::<Result<_, _>>()?;
    Ok(model::Output {
        templates: output.templates.into_iter().map(source_from).collect(),
        contributions,
        diagnostics: diagnostics_from(output.diagnostics),
        next_steps: output
            .next_steps
            .into_iter()
            .map(|step| model::Step { title: step.title, command: step.command })
            .collect(),
    })
}

/// Calls `migrate`, which is [`Bindings::migration`].
pub fn migrate(
    bindings: &Bindings,
    store: &mut Store<State>,
    migration: &ComponentExportIndex,
    old: &Version,
    answers: &JsonObject,
) -> Result<JsonObject, Failure> {
    let pack = bindings.pre.instance_pre().instantiate(&mut *store).map_err(Failure::Instance)?;
    let migrate = pack
        .get_typed_func::<(&str, &str), (Result<String, Vec<types::Diagnostic>>,)>(&mut *store, migration)
        .map_err(Failure::Instance)?;
    let answers = to_json(answers)?;
    let (migrated,) = migrate.call(&mut *store, (&old.to_string(), &answers))?;
    let migrated = migrated.map_err(|said| refused(store.data(), said))?;
    Ok(object("the migrated answers", &migrated)?)
}

fn refused(state: &State, diagnostics: Vec<types::Diagnostic>) -> CallFailure {
    let said = diagnostics_from(diagnostics);
    if said.iter().any(|said| state.is_fault(said)) {
        CallFailure::Expression(said)
    } else {
        CallFailure::Refused(said)
    }
}

fn arguments(
    context: &model::Context,
    taken: &[model::Taken],
) -> Result<(types::Context, Vec<types::Taken>), CallFailure> {
    let context = types::Context {
        project: types::Project { name: context.project.name.clone(), year: context.project.year },
        instance: context.instance.to_string(),
        answers: to_json(&context.answers)?,
    };
    let taken = taken.iter().map(|taken| {
        Ok(types::Taken {
            pack: taken.pack.to_string(),
            instance: taken.instance.to_string(),
            capability: taken.offer.capability.to_string(),
            version: taken.offer.version.to_string(),
            facts: to_json(&taken.offer.facts)?,
        })
    });
    Ok((context, taken.collect::<Result<_, CallFailure>>()?))
}

fn to_json(value: &impl Serialize) -> Result<String, CallFailure> {
    serde_json::to_string(value).map_err(|error| CallFailure::Invalid(error.to_string()))
}

/// What a pack returned in the place `what` does not have the form that the contract asks for.
fn invalid(what: &str, error: impl std::fmt::Display) -> CallFailure {
    CallFailure::Invalid(format!("{}: {}", model::printable(what), model::printable(&error.to_string())))
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(what: &str, text: &str) -> Result<T, CallFailure> {
    text.parse().map_err(|error| invalid(what, error))
}

fn json(what: &str, text: &str) -> Result<Value, CallFailure> {
    serde_json::from_str(text).map_err(|error| invalid(what, error))
}

fn object(what: &str, text: &str) -> Result<JsonObject, CallFailure> {
    if text.trim().is_empty() {
        return Ok(JsonObject::new());
    }
    serde_json::from_str(text).map_err(|error| invalid(what, error))
}

fn manifest_from(manifest: types::Manifest) -> Result<model::Manifest, CallFailure> {
    let dependency = |dependency: types::Dependency| {
        Ok(model::Dependency {
            name: parse("a dependency's name", &dependency.name)?,
            version: parse("a dependency's version", &dependency.version)?,
            source: dependency.source,
        })
    };
    let capability = |capability: types::Capability| {
        Ok(model::Capability {
            name: parse("a capability's name", &capability.name)?,
            version: parse("a capability's version", &capability.version)?,
            facts: json("a capability's schema", &capability.facts)?,
        })
    };
    Ok(model::Manifest {
        name: parse("the manifest's name", &manifest.name)?,
        version: parse("the manifest's version", &manifest.version)?,
        summary: manifest.summary,
        description: manifest.description,
        license: manifest.license,
        keywords: manifest.keywords,
        questions: object("the manifest's questions", &manifest.questions)?,
        dependencies: manifest.dependencies.into_iter().map(dependency).collect::<Result<_, CallFailure>>()?,
        provides: manifest.provides.into_iter().map(capability).collect::<Result<_, CallFailure>>()?,
        requires: manifest.requires.into_iter().map(requirement_from).collect::<Result<_, CallFailure>>()?,
        extra: object("the manifest's `extra`", &manifest.extra)?,
    })
}

fn requirement_from(requirement: types::Requirement) -> Result<model::Requirement, CallFailure> {
    if requirement.name != "*" {
        parse::<model::Name>("a requirement's name", &requirement.name)?;
    }
    Ok(model::Requirement {
        version: parse("a requirement's version", &requirement.version)?,
        cardinality: match requirement.cardinality {
            types::Cardinality::ExactlyOne => model::Cardinality::ExactlyOne,
            types::Cardinality::AtMostOne => model::Cardinality::AtMostOne,
            types::Cardinality::AtLeastOne => model::Cardinality::AtLeastOne,
            types::Cardinality::AnyNumber => model::Cardinality::AnyNumber,
        },
        facts: json("a requirement's schema", &requirement.facts)?,
        needed_in: match requirement.needed_in {
            types::Phase::Plan => model::Phase::Plan,
            types::Phase::Render => model::Phase::Render,
        },
        name: requirement.name,
    })
}

fn offer_from(offer: types::Offer) -> Result<model::Offer, CallFailure> {
    Ok(model::Offer {
        capability: parse("an offer's capability", &offer.capability)?,
        version: parse("an offer's version", &offer.version)?,
        facts: json("an offer's facts", &offer.facts)?,
    })
}

fn diagnostics_from(diagnostics: Vec<types::Diagnostic>) -> Vec<model::Diagnostic> {
    let convert = |diagnostic: types::Diagnostic| model::Diagnostic {
        severity: match diagnostic.severity {
            types::Severity::Error => model::Severity::Error,
            types::Severity::Warning => model::Severity::Warning,
            types::Severity::Note => model::Severity::Note,
        },
        message: diagnostic.message,
        answer: diagnostic.answer,
        help: diagnostic.help,
    };
    diagnostics.into_iter().map(convert).collect()
}

fn source_from(source: types::Source) -> model::Source {
    let syntax = source.syntax.map(|syntax| model::Syntax {
        block: syntax.block,
        variable: syntax.variable,
        comment: syntax.comment,
    });
    model::Source { name: source.name, text: source.text, syntax }
}

/// Values of renderings, parsed once for each text: most templates of a pack are given the same.
type Values = BTreeMap<String, Arc<JsonObject>>;

fn contribution_from(
    contribution: types::Contribution,
    values: &mut Values,
) -> Result<model::Contribution, CallFailure> {
    let path = contribution.path;
    let body = match contribution.body {
        types::Body::File(file) => model::Body::File(file_from(&path, file, values)?),
        types::Body::Merge(merge) => model::Body::Merge(merge_from(&path, merge, values)?),
        types::Body::Lines(lines) => model::Body::Lines(lines),
        types::Body::Slot(slot) => model::Body::Slot(model::SlotFill {
            name: slot.name,
            text: text_from(&path, slot.text, values)?,
            order: slot.order,
        }),
    };
    Ok(model::Contribution { path, body })
}

fn file_from(path: &str, file: types::File, values: &mut Values) -> Result<model::File, CallFailure> {
    let opening = |slot: types::Opening| model::Opening {
        name: slot.name,
        marker: slot.marker,
        required: slot.required,
        unique: slot.unique,
        sorted: slot.sorted,
    };
    Ok(model::File {
        contents: match file.contents {
            types::Content::Bytes(bytes) => model::Content::Bytes(bytes),
            types::Content::Text(text) => model::Content::Text(text_from(path, text, values)?),
        },
        executable: file.executable,
        ownership: match file.ownership {
            types::Ownership::Managed => model::Ownership::Managed,
            types::Ownership::Once => model::Ownership::Once,
        },
        slots: file.slots.into_iter().map(opening).collect(),
        moved_from: file.moved_from,
    })
}

fn text_from(path: &str, text: types::Text, values: &mut Values) -> Result<model::Text, CallFailure> {
    Ok(match text {
        types::Text::Literal(text) => model::Text::Literal(text),
        types::Text::Template(rendering) => {
            let values = match values.get(&rendering.values) {
                Some(known) => Arc::clone(known),
                None => {
                    let parsed = Arc::new(object(&format!("the values for `{path}`"), &rendering.values)?);
                    values.insert(rendering.values, Arc::clone(&parsed));
                    parsed
                }
            };
            model::Text::Template(model::Rendering { values, template: rendering.template })
        }
    })
}

fn merge_from(path: &str, merge: types::Merge, values: &mut Values) -> Result<model::Merge, CallFailure> {
    let rule = |rule: types::ListRule| model::ListRule {
        pointer: rule.pointer,
        policy: match rule.policy {
            types::ListPolicy::Unite => model::ListPolicy::Unite,
            types::ListPolicy::Sorted => model::ListPolicy::Sorted,
            types::ListPolicy::Append => model::ListPolicy::Append,
            types::ListPolicy::Replace => model::ListPolicy::Replace,
            types::ListPolicy::ByKey(key) => model::ListPolicy::ByKey(key),
        },
    };
    Ok(model::Merge {
        format: merge.format,
        text: text_from(path, merge.text, values)?,
        weak: merge.weak,
        lists: merge.lists.into_iter().map(rule).collect(),
    })
}
