//! Where things lie in a registry, and its `config.json`.
//!
//! The layout is the sparse one of Cargo's index: any program that serves files can serve a registry, and a reader asks
//! for the index files of the packs in play and for no other. Every path is made here, from a [`Name`] or a [`Digest`]:
//! neither can hold a separator or a dot, so no registry and no lockfile can name a file outside the registry.

use serde::{Deserialize, Serialize};

use super::RegistryError;
use crate::model::{Digest, Name, printable};

/// The file that says which registry this is.
pub const CONFIG: &str = "config.json";
/// The file that `search` reads.
pub const CATALOG: &str = "catalog.json";
/// The folder of the index.
pub const INDEX: &str = "index";
/// The format of `config.json` and `catalog.json` that this version reads and writes.
pub const FORMAT: u32 = 1;
/// Where a blob lies, as `config.json` says it.
const BLOBS: &str = "blobs/sha256/{sha256}.wasm";
/// The most bytes of `config.json`.
pub(super) const MAX_CONFIG: u64 = 64 << 10;

/// The index file of a pack, relative to the registry's root: `index/fa/st/fastapi-orders`, `index/3/a/abc`.
pub fn index_path(name: &Name) -> String {
    let text = name.as_str();
    match text.len() {
        1 | 2 => format!("{INDEX}/{}/{text}", text.len()),
        3 => format!("{INDEX}/3/{}/{text}", &text[..1]),
        _ => format!("{INDEX}/{}/{}/{text}", &text[..2], &text[2..4]),
    }
}

/// The blob of a digest, relative to the registry's root.
pub fn blob_path(digest: &Digest) -> String {
    BLOBS.replace("{sha256}", &digest.hex())
}

/// `config.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Config {
    /// The format of the registry.
    pub format: u32,
    /// The registry's stable name, a URI: lockfiles hold it, whichever mirror served the packs.
    pub id: String,
    /// Where blobs lie. A member of the file, so that a later format can put them on another host.
    pub blobs: String,
    /// The most bytes that a published blob may have here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_blob: Option<u64>,
}

impl Config {
    /// The configuration of a new registry.
    pub fn new(id: impl Into<String>) -> Self {
        Self { format: FORMAT, id: id.into(), blobs: BLOBS.to_owned(), max_blob: None }
    }

    /// Reads `config.json` of the registry at `url`.
    ///
    /// # Errors
    /// Anything but a configuration of a format that this version knows.
    pub fn parse(url: &str, json: &[u8]) -> Result<Self, RegistryError> {
        let wrong = |problem: String| RegistryError::Config { registry: url.to_owned(), problem };
        let config: Self = serde_json::from_slice(json).map_err(|error| wrong(printable(&error.to_string()).into()))?;
        if config.format != FORMAT {
            return Err(wrong(format!("its format is {}, and this version of scaffold reads {FORMAT}", config.format)));
        }
        config.check().map_err(wrong)?;
        Ok(config)
    }

    /// The file's bytes.
    pub(super) fn write(&self) -> String {
        let member = |name: &str, value: serde_json::Value| format!("\"{name}\":{value}");
        let mut members = vec![
            member("format", self.format.into()),
            member("id", self.id.clone().into()),
            member("blobs", self.blobs.clone().into()),
        ];
        members.extend(self.max_blob.map(|limit| member("max-blob", limit.into())));
        format!("{{{}}}\n", members.join(","))
    }

    /// What is wrong with the values, if anything is.
    pub(super) fn check(&self) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '`' | '"' | '\\');
        if self.id.is_empty() || self.id.len() > 256 || !self.id.contains(':') || !self.id.chars().all(plain) {
            return Err(format!("its id `{}` is not a URI of at most 256 characters", printable(&self.id)));
        }
        if self.blobs != BLOBS {
            return Err(format!(
                "its blobs lie at `{}`, and this version of scaffold knows `{BLOBS}`",
                printable(&self.blobs)
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn short_names_have_folders_of_their_own() {
        for (name, path) in [
            ("a", "index/1/a"),
            ("ab", "index/2/ab"),
            ("abc", "index/3/a/abc"),
            ("abcd", "index/ab/cd/abcd"),
            ("fastapi-orders", "index/fa/st/fastapi-orders"),
        ] {
            assert_eq!(index_path(&name.parse().unwrap()), path);
        }
    }

    #[test]
    fn a_configuration_is_read_back() {
        let config = Config { max_blob: Some(7), ..Config::new("https://packs.acme.example/") };
        assert_eq!(Config::parse("x", config.write().as_bytes()).unwrap(), config);
    }

    #[test]
    fn other_formats_and_places_are_refused() {
        for (json, says) in [
            (r#"{"format":2,"id":"a:b","blobs":"blobs/sha256/{sha256}.wasm"}"#, "format is 2"),
            (r#"{"format":1,"id":"a:b","blobs":"../{sha256}"}"#, "blobs lie at `../{sha256}`"),
            ("{\"format\":1,\"id\":\"a:\\u001b[2J\",\"blobs\":\"blobs/sha256/{sha256}.wasm\"}", "not a URI"),
            ("[]", "invalid"),
        ] {
            let error = Config::parse("here", json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("here") && !error.contains('\u{1b}'), "{error}");
        }
    }
}
