//! A Rust toolchain that can build packs.
//!
//! Packs are built for `wasm32-unknown-unknown`. Where the standard library for it is installed, that is used. Where
//! only its source is, as with Debian's packages, cargo builds it: an unstable option of a stable compiler, which
//! [`RUSTC_BOOTSTRAP`](Std::Source) unlocks.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

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

/// The first toolchain that will do: the one that builds the host, or else the system's.
pub fn find() -> Outcome<Toolchain> {
    let mut complaints = Vec::new();
    for (cargo, rustc) in [("cargo", "rustc"), ("/usr/bin/cargo", "/usr/bin/rustc")] {
        match examine(Path::new(cargo), Path::new(rustc)) {
            Ok(toolchain) => return Ok(toolchain),
            Err(why) => complaints.push(format!("  {rustc}: {why}")),
        }
    }
    Err(Failure::new(format!(
        "no Rust toolchain here builds for {TARGET}\n{}\nhint: `rustup target add {TARGET}`, or on Debian as root \
         `apt-get install {}`, which is what `cargo xtask setup` runs",
        complaints.join("\n"),
        DEBIAN_PACKAGES.join(" ")
    )))
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

impl Toolchain {
    /// Which one it is, for a person.
    pub fn describe(&self) -> Outcome<String> {
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
        process::forget_cargo(&mut command);
        if self.rustc.is_absolute() {
            // A system's compiler: an outer rustup's choice of toolchain and libraries is not for it.
            command.env("RUSTC", &self.rustc).env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH");
        }
        command
    }

    /// `cargo build` of modules for release, with no trace of this machine in them.
    pub fn build(&self, folder: &Path) -> Outcome<Command> {
        let mut command = self.cargo(folder);
        command.args(["build", "--release", "--locked", "--target", TARGET]);
        if self.std == Std::Source {
            command.arg("-Zbuild-std=core,alloc").env("RUSTC_BOOTSTRAP", "1");
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
    fn foreign_paths(&self, folder: &Path) -> Outcome<Vec<(PathBuf, &'static str)>> {
        let mut metadata = self.cargo(folder);
        metadata.args(["metadata", "--format-version=1", "--locked"]);
        let metadata: serde_json::Value = serde_json::from_str(&process::output(&mut metadata)?)
            .map_err(|error| Failure::new(format!("cargo's metadata can't be read: {error}")))?;
        let mut paths = vec![(self.sysroot.join("lib/rustlib/src/rust"), "rust"), (folder.to_owned(), "packs")];
        for package in
            metadata["packages"].as_array().into_iter().flatten().filter(|package| package["source"].is_string())
        {
            let manifest = package["manifest_path"].as_str().map(Path::new);
            // The folder of all crates that came from the same source, above the crate's own.
            if let Some(source) = manifest.and_then(|path| path.ancestors().nth(2)) {
                paths.push((source.to_owned(), "crates"));
            }
        }
        paths.sort();
        paths.dedup();
        Ok(paths)
    }
}
