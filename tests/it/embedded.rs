//! The registry in the binary, and the first-party packs that are in it.

use std::path::Path;

use snapbox::{assert_data_eq, str};

use crate::support::Machine;

fn names(machine: &Machine) -> String {
    machine.tree("shop").into_iter().map(|(path, _)| path + "\n").collect()
}

#[test]
fn a_service_is_made_from_the_embedded_registry() {
    let machine = Machine::new();
    machine.run(&["new", "shop", "--pack", "fastapi-orders", "--pack", "gh-actions", "--defaults"]).succeeds();
    assert_data_eq!(
        names(&machine),
        str![[r#"
.dockerignore
.env.example
.github/dependabot.yml
.github/workflows/ci.yml
.gitignore
Dockerfile
Makefile
README.md
alembic.ini
app/__init__.py
app/api/__init__.py
app/api/errors.py
app/api/health.py
app/api/middleware.py
app/api/v1/__init__.py
app/api/v1/endpoints/__init__.py
app/api/v1/endpoints/orders.py
app/api/v1/order_access.py
app/api/v1/router.py
app/core/__init__.py
app/core/config.py
app/core/logging.py
app/core/security.py
app/db/__init__.py
app/db/base.py
app/db/session.py
app/main.py
app/models/__init__.py
app/models/order.py
app/schemas/__init__.py
app/schemas/order.py
app/services/__init__.py
app/services/order_service.py
docker-compose.yml
migrations/env.py
migrations/script.py.mako
migrations/versions/0001_updated_at.py
migrations/versions/20260105_orders.py
pyproject.toml
requirements-dev.txt
requirements.txt
scaffold.lock
scaffold.toml
scripts/dev_token.py
tests/__init__.py
tests/conftest.py
tests/database.py
tests/orders/__init__.py
tests/orders/conftest.py
tests/orders/samples.py
tests/orders/test_auth.py
tests/orders/test_concurrency.py
tests/orders/test_orders.py
tests/test_app.py
tests/test_health.py
tests/test_migrations.py
tests/test_security.py
tests/tokens.py

"#]]
    );
}

#[test]
fn any_order_of_packs_gives_the_same_bytes() {
    let packs = ["fastapi-orders", "fastapi-users", "terraform-eks", "gh-actions"];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [1, 3, 0, 2], [2, 0, 3, 1]];
    let trees = orders.map(|order| {
        let machine = Machine::new();
        let mut arguments = vec!["new", "shop", "--defaults"];
        arguments.extend(order.iter().flat_map(|&pack| ["--pack", packs[pack]]));
        machine.run(&arguments).succeeds();
        machine.tree("shop")
    });
    for tree in &trees {
        assert_eq!(*tree, trees[0]);
    }
}

/// The lines of a text that hold some word.
fn lines_with<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.contains(word)).collect()
}

