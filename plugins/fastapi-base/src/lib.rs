//! A complete FastAPI service on PostgreSQL without a resource of its own: resource packs fill its slots.
#![no_std]

mod lock;

use scaffold_pack::prelude::*;
use scaffold_pack::{
    Context, Diagnostic, Manifest, Object, Opening, Output, Pack, Planned, Taken, jinja, sources, template,
};

/// What the project offers to other packs: a capability's name, its facts as a template of JSON, and their schema.
struct Offered {
    capability: &'static str,
    facts: &'static str,
    schema: &'static str,
}

macro_rules! offered {
    ($capability:literal) => {
        Offered {
            capability: $capability,
            facts: include_str!(concat!("../facts/", $capability, ".json.j2")),
            schema: include_str!(concat!("../../../wit/capabilities/", $capability, "@1.json")),
        }
    };
}

const OFFERED: [Offered; 5] = [
    offered!("container-image"),
    offered!("http-service"),
    offered!("postgres"),
    offered!("python-project"),
    offered!("repository"),
];

/// The version of each capability that is offered.
const VERSION: &str = "1.0.0";

struct Base;

impl Pack for Base {
    fn manifest() -> Manifest {
        let manifest = scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["fastapi", "python", "postgresql", "service"])
            .questions(include_str!("../questions.json"));
        OFFERED
            .iter()
            .fold(manifest, |manifest, offered| manifest.provides(offered.capability, VERSION, offered.schema))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let values = context.values();
        if !is_dns_label(&jinja::interpolate("{{ project.name | kebab }}", &values)?) {
            return Err(vec![Diagnostic::error("the project's name makes no name for a service").help(
                "choose a project name that starts with a letter and has Latin letters, digits, spaces and \
                     hyphens only, 63 at most",
            )]);
        }
        OFFERED.iter().try_fold(Planned::new(), |planned, offered| {
            Ok(planned.offer(offered.capability, VERSION, &jinja::interpolate(offered.facts, &values)?))
        })
    }

    fn render(context: &Context, _: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let values = context.values();
        let mut facts = Object::new();
        for offered in &OFFERED {
            facts = facts.json(offered.capability, &jinja::interpolate(offered.facts, &values)?);
        }
        let values = values.object("facts", &facts);
        let database = jinja::interpolate("{{ project.name | snake }}", &values)?;
        let output = packaging(Output::new(), &values);
        let output = test_suite(application(output, &values), &values);
        Ok(output
            .lines("requirements.txt", lock::unpack(lock::RUNTIME).lines())
            .lines("requirements-dev.txt", lock::unpack(lock::DEVELOPMENT).lines())
            .lines(".gitignore", [".env", ".venv/", "__pycache__/", ".mypy_cache/", ".pytest_cache/", ".ruff_cache/"])
            .lines(
                ".env.example",
                [
                    ["DATABASE_URL=postgresql+asyncpg://", &database, ":", &database, "@127.0.0.1:5432/", &database]
                        .concat()
                        .as_str(),
                    ["POSTGRES_PASSWORD=", &database].concat().as_str(),
                ],
            )
            .step("Make the virtual environment", ["make", "install"])
            .step("Check everything (set TEST_DATABASE_URL to a PostgreSQL server first)", ["make", "check"]))
    }
}

/// What stands around the application.
fn packaging(output: Output, values: &Object) -> Output {
    output
        .templated(
            values,
            sources![
                ".dockerignore.j2",
                "Dockerfile.j2",
                "alembic.ini.j2",
                "docker-compose.yml.j2",
                "pyproject.toml.j2"
            ],
        )
        .file("Makefile", template!("Makefile.j2", values).opens(Opening::new("targets", "# slot: targets")))
        .file(
            "README.md",
            template!("README.md.j2", values)
                .opens(Opening::new("badges", "<!-- slot: badges -->").unique())
                .opens(Opening::new("settings_table", "<!-- slot: settings_table -->").unique())
                .opens(Opening::new("sections", "<!-- slot: sections -->")),
        )
}

