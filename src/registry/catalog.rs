//! The catalogue: what a registry holds, in one small file.
//!
//! It serves search, near matches of a name that is not there, and the question which packs provide a capability; none
//! of them opens an index file. It repeats what the index says and decides nothing: versions are chosen by the index.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::layout::FORMAT;
use super::{IndexLine, RegistryError};
use crate::model::{Name, near, printable};

/// The most bytes of `catalog.json`: some 100,000 packs.
pub(super) const MAX_CATALOG: u64 = 64 << 20;
/// The most names that are offered in place of one that is not there.
const MAX_NEAR: usize = 3;

/// The packs of a registry, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// An entry a pack.
    pub packs: Vec<CatalogEntry>,
}

/// What the catalogue says of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// The pack's name.
    pub name: Name,
    /// Its newest version that is not yanked; a pre-release only where there is nothing else.
    pub version: Version,
    /// One line, from that version's manifest.
    pub summary: String,
    /// Words for search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The names of the capabilities that it provides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<Name>,
}

/// The newest version that serves; a pre-release only where there is nothing else.
pub fn newest(lines: &[IndexLine]) -> Option<&IndexLine> {
    let serving = lines.iter().filter(|line| !line.yanked);
    serving.max_by_key(|line| (line.version.pre.is_empty(), &line.version))
}

impl CatalogEntry {
    /// The entry of a pack with these versions; none when all are yanked.
    pub fn of(lines: &[IndexLine]) -> Option<Self> {
        let newest = newest(lines)?;
        let manifest = &newest.manifest;
        let mut provides: Vec<_> = manifest.provides.iter().map(|capability| capability.name.clone()).collect();
        provides.sort();
        provides.dedup();
        Some(Self {
            name: newest.name.clone(),
            version: newest.version.clone(),
            summary: manifest.summary.clone(),
            keywords: manifest.keywords.clone(),
            provides,
        })
    }

    /// Whether each of these words, in lower case, stands somewhere in the entry.
    fn mentions(&self, words: &[String]) -> bool {
        // Names are in lower case as they are, and settle most searches.
        let named =
            |word: &str| std::iter::once(&self.name).chain(&self.provides).any(|name| name.as_str().contains(word));
        let told =
            |word: &str| self.keywords.iter().chain([&self.summary]).any(|text| text.to_lowercase().contains(word));
        words.iter().all(|word| named(word) || told(word))
    }
}

