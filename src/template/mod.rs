//! Jinja templates: the contents of files, and the short expressions by which packs compute paths and conditions.
//!
//! Both run in one shape of environment, so that a filter means the same in either place. Templates are strangers'
//! programs, so every way in which one could hurt the machine has a bound:
//!
//! - *fuel* bounds instructions, the bytes of strings that are made and the items that filters visit;
//! - *output* is counted while it is written, and stops at [`limits::OUTPUT`];
//! - *values* are weighed before anything walks them, so that a list of lists of lists can't be printed for ever;
//! - *source* is measured before it is parsed, because the parser recurses on the native stack, see `scan`;
//! - the engine runs on a thread whose stack is known to be large enough for whatever these bounds let through.
//!
//! One gap is known. The operators `~`, `+`, `==`, `<` and `in` are the engine's own; where they meet a list that stands
//! for far more elements than it holds, such as `[0] * 99999999`, they do the work first and pay for it afterwards.
//! [`oldest_running`] lets whoever owns the process see that, and end it (`cli`'s watchdog does).
//!
//! Nothing in here reads a clock or makes random numbers: a template gives the same bytes everywhere. There is no
//! `namespace`, because a value that can hold itself has no end; packs compute, templates lay out.

mod engine;
mod error;
mod filters;
mod json;
mod references;
mod scan;
mod trace;
pub mod variables;
mod weight;

#[cfg(test)]
mod bombs;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde_json::Value;

use crate::model::{JsonObject, Source, Syntax};

pub use error::{TemplateError, TemplateErrorKind};
pub use references::check_references;
pub use trace::{TemplateLine, trace};

/// What templates may use up. All are far above what a project's files need.
pub mod limits {
    /// Fuel of one rendering or expression: one for an instruction or for 64 bytes of data.
    pub const FUEL: u64 = 250_000;
    /// Bytes that one rendering may write.
    pub const OUTPUT: usize = 4 << 20;
    /// Levels of blocks and loops in use at once; a macro's call takes about five, an include ten.
    pub const RECURSION: usize = 200;
    /// Values inside a value that is printed or given to a filter.
    pub const NODES: usize = 50_000;
    /// Levels of lists in lists.
    pub const DEPTH: usize = 64;
    /// Bytes of one template's source.
    pub const SOURCE: usize = 1 << 20;
    /// Templates of one pack.
    pub const TEMPLATES: usize = 20_000;
    /// Bytes of all sources of one pack.
    pub const SOURCES: usize = 16 << 20;
}

/// What stands for a template's name in the engine where the text has none.
const NAMELESS: &str = "<expression>";

/// All templates of one pack, parsed. They may include, import and extend each other whatever their marks are.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Parses a pack's templates.
    ///
    /// # Errors
    /// Two templates of one name, a syntax error, marks that can't be told apart, a source beyond its bounds.
    pub fn parse(sources: &[Source]) -> Result<Self, TemplateError> {
        if sources.len() > limits::TEMPLATES {
            let message = format!("there are {} templates, and {} is the most", sources.len(), limits::TEMPLATES);
            return Err(TemplateError::new(TemplateErrorKind::Limit, message));
        }
        let total: usize = sources.iter().map(|source| source.text.len()).sum();
        if total > limits::SOURCES {
            let message = format!("the templates have {total} bytes together, and {} is the most", limits::SOURCES);
            return Err(TemplateError::new(TemplateErrorKind::Limit, message));
        }
        engine::on_own_stack(|| {
            let mut environment = engine::environment();
            let mut names = BTreeSet::new();
            for source in sources {
                if !names.insert(source.name.as_str()) {
                    let error = TemplateError::new(TemplateErrorKind::Duplicate, "two templates have this name");
                    return Err(error.of_template(&source.name));
                }
                add(&mut environment, source).map_err(|error| error.of_template(&source.name))?;
            }
            Ok(Self { environment })
        })
    }

    /// Renders one of the templates. Many threads may do so at once.
    ///
    /// # Errors
    /// No template of that name, an undefined variable, a limit, or whatever fails in the template.
    pub fn render(&self, name: &str, values: &Values) -> Result<String, TemplateError> {
        engine::on_own_stack(|| {
            let template = self.environment.get_template(name).map_err(|_| self.unknown(name))?;
            engine::render(&template, values.0.clone()).map_err(|error| error.of_template(name))
        })
    }

    fn unknown(&self, name: &str) -> TemplateError {
        let known = self.environment.templates().map(|(name, _)| name);
        TemplateError::unknown(name, known)
    }
}

