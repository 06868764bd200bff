//! Index files: what a registry says of each version of a pack.
//!
//! One JSON object a line, one line a version, sorted by version; a line carries the manifest, so that searching,
//! resolving and asking questions open no blob. Lines are only ever added, but for `yanked`. A line of another format
//! is for another version of scaffold and is passed over; a line that claims this format and does not hold to it is an
//! error, because passing over it could quietly select an older version.

use std::collections::BTreeSet;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::layout::index_path;
use super::{BlobId, RegistryError};
use crate::model::{Digest, JsonObject, Manifest, Name, PackId, printable};

/// The format of the lines that this version reads and writes.
pub const LINE_FORMAT: u32 = 1;
/// The most bytes of one index file.
pub(super) const MAX_INDEX: u64 = 32 << 20;
/// The most bytes of one line.
const MAX_LINE: usize = 1 << 20;
/// The most lines of one file.
const MAX_LINES: usize = 10_000;

/// One version of a pack, as the index describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexLine {
    /// The pack's name.
    pub name: Name,
    /// The version, without build metadata.
    pub version: Version,
    /// The digest of the component.
    #[serde(rename = "sha256", with = "bare_hex")]
    pub digest: Digest,
    /// The component's size in bytes.
    pub size: u64,
    /// The version of `scaffold:pack` that it was built for.
    pub contract: Version,
    /// The interfaces that it imports: `wasi:io/streams@0.2.9`.
    pub imports: Vec<String>,
    /// What `describe` answered when the pack was built.
    pub manifest: Manifest,
    /// When it was published, RFC 3339 in UTC. For people; nothing is decided by it.
    pub published: String,
    /// Whether the publisher took it back: it serves only where a lockfile names it.
    #[serde(default)]
    pub yanked: bool,
    /// The publisher's public key, as minisign writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The signature by that key of the version's [statement](super::statement), as minisign writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The digest of the artifact that it was read from, where the registry is one of containers. No index file has it
    /// but the copy that is kept of such a registry's versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Digest>,
}

impl IndexLine {
    /// The pack and its version.
    pub fn id(&self) -> PackId {
        PackId { name: self.name.clone(), version: self.version.clone() }
    }

    /// The component that the line is about.
    pub fn blob(&self) -> BlobId {
        BlobId { pack: self.id(), digest: self.digest, size: Some(self.size) }
    }

    /// What the form of the line promises and its types do not.
    pub(super) fn check(&self, name: &Name) -> Result<(), String> {
        if self.name != *name {
            return Err(format!("it is a line of `{}`", self.name));
        }
        if !self.version.build.is_empty() {
            return Err(format!("`{}` has build metadata, which a pack's version may not have", self.version));
        }
        if self.manifest.name != self.name || self.manifest.version != self.version {
            return Err(format!("its manifest is that of {}", self.manifest.id()));
        }
        Ok(())
    }
}

/// Reads the index file of `name` in the registry at `registry`; versions come in ascending order.
///
/// # Errors
/// A broken line, two lines of one version, or more than the bounds allow; the error names registry, file and line.
pub fn parse_index(registry: &str, name: &Name, bytes: &[u8]) -> Result<Vec<IndexLine>, RegistryError> {
    let wrong = |line: Option<usize>, problem: String| RegistryError::Index {
        registry: registry.to_owned(),
        file: index_path(name),
        line,
        problem,
    };
    if bytes.len() as u64 > MAX_INDEX {
        return Err(wrong(None, format!("it has more than {MAX_INDEX} bytes")));
    }
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, text) in (1..).zip(bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n')) {
        if bytes.is_empty() {
            break;
        }
        if at > MAX_LINES {
            return Err(wrong(None, format!("it has more than {MAX_LINES} lines")));
        }
        let Some(line) = parse_line(name, text).map_err(|problem| wrong(Some(at), problem))? else { continue };
        if !seen.insert(line.version.clone()) {
            return Err(wrong(Some(at), format!("`{}` stands in the file twice", line.version)));
        }
        lines.push(line);
    }
    lines.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(lines)
}

