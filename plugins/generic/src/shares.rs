//! From a blueprint's shares to contributions.

use scaffold_blueprint::{Body, Contents, File, ListPolicy, Merge, Scope, Share, Slot, Text};
use scaffold_pack::bindings::scaffold::pack::types;
use scaffold_pack::prelude::*;
use scaffold_pack::{Diagnostic, Object, Opening};

use crate::json::elements;
use crate::values::{holds, slip, text};

/// Adds what a share comes to: nothing, one contribution, or one for each turn of its loops.
pub fn contribute(
    share: &Share,
    values: &Object,
    output: &mut Vec<types::Contribution>,
) -> Result<(), Vec<Diagnostic>> {
    turn(&share.scopes, share, values, output)
}

fn turn(
    scopes: &[Scope],
    share: &Share,
    values: &Object,
    output: &mut Vec<types::Contribution>,
) -> Result<(), Vec<Diagnostic>> {
    match scopes.split_first() {
        None => {
            let path = text(&share.path, values)?;
            if path.as_bytes().split(|byte| *byte == b'/').all(|name| !name.trim_ascii().is_empty()) {
                output.push(types::Contribution { path, body: body(&share.body, values)? });
            }
        }
        Some((Scope::When(condition), inner)) => {
            if holds(condition, values)? {
                turn(inner, share, values, output)?;
            }
        }
        Some((Scope::Each(each), inner)) => {
            let list = scaffold_pack::jinja::evaluate(&each.list, values)?;
            let Some(elements) = elements(&list) else {
                return Err(vec![slip(&each.list, &list, "it | elements")]);
            };
            for element in elements {
                turn(inner, share, &values.clone().json(&each.variable, element), output)?;
            }
        }
    }
    Ok(())
}

fn body(body: &Body, values: &Object) -> Result<types::Body, Vec<Diagnostic>> {
    Ok(match body {
        Body::File(file) => types::Body::File(whole(file, values)?),
        Body::Merge(merge) => types::Body::Merge(fragment(merge, values)),
        Body::Lines(lines) => types::Body::Lines(texts(lines, values)?),
        Body::Slot(Slot { name, text, order }) => {
            types::Body::Slot(types::Slot { name: name.clone(), text: part(text, values), order: *order })
        }
    })
}

/// Several short texts, made.
pub fn texts(all: &[Text], values: &Object) -> Result<Vec<String>, Vec<Diagnostic>> {
    all.iter().map(|one| text(one, values)).collect()
}

fn whole(file: &File, values: &Object) -> Result<types::File, Vec<Diagnostic>> {
    let opening = |slot: &scaffold_blueprint::Opening| Opening {
        name: slot.name.clone(),
        marker: slot.marker.clone(),
        required: slot.required,
        unique: slot.unique,
        sorted: slot.sorted,
    };
    Ok(types::File {
        contents: match &file.contents {
            Contents::Bytes(bytes) => types::Content::Bytes(bytes.clone()),
            text => types::Content::Text(part(text, values)),
        },
        executable: file.executable,
        ownership: if file.once { types::Ownership::Once } else { types::Ownership::Managed },
        slots: file.opens.iter().map(opening).collect(),
        moved_from: texts(&file.moved_from, values)?,
    })
}

/// Text of a share. Bytes stand in files only, which the build sees to.
fn part(contents: &Contents, values: &Object) -> types::Text {
    match contents {
        Contents::Bytes(_) => types::Text::Literal(String::new()),
        Contents::Literal(text) => types::Text::Literal(text.clone()),
        Contents::Template(name) => {
            types::Text::Template(types::Rendering { template: name.clone(), values: values.as_str().to_owned() })
        }
    }
}

fn fragment(merge: &Merge, values: &Object) -> types::Merge {
    let rule = |rule: &scaffold_blueprint::ListRule| types::ListRule {
        pointer: rule.pointer.clone(),
        policy: match &rule.policy {
            ListPolicy::Unite => types::ListPolicy::Unite,
            ListPolicy::Sorted => types::ListPolicy::Sorted,
            ListPolicy::Append => types::ListPolicy::Append,
            ListPolicy::Replace => types::ListPolicy::Replace,
            ListPolicy::ByKey(key) => types::ListPolicy::ByKey(key.clone()),
        },
    };
    types::Merge {
        format: merge.format.clone(),
        text: part(&merge.text, values),
        weak: merge.weak,
        lists: merge.lists.iter().map(rule).collect(),
    }
}
