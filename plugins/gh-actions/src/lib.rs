//! GitHub Actions for whatever the project's other packs offer: Python projects are checked, images are built, Terraform
//! is validated and tested.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    BRACKETS, Context, Diagnostic, ListPolicy, Manifest, Merge, Output, Pack, Requirement, Taken, by_capability, jinja,
    offered, template,
};

/// What gets a job.
const CHECKED: [&str; 3] = ["python-project", "container-image", "terraform-root"];

/// What the templates read.
const READ: [&str; 5] = ["python-project", "container-image", "terraform-root", "postgres", "repository"];

/// The place of the badge among those of other packs.
const ORDER: i32 = 100;

macro_rules! schema {
    ($capability:literal) => {
        include_str!(concat!("../../../wit/capabilities/", $capability, "@1.json"))
    };
}

struct Actions;

impl Pack for Actions {
    fn manifest() -> Manifest {
        let any = |capability, schema| Requirement::any_number(capability, "^1").reading(schema);
        scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["github-actions", "ci", "dependabot"])
            .questions(include_str!("../questions.json"))
            .requires(any("python-project", schema!("python-project")))
            .requires(any("container-image", schema!("container-image")))
            .requires(any("postgres", schema!("postgres")))
            .requires(any("terraform-root", schema!("terraform-root")))
            .requires(Requirement::at_most_one("repository", "^1").reading(schema!("repository")))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        if CHECKED.iter().all(|capability| offered(taken, capability).next().is_none()) {
            // GitHub refuses a workflow without a job.
            return Err(vec![Diagnostic::error("there is nothing to check").help("add a pack such as fastapi-base")]);
        }
        let values = context.values().object("facts", &by_capability(taken, &READ));
        let dependabot = jinja::holds("answers.dependabot", &values)?;
        let has_repository = offered(taken, "repository").next().is_some();
        Ok(Output::new()
            .file(".github/workflows/ci.yml", template!(".github/workflows/ci.yml.j2", &values).marks(BRACKETS))
            .when(dependabot, |output| {
                let updates = template!(".github/dependabot.yml.j2", &values).marks(BRACKETS);
                output.merge(
                    ".github/dependabot.yml",
                    Merge::yaml(updates)
                        .list("/updates", ListPolicy::ByKey("package-ecosystem".to_owned()))
                        .list("/updates/*/directories", ListPolicy::Unite),
                )
            })
            .when(has_repository, |output| {
                output.fill_at("README.md", "badges", ORDER, template!("badge.md.j2", &values))
            }))
    }
}

scaffold_pack::export!(Actions);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    fn python() -> Taken {
        let facts = json!({ "python": "3.14", "directory": ".", "test_database_variable": "TEST_DATABASE_URL" });
        test::taken("fastapi-base", "python-project", &facts)
    }

    fn answers(dependabot: bool) -> Context {
        let updates = if dependabot { json!({ "updates": "weekly" }) } else { json!({}) };
        let mut answers = json!({ "runner": "ubuntu-24.04", "dependabot": dependabot });
        answers.as_object_mut().unwrap().extend(updates.as_object().unwrap().clone());
        test::context(answers)
    }

    #[test]
    fn a_python_project_is_checked_on_a_database() {
        let tree = test::render::<Actions>(&answers(false), &[python()]).unwrap();
        assert_eq!(tree.paths(), [".github/workflows/ci.yml"]);
        let workflow = tree.text(".github/workflows/ci.yml");
        assert!(workflow.contains("image: postgres:18") && workflow.contains("run: make check"), "{workflow}");
        assert!(workflow.contains("${{ github.ref }}") && !workflow.contains("[["), "{workflow}");
    }

    #[test]
    fn updates_and_a_badge_are_there_where_they_are_wanted() {
        let repository =
            test::taken("fastapi-base", "repository", &json!({ "slug": "acme/shop", "default_branch": "main" }));
        let tree = test::render::<Actions>(&answers(true), &[python(), repository]).unwrap();
        assert!(tree.text(".github/dependabot.yml").contains("weekly"));
        assert!(tree.fills("README.md", "badges")[0].contains("acme/shop"));
    }

    #[test]
    fn a_project_without_anything_to_check_is_refused() {
        let refusal = test::render::<Actions>(&answers(true), &[]).unwrap_err();
        assert_eq!(refusal[0].message, "there is nothing to check");
    }
}
