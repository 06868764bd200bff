//! Installs what building packs and checking projects needs, where a package manager that we know can.

use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::{postgres, process, toolchain};

/// Installs the missing packages on Debian as root; elsewhere says what is missing.
pub fn install_what_is_missing(root: &Path) -> Outcome<()> {
    for (program, use_of_it) in absent_programs() {
        println!("`{program}` is not installed: {use_of_it} will be skipped");
    }
    let missing = missing();
    if missing.is_empty() {
        println!("no package is missing");
        return Ok(());
    }
    let install = format!("apt-get install {}", missing.join(" "));
    if !is_debian() {
        return Err(Failure::new(format!(
            "this machine lacks what Debian has as `{}`\nhint: install the like of it; for the compiler, `rustup \
             target add {}` will do",
            missing.join("`, `"),
            toolchain::TARGET
        )));
    }
    if !is_root() {
        return Err(Failure::new(format!("packages are missing\nhint: run as root `{install}`")));
    }
    println!("{install}");
    let apt_get = |arguments: &[&str]| {
        let mut command = process::command("apt-get", root);
        process::run(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&missing);
    // The lists of packages may be older than the packages; or there may be none yet.
    apt_get(&arguments).or_else(|_| apt_get(&["update"]).and_then(|()| apt_get(&arguments)))
}

/// Debian's packages for everything that is not here.
fn missing() -> Vec<&'static str> {
    let mut packages = Vec::new();
    if toolchain::find().is_err() {
        packages.extend(toolchain::DEBIAN_PACKAGES);
    }
    if postgres::programs().is_err() {
        packages.push("postgresql");
    }
    if !process::runs("make", &["--version"]) {
        packages.push("make");
    }
    if !process::runs("python3", &["-c", "import ensurepip, venv"]) {
        packages.push("python3-venv");
    }
    if !process::runs("nginx", &["-v"]) {
        packages.push("nginx-light");
    }
    if !process::runs("docker-registry", &["--version"]) {
        packages.push("docker-registry");
    }
    if !process::runs("skopeo", &["--version"]) {
        packages.push("skopeo");
    }
    if !process::runs("minisign", &["-v"]) {
        packages.push("minisign");
    }
    if !process::runs("git", &["--version"]) {
        packages.push("git");
    }
    if !process::runs("valgrind", &["--version"]) {
        packages.push("valgrind");
    }
    packages
}

/// Programs that are left to the user, because distributions have old ones, or none.
fn absent_programs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let programs: [(&str, &[&str], &str); 4] = [
        ("node", &["--version"], "packs in JavaScript and GitHub's parser of workflows"),
        ("npm", &["--version"], "packs in JavaScript and GitHub's parser of workflows"),
        ("terraform", &["version"], "the check of generated infrastructure"),
        ("kubectl", &["version", "--client"], "the check of generated manifests"),
    ];
    programs
        .into_iter()
        .filter(|(program, flags, _)| !process::runs(program, flags))
        .map(|(name, _, what)| (name, what))
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

/// Whether this process may do everything; the user's number is nowhere in the standard library.
pub fn is_root() -> bool {
    process::output(process::command("id", Path::new("/")).arg("-u")).is_ok_and(|id| id.trim() == "0")
}
