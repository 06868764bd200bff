//! Filters: the case filters that every generator needs, and the engine's own behind their bounds.

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use minijinja::value::{Kwargs, Rest, StringInput, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};

use super::{json, weight};

/// The widest indentation.
const MAX_WIDTH: usize = 256;
/// The longest word that has a plural, in bytes.
const MAX_WORD: usize = 256;

/// Adds our filters, puts bounds around those that walk whole values, and takes away what no file needs.
pub(super) fn install(environment: &mut Environment<'static>) {
    environment.add_filter("snake", |state: &State, text: Value| Ok(word(state, &text)?.to_snake_case()));
    environment.add_filter("kebab", |state: &State, text: Value| Ok(word(state, &text)?.to_kebab_case()));
    environment.add_filter("pascal", |state: &State, text: Value| Ok(word(state, &text)?.to_pascal_case()));
    environment.add_filter("camel", |state: &State, text: Value| Ok(word(state, &text)?.to_lower_camel_case()));
    environment.add_filter("screaming", |state: &State, text: Value| Ok(word(state, &text)?.to_shouty_snake_case()));
    environment.add_filter("plural", plural);
    environment.add_filter("truth", truth);
    environment.add_filter("elements", elements);
    environment.add_filter("tojson", tojson);
    environment.add_filter("indent", indent);
    bound(environment);
    // `debug` and `pprint` print the engine's own view of values, which changes between its versions; nothing is
    // escaped, so nothing is `safe`.
    for name in ["pprint", "safe"] {
        environment.remove_filter(name);
    }
    environment.remove_test("safe");
    environment.remove_test("escaped");
    environment.remove_global("debug");
    environment.add_function("namespace", no_namespace);
}

/// A condition's value: a slip makes it text or a number more often than somebody means what Jinja takes for true.
fn truth(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(value),
        kind => {
            Err(Error::new(ErrorKind::InvalidOperation, format!("a condition is true or false, and this is a {kind}")))
        }
    }
}

/// What a loop goes over.
fn elements(value: Value) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::Seq => Ok(value),
        kind => Err(Error::new(ErrorKind::InvalidOperation, format!("a loop needs a list, and this is a {kind}"))),
    }
}

/// Weighs all arguments of the filters that visit every element of a value, at any depth.
fn bound(environment: &mut Environment<'static>) {
    let walkers = [
        ("batch", Value::from_function(filters::batch)),
        ("capitalize", Value::from_function(filters::capitalize)),
        ("chain", Value::from_function(filters::chain)),
        ("dictsort", Value::from_function(filters::dictsort)),
        ("e", Value::from_function(filters::escape)),
        ("escape", Value::from_function(filters::escape)),
        ("format", Value::from_function(filters::format)),
        ("groupby", Value::from_function(filters::groupby)),
        ("items", Value::from_function(filters::items)),
        ("join", Value::from_function(filters::join)),
        ("list", Value::from_function(filters::list)),
        ("lower", Value::from_function(filters::lower)),
        ("max", Value::from_function(filters::max)),
        ("min", Value::from_function(filters::min)),
        ("replace", Value::from_function(filters::replace)),
        ("reverse", Value::from_function(filters::reverse)),
        ("slice", Value::from_function(filters::slice)),
        ("sort", Value::from_function(filters::sort)),
        ("string", Value::from_function(filters::string)),
        ("sum", Value::from_function(filters::sum)),
        ("title", Value::from_function(filters::title)),
        ("trim", Value::from_function(filters::trim)),
        ("unique", Value::from_function(filters::unique)),
        ("upper", Value::from_function(filters::upper)),
        ("zip", Value::from_function(filters::zip)),
    ];
    for (name, filter) in walkers {
        environment.add_filter(name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
            let arguments = arguments.into_values();
            for argument in &arguments {
                weight::check(state, argument)?;
            }
            let value = filter.call(state, &arguments)?;
            weight::check(state, &value)?;
            Ok::<_, Error>(value)
        });
    }
}

/// The text of a filter's argument. Other values are not made into text: a list has no case.
fn word<'a>(state: &State, text: &'a Value) -> Result<&'a str, Error> {
    if text.is_undefined() {
        // The engine's own conversion makes the error that carries the variable's name.
        StringInput::new(state, text)?;
    }
    text.as_str().ok_or_else(|| invalid(format!("this filter takes text, not a value of type {}", text.kind())))
}

fn plural(state: &State, text: Value) -> Result<String, Error> {
    let word = word(state, &text)?;
    if word.len() > MAX_WORD {
        return Err(invalid(format!("a word of more than {MAX_WORD} bytes has no plural")));
    }
    Ok(pluralizer::pluralize(word, 2, false))
}

fn tojson(state: &State, value: Value, indent: Option<Value>, options: Kwargs) -> Result<String, Error> {
    weight::check(state, &value)?;
    if value.is_undefined() {
        StringInput::new(state, &value)?;
    }
    let indent = match indent {
        Some(indent) => Some(indent),
        None => options.get::<Option<Value>>("indent")?,
    };
    options.assert_all_used()?;
    let indent = match indent {
        None => None,
        Some(indent) => match bool::try_from(indent.clone()) {
            Ok(true) => Some(2),
            Ok(false) => None,
            Err(_) => Some(usize::try_from(indent)?),
        },
    };
    let text = json::from_engine(&value).ok().and_then(|value| json::write(&value, indent).ok());
    let text = text.ok_or_else(|| invalid("the value has no form in JSON"))?;
    state.consume_fuel(text.len() as u64 / 16)?;
    Ok(text)
}

/// The lines of a text with spaces before them: all but the first, and not the blank ones, unless asked to.
fn indent(state: &State, arguments: Rest<ValueOrKwargs>) -> Result<String, Error> {
    type Arguments = (Value, Option<usize>, Option<bool>, Option<bool>, Kwargs);
    let arguments = arguments.into_values();
    let (text, width, first, blank, named) = minijinja::value::from_args::<Arguments>(&arguments)?;
    let text = word(state, &text)?;
    let width = width.or(named.get("width")?).unwrap_or(4);
    let first = first.or(named.get("first")?).unwrap_or(false);
    let blank = blank.or(named.get("blank")?).unwrap_or(false);
    named.assert_all_used()?;
    if width > MAX_WIDTH {
        return Err(invalid(format!("lines can be indented by {MAX_WIDTH} spaces at most")));
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    let lines = text.split('\n').count();
    state.consume_fuel((lines * width) as u64 / 64)?;
    let spaces = " ".repeat(width);
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if (number > 0 || first) && (blank || !line.trim_end_matches('\r').is_empty()) {
            out.push_str(&spaces);
        }
        out.push_str(line);
    }
    Ok(out)
}

fn no_namespace(_: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    Err(invalid("there is no `namespace`: let the pack compute the value and give it to the template"))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}
