//! A registry that is as large as one of a whole language's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scaffold::model::{Digest, Manifest, Name, PackId};
use scaffold::registry::{CatalogEntry, Folder, IndexLine, Source as _, index_path, write_index};
use semver::Version;
use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::process;

/// Words of which names are made, so that they spread over the index's folders as names do.
const WORDS: [&str; 10] =
    ["orders", "users", "billing", "search", "queue", "cache", "metrics", "gateway", "worker", "site"];

/// Copies a registry, and adds packs that are only index lines.
pub fn make(registry: &Path, large: &Path, packs: usize, versions: usize) -> Outcome<()> {
    process::quietly(process::command("cp", registry).arg("-r").args([registry, large]))?;
    let folder = Folder::open(registry).map_err(|error| Failure::from_report("registry/", &error))?;
    let catalog = folder.catalog().map_err(|error| Failure::from_report("registry/", &error))?;
    let mut entries: BTreeMap<Name, CatalogEntry> =
        catalog.packs.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    for number in 0..packs {
        let needed = (number % 2 == 0).then(|| name(number + 1));
        let lines = (0..versions).map(|minor| line(&name(number), minor, needed.as_deref()));
        let lines: Vec<IndexLine> = lines.collect::<Outcome<_>>()?;
        let text = write_index(&lines).map_err(|error| Failure::new(error.to_string()))?;
        entries.extend(CatalogEntry::of(&lines).map(|entry| (entry.name.clone(), entry)));
        if let Some(line) = lines.first() {
            put(large, &index_path(&line.name), &text)?;
        }
    }
    let catalog = json!({ "format": 1, "packs": entries.into_values().collect::<Vec<_>>() });
    put(large, "catalog.json", &catalog.to_string())
}

/// What a pack is called. One with an even number needs the next.
pub fn name(number: usize) -> String {
    format!("{}-{}{number}", WORDS[number % WORDS.len()], WORDS[number / WORDS.len() % WORDS.len()])
}

fn line(name: &str, minor: usize, needed: Option<&str>) -> Outcome<IndexLine> {
    let version = format!("1.{minor}.0");
    let questions = json!({ "type": "object", "properties": { "port": { "type": "integer", "default": 8000 } } });
    let manifest = json!({
        "name": name,
        "version": version,
        "summary": format!("The pack {name}, which is only there to be many"),
        "description": "Lorem ipsum dolor sit amet. ".repeat(10),
        "keywords": ["large", name.split('-').next()],
        "questions": questions,
        "dependencies": needed.map(|name| json!({ "name": name, "version": "^1.1" })).as_slice(),
    });
    let manifest: Manifest =
        serde_json::from_value(manifest).map_err(|error| Failure::new(format!("`{name}`: {error}")))?;
    let PackId { name, version } = manifest.id();
    Ok(IndexLine {
        digest: Digest::of(format!("{name} {version}").as_bytes()),
        name,
        version,
        size: 1000,
        contract: Version::new(0, 1, 0),
        imports: Vec::new(),
        manifest,
        published: "2026-01-02T03:04:05Z".to_owned(),
        yanked: false,
        signer: None,
        signature: None,
        artifact: None,
    })
}

fn put(large: &Path, file: &str, text: &str) -> Outcome<()> {
    let path = large.join(file);
    let folder = path.parent().unwrap_or(large);
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).map_err(Failure::io(&path))
}
