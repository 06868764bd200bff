//! The texts of one pack's contributions, templates rendered.
//!
//! A pack's templates are parsed once, every pair of a template and its values is rendered once, in parallel; a template
//! that nobody names is not rendered. Which thread was faster leaves no trace: results have their places before the
//! work starts. Texts depend on nothing but the pack's own output, so they can be made while other packs still run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::MAX_TOTAL_BYTES;
use super::gather::is_bearable;
use super::problem::Problem;
use crate::model::{Body, Content, JsonObject, Output, Rendering, Text};
use crate::template::{TemplateError, Templates, Values};

/// The texts of one pack's contributions.
#[derive(Debug, Default)]
pub struct Texts {
    rendered: Vec<Option<String>>,
    /// For each contribution, the place of its rendering.
    places: Vec<Option<usize>>,
    /// What is wrong with the templates.
    pub(super) errors: Vec<TemplateError>,
    /// Whether some were left out, because a project may not have that much text.
    pub(super) is_cut: bool,
}

/// The bytes of text that all packs of a project may render together.
#[derive(Debug, Default)]
pub struct Budget {
    spent: AtomicUsize,
}

impl Budget {
    fn is_exceeded(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > MAX_TOTAL_BYTES
    }

    pub(super) fn spend(&self, bytes: usize) {
        self.spent.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A rendering to do.
struct Job<'a> {
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
    /// Renders what a pack's contributions name. Where that is too much for a project, by itself or together with what
    /// has been rendered before, some is left out: composing refuses it.
    pub fn render(output: &Output, budget: &Budget) -> Self {
        if !is_bearable(output) {
            return Self { is_cut: true, ..Self::default() };
        }
        let (jobs, places) = plan(output);
        if jobs.is_empty() {
            return Self { places, ..Self::default() };
        }
        let templates = match Templates::parse(&output.templates) {
            Ok(templates) => templates,
            Err(error) => return Self { places, errors: vec![error], ..Self::default() },
        };
        let results: Vec<_> = jobs.par_iter().map(|job| render_one(job, &templates, budget)).collect();
        let mut errors = Vec::new();
        let text = |result: Result<Option<String>, TemplateError>| {
            result.unwrap_or_else(|error| {
                errors.push(error);
                None
            })
        };
        let rendered = results.into_iter().map(text).collect();
        Self { rendered, places, errors, is_cut: budget.is_exceeded() }
    }

    /// The text of a contribution, with LF; none where it has none or its template failed.
    pub(super) fn get<'a>(&'a self, at: usize, body: &'a Body) -> Option<Cow<'a, str>> {
        match text_of(body)? {
            Text::Literal(text) => Some(with_lf(text)),
            Text::Template(_) => {
                let place = (*self.places.get(at)?)?;
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
fn plan(output: &Output) -> (Vec<Job<'_>>, Vec<Option<usize>>) {
    let mut jobs = Vec::new();
    let mut known: BTreeMap<(&str, *const JsonObject), usize> = BTreeMap::new();
    let mut converted: BTreeMap<*const JsonObject, Values> = BTreeMap::new();
    let place = |body| {
        let Some(Text::Template(Rendering { template, values })) = text_of(body) else { return None };
        // Values that are the same were shared when they came in.
        let place = *known.entry((template, Arc::as_ptr(values))).or_insert_with(|| {
            let values = converted.entry(Arc::as_ptr(values)).or_insert_with(|| Values::of(values)).clone();
            jobs.push(Job { template, values });
            jobs.len() - 1
        });
        Some(place)
    };
    let places = output.contributions.iter().map(|contribution| &contribution.body).map(place).collect();
    (jobs, places)
}

/// One rendering; none when there is too much text already.
fn render_one(job: &Job<'_>, templates: &Templates, budget: &Budget) -> Result<Option<String>, TemplateError> {
    if budget.is_exceeded() {
        return Ok(None);
    }
    let text = templates.render(job.template, &job.values)?;
    budget.spend(text.len());
    Ok(Some(if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text }))
}

fn with_lf(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}
