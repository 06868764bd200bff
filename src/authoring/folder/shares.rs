//! From the files of a folder, and what `pack.toml` says of them, to shares.

use std::collections::BTreeMap;

use scaffold_blueprint as blueprint;
use scaffold_blueprint::{Body, Contents, Scope, Share, Source, Text};

use super::FolderError;
use super::files::{self, PARTIALS, TEMPLATES};
use super::pack_file::{File, Folder, Lines, ListRule, Marks, Merge, PackFile, Policy, Slot};
use super::text::text;
use crate::model::{ProjectPath, near};

/// What a file's name ends in that is a template, if its author likes to see so; the project's file is called without.
const ENDING: &str = ".j2";
/// What the element of a loop is called that gives it no name.
const ELEMENT: &str = "item";

/// What templates know in every pack without code.
const VALUES: [&str; 6] = ["project", "instance", "folder", "answers", "taken", "computed"];

/// Shares, and the templates that they name.
pub(super) struct Shares {
    pub sources: Vec<Source>,
    pub shares: Vec<Share>,
}

/// Files with their paths, which are relative to the folder that they are listed of.
pub(super) type Listed = Vec<(String, files::Contents)>;

/// Makes the shares of a pack.
///
/// # Errors
/// Entries that name no file, and entries that contradict themselves.
pub(super) fn of(pack: &PackFile, templates: Listed, partials: Listed) -> Result<Shares, FolderError> {
    check_entries(pack, &templates)?;
    let mut builder = Builder { sources: Vec::new(), partials: Vec::new() };
    for (path, contents) in partials {
        builder.add_partial(path, contents)?;
    }
    let mut shares = Vec::new();
    let mut always = BTreeMap::new();
    for (template, contents) in templates {
        let share = builder.file(pack, &template, contents)?;
        check_alone(&mut always, template, &share)?;
        shares.push(share);
    }
    for (at, merge) in pack.merge.iter().enumerate() {
        shares.push(builder.merge(at, merge)?);
    }
    for entry in &pack.lines {
        shares.push(lines(entry)?);
    }
    for (at, slot) in pack.slot.iter().enumerate() {
        shares.push(builder.slot(at, slot)?);
    }
    Ok(Shares { sources: builder.sources, shares })
}

/// Every `[[file]]` and `[[folder]]` names something, and nothing is named twice.
fn check_entries(pack: &PackFile, templates: &Listed) -> Result<(), FolderError> {
    let known = || templates.iter().map(|(path, _)| path.as_str());
    for (at, file) in pack.file.iter().enumerate() {
        if !known().any(|path| path == file.template) {
            return Err(unknown("file", "template", &file.template, TEMPLATES, known()));
        }
        if pack.file.iter().take(at).any(|other| other.template == file.template) {
            let problem = format!("two `[[file]]` entries are about `{}`", file.template);
            return Err(FolderError::entry(problem, "make one of them"));
        }
    }
    for folder in &pack.folder {
        if !known().any(|path| is_inside(path, &folder.folder)) {
            let folders = known().filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
            return Err(unknown("folder", "folder", &folder.folder, TEMPLATES, folders));
        }
    }
    Ok(())
}

/// Two templates whose file is made whatever is answered can't make the same one. `always` are those so far, by path.
fn check_alone(always: &mut BTreeMap<String, String>, template: String, share: &Share) -> Result<(), FolderError> {
    let (Text::Plain(path), []) = (&share.path, share.scopes.as_slice()) else { return Ok(()) };
    match always.insert(path.clone(), template.clone()) {
        None => Ok(()),
        Some(other) => {
            let problem = format!("`{TEMPLATES}/{other}` and `{TEMPLATES}/{template}` both make `{path}`");
            Err(FolderError::entry(problem, "remove one of them, or give one a `path` or a `when` by `[[file]]`"))
        }
    }
}

