//! A kit for packs' unit tests, which run natively and without the host.
//!
//! It calls a pack as the host would and looks at what comes back. Templates are not rendered here, the host does
//! that: whether they render, and what the project looks like, is tested with `scaffold` itself.

use serde_json::{Map, Value, json};

use crate::bindings::scaffold::pack::types::{Body, Contribution, Output, Source};
use crate::context::to_json;
use crate::output::rendering;
use crate::{Cardinality, Context, Diagnostic, File, Manifest, Pack, Phase, Planned, Project, Taken, Text};

/// The context of a project `shop` of the year 2026, in which the pack is used once.
///
/// # Panics
/// Where the answers are no JSON object.
pub fn context(answers: Value) -> Context {
    assert!(answers.is_object(), "answers are an object, not {answers}");
    Context {
        project: Project { name: "shop".to_owned(), year: 2026 },
        instance: "pack".to_owned(),
        answers: answers.to_string(),
    }
}

/// An offer of version 1.0.0 of a capability, as its taker sees it.
pub fn taken(pack: &str, capability: &str, facts: &Value) -> Taken {
    Taken {
        pack: pack.to_owned(),
        instance: pack.to_owned(),
        capability: capability.to_owned(),
        version: "1.0.0".to_owned(),
        facts: to_json(facts),
    }
}

/// The pack's first phase.
///
/// # Errors
/// What the pack says.
pub fn plan<P: Pack>(context: &Context, taken: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
    P::plan(context, taken)
}

/// The pack's second phase.
///
/// # Errors
/// What the pack says, and every template that is named but not there.
pub fn render<P: Pack>(context: &Context, taken: &[Taken]) -> Result<Rendered, Vec<Diagnostic>> {
    P::render(context, taken)?.finish().map(Rendered)
}

/// What the host would be handed.
#[derive(Debug)]
pub struct Rendered(Output);

impl Rendered {
    /// Every path that is contributed to, sorted.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<_> = self.0.contributions.iter().map(|share| share.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// The names of the templates that go along, sorted.
    pub fn templates(&self) -> Vec<&str> {
        self.0.templates.iter().map(|source| source.name.as_str()).collect()
    }

    /// A template that goes along.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.0.templates.iter().find(|source| source.name == name)
    }

    /// The whole file at a path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.shares(path).find_map(|share| match &share.body {
            Body::File(file) => Some(file),
            _ => None,
        })
    }

    /// The lines that are contributed to a path.
    pub fn lines(&self, path: &str) -> Vec<&str> {
        let lines = self.shares(path).filter_map(|share| match &share.body {
            Body::Lines(lines) => Some(lines),
            _ => None,
        });
        lines.flatten().map(String::as_str).collect()
    }

    /// The fills of one slot of a path.
    pub fn fills(&self, path: &str, slot: &str) -> Vec<&Text> {
        let fills = self.shares(path).filter_map(|share| match &share.body {
            Body::Slot(fill) if fill.name == slot => Some(&fill.text),
            _ => None,
        });
        fills.collect()
    }

    /// The values of the first template that is named for a path; null where none is.
    pub fn values(&self, path: &str) -> Value {
        let values = self.shares(path).find_map(rendering).map(|rendering| &rendering.values);
        values.and_then(|json| serde_json::from_str(json).ok()).unwrap_or(Value::Null)
    }

    /// Warnings and notes.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0.diagnostics
    }

    /// Each next step's program and arguments.
    pub fn steps(&self) -> Vec<&[String]> {
        self.0.next_steps.iter().map(|step| step.command.as_slice()).collect()
    }

    fn shares(&self, path: &str) -> impl Iterator<Item = &Contribution> {
        self.0.contributions.iter().filter(move |share| share.path == path)
    }
}

/// The pack's manifest in the JSON form in which a registry keeps it.
///
/// # Panics
/// Where questions, facts or `extra` are no JSON: such a pack can't be built either.
pub fn manifest<P: Pack>() -> Value {
    document(&P::manifest())
}

fn document(manifest: &Manifest) -> Value {
    let dependencies = manifest.dependencies.iter().map(|dependency| {
        optional(
            json!({ "name": dependency.name, "version": dependency.version }),
            "source",
            dependency.source.as_ref().map(|source| json!(source)),
        )
    });
    let provides = manifest.provides.iter().map(|capability| {
        json!({
            "name": capability.name,
            "version": capability.version,
            "facts": parse("facts", &capability.facts),
        })
    });
    let requires = manifest.requires.iter().map(|requirement| {
        json!({
            "name": requirement.name,
            "version": requirement.version,
            "cardinality": match requirement.cardinality {
                Cardinality::ExactlyOne => "exactly-one",
                Cardinality::AtMostOne => "at-most-one",
                Cardinality::AtLeastOne => "at-least-one",
                Cardinality::AnyNumber => "any-number",
            },
            "facts": parse("facts", &requirement.facts),
            "needed-in": match requirement.needed_in {
                Phase::Plan => "plan",
                Phase::Render => "render",
            },
        })
    });
    json!({
        "name": manifest.name,
        "version": manifest.version,
        "summary": manifest.summary,
        "description": manifest.description,
        "license": manifest.license,
        "keywords": manifest.keywords,
        "questions": parse("questions", &manifest.questions),
        "dependencies": dependencies.collect::<Vec<_>>(),
        "provides": provides.collect::<Vec<_>>(),
        "requires": requires.collect::<Vec<_>>(),
        "extra": parse("extra", &manifest.extra),
    })
}

fn optional(object: Value, member: &str, value: Option<Value>) -> Value {
    let Value::Object(mut members) = object else { return object };
    members.extend(value.map(|value| (member.to_owned(), value)).into_iter().collect::<Map<_, _>>());
    Value::Object(members)
}

#[allow(clippy::panic, reason = "a test kit fails tests by panicking")]
fn parse(what: &str, json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("the manifest's `{what}` is no JSON: {error}"))
}