impl Catalog {
    /// Reads `catalog.json` of the registry at `registry`.
    ///
    /// # Errors
    /// Anything but a catalogue of the format that this version knows.
    pub fn parse(registry: &str, json: &[u8]) -> Result<Self, RegistryError> {
        #[derive(Deserialize)]
        struct Written {
            format: u32,
            packs: Vec<CatalogEntry>,
        }
        let wrong = |problem: String| RegistryError::Catalog { registry: registry.to_owned(), problem };
        let written: Written =
            serde_json::from_slice(json).map_err(|error| wrong(printable(&error.to_string()).into_owned()))?;
        if written.format != FORMAT {
            return Err(wrong(format!(
                "its format is {}, and this version of scaffold reads {FORMAT}",
                written.format
            )));
        }
        let mut packs = written.packs;
        packs.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = packs.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(wrong(format!("`{}` stands in it twice", pair[0].name)));
        }
        Ok(Self { packs })
    }

    /// The bytes of `catalog.json`: an entry a line, so that a published version is a small difference.
    ///
    /// # Errors
    /// None that a catalogue that was built or read by this module has.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        let entries = self.packs.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let body = if entries.is_empty() { String::new() } else { format!("\n{}\n", entries.join(",\n")) };
        Ok(format!("{{\"format\":{FORMAT},\"packs\":[{body}]}}\n"))
    }

    /// Replaces what is said of `name`.
    pub(super) fn set(&mut self, name: &Name, entry: Option<CatalogEntry>) {
        self.packs.retain(|other| other.name != *name);
        let at = self.packs.partition_point(|other| other.name < *name);
        self.packs.splice(at..at, entry);
    }

    /// The packs in whose name, summary, keywords or capabilities each of these words stands, whatever its case; those
    /// that are named so come first, then those whose name has one of the words in it.
    pub fn search(self, words: &[String]) -> Vec<CatalogEntry> {
        let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let mut found: Vec<CatalogEntry> = self.packs.into_iter().filter(|pack| pack.mentions(&words)).collect();
        let rank = |pack: &CatalogEntry| {
            let name = pack.name.as_str();
            if words.iter().any(|word| word == name) {
                0
            } else if words.iter().any(|word| name.contains(word.as_str())) {
                1
            } else {
                2
            }
        };
        found.sort_by_key(rank);
        found
    }

    /// What [`Catalog::search`] finds in `catalog.json`, of which only the entries that may have the words are read: most
    /// of a large registry is passed over.
    pub(super) fn search_text(
        registry: &str,
        json: &[u8],
        words: &[String],
    ) -> Result<Vec<CatalogEntry>, RegistryError> {
        let fewer = if words.is_empty() { None } else { narrowed(json, words) };
        let catalog = match fewer {
            Some(fewer) => Self::parse(registry, fewer.as_bytes()),
            None => Self::parse(registry, json),
        };
        Ok(catalog?.search(words))
    }

    /// The packs that provide a capability, by name.
    pub fn providers(&self, capability: &Name) -> Vec<&Name> {
        self.packs.iter().filter(|pack| pack.provides.contains(capability)).map(|pack| &pack.name).collect()
    }

    /// The names that `name` may have been meant to be: slips, and those that it is a part of, such as `orders` of
    /// `fastapi-orders`.
    pub fn near(&self, name: &Name) -> Vec<&Name> {
        let slips = near(name.as_str(), self.packs.iter().map(|pack| pack.name.as_str()));
        let is_part =
            |other: &Name| name.as_str().len() > 2 && other.as_str().split('-').any(|word| word == name.as_str());
        let names = self.packs.iter().map(|pack| &pack.name);
        names.filter(|other| slips.contains(&other.as_str()) || is_part(other)).take(MAX_NEAR).collect()
    }
}

