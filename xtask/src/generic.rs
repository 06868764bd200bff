//! The code of packs without code: compiled once, committed, and a part of every `scaffold`.
//!
//! It is committed because whoever builds `scaffold` may have no compiler for WebAssembly, and because every `scaffold`
//! of one commit must make the same packs. Another compiler makes other bytes of the same source, so what is checked is
//! not the bytes but what they were made of: the digest of the sources is written beside them.

use std::fs;
use std::path::{Path, PathBuf};

use scaffold::model::Digest;

use crate::failure::{Failure, Outcome};
use crate::{packs, process, toolchain};

/// Where the module is kept.
const MODULE: &str = "src/authoring/folder/generic.wasm";
/// Where the digest of its sources is kept.
const SOURCES: &str = "src/authoring/folder/generic.sources";

/// What the module is made of.
const MADE_OF: [&str; 7] = [
    "plugins/Cargo.lock",
    "plugins/Cargo.toml",
    "plugins/blueprint",
    "plugins/generic",
    "plugins/sdk/Cargo.toml",
    "plugins/sdk/src",
    "wit/v0.1.0/pack.wit",
];

/// Compiles the module, and writes it and the digest of its sources.
pub fn write(root: &Path) -> Outcome<()> {
    let toolchain = toolchain::find()?;
    let mut command = toolchain.build(&packs::workspace(root))?;
    process::run(command.args(["--package", "generic"]))?;
    let module = packs::module(root, "generic")?;
    for (path, bytes) in [(MODULE, module.as_slice()), (SOURCES, format!("{}\n", digest(root)?).as_bytes())] {
        let path = root.join(path);
        fs::write(&path, bytes).map_err(Failure::io(&path))?;
    }
    println!("{MODULE} ({} bytes)", module.len());
    Ok(())
}

/// The digest of all sources: names and contents, in order, whatever ends their lines.
fn digest(root: &Path) -> Outcome<Digest> {
    let mut files = Vec::new();
    for path in MADE_OF {
        collect(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut text = Vec::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file).map_err(Failure::io(&file))?;
        text.extend(format!("{name} {}\n", Digest::of(&scaffold::model::unix_newlines(&bytes))).bytes());
    }
    Ok(Digest::of(&text))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(Failure::io(path))? {
        collect(&entry.map_err(Failure::io(path))?.path(), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_module_was_made_of_the_sources_that_are_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let recorded = fs::read_to_string(root.join(SOURCES)).unwrap();
        let is_same = recorded.trim_end() == digest(root).unwrap().to_string();
        assert!(is_same, "`{MODULE}` was made of other sources: run `cargo xtask generic`, and commit what it writes");
    }
}
