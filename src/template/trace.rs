//! Which line of which template a line of a rendering comes from.
//!
//! The engine does not say, so the templates are asked: before the first thing on each line a mark is put into the text
//! that the engine copies through, the marked templates are rendered, and what comes out carries the marks to where
//! their lines went, through includes, macros and loops. A template that does something with its own text, such as
//! measuring it, may render differently with marks in it. Then the result without marks is not what was rendered
//! before, and nothing is claimed.

use minijinja::syntax::SyntaxConfig;

use super::scan::Tags;
use super::{Templates, Values, syntax};
use crate::model::{Rendering, Source};

/// Characters that no text of a project has a use for; they stand around a mark's number.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

/// A line of a template. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateLine {
    /// The template's name.
    pub template: String,
    /// The line.
    pub line: usize,
}

/// For each line of `rendered`, the template's line that it begins with, where that can be told. `rendered` is what
/// the rendering gave, with LF.
pub fn trace(sources: &[Source], rendering: &Rendering, rendered: &str) -> Vec<Option<TemplateLine>> {
    marked_lines(sources, rendering, rendered).unwrap_or_else(|| rendered.split('\n').map(|_| None).collect())
}

fn marked_lines(sources: &[Source], rendering: &Rendering, rendered: &str) -> Option<Vec<Option<TemplateLine>>> {
    if sources.iter().any(|source| source.text.contains([OPEN, CLOSE])) || rendered.contains([OPEN, CLOSE]) {
        return None;
    }
    let marked = sources
        .iter()
        .enumerate()
        .map(|(number, source)| {
            let syntax = syntax(source.syntax.as_ref()).ok()?;
            Some(Source { text: mark(number, &source.text, &syntax), ..source.clone() })
        })
        .collect::<Option<Vec<Source>>>()?;
    let text = Templates::parse(&marked)
        .ok()?
        .render(&rendering.template, &Values::of(&rendering.values))
        .ok()?
        .replace("\r\n", "\n");
    let mut plain = String::with_capacity(text.len());
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let (bare, first) = unmark(line);
        plain.push_str(&bare);
        plain.push('\n');
        lines.push(
            first.and_then(|(number, line)| Some(TemplateLine { template: sources.get(number)?.name.clone(), line })),
        );
    }
    plain.pop();
    (plain == rendered).then_some(lines)
}

/// The text with a mark before the first thing on each line that is copied or printed.
fn mark(number: usize, text: &str, syntax: &SyntaxConfig) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    for (line, start) in starts(text, syntax) {
        out.push_str(&text[copied..start]);
        out.push_str(&format!("{OPEN}{number}:{line}{CLOSE}"));
        copied = start;
    }
    out.push_str(&text[copied..]);
    out
}

/// Where the first thing on each line stands that comes out as it is or is printed: behind what only controls.
fn starts(text: &str, syntax: &SyntaxConfig) -> Vec<(usize, usize)> {
    let tags = Tags::spans(text, syntax);
    let (print, _) = syntax.variable_delimiters();
    let mut starts = Vec::new();
    let mut next_tag = 0;
    let mut line_start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let end = line_start + line.trim_end_matches(['\n', '\r']).len();
        let mut at = line_start;
        loop {
            while tags.get(next_tag).is_some_and(|tag| tag.end <= at) {
                next_tag += 1;
            }
            at += text.get(at..end).map_or(0, |rest| rest.len() - rest.trim_start().len());
            let tag = tags.get(next_tag).filter(|tag| tag.start <= at && at < tag.end);
            match tag {
                // White space before it is the tag's to remove, and a mark would keep it.
                Some(tag)
                    if tag.start == at
                        && text[at..].starts_with(print)
                        && !text[at + print.len()..].starts_with('-') =>
                {
                    starts.push((number, at));
                    break;
                }
                Some(tag) if tag.end < end && !text[tag.start..].starts_with(print) => at = tag.end,
                Some(_) => break,
                None if at < end => {
                    starts.push((number, at));
                    break;
                }
                None => break,
            }
        }
        line_start += line.len();
    }
    starts
}

/// A line without its marks, and what the first of them says.
fn unmark(line: &str) -> (String, Option<(usize, usize)>) {
    let mut bare = String::with_capacity(line.len());
    let mut first = None;
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        bare.push_str(before);
        let (mark, behind) = behind.split_once(CLOSE).unwrap_or((behind, ""));
        first = first.or_else(|| {
            let (number, line) = mark.split_once(':')?;
            Some((number.parse().ok()?, line.parse().ok()?))
        });
        rest = behind;
    }
    bare.push_str(rest);
    (bare, first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn source(name: &str, text: &str) -> Source {
        Source { name: name.to_owned(), text: text.to_owned(), syntax: None }
    }

    /// `template:line` of every line of what `a` renders, with lines from 1; `-` where nothing is known.
    fn traced(sources: &[Source], values: serde_json::Value) -> Vec<String> {
        let values = Arc::new(values.as_object().unwrap().clone());
        let rendering = Rendering { template: "a".to_owned(), values };
        let rendered = Templates::parse(sources).unwrap().render("a", &Values::of(&rendering.values)).unwrap();
        let name = |line: Option<TemplateLine>| {
            line.map_or("-".to_owned(), |line| format!("{}:{}", line.template, line.line + 1))
        };
        trace(sources, &rendering, &rendered).into_iter().map(name).collect()
    }

    #[test]
    fn lines_are_found_through_conditions_and_loops() {
        let text =
            "one\n\n{% for x in list %}\n  - {{ x }}\n  {% if x > 1 %}big{% endif %}\n\n{% endfor %}\n{{ last }} end\n";
        let lines = traced(&[source("a", text)], json!({"list": [1, 2], "last": "z"}));
        assert_eq!(lines, ["a:1", "-", "a:4", "-", "a:4", "a:5", "a:8", "-"]);
    }

    #[test]
    fn lines_are_found_through_includes_and_macros() {
        let sources = [
            source("a", "{% from 'm' import twice %}\ntop\n{% include 'b' %}\n{{ twice('x') | indent(2) }}\n"),
            source("b", "in b\n"),
            source("m", "{% macro twice(x) %}\n{{ x }}\n{{ x }}{% endmacro %}\n"),
        ];
        let lines = traced(&sources, json!({}));
        assert_eq!(lines, ["a:2", "b:1", "a:4", "m:3", "-"]);
    }

    #[test]
    fn white_space_control_and_other_marks_are_left_alone() {
        let text = "a {%- if true %}\n   b\n{%- endif -%}\n\n   c\n{{- ' d' }}\n{% raw %}{{ x }}\n y{% endraw %}\n{# no\n no #}z\n";
        let lines = traced(&[source("a", text)], json!({}));
        assert!(lines.iter().any(|line| line == "a:1") && lines.iter().any(|line| line == "a:10"), "{lines:?}");
    }

    #[test]
    fn a_template_that_measures_its_own_text_is_not_believed() {
        let lines = traced(&[source("a", "{% set x %}\nabc{% endset %}\n{{ x | length }}\n")], json!({}));
        assert!(lines.iter().all(|line| line == "-"), "{lines:?}");
    }
}
