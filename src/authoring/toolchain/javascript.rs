//! Packs in JavaScript: `componentize-js`, which is a package of the pack, run by Node.
//!
//! Its own command line fails on some versions of Node; its function does not.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Workplace, process};
use crate::authoring::folder::{Contents, FolderError, Sources};
use crate::authoring::toolchain::ToolchainError;
use crate::authoring::{AuthoringError, strip};

/// The file that says where the pack's object is: its `main`.
pub(super) const MANIFEST: &str = "package.json";
/// Folders of a package that don't belong to the pack, beside those with a dot.
const LEFT_OUT: [&str; 3] = ["dist", "node_modules", "tests"];
/// The module where it does not say.
const MAIN: &str = "pack.js";
/// The package that packs are written with, where it lies in the pack.
const SDK: &str = "javascript/scaffold-pack";
/// The module of it that holds the texts of templates.
const TEXTS: &str = "texts.js";
/// The folder of templates.
const TEMPLATES: &str = "templates";
/// The package that makes components.
const TOOL: &str = "@bytecodealliance/componentize-js";

/// What Node runs: all features are off that import something of WASI.
const SCRIPT: &str = "
import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';
const [sourcePath, witPath, worldName, output] = process.argv.slice(1);
const disableFeatures = ['stdio', 'random', 'clocks', 'http', 'fetch-event'];
const { component } = await componentize({ sourcePath, witPath, worldName, disableFeatures });
await writeFile(output, component);
";

/// Builds the pack whose `package.json` is in `folder`, and gives its component.
///
/// # Errors
/// A missing tool, and one that fails.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    let Manifest { main, scaffold: Settings { world, paths } } = manifest(folder)?;
    let world = super::world(MANIFEST, world.as_deref())?;
    let texts = texts(folder)?;
    let missing =
        |what: String, hint: &str| ToolchainError::Missing { what, complaints: Vec::new(), hint: hint.to_owned() };
    if !process::runs("node", &["--version"]) {
        let what = "packs in JavaScript are built by Node, which is not on the `PATH`".to_owned();
        return Err(missing(what, "get it from your system's packages, or from nodejs.org").into());
    }
    let absolute = folder.canonicalize().map_err(|error| AuthoringError::Unreadable { path: folder.into(), error })?;
    // Where Node looks: beside the script, and in every folder above.
    if !absolute.ancestors().any(|folder| folder.join("node_modules").join(TOOL).is_dir()) {
        let what = format!("packs in JavaScript are built by `{TOOL}`, which is not installed in the pack's folder");
        return Err(missing(what, "in the pack's folder: `npm install`").into());
    }
    let work = Workplace::new()?;
    let output = work.path("pack.wasm");
    let mut command = process::command("node", &absolute);
    command.args(["--input-type=module", "--eval", SCRIPT, "--"]);
    // A copy: modules are found below the folder of the first alone, and other folders may belong to the pack.
    work.take_in(&absolute, "javascript", &LEFT_OUT)?;
    for path in &paths {
        let name = path.file_name().ok_or_else(|| FolderError::Syntax {
            file: MANIFEST.to_owned(),
            place: None,
            message: format!("`{}` of `paths` names no folder", path.display()),
        })?;
        work.take_in(&absolute.join(path), &format!("javascript/{}", name.to_string_lossy()), &LEFT_OUT)?;
    }
    let sdk = work.path(SDK);
    if sdk.is_dir() {
        let path = sdk.join(TEXTS);
        fs::write(&path, texts).map_err(|error| AuthoringError::Unreadable { path, error })?;
    }
    let main = work.path("javascript").join(main.as_deref().unwrap_or(MAIN));
    process::output(command.arg(main).arg(work.contract()?).arg(world).arg(&output))?;
    let component = fs::read(&output).map_err(|error| AuthoringError::Unreadable { path: output, error })?;
    strip(&component)
}

/// The module with the texts of all templates of a pack: components have no files.
fn texts(folder: &Path) -> Result<String, AuthoringError> {
    let mut texts = Map::new();
    for (path, contents) in Sources::Disk(folder).below(TEMPLATES)? {
        let Contents::Text(text) = contents else {
            let file = format!("{TEMPLATES}/{path}");
            return Err(FolderError::Template { file, problem: "it is not UTF-8 text".to_owned() }.into());
        };
        texts.insert(path, Value::String(text));
    }
    // What JSON writes is a literal of JavaScript, too.
    Ok(format!("export const texts = {};\n", Value::Object(texts)))
}

/// What `package.json` says of a pack.
#[derive(Deserialize)]
struct Manifest {
    /// The module with the exports.
    main: Option<String>,
    #[serde(default)]
    scaffold: Settings,
}

/// `scaffold` in it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// What the exports are written for.
    world: Option<String>,
    /// Other folders, relative to the pack's: each stands beside its modules, under its own name.
    #[serde(default)]
    paths: Vec<PathBuf>,
}

fn manifest(folder: &Path) -> Result<Manifest, AuthoringError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| AuthoringError::Unreadable { path, error })?;
    Ok(serde_json::from_str(&text).map_err(|error| FolderError::json(MANIFEST, &error))?)
}