fn unknown<'a>(
    entry: &str,
    key: &str,
    name: &str,
    part: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> FolderError {
    let hint = match near(name, known).first() {
        Some(near) => format!("write `{key} = \"{near}\"`"),
        None => format!("write the path below `{part}/`, with `/` between names"),
    };
    FolderError::entry(format!("`[[{entry}]]` names `{name}`, which is not in `{part}/`"), hint)
}

fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// Collects sources while shares are made.
struct Builder {
    sources: Vec<Source>,
    /// All partials, by the names that templates include them as.
    partials: Vec<(String, files::Contents)>,
}

impl Builder {
    fn add_partial(&mut self, path: String, contents: files::Contents) -> Result<(), FolderError> {
        let name = format!("{PARTIALS}/{path}");
        match &contents {
            files::Contents::Text(text) => {
                self.sources.push(Source { name: name.clone(), text: text.clone(), marks: None });
            }
            files::Contents::Bytes(_) => {
                return Err(FolderError::Template { file: name, problem: "a partial is text".to_owned() });
            }
        }
        self.partials.push((name, contents));
        Ok(())
    }

    /// A file of `templates/`.
    fn file(&mut self, pack: &PackFile, template: &str, contents: files::Contents) -> Result<Share, FolderError> {
        let default = File::default();
        let entry = pack.file.iter().find(|file| file.template == template).unwrap_or(&default);
        let around: Vec<&Folder> = folders_around(pack, template);
        // What is nearest to the file counts.
        let marks = entry.marks.or_else(|| around.iter().rev().find_map(|folder| folder.marks));
        let raw = entry.raw.or_else(|| around.iter().rev().find_map(|folder| folder.raw)).unwrap_or(false);
        let once = entry.once.or_else(|| around.iter().rev().find_map(|folder| folder.once)).unwrap_or(false);
        let path = entry.path.clone().unwrap_or_else(|| path_of(template, &around));
        let has_own_name = entry.path.is_none() && around.iter().all(|folder| folder.path.is_none());
        let mut scopes = Vec::new();
        for folder in around {
            scopes.extend(scope(folder.each.as_ref(), folder.variable.as_ref(), folder.when.as_ref())?);
        }
        scopes.extend(scope(entry.each.as_ref(), entry.variable.as_ref(), entry.when.as_ref())?);
        let is_script = matches!(&contents, files::Contents::Text(text) if text.starts_with("#!"));
        let file = blueprint::File {
            executable: entry.executable.unwrap_or(is_script),
            once,
            opens: entry.opens.iter().map(opening).collect(),
            moved_from: entry.moved_from.iter().map(|path| place(path)).collect::<Result<_, _>>()?,
            contents: self.contents(template, contents, marks, raw),
        };
        let path = place(&path).map_err(|error| match error {
            FolderError::Entry { problem, .. } if has_own_name => {
                FolderError::Template { file: format!("{TEMPLATES}/{template}"), problem }
            }
            error => error,
        })?;
        Ok(Share { scopes, path, body: Body::File(file) })
    }

    /// Text without marks is a template too: so that `explain` can name it, and tests can tell whether it was made.
    fn contents(&mut self, name: &str, contents: files::Contents, marks: Option<Marks>, raw: bool) -> Contents {
        match contents {
            files::Contents::Bytes(bytes) => Contents::Bytes(bytes),
            files::Contents::Text(text) if raw => Contents::Literal(text),
            files::Contents::Text(text) => {
                self.sources.push(Source { name: name.to_owned(), text, marks: coded(marks) });
                Contents::Template(name.to_owned())
            }
        }
    }

    fn merge(&mut self, at: usize, merge: &Merge) -> Result<Share, FolderError> {
        let Merge { path, format, template, text: inline, marks, weak, lists, when, each, variable } = merge;
        let format = format.clone().or_else(|| format_of(path).map(str::to_owned)).ok_or_else(|| {
            let problem = format!("`[[merge]]` does not say which format `{path}` has, and its name does not tell");
            FolderError::entry(problem, "write `format = \"json\"`, `jsonc`, `yaml`, `toml` or `dotenv`")
        })?;
        let contents = self.part("merge", at, template.as_deref(), inline.as_deref(), *marks)?;
        let lists = lists.iter().map(list_rule).collect::<Result<_, _>>()?;
        let body = Body::Merge(blueprint::Merge { format, text: contents, weak: *weak, lists });
        Ok(Share { scopes: scope(each.as_ref(), variable.as_ref(), when.as_ref())?, path: place(path)?, body })
    }