/// Values in the engine's own form, for any number of renderings.
#[derive(Clone, Debug)]
pub struct Values(minijinja::Value);

impl Values {
    /// Converts values.
    pub fn of(values: &JsonObject) -> Self {
        Self(Serde(values).into())
    }
}

/// The value of an expression such as `messaging and resources | length > 1`.
///
/// # Errors
/// A syntax error, an undefined variable, a limit, or a value that JSON can't hold.
pub fn evaluate(expression: &str, values: &JsonObject) -> Result<Value, TemplateError> {
    engine::on_own_stack(|| {
        scan::expression(expression)?;
        let environment = engine::shared();
        let compiled = environment.compile_expression(expression).map_err(|error| TemplateError::of_engine(&error))?;
        let value = compiled.eval(Serde(values));
        let value = value.map_err(|error| TemplateError::of_engine(&error))?;
        json::from_engine(&value).map_err(|fault| fault.in_expression(expression))
    })
}

/// A short template, rendered: `app/{{ resource | snake }}.py`.
///
/// # Errors
/// As for a template of a pack.
pub fn interpolate(template: &str, values: &JsonObject) -> Result<String, TemplateError> {
    engine::on_own_stack(|| {
        scan::template(template, engine::shared().syntax())?;
        let parsed = engine::shared().template_from_named_str(NAMELESS, template);
        engine::render(&parsed.map_err(|error| TemplateError::of_engine(&error))?, Values::of(values).0)
    })
}

/// A number that stands for the oldest rendering or expression that is being worked on: while it stays the same, the
/// engine has not got on. For whoever can end the process when the bounds in here were not enough.
pub fn oldest_running() -> Option<u64> {
    engine::oldest_running()
}

fn add(environment: &mut Environment<'static>, source: &Source) -> Result<(), TemplateError> {
    let syntax = syntax(source.syntax.as_ref())?;
    scan::template(&source.text, &syntax)?;
    environment.set_syntax(syntax);
    environment
        .add_template_owned(source.name.clone(), source.text.clone())
        .map_err(|error| TemplateError::of_engine(&error))
}

/// Marks and white space. A line that holds nothing but a block tag leaves no line behind, and a file's last newline
/// stays: what authors of files expect.
fn syntax(marks: Option<&Syntax>) -> Result<SyntaxConfig, TemplateError> {
    let mut builder = SyntaxConfig::builder();
    builder.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Some(marks) = marks {
        check_marks(marks)?;
        builder.block_delimiters(marks.block.0.clone(), marks.block.1.clone());
        builder.variable_delimiters(marks.variable.0.clone(), marks.variable.1.clone());
        builder.comment_delimiters(marks.comment.0.clone(), marks.comment.1.clone());
    }
    builder.build().map_err(|error| TemplateError::of_engine(&error))
}

/// Refuses marks that could be read in two ways, by the engine and by the scan before it.
fn check_marks(marks: &Syntax) -> Result<(), TemplateError> {
    let refuse = |message: &str| Err(TemplateError::new(TemplateErrorKind::Syntax, message));
    let pairs = [&marks.block, &marks.variable, &marks.comment];
    let is_mark = |mark: &String| (2..=16).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_graphic());
    if !pairs.iter().all(|(open, close)| is_mark(open) && is_mark(close)) {
        return refuse("a mark must have 2 to 16 visible ASCII characters");
    }
    if !pairs.iter().all(|(_, close)| close.starts_with(|c: char| c.is_ascii_punctuation() && c != '_')) {
        return refuse("a closing mark must begin with a character that is no letter, digit or `_`");
    }
    let openings = pairs.map(|(open, _)| open.as_str());
    let begins = |a: usize, b: usize| a != b && openings[a].starts_with(openings[b]);
    if (0..3).any(|a| (0..3).any(|b| begins(a, b))) {
        return refuse("no opening mark may begin with another");
    }
    Ok(())
}
