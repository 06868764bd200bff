//! Templates that would eat time, memory or the stack. Each must end in an error, soon.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::*;

fn explode(text: &str) -> TemplateErrorKind {
    let sources = [Source { name: "bomb".into(), text: text.to_owned(), syntax: None }];
    let values = json!({"x": ["a", "b"], "s": "text"}).as_object().cloned().unwrap();
    match Templates::parse(&sources).and_then(|templates| templates.render("bomb", &Values::of(&values))) {
        Ok(text) => panic!("rendered to {} bytes", text.len()),
        Err(error) => error.kind,
    }
}

#[track_caller]
fn stopped(text: &str) {
    let kind = explode(text);
    assert!(matches!(kind, TemplateErrorKind::Limit | TemplateErrorKind::Failed), "{kind:?}: {text:.100}");
}

#[test]
fn loops() {
    stopped("{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}");
    stopped("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}");
    stopped("{% for a in range(1000000000) %}x{% endfor %}");
    stopped("{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}");
    stopped("{{ range(1000000000) | list }}");
    stopped("{% for a in x recursive %}{{ loop([1, 2]) }}{% endfor %}");
}

#[test]
fn strings() {
    stopped("{{ 'a' * 10**9 }}");
    stopped("{{ 'a' * 99999999 }}");
    stopped(&format!("{{% set y = 'aaaaaaaa' %}}{}{{{{ y }}}}", "{% set y = y ~ y %}".repeat(40)));
    stopped(&format!("{{% set y = 'aaaaaaaa' %}}{}{{{{ y }}}}", "{% set y = y + y %}".repeat(40)));
    stopped(&format!("{{% set y = 'aaaaaaaa' %}}{}{{{{ y }}}}", "{% set y %}{{ y }}{{ y }}{% endset %}".repeat(40)));
    stopped("{% set y = 'a' * 100000 %}{{ y | replace('a', y) }}");
    stopped("{{ s | indent(10**9) }}");
    stopped("{{ s | indent(10**9, true) }}");
    stopped("{{ ('\n' * 1000000) | indent(256, true, true) }}");
    stopped("{{ '%999999999d' | format(1) }}");
    stopped("{{ '%.999999999f' | format(1.5) }}");
    stopped("{{ s | center(10**9) }}");
    stopped("{{ ('x' * 10000) | list | join('y' * 10000) }}");
    stopped("{{ x | tojson(indent=10**12) | length > 99 or 'a' * 10**9 }}");
    stopped("{{ range(90000) | batch(1) | map('batch', 1000000, 'x') | list }}");
    stopped("{{ x | slice(10**9) | list }}");
    stopped("{{ x | batch(10**9, 'x') | list }}");
    stopped("{{ 'a' * 5000000 }}");
}

#[test]
fn macros_and_includes() {
    stopped("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}");
    stopped("{% macro f(x) %}{{ f([x, x]) }}{% endmacro %}{{ f(1) }}");
    stopped("{% include 'bomb' %}");
    stopped("{% import 'bomb' as b %}");
    stopped("{% extends 'bomb' %}");
    stopped("{% macro f() %}{% call f() %}{% endcall %}{% endmacro %}{{ f() }}");
    stopped("{% block a %}{{ self.a() }}{% endblock %}");
}

/// Lists that stand for more elements than can be visited.
#[test]
fn lists() {
    let nested = |use_it: &str| format!("{{% set y = [s] %}}{}{{{{ {use_it} }}}}", "{% set y = [y, y] %}".repeat(40));
    for use_it in [
        "y",
        "y | string",
        "y | tojson",
        "y | join",
        "y | upper",
        "y | unique",
        "y | sort",
        "y | list",
        "'%s' | format(y)",
        "y | replace('a', 'b')",
        "y | trim",
        "y | escape",
        "y | zip(y)",
        "[y] | map('string') | first",
        "y | sum",
    ] {
        stopped(&nested(use_it));
    }
    stopped("{{ [0] * 99999999 }}");
    stopped("{{ [[0] * 9999999] * 9999999 }}");
    stopped("{{ [[0] * 9999999] * 9999999 | tojson }}");
    stopped(&format!("{{% set y = x %}}{}{{{{ y }}}}", "{% set y = y | chain(y) %}".repeat(40)));
    stopped("{{ debug() }}");
    stopped("{% set n = namespace() %}{% set n.a = n %}{{ n }}");
}

