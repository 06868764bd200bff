//! What becomes of a deployed service that is given another pack, or newer versions of those that it has.
//!
//! Its database has gone on by then, and its owner has written models and migrations and has edited what packs made. The
//! new pack's tables must come beside all that, whichever pack was first, and nothing may be lost.

use std::fs;
use std::path::PathBuf;

use super::project::{Composition, Project, Scaffold};
use super::service;
use super::tools::Tools;
use crate::checklist::Checklist;
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::postgres::Postgres;
use crate::process;

/// A service that is made with one pack, and has both later.
struct Life {
    name: &'static str,
    pack: &'static str,
    /// What is added later on.
    added: &'static [&'static str],
    /// The pack's table, and the one that comes later.
    tables: [Table; 2],
}

/// The last one begins with versions that were published when there was no other resource, and moves on to those of
/// today.
const LIVES: &[Life] = &[
    Life { name: "orders, then users", pack: "fastapi-orders", added: &["fastapi-users"], tables: [ORDERS, USERS] },
    Life { name: "users, then orders", pack: "fastapi-users", added: &["fastapi-orders"], tables: [USERS, ORDERS] },
    Life {
        name: "orders 0.1, then both of today",
        pack: "fastapi-orders@=0.1.0",
        added: &["fastapi-orders@^0.2", "fastapi-users"],
        tables: [ORDERS, USERS],
    },
];

/// A table, and the rest of a statement that puts a row into it.
#[derive(Clone, Copy)]
struct Table(&'static str, &'static str);

const ORDERS: Table = Table(
    "orders",
    "(id, customer_id, status, total_price) VALUES (gen_random_uuid(), gen_random_uuid(), 'PENDING', 19.99)",
);
const USERS: Table = Table("users", "(username, email, hashed_password) VALUES ('ann', 'ann@example.com', 'no hash')");
const NOTES: Table = Table("notes", "(text) VALUES ('remember the milk')");

/// What the owner adds: a model, which is changed later on.
const NOTE: &str = r#""""Notes."""

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
"#;
const CHANGE: &str = "    pinned: Mapped[bool | None]\n";
const MODEL: &str = "app/models/note.py";
/// Where models are named, after which line, and how.
const MODELS: &str = "app/models/__init__.py";
const BASE_IMPORT: &str = "from app.db.base import Base\n";
const NOTE_IMPORT: &str = "from app.models.note import Note\n";
/// What else the owner adds at the top of what packs made.
const EDITS: [(&str, &str); 2] = [
    ("Makefile", "# The notes are ours.\n"),
    (".env.example", "# NOTES_LIMIT is read by the notes, which are ours.\n"),
];

/// Lives every life.
pub fn check(scaffold: &Scaffold, tools: &Tools, server: Option<&Postgres>, list: &mut Checklist) {
    for (at, life) in LIVES.iter().enumerate() {
        list.check(life.name, || {
            let Some(server) = server else { return Ok(Verdict::Skipped("there is no PostgreSQL".to_owned())) };
            let Some(uv) = tools.python("uv") else {
                return Ok(Verdict::Skipped("Python's tools are not installed".to_owned()));
            };
            let place = format!("life-{at}");
            let packs = std::slice::from_ref(&life.pack);
            let project =
                scaffold.make_below(&place, &Composition { name: "shop", packs, answers: &[], places: &[] })?;
            let database = place.replace('-', "_");
            let url = server.create_database(&database)?;
            let service = Service { project, tools, uv, server, database, url };
            service.is_deployed(life)?;
            scaffold.run_in(&service.project, &[&["add"], life.added].concat())?;
            scaffold.run_in(&service.project, &["check"])?;
            service.goes_on(life)?;
            Ok(Verdict::Passed)
        });
    }
}

/// A service with its database.
struct Service<'a> {
    project: Project,
    tools: &'a Tools,
    uv: PathBuf,
    server: &'a Postgres,
    database: String,
    url: String,
}

impl Service<'_> {
    /// Its database is in use, and its owner has added a table.
    fn is_deployed(&self, life: &Life) -> Outcome<()> {
        self.make(&["install"])?;
        self.make(&["migrate"])?;
        self.insert(life.tables[0])?;
        self.write(MODEL, NOTE)?;
        self.edit(MODELS, |text| text.replace(BASE_IMPORT, &format!("{BASE_IMPORT}{NOTE_IMPORT}")))?;
        for (path, addition) in EDITS {
            self.edit(path, |text| format!("{addition}{text}"))?;
        }
        self.make(&["migration", "m=add notes"])?;
        self.make(&["migrate"])?;
        self.insert(NOTES)
    }

    /// The other pack's files are there: the same database is brought up to date, and its owner goes on.
    fn goes_on(&self, life: &Life) -> Outcome<()> {
        for (path, addition) in EDITS.into_iter().chain([(MODELS, NOTE_IMPORT)]) {
            let is_kept = self.read(path)?.contains(addition);
            if !is_kept {
                return Err(Failure::new(format!("`{path}` lost its owner's edit")));
            }
        }
        self.make(&["install"])?;
        self.make(&["migrate"])?;
        self.insert(life.tables[1])?;
        self.write(MODEL, &format!("{NOTE}{CHANGE}"))?;
        self.make(&["migration", "m=pin notes"])?;
        self.make(&["migrate"])?;
        for table in [ORDERS, USERS, NOTES] {
            self.has_its_row(table)?;
        }
        let folder = &self.project.folder;
        let program = |name: &str| self.tools.command(folder.join(".venv/bin").join(name), folder);
        process::quietly(program("alembic").arg("check").env("DATABASE_URL", &self.url))?;
        self.make(&["lint"])?;
        // All tests where versions moved on; where a pack joined, they are the ones of a new project with both.
        let tests: &[&str] = if life.pack.contains('@') { &[] } else { &["tests/test_migrations.py"] };
        process::quietly(program("pytest").args(tests).env("TEST_DATABASE_URL", self.server.url()))
    }

    fn make(&self, words: &[&str]) -> Outcome<()> {
        let (target, variables) = words.split_first().ok_or_else(|| Failure::new("no target"))?;
        let mut make = service::make(&self.project, self.tools, Some(&self.uv), target);
        process::quietly(make.args(variables).env("DATABASE_URL", &self.url))
    }

    fn insert(&self, Table(table, row): Table) -> Outcome<()> {
        self.server.query(&self.database, &format!("INSERT INTO {table} {row}")).map(drop)
    }

    fn has_its_row(&self, Table(table, _): Table) -> Outcome<()> {
        match self.server.query(&self.database, &format!("SELECT count(*) FROM {table}"))?.trim() {
            "1" => Ok(()),
            count => Err(Failure::new(format!("`{table}` has {count} rows where one was put"))),
        }
    }

    fn write(&self, path: &str, text: &str) -> Outcome<()> {
        let path = self.project.folder.join(path);
        fs::write(&path, text).map_err(Failure::io(&path))
    }

    fn read(&self, path: &str) -> Outcome<String> {
        let path = self.project.folder.join(path);
        fs::read_to_string(&path).map_err(Failure::io(&path))
    }

    /// The owner's hand in a file that packs made.
    fn edit(&self, path: &str, edit: impl FnOnce(&str) -> String) -> Outcome<()> {
        let text = self.read(path)?;
        self.write(path, &edit(&text))
    }
}
