//! The tutorials of packs in languages, followed from their first line to their last. What they fetch is what
//! `tests/foreign/build.sh` fetched: the pack's folder gets a link to it.

use crate::foreign::{built, tools};
use crate::support::{Machine, Reader, page};

/// Follows a page in whose pack's folder this line installs what lies in a folder of the tools under that name.
fn follow(name: &str, line: &'static str, link: Option<(&str, &str)>) {
    if built().is_none() {
        return;
    }
    let machine = Machine::new();
    let install = || {
        if let Some((tool, name)) = link {
            #[cfg(unix)]
            std::os::unix::fs::symlink(tools().join(tool), machine.path("greeter").join(name)).unwrap();
        }
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([tools().join("ziglang/bin")].into_iter().chain(std::env::split_paths(&path)));
    Reader::new(&machine)
        .env("PATH", path.unwrap())
        .env("ZIG_GLOBAL_CACHE_DIR", tools().join("zig-cache"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .installs(line, &install)
        .follow(&page(&format!("tutorials/{name}.md")));
}

#[test]
fn python() {
    let line = "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1";
    follow("python", line, Some(("componentize-py", ".venv")));
}

#[test]
fn javascript() {
    follow("javascript", "npm install", Some(("javascript/node_modules", "node_modules")));
}

#[test]
fn c() {
    follow("c", "python3 -m pip install ziglang", None);
}
