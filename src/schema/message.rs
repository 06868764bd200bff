//! What is wrong with a value, in words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::Problem;
use crate::model::printable;

/// Characters of a value that a message repeats.
const EXCERPT: usize = 60;
/// Options that a message lists.
const OPTIONS: usize = 12;

/// The problems of one error of the library: several where one error is about several members.
pub(super) fn problems(error: &ValidationError<'_>) -> Vec<Problem> {
    let pointer = error.instance_path().to_string();
    let below = |name: &str, message: &str| Problem {
        pointer: printable(&format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))).into_owned(),
        message: message.to_owned(),
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![below(property.as_str().unwrap_or_default(), "is missing")]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| below(name, "is not known")).collect()
        }
        _ => vec![Problem { pointer: printable(&pointer).into_owned(), message: of(error) }],
    }
}

/// One error in words.
pub(super) fn of(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    let value = || show(error.instance());
    match error.kind() {
        Kind::Type { kind } => format!("{} is {}", value(), not_of(kind)),
        Kind::Enum { options } => format!("must be one of {}", list(options)),
        Kind::Constant { expected_value } => format!("must be {}", show(expected_value)),
        Kind::Minimum { limit } => format!("{} is too small: it must be at least {limit}", value()),
        Kind::Maximum { limit } => format!("{} is too large: it must be at most {limit}", value()),
        Kind::ExclusiveMinimum { limit } => format!("{} is too small: it must be more than {limit}", value()),
        Kind::ExclusiveMaximum { limit } => format!("{} is too large: it must be less than {limit}", value()),
        Kind::MultipleOf { multiple_of } => format!("{} is not a multiple of {multiple_of}", value()),
        Kind::MinLength { limit } => format!("{} is too short: it must have {limit} characters or more", value()),
        Kind::MaxLength { limit } => format!("{} is too long: it may have {limit} characters", value()),
        Kind::MinItems { limit } => format!("must have {limit} items or more"),
        Kind::MaxItems { limit } => format!("may have {limit} items"),
        Kind::MinProperties { limit } => format!("must have {limit} members or more"),
        Kind::MaxProperties { limit } => format!("may have {limit} members"),
        Kind::Pattern { pattern } => format!("{} does not match the pattern `{}`", value(), excerpt(pattern)),
        Kind::UniqueItems => "must not have an item twice".to_owned(),
        Kind::Contains => "must have an item that it has not".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            format!("{} has none of the forms that it may have", value())
        }
        Kind::OneOfMultipleValid { .. } => format!("{} has several forms of which it may have one", value()),
        Kind::Not { .. } => format!("{} is not allowed", value()),
        Kind::FalseSchema => "is not allowed here".to_owned(),
        Kind::PropertyNames { error } => format!("has a member whose name is wrong: {}", of(error)),
        Kind::Required { property } => format!("lacks the member {}", show(property)),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("has unknown members: {}", excerpt(&unexpected.join(", ")))
        }
        _ => excerpt(&error.masked_with("the value").to_string()),
    }
}

fn not_of(kind: &TypeKind) -> String {
    let article = |name: &str| match name {
        "null" => "null".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => "a list".to_owned(),
        "string" => "text".to_owned(),
        "integer" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(only) => format!("not {}", article(only.as_str())),
        TypeKind::Multiple(several) => {
            let names: Vec<_> = several.iter().map(|one| article(one.as_str())).collect();
            format!("neither {}", names.join(" nor "))
        }
    }
}

/// Options as a message lists them: "`jwt`, `none`".
pub(crate) fn list(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut shown: Vec<_> = options.iter().take(OPTIONS).map(show).collect();
    if options.len() > OPTIONS {
        shown.push(format!("{} more", options.len() - OPTIONS));
    }
    shown.join(", ")
}

/// A value in backticks, shortened; text without its quotes.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{}`", excerpt(text)),
        other => format!("`{}`", excerpt(&other.to_string())),
    }
}

fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable(&short).replace('\n', " ")
}
