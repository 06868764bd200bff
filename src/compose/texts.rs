//! The packs' texts, templates rendered.
//!
//! Every pack's templates are parsed once, every pair of a template and its values is rendered once, all in parallel;
//! a template that nobody names is not rendered. Which thread was faster leaves no trace: results have their places
//! before the work starts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::problem::Problem;
use super::{MAX_TOTAL_BYTES, Share};
use crate::model::{Body, Content, JsonObject, Rendering, Text};
use crate::template::{TemplateError, Templates, Values};

/// The texts of all contributions.
pub(super) struct Texts {
    rendered: Vec<Option<String>>,
    /// For each share and each of its contributions, the place of its rendering.
    places: Vec<Vec<Option<usize>>>,
}

/// A rendering of the pack of a share.
struct Job<'a> {
    share: usize,
    template: &'a str,
    values: Values,
}

/// The text that a contribution has, template or not.
pub(super) fn text_of(body: &Body) -> Option<&Text> {
    match body {
        Body::File(file) => match &file.contents {
            Content::Text(text) => Some(text),
            Content::Bytes(_) => None,
        },
        Body::Merge(merge) => Some(&merge.text),
        Body::Slot(fill) => Some(&fill.text),
        Body::Lines(_) => None,
    }
}

impl Texts {
    /// Renders what the shares' contributions name, and says which templates failed.
    ///
    /// # Errors
    /// Texts that are larger together than a project may be.
    pub(super) fn render(shares: &[Share<'_>]) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (jobs, places) = plan(shares);
        let mut problems = Vec::new();
        let spent = AtomicUsize::new(0);
        let templates = parse(shares, &jobs, &mut problems);
        let results: Vec<Option<Result<String, TemplateError>>> =
            jobs.par_iter().map(|job| render_one(job, &templates, &spent)).collect();
        if spent.load(Ordering::Relaxed) > MAX_TOTAL_BYTES {
            return Err(vec![too_much()]);
        }
        let mut rendered = Vec::with_capacity(jobs.len());
        for (job, result) in jobs.iter().zip(results) {
            rendered.push(match (result, shares.get(job.share)) {
                (Some(Ok(text)), _) => Some(text),
                (Some(Err(error)), Some(share)) => {
                    problems.push(Problem::Template(error.report_for(&share.instance.pack())));
                    None
                }
                _ => None,
            });
        }
        Ok((Self { rendered, places }, problems))
    }

    /// The text of a contribution, with LF; none where it has none or its template failed.
    pub(super) fn get<'a>(&'a self, share: usize, at: usize, body: &'a Body) -> Option<Cow<'a, str>> {
        match text_of(body)? {
            Text::Literal(text) => Some(with_lf(text)),
            Text::Template(_) => {
                let place = (*self.places.get(share)?.get(at)?)?;
                self.rendered.get(place)?.as_deref().map(Cow::Borrowed)
            }
        }
    }
}

pub(super) fn too_much() -> Problem {
    Problem::TooMuch {
        what: "more bytes of text than that".to_owned(),
        limit: format!("{} MiB in all", MAX_TOTAL_BYTES >> 20),
    }
}

/// The renderings to do, each once, and which contribution wants which.
fn plan<'a>(shares: &[Share<'a>]) -> (Vec<Job<'a>>, Vec<Vec<Option<usize>>>) {
    let mut jobs = Vec::new();
    let mut known: BTreeMap<(usize, &str, *const JsonObject), usize> = BTreeMap::new();
    let mut converted: BTreeMap<*const JsonObject, Values> = BTreeMap::new();
    let mut places = Vec::with_capacity(shares.len());
    for (share, Share { output, .. }) in shares.iter().enumerate() {
        let mut of_share = Vec::with_capacity(output.contributions.len());
        for contribution in &output.contributions {
            let Some(Text::Template(rendering)) = text_of(&contribution.body) else {
                of_share.push(None);
                continue;
            };
            // Values that are the same were shared when they came in.
            let Rendering { template, values } = rendering;
            let place = *known.entry((share, template, Arc::as_ptr(values))).or_insert_with(|| {
                let values = converted.entry(Arc::as_ptr(values)).or_insert_with(|| Values::of(values)).clone();
                jobs.push(Job { share, template, values });
                jobs.len() - 1
            });
            of_share.push(Some(place));
        }
        places.push(of_share);
    }
    (jobs, places)
}

/// The templates of every pack that has something to render.
fn parse(shares: &[Share<'_>], jobs: &[Job<'_>], problems: &mut Vec<Problem>) -> Vec<Option<Templates>> {
    let mut used = vec![false; shares.len()];
    for job in jobs {
        if let Some(flag) = used.get_mut(job.share) {
            *flag = true;
        }
    }
    let parsed: Vec<Option<Result<Templates, TemplateError>>> = shares
        .par_iter()
        .zip(&used)
        .map(|(share, used)| used.then(|| Templates::parse(&share.output.templates)))
        .collect();
    let keep = |(parsed, share): (Option<Result<Templates, TemplateError>>, &Share<'_>)| match parsed {
        Some(Ok(templates)) => Some(templates),
        Some(Err(error)) => {
            problems.push(Problem::Template(error.report_for(&share.instance.pack())));
            None
        }
        None => None,
    };
    parsed.into_iter().zip(shares).map(keep).collect()
}

/// One rendering; none where the pack's templates did not parse, or when there is too much text already.
fn render_one(
    job: &Job<'_>,
    templates: &[Option<Templates>],
    spent: &AtomicUsize,
) -> Option<Result<String, TemplateError>> {
    let templates = templates.get(job.share)?.as_ref()?;
    if spent.load(Ordering::Relaxed) > MAX_TOTAL_BYTES {
        return None;
    }
    Some(templates.render(job.template, &job.values).map(|text| {
        spent.fetch_add(text.len(), Ordering::Relaxed);
        if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text }
    }))
}

fn with_lf(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}
