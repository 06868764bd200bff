#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::model::PackId;

fn object(value: Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned(), syntax: None }
}

fn values(values: Value) -> Values {
    Values::of(&object(values))
}

fn render(text: &str, values: Value) -> Result<String, TemplateError> {
    Templates::parse(&[source("t.j2", text)])?.render("t.j2", &Values::of(&object(values)))
}

#[test]
fn tags_on_lines_of_their_own_leave_no_lines() {
    let text = "a\n  {% if on %}\nb\n  {% endif %}\nc\n";
    assert_eq!(render(text, json!({"on": true})).unwrap(), "a\nb\nc\n");
    assert_eq!(render("x\n\n", json!({})).unwrap(), "x\n\n");
}

#[test]
fn nothing_is_escaped_whatever_the_file_is() {
    for name in ["a.html", "a.xml.j2", "a.json", "a.yaml"] {
        let templates = Templates::parse(&[source(name, "{{ v }}")]).unwrap();
        assert_eq!(templates.render(name, &values(json!({"v": "<&\">"}))).unwrap(), "<&\">");
    }
}

#[test]
fn templates_of_different_marks_include_and_extend_each_other() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let brackets = Syntax { block: pair("[%", "%]"), variable: pair("[[", "]]"), comment: pair("[#", "#]") };
    let ci = "on: ${{ github.ref }}\nname: [[ name ]]\n[% include 'part' %]";
    let sources = [
        Source { name: "ci.yml".into(), text: ci.into(), syntax: Some(brackets.clone()) },
        source("part", "part of {{ name }}, [[ as it is ]]\n"),
        source("base", "<{% block body %}{% endblock %}>"),
        Source {
            name: "child".into(),
            text: "[% extends 'base' %][% block body %][[ name ]][% endblock %]".into(),
            syntax: Some(brackets),
        },
        source("macros", "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}"),
        source("user", "{% from 'macros' import twice %}{{ twice(name) }}"),
    ];
    let templates = Templates::parse(&sources).unwrap();
    let render = |name: &str| templates.render(name, &values(json!({"name": "shop"}))).unwrap();
    assert_eq!(render("ci.yml"), "on: ${{ github.ref }}\nname: shop\npart of shop, [[ as it is ]]\n");
    assert_eq!(render("child"), "<shop>");
    assert_eq!(render("user"), "shopshop");
}

#[test]
fn marks_that_hide_or_clash_are_refused() {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let parse = |block: (String, String), variable: (String, String)| {
        let syntax = Syntax { block, variable, comment: pair("<#", "#>") };
        Templates::parse(&[Source { name: "a".into(), text: String::new(), syntax: Some(syntax) }]).unwrap_err().kind
    };
    assert_eq!(parse(pair("", "%>"), pair("<<", ">>")), TemplateErrorKind::Syntax);
    assert_eq!(parse(pair("<%", "\u{1b}%"), pair("<<", ">>")), TemplateErrorKind::Syntax);
    assert_eq!(parse(pair("<<", ">>"), pair("<<", ">>")), TemplateErrorKind::Syntax);
}

#[test]
fn an_undefined_variable_is_named_with_its_place() {
    let values = json!({"project": {"name": "shop"}, "list": [1]});
    for (text, variable, line) in [
        ("a\n\n{{ project.nmae }}", "project.nmae", 3),
        ("{{ nothing }}", "nothing", 1),
        ("\n{{ nothing.deeper }}", "nothing", 2),
        ("\n{% if project.flag %}x{% endif %}", "project.flag", 2),
        ("{% for x in project.items_ %}{% endfor %}", "project.items_", 1),
        ("{{ project.nmae | upper }}", "project.nmae", 1),
        ("{{ project.nmae | tojson }}", "project.nmae", 1),
        ("{{ project.nmae | snake }}", "project.nmae", 1),
        ("{{ 'a' ~ project.nmae }}", "project.nmae", 1),
        ("{{ [1, project.nmae] }}", "project.nmae", 1),
        ("{{ {'a': project.nmae} | tojson }}", "project.nmae", 1),
        ("{{ list[3] }}", "list[3]", 1),
    ] {
        let error = render(text, values.clone()).unwrap_err();
        assert_eq!(error.kind, TemplateErrorKind::Undefined, "{text}: {error:?}");
        assert_eq!(error.variable.as_deref(), Some(variable), "{text}");
        assert_eq!(error.line, Some(line), "{text}");
        assert_eq!(error.template.as_deref(), Some("t.j2"), "{text}");
    }
    assert_eq!(render("{{ project.nmae is defined }}|{{ nope | default('x') }}", values).unwrap(), "False|x");
}

