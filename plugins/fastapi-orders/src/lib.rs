//! Orders for a service made by `fastapi-base`: created, read, listed, moved from status to status, cancelled.
#![no_std]

use scaffold_pack::prelude::*;
use scaffold_pack::{
    Context, Diagnostic, Manifest, Object, Output, Pack, Requirement, Taken, offered, sources, template,
};

/// The place of this pack's fills among those of other resources.
const ORDER: i32 = 100;

/// What is read of the service that the orders are part of.
const SERVICE: &str = r#"{
    "type": "object",
    "required": ["base_path", "port"],
    "properties": { "base_path": { "type": "string" }, "port": { "type": "integer" } }
}"#;

/// What is read of how callers are checked, where they are.
const AUTH: &str =
    r#"{ "type": "object", "required": ["roles_claim"], "properties": { "roles_claim": { "type": "string" } } }"#;

struct Orders;

impl Pack for Orders {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .description(include_str!("../description.md"))
            .keywords(["fastapi", "orders", "rest"])
            .depends_on("fastapi-base", "^0.2")
            .depends_on("fastapi-auth", "^0.1")
            .requires(Requirement::exactly_one("http-service", "^1").reading(SERVICE))
            .requires(Requirement::at_most_one("bearer-auth", "^1").reading(AUTH))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let facts = taken.iter().fold(Object::new(), |facts, offer| facts.json(&offer.capability, &offer.facts));
        let values = context.values().object("facts", &facts);
        let checks_callers = offered(taken, "bearer-auth").next().is_some();
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
            .when(checks_callers, |output| access(output, &values)))
    }
}

/// What each caller may do.
fn access(output: Output, values: &Object) -> Output {
    output.templated(
        values,
        sources!["app/api/v1/order_access.py.j2", "tests/orders/conftest.py.j2", "tests/orders/test_auth.py.j2"],
    )
}

scaffold_pack::export!(Orders);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    fn tree(checks_callers: bool) -> test::Rendered {
        let service = json!({ "base_path": "/api/v1", "port": 8000 });
        let auth = json!({ "format": "jwt", "roles_claim": "roles" });
        let mut taken = vec![test::taken("fastapi-base", "http-service", &service)];
        taken.extend(checks_callers.then(|| test::taken("fastapi-auth", "bearer-auth", &auth)));
        test::render::<Orders>(&test::context(json!({})), &taken).unwrap()
    }

    #[test]
    fn every_template_renders_whether_or_not_callers_are_checked() {
        for checks_callers in [true, false] {
            let tree = tree(checks_callers);
            for path in tree.paths().into_iter().filter(|path| path.contains("order") && !path.ends_with("__.py")) {
                assert!(!tree.text(path).contains("{{ "), "{path}, {checks_callers}");
            }
            let readme = tree.fills("README.md", "sections");
            assert!(readme[0].starts_with('\n') && readme[0].contains("## Orders"), "{readme:?}");
            assert_eq!(readme[0].contains("among its `roles`"), checks_callers);
        }
    }

    #[test]
    fn access_is_ruled_where_callers_are_checked() {
        let (checked, open) = (tree(true), tree(false));
        for path in ["app/api/v1/order_access.py", "tests/orders/test_auth.py"] {
            assert!(checked.paths().contains(&path) && !open.paths().contains(&path), "{path}");
        }
        let endpoints = "app/api/v1/endpoints/orders.py";
        assert!(checked.text(endpoints).contains("CallerDep") && !open.text(endpoints).contains("aller"));
    }

    #[test]
    fn its_tables_come_by_a_branch_of_their_own() {
        let revision = "migrations/versions/20260105_orders.py";
        let tree = tree(true);
        assert!(tree.is_once(revision));
        let text = tree.text(revision);
        // What databases remember, and what lets the branch be applied to one that has gone past everything else.
        for line in ["revision = \"5c1e0a7d9b42\"", "down_revision = None", "depends_on = \"0001\""] {
            assert!(text.contains(line), "{line}");
        }
        assert!(text.contains("branch_labels = (\"orders\",)"));
    }
}
