//! An AWS stack for one HTTP service: Terraform for network, EKS Auto Mode, PostgreSQL and an image repository, and the
//! Kubernetes manifests.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    Context, Diagnostic, Manifest, Merge, Object, Output, Pack, Planned, Requirement, Taken, jinja, layout, offered,
    source, sources, template,
};

/// Each has its own variables, state and overlay.
const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

/// What other packs learn: where the Terraform is, and that its tests need no credentials.
const TERRAFORM_ROOT: &str = r#"{ "directory": "infra", "terraform": "1.11.4", "test": true }"#;

/// The place of the README's section among those of other packs: after the service's own.
const ORDER: i32 = 800;

macro_rules! schema {
    ($capability:literal) => {
        include_str!(concat!("../../../wit/capabilities/", $capability, "@1.json"))
    };
}

struct Stack;

impl Pack for Stack {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["terraform", "aws", "eks", "kubernetes", "kustomize"])
            .questions(include_str!("../questions.json"))
            .provides("terraform-root", "1.0.0", schema!("terraform-root"))
            .requires(Requirement::exactly_one("http-service", "^1").reading(schema!("http-service")))
            .requires(Requirement::exactly_one("container-image", "^1").reading(schema!("container-image")))
            .requires(Requirement::at_most_one("postgres", "^1").reading(schema!("postgres")))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let planned = Planned::new().offer("terraform-root", "1.0.0", TERRAFORM_ROOT);
        if jinja::holds("answers.public and not answers.certificate_arn", &context.values())? {
            return Ok(planned.say(
                Diagnostic::warning("the service will be on the internet without HTTPS")
                    .about("/public")
                    .help("answer certificate_arn with a certificate from ACM"),
            ));
        }
        Ok(planned)
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let facts = |capability| offered(taken, capability).next().map_or("null", |offer| offer.facts.as_str());
        let values = context
            .values()
            .json("service", facts("http-service"))
            .json("image", facts("container-image"))
            .json("postgres", facts("postgres"));
        let has_database = offered(taken, "postgres").next().is_some();
        let output = Output::new().shares(source!("_stack.j2"));
        let output = manifests(terraform(output, &values, has_database), &values, has_database);
        let output = ENVIRONMENTS.iter().fold(output, |output, environment| {
            environment_files(output, environment, &values.clone().text("environment", environment), has_database)
        });
        let output = match readme(context, taken) {
            Some(path) => {
                let values = values.json("elsewhere", if path == "README.md" { "false" } else { "true" });
                output.fill_at(&path, "sections", ORDER, template!("section.md.j2", &values))
            }
            None => output,
        };
        Ok(output
            .lines(".gitignore", [".terraform/", "*.tfplan", "*.tfstate", "*.tfstate.*"])
            .step(
                "Check the infrastructure: get Terraform's provider",
                ["terraform", "-chdir=infra", "init", "-backend=false"],
            )
            .step(
                "Check the infrastructure: test it (no AWS account needed; infra/README.md says how to apply it)",
                ["terraform", "-chdir=infra", "test"],
            ))
    }
}

/// The README of the service, as a path of this instance; none where that is out of its folder.
fn readme(context: &Context, taken: &[Taken]) -> Option<String> {
    let service = offered(taken, "http-service").next()?;
    if layout::folder(&service.instance) == layout::folder(&context.instance) {
        return Some("README.md".to_owned());
    }
    layout::is_root(&context.instance).then(|| layout::within(&service.instance, "README.md"))
}

/// The Terraform root.
fn terraform(output: Output, values: &Object, has_database: bool) -> Output {
    output
        .templated(
            values,
            sources![
                "infra/README.md.j2",
                "infra/versions.tf.j2",
                "infra/variables.tf.j2",
                "infra/network.tf.j2",
                "infra/eks.tf.j2",
                "infra/ecr.tf.j2",
                "infra/outputs.tf.j2",
                "infra/tests/stack.tftest.hcl.j2",
            ],
        )
        .when(has_database, |output| output.templated(values, sources!["infra/rds.tf.j2", "infra/secrets.tf.j2"]))
}

/// What every environment's overlay builds on.
fn manifests(output: Output, values: &Object, has_database: bool) -> Output {
    output
        .templated(
            values,
            sources![
                "deploy/kubernetes/base/kustomization.yaml.j2",
                "deploy/kubernetes/base/namespace.yaml.j2",
                "deploy/kubernetes/base/serviceaccount.yaml.j2",
                "deploy/kubernetes/base/deployment.yaml.j2",
                "deploy/kubernetes/base/service.yaml.j2",
                "deploy/kubernetes/base/ingress.yaml.j2",
                "deploy/kubernetes/base/autoscaler.yaml.j2",
                "deploy/kubernetes/base/disruption-budget.yaml.j2",
            ],
        )
        .when(has_database, |output| {
            output.templated(values, sources!["deploy/kubernetes/base/secretproviderclass.yaml.j2"])
        })
        // Kustomize makes the ConfigMap of it; a service's own pack may set what it wants there.
        .merge("deploy/kubernetes/base/config.env", Merge::dotenv("LOG_LEVEL=INFO\n").weak())
}

