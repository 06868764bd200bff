//! The smallest pack that shows each kind of contribution: a script that greets, the project's `Makefile` target for
//! it, and what other packs learn of it.

use scaffold_pack::{
    BRACKETS, Context, Diagnostic, Manifest, Merge, Opening, Output, Pack, Planned, Requirement, Taken, Templates,
    by_capability, literal, template,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

static TEMPLATES: Templates = scaffold_pack::templates!();

/// What the user chose.
#[derive(Deserialize, Serialize)]
struct Answers {
    greeting: String,
    shout: bool,
}

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
        let answers: Answers = context.answers()?;
        if answers.greeting.trim().is_empty() {
            return Err(vec![Diagnostic::error("a greeting is more than spaces").about("/greeting")]);
        }
        Ok(Planned::new().offer("greeting", "1.0.0", &json!({ "text": answers.greeting })))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let answers: Answers = context.answers()?;
        let values = json!({ "project": context.project.name, "answers": answers, "offers": by_capability(taken)? });
        Ok(Output::new(&TEMPLATES)
            .syntax(".github/", BRACKETS)
            .file("hello.sh", template("hello.sh.j2", &values).executable())
            .file("GREETING.md", template("GREETING.md.j2", &values).opens(Opening::new("more", "<!-- slot: more -->")))
            .file("NOTES.md", literal("Yours.\n").once())
            .templated(&values, [".github/workflows/hello.yml"])
            .merge("settings.json", Merge::json(json!({ "hello": { "shout": answers.shout } }).to_string()))
            .lines(".gitignore", ["*.log"])
            .when(answers.shout, |output| output.fill("GREETING.md", "more", "It is meant loud.\n"))
            .step("Greet", ["./hello.sh"]))
    }
}

scaffold_pack::export!(Hello);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::{Content, Ownership, Text, test};

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
        assert!(tree.file("hello.sh").unwrap().executable);
        assert_eq!(tree.file("NOTES.md").unwrap().ownership, Ownership::Once);
        assert_eq!(tree.file("NOTES.md").unwrap().contents, Content::Text(literal("Yours.\n")));
        assert_eq!(tree.values("hello.sh")["offers"]["http-service"][0]["facts"]["port"], 8000);
        assert_eq!(tree.fills("GREETING.md", "more"), [&Text::Literal("It is meant loud.\n".to_owned())]);
        assert_eq!(tree.lines(".gitignore"), ["*.log"]);
    }

    #[test]
    fn templates_that_are_named_or_shared_go_along() {
        let tree = test::render::<Hello>(&answers(false), &[]).unwrap();
        assert_eq!(
            tree.templates(),
            [".github/workflows/hello.yml.j2", "GREETING.md.j2", "_macros.j2", "hello.sh.j2"],
            "`unused.j2` stays behind"
        );
        let marks = |name| tree.source(name).unwrap().syntax.clone().map(|syntax| syntax.variable.0);
        assert_eq!(marks(".github/workflows/hello.yml.j2").as_deref(), Some("[["));
        assert_eq!(marks("hello.sh.j2"), None);
        assert!(tree.fills("GREETING.md", "more").is_empty());
    }

    #[test]
    fn a_bad_answer_is_named() {
        let blank = test::context(json!({ "greeting": " ", "shout": false }));
        assert_eq!(test::plan::<Hello>(&blank, &[]).unwrap_err()[0].answer.as_deref(), Some("/greeting"));
        let wrong = test::context(json!({ "greeting": 1, "shout": false }));
        assert!(test::render::<Hello>(&wrong, &[]).unwrap_err()[0].message.contains("can't be read"));
    }

    #[test]
    fn the_manifest_is_the_crates() {
        let manifest = test::manifest::<Hello>();
        assert_eq!((&manifest["name"], &manifest["version"]), (&json!("hello"), &json!("0.1.0")));
        assert_eq!(manifest["requires"][0]["needed-in"], "render");
        assert_eq!(manifest["questions"]["properties"]["shout"]["default"], false);
    }
}
