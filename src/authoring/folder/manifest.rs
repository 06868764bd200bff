//! What a pack without code says of itself, and what of it goes into the blueprint.

use std::path::Path;

use scaffold_blueprint as blueprint;
use serde_json::{Map, Value, json};

use super::pack_file::{Check, Dependency, PackFile, SchemaEntry, Severity, Step};
use super::text::{pieces, text};
use super::{FolderError, Sources, ordered};
use crate::model::{self, Capability, Cardinality, JsonObject, Manifest, Phase, Requirement};

/// Where the questions may stand that `pack.toml` has none of.
const QUESTION_FILES: [&str; 2] = ["questions.json", "questions.toml"];
/// Where the description may stand.
const DESCRIPTION_FILE: &str = "description.md";
/// What a question of `pack.toml` says that needs no answer.
const OPTIONAL: &str = "optional";

/// The manifest.
pub(super) fn of(folder: Sources<'_>, pack: &PackFile, ordered: &JsonObject) -> Result<Manifest, FolderError> {
    let dependency = |(name, dependency): (&model::Name, &Dependency)| {
        let (version, source) = match dependency {
            Dependency::Short(version) => (version.clone(), None),
            Dependency::Long(long) => (long.version.clone(), long.source.clone()),
        };
        model::Dependency { name: name.clone(), version, source }
    };
    let mut provides = Vec::new();
    for own in &pack.provides {
        let facts = schema(folder, own.schema.as_ref())?;
        provides.push(Capability { name: own.name.clone(), version: own.version.clone(), facts });
    }
    let mut requires = Vec::new();
    for taken in &pack.requires {
        if taken.name != "*"
            && let Err(error) = taken.name.parse::<model::Name>()
        {
            return Err(FolderError::entry(format!("`[[requires]]`: {error}"), "name a capability, or `*` for all"));
        }
        requires.push(Requirement {
            name: taken.name.clone(),
            version: taken.version.clone(),
            cardinality: taken.cardinality,
            facts: schema(folder, taken.schema.as_ref())?,
            needed_in: taken.needed_in,
        });
    }
    Ok(Manifest {
        name: pack.name.clone(),
        version: pack.version.clone(),
        summary: pack.summary.clone(),
        description: description(folder, pack)?,
        license: pack.license.clone(),
        keywords: pack.keywords.clone(),
        questions: questions(folder, ordered)?,
        dependencies: pack.dependencies.iter().map(dependency).collect(),
        provides,
        requires,
        extra: JsonObject::new(),
    })
}

fn description(folder: Sources<'_>, pack: &PackFile) -> Result<String, FolderError> {
    match &pack.description {
        Some(text) => Ok(text.clone()),
        None if folder.has(DESCRIPTION_FILE) => folder.text(DESCRIPTION_FILE),
        None => Ok(String::new()),
    }
}

fn schema(folder: Sources<'_>, entry: Option<&SchemaEntry>) -> Result<Value, FolderError> {
    match entry {
        None => Ok(json!({})),
        Some(SchemaEntry::Inline(schema)) => Ok(Value::Object(schema.clone())),
        Some(SchemaEntry::File(file)) => Ok(Value::Object(document(folder, file)?)),
    }
}

/// A JSON object in a file of JSON or TOML.
fn document(folder: Sources<'_>, file: &str) -> Result<JsonObject, FolderError> {
    let text = folder.text(file)?;
    if Path::new(file).extension().is_some_and(|extension| extension == "toml") {
        return ordered::parse(file, &text);
    }
    serde_json::from_str(&text).map_err(|error| FolderError::json(file, &error))
}

/// The questions: of `[questions]`, or of a file of their own.
fn questions(folder: Sources<'_>, ordered: &JsonObject) -> Result<JsonObject, FolderError> {
    let there: Vec<&str> = QUESTION_FILES.into_iter().filter(|file| folder.has(file)).collect();
    match (ordered.get("questions"), there.as_slice()) {
        (None, []) => Ok(JsonObject::new()),
        (None, [file]) => Ok(whole(document(folder, file)?)),
        (Some(Value::Object(questions)), []) => Ok(whole(questions.clone())),
        (Some(_), []) => Err(FolderError::entry("`questions` is no table", "write `[questions.NAME]` for each")),
        (_, [file, ..]) => {
            let problem = format!("the questions stand in `{file}` and in another place");
            Err(FolderError::entry(problem, "keep them in one place"))
        }
    }
}

