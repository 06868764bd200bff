//! The smallest pack that shows each kind of contribution: a script that greets, a workflow that runs it, and what
//! other packs learn of it.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    BRACKETS, Context, Diagnostic, Manifest, Merge, Object, Opening, Output, Pack, Planned, Requirement, Taken,
    by_capability, jinja, literal, source, template,
};

struct Hello;

impl Pack for Hello {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .keywords(["example"])
            .questions(include_str!("../questions.json"))
            .provides("greeting", "1.0.0", include_str!("../greeting.json"))
            .requires(Requirement::any_number("http-service", "^1"))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let values = context.values();
        if !jinja::holds("answers.greeting | trim | length > 0", &values)? {
            return Err(vec![Diagnostic::error("a greeting is more than spaces").about("/greeting")]);
        }
        let greeting = jinja::evaluate("answers.greeting", &values)?;
        Ok(Planned::new().offer("greeting", "1.0.0", Object::new().json("text", &greeting).as_str()))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let values = context.values().object("facts", &by_capability(taken, &["http-service"]));
        let shout = jinja::holds("answers.shout", &values)?;
        Ok(Output::new()
            .shares(source!("_macros.j2"))
            .file("hello.sh", template!("hello.sh.j2", &values).executable())
            .file(
                "GREETING.md",
                template!("GREETING.md.j2", &values).opens(Opening::new("more", "<!-- slot: more -->")),
            )
            .file("NOTES.md", literal("Yours.\n").once())
            .file(".github/workflows/hello.yml", template!(".github/workflows/hello.yml.j2", &values).marks(BRACKETS))
            .merge("settings.json", Merge::json(r#"{ "hello": { "enabled": true } }"#))
            .lines(".gitignore", ["*.log"])
            .when(shout, |output| output.fill("GREETING.md", "more", "It is meant loud."))
            .step("Greet", ["./hello.sh"]))
    }
}

scaffold_pack::export!(Hello);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    fn answers(shout: bool) -> Context {
        test::context(json!({ "greeting": "hello", "shout": shout }))
    }

    #[test]
    fn every_kind_of_contribution_is_made() {
        let service = test::taken("api", "http-service", &json!({ "port": 8000 }));
        let tree = test::render::<Hello>(&answers(true), &[service]).unwrap();
        assert_eq!(
            tree.paths(),
            [".github/workflows/hello.yml", ".gitignore", "GREETING.md", "NOTES.md", "hello.sh", "settings.json"]
        );
        assert!(tree.is_executable("hello.sh") && !tree.is_executable("NOTES.md"));
        assert!(tree.is_once("NOTES.md") && !tree.is_once("hello.sh"));
        assert_eq!(tree.slots("GREETING.md"), ["more"]);
        assert_eq!(tree.fills("GREETING.md", "more"), ["It is meant loud."]);
        assert_eq!(tree.lines(".gitignore"), ["*.log"]);
        assert_eq!(tree.steps(), [["./hello.sh"]]);
        assert_eq!(tree.values("hello.sh")["facts"]["http-service"][0]["facts"]["port"], 8000);
    }

    #[test]
    fn templates_render_with_their_own_marks_and_macros() {
        let tree = test::render::<Hello>(&answers(true), &[]).unwrap();
        assert_eq!(tree.text("hello.sh"), "#!/bin/sh\necho \"HELLO\"\n");
        assert!(tree.text(".github/workflows/hello.yml").ends_with("echo \"hello ${{ github.actor }}\"\n"));
        assert!(tree.fills("GREETING.md", "less").is_empty());
    }

    #[test]
    fn a_bad_answer_is_named() {
        let blank = test::context(json!({ "greeting": " ", "shout": false }));
        assert_eq!(test::plan::<Hello>(&blank, &[]).unwrap_err()[0].answer.as_deref(), Some("/greeting"));
        let missing = test::context(json!({ "greeting": "hello" }));
        assert!(test::render::<Hello>(&missing, &[]).unwrap_err()[0].message.contains("answers.shout"));
    }

    #[test]
    fn facts_are_offered_as_the_answers_say() {
        let planned = test::plan::<Hello>(&answers(false), &[]).unwrap();
        assert_eq!(planned.offers[0].facts, r#"{"text":"hello"}"#);
    }

    #[test]
    fn the_manifest_is_the_crates() {
        let manifest = test::manifest::<Hello>();
        assert_eq!((&manifest["name"], &manifest["version"]), (&json!("hello"), &json!("0.1.0")));
        assert_eq!(manifest["requires"][0]["needed-in"], "render");
        assert_eq!(manifest["questions"]["properties"]["shout"]["default"], false);
    }
}
