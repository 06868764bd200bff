//! Projects to check, made by the program that users get.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::{process, tree};

/// Packs and answers.
pub struct Composition {
    /// The project's name.
    pub name: &'static str,
    /// The packs, in one of their orders.
    pub packs: &'static [&'static str],
    /// What differs from the defaults: `auth=none`.
    pub answers: &'static [&'static str],
    /// Where packs go that don't go to the root: `orders=services/orders`.
    pub places: &'static [&'static str],
}

impl Composition {
    /// What it is, in a line.
    pub fn text(&self) -> String {
        let parts: Vec<_> = self.packs.iter().chain(self.answers).chain(self.places).copied().collect();
        format!("{}: {}", self.name, parts.join(", "))
    }
}

/// A generated project.
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Project {
    /// A file or folder of the project, if it has it.
    pub fn find(&self, path: &str) -> Option<PathBuf> {
        Some(self.folder.join(path)).filter(|path| path.exists())
    }

    /// What lies in one of its folders, sorted; nothing where it has no such folder.
    pub fn list(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(folder)).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }
}

/// The program under test, on a machine where nobody has used it yet.
pub struct Scaffold {
    program: PathBuf,
    folder: PathBuf,
    /// In the place of the registry in the program, which has the newest versions only.
    registry: Option<PathBuf>,
}

impl Scaffold {
    /// The program that cargo put beside this one; it works below `folder`.
    pub fn new(folder: &Path) -> Outcome<Self> {
        let this = std::env::current_exe().map_err(|error| Failure::new(format!("where xtask is: {error}")))?;
        let program = this.with_file_name(format!("scaffold{}", std::env::consts::EXE_SUFFIX));
        fs::create_dir_all(folder.join("home")).map_err(Failure::io(folder))?;
        Ok(Self { program, folder: folder.to_owned(), registry: None })
    }

    /// The same, with the packs of a registry's folder.
    pub fn with_registry(self, registry: PathBuf) -> Self {
        Self { registry: Some(registry), ..self }
    }

    /// Makes a project from the registry in the program.
    pub fn make(&self, composition: &Composition) -> Outcome<Project> {
        self.make_below("", composition)
    }

    /// Makes a project in a folder of its own, where another of the same name does not stand in its way.
    pub fn make_below(&self, folder: &str, composition: &Composition) -> Outcome<Project> {
        let folder = self.folder.join(folder);
        fs::create_dir_all(&folder).map_err(Failure::io(&folder))?;
        let mut new = self.new_in(&folder, composition)?;
        new.args(composition.packs.iter().flat_map(|pack| ["--pack", pack]));
        process::quietly(&mut new)?;
        Ok(Project { name: composition.name.to_owned(), folder: folder.join(composition.name) })
    }

    /// Runs a command in a project.
    pub fn run_in(&self, project: &Project, arguments: &[&str]) -> Outcome<()> {
        process::quietly(self.command_in(&project.folder).args(arguments))
    }

    /// Makes the project again with its packs in every rotation, backwards too, in other places, time zones and
    /// languages.
    pub fn compare_orders(&self, composition: &Composition, project: &Project) -> Outcome<Verdict> {
        let expected = tree::files(&project.folder)?;
        for (at, order) in orders(composition.packs).into_iter().enumerate() {
            let folder = self.folder.join(format!("order-{at}")).join("deeper");
            fs::create_dir_all(&folder).map_err(Failure::io(&folder))?;
            let mut new = self.new_in(&folder, composition)?;
            new.args(order.iter().flat_map(|pack| ["--pack", pack]));
            process::quietly(new.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "tr_TR.UTF-8"))?;
            let found = tree::files(&folder.join(composition.name))?;
            if let Some(path) = tree::differences(&expected, &found).first() {
                let order = order.join(", ");
                return Err(Failure::new(format!("`{}` differs when the order is {order}", path.display())));
            }
        }
        Ok(Verdict::Passed)
    }

    /// The program with a home in which there is nothing, and no variable of this machine's user.
    fn command_in(&self, folder: &Path) -> Command {
        let mut command = process::command(&self.program, folder);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["SCAFFOLD_", "XDG_", "LC_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(&*name);
            }
        }
        command.env("HOME", self.folder.join("home"));
        command.envs(self.registry.as_ref().map(|registry| ("SCAFFOLD_REGISTRY", registry)));
        command
    }

    /// `scaffold new`, all but its packs.
    fn new_in(&self, folder: &Path, composition: &Composition) -> Outcome<Command> {
        let mut new = self.command_in(folder);
        new.args(["new", composition.name, "--defaults"]);
        new.args(composition.answers.iter().flat_map(|answer| ["--set", answer]));
        new.args(composition.places.iter().flat_map(|place| ["--at", place]));
        Ok(new)
    }
}

/// Every rotation but the first, and every rotation backwards.
fn orders<'a>(packs: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut orders = Vec::new();
    for at in 0..packs.len() {
        let mut order = packs.to_vec();
        order.rotate_left(at);
        if at > 0 {
            orders.push(order.clone());
        }
        order.reverse();
        orders.push(order);
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_of_three_are_tried() {
        let mut all = orders(&["a", "b", "c"]);
        assert_eq!(all.len(), 5);
        assert!(!all.contains(&vec!["a", "b", "c"]));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
    }
}
