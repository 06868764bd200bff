//! Compositions as folders: packs in, a project or a message out.
//!
//! `tests/gallery/CASE/` has a pack in each folder of `packs/` (see `support/recipe.rs`), `case.toml`, and what comes out:
//! the files of `project/`, or `message.txt`. The real program composes them, with `--pack` in every order; the order
//! must leave no trace. `SNAPSHOTS=overwrite` writes down what comes out now.
//!
//! Each case guards one decision of the code, which its `case.toml` names as a mutation: a small change of the source
//! that has to make this case fail. `cargo xtask mutations` makes them all, one after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use snapbox::{Data, assert_data_eq};

use crate::support::{Machine, Recipe, Run};

/// Tests of the folders of these names, with hyphens for underscores.
macro_rules! cases {
    ($($name:ident,)*) => {
        const CASES: &[&str] = &[$(stringify!($name),)*];
        $(#[test] fn $name() { run(&stringify!($name).replace('_', "-")); })*
    };
}

cases! {
    any_number,
    binary_different,
    binary_identical,
    capability_cycle,
    compose_three_packs,
    crlf,
    dependency_cycle,
    dotenv_merged,
    dotenv_one_key_twice,
    empty_files,
    empty_json,
    everything_wrong,
    executable_bits,
    executable_files,
    facts_unfit,
    file_and_folder,
    formats,
    ignored_lines,
    lines_into_json,
    list_policies,
    list_rules_differ,
    names_by_case,
    names_by_normalisation,
    no_provider,
    once_with_slot,
    pack_twice,
    pack_twice_in_one_place,
    package_json_scripts,
    pyproject_merged,
    scalars_strong,
    scalars_weak,
    settled,
    settlement_stale,
    settlement_without_say,
    slot_marker_left,
    slot_marker_missing,
    slot_marker_twice,
    slot_required_empty,
    slot_unknown,
    slots_nested,
    slots_sorted,
    toml_tables,
    tsconfig,
    two_providers,
    two_pyprojects,
    two_services_and_a_gateway,
    yaml_anchor_changed,
    yaml_anchors,
}

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows. For readers.
    #[allow(dead_code)]
    about: String,
    /// Uses of packs, `NAME` or `INSTANCE=NAME`; all packs, once each, where there are none.
    #[serde(default)]
    packs: Vec<String>,
    /// What else stands on the command line.
    #[serde(default)]
    arguments: Vec<String>,
    mutation: Mutation,
}

/// A change of the source under which the case fails.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    file: String,
    find: String,
    replace: String,
}

/// What a run of the program left.
#[derive(Debug, PartialEq)]
enum Outcome {
    Project(BTreeMap<String, Entry>),
    Message(String),
}

#[derive(Debug, PartialEq)]
struct Entry {
    contents: Vec<u8>,
    executable: bool,
}

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery")
}

fn case(folder: &Path) -> Case {
    let path = folder.join("case.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn run(name: &str) {
    let folder = gallery().join(name);
    let case = case(&folder);
    let packs = names_in(&folder.join("packs"));
    let machine = Machine::new();
    for pack in &packs {
        machine.pack(&format!("{pack}.wasm"), &Recipe::pack(&folder.join("packs").join(pack)));
    }
    let uses = if case.packs.is_empty() { &packs } else { &case.packs };
    let mut outcomes = orders(uses).into_iter().map(|order| compose(&machine, &order, &case.arguments));
    let first = outcomes.next().expect("a case has a pack");
    for outcome in outcomes {
        assert_eq!(outcome, first, "`{name}` depends on the order of its packs");
    }
    compare(&folder, first);
}

/// The orders in which `--pack` is given: all of three uses, and as many of more.
fn orders(uses: &[String]) -> Vec<Vec<&str>> {
    const MOST: usize = 6;
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for each in uses {
        let longer = orders.iter().flat_map(|order| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, each.as_str());
                order
            })
        });
        orders = longer.collect();
    }
    let step = orders.len().div_ceil(MOST);
    orders.into_iter().step_by(step).collect()
}

fn compose(machine: &Machine, order: &[&str], arguments: &[String]) -> Outcome {
    let mut line = vec!["new".to_owned(), "project".to_owned()];
    for each in order {
        let spec = match each.split_once('=') {
            Some((instance, pack)) => format!("{instance}=./{pack}.wasm"),
            None => format!("./{each}.wasm"),
        };
        line.extend(["--pack".to_owned(), spec]);
    }
    line.extend_from_slice(arguments);
    let run = machine.run(&line.iter().map(String::as_str).collect::<Vec<_>>());
    let made = machine.path("project");
    if run.code == 0 {
        let entry = |(path, contents): (String, Vec<u8>)| {
            let executable = is_executable(&made.join(&path));
            (path, Entry { contents, executable })
        };
        let project = machine.tree("project").into_iter().filter(|(path, _)| !is_scaffolds(path)).map(entry).collect();
        std::fs::remove_dir_all(&made).unwrap();
        return Outcome::Project(project);
    }
    assert!(!made.exists(), "a run that failed left something");
    Outcome::Message(Run::fails(run))
}

/// Whether a file is scaffold's own: it tells how the project was made, in which order among others.
fn is_scaffolds(path: &str) -> bool {
    path == "scaffold.toml" || path == "scaffold.lock"
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

fn compare(folder: &Path, outcome: Outcome) {
    let (project, message) = (folder.join("project"), folder.join("message.txt"));
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    match outcome {
        Outcome::Message(text) => {
            if overwrite && project.exists() {
                std::fs::remove_dir_all(&project).unwrap();
            }
            assert!(!project.exists(), "it can't be composed:\n{text}");
            assert_data_eq!(text, Data::read_from(&message, None));
        }
        Outcome::Project(made) if overwrite => {
            let _ = std::fs::remove_file(&message);
            let _ = std::fs::remove_dir_all(&project);
            made.iter().for_each(|(path, entry)| write(&project.join(path), entry));
        }
        Outcome::Project(made) => {
            assert!(!message.exists(), "it can be composed: {:?}", made.keys());
            let paths: Vec<String> = made.keys().cloned().collect();
            assert_eq!(paths, files_of(&project, ""), "the files of the project");
            for (path, entry) in &made {
                let expected = std::fs::read(project.join(path)).unwrap();
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                assert_eq!(text(&entry.contents), text(&expected), "{path}");
                assert_eq!(entry.contents, expected, "{path}");
                assert_eq!(entry.executable, is_executable(&project.join(path)), "{path}");
            }
        }
    }
}

fn write(path: &Path, entry: &Entry) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, &entry.contents).unwrap();
    #[cfg(unix)]
    if entry.executable {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn files_of(folder: &Path, below: &str) -> Vec<String> {
    let mut files = Vec::new();
    for name in names_in(folder) {
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if folder.join(&name).is_dir() { files.extend(files_of(&folder.join(&name), &path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn every_folder_is_a_test() {
    let mut tests: Vec<String> = CASES.iter().map(|name| name.replace('_', "-")).collect();
    tests.sort();
    assert_eq!(tests, names_in(&gallery()));
}

#[test]
fn every_mutation_can_be_made() {
    let mut seen = BTreeMap::new();
    for name in names_in(&gallery()) {
        let Mutation { name: title, file, find, replace } = case(&gallery().join(&name)).mutation;
        assert_ne!(find, replace, "{name}");
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
        assert_eq!(source.matches(&find).count(), 1, "`{name}`: how often `{file}` has:\n{find}");
        let other = seen.insert(title.clone(), name.clone());
        assert_eq!(other, None, "`{title}` is the mutation of `{name}` too");
    }
}
