//! Packs and registries for this room's tests.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use semver::Version;
use tempfile::TempDir;

use super::{Access, Credentials, FRESH, IndexLine, Listener, Trust, init, publish};
use crate::component;
use crate::model::{Capability, Dependency, Digest, Manifest, Report};
use crate::store::Cache;

/// When everything in a test was published.
pub const PUBLISHED: &str = "2026-01-02T03:04:05Z";

/// A pack that is only its manifest.
#[derive(Clone)]
pub struct Pack {
    pub manifest: Manifest,
    pub contract: &'static str,
    pub imports: &'static [&'static str],
}

impl Pack {
    pub fn new(name: &str, version: &str) -> Self {
        let manifest = Manifest {
            name: name.parse().unwrap(),
            version: version.parse().unwrap(),
            summary: format!("The pack {name}"),
            description: String::new(),
            license: String::new(),
            keywords: vec!["test".into()],
            questions: serde_json::Map::new(),
            dependencies: Vec::new(),
            provides: vec![Capability {
                name: format!("{name}-facts").parse().unwrap(),
                version: Version::new(1, 0, 0),
                facts: serde_json::json!({}),
            }],
            requires: Vec::new(),
            extra: serde_json::Map::new(),
        };
        Self { manifest, contract: "0.1.0", imports: &[] }
    }

    pub fn needs(mut self, name: &str, requirement: &str) -> Self {
        let dependency =
            Dependency { name: name.parse().unwrap(), version: requirement.parse().unwrap(), source: None };
        self.manifest.dependencies.push(dependency);
        self
    }

    /// The smallest component that passes for a pack, without a manifest.
    pub fn bare(&self) -> Vec<u8> {
        let imports: String = self.imports.iter().map(|name| format!("(import \"{name}\" (instance))")).collect();
        let text = format!(
            "(component {imports} (instance $generator) \
             (export \"scaffold:pack/generator@{}\" (instance $generator)))",
            self.contract
        );
        wat::parse_str(text).unwrap()
    }

    pub fn wasm(&self) -> Vec<u8> {
        component::with_manifest(&self.bare(), &self.manifest).unwrap()
    }
}

/// An index line that no blob stands behind.
pub fn line(name: &str, version: &str) -> IndexLine {
    let manifest = Pack::new(name, version).manifest;
    IndexLine {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: Digest::of(name.as_bytes()),
        size: 7,
        contract: Version::new(0, 1, 0),
        imports: Vec::new(),
        manifest,
        published: PUBLISHED.to_owned(),
        yanked: false,
        signer: None,
        signature: None,
        artifact: None,
    }
}

/// A registry that holds these packs.
pub fn registry(packs: &[Pack]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path(), "https://packs.test.example/").unwrap();
    for pack in packs {
        put(folder.path(), pack);
    }
    folder
}

/// How a test reaches registries: without the network, with its own cache, unheard.
pub fn access(cache: &Path) -> Access<'static> {
    Access {
        cache: Cache::at(cache),
        offline: true,
        plain_http: false,
        fresh: FRESH,
        timeout: Duration::from_secs(1),
        retries: 0,
        credentials: Credentials::default(),
        trust: Trust::new(cache.join("trust.toml"), super::Unsigned::Refuse),
        listener: &Nobody,
    }
}

/// Hears nothing.
struct Nobody;

impl Listener for Nobody {
    fn takes_unsigned(&self, _registry: &str, _pack: &crate::model::PackId) -> bool {
        false
    }

    fn fetching(&self, _: &str, _: Option<u64>) {}
    fn received(&self, _: &str, _: u64) {}
    fn fetched(&self, _: &str) {}
    fn warning(&self, _: &Report) {}
}

/// Publishes one more.
pub fn put(folder: &Path, pack: &Pack) -> IndexLine {
    publish(folder, &pack.wasm(), PUBLISHED, &|_| true).unwrap()
}