    fn slot(&mut self, at: usize, slot: &Slot) -> Result<Share, FolderError> {
        let Slot { path, name, template, text: inline, marks, order, when, each, variable } = slot;
        let contents = self.part("slot", at, template.as_deref(), inline.as_deref(), *marks)?;
        let body = Body::Slot(blueprint::Slot { name: name.clone(), text: contents, order: *order });
        Ok(Share { scopes: scope(each.as_ref(), variable.as_ref(), when.as_ref())?, path: place(path)?, body })
    }

    /// Text of a `[[merge]]` or `[[slot]]`: in `pack.toml` itself, or in `partials/`.
    fn part(
        &mut self,
        entry: &str,
        at: usize,
        template: Option<&str>,
        inline: Option<&str>,
        marks: Option<Marks>,
    ) -> Result<Contents, FolderError> {
        match (template, inline) {
            (None, Some(text)) => {
                let text = files::Contents::Text(text.to_owned());
                Ok(self.contents(&format!("pack.toml, {entry} {}", at + 1), text, marks, false))
            }
            (Some(name), None) => {
                let Some((_, contents)) = self.partials.iter().find(|(known, _)| known == name) else {
                    let known = self.partials.iter().map(|(name, _)| name.as_str());
                    return Err(unknown(entry, "template", name, PARTIALS, known));
                };
                let marks = coded(marks);
                if let (Some(marks), files::Contents::Text(text)) = (marks, contents) {
                    // One text may be included as it is and rendered with other marks.
                    let name = format!("{name}, {entry} {}", at + 1);
                    self.sources.push(Source { name: name.clone(), text: text.clone(), marks: Some(marks) });
                    return Ok(Contents::Template(name));
                }
                Ok(Contents::Template(name.to_owned()))
            }
            (Some(_), Some(_)) | (None, None) => {
                let problem = format!("`[[{entry}]]` has `template` and `text`, or neither");
                Err(FolderError::entry(problem, "give it one of the two"))
            }
        }
    }
}

/// The `[[folder]]` entries that a file is inside of, the outermost first.
fn folders_around<'a>(pack: &'a PackFile, template: &str) -> Vec<&'a Folder> {
    let mut around: Vec<&Folder> = pack.folder.iter().filter(|folder| is_inside(template, &folder.folder)).collect();
    around.sort_by_key(|folder| folder.folder.trim_end_matches('/').len());
    around
}

/// Where a template's file goes that has no path of its own: to the path of the nearest folder that has one, and there
/// where it is in that folder.
fn path_of(template: &str, around: &[&Folder]) -> String {
    let name = template.strip_suffix(ENDING).unwrap_or(template);
    let moved = around.iter().rev().find_map(|folder| {
        let inside = name.strip_prefix(folder.folder.trim_end_matches('/'))?;
        let path = folder.path.as_ref()?.trim_end_matches('/');
        Some(format!("{path}{inside}").trim_start_matches('/').to_owned())
    });
    moved.unwrap_or_else(|| name.to_owned())
}

/// A path in the project. One that is known now is looked at now; the generic pack takes a path with an empty name for no
/// file at all, as the conditions in paths of templates want it.
fn place(path: &str) -> Result<Text, FolderError> {
    let path = text(path);
    let unfit = |problem: String| FolderError::entry(problem, "write a path relative to the project's root, with `/`");
    match &path {
        Text::Plain(plain) => {
            ProjectPath::parse(plain).map_err(|error| unfit(error.to_string()))?;
        }
        Text::Jinja(template) if template.starts_with('/') => return Err(unfit(format!("`{template}` is absolute"))),
        Text::Jinja(_) => {}
    }
    Ok(path)
}

