//! The packs of `plugins/`: which there are, and how they are built.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use scaffold::authoring::componentize;
use scaffold::component::with_manifest;
use scaffold::host::{CompiledCode, Host, Options, Surroundings};
use scaffold::model::{Digest, Manifest};
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::toolchain::{self, TARGET, Toolchain};

/// How long a pack may take to describe itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// A crate of `plugins/` that is a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The crate's name, which is the pack's.
    pub name: String,
    /// The crate's version, which is the pack's.
    pub version: String,
    /// Whether it only shows authors how it is done: such a pack is not published.
    pub example: bool,
    /// The cdylib's name, as the compiler names its file.
    module: String,
}

/// A finished pack.
#[derive(Debug)]
pub struct Built {
    /// Where it was written.
    pub path: PathBuf,
    /// The component, with its manifest.
    pub bytes: Vec<u8>,
    /// What it was built from.
    pub source: Source,
}

/// The packs' own workspace.
pub fn workspace(root: &Path) -> PathBuf {
    root.join("plugins")
}

/// Builds the packs named, or all of them, to `target/packs/`.
pub fn build(root: &Path, names: &[&str]) -> Outcome<Vec<Built>> {
    let toolchain = toolchain::find()?;
    let sources = choose(sources(root, &toolchain)?, names)?;
    eprintln!("building {} packs with {}", sources.len(), toolchain.describe()?);
    let mut command = toolchain.build(&workspace(root))?;
    for source in &sources {
        command.args(["--package", &source.name]);
    }
    process::run(&mut command)?;
    let host = Host::new(Options {
        compiled: CompiledCode::none(),
        timeout: PATIENCE,
        surroundings: Surroundings::default(),
        metered: false,
    })
    .map_err(|error| Failure::from_report("the host", &error))?;
    let folder = root.join("target/packs");
    fs::create_dir_all(&folder).map_err(Failure::io(&folder))?;
    sources.into_iter().map(|source| finish(root, &folder, &host, source)).collect()
}

/// The packs of the workspace, by name.
fn sources(root: &Path, toolchain: &Toolchain) -> Outcome<Vec<Source>> {
    let mut command = toolchain.cargo(&workspace(root));
    command.args(["metadata", "--format-version=1", "--no-deps", "--locked"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut command)?)
        .map_err(|error| Failure::new(format!("cargo's metadata can't be read: {error}")))?;
    let mut sources: Vec<_> = metadata["packages"].as_array().into_iter().flatten().filter_map(source).collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

/// A package as cargo describes it, if it is a pack: those are the crates that make a module, but for the one that is a
/// part of every pack without code.
fn source(package: &Value) -> Option<Source> {
    let is_module = |target: &&Value| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"cdylib".into()));
    if package["metadata"]["scaffold"]["part"] == true {
        return None;
    }
    let target = package["targets"].as_array()?.iter().find(is_module)?;
    Some(Source {
        name: package["name"].as_str()?.to_owned(),
        version: package["version"].as_str()?.to_owned(),
        example: package["metadata"]["scaffold"]["example"] == true,
        module: target["name"].as_str()?.replace('-', "_"),
    })
}

fn choose(sources: Vec<Source>, names: &[&str]) -> Outcome<Vec<Source>> {
    if let Some(unknown) = names.iter().find(|name| !sources.iter().any(|source| source.name == **name)) {
        let known = sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("`plugins/` has no pack `{unknown}`; it has {known}")));
    }
    Ok(sources.into_iter().filter(|source| names.is_empty() || names.contains(&source.name.as_str())).collect())
}

/// The module that the compiler made of a crate.
pub fn module(root: &Path, name: &str) -> Outcome<Vec<u8>> {
    let module = workspace(root).join("target").join(TARGET).join("release").join(format!("{name}.wasm"));
    fs::read(&module).map_err(Failure::io(&module))
}

/// From the compiler's module to the file that a registry takes.
fn finish(root: &Path, folder: &Path, host: &Host, source: Source) -> Outcome<Built> {
    let module = module(root, &source.module)?;
    let component = componentize(&module).map_err(|error| Failure::from_report(&source.name, &error))?;
    let manifest = describe(host, &source.name, &component)?;
    if (manifest.name.as_str(), manifest.version.to_string()) != (source.name.as_str(), source.version.clone()) {
        return Err(Failure::new(format!(
            "`{}` {} calls itself {}: a pack takes name and version from its Cargo.toml",
            source.name,
            source.version,
            manifest.id()
        )));
    }
    let bytes = with_manifest(&component, &manifest).map_err(|error| Failure::from_report(&source.name, &error))?;
    let path = folder.join(format!("{}-{}.wasm", source.name, source.version));
    fs::write(&path, &bytes).map_err(Failure::io(&path))?;
    Ok(Built { path, bytes, source })
}

/// What the pack says of itself. The one place where building runs a pack.
fn describe(host: &Host, name: &str, component: &[u8]) -> Outcome<Manifest> {
    let bytes = component.to_vec();
    let (pack, _) = host
        .load(name, &Digest::of(component), || Ok(bytes.into()))
        .map_err(|error| Failure::from_report(name, &error))?;
    let (manifest, _) = pack.describe().map_err(|error| Failure::from_report(name, &error))?;
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(kind: &str, metadata: Value) -> Value {
        json!({
            "name": "fastapi-base",
            "version": "0.1.0",
            "metadata": metadata,
            "targets": [{ "kind": [kind], "name": "fastapi-base" }],
        })
    }

    #[test]
    fn a_pack_is_a_crate_that_makes_a_module() {
        let pack = source(&package("cdylib", Value::Null));
        assert!(pack.as_ref().is_some_and(|pack| pack.module == "fastapi_base" && !pack.example), "{pack:?}");
        assert_eq!(source(&package("lib", Value::Null)), None);
        let example = source(&package("cdylib", json!({ "scaffold": { "example": true } })));
        assert!(example.is_some_and(|pack| pack.example));
    }

    #[test]
    fn an_unknown_pack_is_named_with_the_known_ones() {
        let known: Vec<_> = source(&package("cdylib", Value::Null)).into_iter().collect();
        assert!(choose(known.clone(), &[]).is_ok_and(|all| all == known));
        let failure = choose(known, &["nope"]).map(|_| String::new()).unwrap_or_else(|failure| failure.to_string());
        assert!(failure.contains("`nope`") && failure.contains("fastapi-base"), "{failure}");
    }
}
