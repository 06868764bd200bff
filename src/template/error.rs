//! Why a template can't be parsed or rendered.

use std::error::Error as _;

use minijinja::{Error, ErrorKind};

use crate::model::{PackId, Report, near, printable};

/// Why a template can't be parsed or rendered: what, where, and about which variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What kind of mistake it is.
    pub kind: TemplateErrorKind,
    /// The template in which it happened; none for an expression or a text without a name.
    pub template: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is not defined, as the template writes it: `project.nmae`.
    pub variable: Option<String>,
    /// What happened, without the place.
    pub message: String,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// The text is not a template.
    Syntax,
    /// A variable is not defined.
    Undefined,
    /// No template has the name that is asked for.
    Unknown,
    /// Two templates have one name.
    Duplicate,
    /// It is larger, deeper or slower than templates may be.
    Limit,
    /// An operation, a filter or a function failed.
    Failed,
}

/// How much of a pack's text a message repeats, in characters.
const EXCERPT: usize = 200;

impl TemplateError {
    pub(super) fn new(kind: TemplateErrorKind, message: impl Into<String>) -> Self {
        Self { kind, template: None, line: None, variable: None, message: message.into() }
    }

    pub(super) fn undefined(variable: &str) -> Self {
        let variable = excerpt(variable);
        let message = format!("the variable `{variable}` is not defined");
        Self { variable: Some(variable), ..Self::new(TemplateErrorKind::Undefined, message) }
    }

    pub(super) fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let near: Vec<_> = near(name, known).into_iter().map(|known| format!("`{}`", excerpt(known))).collect();
        let mut message = format!("there is no template `{}`", excerpt(name));
        if !near.is_empty() {
            message.push_str(&format!("; near it: {}", near.join(", ")));
        }
        Self::new(TemplateErrorKind::Unknown, message)
    }

    /// Names the template where the engine did not.
    pub(super) fn of_template(mut self, name: &str) -> Self {
        if self.kind != TemplateErrorKind::Unknown {
            self.template.get_or_insert_with(|| excerpt(name));
        }
        self
    }

    /// The engine's error. Where templates include each other, the innermost one says what happened.
    pub(super) fn of_engine(error: &Error) -> Self {
        let mut innermost = error;
        while let Some(cause) = innermost.source().and_then(|cause| cause.downcast_ref::<Error>()) {
            innermost = cause;
        }
        let detail = innermost.detail().unwrap_or_default();
        let undefined = undefined_expression(detail).or_else(|| undefined_excerpt(innermost));
        let told = match (kind(innermost.kind()), undefined) {
            (TemplateErrorKind::Limit, _) => Self::new(TemplateErrorKind::Limit, limit(detail)),
            (_, _) if detail == "recursion limit exceeded" => {
                Self::new(TemplateErrorKind::Limit, "its macros, includes or loops are nested too deeply")
            }
            (_, Some(variable)) => Self::undefined(&variable),
            (kind, None) => Self::new(kind, message(innermost)),
        };
        let named = [innermost, error].into_iter().find(|error| error.line().is_some()).unwrap_or(innermost);
        let template = named.name().filter(|name| *name != super::NAMELESS && *name != "<string>").map(excerpt);
        Self { template, line: named.line(), ..told }
    }

    /// The code under which the error is explained.
    pub fn code(&self) -> &'static str {
        match self.kind {
            TemplateErrorKind::Syntax => "template-syntax",
            TemplateErrorKind::Undefined => "template-undefined",
            TemplateErrorKind::Unknown => "template-unknown",
            TemplateErrorKind::Duplicate => "template-duplicate",
            TemplateErrorKind::Limit => "template-limit",
            TemplateErrorKind::Failed => "template-failed",
        }
    }

    /// What happened, and where.
    pub fn describe(&self) -> (String, Option<String>) {
        let place = match (&self.template, self.line) {
            (Some(name), Some(line)) => Some(format!("in template `{name}`, line {line}")),
            (Some(name), None) => Some(format!("in template `{name}`")),
            (None, Some(line)) if line > 1 => Some(format!("in line {line} of an expression")),
            (None, _) => None,
        };
        (self.message.clone(), place)
    }

    /// The report of a mistake in one of `pack`'s templates.
    pub fn report_for(&self, pack: &PackId) -> Report {
        let (message, place) = self.describe();
        let message = format!("{pack}: {message}");
        let report = Report::new(self.code(), message).details(place);
        report.hint(format!("report it to the author of `{}`, or use another version of it", pack.name))
    }
}

fn kind(kind: ErrorKind) -> TemplateErrorKind {
    match kind {
        ErrorKind::SyntaxError | ErrorKind::BadEscape | ErrorKind::InvalidDelimiter => TemplateErrorKind::Syntax,
        ErrorKind::UndefinedError => TemplateErrorKind::Undefined,
        ErrorKind::TemplateNotFound => TemplateErrorKind::Unknown,
        ErrorKind::OutOfFuel => TemplateErrorKind::Limit,
        _ => TemplateErrorKind::Failed,
    }
}

fn limit(detail: &str) -> String {
    match detail {
        "" => "it takes more work or memory than a template may".to_owned(),
        detail => excerpt(detail),
    }
}

fn message(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {}", error.kind(), excerpt(detail)),
        None => error.kind().to_string(),
    }
}

/// The expression that the engine's detail calls undefined: "`project.nmae` is undefined".
fn undefined_expression(detail: &str) -> Option<String> {
    let (before, _) = detail.split_once("` is undefined")?;
    before.rsplit_once('`').map(|(_, expression)| expression.to_owned())
}

/// The source that failed, where the engine knows no better.
fn undefined_excerpt(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::UndefinedError {
        return None;
    }
    error.template_source()?.get(error.range()?).map(str::to_owned)
}

/// Text of a pack, fit for a message.
fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(EXCERPT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable(&short).into_owned()
}
