//! Where a file of a project comes from, as it stands there now.
//!
//! The project is made again from its lock, the file's account is taken from that, and its lines are found again in
//! the working copy: lines that the user wrote since are the user's.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Failure, Member, Rendered, Workshop, left_out, replay};
use crate::apply;
use crate::compose::{Attribution, Provenance};
use crate::model::{Ownership, ProjectPath, Report, io_cause, near, omission, unix_newlines};
use crate::project::Lock;
use crate::template::variables;

/// The most bytes of a working copy that are read.
const MAX_FILE: u64 = 64 << 20;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole file.
    File,
    /// A line, counted from 1.
    Line(usize),
    /// A JSON Pointer into a structured file.
    Pointer(String),
}

/// How the working copy compares with what was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It is the same.
    AsGenerated,
    /// The user changed it.
    Edited,
    /// The user removed it.
    Removed,
}

/// Where something comes from.
#[derive(Debug)]
pub struct Explanation {
    /// The packs of the project, with their answers.
    pub members: Vec<Member>,
    /// How the file stands.
    pub state: FileState,
    /// Whether it has been the user's since it was written.
    pub ownership: Ownership,
    /// The stretches of the file that were asked about, one or several.
    pub stretches: Vec<Stretch>,
}

/// Neighbouring lines of the same origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Lines of the working copy, counted from 0; of what was generated where there is no working copy.
    pub lines: Range<usize>,
    /// The text of its first line; none where the file is not text.
    pub text: Option<String>,
    /// What it is made of; none where the user wrote it.
    pub attributions: Option<Vec<Attribution>>,
}

/// Explains a place of a file of the project in `root`.
///
/// # Errors
/// A file or a place that packs did not make; everything that [`replay`] finds.
pub fn explain(
    workshop: &Workshop<'_>,
    lock: &Lock,
    root: &Path,
    path: &ProjectPath,
    place: &Place,
) -> Result<Explanation, Failure> {
    let locked = lock.files.get(path).ok_or_else(|| unknown_file(path, lock))?;
    let working = read(root, path)?;
    let rendered = replay(workshop, lock, root)?;
    let provenance = rendered.explain(path)?.ok_or_else(|| {
        let message = format!("`scaffold.lock` lists `{path}`, and its packs do not make it");
        let report = Report::new("explain-unknown", message);
        Failure::from(report.hint("take `scaffold.lock` back from version control"))
    })?;
    let state = match &working {
        None => FileState::Removed,
        Some(bytes) if crate::model::Digest::of(bytes) == locked.checksum => FileState::AsGenerated,
        Some(_) => FileState::Edited,
    };
    let ownership = rendered.tree.files.get(path).map_or(Ownership::Managed, |file| file.ownership);
    let copy = WorkingCopy::of(&provenance, working.as_deref());
    let mut stretches = match place {
        Place::File => copy.stretches(),
        Place::Line(number) => vec![copy.line(path, *number)?],
        Place::Pointer(pointer) => vec![copy.place(path, pointer)?],
    };
    if *place != Place::File {
        for attribution in stretches.iter_mut().flat_map(|stretch| stretch.attributions.iter_mut().flatten()) {
            let names = names_on(&rendered, attribution);
            if let Some(template) = &mut attribution.template {
                template.names = names;
            }
        }
    }
    Ok(Explanation { members: rendered.members, state, ownership, stretches })
}

/// The values that a template's line names, where it names nothing that the template worked out before.
fn names_on(rendered: &Rendered, attribution: &Attribution) -> Option<BTreeSet<String>> {
    let (party, template) = (attribution.party.as_ref()?, attribution.template.as_ref()?);
    let line = template.line.as_ref()?;
    let mut outputs = rendered.members.iter().zip(&rendered.outputs);
    let (_, output) = outputs.find(|(member, _)| member.instance.name == party.instance)?;
    let source = output.templates.iter().find(|source| source.name == line.template)?;
    let names = variables::of_line(source, line.line).ok()?;
    let is_given = |name: &String| template.values.contains_key(name.split('.').next().unwrap_or(name));
    names.iter().all(is_given).then_some(names)
}

/// The working copy, text with LF; none where there is none.
fn read(root: &Path, path: &ProjectPath) -> Result<Option<Vec<u8>>, Failure> {
    let as_text =
        |bytes: Vec<u8>| if std::str::from_utf8(&bytes).is_ok() { unix_newlines(&bytes).into_owned() } else { bytes };
    match apply::read(root, path, MAX_FILE) {
        Ok(bytes) => Ok(bytes.map(as_text)),
        Err(error) => {
            let report = Report::new("project-unreadable", format!("`{path}` can't be read: {}", io_cause(&error)));
            Err(Failure::from(report.hint("check that you may read the file")))
        }
    }
}

/// The lines of the working copy beside the account of what was generated.
struct WorkingCopy<'a> {
    provenance: &'a Provenance,
    /// Its text; none where there is no copy that is text.
    text: Option<&'a str>,
    lines: Vec<&'a str>,
    /// For each line, which generated one it is.
    generated: Vec<Option<usize>>,
}

