//! What templates and expressions of a pack without code are given.

use scaffold_blueprint::{Blueprint, Cardinality, Piece, Requirement, Text};
use scaffold_pack::prelude::*;
use scaffold_pack::{Context, Diagnostic, Object, Phase, Taken, jinja, layout};

/// `project`, `instance`, `folder`, `answers`, `taken` and `computed`.
pub fn values(
    blueprint: &Blueprint,
    phase: Phase,
    context: &Context,
    taken: &[Taken],
) -> Result<Object, Vec<Diagnostic>> {
    let mut offers = Object::new();
    for requirement in &blueprint.manifest.requires {
        offers = offers.json(&requirement.name, &offered(requirement, taken));
    }
    let values = context
        .values()
        .text("instance", &context.instance)
        .text("folder", &folder(&context.instance))
        .object("taken", &offers);
    let mut computed = Object::new();
    for value in blueprint.computed.iter().filter(|value| phase == Phase::Render || !value.in_render) {
        let known = values.clone().object("computed", &computed);
        computed = computed.json(&value.name, &json(&value.value, &known)?);
    }
    Ok(values.object("computed", &computed))
}

/// The offers that meet a requirement: the one or null where there can be one at most, else a list.
fn offered(requirement: &Requirement, taken: &[Taken]) -> String {
    let meets = |offer: &&Taken| requirement.name == "*" || requirement.name == offer.capability;
    let mut offers = taken.iter().filter(meets).map(offer);
    match requirement.cardinality {
        Cardinality::ExactlyOne | Cardinality::AtMostOne => offers.next().unwrap_or_else(|| "null".to_owned()),
        Cardinality::AtLeastOne | Cardinality::AnyNumber => {
            let mut list = "[".to_owned();
            list.push_str(&offers.collect::<Vec<_>>().join(","));
            list.push(']');
            list
        }
    }
}

fn offer(taken: &Taken) -> String {
    let offer = Object::new()
        .text("pack", &taken.pack)
        .text("instance", &taken.instance)
        .text("folder", &folder(&taken.instance))
        .text("capability", &taken.capability)
        .text("version", &taken.version)
        .json("facts", &taken.facts);
    offer.as_str().to_owned()
}

fn folder(instance: &str) -> String {
    layout::folder(instance).unwrap_or_else(|| ".".to_owned())
}

/// A short text, made.
pub fn text(text: &Text, values: &Object) -> Result<String, Vec<Diagnostic>> {
    match text {
        Text::Plain(text) => Ok(text.clone()),
        Text::Jinja(template) => jinja::interpolate(template, values),
    }
}

/// A JSON text, put together.
pub fn json(pieces: &[Piece], values: &Object) -> Result<String, Vec<Diagnostic>> {
    let mut json = String::new();
    for piece in pieces {
        match piece {
            Piece::Json(text) => json.push_str(text),
            Piece::Expression(expression) => json.push_str(&jinja::evaluate(expression, values)?),
            Piece::Jinja(template) => {
                // An object of one member is the shortest way to a quoted string.
                let object = Object::new().text("", &jinja::interpolate(template, values)?);
                json.push_str(
                    object.as_str().strip_prefix("{\"\":").and_then(|rest| rest.strip_suffix('}')).unwrap_or("null"),
                );
            }
        }
    }
    Ok(json)
}

/// Whether a condition holds. One that is no truth value is a slip, not a no.
pub fn holds(condition: &str, values: &Object) -> Result<bool, Vec<Diagnostic>> {
    match jinja::evaluate(condition, values)?.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(vec![slip(condition, other, "it | truth").help("compare it, as in `answers.name != ''`")]),
    }
}

/// What is said of an expression whose value is none of those that can stand there: what the host says when it is asked for
/// that value. So the host knows that the pack is at fault, and not the answers.
pub fn slip(source: &str, value: &str, asked: &str) -> Diagnostic {
    let said = jinja::evaluate(asked, &Object::new().json("it", value)).err().unwrap_or_default();
    let mut message = "`".to_owned();
    message.push_str(source);
    message.push('`');
    for said in said {
        message.push_str(said.message.strip_prefix(asked).unwrap_or(&said.message));
    }
    Diagnostic::error(message)
}
