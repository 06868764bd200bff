//! Puts the default registry, and the sources of the packs that `scaffold pack new` starts, into the program.
//!
//! Of each pack of `registry/` the newest version and one predecessor are embedded, and checked here, so that the
//! program need not hash itself at each start: a blob that is not what its index line says fails the build. What is
//! embedded is always the committed folder. Development uses `SCAFFOLD_REGISTRY` at run time instead of another folder
//! here, so that there are no two builds of one commit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use semver::Version;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The versions of a pack that are embedded.
const VERSIONS: usize = 2;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=registry");
    for (source, _) in STARTER {
        println!("cargo::rerun-if-changed={source}");
    }
    match embed().map_err(|problem| format!("registry/: {problem}")).and_then(|()| embed_starter()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            println!("cargo::error={problem}");
            ExitCode::FAILURE
        }
    }
}

/// What the pack consists of that makes new packs: its own folder, and what those in Rust and other languages are built
/// with and no registry has.
const STARTER: [(&str, &str); 7] = [
    ("plugins/starter", ""),
    ("plugins/c", "templates/c/sdk/"),
    ("plugins/python/scaffold_pack", "templates/python/scaffold_pack/"),
    ("plugins/javascript/scaffold-pack", "templates/javascript/scaffold-pack/"),
    ("plugins/sdk/src", "templates/rust/vendor/scaffold-pack/src/"),
    ("plugins/sdk/derive/src", "templates/rust/vendor/scaffold-pack/derive/src/"),
    ("wit/v0.1.0", "templates/contract/v0.1.0/"),
];

/// Writes the table that `src/authoring/starter.rs` includes: paths and contents, sorted by path.
fn embed_starter() -> Result<(), String> {
    let root = folder("CARGO_MANIFEST_DIR")?;
    let mut files = Vec::new();
    for (source, target) in STARTER {
        for file in files_below(&root, source)? {
            let inside = file.strip_prefix(source).unwrap_or(&file).trim_start_matches('/').to_owned();
            files.push((format!("{target}{inside}"), format!("/{file}")));
        }
    }
    files.sort();
    let mut table = "pub(super) static FILES: &[(&str, &[u8])] = &[\n".to_owned();
    for (path, file) in files {
        let line = format!("    ({path:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))),\n");
        table.push_str(&line);
    }
    table.push_str("];\n");
    fs::write(folder("OUT_DIR")?.join("starter.rs"), table).map_err(|error| error.to_string())
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or(format!("`{variable}` is not set"))
}

fn embed() -> Result<(), String> {
    let registry = folder("CARGO_MANIFEST_DIR")?.join("registry");
    let config: Value = json(&read(&registry, "config.json")?).map_err(|problem| format!("config.json: {problem}"))?;
    let id = config["id"].as_str().ok_or("config.json: it has no `id`")?;
    let catalog = read(&registry, "catalog.json")?;

    let mut index = Vec::new();
    let mut blobs = Vec::new();
    for path in files_below(&registry, "index")? {
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let lines = newest(&read(&registry, &path)?).map_err(|problem| format!("{path}: {problem}"))?;
        for line in &lines {
            check_blob(&registry, line)?;
            blobs.push(line.sha256.clone());
        }
        index.push((name, lines.into_iter().map(|line| line.text + "\n").collect::<String>()));
    }
    index.sort();
    blobs.sort();
    blobs.dedup();
    let table = write_table(id, &catalog, &index, &blobs).map_err(|error| error.to_string())?;
    fs::write(folder("OUT_DIR")?.join("embedded_registry.rs"), table).map_err(|error| error.to_string())
}

/// An index line, as far as choosing versions needs it.
struct Line {
    version: Version,
    yanked: bool,
    sha256: String,
    size: u64,
    text: String,
}

impl Line {
    /// None for a line of another format.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let line = json(text)?;
        if line["v"].as_u64() != Some(1) {
            return Ok(None);
        }
        let member = |name: &str| line[name].as_str().ok_or(format!("a line has no `{name}`"));
        let sha256 = member("sha256")?.to_owned();
        if sha256.len() != 64 || !sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(format!("`{sha256}` is not a digest"));
        }
        Ok(Some(Self {
            version: member("version")?.parse().map_err(|error| format!("a version: {error}"))?,
            yanked: line["yanked"].as_bool().unwrap_or(false),
            sha256,
            size: line["size"].as_u64().ok_or("a line has no `size`")?,
            text: text.to_owned(),
        }))
    }
}

/// The lines to embed, ascending. Stable versions come before pre-releases whatever their number: with only two
/// pre-releases aboard, no ordinary requirement would find a version.
fn newest(text: &str) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for text in text.lines() {
        lines.extend(Line::parse(text)?);
    }
    lines.sort_by_key(|line| (!line.yanked, line.version.pre.is_empty(), line.version.clone()));
    lines.drain(..lines.len().saturating_sub(VERSIONS));
    lines.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(lines)
}

fn check_blob(registry: &Path, line: &Line) -> Result<(), String> {
    let path = blob_path(&line.sha256);
    let bytes = fs::read(registry.join(&path)).map_err(|error| format!("{path}: {error}"))?;
    let found = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if bytes.len() as u64 != line.size || found != line.sha256 {
        return Err(format!(
            "{path}: the index says {} bytes, and there are {} of digest {found}",
            line.size,
            bytes.len()
        ));
    }
    Ok(())
}

fn blob_path(sha256: &str) -> String {
    format!("blobs/sha256/{sha256}.wasm")
}

/// The files below a folder of `root`, relative to `root`.
fn files_below(root: &Path, folder: &str) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        if !path.exists() {
            continue; // A registry without packs has no index.
        }
        for entry in fs::read_dir(&path).map_err(|error| format!("{folder}: {error}"))? {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            let name = entry.file_name().into_string().map_err(|_| format!("{folder}: a name is no text"))?;
            let path = format!("{folder}/{name}");
            let is_folder = entry.file_type().map_err(|error| format!("{path}: {error}"))?.is_dir();
            // What Python leaves beside what it ran is no source.
            if name == "__pycache__" {
                continue;
            }
            if is_folder { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

/// The tables that `src/registry/embedded.rs` includes.
fn write_table(
    id: &str,
    catalog: &str,
    index: &[(String, String)],
    blobs: &[String],
) -> Result<String, std::fmt::Error> {
    let mut table = String::new();
    writeln!(table, "pub(super) static ID: &str = {id:?};")?;
    writeln!(table, "pub(super) static CATALOG: &str = {catalog:?};")?;
    writeln!(table, "pub(super) static INDEX: &[(&str, &str)] = &[")?;
    for (name, lines) in index {
        writeln!(table, "    ({name:?}, {lines:?}),")?;
    }
    writeln!(table, "];\npub(super) static BLOBS: &[(&str, &[u8])] = &[")?;
    for sha256 in blobs {
        let path = format!("/registry/{}", blob_path(sha256));
        writeln!(table, "    ({sha256:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")?;
    }
    writeln!(table, "];")?;
    Ok(table)
}

fn read(registry: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(registry.join(file)).map_err(|error| format!("{file}: {error}"))
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}
