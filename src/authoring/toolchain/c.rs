//! Packs in C: `make`, and a compiler with a C library for WASI, clang of the WASI SDK or Zig.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Workplace, process};
use crate::authoring::toolchain::ToolchainError;
use crate::authoring::{AuthoringError, componentize};

/// The file by which a pack in C is known.
pub(super) const MANIFEST: &str = "Makefile";

/// Where the WASI SDK says that it is.
const SDK: &str = "WASI_SDK_PATH";

/// Builds the pack whose `Makefile` is in `folder`, and gives its component.
///
/// # Errors
/// A missing tool, and one that fails.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, AuthoringError> {
    if !process::runs("make", &["--version"]) {
        let hint = "get it from your system's packages: `make`".to_owned();
        let what = "packs in C are built by `make`, which is not on the `PATH`".to_owned();
        return Err(ToolchainError::Missing { what, complaints: Vec::new(), hint }.into());
    }
    let compiler = find()?;
    let work = Workplace::new()?;
    let module = work.path("core.wasm");
    let absolute = folder.canonicalize().map_err(|error| AuthoringError::Unreadable { path: folder.into(), error })?;
    let mut make = process::command("make", &absolute);
    process::output(make.arg(format!("CC={compiler}")).arg(format!("OUT={}", module.display())))?;
    componentize(&fs::read(&module).map_err(|error| AuthoringError::Unreadable { path: module, error })?)
}

/// The compiler as `make` calls it.
fn find() -> Result<String, ToolchainError> {
    let sdk = std::env::var_os(SDK).map(|sdk| PathBuf::from(sdk).join("bin/clang"));
    if let Some(clang) = sdk.filter(|clang| process::runs(clang, &["--version"])) {
        return Ok(clang.display().to_string());
    }
    let zig: [(&str, &[&str], &str); 2] =
        [("zig", &["version"], "zig cc"), ("python3", &["-m", "ziglang", "version"], "python3 -m ziglang cc")];
    let found = zig.into_iter().find(|(program, arguments, _)| process::runs(OsStr::new(program), arguments));
    found.map(|(_, _, compiler)| compiler.to_owned()).ok_or_else(|| ToolchainError::Missing {
        what: "no C compiler with a library for WASI is here".to_owned(),
        complaints: vec![
            format!("`{SDK}` is not set to the WASI SDK"),
            "neither `zig` nor Python's `ziglang` is on the `PATH`".to_owned(),
        ],
        hint: "`python3 -m pip install ziglang`, or the WASI SDK of github.com/WebAssembly/wasi-sdk".to_owned(),
    })
}