/// What is one environment's, and the user's once it is written: a release rewrites it.
fn environment_files(output: Output, environment: &str, values: &Object, has_database: bool) -> Output {
    let variables = ["infra/env/", environment, ".tfvars"].concat();
    let backend = ["infra/env/", environment, ".s3.tfbackend"].concat();
    let overlay = ["deploy/kubernetes/overlays/", environment, "/"].concat();
    let kustomization = template!("deploy/kubernetes/overlays/environment/kustomization.yaml.j2", values);
    output
        .file(&variables, template!("infra/env/environment.tfvars.j2", values).once())
        .file(&backend, template!("infra/env/environment.s3.tfbackend.j2", values).once())
        .file(&[&overlay, "kustomization.yaml"].concat(), kustomization.once())
        .when(has_database, |output| {
            let stack = template!("deploy/kubernetes/overlays/environment/stack.env.j2", values);
            output.file(&[&overlay, "stack.env"].concat(), stack.once())
        })
}

scaffold_pack::export!(Stack);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::{Value, json};

    use super::*;

    fn answers(public: bool, certificate: &str) -> Context {
        test::context(json!({
            "region": "eu-west-1",
            "kubernetes_version": "1.35",
            "state_bucket": "",
            "public": public,
            "certificate_arn": certificate,
        }))
    }

    fn taken(database: bool) -> Vec<Taken> {
        let service = json!({
            "name": "shop",
            "port": 8000,
            "base_path": "/api/v1",
            "health": { "live": "/health/live", "ready": "/health/ready" },
        });
        let image = json!({ "name": "shop", "dockerfile": "Dockerfile", "context": ".", "uid": 10001 });
        let postgres = json!({
            "major": 18,
            "database": "shop",
            "url_variable": "DATABASE_URL",
            "url_scheme": "postgresql+asyncpg",
            "migrate": ["alembic", "upgrade", "heads"],
        });
        let offer = |capability, facts: &Value| test::taken("fastapi-base", capability, facts);
        let mut taken = vec![offer("http-service", &service), offer("container-image", &image)];
        taken.extend(database.then(|| offer("postgres", &postgres)));
        taken
    }

    #[test]
    fn every_template_renders_with_and_without_a_database() {
        for (database, public) in [(true, true), (true, false), (false, true), (false, false)] {
            let tree = test::render::<Stack>(&answers(public, ""), &taken(database)).unwrap();
            for path in tree.paths().into_iter().filter(|path| !["README.md", ".gitignore"].contains(path)) {
                assert!(!tree.text(path).contains("{{ "), "{path}");
            }
            assert!(tree.fills("README.md", "sections")[0].starts_with('\n'));
            for path in ["infra/rds.tf", "deploy/kubernetes/overlays/dev/stack.env"] {
                assert_eq!(tree.paths().contains(&path), database, "{path}");
            }
        }
    }

    #[test]
    fn each_environment_has_files_of_its_own() {
        let tree = test::render::<Stack>(&answers(false, ""), &taken(true)).unwrap();
        let (dev, prod) = (tree.text("infra/env/dev.tfvars"), tree.text("infra/env/prod.tfvars"));
        assert_ne!(dev, prod);
        assert!(tree.is_once("infra/env/dev.tfvars") && !tree.is_once("infra/eks.tf"));
    }

    #[test]
    fn the_section_goes_to_the_readme_of_the_service() {
        let readmes = |service: &str, own: &str| {
            test::stands_in("fastapi-base", service);
            test::stands_in("pack", own);
            let tree = test::render::<Stack>(&answers(false, ""), &taken(false)).unwrap();
            let paths = ["README.md", "services/shop/README.md"];
            paths.map(|path| tree.fills(path, "sections").len())
        };
        assert_eq!(readmes(".", "."), [1, 0]);
        assert_eq!(readmes("services/shop", "."), [0, 1]);
        assert_eq!(readmes("services/shop", "services/shop"), [1, 0]);
        assert_eq!(readmes(".", "platform"), [0, 0]);
    }

    #[test]
    fn a_public_service_without_a_certificate_is_warned_of() {
        let warnings = |context: &Context| test::plan::<Stack>(context, &[]).unwrap().diagnostics.len();
        assert_eq!(warnings(&answers(true, "")), 1);
        assert_eq!(warnings(&answers(true, "arn:aws:acm:eu-west-1:1:certificate/1")), 0);
        assert_eq!(warnings(&answers(false, "")), 0);
    }
}
