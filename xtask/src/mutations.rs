//! Whether each case of the gallery fails when what it guards is broken.
//!
//! `tests/gallery/CASE/case.toml` names a mutation: a text of the source and what to put in its place. Here each is made
//! in a copy of the tree, one at a time, the program is built, and the case has to fail. A mutation that does not
//! compile proves nothing, and counts as an error.
//!
//! This is no part of the checks: it takes a build of the crate for each case. The copy has a target folder of its own,
//! `target/mutations/target`, so that the developer's is left alone; the first build in it compiles every dependency.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::process;

/// What is built: as in the checks, the whole workspace, so that the dependencies' features are always the same.
const PROFILE: [&str; 4] = ["--profile", "ci", "--workspace", "--locked"];

/// A case and its mutation.
struct Mutation {
    case: String,
    name: String,
    file: String,
    find: String,
    replace: String,
}

/// Makes the mutations of the cases named, or of all.
pub fn run(root: &Path, names: &[&str]) -> Outcome<()> {
    let mutations = read_all(&root.join("tests/gallery"))?;
    if let Some(unknown) = names.iter().find(|name| !mutations.iter().any(|mutation| mutation.case == **name)) {
        return Err(Failure::new(format!("there is no case `{unknown}` in tests/gallery")));
    }
    let copy = Copy::of(root)?;
    let tests = copy.build_tests()?;
    copy.test(&tests, &["gallery::"]).map_err(|failure| Failure::new(format!("without a mutation: {failure}")))?;
    let mut survivors = Vec::new();
    for mutation in mutations.iter().filter(|mutation| names.is_empty() || names.contains(&mutation.case.as_str())) {
        let killed = copy.kills(&tests, mutation)?;
        println!("{} {}: {}", if killed { "killed  " } else { "SURVIVED" }, mutation.case, mutation.name);
        if !killed {
            survivors.push(mutation.case.as_str());
        }
    }
    match survivors.as_slice() {
        [] => Ok(()),
        cases => Err(Failure::new(format!("these cases pass although the code is broken: {}", cases.join(", ")))),
    }
}

fn read_all(gallery: &Path) -> Outcome<Vec<Mutation>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(gallery).map_err(Failure::io(gallery))? {
        folders.push(entry.map_err(Failure::io(gallery))?.path());
    }
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

fn read(folder: &Path) -> Outcome<Mutation> {
    let path = folder.join("case.toml");
    let text = fs::read_to_string(&path).map_err(Failure::io(&path))?;
    let case: toml::Table = text.parse().map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
    let member = |name: &str| {
        let value = case.get("mutation").and_then(|mutation| mutation.get(name)).and_then(toml::Value::as_str);
        value.map(str::to_owned).ok_or_else(|| Failure::new(format!("`{}` has no mutation.{name}", path.display())))
    };
    let case = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (name, file) = (member("name")?, member("file")?);
    Ok(Mutation { case, name, file, find: member("find")?, replace: member("replace")? })
}

/// The copy of the tree.
struct Copy {
    tree: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Brings the copy up to date: files that are as they were keep their times, and what was built of them.
    fn of(root: &Path) -> Outcome<Self> {
        let folder = root.join("target/mutations");
        let copy = Self { tree: folder.join("tree"), target: folder.join("target") };
        let mut list = process::command("git", root);
        list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = process::output(&mut list)?;
        let files: Vec<&str> = listed.split_terminator('\0').filter(|file| root.join(file).is_file()).collect();
        copy.drop_others(&files)?;
        for file in files {
            let (from, to) = (root.join(file), copy.tree.join(file));
            let contents = fs::read(&from).map_err(Failure::io(&from))?;
            if fs::read(&to).ok().as_ref() != Some(&contents) {
                let above = to.parent().unwrap_or(&copy.tree);
                fs::create_dir_all(above).map_err(Failure::io(above))?;
                fs::copy(&from, &to).map_err(Failure::io(&to))?;
            }
        }
        Ok(copy)
    }

    /// Removes cases and sources of an earlier copy that are gone.
    fn drop_others(&self, files: &[&str]) -> Outcome<()> {
        let mut folders = vec![self.tree.join("src"), self.tree.join("tests")];
        while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
            for entry in fs::read_dir(&folder).map_err(Failure::io(&folder))? {
                let path = entry.map_err(Failure::io(&folder))?.path();
                let below = path.strip_prefix(&self.tree).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                if path.is_dir() {
                    folders.push(path);
                } else if !files.contains(&below.as_str()) {
                    fs::remove_file(&path).map_err(Failure::io(&path))?;
                }
            }
        }
        Ok(())
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = process::command("cargo", &self.tree);
        process::forget_cargo(&mut command);
        command.args(arguments).args(PROFILE).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "1");
        command
    }

    /// Builds the tests, and the program that they run, and says where the tests are.
    fn build_tests(&self) -> Outcome<PathBuf> {
        let said = process::output(&mut self.cargo(&["test", "--test", "it", "--no-run", "--message-format", "json"]))?;
        let artifacts = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let tests = artifacts.filter(|artifact| artifact["target"]["name"] == "it");
        let mut found = tests.filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
        found.next().ok_or_else(|| Failure::new("cargo does not say where the tests are"))
    }

    /// Runs the tests that the arguments choose.
    fn test(&self, tests: &Path, arguments: &[&str]) -> Outcome<()> {
        process::quietly(process::command(tests, &self.tree).args(arguments))
    }

    /// Whether the case fails under its mutation.
    fn kills(&self, tests: &Path, mutation: &Mutation) -> Outcome<bool> {
        let path = self.tree.join(&mutation.file);
        let source = fs::read_to_string(&path).map_err(Failure::io(&path))?;
        let write = |text: &str| fs::write(&path, text).map_err(Failure::io(&path));
        write(&source.replacen(&mutation.find, &mutation.replace, 1))?;
        let built = process::quietly(&mut self.cargo(&["build", "--bin", "scaffold"]));
        let test = format!("gallery::{}", mutation.case.replace('-', "_"));
        let killed = self.test(tests, &[&test, "--exact"]).is_err();
        write(&source)?;
        let about = |failure| Failure::new(format!("`{}` does not compile: {failure}", mutation.name));
        built.map_err(about).map(|()| killed)
    }
}
