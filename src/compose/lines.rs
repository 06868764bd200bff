//! Files that packs share line by line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::merge::{identity_of, key_of};
use super::party::Party;
use super::problem::Problem;
use crate::model::ProjectPath;

/// What one instance asks a file to hold.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) party: &'a Party,
    pub(super) lines: &'a [String],
}

/// The text of a file with the lines that are not in it yet, each once.
///
/// Lines go behind those of `text`. Each instance's lines stand together, under its name where the file's syntax has
/// comments; a line that two ask for stands with the first in canonical order. Blank lines hold nothing and are left out.
pub(super) fn add(path: &ProjectPath, text: Option<&str>, asked: &[Asked<'_>]) -> String {
    let mut out = text.unwrap_or_default().to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    let is_dotenv = is_dotenv(path);
    let identity = |line| if is_dotenv { identity_of(line) } else { Cow::Borrowed(line) };
    let mut seen: BTreeSet<Cow<'_, str>> = text.unwrap_or_default().lines().map(identity).collect();
    let with_headings = has_comments(path);
    // An instance's contributions to one path are one group, whatever stands between them.
    let mut groups: Vec<(&Party, Vec<&str>)> = Vec::new();
    for ask in asked {
        let fresh = ask.lines.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
        let fresh: Vec<&str> = fresh.filter(|line| seen.insert(identity(line))).collect();
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

/// Lines of a dotenv file that give one key two values: each pair once, the later against the first.
pub(super) fn clashes(path: &ProjectPath, owner: Option<(&Party, &str)>, asked: &[Asked<'_>]) -> Vec<Problem> {
    if !is_dotenv(path) {
        return Vec::new();
    }
    let mut keys: BTreeMap<&str, (&Party, &str)> = BTreeMap::new();
    let mut problems = Vec::new();
    let owned = owner.into_iter().flat_map(|(party, text)| text.lines().map(move |line| (party, line)));
    let lines =
        asked.iter().flat_map(|ask| ask.lines.iter().flat_map(|text| text.lines()).map(|line| (ask.party, line)));
    for (party, line) in owned.chain(lines) {
        let line = line.trim();
        let Some(key) = key_of(line) else { continue };
        let (first, earlier) = *keys.entry(key).or_insert((party, line));
        if identity_of(earlier) != identity_of(line) {
            problems.push(Problem::Values {
                path: path.clone(),
                pointer: format!("/{key}"),
                first: (first.clone(), earlier.to_owned()),
                second: (party.clone(), line.to_owned()),
            });
        }
    }
    problems
}

fn file_name(path: &ProjectPath) -> &str {
    path.names().last().unwrap_or_default()
}

fn is_dotenv(path: &ProjectPath) -> bool {
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
        add(&ProjectPath::parse(path).unwrap(), text, &asked)
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
