//! Settlements: what the user decided where packs do not agree.
//!
//! They stand under `[compose]` in `scaffold.toml`, each behind the place that it is about: a path, or a path, `#` and a
//! JSON Pointer. `{ owner = "INSTANCE" }` lets that instance have its way there; behind a pointer any other value is
//! itself what is written. `{ omit = true }` behind a path settles it against all packs: the project does without the file.
//!
//! A settlement is as narrow as a conflict. One that settles nothing is an error, because it would silently decide
//! the next conflict at its place, which nobody has looked at.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::merge::{Decision, Decisions, Format};
use super::party::Party;
use super::problem::Problem;
use crate::model::{Diagnose, Name, ProjectPath, Report, omission, printable};

/// What separates a path from a pointer.
const MARK: char = '#';
/// The member of a table that names an instance.
const OWNER: &str = "owner";

/// All settlements of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settlements {
    files: BTreeMap<ProjectPath, FileSettlements>,
    /// As they stand: a `#` may belong to a path, and which files there are shows later.
    entries: BTreeMap<String, Value>,
}

/// The settlements of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FileSettlements {
    is_omitted: bool,
    owner: Option<Name>,
    places: BTreeMap<String, Choice>,
}

/// What counts at a place of a file.
#[derive(Clone, Debug, PartialEq)]
enum Choice {
    Owner(Name),
    Value(Value),
}

/// A settlement that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settlement of `{}` can't be used: {problem}", printable(.key))]
pub struct SettlementError {
    key: String,
    problem: String,
}

impl Diagnose for SettlementError {
    fn report(&self) -> Report {
        Report::new("settlement-invalid", self.to_string()).hint(
            "behind a path write `{ owner = \"INSTANCE\" }` or `{ omit = true }`, behind a path with `#/POINTER` an owner or \
             a value; on the command line `--settle PATH=@INSTANCE` or `--settle PATH#/POINTER=VALUE`",
        )
    }
}

/// What can be wrong with a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementFault {
    /// There is no conflict at its place.
    Stale,
    /// It is about a place of a file that is left out.
    Omitted,
    /// It leaves out a file that no pack makes.
    NothingOmitted,
    /// It names an instance that has no say there.
    NoShare {
        /// Who is named.
        owner: Name,
        /// Who has a say.
        parties: Vec<Party>,
    },
    /// It gives a value that the file's format can't hold.
    Unwritable(&'static str),
}

impl SettlementFault {
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Stale => "settles nothing: the packs do not disagree there".to_owned(),
            Self::Omitted => "settles nothing: the file is left out".to_owned(),
            Self::NothingOmitted => "leaves out nothing: no pack makes that file".to_owned(),
            Self::NoShare { owner, .. } => format!("names `{owner}`, which has no say there"),
            Self::Unwritable(format) => format!("gives a value that {format} can't hold there"),
        }
    }
}

impl Settlements {
    /// Reads what stands under `[compose]`.
    ///
    /// # Errors
    /// Keys that name no place of a project, values that name no instance: all of them.
    pub fn parse(compose: &BTreeMap<String, Value>) -> Result<Self, Vec<SettlementError>> {
        let mut settlements = Self { entries: compose.clone(), ..Self::default() };
        let mut errors = Vec::new();
        for (key, value) in compose {
            if let Err(problem) = settlements.add(split(key), value) {
                errors.push(SettlementError { key: key.clone(), problem });
            }
        }
        if errors.is_empty() { Ok(settlements) } else { Err(errors) }
    }

