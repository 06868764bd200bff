//! A pack that uses what the SDK has, tested with its kit.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use scaffold_pack::migration::{Migrate, Old};
use scaffold_pack::{
    Context, Diagnostic, Manifest, Merge, Object, Output, Pack, Planned, Questions, Requirement, Taken, files, test,
};
use scaffold_pack::{by_capability, templates};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Questions, Deserialize)]
struct Answers {
    #[question(default = 8000, minimum = 1024, examples = [9000, 9001])]
    port: u16,
    #[question(x_default = "acme/{{ project.name }}", pattern = "^[a-z/]+$")]
    repository: String,
    #[question(default = "none")]
    auth: Auth,
    /// How long is a token good?
    #[question(default = 60, maximum = 90.5, when(auth = "jwt"))]
    minutes: Option<f64>,
    #[question(default = ["order"], min_items = 1, unique_items)]
    resources: Vec<String>,
    #[serde(rename = "log-level")]
    log_level: Option<String>,
    #[serde(default)]
    owner: Owner,
    #[serde(skip)]
    internal: usize,
}

#[derive(Questions, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Auth {
    /// Tokens are checked here
    Jwt,
    None,
    #[serde(skip)]
    #[allow(dead_code)]
    Unknown,
}

#[derive(Questions, Deserialize, Default)]
#[question(schema = r#"{ "maxProperties": 1 }"#)]
struct Owner {
    team: Option<String>,
}

struct Service;

impl Pack for Service {
    fn manifest() -> Manifest {
        Manifest::new("service", "0.2.0")
            .asks::<Answers>()
            .provides("port", "1.0.0", "{}")
            .requires(Requirement::any_number("image", "^1"))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let answers: Answers = context.answers()?;
        if answers.owner.team.as_deref() == Some("") {
            return Err(vec![Diagnostic::error("a team has a name").about("/owner/team")]);
        }
        let facts = Object::new().json("port", &answers.port.to_string());
        Ok(Planned::new().offer("port", "1.0.0", facts.as_str()))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let answers: Answers = context.answers()?;
        let values = context.values().object("taken", &by_capability(taken, &["image"]));
        let images: Vec<&str> = taken.iter().map(|offer| offer.pack.as_str()).collect();
        Ok(Output::new()
            .templated_from("service/", &values, templates!("service"))
            .files(files!("static"))
            .merge("settings.json", Merge::json(format!("{{\"images\":{images:?}}}")))
            .lines(".gitignore", answers.resources.iter().map(String::as_str))
            .fill("README.md", "sections", "A service.")
            .step("Run it", ["./run.sh", "--minutes"])
            .when(matches!(answers.auth, Auth::Jwt), |output| {
                output.say(Diagnostic::note(format!("{:?} minutes, {}", answers.minutes, answers.internal)))
            })
            .when(answers.log_level.is_some(), |output| output.empty(["log"]))
            .lines("CODEOWNERS", [answers.repository.as_str()]))
    }
}

impl Migrate for Service {
    fn migrate(old: Old<'_>) -> Result<Object, Vec<Diagnostic>> {
        let mut answers = old.members()?;
        if old.is_before("0.2.0") {
            answers.rename("repo", "repository");
            if answers.remove("secure") == Some(json!(true)) {
                answers.set("auth", "jwt");
            }
        }
        Ok(answers.object())
    }
}

scaffold_pack::export!(Service with migration);

#[test]
fn the_schema_is_what_the_struct_says() {
    let schema: Value = serde_json::from_str(Answers::QUESTIONS).unwrap();
    assert_eq!(
        schema,
        json!({
            "type": "object",
            "properties": {
                "port": {
                    "default": 8000, "minimum": 1024, "examples": [9000, 9001], "type": "integer", "maximum": 65535,
                },
                "repository": {
                    "x-default": "acme/{{ project.name }}", "pattern": "^[a-z/]+$", "type": "string",
                },
                "auth": {
                    "default": "none", "description": "jwt: Tokens are checked here.", "type": "string",
                    "enum": ["jwt", "none"],
                },
                "minutes": {
                    "title": "How long is a token good?", "default": 60, "maximum": 90.5,
                    "x-when": { "properties": { "auth": { "const": "jwt" } }, "required": ["auth"] },
                    "type": "number",
                },
                "resources": {
                    "default": ["order"], "minItems": 1, "uniqueItems": true, "type": "array",
                    "items": { "type": "string" },
                },
                "log-level": { "type": "string" },
                "owner": {
                    "type": "object", "maxProperties": 1, "properties": { "team": { "type": "string" } },
                    "required": [],
                },
            },
            "required": ["port", "repository", "auth", "minutes", "resources"],
        })
    );
    let keys: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["port", "repository", "auth", "minutes", "resources", "log-level", "owner"]);
}

