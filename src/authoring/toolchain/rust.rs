//! Packs in Rust: cargo, and a compiler for `wasm32-unknown-unknown`.
//!
//! Where the standard library for that target is installed, it is used. Where only its source is, as with Debian's
//! packages, cargo builds it: an unstable option of a stable compiler, which [`RUSTC_BOOTSTRAP`](Std::Source) unlocks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{ToolchainError, process};
use crate::authoring::{AuthoringError, componentize};

/// What packs are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's packages with which packs can be built. `rust-lld` is in `rust-web-llvm`, and leads to what `lld-22` has.
pub const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// A compiler that can build packs.
#[derive(Debug)]
pub struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
    sysroot: PathBuf,
    std: Std,
}

/// How a toolchain comes by the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Std {
    /// It is installed.
    Installed,
    /// Cargo builds it.
    Source,
}

/// Builds the pack whose crate is in `folder`, and gives its component.
///
/// # Errors
/// A missing compiler, a crate that does not compile, a module that is no pack.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    let toolchain = Toolchain::find()?;
    let mut command = toolchain.build(folder, "std,panic_abort")?;
    command.arg("--message-format=json-render-diagnostics");
    let messages = process::watched(&mut command)?;
    let module = module_of(&messages, &folder.join("Cargo.toml")).ok_or_else(|| ToolchainError::Unmade {
        what: "the crate makes no WebAssembly module".to_owned(),
        hint: "write `crate-type = [\"cdylib\"]` under `[lib]` in its `Cargo.toml`".to_owned(),
    })?;
    let unreadable = |error| AuthoringError::Unreadable { path: module.clone(), error };
    componentize(&fs::read(&module).map_err(unreadable)?)
}

/// The module that cargo made of the crate with this manifest.
fn module_of(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let is_own = |path: &str| {
        let same = |a: &Path, b: &Path| Some(a.canonicalize().ok()? == b.canonicalize().ok()?);
        same(Path::new(path), manifest).unwrap_or(false)
    };
    let mut modules =
        messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter_map(|message| {
            let is_artifact = message["reason"] == "compiler-artifact" && is_own(message["manifest_path"].as_str()?);
            let files = message["filenames"].as_array().filter(|_| is_artifact)?;
            files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
        });
    modules.next_back()
}

impl Toolchain {
    /// The first toolchain that will do: the user's, or else the system's.
    ///
    /// # Errors
    /// None will do.
    pub fn find() -> Result<Self, ToolchainError> {
        let mut complaints = Vec::new();
        for (cargo, rustc) in [("cargo", "rustc"), ("/usr/bin/cargo", "/usr/bin/rustc")] {
            match examine(Path::new(cargo), Path::new(rustc)) {
                Ok(toolchain) => return Ok(toolchain),
                Err(why) => complaints.push(format!("{rustc}: {why}")),
            }
        }
        Err(ToolchainError::Missing {
            what: format!("no Rust toolchain here builds for {TARGET}"),
            complaints,
            hint: format!(
                "`rustup target add {TARGET}`, or on Debian as root `apt-get install {}`",
                DEBIAN_PACKAGES.join(" ")
            ),
        })
    }

    /// Which one it is, for a person.
    ///
    /// # Errors
    /// The compiler does not start any more.
    pub fn describe(&self) -> Result<String, ToolchainError> {
        let version = process::output(process::command(&self.rustc, Path::new("/")).arg("--version"))?;
        let std = match self.std {
            Std::Installed => "standard library installed",
            Std::Source => "standard library built from source",
        };
        Ok(format!("{}, {std}", version.trim_end()))
    }

    /// This toolchain's cargo, in a folder.
    pub fn cargo(&self, folder: &Path) -> Command {
        let mut command = process::command(&self.cargo, folder);
        if self.rustc.is_absolute() {
            // A system's compiler: an outer rustup's choice of toolchain and libraries is not for it.
            command.env("RUSTC", &self.rustc).env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH");
        }
        command
    }

    /// `cargo build` of modules for release, with no trace of this machine in them. `std` are the crates of the standard
    /// library that are built where they are not installed.
    ///
    /// # Errors
    /// Cargo can't read the crate.
    pub fn build(&self, folder: &Path, std: &str) -> Result<Command, ToolchainError> {
        let mut command = self.cargo(folder);
        command.args(["build", "--release", "--target", TARGET]);
        if self.std == Std::Source {
            command.arg(format!("-Zbuild-std={std}")).env("RUSTC_BOOTSTRAP", "1");
        }
        let flags = self
            .foreign_paths(folder)?
            .into_iter()
            .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.collect::<Vec<_>>().join("\u{1f}"));
        Ok(command)
    }

    /// The folders whose paths panics' locations would carry into a module, and what stands there instead: they name
    /// a user and the place that crates were fetched from.
    fn foreign_paths(&self, folder: &Path) -> Result<Vec<(PathBuf, &'static str)>, ToolchainError> {
        let mut metadata = self.cargo(folder);
        metadata.args(["metadata", "--format-version=1"]);
        let metadata: Value =
            serde_json::from_str(&process::output(&mut metadata)?).map_err(|error| ToolchainError::Unmade {
                what: format!("cargo's metadata can't be read: {error}"),
                hint: "use another version of cargo".to_owned(),
            })?;
        let mut paths = vec![(self.sysroot.join("lib/rustlib/src/rust"), "rust")];
        // Crates inside of this one are named by paths relative to it: flags that named it would have everything compiled
        // again in every other folder.
        let own = metadata["workspace_root"].as_str().map_or(folder, Path::new);
        paths.extend(metadata["target_directory"].as_str().map(|path| (path.into(), "target")));
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let manifest = package["manifest_path"].as_str().map(Path::new);
            // Of crates that came from elsewhere, the folder of all from the same source, above the crate's own.
            let depth = if package["source"].is_string() { 2 } else { 1 };
            let source = manifest.and_then(|path| path.ancestors().nth(depth)).filter(|path| !path.starts_with(own));
            paths.extend(source.map(|path| (path.to_owned(), "crates")));
        }
        // The compiler takes the last that fits: what is inside of another comes after it.
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}

fn examine(cargo: &Path, rustc: &Path) -> Result<Toolchain, String> {
    let ask = |arguments: &[&str]| -> Result<String, String> {
        let answer = process::output(process::command(rustc, Path::new("/")).args(arguments))
            .map_err(|failure| failure.to_string())?;
        Ok(answer.trim_end().to_owned())
    };
    let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
    let libraries = PathBuf::from(ask(&["--print", "target-libdir", "--target", TARGET])?);
    let std = if libraries.is_dir() {
        Std::Installed
    } else if sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        Std::Source
    } else {
        return Err(format!("it has neither the standard library for {TARGET} nor its source"));
    };
    let host = ask(&["--print", "host-tuple"])?;
    let own_linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
    if !own_linker.is_file() && !is_on_path("rust-lld") {
        return Err("its linker `rust-lld` is missing".to_owned());
    }
    process::output(process::command(cargo, Path::new("/")).arg("--version")).map_err(|failure| failure.to_string())?;
    Ok(Toolchain { cargo: cargo.to_owned(), rustc: rustc.to_owned(), sysroot, std })
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