/// A schema as it is, or one made of its properties alone: then everything that is asked must be answered, unless it says
/// that it is `optional`.
fn whole(questions: Map<String, Value>) -> JsonObject {
    if questions.get("type").is_some_and(Value::is_string) || questions.is_empty() {
        return questions;
    }
    let mut properties = questions;
    let mut required = Vec::new();
    for (key, question) in &mut properties {
        let optional = question.as_object_mut().and_then(|question| question.shift_remove(OPTIONAL));
        if optional != Some(Value::Bool(true)) {
            required.push(key.clone());
        }
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    if let Value::Object(schema) = schema { schema } else { JsonObject::new() }
}

/// The manifest as the blueprint carries it.
pub(super) fn coded(manifest: &Manifest) -> blueprint::Manifest {
    let dependency = |dependency: &model::Dependency| blueprint::Dependency {
        name: dependency.name.to_string(),
        version: dependency.version.to_string(),
        source: dependency.source.clone(),
    };
    let capability = |own: &Capability| blueprint::Capability {
        name: own.name.to_string(),
        version: own.version.to_string(),
        facts: own.facts.to_string(),
    };
    let requirement = |taken: &Requirement| blueprint::Requirement {
        name: taken.name.clone(),
        version: taken.version.to_string(),
        cardinality: match taken.cardinality {
            Cardinality::ExactlyOne => blueprint::Cardinality::ExactlyOne,
            Cardinality::AtMostOne => blueprint::Cardinality::AtMostOne,
            Cardinality::AtLeastOne => blueprint::Cardinality::AtLeastOne,
            Cardinality::AnyNumber => blueprint::Cardinality::AnyNumber,
        },
        facts: taken.facts.to_string(),
        in_plan: taken.needed_in == Phase::Plan,
    };
    blueprint::Manifest {
        name: manifest.name.to_string(),
        version: manifest.version.to_string(),
        summary: manifest.summary.clone(),
        description: manifest.description.clone(),
        license: manifest.license.clone(),
        keywords: manifest.keywords.clone(),
        questions: Value::Object(manifest.questions.clone()).to_string(),
        dependencies: manifest.dependencies.iter().map(dependency).collect(),
        provides: manifest.provides.iter().map(capability).collect(),
        requires: manifest.requires.iter().map(requirement).collect(),
    }
}

/// `[computed]`, in the order of writing. Which of them wait for the second phase is found out later.
pub(super) fn computed(ordered: &JsonObject) -> Vec<blueprint::Computed> {
    let entries = ordered.get("computed").and_then(Value::as_object).into_iter().flatten();
    let computed =
        entries.map(|(name, value)| blueprint::Computed { name: name.clone(), value: pieces(value), in_render: false });
    computed.collect()
}

/// The facts of `[[provides]]`.
pub(super) fn offers(pack: &PackFile, ordered: &JsonObject) -> Vec<blueprint::Offer> {
    let entries = ordered.get("provides").and_then(Value::as_array).into_iter().flatten();
    let offer = |(own, entry): (&super::pack_file::Provides, &Value)| blueprint::Offer {
        capability: own.name.to_string(),
        version: own.version.to_string(),
        when: own.when.clone(),
        facts: pieces(entry.get("facts").unwrap_or(&json!({}))),
    };
    pack.provides.iter().zip(entries).map(offer).collect()
}

/// One `[[check]]`.
pub(super) fn check(check: &Check) -> Result<blueprint::Check, FolderError> {
    if let Some(pointer) = check.answer.as_ref().filter(|pointer| !pointer.starts_with('/')) {
        let hint = format!("write `answer = \"/{pointer}\"`");
        return Err(FolderError::entry(format!("`answer = \"{pointer}\"` is no JSON Pointer"), hint));
    }
    Ok(blueprint::Check {
        holds: check.holds.clone(),
        message: text(&check.message),
        answer: check.answer.clone(),
        help: check.help.as_deref().map(text),
        severity: match check.severity {
            Severity::Error => blueprint::Severity::Error,
            Severity::Warning => blueprint::Severity::Warning,
            Severity::Note => blueprint::Severity::Note,
        },
    })
}

/// One `[[step]]`.
pub(super) fn step(step: &Step) -> blueprint::Step {
    blueprint::Step {
        when: step.when.clone(),
        title: text(&step.title),
        command: step.command.iter().map(|word| text(word)).collect(),
    }
}