#[test]
fn two_resources_share_what_there_is_once() {
    let machine = Machine::new();
    machine.run(&["new", "shop", "--pack", "fastapi-users", "--pack", "fastapi-orders", "--defaults"]).succeeds();
    assert_data_eq!(
        machine.read("shop/app/api/v1/router.py"),
        str![[r#"
"""The routes of version 1."""

from fastapi import APIRouter

from app.api.v1.endpoints.orders import router as orders
from app.api.v1.endpoints.users import router as users
from app.core.config import API_V1_PREFIX

router = APIRouter(prefix=API_V1_PREFIX)
router.include_router(orders)
router.include_router(users)

"#]]
    );
    let config = machine.read("shop/app/core/config.py");
    assert_eq!(lines_with(&config, "class Settings").len(), 1);
    assert_eq!(lines_with(&config, "jwt_key:").len(), 1);
    let readme = machine.read("shop/README.md");
    assert_eq!(lines_with(&readme, "## Callers").len(), 1);
    assert_eq!((lines_with(&readme, "## Orders").len(), lines_with(&readme, "## Users").len()), (1, 1));
    // Tokens and passwords are both checked by way of `cffi`.
    let requirements = machine.read("shop/requirements.txt");
    let packages = lines_with(&requirements, "==").into_iter().filter_map(|line| line.split("==").next());
    let mut once: Vec<&str> = packages.clone().collect();
    once.sort_unstable();
    once.dedup();
    assert_eq!(packages.count(), once.len(), "{once:?}");
    assert!(once.contains(&"cffi"), "{once:?}");
    // Neither pack's migrations come after the other's.
    for revision in ["20260105_orders", "20260126_users"] {
        let text = machine.read(&format!("shop/migrations/versions/{revision}.py"));
        assert_eq!(lines_with(&text, "down_revision"), ["down_revision = None"], "{revision}");
    }
}

/// Two services of one repository: one workflow checks both where they stand.
#[test]
fn services_in_folders_share_a_workflow() {
    let machine = Machine::new();
    let orders = ["--pack", "orders=fastapi-orders", "--at", "orders=services/orders"];
    let users = ["--pack", "users=fastapi-users", "--at", "users=services/users"];
    let rest = ["--pack", "gh-actions", "--defaults"];
    machine.run(&[&["new", "shop"][..], &orders, &users, &rest].concat()).succeeds();
    let workflow = machine.read("shop/.github/workflows/ci.yml");
    assert_data_eq!(
        lines_with(&workflow, "services/").join("\n"),
        str![[r#"
        working-directory: "services/orders"
        working-directory: "services/users"
          context: "services/orders"
          file: "services/orders/Dockerfile"
          context: "services/users"
          file: "services/users/Dockerfile"
"#]]
    );
    for service in ["orders", "users"] {
        assert!(machine.read(&format!("shop/services/{service}/README.md")).contains("actions/workflows/ci.yml"));
    }
    assert!(!machine.path("shop/README.md").exists());
}

/// A stack in the root for a service in a folder, whose README tells of it.
#[test]
fn a_stack_serves_a_service_in_a_folder() {
    let machine = Machine::new();
    let packs = ["--pack", "orders=fastapi-orders", "--at", "orders=services/orders", "--pack", "terraform-eks"];
    machine.run(&[&["new", "shop", "--defaults"][..], &packs].concat()).succeeds();
    assert!(machine.path("shop/infra/eks.tf").exists());
    assert!(machine.read("shop/services/orders/README.md").contains("They stand in the root of the repository"));
}

#[test]
fn without_callers_to_check_nothing_reads_tokens() {
    let machine = Machine::new();
    let packs = ["--pack", "fastapi-users", "--pack", "fastapi-orders"];
    machine.run(&[&["new", "shop", "--defaults", "--set", "auth=none"][..], &packs].concat()).succeeds();
    for (path, contents) in machine.tree("shop") {
        let text = String::from_utf8_lossy(&contents).to_lowercase();
        assert!(path == "scaffold.lock" || !(text.contains("jwt") || text.contains("core.security")), "{path}");
    }
}

#[test]
fn an_unknown_pack_is_told_its_neighbours() {
    let machine = Machine::new();
    let said = machine.run(&["new", "shop", "--pack", "fastapi-order", "--defaults"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[pack-unknown]: there is no pack `fastapi-order` in the registry `https://packs.scaffold.example/`

hint: did you mean `fastapi-orders`?

"#]]
    );
}

#[test]
fn a_version_that_is_not_there() {
    let machine = Machine::new();
    let said = machine.run(&["new", "shop", "--pack", "gh-actions@^9", "--defaults"]).fails();
    assert!(said.starts_with("error[no-version]"), "{said}");
}

#[test]
fn a_capability_that_a_pack_of_the_registry_provides() {
    let machine = Machine::new();
    let said = machine.run(&["new", "shop", "--pack", "terraform-eks", "--defaults"]).fails();
    assert!(said.contains("fastapi-base"), "{said}");
}

#[test]
fn the_registry_in_the_repository_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("registry");
    let problems = scaffold::registry::verify(&folder).err().unwrap_or_default();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, [""; 0]);
    let size = size(&folder);
    assert!(size <= 6 << 20, "registry/ has {size} bytes");
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() { size(&entry.path()) } else { metadata.len() }
        })
        .sum()
}

#[test]
fn services_in_folders_are_what_they_are_alone() {
    let machine = Machine::new();
    let uses = ["--pack", "orders=fastapi-orders", "--pack", "users=fastapi-users"];
    let places = ["--at", "orders=services/orders", "--at", "users=services/users", "--defaults"];
    let run = machine.run(&[&["new", "mono", "--name", "shop"], &uses[..], &places].concat()).succeeds();
    let steps = run.stderr.lines().filter(|line| line.contains("make ")).map(str::trim).collect::<Vec<_>>();
    assert_eq!(steps[0], "(cd services/orders && make install) # Make the virtual environment");
    assert_eq!(steps.len(), 4);
    for name in ["orders", "users"] {
        machine.run(&["new", "shop", "--pack", &format!("fastapi-{name}"), "--defaults"]).succeeds();
        let alone = machine.tree("shop").into_iter().filter(|(path, _)| !path.starts_with("scaffold.")).map(named);
        let there = machine.tree(&format!("mono/services/{name}")).into_iter();
        assert_eq!(there.map(named).collect::<Vec<_>>(), alone.collect::<Vec<_>>());
        std::fs::remove_dir_all(machine.path("shop")).unwrap();
    }
}

/// A file as text, without the headings that name instances.
fn named((path, contents): (String, Vec<u8>)) -> (String, String) {
    let text = String::from_utf8(contents).unwrap();
    (
        path,
        text.replace("# services-orders-fastapi-", "# fastapi-")
            .replace("# services-users-fastapi-", "# fastapi-")
            .replace("# orders\n", "# fastapi-orders\n")
            .replace("# users\n", "# fastapi-users\n"),
    )
}
