//! A component's contract, imports and manifest, read with `wasmparser`.

use std::fmt;

use semver::Version;
use wasmparser::{Encoding, Parser, Payload};

use super::ComponentError;
use crate::model::Manifest;

/// The custom section that holds the manifest as JSON.
const MANIFEST_SECTION: &str = "scaffold:manifest";

/// The most bytes that a component may have: compiling costs about a CPU second for each 1.5 MB.
const MAX_SIZE: usize = 64 << 20;

/// The interface that makes a component a pack.
const GENERATOR: &str = "scaffold:pack/generator";

/// What a component says of itself.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The version of `scaffold:pack` that it was built for.
    pub contract: Version,
    /// The instances that it imports, sorted.
    pub imports: Vec<Interface>,
    /// The manifest, where the component carries one.
    pub manifest: Option<Manifest>,
}

/// An imported interface: `wasi:io/streams@0.2.9`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interface {
    /// `wasi:io/streams`.
    pub name: String,
    /// `0.2.9`, where it has one.
    pub version: Option<Version>,
}

impl Interface {
    /// Reads a name as components write it, with its version after an `@`.
    pub fn parse(text: &str) -> Self {
        match text.rsplit_once('@').map(|(name, version)| (name, Version::parse(version))) {
            Some((name, Ok(version))) => Self { name: name.to_owned(), version: Some(version) },
            _ => Self { name: text.to_owned(), version: None },
        }
    }

    /// `wasi:io`: the package that the interface belongs to.
    pub fn package(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Reads the top level of a component.
///
/// This parses; it does not validate. What wasmtime compiles it validates itself.
///
/// # Errors
/// Anything that is not a component which exports the generator interface.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, ComponentError> {
    if bytes.len() > MAX_SIZE {
        return Err(ComponentError::TooLarge { size: bytes.len(), limit: MAX_SIZE });
    }
    if bytes.starts_with(b"\x7fELF") {
        // What wasmtime writes is an ELF object on every platform.
        return Err(ComponentError::Precompiled);
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(ComponentError::NotWasm("it does not begin as WebAssembly does".to_owned()));
    }
    let not_wasm = |error: wasmparser::BinaryReaderError| ComponentError::NotWasm(error.message().to_owned());
    let mut exports = Vec::new();
    let mut imports = Vec::new();
    let mut manifest = None;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(not_wasm)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(ComponentError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(Interface::parse(import.map_err(not_wasm)?.name.name));
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    exports.push(Interface::parse(export.map_err(not_wasm)?.name.name));
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == MANIFEST_SECTION => {
                manifest = Some(parse_manifest(section.data())?);
            }
            _ => {}
        }
    }
    let generator = exports.iter().find(|export| export.name == GENERATOR).ok_or(ComponentError::NotAPack)?;
    let version = generator.version.clone().ok_or(ComponentError::NotAPack)?;
    imports.sort();
    Ok(Inspection { contract: version, imports, manifest })
}

fn parse_manifest(json: &[u8]) -> Result<Manifest, ComponentError> {
    serde_json::from_slice(json).map_err(|error| ComponentError::Manifest(error.to_string()))
}

/// The component with its manifest in the custom section, in place of any that it had.
///
/// # Errors
/// Bytes that are no component, or that already carry a manifest: a pack is finished once.
pub fn with_manifest(component: &[u8], manifest: &Manifest) -> Result<Vec<u8>, ComponentError> {
    if inspect(component)?.manifest.is_some() {
        return Err(ComponentError::Manifest("the component already carries one".to_owned()));
    }
    let json = serde_json::to_vec(manifest).map_err(|error| ComponentError::Manifest(error.to_string()))?;
    let section = wasm_encoder::CustomSection { name: MANIFEST_SECTION.into(), data: json.into() };
    let mut bytes = component.to_vec();
    wasm_encoder::ComponentSection::append_to_component(&section, &mut bytes);
    Ok(bytes)
}
