//! Orders for a service made by `fastapi-base`: created, read, listed, moved from status to status, cancelled.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    Context, Diagnostic, Manifest, Object, Output, Pack, Requirement, Taken, jinja, offered, sources, template,
};

/// The place of this pack's fills among those of other resources.
const ORDER: i32 = 100;

/// What is read of the service that the orders are part of.
const SERVICE: &str = r#"{
    "type": "object",
    "required": ["base_path", "port"],
    "properties": { "base_path": { "type": "string" }, "port": { "type": "integer" } }
}"#;

struct Orders;

impl Pack for Orders {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["fastapi", "orders", "rest", "jwt"])
            .questions(include_str!("../questions.json"))
            .depends_on("fastapi-base", "^0.1")
            .requires(Requirement::exactly_one("http-service", "^1").reading(SERVICE))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let mut facts = Object::new();
        if let Some(service) = offered(taken, "http-service").next() {
            facts = facts.json("http-service", &service.facts);
        }
        let values = context.values().object("facts", &facts);
        let jwt = jinja::holds("answers.auth == 'jwt'", &values)?;
        Ok(Output::new()
            .templated(
                &values,
                sources![
                    "app/models/order.py.j2",
                    "app/schemas/order.py.j2",
                    "app/services/order_service.py.j2",
                    "app/api/v1/endpoints/orders.py.j2",
                    "tests/orders/samples.py.j2",
                    "tests/orders/test_orders.py.j2",
                    "tests/orders/test_concurrency.py.j2",
                ],
            )
            .empty(["tests/orders/__init__.py"])
            .file(
                "migrations/versions/20260105_orders.py",
                template!("migrations/versions/20260105_orders.py.j2", &values).once(),
            )
            .fill_at(
                "app/api/v1/router.py",
                "router_imports",
                ORDER,
                "from app.api.v1.endpoints.orders import router as orders",
            )
            .fill_at("app/api/v1/router.py", "routers", ORDER, "router.include_router(orders)")
            .fill_at("app/models/__init__.py", "models", ORDER, "from app.models.order import Order, OrderItem")
            .fill_at("README.md", "sections", ORDER, template!("fills/readme.md.j2", &values))
            .when(jwt, |output| checks_callers(output, &values)))
    }
}

/// What bearer tokens need.
fn checks_callers(output: Output, values: &Object) -> Output {
    output
        .templated(
            values,
            sources![
                "app/core/security.py.j2",
                "scripts/dev_token.py.j2",
                "tests/orders/conftest.py.j2",
                "tests/orders/tokens.py.j2",
                "tests/orders/test_auth.py.j2",
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
                "JWT_AUDIENCE=orders",
                "JWT_ALGORITHM=HS256",
                "JWT_KEY=for-development-only-never-in-production",
            ],
        )
}

scaffold_pack::export!(Orders);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    fn tree(auth: &str) -> test::Rendered {
        let service = test::taken("fastapi-base", "http-service", &json!({ "base_path": "/api/v1", "port": 8000 }));
        test::render::<Orders>(&test::context(json!({ "auth": auth })), &[service]).unwrap()
    }

    #[test]
    fn every_template_renders_with_either_answer() {
        for auth in ["jwt", "none"] {
            let tree = tree(auth);
            for path in tree.paths().into_iter().filter(|path| path.ends_with("order.py") || path.contains("orders")) {
                assert!(!tree.text(path).contains("{{ "), "{path} with {auth}");
            }
            let readme = tree.fills("README.md", "sections");
            assert!(readme[0].starts_with('\n') && readme[0].contains("## Orders"), "{readme:?}");
        }
    }

    #[test]
    fn callers_are_checked_where_that_was_chosen() {
        let (jwt, none) = (tree("jwt"), tree("none"));
        for path in ["app/core/security.py", "tests/orders/test_auth.py", "Makefile", "requirements.txt"] {
            assert!(jwt.paths().contains(&path) && !none.paths().contains(&path), "{path}");
        }
        assert!(jwt.fills("app/core/config.py", "settings")[0].starts_with('\n'));
        assert!(none.lines(".env.example").is_empty());
    }
}