    /// The same for these files: a key means the one with the longest path that it may be about.
    pub(super) fn for_files(&self, has_file: impl Fn(&ProjectPath) -> bool) -> Cow<'_, Self> {
        if self.files.keys().all(&has_file) {
            return Cow::Borrowed(self);
        }
        let is_there = |(path, _): &(&str, Option<&str>)| ProjectPath::parse(path).is_ok_and(|path| has_file(&path));
        let mut settlements = Self { entries: self.entries.clone(), ..Self::default() };
        for (key, value) in &self.entries {
            let mut there = readings(key).filter(is_there);
            if !there.any(|reading| settlements.add(reading, value).is_ok()) {
                // About no file, as it was when it was parsed, which can't go wrong again.
                let _ = settlements.add(split(key), value);
            }
        }
        Cow::Owned(settlements)
    }

    fn add(&mut self, (path, pointer): (&str, Option<&str>), value: &Value) -> Result<(), String> {
        let path = ProjectPath::parse(path).map_err(|error| error.to_string())?;
        let owner = owner_of(value)?;
        let file = self.files.entry(path).or_default();
        if pointer.is_none() && *value == omission() {
            file.is_omitted = true;
            return Ok(());
        }
        match (pointer, owner) {
            (None, Some(owner)) => file.owner = Some(owner),
            (None, None) => {
                return Err("a whole file is settled by naming the instance whose file counts, or left out".to_owned());
            }
            (Some(pointer), owner) => {
                check_writable(value)?;
                let choice = owner.map_or_else(|| Choice::Value(value.clone()), Choice::Owner);
                file.places.insert(pointer.to_owned(), choice);
            }
        }
        Ok(())
    }

    pub(super) fn of(&self, path: &ProjectPath) -> Option<&FileSettlements> {
        self.files.get(path)
    }

    /// The files that the project does without.
    pub(super) fn omitted(&self) -> impl Iterator<Item = &ProjectPath> {
        self.files.iter().filter(|(_, file)| file.is_omitted).map(|(path, _)| path)
    }

    /// Settlements of files that no pack has a share in, and further ones of files that are left out.
    pub(super) fn strays(&self, has_file: impl Fn(&ProjectPath) -> bool) -> Vec<Problem> {
        let strays = self.files.iter().filter(|(path, file)| file.is_omitted || !has_file(path));
        let stale = strays.flat_map(|(path, file)| {
            let fault = if file.is_omitted { SettlementFault::Omitted } else { SettlementFault::Stale };
            file.unused(path, &Used::default(), &fault)
        });
        let idle = self.omitted().filter(|path| !has_file(path)).map(|path| Problem::Settlement {
            path: path.clone(),
            key: key_of(path, None),
            fault: SettlementFault::NothingOmitted,
        });
        stale.chain(idle).collect()
    }
}

/// Refuses what `scaffold.toml` can't hold.
fn check_writable(value: &Value) -> Result<(), String> {
    match value {
        Value::Null => Err("TOML has no null".to_owned()),
        Value::Number(number) if number.as_i64().is_none() && !number.is_f64() => {
            Err(format!("{number} has more than 63 bits"))
        }
        Value::Array(items) => items.iter().try_for_each(check_writable),
        Value::Object(members) => members.values().try_for_each(check_writable),
        _ => Ok(()),
    }
}

/// The path and the pointer of a key, where the path has no mark in it.
fn split(key: &str) -> (&str, Option<&str>) {
    readings(key).last().unwrap_or((key, None))
}

/// What a key may be about, the longest path first: a file whose path is the whole of it, or a place behind one of its marks.
fn readings(key: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let is_mark = |at: &usize| key[at + 1..].is_empty() || key[at + 1..].starts_with('/');
    let marks = key.match_indices(MARK).map(|(at, _)| at).filter(is_mark).collect::<Vec<_>>();
    let places = marks.into_iter().rev().map(|at| (&key[..at], Some(&key[at + 1..])));
    std::iter::once((key, None)).chain(places)
}

/// The instance that a value names, where it is of the form that names one.
fn owner_of(value: &Value) -> Result<Option<Name>, String> {
    let Some(members) = value.as_object().filter(|members| members.len() == 1) else { return Ok(None) };
    let Some(owner) = members.get(OWNER).and_then(Value::as_str) else { return Ok(None) };
    owner.parse().map(Some).map_err(|error: crate::model::NameError| error.to_string())
}

/// What settlements of a file have settled.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) owner: bool,
    pub(super) pointers: BTreeSet<String>,
}

impl FileSettlements {
    /// Whose file counts.
    pub(super) fn owner(&self) -> Option<&Name> {
        self.owner.as_ref()
    }

    /// The instance that is to have its way at a place.
    pub(super) fn owner_at(&self, pointer: &str) -> Option<&Name> {
        match self.places.get(pointer)? {
            Choice::Owner(owner) => Some(owner),
            Choice::Value(_) => None,
        }
    }