/// Sources that would overflow the native stack of the parser, the compiler or a destructor.
#[test]
fn sources() {
    let long = 100_000;
    for chain in [
        format!("{{{{ {}1 }}}}", "(".repeat(long)),
        format!("{{{{ {}1{} }}}}", "(".repeat(long), ")".repeat(long)),
        format!("{{{{ {}1{} }}}}", "[".repeat(long), "]".repeat(long)),
        format!("{{{{ {}1 }}}}", "-".repeat(long)),
        format!("{{{{ {}true }}}}", "not ".repeat(long)),
        format!("{{{{ 1{} }}}}", "+1".repeat(long)),
        format!("{{{{ x{} }}}}", ".a".repeat(long)),
        format!("{{{{ x{} }}}}", "[0]".repeat(long)),
        format!("{{{{ x{} }}}}", "()".repeat(long)),
        format!("{{{{ s{} }}}}", "|upper".repeat(long)),
        format!("{{{{ s{} }}}}", "~s".repeat(long)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(long / 2)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(long / 2)),
        "{% if 1 %}".repeat(long / 2),
        "{% for a in x %}".repeat(long / 2),
        "{% block a %}".repeat(long / 2),
        format!("{{% for {}a in x %}}", "(".repeat(long)),
        "x".repeat(limits::SOURCE + 1),
        "\n".repeat(70_000),
        format!("{{% raw %}}{{{{ ' {{% endraw %}}{{{{ {}1 }}}}{{# ' }}}} #}}", "-".repeat(long)),
        format!("{{{{ {}1 }}}}", "'}}'~".repeat(long)),
    ] {
        let kind = explode(&chain);
        assert!(matches!(kind, TemplateErrorKind::Limit | TemplateErrorKind::Syntax), "{kind:?}: {chain:.60}");
    }
    assert_eq!(evaluate(&"-".repeat(long), &JsonObject::new()).unwrap_err().kind, TemplateErrorKind::Limit);
    assert_eq!(evaluate(&"(".repeat(long), &JsonObject::new()).unwrap_err().kind, TemplateErrorKind::Limit);
}

/// What the scan lets through must fit the stack, whatever the caller's is.
#[test]
fn the_longest_chains_that_pass_fit_the_stack() {
    let run = |text: String| {
        let outcome = std::thread::Builder::new().stack_size(256 << 10).spawn(move || {
            let sources = [Source { name: "t".into(), text, syntax: None }];
            let values = json!({"x": 1, "s": "text"}).as_object().cloned().unwrap();
            Templates::parse(&sources)?.render("t", &Values::of(&values))
        });
        outcome.unwrap().join().unwrap()
    };
    assert!(run(format!("{{{{ {}1 }}}}", "-".repeat(1990))).is_ok());
    assert!(run(format!("{{{{ {}true }}}}", "not ".repeat(1990))).is_ok());
    assert!(run(format!("{{{{ s{} }}}}", "~s".repeat(990))).is_ok());
    assert!(run(format!("{{{{ s{} }}}}", "|upper".repeat(990))).is_ok());
    assert!(run(format!("{{{{ 1{} }}}}", " if 0 else 1".repeat(490))).is_ok());
    assert!(run(format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(499))).is_ok());
    // Levels of lists: built by macros that wrap as often as a template may, compared, concatenated and dropped.
    let wraps = "{% set y = [[[[[[[[[[[[[[[[[[[[y]]]]]]]]]]]]]]]]]]]] %}".repeat(20);
    let deep = |end: &str| {
        format!(
            "{{% macro f(y, n) %}}{wraps}{{% if n %}}{{{{ f(y, n - 1) }}}}{{% else %}}{{% set z = {end} %}}{{% endif %}}{{% endmacro %}}{{{{ f(1, 25) }}}}"
        )
    };
    assert_eq!(run(deep("1")).unwrap(), "");
    assert_eq!(run(deep("y == [y]")).unwrap(), "");
    assert_eq!(run(deep("y ~ ''")).unwrap(), "");
}

/// What is ordinary is not taken for a bomb.
#[test]
fn large_but_honest_templates_render() {
    let values = json!({"rows": (0..2000).map(|n| json!({"name": format!("row {n}")})).collect::<Vec<_>>()});
    let values = values.as_object().cloned().unwrap();
    let body = "some text {{ rows[0].name | snake }} and {# a comment with {{ in it #} more\n".repeat(2000);
    let loops = "{% for row in rows %}{{ row.name | pascal }} = {{ loop.index }}\n{% endfor %}";
    let list = format!("{{% set all = [{}] %}}{{{{ all | join('') | length }}}}", "'item', ".repeat(1500));
    for text in [body, loops.to_owned(), list] {
        assert!(interpolate(&text, &values).is_ok(), "{:?}", interpolate(&text, &values));
    }
}