/// A loop, and within it a condition, which may be about the element.
fn scope(each: Option<&String>, variable: Option<&String>, when: Option<&String>) -> Result<Vec<Scope>, FolderError> {
    if each.is_none() && variable.is_some() {
        return Err(FolderError::entry("`as` names the element of no loop", "write `each`, or leave `as` out"));
    }
    let each = each.map(|list| {
        let variable = variable.map_or(ELEMENT, String::as_str);
        check_element(variable)?;
        Ok(Scope::Each(blueprint::Loop { variable: variable.to_owned(), list: list.clone() }))
    });
    each.into_iter().chain(when.map(|when| Ok(Scope::When(when.clone())))).collect()
}

/// The element of a loop has a name that Jinja can say, and that hides nothing.
fn check_element(name: &str) -> Result<(), FolderError> {
    if VALUES.contains(&name) {
        let problem = format!("`as = \"{name}\"` hides what the pack's templates know as `{name}`");
        return Err(FolderError::entry(problem, "choose another name"));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.chars().all(is_word) || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let problem = format!("`as = \"{name}\"` is no name of a variable");
        return Err(FolderError::entry(problem, "use letters, digits and `_`, and begin with a letter"));
    }
    Ok(())
}

fn lines(lines: &Lines) -> Result<Share, FolderError> {
    let Lines { path, lines, when, each, variable } = lines;
    let texts: Vec<Text> = lines.iter().map(|line| text(line)).collect();
    let scopes = scope(each.as_ref(), variable.as_ref(), when.as_ref())?;
    Ok(Share { scopes, path: place(path)?, body: Body::Lines(texts) })
}

fn opening(opening: &super::pack_file::Opening) -> blueprint::Opening {
    blueprint::Opening {
        name: opening.name.clone(),
        marker: opening.marker.clone(),
        required: opening.required,
        unique: opening.unique,
        sorted: opening.sorted,
    }
}

fn list_rule(rule: &ListRule) -> Result<blueprint::ListRule, FolderError> {
    let policy = match (rule.policy, &rule.key) {
        (Policy::Unite, None) => blueprint::ListPolicy::Unite,
        (Policy::Sorted, None) => blueprint::ListPolicy::Sorted,
        (Policy::Append, None) => blueprint::ListPolicy::Append,
        (Policy::Replace, None) => blueprint::ListPolicy::Replace,
        (Policy::ByKey, Some(key)) => blueprint::ListPolicy::ByKey(key.clone()),
        _ => {
            let problem = format!("the rule for `{}` has a `key` that it does not need, or none", rule.pointer);
            return Err(FolderError::entry(problem, "write `policy = \"by-key\"` with `key`, any other without"));
        }
    };
    Ok(blueprint::ListRule { pointer: rule.pointer.clone(), policy })
}

/// The marks as the blueprint has them; none for Jinja's own.
fn coded(marks: Option<Marks>) -> Option<blueprint::Marks> {
    let pair = |open: &str, close: &str| (open.to_owned(), close.to_owned());
    match marks {
        None | Some(Marks::Braces) => None,
        Some(Marks::Brackets) => {
            Some(blueprint::Marks { block: pair("[%", "%]"), variable: pair("[[", "]]"), comment: pair("[#", "#]") })
        }
        Some(Marks::Angles) => {
            Some(blueprint::Marks { block: pair("<%", "%>"), variable: pair("<<", ">>"), comment: pair("<#", "#>") })
        }
    }
}

/// The format that a file's name tells.
fn format_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "json" => Some("json"),
        "jsonc" => Some("jsonc"),
        "yaml" | "yml" => Some("yaml"),
        "toml" => Some("toml"),
        _ if name == ".env" || name.starts_with(".env.") => Some("dotenv"),
        _ => None,
    }
}
