//! What a template or an expression refers to, found out without running it.

use std::collections::BTreeSet;

use super::{NAMELESS, TemplateError, engine, scan, syntax};
use crate::model::Source;

/// The variables of an expression that it does not set itself: `answers.port` where a member is asked for by its name, else
/// the variable alone.
///
/// # Errors
/// A syntax error, a text beyond its bounds.
pub fn of_expression(expression: &str) -> Result<BTreeSet<String>, TemplateError> {
    engine::on_own_stack(|| {
        scan::expression(expression)?;
        let compiled = engine::shared().compile_expression(expression);
        let compiled = compiled.map_err(|error| TemplateError::of_engine(&error))?;
        Ok(compiled.undeclared_variables(true).into_iter().collect())
    })
}

/// The variables of a short template, as those of an expression.
///
/// # Errors
/// A syntax error, a text beyond its bounds.
pub fn of_template(template: &str) -> Result<BTreeSet<String>, TemplateError> {
    engine::on_own_stack(|| {
        scan::template(template, engine::shared().syntax())?;
        let parsed = engine::shared().template_from_named_str(NAMELESS, template);
        let parsed = parsed.map_err(|error| TemplateError::of_engine(&error))?;
        Ok(parsed.undeclared_variables(true).into_iter().collect())
    })
}

/// The variables of one line of a template, counted from 0, read by itself.
///
/// # Errors
/// A line that is no template by itself, because a block or a comment begins or ends on it; a text beyond its bounds.
pub fn of_line(source: &Source, line: usize) -> Result<BTreeSet<String>, TemplateError> {
    let text = source.text.split('\n').nth(line).unwrap_or_default();
    engine::on_own_stack(|| {
        let mut environment = engine::environment();
        let syntax = syntax(source.syntax.as_ref())?;
        scan::template(text, &syntax)?;
        environment.set_syntax(syntax);
        let parsed = environment.template_from_named_str(NAMELESS, text);
        let parsed = parsed.map_err(|error| TemplateError::of_engine(&error))?;
        Ok(parsed.undeclared_variables(true).into_iter().collect())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn members_are_told_apart_where_they_are_named() {
        let of = |expression: &str| of_expression(expression).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(of("taken.postgres and answers.port > 1"), ["answers.port", "taken.postgres"]);
        assert_eq!(of("taken['container-image'] | length"), ["taken"]);
        assert_eq!(of("'taken' ~ mistaken"), ["mistaken"]);
        let template = "{% for x in taken.all %}{{ x }}{{ project.name }}{% endfor %}";
        let of: Vec<_> = of_template(template).unwrap().into_iter().collect();
        assert_eq!(of, ["project.name", "taken.all"]);
        assert!(of_expression("answers.").is_err() && of_template("{% if %}").is_err());
    }
}
