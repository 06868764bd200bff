//! GitHub Actions for whatever the project's other packs offer: Python projects are checked, images are built, Terraform
//! is validated and tested, in the folders where they stand.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    BRACKETS, Context, Diagnostic, ListPolicy, Manifest, Merge, Object, Output, Pack, Requirement, Taken,
    by_capability, jinja, layout, offered, template,
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
            .requires(any("repository", schema!("repository")))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        if CHECKED.iter().all(|capability| offered(taken, capability).next().is_none()) {
            // GitHub refuses a workflow without a job.
            return Err(vec![Diagnostic::error("there is nothing to check").help("add a pack such as fastapi-base")]);
        }
        if !layout::is_root(&context.instance) {
            let error = Diagnostic::error("GitHub reads workflows in the project's root only");
            return Err(vec![error.help("leave out the `--at` of this pack")]);
        }
        let values = context.values().object("facts", &by_capability(taken, &READ));
        let dependabot = jinja::holds("answers.dependabot", &values)?;
        let output = Output::new()
            .file(".github/workflows/ci.yml", template!(".github/workflows/ci.yml.j2", &values).marks(BRACKETS))
            .when(dependabot, |output| {
                let updates = template!(".github/dependabot.yml.j2", &values).marks(BRACKETS);
                output.merge(
                    ".github/dependabot.yml",
                    Merge::yaml(updates)
                        .list("/updates", ListPolicy::ByKey("package-ecosystem".to_owned()))
                        .list("/updates/*/directories", ListPolicy::Unite),
                )
            });
        // Each service has a README, with a badge of the one workflow.
        Ok(offered(taken, "repository").fold(output, |output, repository| {
            let readme = layout::within(&repository.instance, "README.md");
            let values = Object::new().json("repository", &repository.facts);
            output.fill_at(&readme, "badges", ORDER, template!("badge.md.j2", &values))
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
    fn services_are_checked_where_they_stand() {
        let (mut orders, mut users) = (python(), python());
        (orders.instance, users.instance) = ("orders".to_owned(), "users".to_owned());
        let image = json!({ "name": "shop", "dockerfile": "Dockerfile", "context": ".", "uid": 10001 });
        let mut image = test::taken("fastapi-base", "container-image", &image);
        let repository = json!({ "slug": "acme/shop", "default_branch": "main" });
        let mut repository = test::taken("fastapi-base", "repository", &repository);
        (image.instance, repository.instance) = ("orders".to_owned(), "orders".to_owned());
        test::stands_in("orders", "services/orders");
        let tree = test::render::<Actions>(&answers(true), &[orders, users, image, repository]).unwrap();
        let workflow = tree.text(".github/workflows/ci.yml");
        assert!(workflow.contains("working-directory: \"services/orders\""), "{workflow}");
        assert_eq!(workflow.matches("working-directory").count(), 1);
        assert!(workflow.contains("file: \"services/orders/Dockerfile\""), "{workflow}");
        let updates = tree.text(".github/dependabot.yml");
        assert!(updates.contains("- \"/services/orders\"\n      - \"/\"\n"), "{updates}");
        assert_eq!(tree.fills("services/orders/README.md", "badges").len(), 1);
        test::stands_in("pack", "ci");
        let refusal = test::render::<Actions>(&answers(true), &[python()]).unwrap_err();
        assert_eq!(refusal[0].message, "GitHub reads workflows in the project's root only");
    }

    #[test]
    fn a_project_without_anything_to_check_is_refused() {
        let refusal = test::render::<Actions>(&answers(true), &[]).unwrap_err();
        assert_eq!(refusal[0].message, "there is nothing to check");
    }
}
