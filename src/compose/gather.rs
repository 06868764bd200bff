//! Contributions by path, and how much of them there may be.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::party::Party;
use super::problem::Problem;
use super::texts::{text_of, too_much};
use super::{MAX_CONTRIBUTIONS, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Share};
use crate::model::{Body, Content, Name, Output, PathClash, PathError, PathSet, ProjectPath, Text, Tree};
use crate::template::TemplateError;

/// A contribution on its way into a file.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) party: &'a Party,
    /// The folder that its pack's paths go below.
    pub(super) at: Option<&'a ProjectPath>,
    pub(super) body: &'a Body,
    /// The text of a body that has one; none where its template failed.
    pub(super) text: Option<Cow<'a, str>>,
}

impl Piece<'_> {
    pub(super) fn instance(&self) -> &Name {
        &self.party.instance
    }

    /// The template that the text comes from.
    pub(super) fn template(&self) -> Option<&str> {
        match text_of(self.body) {
            Some(Text::Template(rendering)) => Some(&rendering.template),
            _ => None,
        }
    }

    /// Whether its template failed, which is a problem that has been told.
    pub(super) fn has_failed(&self) -> bool {
        self.text.is_none() && text_of(self.body).is_some()
    }

    fn size(&self) -> usize {
        self.text.as_ref().map_or_else(|| own_size(self.body), |text| text.len())
    }
}

/// The bytes that a contribution holds before anything is rendered.
fn own_size(body: &Body) -> usize {
    match (body, text_of(body)) {
        (_, Some(Text::Literal(text))) => text.len(),
        (Body::Lines(lines), _) => lines.iter().map(String::len).sum(),
        (Body::File(file), _) => match &file.contents {
            Content::Bytes(bytes) => bytes.len(),
            Content::Text(_) => 0,
        },
        _ => 0,
    }
}

/// The bytes that a pack returned.
fn size_of(output: &Output) -> usize {
    output.contributions.iter().map(|contribution| own_size(&contribution.body)).sum()
}

/// Whether what a pack returned could be a project's, as far as that is known before any work is done.
pub(super) fn is_bearable(output: &Output) -> bool {
    output.contributions.len() <= MAX_CONTRIBUTIONS && size_of(output) <= MAX_TOTAL_BYTES
}

/// Checks the same of all packs together.
pub(super) fn check_size(shares: &[Share<'_>]) -> Result<(), Vec<Problem>> {
    let count: usize = shares.iter().map(|share| share.output.contributions.len()).sum();
    if count > MAX_CONTRIBUTIONS {
        let what = format!("{count} contributions");
        return Err(vec![Problem::TooMuch { what, limit: format!("{MAX_CONTRIBUTIONS} of them") }]);
    }
    let size: usize = shares.iter().map(|share| size_of(share.output)).sum();
    let is_cut = shares.iter().any(|share| share.texts.is_cut);
    if is_cut || size > MAX_TOTAL_BYTES { Err(vec![too_much()]) } else { Ok(()) }
}

/// Groups contributions by checked path, in canonical order within a path. Those with a path that can't be are told
/// of in `problems` and left out.
///
/// # Errors
/// More files, or more bytes, than a project may have.
pub(super) fn gather<'a>(
    shares: &[Share<'a>],
    parties: &'a [Party],
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<ProjectPath, Vec<Piece<'a>>>, Vec<Problem>> {
    let mut groups: BTreeMap<ProjectPath, Vec<Piece<'a>>> = BTreeMap::new();
    let mut paths = PathSet::default();
    let mut size = 0;
    for (share, party) in shares.iter().zip(parties) {
        let failed = |error: &TemplateError| Problem::Template(error.report_for(&share.instance.pack()));
        problems.extend(share.texts.errors.iter().map(failed));
        for (at, contribution) in share.output.contributions.iter().enumerate() {
            let path = match placed(share.instance.at.as_ref(), &contribution.path) {
                Ok(path) => path,
                Err(error) => {
                    problems.push(Problem::Path { pack: party.clone(), error });
                    continue;
                }
            };
            if !groups.contains_key(&path)
                && let Err(PathClash { error, earlier }) = paths.insert(&path)
            {
                let earlier = first_at(&groups, &earlier);
                problems.push(Problem::PathClash { pack: party.clone(), error, earlier });
                continue;
            }
            let text = share.texts.get(at, &contribution.body);
            let piece = Piece { party, at: share.instance.at.as_ref(), body: &contribution.body, text };
            size += piece.size();
            groups.entry(path).or_default().push(piece);
        }
    }
    if groups.len() > MAX_FILES {
        let what = format!("{} files", groups.len());
        return Err(vec![Problem::TooMuch { what, limit: format!("{MAX_FILES} of them") }]);
    }
    if size > MAX_TOTAL_BYTES { Err(vec![too_much()]) } else { Ok(groups) }
}

/// A pack's path as one of the project.
pub(super) fn placed(at: Option<&ProjectPath>, path: &str) -> Result<ProjectPath, PathError> {
    match at {
        Some(folder) => folder.join(path),
        None => ProjectPath::parse(path),
    }
}

/// The files that open slots.
pub(super) fn files_with_slots(groups: &BTreeMap<ProjectPath, Vec<Piece<'_>>>) -> Arc<[ProjectPath]> {
    let opens = |piece: &Piece<'_>| matches!(piece.body, Body::File(file) if !file.slots.is_empty());
    groups.iter().filter(|(_, pieces)| pieces.iter().any(opens)).map(|(path, _)| path.clone()).collect()
}

/// Who was first to have something at a path or below it, and where.
fn first_at(groups: &BTreeMap<ProjectPath, Vec<Piece<'_>>>, place: &str) -> Option<(Party, ProjectPath)> {
    let is_there = |path: &ProjectPath| {
        path.as_str().strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (path, pieces) = groups.iter().find(|(path, _)| is_there(path))?;
    Some((pieces.first()?.party.clone(), path.clone()))
}

/// Checks the sizes of what was made.
pub(super) fn check_tree(tree: &Tree) -> Vec<Problem> {
    let large = tree.files.iter().filter(|(_, file)| file.contents.len() > MAX_FILE_BYTES);
    let mut problems: Vec<Problem> = large
        .map(|(path, file)| Problem::TooMuch {
            what: format!("{} bytes of `{path}`", file.contents.len()),
            limit: format!("{} MiB in one file", MAX_FILE_BYTES >> 20),
        })
        .collect();
    if tree.files.values().map(|file| file.contents.len()).sum::<usize>() > MAX_TOTAL_BYTES {
        problems.push(too_much());
    }
    problems
}
