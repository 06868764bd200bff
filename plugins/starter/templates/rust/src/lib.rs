//! << answers.summary >>.

use scaffold_pack::{Context, Diagnostic, Manifest, Object, Output, Pack, Planned, Questions, Taken, template};
use serde::Deserialize;

struct Greeter;

/// What is asked: each field is a question, its comment what the user reads. The host has checked the answers.
#[derive(Questions, Deserialize)]
struct Answers {
    /// What should be said?
    #[question(default = "hello", min_length = 1)]
    greeting: String,
    /// In capitals?
    #[question(default = false)]
    loud: bool,
}

impl Answers {
    fn of(context: &Context) -> Result<Self, Vec<Diagnostic>> {
        context.answers()
    }

    fn text(&self) -> String {
        if self.loud { self.greeting.to_uppercase() } else { self.greeting.clone() }
    }
}

impl Pack for Greeter {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .asks::<Answers>()
            .provides("greeting", "1.0.0", include_str!("../greeting.json"))
    }

    /// First phase: checks what a question's schema can't say, and makes the facts for other packs.
    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let answers = Answers::of(context)?;
        if answers.greeting.trim().is_empty() {
            return Err(vec![Diagnostic::error("a greeting is more than spaces").about("/greeting")]);
        }
        let facts = Object::new().text("text", &answers.text());
        Ok(Planned::new().offer("greeting", "1.0.0", facts.as_str()))
    }

    /// Second phase: makes the files.
    fn render(context: &Context, _: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let values = context.values().text("text", &Answers::of(context)?.text());
        Ok(Output::new()
            .file("hello.sh", template!("hello.sh.j2", &values).executable())
            .lines(".gitignore", ["*.log"])
            .step("Greet", ["./hello.sh"]))
    }
}

scaffold_pack::export!(Greeter);

#[cfg(test)]
mod tests {
    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    #[test]
    fn it_greets_as_it_is_told() {
        let answers = test::answered::<Greeter>(json!({ "greeting": "good morning", "loud": true }));
        let tree = test::render::<Greeter>(&answers, &[]).expect("the answers are good");
        assert_eq!(tree.text("hello.sh"), "#!/bin/sh\necho \"GOOD MORNING, shop!\"\n");
    }

    #[test]
    fn other_packs_are_told_what_is_said() {
        // What is not answered has its default.
        let planned = test::plan::<Greeter>(&test::answered::<Greeter>(json!({})), &[]).expect("defaults are good");
        assert_eq!(test::facts(&planned, "greeting"), json!({ "text": "hello" }));
    }

    #[test]
    fn spaces_are_no_greeting() {
        let blank = test::answered::<Greeter>(json!({ "greeting": " " }));
        let refused = test::plan::<Greeter>(&blank, &[]).expect_err("the answer is blank");
        assert_eq!(refused[0].answer.as_deref(), Some("/greeting"));
    }
}
