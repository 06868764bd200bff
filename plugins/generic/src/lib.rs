//! The code of every pack without code.
//!
//! A pack's author writes a folder, `pack.toml` and templates; `scaffold pack build` makes a blueprint of it and puts it
//! into a copy of this module's memory. What is here reads the blueprint and does what it says, with the host's Jinja
//! for everything that has to be evaluated: no engine, no parser, nothing but lists and conditions.
#![no_std]

mod data;
mod json;
mod migration;
mod shares;
mod values;

use scaffold_blueprint::{Blueprint, Cardinality, Check, Severity};
use scaffold_pack::bindings::exports::scaffold::pack::generator;
use scaffold_pack::bindings::migrating;
use scaffold_pack::bindings::scaffold::pack::types;
use scaffold_pack::migration::Old;
use scaffold_pack::prelude::*;
use scaffold_pack::{
    Capability, Context, Dependency, Diagnostic, Manifest, Object, Offer, Phase, Planned, Requirement, Taken,
};

/// The pack.
pub struct Generic;

impl generator::Guest for Generic {
    fn describe() -> Manifest {
        manifest(&data::blueprint().manifest)
    }

    fn plan(context: Context, taken: Vec<Taken>) -> Result<Planned, Vec<Diagnostic>> {
        plan(data::blueprint(), &context, &taken)
    }

    fn render(context: Context, taken: Vec<Taken>) -> Result<types::Output, Vec<Diagnostic>> {
        render(data::blueprint(), &context, &taken)
    }
}

impl migrating::exports::scaffold::pack::migration::Guest for Generic {
    fn migrate(version: String, answers: String) -> Result<String, Vec<Diagnostic>> {
        let migrated = migration::migrate(data::blueprint(), Old { version: &version, answers: &answers })?;
        // The host takes the same answers for none that were carried over.
        Ok(migrated.unwrap_or(answers))
    }
}

#[cfg(target_arch = "wasm32")]
scaffold_pack::bindings::export_bindings!(Generic with_types_in scaffold_pack::bindings);
#[cfg(target_arch = "wasm32")]
migrating::export_migration!(Generic with_types_in migrating);

/// The first phase of a blueprint.
///
/// # Errors
/// Checks that do not hold, and expressions that fail.
pub fn plan(blueprint: &Blueprint, context: &Context, taken: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
    let values = values::values(blueprint, Phase::Plan, context, taken)?;
    let mut planned = Planned::new();
    let mut errors = Vec::new();
    for check in &blueprint.checks {
        if !values::holds(&check.holds, &values)? {
            let said = complaint(check, &values)?;
            let found = if check.severity == Severity::Error { &mut errors } else { &mut planned.diagnostics };
            found.push(said);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for offer in &blueprint.offers {
        if applies(offer.when.as_ref(), &values)? {
            planned.offers.push(Offer {
                capability: offer.capability.clone(),
                version: offer.version.clone(),
                facts: values::json(&offer.facts, &values)?,
            });
        }
    }
    Ok(planned)
}

fn applies(when: Option<&String>, values: &Object) -> Result<bool, Vec<Diagnostic>> {
    when.map_or(Ok(true), |condition| values::holds(condition, values))
}

fn complaint(check: &Check, values: &Object) -> Result<Diagnostic, Vec<Diagnostic>> {
    Ok(Diagnostic {
        severity: match check.severity {
            Severity::Error => types::Severity::Error,
            Severity::Warning => types::Severity::Warning,
            Severity::Note => types::Severity::Note,
        },
        message: values::text(&check.message, values)?,
        answer: check.answer.clone(),
        help: check.help.as_ref().map(|help| values::text(help, values)).transpose()?,
    })
}

/// The second phase of a blueprint.
///
/// # Errors
/// Expressions that fail.
pub fn render(blueprint: &Blueprint, context: &Context, taken: &[Taken]) -> Result<types::Output, Vec<Diagnostic>> {
    let values = values::values(blueprint, Phase::Render, context, taken)?;
    let mut contributions = Vec::new();
    for share in &blueprint.shares {
        shares::contribute(share, &values, &mut contributions)?;
    }
    let mut next_steps = Vec::new();
    for step in &blueprint.steps {
        if applies(step.when.as_ref(), &values)? {
            let title = values::text(&step.title, &values)?;
            next_steps.push(types::Step { title, command: shares::texts(&step.command, &values)? });
        }
    }
    let source = |source: &scaffold_blueprint::Source| types::Source {
        name: source.name.clone(),
        text: source.text.clone(),
        syntax: source.marks.as_ref().map(|marks| types::Syntax {
            block: marks.block.clone(),
            variable: marks.variable.clone(),
            comment: marks.comment.clone(),
        }),
    };
    Ok(types::Output {
        templates: blueprint.sources.iter().map(source).collect(),
        contributions,
        diagnostics: Vec::new(),
        next_steps,
    })
}

fn manifest(manifest: &scaffold_blueprint::Manifest) -> Manifest {
    let dependency = |dependency: &scaffold_blueprint::Dependency| Dependency {
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        source: dependency.source.clone(),
    };
    let capability = |capability: &scaffold_blueprint::Capability| Capability {
        name: capability.name.clone(),
        version: capability.version.clone(),
        facts: capability.facts.clone(),
    };
    Manifest {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        summary: manifest.summary.clone(),
        description: manifest.description.clone(),
        license: manifest.license.clone(),
        keywords: manifest.keywords.clone(),
        questions: manifest.questions.clone(),
        dependencies: manifest.dependencies.iter().map(dependency).collect(),
        provides: manifest.provides.iter().map(capability).collect(),
        requires: manifest.requires.iter().map(requirement).collect(),
        extra: "{}".to_owned(),
    }
}

fn requirement(requirement: &scaffold_blueprint::Requirement) -> Requirement {
    Requirement {
        name: requirement.name.clone(),
        version: requirement.version.clone(),
        cardinality: match requirement.cardinality {
            Cardinality::ExactlyOne => types::Cardinality::ExactlyOne,
            Cardinality::AtMostOne => types::Cardinality::AtMostOne,
            Cardinality::AtLeastOne => types::Cardinality::AtLeastOne,
            Cardinality::AnyNumber => types::Cardinality::AnyNumber,
        },
        facts: requirement.facts.clone(),
        needed_in: if requirement.in_plan { Phase::Plan } else { Phase::Render },
    }
}
