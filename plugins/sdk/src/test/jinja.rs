//! The host's Jinja, near enough for tests: its strictness and the filters that turn words.
//!
//! Fuel, bounds and the exact words of its errors are the host's alone.

use alloc::format;
use alloc::string::{String, ToString};

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::bindings::scaffold::pack::jinja::Failure;
use crate::bindings::scaffold::pack::types::{Source, Syntax};

/// As the contract has it.
pub(crate) fn evaluate(expression: &str, values: &str) -> Result<String, Failure> {
    let value = parse(values).and_then(|values| environment()?.compile_expression(expression)?.eval(values));
    match value {
        Ok(value) if value.is_undefined() => Err(failure(ErrorKind::UndefinedError.into())),
        Ok(value) => serde_json::to_string(&value).map_err(|error| failure(invalid(error))),
        Err(error) => Err(failure(error)),
    }
}

/// As the contract has it.
pub(crate) fn interpolate(template: &str, values: &str) -> Result<String, Failure> {
    parse(values).and_then(|values| environment()?.render_str(template, values)).map_err(failure)
}

/// What the host makes of a template.
pub(crate) fn render(sources: &[Source], name: &str, values: &str) -> Result<String, Error> {
    let mut environment = environment()?;
    for source in sources {
        // The marks are a property of the environment while it parses.
        environment.set_syntax(syntax(source.syntax.as_ref())?);
        environment.add_template(&source.name, &source.text)?;
    }
    environment.get_template(name)?.render(parse(values)?)
}

fn syntax(marks: Option<&Syntax>) -> Result<SyntaxConfig, Error> {
    let mut builder = SyntaxConfig::builder();
    builder.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    if let Some(marks) = marks.cloned() {
        builder.block_delimiters(marks.block.0, marks.block.1);
        builder.variable_delimiters(marks.variable.0, marks.variable.1);
        builder.comment_delimiters(marks.comment.0, marks.comment.1);
    }
    builder.build()
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax(None)?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("snake", |text: String| text.to_snake_case());
    environment.add_filter("kebab", |text: String| text.to_kebab_case());
    environment.add_filter("pascal", |text: String| text.to_pascal_case());
    environment.add_filter("camel", |text: String| text.to_lower_camel_case());
    environment.add_filter("screaming", |text: String| text.to_shouty_snake_case());
    environment.add_filter("truth", |value: Value| only(ValueKind::Bool, value));
    environment.add_filter("elements", |value: Value| only(ValueKind::Seq, value));
    Ok(environment)
}

fn only(kind: ValueKind, value: Value) -> Result<Value, Error> {
    let message = || format!("this is a {}, and is to be a {kind}", value.kind());
    if value.kind() == kind { Ok(value) } else { Err(Error::new(ErrorKind::InvalidOperation, message())) }
}

fn parse(values: &str) -> Result<Value, Error> {
    serde_json::from_str::<serde_json::Value>(values).map(|values| Serde(values).into()).map_err(invalid)
}

fn invalid(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::BadSerialization, error.to_string())
}

fn failure(error: Error) -> Failure {
    Failure { message: error.to_string(), line: error.line().and_then(|line| line.try_into().ok()) }
}