#[test]
fn the_innermost_template_is_blamed() {
    let sources = [source("outer", "a\n{% include 'inner' %}"), source("inner", "\n\n\n{{ gone }}")];
    let error = Templates::parse(&sources).unwrap().render("outer", &values(json!({}))).unwrap_err();
    assert_eq!((error.template.as_deref(), error.line), (Some("inner"), Some(4)));
    let pack = PackId { name: "fastapi-orders".parse().unwrap(), version: semver::Version::new(0, 1, 0) };
    let report = error.report_for(&pack);
    assert_eq!(report.code, "template-undefined");
    assert_eq!(report.message, "`fastapi-orders` 0.1.0: the variable `gone` is not defined");
    assert_eq!(report.details, ["in template `inner`, line 4"]);
    assert!(report.hint.is_some());
}

#[test]
fn mistakes_are_told_apart() {
    let kind = |text: &str| render(text, json!({"s": "x"})).unwrap_err().kind;
    assert_eq!(kind("{% if %}"), TemplateErrorKind::Syntax);
    assert_eq!(kind("{{ s | nofilter }}"), TemplateErrorKind::Failed);
    assert_eq!(kind("{{ s + 1 }}"), TemplateErrorKind::Failed);
    assert_eq!(kind("{% include 'gone' %}"), TemplateErrorKind::Unknown);
    assert_eq!(kind("{{ namespace(a=1) }}"), TemplateErrorKind::Failed);
    let twice = Templates::parse(&[source("a", ""), source("a", "")]).unwrap_err();
    assert_eq!((twice.kind, twice.template.as_deref()), (TemplateErrorKind::Duplicate, Some("a")));
    let templates = Templates::parse(&[source("app/main.py.j2", ""), source("zzz", "")]).unwrap();
    let unknown = templates.render("app/mian.py.j2", &values(json!({}))).unwrap_err();
    assert_eq!(unknown.kind, TemplateErrorKind::Unknown);
    assert!(unknown.message.contains("near it: `app/main.py.j2`") && !unknown.message.contains("zzz"), "{unknown}");
}

#[test]
fn a_packs_text_cant_repaint_a_message() {
    let error = render("{% include '\u{1b}[2J\u{202e}' %}", json!({})).unwrap_err();
    assert!(!error.message.chars().any(|c| c.is_control() || c == '\u{202e}'), "{error}");
    let named = Templates::parse(&[source("a\u{1b}[2J", "{% if %}")]).unwrap_err();
    assert_eq!(named.template.as_deref(), Some("a\u{fffd}[2J"));
}

#[test]
fn words_change_their_case_predictably() {
    for (text, snake, kebab, pascal, camel, screaming) in [
        ("order item", "order_item", "order-item", "OrderItem", "orderItem", "ORDER_ITEM"),
        ("OrderItem", "order_item", "order-item", "OrderItem", "orderItem", "ORDER_ITEM"),
        ("HTTPServer", "http_server", "http-server", "HttpServer", "httpServer", "HTTP_SERVER"),
        ("user2fa", "user2fa", "user2fa", "User2fa", "user2fa", "USER2FA"),
        ("OAuth2Token", "o_auth2_token", "o-auth2-token", "OAuth2Token", "oAuth2Token", "O_AUTH2_TOKEN"),
        ("  a--b__c ", "a_b_c", "a-b-c", "ABC", "aBC", "A_B_C"),
        ("größe Maß", "größe_maß", "größe-maß", "GrößeMaß", "größeMaß", "GRÖSSE_MASS"),
        ("", "", "", "", "", ""),
    ] {
        let values = object(json!({ "v": text }));
        let with = |filter: &str| interpolate(&format!("{{{{ v | {filter} }}}}"), &values).unwrap();
        let got = ["snake", "kebab", "pascal", "camel", "screaming"].map(with);
        assert_eq!(got, [snake, kebab, pascal, camel, screaming].map(str::to_owned), "{text}");
    }
}