/// The application and its migrations.
fn application(output: Output, values: &Object) -> Output {
    output
        .empty([
            "app/__init__.py",
            "app/api/__init__.py",
            "app/api/v1/__init__.py",
            "app/api/v1/endpoints/__init__.py",
            "app/core/__init__.py",
            "app/db/__init__.py",
            "app/schemas/__init__.py",
            "app/services/__init__.py",
        ])
        .templated(
            values,
            sources![
                "app/main.py.j2",
                "app/api/errors.py.j2",
                "app/api/health.py.j2",
                "app/api/middleware.py.j2",
                "app/core/logging.py.j2",
                "app/db/base.py.j2",
                "app/db/session.py.j2",
                "migrations/env.py.j2",
                "migrations/script.py.mako.j2",
            ],
        )
        .file(
            "app/api/v1/router.py",
            template!("app/api/v1/router.py.j2", values)
                .opens(Opening::new("router_imports", "# slot: router_imports").unique().sorted())
                .opens(Opening::new("routers", "# slot: routers").unique()),
        )
        .file(
            "app/core/config.py",
            template!("app/core/config.py.j2", values).opens(Opening::new("settings", "# slot: settings").unique()),
        )
        .file(
            "app/models/__init__.py",
            template!("app/models/__init__.py.j2", values)
                .opens(Opening::new("models", "# slot: models").unique().sorted()),
        )
        .file(
            "migrations/versions/0001_updated_at.py",
            template!("migrations/versions/0001_updated_at.py.j2", values).once(),
        )
}

/// The tests of everything that no resource pack brings.
fn test_suite(output: Output, values: &Object) -> Output {
    output
        .empty(["tests/__init__.py"])
        .templated(
            values,
            sources![
                "tests/database.py.j2",
                "tests/test_app.py.j2",
                "tests/test_health.py.j2",
                "tests/test_migrations.py.j2",
            ],
        )
        .file(
            "tests/conftest.py",
            template!("tests/conftest.py.j2", values)
                .opens(Opening::new("test_settings", "# slot: test_settings").unique()),
        )
}

/// Whether a name fits where DNS names stand: what `http-service@1` asks of its `name`.
fn is_dns_label(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|byte| *byte != b'-')
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

scaffold_pack::export!(Base);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::{Value, json};

    use super::*;

    fn context() -> Context {
        test::context(json!({
            "description": "A small service.",
            "repository": "acme/shop",
            "python": "3.14",
            "port": 8000,
        }))
    }

    #[test]
    fn every_template_renders() {
        let tree = test::render::<Base>(&context(), &[]).unwrap();
        for path in tree.paths() {
            if !tree.lines(path).is_empty() {
                continue;
            }
            let text = tree.text(path);
            assert!(!text.contains("{{ ") || path.ends_with(".mako"), "{path}: {text}");
            for slot in tree.slots(path) {
                let marker = [slot, " -->"].concat();
                let markers = text.lines().filter(|line| line.ends_with(slot) || line.ends_with(&marker)).count();
                assert_eq!(markers, 1, "`{path}` has the marker of `{slot}` once");
            }
        }
        assert!(tree.is_once("migrations/versions/0001_updated_at.py"));
        assert_eq!(tree.values("README.md")["facts"]["postgres"]["database"], "shop");
        assert_eq!(tree.lines(".env.example")[1], "POSTGRES_PASSWORD=shop");
    }

    #[test]
    fn every_capability_of_the_manifest_is_offered() {
        let planned = test::plan::<Base>(&context(), &[]).unwrap();
        let manifest = test::manifest::<Base>();
        let declared = manifest["provides"].as_array().unwrap();
        assert_eq!(planned.offers.len(), declared.len());
        for (offer, declared) in planned.offers.iter().zip(declared) {
            assert_eq!((&declared["name"], &declared["version"]), (&json!(offer.capability), &json!(offer.version)));
            let facts: Value = serde_json::from_str(&offer.facts).unwrap();
            for name in declared["facts"]["required"].as_array().unwrap() {
                assert!(facts.get(name.as_str().unwrap()).is_some(), "{}: {name}", offer.capability);
            }
        }
        let service: Value = serde_json::from_str(&planned.offers[1].facts).unwrap();
        assert_eq!((&service["name"], &service["port"]), (&json!("shop"), &json!(8000)));
    }

    #[test]
    fn a_project_whose_name_is_no_service_is_refused() {
        for name in ["42", "магазин", &"a".repeat(64)] {
            let mut context = context();
            context.project.name = String::from(name);
            let refusal = test::plan::<Base>(&context, &[]).unwrap_err();
            assert!(refusal[0].help.as_deref().unwrap().contains("starts with a letter"), "{name}");
        }
        let mut context = context();
        context.project.name = String::from("My Shop 2");
        assert!(test::plan::<Base>(&context, &[]).unwrap().offers[0].facts.contains("my-shop-2"));
    }
}