/// One line; none when it is of a format that this version does not know.
fn parse_line(name: &Name, text: &[u8]) -> Result<Option<IndexLine>, String> {
    #[derive(Deserialize)]
    struct Probe {
        v: u32,
    }
    if text.len() > MAX_LINE {
        return Err(format!("it has more than {MAX_LINE} bytes"));
    }
    // The message may quote the file.
    let explain = |error: serde_json::Error| printable(&error.to_string()).into_owned();
    let probe: Probe = serde_json::from_slice(text).map_err(explain)?;
    if probe.v != LINE_FORMAT {
        return Ok(None);
    }
    let line: IndexLine = serde_json::from_slice(text).map_err(explain)?;
    line.check(name)?;
    Ok(Some(line))
}

/// The text of an index file with one more line, in its place by version.
///
/// The other lines stay as they are, byte for byte: among them may be lines of a later format, and members of manifests
/// that this version does not know.
pub(super) fn insert_line(text: &str, line: &IndexLine) -> Result<String, serde_json::Error> {
    let is_later = |other: &&str| {
        parse_line(&line.name, other.as_bytes()).ok().flatten().is_some_and(|other| other.version > line.version)
    };
    let before: usize = text.split_inclusive('\n').take_while(|other| !is_later(other)).map(str::len).sum();
    let (before, after) = text.split_at(before);
    let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{before}{end}{}{after}", write_index(std::slice::from_ref(line))?))
}

/// The text of an index file in which one version is yanked, or is not. The other lines stay as they are, and of this one
/// everything else.
pub(super) fn set_yanked(text: &str, pack: &PackId, yanked: bool) -> Result<String, serde_json::Error> {
    let mut after = String::new();
    for line in text.split_inclusive('\n') {
        match parse_line(&pack.name, line.trim_end_matches('\n').as_bytes()) {
            Ok(Some(found)) if found.version == pack.version && found.yanked != yanked => {
                let mut members: JsonObject = serde_json::from_str(line)?;
                members.insert("yanked".to_owned(), yanked.into());
                after.push_str(&serde_json::to_string(&members)?);
                after.push_str(if line.ends_with('\n') { "\n" } else { "" });
            }
            _ => after.push_str(line),
        }
    }
    Ok(after)
}

/// The bytes of an index file: lines by version, in this version's format.
///
/// # Errors
/// A line that has no form in JSON, which no manifest that was read from JSON lacks.
pub fn write_index(lines: &[IndexLine]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Written<'a> {
        v: u32,
        #[serde(flatten)]
        line: &'a IndexLine,
    }
    let mut sorted: Vec<_> = lines.iter().collect();
    sorted.sort_by(|a, b| a.version.cmp(&b.version));
    let mut text = String::new();
    for line in sorted {
        text.push_str(&serde_json::to_string(&Written { v: LINE_FORMAT, line })?);
        text.push('\n');
    }
    Ok(text)
}