#[test]
fn conditions_and_lists_are_nothing_else() {
    let values = object(json!({ "yes": true, "list": [1], "text": "a", "none": null, "map": {} }));
    for (filter, good) in [("truth", &["yes"][..]), ("elements", &["list"])] {
        for name in ["yes", "list", "text", "none", "map"] {
            let value = evaluate(&format!("{name} | {filter}"), &values);
            assert_eq!(value.is_ok(), good.contains(&name), "{name} {filter} {value:?}");
        }
    }
}

#[test]
fn words_have_plurals() {
    for (one, many) in [
        ("order", "orders"),
        ("category", "categories"),
        ("box", "boxes"),
        ("order_item", "order_items"),
        ("person", "people"),
        ("orders", "orders"),
        ("status", "statuses"),
        ("key", "keys"),
    ] {
        assert_eq!(interpolate("{{ v | plural }}", &object(json!({ "v": one }))).unwrap(), many);
    }
}

#[test]
fn json_keeps_its_order_and_its_characters() {
    let values = json!({"v": {"z": 1, "a": [true, null, "<'&'>"], "m": {}}, "i": 2});
    let text = render("{{ v | tojson }}", values.clone()).unwrap();
    assert_eq!(text, r#"{"z": 1, "a": [true, null, "<'&'>"], "m": {}}"#);
    let text = render("{{ v.a | tojson(indent=i) }}", values.clone()).unwrap();
    assert_eq!(text, "[\n  true,\n  null,\n  \"<'&'>\"\n]");
    assert_eq!(render("{% for k in v %}{{ k }}{% endfor %}", values).unwrap(), "zam");
}

#[test]
fn lines_are_indented() {
    let indented = |call: &str| render(&format!("{{{{ v | {call} }}}}"), json!({"v": "a\n\nb\n"})).unwrap();
    assert_eq!(indented("indent"), "a\n\n    b");
    assert_eq!(indented("indent(2, true)"), "  a\n\n  b");
    assert_eq!(indented("indent(width=1, blank=true)"), "a\n \n b");
}

#[test]
fn expressions_have_values() {
    let values = object(json!({"messaging": true, "resources": ["a", "b"], "n": 3, "o": {"b": 1, "a": 2.5}}));
    for (expression, value) in [
        ("messaging and resources | length > 1", json!(true)),
        ("resources | map('upper') | list", json!(["A", "B"])),
        ("o", json!({"b": 1, "a": 2.5})),
        ("n // 2", json!(1)),
        ("range(3)", json!([0, 1, 2])),
        ("none", json!(null)),
        ("'x' if n > 5 else 'y'", json!("y")),
    ] {
        assert_eq!(evaluate(expression, &values).unwrap(), value, "{expression}");
    }
    for expression in ["gone", "o.gone", "[o.gone]"] {
        let error = evaluate(expression, &values).unwrap_err();
        assert_eq!((error.kind, error.variable.as_deref()), (TemplateErrorKind::Undefined, Some(expression)));
        assert_eq!(error.template, None);
    }
    assert_eq!(evaluate("1 +", &values).unwrap_err().kind, TemplateErrorKind::Syntax);
    assert_eq!(interpolate("app/{{ n }}.py", &values).unwrap(), "app/3.py");
    assert_eq!(interpolate("{{ gone }}", &values).unwrap_err().template, None);
}

#[test]
fn many_threads_render_at_once() {
    let templates = Templates::parse(&[source("a", "{% for i in range(n) %}{{ i }},{% endfor %}")]).unwrap();
    let render = |n: usize| templates.render("a", &values(json!({ "n": n }))).unwrap();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..8).map(|n| (n, scope.spawn(move || render(n)))).collect();
        for (n, thread) in running {
            assert_eq!(thread.join().unwrap(), (0..n).map(|i| format!("{i},")).collect::<String>());
        }
    });
}