#[test]
fn defaults_are_filled_in_and_what_is_not_asked_has_no_key() {
    let answers = |given: Value| -> Value { serde_json::from_str(&test::answered::<Service>(given).answers).unwrap() };
    assert_eq!(
        answers(json!({})),
        json!({ "port": 8000, "repository": "acme/shop", "auth": "none", "resources": ["order"] })
    );
    let given = answers(json!({ "auth": "jwt", "port": 9000 }));
    assert_eq!((&given["minutes"], &given["port"]), (&json!(60), &json!(9000)));
}

#[test]
#[should_panic(expected = "`minutes` is not asked")]
fn an_answer_to_what_is_not_asked_fails_the_test() {
    test::answered::<Service>(json!({ "minutes": 5 }));
}

#[test]
#[should_panic(expected = "does not ask for `prot`")]
fn an_answer_to_no_question_fails_the_test() {
    test::answered::<Service>(json!({ "prot": 5 }));
}

#[test]
fn a_folder_of_templates_and_one_of_files() {
    let image = test::taken("registry", "image", &json!({ "name": "shop" }));
    let tree = test::render::<Service>(&test::answered::<Service>(json!({ "auth": "jwt" })), &[image]).unwrap();
    assert_eq!(
        tree.paths(),
        [
            ".gitignore",
            "CODEOWNERS",
            "NOTES.md",
            "README.md",
            "deploy/Dockerfile",
            "img/dot.png",
            "run.sh",
            "settings.json",
            "settings.toml",
        ]
    );
    assert_eq!(tree.templates(), ["service/deploy/Dockerfile.j2", "service/settings.toml.j2"]);
    assert_eq!(tree.text("deploy/Dockerfile"), "EXPOSE 8000\n");
    assert_eq!(tree.text("NOTES.md"), "Not a template: {{ as it is }}\n");
    assert_eq!(tree.bytes("img/dot.png"), b"\x89PNG\r\n\x1a\n\0");
    assert!(tree.is_executable("run.sh") && !tree.is_executable("NOTES.md"));
    assert_eq!(tree.text("settings.json"), r#"{"images":["registry"]}"#);
    assert_eq!(tree.fills("README.md", "sections"), ["A service."]);
    assert_eq!(tree.lines(".gitignore"), ["order"]);
    assert_eq!(tree.steps(), [["./run.sh", "--minutes"]]);
    assert_eq!(tree.diagnostics()[0].message, "Some(60.0) minutes, 0");
}

#[test]
fn facts_and_refusals() {
    let planned = test::plan::<Service>(&test::answered::<Service>(json!({ "port": 9000 })), &[]).unwrap();
    assert_eq!(test::facts(&planned, "port"), json!({ "port": 9000 }));
    assert_eq!(test::facts(&planned, "other"), Value::Null);
    let nameless = test::answered::<Service>(json!({ "owner": { "team": "" } }));
    assert_eq!(test::plan::<Service>(&nameless, &[]).unwrap_err()[0].answer.as_deref(), Some("/owner/team"));
}

#[test]
fn old_answers_are_carried_over() {
    let old = json!({ "repo": "acme/old", "secure": true });
    let new = json!({ "repository": "acme/old", "auth": "jwt" });
    assert_eq!(test::migrate::<Service>("0.1.9", &old), Ok(new));
    assert_eq!(test::migrate::<Service>("0.2.0", &old), Ok(old));
}