impl<'a> WorkingCopy<'a> {
    fn of(provenance: &'a Provenance, working: Option<&'a [u8]>) -> Self {
        let Some(text) = &provenance.text else {
            return Self { provenance, text: None, lines: Vec::new(), generated: Vec::new() };
        };
        let made: Vec<&str> = text.lines().collect();
        let lines: Vec<&str> = match working.map(std::str::from_utf8) {
            Some(Ok(working)) => working.lines().collect(),
            Some(Err(_)) => Vec::new(),
            None => made.clone(),
        };
        let mut generated = vec![None; lines.len()];
        for operation in capture_diff_slices(Algorithm::Myers, &made, &lines) {
            if let DiffOp::Equal { old_index, new_index, len } = operation {
                for offset in 0..len {
                    generated[new_index + offset] = Some(old_index + offset);
                }
            }
        }
        let text = working.and_then(|working| std::str::from_utf8(working).ok());
        Self { provenance, text, lines, generated }
    }

    fn stretch(&self, at: usize) -> Stretch {
        let made = self.generated.get(at).copied().flatten();
        let attributions = made.map(|line| self.provenance.lines.get(line).cloned().unwrap_or_default());
        Stretch { lines: at..at + 1, text: self.lines.get(at).map(|&line| line.to_owned()), attributions }
    }

    /// All lines, neighbours of the same origin together.
    fn stretches(&self) -> Vec<Stretch> {
        if self.lines.is_empty() {
            return vec![Stretch { lines: 0..0, text: None, attributions: Some(self.provenance.shares.clone()) }];
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        for at in 0..self.lines.len() {
            let next = self.stretch(at);
            match stretches.last_mut() {
                Some(last) if are_alike(last, &next) => last.lines.end = next.lines.end,
                _ => stretches.push(next),
            }
        }
        stretches
    }

    fn line(&self, path: &ProjectPath, number: usize) -> Result<Stretch, Failure> {
        let at = number.checked_sub(1).filter(|at| *at < self.lines.len());
        let number_of = self.lines.len();
        at.map(|at| self.stretch(at)).ok_or_else(|| {
            let message = format!("`{path}` has no line {number}");
            let lines = if number_of == 1 { "1 line".to_owned() } else { format!("{number_of} lines") };
            unknown(Report::new("explain-unknown", message).detail(format!("it has {lines}")))
        })
    }

    fn place(&self, path: &ProjectPath, pointer: &str) -> Result<Stretch, Failure> {
        let edited = self.edited_place(pointer);
        if let Some(Some(stretch)) = edited {
            return Ok(stretch);
        }
        let place = self.provenance.places.get(pointer).filter(|_| edited.is_none()).ok_or_else(|| {
            let message = format!("`{path}` has no place `{pointer}` that can be told of");
            let known = self.provenance.places.keys().map(String::as_str);
            let near: Vec<String> =
                near(pointer, known).into_iter().map(|known| format!("near it: `{known}`")).collect();
            unknown(Report::new("explain-unknown", message).details(near))
        })?;
        let at = self.generated.iter().position(|made| *made == Some(place.line));
        let line = at.unwrap_or(place.line);
        let text = at.and_then(|at| self.lines.get(at)).map(|&line| line.to_owned());
        Ok(Stretch { lines: line..line + 1, text, attributions: Some(vec![place.attribution.clone()]) })
    }

    /// The pointer as the working copy has it: lists may have shifted, values may be the user's. None where the copy
    /// can't be read as what it was.
    fn edited_place(&self, pointer: &str) -> Option<Option<Stretch>> {
        let places =
            self.provenance.places_in(self.text.filter(|text| Some(*text) != self.provenance.text.as_deref())?)?;
        let Some(&line) = places.get(pointer) else { return Some(None) };
        let mut stretch = self.stretch(line);
        let made = self.generated.get(line).copied().flatten();
        let place = self.provenance.places.get(pointer).filter(|place| Some(place.line) == made);
        if let Some(place) = place {
            stretch.attributions = Some(vec![place.attribution.clone()]);
        }
        Some(Some(stretch))
    }
}

/// Whether two neighbours are told of in one breath: they may differ in the template's line only.
fn are_alike(one: &Stretch, other: &Stretch) -> bool {
    let key = |attribution: &Attribution| {
        let template = attribution.template.as_ref().map(|template| template.name.clone());
        (attribution.party.clone(), attribution.kind.clone(), template)
    };
    match (&one.attributions, &other.attributions) {
        (None, None) => true,
        // A line of nobody in particular goes with what is above it.
        (Some(_), Some(others)) if others.is_empty() => true,
        (Some(ones), Some(others)) => ones.iter().map(key).eq(others.iter().map(key)),
        _ => false,
    }
}

fn unknown_file(path: &ProjectPath, lock: &Lock) -> Failure {
    if lock.compose.get(path.as_str()) == Some(&omission()) {
        return Failure::from(left_out("explain-unknown", path));
    }
    let near: Vec<String> = near(path.as_str(), lock.files.keys().map(ProjectPath::as_str))
        .into_iter()
        .map(|known| format!("near it: `{known}`"))
        .collect();
    unknown(Report::new("explain-unknown", format!("no pack made `{path}`")).details(near))
}

fn unknown(report: Report) -> Failure {
    let hint = "ask about a file that `scaffold.lock` lists: `scaffold explain PATH`, `PATH:LINE` or `PATH#/POINTER`";
    Failure::from(report.hint(hint))
}
