//! Files that packs share line by line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::merge::{Decision, Format, identity_of, key_of, line_of};
use super::party::Party;
use super::problem::Problem;
use super::settle::{FileSettlements, Used};
use crate::model::ProjectPath;

/// What one instance asks a file to hold.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) party: &'a Party,
    pub(super) lines: &'a [String],
}

impl<'a> Asked<'a> {
    /// The lines that hold something.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.lines.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty())
    }
}

/// The lines that the user chose for keys of a dotenv file.
pub(super) type Decided = BTreeMap<String, String>;

/// The text of a file with the lines that are not in it yet, each once.
///
/// Lines go behind those of `text`. Each instance's lines stand together, under its name where the file's syntax has
/// comments; a line that two ask for stands with the first in canonical order. Blank lines hold nothing and are left
/// out. A key that is `decided` has that line wherever it stands.
pub(super) fn add(path: &ProjectPath, text: Option<&str>, asked: &[Asked<'_>], decided: &Decided) -> String {
    let chosen = |line| choose(line, decided);
    let is_dotenv = is_dotenv(path);
    let identity = |line: &str| if is_dotenv { identity_of(line).into_owned() } else { line.to_owned() };
    let existing: Vec<Cow<'_, str>> = text.unwrap_or_default().lines().map(chosen).collect();
    let mut out: String = existing.iter().flat_map(|line| [line, "\n"]).collect();
    let mut seen: BTreeSet<String> = existing.iter().map(|line| identity(line)).collect();
    let with_headings = has_comments(path);
    // An instance's contributions to one path are one group, whatever stands between them.
    let mut groups: Vec<(&Party, Vec<Cow<'_, str>>)> = Vec::new();
    for ask in asked {
        let fresh: Vec<Cow<'_, str>> = ask.texts().map(chosen).filter(|line| seen.insert(identity(line))).collect();
        match groups.last_mut() {
            Some((party, lines)) if *party == ask.party => lines.extend(fresh),
            _ => groups.push((ask.party, fresh)),
        }
    }
    for (party, lines) in groups.iter().filter(|(_, lines)| !lines.is_empty()) {
        if with_headings {
            let apart = if out.is_empty() || out.ends_with("\n\n") { "" } else { "\n" };
            out.push_str(&format!("{apart}# {}\n", party.instance));
        }
        for line in lines {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// A line as the user decided it.
fn choose<'a>(line: &'a str, decided: &'a Decided) -> Cow<'a, str> {
    if decided.is_empty() {
        return Cow::Borrowed(line);
    }
    key_of(line).and_then(|key| decided.get(key)).map_or(Cow::Borrowed(line), |line| Cow::Borrowed(line.as_str()))
}

/// Looks for lines of a dotenv file that give one key two values, and settles what the user settled. `texts` are what
/// `text` was made of, by whom.
///
/// # Errors
/// What is left: each key once for every value that differs from its first.
pub(super) fn agree(
    path: &ProjectPath,
    text: Option<&str>,
    texts: &[(&Party, &str)],
    asked: &[Asked<'_>],
    settled: Option<&FileSettlements>,
    used: &mut Used,
) -> Result<Decided, Vec<Problem>> {
    let mut decided = Decided::new();
    if !is_dotenv(path) {
        return Ok(decided);
    }
    // What stands there already is whoever's who brought it first.
    let brought = texts.iter().flat_map(|&(party, text)| text.lines().map(move |line| (identity_of(line), party)));
    let brought: BTreeMap<Cow<'_, str>, &Party> = brought.collect::<Vec<_>>().into_iter().rev().collect();
    let first = texts.first().map(|(party, _)| *party);
    let owner = |line: &str| brought.get(&identity_of(line)).copied().or(first);
    let owned = text.unwrap_or_default().lines().filter_map(|line| Some((owner(line)?, line)));
    let lines: Vec<(&Party, &str)> = owned
        .chain(asked.iter().flat_map(|ask| ask.texts().map(|line| (ask.party, line))))
        .map(|(party, line)| (party, line.trim()))
        .collect();
    let parties: Vec<&Party> = lines.iter().map(|(party, _)| *party).collect();
    let decisions = settled.map(|settled| settled.decisions(path, Format::Dotenv, &parties)).transpose()?;
    let decisions = decisions.unwrap_or_default();
    let mut keys: BTreeMap<&str, (&Party, &str)> = BTreeMap::new();
    let mut problems = Vec::new();
    for &(party, line) in &lines {
        let Some(key) = key_of(line) else { continue };
        let (first, earlier) = *keys.entry(key).or_insert((party, line));
        if identity_of(earlier) == identity_of(line) {
            continue;
        }
        let pointer = format!("/{key}");
        match decide(key, decisions.get(pointer.as_str()), &lines) {
            Some(line) => {
                used.pointers.insert(pointer);
                decided.insert(key.to_owned(), line);
            }
            None => problems.push(Problem::Values {
                path: path.clone(),
                pointer,
                first: (first.clone(), earlier.to_owned()),
                second: (party.clone(), line.to_owned()),
            }),
        }
    }
    if problems.is_empty() { Ok(decided) } else { Err(problems) }
}

/// The line that a decision chooses for a key.
fn decide(key: &str, decision: Option<&Decision<'_>>, lines: &[(&Party, &str)]) -> Option<String> {
    match decision? {
        Decision::Value(value) => line_of(key, value.as_str()?),
        Decision::Layers(layers) => {
            let mut own = layers.iter().filter_map(|&layer| lines.get(layer));
            own.find(|(_, line)| key_of(line) == Some(key)).map(|(_, line)| (*line).to_owned())
        }
    }
}

fn file_name(path: &ProjectPath) -> &str {
    path.names().last().unwrap_or_default()
}

/// Whether a file of this name holds `KEY=VALUE`.
pub(super) fn is_dotenv(path: &ProjectPath) -> bool {
    let name = file_name(path);
    name == ".env" || name.starts_with(".env.")
}

/// Whether `#` starts a comment in files of this name.
fn has_comments(path: &ProjectPath) -> bool {
    const NAMES: [&str; 6] = [".editorconfig", ".gitattributes", ".mailmap", ".npmrc", ".tool-versions", "CODEOWNERS"];
    let name = file_name(path);
    let of_requirements =
        (name.starts_with("requirements") || name.starts_with("constraints")) && name.ends_with(".txt");
    is_dotenv(path)
        || NAMES.contains(&name)
        || of_requirements
        || name.ends_with(".in")
        || (name.starts_with('.') && name.ends_with("ignore"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::compose::fixtures::{instance, named};

    fn asked(path: &str, text: Option<&str>, asked: &[(&Party, &[&str])]) -> String {
        let lines: Vec<(&Party, Vec<String>)> = asked
            .iter()
            .map(|(party, lines)| (*party, lines.iter().map(|&line| line.to_owned()).collect::<Vec<String>>()))
            .collect();
        let asked: Vec<Asked<'_>> = lines.iter().map(|(party, lines)| Asked { party, lines }).collect();
        add(&ProjectPath::parse(path).unwrap(), text, &asked, &Decided::new())
    }

    #[test]
    fn each_line_stands_once_with_the_first_that_asks() {
        let (a, b) = (Party::of(&instance("a")), Party::of(&named("second", "b")));
        let ask: &[(&Party, &[&str])] = &[(&a, &["x", "y", "x"]), (&a, &["z"]), (&b, &["y", "", "w\r\nv\n"])];
        for (path, expected) in [
            (".gitignore", "# a\nx\ny\nz\n\n# second\nw\nv\n"),
            ("docs/.dockerignore", "# a\nx\ny\nz\n\n# second\nw\nv\n"),
            ("requirements-dev.txt", "# a\nx\ny\nz\n\n# second\nw\nv\n"),
            ("words.txt", "x\ny\nz\nw\nv\n"),
        ] {
            assert_eq!(asked(path, None, ask), expected, "{path}");
        }
        let quoted: &[(&Party, &[&str])] = &[(&a, &["A=x", "B=1"]), (&b, &["export A='x' # too", "B=1"])];
        assert_eq!(asked(".env", None, quoted), "# a\nA=x\nB=1\n");
        let nothing_new: &[(&Party, &[&str])] = &[(&a, &["x"]), (&b, &["x"])];
        assert_eq!(asked(".gitignore", None, nothing_new), "# a\nx\n");
    }

    #[test]
    fn lines_go_behind_a_text_that_does_not_have_them() {
        let a = Party::of(&instance("a"));
        assert_eq!(asked(".gitignore", Some("# own\ny"), &[(&a, &["x", "y"])]), "# own\ny\n\n# a\nx\n");
        assert_eq!(asked("words.txt", Some("y"), &[(&a, &["x", "y"])]), "y\nx\n");
        let once = asked(".gitignore", Some("y\n"), &[(&a, &["x"])]);
        assert_eq!(asked(".gitignore", Some(&once), &[(&a, &["x"])]), once);
    }
}
