//! Makes projects as a user would, and checks what came of it with the tools that will read it.
//!
//! What is checked follows from what a project has: a Makefile, Terraform, manifests, workflows. So a composition is
//! a line in [`COMPOSITIONS`], and the slow checks run where there is something for them alone. Every check is one line
//! of the account; one that can't run here says why.

mod containers;
mod kubernetes;
mod life;
mod project;
mod service;
mod terraform;
mod tools;
mod workflows;

use std::path::Path;

use self::project::{Composition, Project, Scaffold};
use self::tools::Tools;
use crate::checklist::{Checklist, Made};
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::postgres::{self, Postgres};
use crate::process;

/// What is composed. The first has everything, and is also made in other orders.
const COMPOSITIONS: &[Composition] = &[
    Composition {
        name: "shop",
        packs: &["fastapi-orders", "fastapi-users", "terraform-eks", "gh-actions"],
        answers: &[],
        places: &[],
    },
    Composition {
        name: "gateway",
        packs: &["fastapi-users", "fastapi-orders", "gh-actions"],
        answers: &["auth=none"],
        places: &[],
    },
    Composition {
        name: "orders",
        packs: &["fastapi-orders", "terraform-eks", "gh-actions"],
        answers: &[],
        places: &[],
    },
    Composition { name: "users", packs: &["fastapi-users", "terraform-eks", "gh-actions"], answers: &[], places: &[] },
    Composition { name: "guarded", packs: &["fastapi-auth"], answers: &[], places: &[] },
    Composition {
        name: "services",
        packs: &["orders=fastapi-orders", "users=fastapi-users", "gh-actions"],
        answers: &[],
        places: &["orders=services/orders", "users=services/users"],
    },
    Composition { name: "bare", packs: &["fastapi-base"], answers: &[], places: &[] },
];

/// Makes and checks every composition.
pub fn verify(root: &Path) -> Outcome<Verdict> {
    process::run(process::command("cargo", root).args(["build", "--profile", "ci", "--bin", "scaffold", "--locked"]))?;
    let folder = tempfile::Builder::new()
        .prefix("scaffold-verify-")
        .tempdir()
        .map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let mut list = Checklist::default();
    let tools = Tools::install(root, &mut list)?;
    let server = list.make("PostgreSQL starts", || match postgres::programs() {
        Ok(_) => Postgres::start().map(Made::Done),
        Err(failure) => Ok(Made::Skipped(failure.to_string())),
    });
    let scaffold = Scaffold::new(folder.path())?;
    for (at, composition) in COMPOSITIONS.iter().enumerate() {
        let is_first = at == 0;
        println!("  -- {}", composition.text());
        let made = list.make("scaffold new", || scaffold.make(composition).map(Made::Done));
        let Some(project) = made else { continue };
        if is_first {
            list.check("any order of --pack gives the same bytes", || scaffold.compare_orders(composition, &project));
        }
        check(&project, &tools, server.as_ref(), is_first, &mut list);
    }
    println!("  -- services that are given another pack later");
    let scaffold = scaffold.with_registry(root.join("registry"));
    life::check(&scaffold, &tools, server.as_ref(), &mut list);
    list.verdict()
}

/// Runs every check that the project has something for.
fn check(project: &Project, tools: &Tools, server: Option<&Postgres>, is_first: bool, list: &mut Checklist) {
    // The first is installed by pip, as on a machine that has nothing else.
    let uv = if is_first { None } else { tools.python("uv") };
    service::check(project, tools, uv, server, list);
    terraform::check(project, tools, list);
    kubernetes::check(project, tools, list);
    workflows::check(project, tools, list);
    containers::check(project, tools, list);
}
