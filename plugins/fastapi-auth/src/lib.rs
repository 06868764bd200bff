//! Who calls a service made by `fastapi-base`: bearer tokens are validated in one place, for all of its resources.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    Context, Diagnostic, Manifest, Object, Output, Pack, Planned, Requirement, Taken, jinja, offered, sources, template,
};

/// The capability that says that callers are checked, and its version.
const BEARER_AUTH: (&str, &str) = ("bearer-auth", "1.0.0");

/// Its facts.
const FACTS: &str = r#"{ "format": "jwt", "roles_claim": "roles" }"#;

/// What is read of the service whose callers are checked.
const SERVICE: &str = r#"{ "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } }"#;

/// The place of this pack's fills among those of other packs: before the resources'.
const ORDER: i32 = 50;

struct Auth;

impl Pack for Auth {
    fn manifest() -> Manifest {
        let (capability, version) = BEARER_AUTH;
        scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["fastapi", "auth", "jwt", "bearer"])
            .questions(include_str!("../questions.json"))
            .depends_on("fastapi-base", "^0.2")
            .provides(capability, version, include_str!("../../../wit/capabilities/bearer-auth@1.json"))
            .requires(Requirement::exactly_one("http-service", "^1").reading(SERVICE))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let (capability, version) = BEARER_AUTH;
        Ok(if checks_callers(context)? { Planned::new().offer(capability, version, FACTS) } else { Planned::new() })
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let service = offered(taken, "http-service").next().map_or("{}", |offer| offer.facts.as_str());
        let values = context.values().object("facts", &Object::new().json("http-service", service));
        let audience = jinja::interpolate("{{ facts['http-service'].name }}", &values)?;
        Ok(Output::new()
            .fill_at("README.md", "sections", ORDER, template!("fills/readme.md.j2", &values))
            .when(checks_callers(context)?, |output| validation(output, &values, &audience)))
    }
}

/// Whether the service itself checks who calls.
fn checks_callers(context: &Context) -> Result<bool, Vec<Diagnostic>> {
    jinja::holds("answers.auth == 'jwt'", &context.values())
}

/// What validates tokens, and what makes some for tests and development.
fn validation(output: Output, values: &Object, audience: &str) -> Output {
    output
        .templated(
            values,
            sources![
                "app/core/security.py.j2",
                "scripts/dev_token.py.j2",
                "tests/tokens.py.j2",
                "tests/test_security.py.j2",
            ],
        )
        .fill_at("app/core/config.py", "settings", ORDER, template!("fills/settings.py.j2", values))
        .fill_at("tests/conftest.py", "test_settings", ORDER, template!("fills/test_settings.py.j2", values))
        .fill_at("README.md", "settings_table", ORDER, template!("fills/settings.md.j2", values))
        .fill_at("Makefile", "targets", ORDER, template!("fills/targets.mk.j2", values))
        .lines("requirements.txt", include_str!("../requirements.txt").lines())
        .lines(
            ".env.example",
            [
                "JWT_ISSUER=http://issuer.localhost",
                ["JWT_AUDIENCE=", audience].concat().as_str(),
                "JWT_ALGORITHM=HS256",
                "JWT_KEY=for-development-only-never-in-production",
            ],
        )
}

scaffold_pack::export!(Auth);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::{Value, json};

    use super::*;

    fn context(auth: &str) -> Context {
        test::context(json!({ "auth": auth }))
    }

    fn tree(auth: &str) -> test::Rendered {
        let service = test::taken("fastapi-base", "http-service", &json!({ "name": "shop" }));
        test::render::<Auth>(&context(auth), &[service]).unwrap()
    }

    #[test]
    fn every_template_renders() {
        let tree = tree("jwt");
        for path in tree.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let text = tree.fills(path, "settings").concat() + &tree.fills(path, "test_settings").concat();
            let text = if text.is_empty() { tree.text(path) } else { text };
            assert!(!text.contains("{{ "), "{path}: {text}");
        }
        assert_eq!(tree.lines(".env.example")[1], "JWT_AUDIENCE=shop");
        assert!(tree.fills("README.md", "sections")[0].contains("`make token`"));
        assert!(tree.fills("Makefile", "targets")[0].starts_with('\n'));
    }

    #[test]
    fn where_nobody_checks_the_readme_says_so_and_nothing_else_is_there() {
        let tree = tree("none");
        assert_eq!(tree.paths(), ["README.md"]);
        assert!(tree.fills("README.md", "sections")[0].contains("behind a gateway"));
    }

    #[test]
    fn the_capability_is_offered_where_callers_are_checked() {
        let offers = |auth| test::plan::<Auth>(&context(auth), &[]).unwrap().offers;
        assert!(offers("none").is_empty());
        let [offer] = offers("jwt").try_into().unwrap();
        let manifest = test::manifest::<Auth>();
        let declared = &manifest["provides"][0];
        assert_eq!((&declared["name"], &declared["version"]), (&json!(offer.capability), &json!(offer.version)));
        let facts: Value = serde_json::from_str(&offer.facts).unwrap();
        for name in declared["facts"]["required"].as_array().unwrap() {
            assert!(facts.get(name.as_str().unwrap()).is_some(), "{name}");
        }
    }
}
