//! What becomes of answers to older versions: `[[migration]]`, checked as far as it can be without answers.

use std::collections::BTreeSet;

use scaffold_blueprint as blueprint;
use serde_json::Value;

use super::FolderError;
use super::pack_file::{Migration, PackFile};
use super::text::pieces;
use crate::model::{JsonObject, Manifest};

/// The migrations of a pack, in order.
///
/// # Errors
/// One that comes out of turn or after the pack's own version, and one that leads to no question.
pub(super) fn of(pack: &PackFile, manifest: &Manifest) -> Result<Vec<blueprint::Migration>, FolderError> {
    let mut earlier = None;
    for (at, migration) in pack.migration.iter().enumerate() {
        let before = &migration.before;
        if *before > pack.version {
            let problem =
                format!("`[[migration]]` before {before}: the pack is {} and would do it again", pack.version);
            return Err(FolderError::entry(problem, "write the version whose questions it leads to"));
        }
        if let Some(earlier) = earlier.filter(|earlier| *earlier > before) {
            let problem = format!("`[[migration]]` before {before} stands behind the one before {earlier}");
            return Err(FolderError::entry(problem, "write the oldest one first: each goes on from the one above it"));
        }
        earlier = Some(before);
        let mut targets = BTreeSet::new();
        if let Some(twice) = migration.rename.values().find(|new| !targets.insert(*new)) {
            let problem = format!("`[[migration]]` before {before} renames two questions to `{twice}`");
            return Err(FolderError::entry(problem, "make one answer of the two with `set`"));
        }
        let later = pack.migration.get(at + 1..).unwrap_or_default();
        let made = migration.rename.values().chain(migration.set.keys());
        if let Some(unknown) = made.into_iter().find(|key| !is_of_use(key, later, manifest)) {
            let problem = format!("`[[migration]]` before {before} makes `{unknown}`, which the pack does not ask");
            return Err(FolderError::entry(
                problem,
                "name a question of the pack, or leave the answer out with `remove`",
            ));
        }
    }
    Ok(pack.migration.iter().map(coded).collect())
}

/// Whether a question of this name is asked, or an answer of this name goes on to a later version.
fn is_of_use(key: &str, later: &[Migration], manifest: &Manifest) -> bool {
    let questions = manifest.questions.get("properties").and_then(Value::as_object);
    let goes_on =
        |migration: &Migration| migration.rename.contains_key(key) || migration.remove.iter().any(|gone| gone == key);
    questions.is_some_and(|questions: &JsonObject| questions.contains_key(key)) || later.iter().any(goes_on)
}

fn coded(migration: &Migration) -> blueprint::Migration {
    blueprint::Migration {
        before: migration.before.to_string(),
        when: migration.when.clone(),
        rename: migration.rename.iter().map(|(old, new)| (old.clone(), new.clone())).collect(),
        remove: migration.remove.clone(),
        set: migration.set.iter().map(|(name, value)| (name.clone(), pieces(value))).collect(),
    }
}
