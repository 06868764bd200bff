//! Terraform: formatted, valid, and its tests pass, which need no account.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use super::project::Project;
use super::tools::Tools;
use crate::checklist::Checklist;
use crate::failure::Outcome;
use crate::parts::Verdict;
use crate::process;

/// Where the project has it.
const FOLDER: &str = "infra";
/// What a mirror of providers has at its top.
const HOST: &str = "registry.terraform.io";
/// A provider that a mirror must have to be of use.
const PROVIDER: &str = "hashicorp/aws";
/// The most folders that are looked into for a mirror, and how deep below the root of the file system.
const MOST_FOLDERS: usize = 20_000;
const DEEPEST: usize = 5;
/// Folders in which nobody keeps a mirror, and that are large, or endless.
const PRUNED: &[&str] =
    &["proc", "sys", "dev", "run", "tmp", "lost+found", "node_modules", "target", ".git", "dist-packages"];

/// Checks `infra/`, where there is one.
pub fn check(project: &Project, tools: &Tools, list: &mut Checklist) {
    let Some(infra) = project.find(FOLDER) else { return };
    // Outside the project: what init fetches is no part of it.
    let data = project.folder.with_extension("terraform");
    let run = |arguments: &[&str]| -> Outcome<Verdict> {
        if !process::runs("terraform", &["version"]) {
            return Ok(Verdict::Skipped("`terraform` is not installed".to_owned()));
        }
        let mut terraform = tools.command("terraform", &infra);
        if configuration().is_none() {
            // It may name a file that is not there, of which Terraform would complain each time.
            terraform.env_remove("TF_CLI_CONFIG_FILE");
        }
        process::quietly(terraform.args(arguments).env("TF_DATA_DIR", &data).env("TF_IN_AUTOMATION", "1"))?;
        Ok(Verdict::Passed)
    };
    list.check("terraform fmt", || run(&["fmt", "-check", "-recursive", "-diff"]));
    let mirror = if configuration().is_some() { None } else { find_mirror() };
    let from = mirror.as_ref().map(|mirror| format!("-plugin-dir={}", mirror.display()));
    let mut init = vec!["init", "-backend=false", "-input=false", "-no-color"];
    init.extend(from.as_deref());
    let name = if mirror.is_some() { "terraform init, from this machine's mirror" } else { "terraform init" };
    if list.check(name, || run(&init)) {
        list.check("terraform validate", || run(&["validate", "-no-color"]));
        list.check("terraform test", || run(&["test", "-no-color"]));
    }
}

/// The user's configuration of Terraform, which says by itself where providers are.
fn configuration() -> Option<PathBuf> {
    let named = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from);
    let usual = std::env::home_dir().map(|home| home.join(".terraformrc"));
    named.into_iter().chain(usual).find(|file| file.is_file())
}

/// A folder of this machine that serves providers without a network.
fn find_mirror() -> Option<PathBuf> {
    let likely = ["/usr/local/share/terraform", "/usr/share/terraform"].map(PathBuf::from);
    let home = std::env::home_dir().map(|home| home.join(".terraform.d"));
    let cache = std::env::var_os("TF_PLUGIN_CACHE_DIR").map(PathBuf::from);
    let places = cache.into_iter().chain(home).chain(likely).chain([PathBuf::from("/")]);
    places.into_iter().find_map(|place| search(&place))
}

/// Looks for a mirror below a folder, level by level, so that a shallow one is found soon.
fn search(root: &Path) -> Option<PathBuf> {
    let mut queue = VecDeque::from([(root.to_owned(), 0)]);
    for _ in 0..MOST_FOLDERS {
        let (folder, depth) = queue.pop_front()?;
        if folder.join(HOST).join(PROVIDER).is_dir() {
            return Some(folder);
        }
        if depth == DEEPEST {
            continue;
        }
        let mut below: Vec<PathBuf> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            // A link is not followed: it could lead back up.
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter(|entry| !PRUNED.iter().any(|name| entry.file_name() == *name))
            .map(|entry| entry.path())
            .collect();
        below.sort();
        queue.extend(below.into_iter().map(|folder| (folder, depth + 1)));
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_mirror_is_found_by_what_it_holds() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a").join(HOST).join("hashicorp/random")).unwrap();
        fs::create_dir_all(root.path().join("target").join(HOST).join(PROVIDER)).unwrap();
        assert_eq!(search(root.path()), None);
        let mirror = root.path().join("b/c");
        fs::create_dir_all(mirror.join(HOST).join(PROVIDER)).unwrap();
        assert_eq!(search(root.path()), Some(mirror));
    }

    #[test]
    fn the_search_ends() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c/d/e/f");
        fs::create_dir_all(deep.join(HOST).join(PROVIDER)).unwrap();
        assert_eq!(search(root.path()), None);
        assert_eq!(search(&root.path().join("a")), Some(deep));
    }
}
