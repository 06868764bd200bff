//! A kit for packs' unit tests, which run natively and without the host.
//!
//! It calls a pack as the host would and looks at what comes back. Templates are rendered by a stand-in for the host's
//! Jinja; what several packs compose to, and whether the project works, is tested with `scaffold` itself.
#![allow(clippy::panic, reason = "a test kit fails tests by panicking")]

mod answers;
pub(crate) mod jinja;
pub(crate) mod layout;

use serde_json::{Map, Value, json};
use std::panic;

use crate::bindings::scaffold::pack::types::{
    Body, Content, Contribution, File, Merge, Output, Ownership, Rendering, Slot, Text,
};
use crate::migration::{Migrate, Old};
use crate::prelude::*;
use crate::{Cardinality, Context, Diagnostic, Manifest, Pack, Phase, Planned, Taken};

/// The context of a project `shop` of the year 2026, in which the pack is used once.
///
/// # Panics
/// Where the answers are no JSON object.
#[allow(clippy::needless_pass_by_value, reason = "`json!` makes a value for the call")]
pub fn context(answers: Value) -> Context {
    answers::context(&answers)
}

/// The same, with the defaults of the questions that are not answered: what the pack is given where a user answers
/// these and no others.
///
/// # Panics
/// Where the pack does not ask for an answer, or not with those before it; and where a condition is written with other
/// keywords of JSON Schema than `const`, `enum`, `not`, `allOf`, `anyOf`, `required`, `contains` and `properties`.
#[allow(clippy::needless_pass_by_value, reason = "`json!` makes a value for the call")]
pub fn answered<P: Pack>(answers: Value) -> Context {
    answers::context(&answers::complete::<P>(&answers::project(), &answers))
}

/// An offer of version 1.0.0 of a capability, as its taker sees it.
pub fn taken(pack: &str, capability: &str, facts: &Value) -> Taken {
    Taken {
        pack: pack.to_owned(),
        instance: pack.to_owned(),
        capability: capability.to_owned(),
        version: "1.0.0".to_owned(),
        facts: facts.to_string(),
    }
}

/// Lets an instance stand in a folder rather than in the project's root, for the rest of this test.
pub fn stands_in(instance: &str, folder: &str) {
    layout::place(instance, folder);
}

/// The pack's first phase.
///
/// # Errors
/// What the pack says.
pub fn plan<P: Pack>(context: &Context, taken: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
    P::plan(context, taken)
}

/// The facts that the pack offers under a capability; null where it offers none.
///
/// # Panics
/// Where they are no JSON.
pub fn facts(planned: &Planned, capability: &str) -> Value {
    let offer = planned.offers.iter().find(|offer| offer.capability == capability);
    offer.map_or(Value::Null, |offer| parse("facts", &offer.facts))
}

/// The pack's second phase.
///
/// # Errors
/// What the pack says.
pub fn render<P: Pack>(context: &Context, taken: &[Taken]) -> Result<Rendered, Vec<Diagnostic>> {
    P::render(context, taken).map(|output| Rendered(output.finish()))
}

/// What becomes of answers that an older version of the pack was given.
///
/// # Errors
/// What the pack says.
///
/// # Panics
/// Where the pack gives no JSON.
pub fn migrate<P: Migrate>(version: &str, answers: &Value) -> Result<Value, Vec<Diagnostic>> {
    let answers = answers.to_string();
    P::migrate(Old { version, answers: &answers }).map(|new| parse("answers", new.as_str()))
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

    /// The names of the templates that go along.
    pub fn templates(&self) -> Vec<&str> {
        self.0.templates.iter().map(|source| source.name.as_str()).collect()
    }

    /// The text of the file at a path, or of the fragment that is merged into it, rendered.
    ///
    /// # Panics
    /// Where there is none, and where its template fails.
    pub fn text(&self, path: &str) -> String {
        let text = self.shares(path).find_map(|share| match &share.body {
            Body::File(File { contents: Content::Text(text), .. }) | Body::Merge(Merge { text, .. }) => Some(text),
            _ => None,
        });
        self.rendered(text.unwrap_or_else(|| panic!("there is no text for `{path}`")))
    }

    /// What is in the file at a path, text or not; text is rendered.
    ///
    /// # Panics
    /// Where there is no file, and where its template fails.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        match self.file(path).map(|file| &file.contents) {
            Some(Content::Bytes(bytes)) => bytes.clone(),
            Some(Content::Text(text)) => self.rendered(text).into_bytes(),
            None => panic!("there is no file `{path}`"),
        }
    }

    /// The fills of one slot of a path, rendered.
    ///
    /// # Panics
    /// Where a template fails.
    pub fn fills(&self, path: &str, slot: &str) -> Vec<String> {
        let fills = self.shares(path).filter_map(|share| match &share.body {
            Body::Slot(Slot { name, text, .. }) if name == slot => Some(self.rendered(text)),
            _ => None,
        });
        fills.collect()
    }

    fn rendered(&self, text: &Text) -> String {
        match text {
            Text::Literal(text) => text.clone(),
            Text::Template(Rendering { template, values }) => jinja::render(&self.0.templates, template, values)
                .unwrap_or_else(|error| panic!("template `{template}`: {error:#}")),
        }
    }

    /// Whether the file at a path may be run.
    pub fn is_executable(&self, path: &str) -> bool {
        self.file(path).is_some_and(|file| file.executable)
    }

    /// Whether the file at a path is the user's once it is written.
    pub fn is_once(&self, path: &str) -> bool {
        self.file(path).is_some_and(|file| file.ownership == Ownership::Once)
    }

    /// The names of the slots that the file at a path opens.
    pub fn slots(&self, path: &str) -> Vec<&str> {
        self.file(path).into_iter().flat_map(|file| &file.slots).map(|slot| slot.name.as_str()).collect()
    }

    fn file(&self, path: &str) -> Option<&File> {
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

    /// The values that the template for a path is given; null where there is none.
    pub fn values(&self, path: &str) -> Value {
        let values = self.shares(path).find_map(|share| match &share.body {
            Body::File(File { contents: Content::Text(Text::Template(rendering)), .. })
            | Body::Merge(Merge { text: Text::Template(rendering), .. })
            | Body::Slot(Slot { text: Text::Template(rendering), .. }) => Some(&rendering.values),
            _ => None,
        });
        values.map_or(Value::Null, |json| parse("values", json))
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

fn parse(what: &str, json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("`{what}` is no JSON: {error}"))
}
