//! From answers to an older version of a pack to answers to this one.

use scaffold_blueprint::{Blueprint, Migration};
use scaffold_pack::migration::Old;
use scaffold_pack::prelude::*;
use scaffold_pack::{Diagnostic, Object, jinja};

use crate::json::elements;
use crate::values;

/// Does what the blueprint says of answers to that version; none where it says nothing.
///
/// # Errors
/// Expressions that fail.
pub fn migrate(blueprint: &Blueprint, old: Old<'_>) -> Result<Option<String>, Vec<Diagnostic>> {
    let mut migrated = None;
    for migration in blueprint.migrations.iter().filter(|migration| old.is_before(&migration.before)) {
        let answers = migrated.as_deref().unwrap_or(old.answers);
        let values = Object::new().json("answers", answers).text("version", old.version);
        if migration.when.as_ref().map_or(Ok(true), |condition| values::holds(condition, &values))? {
            migrated = Some(carry_over(migration, &values)?);
        }
    }
    Ok(migrated)
}

fn carry_over(migration: &Migration, values: &Object) -> Result<String, Vec<Diagnostic>> {
    let members = jinja::evaluate("answers | items", values)?;
    let mut old = Vec::new();
    for member in elements(&members).unwrap_or_default() {
        let Some([key, value]) = elements(member).and_then(|pair| <[&str; 2]>::try_from(pair).ok()) else { continue };
        // Questions have plain keys, so that nothing in them is escaped.
        old.push((key.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(key), value));
    }
    let mut answers = Object::new();
    for (key, value) in &old {
        let to = migration.rename.iter().find(|(from, _)| from == key);
        // Of an answer that had the name already and one that is given it, the latter stays.
        let is_taken = || migration.rename.iter().any(|(from, to)| to == key && old.iter().any(|(key, _)| from == key));
        if to.is_none() && is_taken() {
            continue;
        }
        let renamed = to.map_or(*key, |(_, to)| to);
        let is_set = migration.set.iter().any(|(name, _)| name == renamed);
        if !is_set && !migration.remove.iter().any(|gone| gone == key) {
            answers = answers.json(renamed, value);
        }
    }
    for (name, value) in &migration.set {
        answers = answers.json(name, &values::json(value, values)?);
    }
    Ok(answers.as_str().to_owned())
}
