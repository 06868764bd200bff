//! Which other templates a template names, found out without running it.
//!
//! The engine looks for a template when it gets to the tag that names it, which may be with answers that nobody gave yet.

use std::collections::BTreeSet;

use super::scan::{self, Tags};
use super::{TemplateError, syntax};
use crate::model::Source;

/// Checks that every template is there that one of them includes, imports or extends. Names that are computed, and
/// those that may be missing, are left to the engine.
///
/// # Errors
/// The first name that no template has.
pub fn check_references(sources: &[Source]) -> Result<(), TemplateError> {
    let names: BTreeSet<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    for source in sources {
        let syntax = syntax(source.syntax.as_ref())?;
        for (at, inside) in Tags::blocks(&source.text, &syntax) {
            let Some(name) = referenced(inside).filter(|name| !names.contains(name)) else { continue };
            let line = 1 + source.text.bytes().take(at).filter(|&byte| byte == b'\n').count();
            let error = TemplateError::unknown(name, names.iter().copied());
            return Err(TemplateError { template: Some(source.name.clone()), line: Some(line), ..error });
        }
    }
    Ok(())
}

/// The template that a tag names as it is.
fn referenced(inside: &str) -> Option<&str> {
    let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside);
    let mut tokens = scan::tokens(inside);
    let tag = tokens.next().filter(|tag| matches!(*tag, "include" | "import" | "from" | "extends"))?;
    let quoted = tokens.next()?;
    let name = ['"', '\''].into_iter().find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))?;
    let is_all = match tokens.next() {
        None => true,
        Some("as") => tag == "import",
        Some("import") => tag == "from",
        Some(_) => false,
    };
    (is_all && !name.contains('\\')).then_some(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::unwrap_in_result, reason = "tests")]

    use super::*;
    use crate::model::Syntax;

    fn missing(text: &str, marks: Option<Syntax>) -> Option<(String, Option<usize>)> {
        let source = |name: &str, text: &str, syntax| Source { name: name.to_owned(), text: text.to_owned(), syntax };
        let sources = [source("parts/there", "", None), source("x", text, marks)];
        check_references(&sources).err().map(|error| (error.message, error.line))
    }

    #[test]
    fn a_name_that_no_template_has_is_told_with_its_line() {
        for tag in [
            "include 'parts/thre'",
            "-include \"parts/thre\"-",
            "import 'parts/thre' as macros",
            "from 'parts/thre' import a, b",
            "+ extends  'parts/thre' ",
        ] {
            let (message, line) = missing(&format!("a\n{{% include 'parts/there' %}}\n{{%{tag}%}}\n"), None).unwrap();
            assert_eq!(message, "there is no template `parts/thre`; near it: `parts/there`", "{tag}");
            assert_eq!(line, Some(3), "{tag}");
        }
    }

    #[test]
    fn names_that_are_no_names_of_templates_are_left_alone() {
        for text in [
            "{% include 'parts/' ~ name %}",
            "{% include ['a', 'b'] %}",
            "{% include 'a' ignore missing %}",
            "{% include name %}",
            "{% include 'a' if x %}",
            "{# {% include 'a' %} #}{% raw %}{% include 'a' %}{% endraw %}",
            "{{ include('a') }}{% set include = 'a' %}{% if \"{% include 'a' %}\" %}{% endif %}",
        ] {
            assert_eq!(missing(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_template_has_its_own_marks() {
        let pair = |open: &str, close: &str| (open.to_owned(), close.to_owned());
        let marks = Syntax { block: pair("[%", "%]"), variable: pair("[[", "]]"), comment: pair("[#", "#]") };
        assert_eq!(missing("{% include 'a' %}", Some(marks.clone())), None);
        assert!(missing("[% include 'a' %]", Some(marks)).is_some());
    }
}