/// A digest as its 64 digits: the member's name already says which algorithm it is.
mod bare_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::model::Digest;

    pub fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digest.hex())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        Digest::from_hex(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fixture::line;
    use super::*;

    fn name() -> Name {
        "orders".parse().unwrap()
    }

    fn parse(text: &str) -> Result<Vec<IndexLine>, RegistryError> {
        parse_index("https://acme.example/", &name(), text.as_bytes())
    }

    #[test]
    fn lines_are_written_by_version_and_read_back() {
        let lines = vec![line("orders", "1.10.0"), line("orders", "1.9.0")];
        let text = write_index(&lines).unwrap();
        assert!(text.starts_with(r#"{"v":1,"name":"orders","version":"1.9.0","sha256":""#), "{text}");
        let read = parse(&text).unwrap();
        assert_eq!(read, [lines[1].clone(), lines[0].clone()]);
        assert_eq!(write_index(&read).unwrap(), text);
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn the_order_of_questions_survives() {
        let mut first = line("orders", "1.0.0");
        first.manifest.questions =
            serde_json::from_str(r#"{"properties":{"zone":{},"auth":{},"money":{"default":0.1}}}"#).unwrap();
        let text = write_index(&[first]).unwrap();
        assert!(text.contains(r#"{"zone":{},"auth":{},"money":{"default":0.1}}"#), "{text}");
        assert_eq!(write_index(&parse(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_line_of_a_later_format_is_passed_over() {
        let text = write_index(&[line("orders", "1.0.0")]).unwrap() + "{\"v\":2,\"anything\":[]}\n";
        assert_eq!(parse(&text).unwrap().len(), 1);
    }

    #[test]
    fn yanking_changes_one_member_of_one_line() {
        let mut lines = [line("orders", "1.0.0"), line("orders", "1.1.0")];
        lines[0].manifest.description = "\"yanked\":false".to_owned();
        let text = write_index(&lines).unwrap().replace("\"imports\":[]", "\"imports\": [], \"later\":0.1");
        let text = text + "{\"v\":2}\n";
        let yanked = set_yanked(&text, &lines[0].id(), true).unwrap();
        let versions: Vec<_> = parse(&yanked).unwrap().iter().map(|line| line.yanked).collect();
        assert_eq!(versions, [true, false]);
        assert_eq!(yanked.lines().nth(1), text.lines().nth(1));
        assert!(yanked.contains("\"later\":0.1") && yanked.ends_with("{\"v\":2}\n"), "{yanked}");
        let back = set_yanked(&yanked, &lines[0].id(), false).unwrap();
        assert_eq!(back, text.replacen("\"imports\": [], ", "\"imports\":[],", 1));
        assert_eq!(set_yanked(&text, &lines[1].id(), false).unwrap(), text);
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        let odd =
            write_index(&[line("orders", "1.0.0")]).unwrap().replace("\"imports\":[]", "\"imports\": [], \"later\": 1");
        let text = format!("{odd}{{\"v\":2}}\n{}", write_index(&[line("orders", "3.0.0")]).unwrap());
        let new = write_index(&[line("orders", "2.0.0")]).unwrap();
        let grown = insert_line(&text, &line("orders", "2.0.0")).unwrap();
        assert_eq!(grown.replacen(&new, "", 1), text);
        let versions: Vec<_> = parse(&grown).unwrap().iter().map(|line| line.version.major).collect();
        assert_eq!(versions, [1, 2, 3]);
        assert!(grown.find(&new) < grown.find("3.0.0"));
        assert_eq!(insert_line("", &line("orders", "2.0.0")).unwrap(), new);
        assert_eq!(insert_line(odd.trim_end(), &line("orders", "2.0.0")).unwrap(), odd + &new);
    }

    #[test]
    fn broken_lines_are_named() {
        let good = write_index(&[line("orders", "1.0.0")]).unwrap();
        let foreign = write_index(&[line("other", "1.0.0")]).unwrap();
        let metadata = good.replace("1.0.0", "1.0.0+7");
        let renamed = good.replacen("\"version\":\"1.0.0\"", "\"version\":\"1.0.1\"", 1);
        for (bad, says) in [
            ("{\"v\":1,", "EOF"),
            ("", "EOF"),
            ("{}", "missing field `v`"),
            ("{\"v\":1,\"name\":\"../x\"}", "not a name"),
            (good.trim_end(), "twice"),
            (foreign.trim_end(), "line of `other`"),
            (metadata.trim_end(), "build metadata"),
            (renamed.trim_end(), "manifest is that of `orders` 1.0.0"),
        ] {
            let error = parse(&format!("{good}{bad}\n")).unwrap_err().to_string();
            for part in ["https://acme.example/", "index/or/de/orders", "line 2", says] {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }

    #[test]
    fn size_is_bounded() {
        let long = format!("{{\"v\":2,\"x\":\"{}\"}}", "x".repeat(MAX_LINE));
        assert!(parse(&long).unwrap_err().to_string().contains("line 1"));
        let many = "{\"v\":2}\n".repeat(MAX_LINES + 1);
        assert!(parse(&many).unwrap_err().to_string().contains("more than 10000 lines"));
        assert!(parse(&many[..many.len() - 8]).is_ok());
    }
}