    /// Checks that whoever is to have its way has a share in the file.
    ///
    /// # Errors
    /// Those that have none.
    pub(super) fn check_owners(&self, path: &ProjectPath, parties: &[&Party]) -> Result<(), Vec<Problem>> {
        let owners = self.places.keys().filter_map(|pointer| Some((pointer, self.owner_at(pointer)?)));
        let strangers = owners.filter(|(_, owner)| !parties.iter().any(|party| party.instance == **owner));
        let of = || parties.iter().map(|&party| party.clone());
        let problems: Vec<Problem> =
            strangers.map(|(pointer, owner)| no_share(path, Some(pointer), owner, of())).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The decisions for a merge of `parties`' layers, or for lines. An owner that has a share of another kind only has
    /// no say here.
    ///
    /// # Errors
    /// Values that the format can't hold.
    pub(super) fn decisions(
        &self,
        path: &ProjectPath,
        format: Format,
        parties: &[&Party],
    ) -> Result<Decisions<'_>, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut decisions = Decisions::new();
        for (pointer, choice) in &self.places {
            match choice {
                Choice::Value(value) if format.holds(pointer, value) => {
                    decisions.insert(pointer.as_str(), Decision::Value(format.adopt(value)));
                }
                Choice::Value(_) => {
                    let (key, fault) = (key_of(path, Some(pointer)), SettlementFault::Unwritable(format.name()));
                    problems.push(Problem::Settlement { path: path.clone(), key, fault });
                }
                Choice::Owner(owner) => {
                    let layers = (0..parties.len()).filter(|&layer| parties[layer].instance == *owner);
                    let layers: Vec<usize> = layers.collect();
                    if !layers.is_empty() {
                        decisions.insert(pointer.as_str(), Decision::Layers(layers));
                    }
                }
            }
        }
        if problems.is_empty() { Ok(decisions) } else { Err(problems) }
    }

    /// Settlements that settle nothing.
    pub(super) fn stale(&self, path: &ProjectPath, used: &Used) -> Vec<Problem> {
        self.unused(path, used, &SettlementFault::Stale)
    }

    fn unused(&self, path: &ProjectPath, used: &Used, fault: &SettlementFault) -> Vec<Problem> {
        let owner = self.owner.iter().filter(|_| !used.owner).map(|_| None);
        let places = self.places.keys().filter(|pointer| !used.pointers.contains(*pointer)).map(Some);
        owner
            .chain(places)
            .map(|pointer| Problem::Settlement {
                path: path.clone(),
                key: key_of(path, pointer.map(String::as_str)),
                fault: fault.clone(),
            })
            .collect()
    }
}

/// A settlement for an instance that has no say at its place.
pub(super) fn no_share(
    path: &ProjectPath,
    pointer: Option<&str>,
    owner: &Name,
    parties: impl Iterator<Item = Party>,
) -> Problem {
    let mut parties: Vec<Party> = parties.collect();
    parties.sort();
    parties.dedup();
    let fault = SettlementFault::NoShare { owner: owner.clone(), parties };
    Problem::Settlement { path: path.clone(), key: key_of(path, pointer), fault }
}

/// The key under `[compose]` that a place has.
pub(super) fn key_of(path: &ProjectPath, pointer: Option<&str>) -> String {
    pointer.map_or_else(|| path.to_string(), |pointer| format!("{path}{MARK}{pointer}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn parse(key: &str, value: Value) -> Result<Settlements, String> {
        Settlements::parse(&[(key.to_owned(), value)].into()).map_err(|errors| errors[0].problem.clone())
    }

    #[test]
    fn a_key_is_a_path_or_a_path_and_a_pointer() {
        assert_eq!(split("a#b.json"), ("a#b.json", None));
        assert_eq!(split("a#b.json#/x/y#z"), ("a#b.json", Some("/x/y#z")));
        assert_eq!(split("list.yaml#"), ("list.yaml", Some("")));
    }

    #[test]
    fn a_value_is_an_owner_or_what_is_written() {
        let path = ProjectPath::parse("a.json").unwrap();
        let of = |key: &str, value: Value| parse(key, value).unwrap().of(&path).unwrap().clone();
        assert_eq!(of("a.json", json!({ "owner": "base" })).owner().unwrap().as_str(), "base");
        let choice = |value: Value| of("a.json#/x", value).places["/x"].clone();
        assert_eq!(choice(json!({ "owner": "base" })), Choice::Owner("base".parse().unwrap()));
        for value in [json!("base"), json!({ "owner": 1 }), json!({ "owner": "a", "b": 1 })] {
            assert_eq!(choice(value.clone()), Choice::Value(value));
        }
    }

    #[test]
    fn what_names_no_place_or_no_instance_is_refused() {
        for (key, value) in [
            ("../a", json!({ "owner": "base" })),
            ("a", json!("base")),
            ("a", json!({ "omit": false })),
            ("a", json!({ "omit": true, "owner": "base" })),
            ("a", json!({ "owner": "Not A Name" })),
            ("scaffold.lock", json!({ "owner": "base" })),
            ("a#/b", json!({ "c": [null] })),
            ("a#/b", json!(u64::MAX)),
        ] {
            assert!(parse(key, value).is_err(), "{key}");
        }
    }
}