/// The catalogue with those entries alone in whose lines all words stand; none where it is not laid out as
/// [`Catalog::write`] does. What is written with escapes or beyond ASCII may say more than it shows, and is kept.
fn narrowed(json: &[u8], words: &[String]) -> Option<String> {
    let text = std::str::from_utf8(json).ok()?;
    let head = format!("{{\"format\":{FORMAT},\"packs\":[");
    let entries = text.strip_prefix(&head)?.strip_prefix('\n')?.trim_end().strip_suffix("\n]}")?;
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let lower = entries.to_ascii_lowercase();
    let mut kept = Vec::new();
    for (line, lower) in entries.split('\n').zip(lower.split('\n')) {
        let entry = line.strip_suffix(',').unwrap_or(line);
        if !(entry.starts_with('{') && entry.ends_with('}')) {
            return None;
        }
        let may_say_more = || !line.is_ascii() || line.contains('\\');
        if words.iter().all(|word| lower.contains(word.as_str())) || may_say_more() {
            kept.push(entry);
        }
    }
    Some(format!("{head}{}]}}", kept.join(",")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fixture::line;
    use super::*;

    fn catalog(names: &[&str]) -> Catalog {
        let mut catalog = Catalog::default();
        for name in names {
            catalog.set(&name.parse().unwrap(), CatalogEntry::of(&[line(name, "1.0.0")]));
        }
        catalog
    }

    #[test]
    fn entries_are_sorted_and_read_back() {
        let catalog = catalog(&["b", "c", "a", "b"]);
        let text = catalog.write().unwrap();
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.find("\"a\"") < text.find("\"b\""));
        assert_eq!(Catalog::parse("x", text.as_bytes()).unwrap(), catalog);
        assert_eq!(Catalog::default().write().unwrap(), "{\"format\":1,\"packs\":[]}\n");
    }

    #[test]
    fn a_catalogue_that_contradicts_itself_is_refused() {
        let text = catalog(&["a", "b"]).write().unwrap().replace("\"b\"", "\"a\"");
        assert!(Catalog::parse("here", text.as_bytes()).unwrap_err().to_string().contains("`a` stands in it twice"));
        assert!(
            Catalog::parse("here", b"{\"format\":9,\"packs\":[]}").unwrap_err().to_string().contains("format is 9")
        );
    }

    #[test]
    fn the_newest_is_stable_and_not_yanked() {
        let mut yanked = line("a", "3.0.0");
        yanked.yanked = true;
        let entry =
            CatalogEntry::of(&[line("a", "1.9.0"), line("a", "1.10.0"), line("a", "2.0.0-rc.1"), yanked.clone()]);
        assert_eq!(entry.unwrap().version.to_string(), "1.10.0");
        assert_eq!(CatalogEntry::of(&[line("a", "2.0.0-rc.1")]).unwrap().version.to_string(), "2.0.0-rc.1");
        assert!(CatalogEntry::of(&[yanked]).is_none());
    }

    #[test]
    fn words_are_looked_for_everywhere_and_names_come_first() {
        let mut catalog = catalog(&["orders", "base-orders", "billing", "other"]);
        catalog.packs[1].summary = "Bills for ORDERS".to_owned();
        catalog.packs[1].keywords = vec!["money".to_owned()];
        let found = |words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            catalog.clone().search(&words).iter().map(|pack| pack.name.to_string()).collect()
        };
        assert_eq!(found(&["Orders"]), ["orders", "base-orders", "billing"]);
        assert_eq!(found(&["orders", "money"]), ["billing"]);
        assert_eq!(found(&["other-facts"]), ["other"]);
        assert_eq!(found(&[]), ["base-orders", "billing", "orders", "other"]);
        assert!(found(&["nothing"]).is_empty());
    }

    #[test]
    fn a_text_is_searched_as_a_catalogue_is() {
        let mut catalog = catalog(&["orders", "base-orders", "billing", "other", "kelvin", "quoted"]);
        catalog.packs[0].summary = "Bills for ORDERS".to_owned();
        catalog.packs[2].summary = "Absolute \u{212a}, ÄPFEL".to_owned();
        catalog.packs[5].summary = "Says \"orders\"".to_owned();
        let text = catalog.write().unwrap();
        let other_layouts = [
            serde_json::json!({ "format": 1, "packs": catalog.packs }).to_string(),
            text.replace("{\"name\"", "{\n\"name\""),
            text.replace("orders", "\\u006frders"),
        ];
        for words in
            [&["Orders"][..], &["orders", "pack"], &["k"], &["äpfel"], &["name"], &["\"orders"], &["none"], &[]]
        {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let expected = catalog.clone().search(&words);
            for text in other_layouts.iter().chain([&text]) {
                assert_eq!(Catalog::search_text("x", text.as_bytes(), &words).unwrap(), expected, "{words:?}: {text}");
            }
        }
        // Lines without the word are not read, so nothing is found wrong with them.
        let wrong = text.replace("\"version\":\"1.0.0\",\"summary\":\"The pack billing\"", "\"version\":1");
        let search = |word: &str| Catalog::search_text("x", wrong.as_bytes(), &[word.to_owned()]);
        assert_eq!(search("other").unwrap().len(), 1);
        assert!(search("billing").is_err());
        assert!(Catalog::search_text("x", b"{", &["other".to_owned()]).is_err());
    }

    #[test]
    fn near_names_are_slips_and_parts() {
        let catalog = catalog(&["fastapi-base", "fastapi-orders", "gh-actions", "terraform-eks"]);
        let near = |name: &str| -> Vec<String> {
            catalog.near(&name.parse().unwrap()).iter().map(ToString::to_string).collect()
        };
        assert_eq!(near("fastapi-order"), ["fastapi-orders"]);
        assert_eq!(near("orders"), ["fastapi-orders"]);
        assert_eq!(near("gh-action"), ["gh-actions"]);
        assert!(near("kubernetes").is_empty());
    }
}
