//! What users type, as what it means.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf, absolute};

use serde_json::{Value, json};

use crate::model::{Instance, Name, Project, ProjectPath, Report, io_cause, printable};
use crate::pipeline::Failure;
use crate::project::Lock;
use crate::registry::{PackSpec, Spec, SpecError};

/// The path in full, links resolved as far as it exists, but for its last name: that one is the caller's to judge. A
/// project's files name paths relative to each other, which holds only between places as they really are.
pub fn absolute_path(path: &Path) -> Result<PathBuf, Failure> {
    let wrong = |error: std::io::Error| {
        let report = Report::new("directory", format!("`{}` is no path that can be used", path.display()));
        Failure::from(report.detail(io_cause(&error)).hint("name another path"))
    };
    let mut real = PathBuf::new();
    let absolute = absolute(path).map_err(wrong)?;
    let last = absolute.components().count().saturating_sub(1);
    for (at, part) in absolute.components().enumerate() {
        match part {
            Component::ParentDir => {
                real = canonical(&real).map_err(wrong)?;
                real.pop();
            }
            part => {
                if at == last {
                    real = canonical(&real).map_err(wrong)?;
                }
                real.push(part);
            }
        }
    }
    match real.to_str() {
        Some(_) => Ok(real),
        None => Err(wrong(std::io::Error::other("it is not UTF-8 text"))),
    }
}

/// Links resolved; a path that does not exist is as real as it gets.
fn canonical(path: &Path) -> std::io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => canonical(parent).map(|parent| parent.join(name)),
            _ => Ok(path.to_owned()),
        },
        canonical => canonical,
    }
}

/// A project's name: the one that was given, or its folder's.
pub fn project_name(given: Option<&str>, target: &Path) -> Result<String, Report> {
    let wrong = |message: &str| Report::new("project-name", message.to_owned()).hint("name it with `--name NAME`");
    let name = match given {
        Some(name) => name,
        None => target
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| wrong("the project's folder has no name that could be the project's"))?,
    };
    Project::check_name(name).map_err(wrong)?;
    Ok(name.trim().to_owned())
}

/// A pack, a path in full.
pub fn parse_spec(text: &str) -> Result<Spec, Failure> {
    let mut spec: Spec = text.parse().map_err(|error: SpecError| Failure::from(error))?;
    if let PackSpec::Path(path) = &mut spec.pack {
        *path = absolute_path(path)?;
    }
    Ok(spec)
}

/// Packs, as they were named.
pub fn parse_specs(specs: &[String]) -> Result<Vec<Spec>, Failure> {
    specs.iter().map(|spec| parse_spec(spec)).collect()
}

/// Every `--at INSTANCE=DIR`.
pub fn parse_places(places: &[String]) -> Result<BTreeMap<Name, ProjectPath>, Failure> {
    once("at-invalid", places.iter().map(|at| parse_place(at)))
}

/// Every `--settle`.
pub fn parse_settlements(settlements: &[String]) -> Result<BTreeMap<String, Value>, Failure> {
    once("settlement-invalid", settlements.iter().map(|settle| parse_settlement(settle)))
}

fn parse_place(text: &str) -> Result<(Name, ProjectPath), Failure> {
    let wrong = |message: String| Failure::from(Report::new("at-invalid", message).hint("write `--at INSTANCE=DIR`"));
    let (instance, folder) =
        text.split_once('=').ok_or_else(|| wrong(format!("`--at {}` has no `=`", printable(text))))?;
    let instance: Name = instance.parse().map_err(|error: crate::model::NameError| wrong(error.to_string()))?;
    let folder = ProjectPath::parse(folder).map_err(|error| wrong(error.to_string()))?;
    Ok((instance, folder))
}

/// What was given by key, where nothing was given twice in two ways.
fn once<K: Ord + std::fmt::Display, V: PartialEq>(
    code: &'static str,
    given: impl Iterator<Item = Result<(K, V), Failure>>,
) -> Result<BTreeMap<K, V>, Failure> {
    let mut all = BTreeMap::new();
    for given in given {
        let (key, value) = given?;
        if all.get(&key).is_some_and(|earlier| *earlier != value) {
            let report = Report::new(code, format!("`{}` is given twice, in two ways", printable(&key.to_string())));
            return Err(Failure::from(report.hint("give it once")));
        }
        all.insert(key, value);
    }
    Ok(all)
}

/// `PATH=@INSTANCE`, `PATH#/POINTER=@INSTANCE` or `PATH#/POINTER=VALUE`, as an entry of `[compose]`. A value is JSON, or
/// the text as it stands where it is no JSON.
fn parse_settlement(text: &str) -> Result<(String, Value), Failure> {
    let Some((key, value)) = text.split_once('=') else {
        let report = Report::new("settlement-invalid", format!("`--settle {}` has no `=`", printable(text)));
        return Err(Failure::from(report.hint("write `--settle PATH=@INSTANCE` or `--settle PATH#/POINTER=VALUE`")));
    };
    let value = match value.strip_prefix('@') {
        Some(owner) => json!({ "owner": owner }),
        None => match serde_json::from_str(value) {
            // A number that would be written in another way is a version or the like: `3.10`.
            Ok(Value::Number(number)) if number.to_string() != value => value.into(),
            Ok(parsed) => parsed,
            Err(_) => value.into(),
        },
    };
    Ok((key.to_owned(), value))
}

/// `fastapi-users 1.0.0`, or `users (fastapi-users 1.0.0)`.
pub fn use_of(instance: &Instance) -> String {
    let pack = format!("{} {}", instance.manifest.name, instance.manifest.version);
    if instance.name == instance.manifest.name { pack } else { format!("{} ({pack})", instance.name) }
}

/// The project's path of what was typed in the folder `here`: that of a file there, or one as lists of files show it, from
/// the project's root, where the lock knows that and not the other.
pub fn project_path(root: &Path, here: &Path, typed: &str) -> Result<ProjectPath, Report> {
    let from_here = path_from(root, here, typed);
    if here == root {
        return from_here;
    }
    let locked = Lock::read(root).map(|lock| lock.files).unwrap_or_default();
    let is_known = |path: &Result<ProjectPath, Report>| {
        path.as_ref().is_ok_and(|path| locked.keys().any(|file| file == path || file.is_below(path)))
    };
    let from_root = path_from(root, root, typed);
    if !is_known(&from_here) && is_known(&from_root) { from_root } else { from_here }
}

fn path_from(root: &Path, here: &Path, typed: &str) -> Result<ProjectPath, Report> {
    let outside = |message: String| {
        Report::new("explain-place", message).hint("name a file of the project, relative to where you are")
    };
    let mut full = PathBuf::new();
    for part in here.join(typed).components() {
        match part {
            Component::ParentDir => {
                full.pop();
            }
            Component::CurDir => {}
            part => full.push(part),
        }
    }
    let inside = full.strip_prefix(root).ok().and_then(Path::to_str);
    let inside = inside.ok_or_else(|| outside(format!("`{}` is outside of the project", word(typed))))?;
    ProjectPath::parse(&inside.replace('\\', "/")).map_err(|error| outside(error.to_string()))
}

/// A name as it stands on one line.
pub fn word(text: &str) -> String {
    printable(text).replace(['\n', '\t'], "\u{fffd}")
}

/// A word as a shell would take it; for showing, never for running.
pub fn shell_word(word: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
