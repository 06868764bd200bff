//! What a dry run shows: the tree that would be written, how large it is, and whose each file is.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use indicatif::DecimalBytes;
use serde_json::{Value, json};

use super::typed::use_of;
use crate::model::{Digest, INTENT_FILE, LOCK_FILE, Name, Ownership, TreeFile};
use crate::pipeline::Created;

/// One colour a pack, in canonical order; then they come round again. The packs' names stand beside.
const COLORS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Green, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::Red];

/// A folder's entries by name.
#[derive(Default)]
struct Folder<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
}

enum Entry<'a> {
    Folder(Folder<'a>),
    File { size: usize, owners: Vec<&'a Name>, notes: Vec<&'static str> },
}

/// The tree as text, with colours.
pub fn tree(created: &Created, root: &str) -> String {
    let rendered = &created.rendered;
    let styles: BTreeMap<&Name, Style> = rendered
        .members
        .iter()
        .zip(COLORS.iter().cycle())
        .map(|(member, color)| (&member.instance.name, color.on_default()))
        .collect();
    let mut text = format!("{:>9}  {root}/\n", "");
    draw(&whole(created), "", &styles, &mut text);
    text.push('\n');
    for member in &rendered.members {
        let own = |file: &&TreeFile| file.origins.iter().any(|origin| origin.instance == member.instance.name);
        let files: Vec<&TreeFile> = rendered.tree.files.values().filter(own).collect();
        let shared = files.iter().filter(|file| owners(file).len() > 1).count();
        let style = styles.get(&member.instance.name).copied().unwrap_or_default();
        text.push_str(&format!(
            "{:>9}  {style}{}{style:#}: {}\n",
            files.len(),
            use_of(&member.instance),
            if shared == 0 { "all its own".to_owned() } else { format!("{shared} shared with others (+)") }
        ));
    }
    let files = rendered.tree.files.values().map(|file| file.contents.len());
    let size = files.chain([created.intent.len(), created.lock.len()]).sum();
    text.push_str(&format!("{:>9}  files in all, {}\n", rendered.tree.files.len() + 2, human(size)));
    text
}

fn whole(created: &Created) -> Folder<'_> {
    let mut root = Folder::default();
    for (path, file) in &created.rendered.tree.files {
        let mut notes = Vec::new();
        if file.executable {
            notes.push("executable");
        }
        if file.ownership == Ownership::Once {
            notes.push("yours once written");
        }
        root.add(path.as_str(), Entry::File { size: file.contents.len(), owners: owners(file), notes });
    }
    for (name, text) in [(INTENT_FILE, &created.intent), (LOCK_FILE, &created.lock)] {
        root.add(name, Entry::File { size: text.len(), owners: Vec::new(), notes: Vec::new() });
    }
    root
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &'a str, entry: Entry<'a>) {
        let Some((name, rest)) = path.split_once('/') else {
            self.entries.insert(path, entry);
            return;
        };
        let below = self.entries.entry(name).or_insert_with(|| Entry::Folder(Folder::default()));
        if let Entry::Folder(folder) = below {
            folder.add(rest, entry);
        }
    }
}

fn draw(folder: &Folder<'_>, lead: &str, styles: &BTreeMap<&Name, Style>, text: &mut String) {
    let last = folder.entries.len().saturating_sub(1);
    for (at, (name, entry)) in folder.entries.iter().enumerate() {
        let (branch, below) = if at == last { ("└── ", "    ") } else { ("├── ", "│   ") };
        match entry {
            Entry::Folder(folder) => {
                text.push_str(&format!("{:>9}  {lead}{branch}{name}/\n", ""));
                draw(folder, &format!("{lead}{below}"), styles, text);
            }
            Entry::File { size, owners, notes } => {
                let style = owners.first().and_then(|owner| styles.get(owner)).copied().unwrap_or_default();
                let packs = if owners.is_empty() { "scaffold's own".to_owned() } else { joined(owners) };
                let notes: String = notes.iter().map(|note| format!(", {note}")).collect();
                let size = human(*size);
                text.push_str(&format!("{size:>9}  {lead}{branch}{style}{name}{style:#}  {packs}{notes}\n"));
            }
        }
    }
}

fn joined(owners: &[&Name]) -> String {
    owners.iter().map(|owner| owner.as_str()).collect::<Vec<_>>().join(" + ")
}

/// The instances that have a share in a file, each once.
fn owners(file: &TreeFile) -> Vec<&Name> {
    let mut owners: Vec<&Name> = Vec::new();
    for origin in &file.origins {
        if !owners.contains(&&origin.instance) {
            owners.push(&origin.instance);
        }
    }
    owners
}

fn human(size: usize) -> String {
    DecimalBytes(size as u64).to_string()
}

/// A file for `--json`; with its text where the run writes none.
pub fn file_json(path: &crate::model::ProjectPath, file: &TreeFile, with_text: bool) -> Value {
    let shares: Vec<Value> =
        file.origins.iter().map(|origin| json!({ "instance": origin.instance, "template": origin.template })).collect();
    let mut document = json!({
        "path": path,
        "bytes": file.contents.len(),
        "sha256": Digest::of(&file.contents).hex(),
        "executable": file.executable,
        "once": file.ownership == Ownership::Once,
        "packs": owners(file),
        "shares": shares,
    });
    if with_text {
        document["text"] = std::str::from_utf8(&file.contents).ok().into();
    }
    document
}
