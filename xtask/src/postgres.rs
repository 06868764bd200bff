//! A PostgreSQL server that lives as long as a check.
//!
//! Its data are in a temporary folder, it listens on a free port of the loopback interface only, and it is stopped and
//! removed when the value is dropped, whatever became of the check. PostgreSQL refuses to run as root: there it runs as
//! a user of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::failure::{Failure, Outcome};
use crate::{process, setup};

/// Users that may run the server when root starts it, in order of preference.
const USERS: &[&str] = &["postgres", "nobody"];

/// How often another port is tried when somebody was faster.
const ATTEMPTS: u32 = 3;

/// A running server.
pub struct Postgres {
    programs: PathBuf,
    user: Option<User>,
    folder: TempDir,
    port: u16,
}

/// Whom the server runs as.
struct User {
    id: String,
    group: String,
}

impl Postgres {
    /// Makes a new cluster and starts it.
    pub fn start() -> Outcome<Self> {
        let programs = programs()?;
        let user = if setup::is_root() { Some(unprivileged()?) } else { None };
        let folder = tempfile::Builder::new()
            .prefix("scaffold-postgres-")
            .tempdir()
            .map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
        let mut server = Self { programs, user, folder, port: 0 };
        server.make_cluster()?;
        for attempt in 1.. {
            server.port = free_port()?;
            match server.launch() {
                Ok(()) => break,
                Err(failure) if attempt == ATTEMPTS => return Err(failure),
                Err(_) => {}
            }
        }
        Ok(server)
    }

    /// Where the database `postgres` is, for SQLAlchemy with asyncpg.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes an empty database, and says where it is.
    pub fn create_database(&self, name: &str) -> Outcome<String> {
        let mut create = self.program("createdb");
        create.args(["--host=127.0.0.1", "--username=postgres", "--port"]).arg(self.port.to_string()).arg(name);
        process::output(&mut create)?;
        Ok(self.url_of(name))
    }

    /// Runs SQL in one of its databases, and returns the values that come of it, a row a line.
    pub fn query(&self, database: &str, sql: &str) -> Outcome<String> {
        let mut psql = self.program("psql");
        psql.args(["--host=127.0.0.1", "--username=postgres", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        psql.args(["--set=ON_ERROR_STOP=1", "--command", sql, "--port"]).arg(self.port.to_string()).arg(database);
        process::output(&mut psql)
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgresql+asyncpg://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn make_cluster(&self) -> Outcome<()> {
        if let Some(user) = &self.user {
            let owner = format!("{}:{}", user.id, user.group);
            process::output(process::command("chown", Path::new("/")).arg(owner).arg(self.folder.path()))?;
        }
        let mut initdb = self.program("initdb");
        // Nobody but this machine's users reaches the server, and nothing in it outlives the check.
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        process::output(initdb.arg("--pgdata").arg(self.data())).map(drop)
    }

    fn launch(&self) -> Outcome<()> {
        let folder = self.folder.path();
        let log = folder.join("log");
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
            self.port,
            folder.display()
        );
        let mut start = self.program("pg_ctl");
        start.arg("--pgdata").arg(self.data()).arg("--log").arg(&log).args(["--wait", "--options", &options, "start"]);
        // Not through a pipe: the server would inherit it, and reading it would never end.
        process::run(start.stdout(Stdio::null())).map_err(|failure| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            Failure::new(format!("{failure}\n{}", log.trim_end()))
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of PostgreSQL's programs, run as the server's user, with no `PG...` variable to lead it elsewhere.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = process::command("setpriv", self.folder.path());
                command.arg(format!("--reuid={}", user.id)).arg(format!("--regid={}", user.group));
                command.arg("--clear-groups").arg(program);
                command
            }
            None => process::command(program, self.folder.path()),
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if !self.data().join("postmaster.pid").exists() {
            return;
        }
        let mut stop = self.program("pg_ctl");
        stop.arg("--pgdata").arg(self.data()).args(["--mode=immediate", "--wait", "stop"]);
        if let Err(failure) = process::run(stop.stdout(Stdio::null())) {
            eprintln!("warning: PostgreSQL on port {} is still running: {failure}", self.port);
        }
    }
}

/// The folder of the server's programs, of the newest version that is installed.
pub fn programs() -> Outcome<PathBuf> {
    let configured = process::output(process::command("pg_config", Path::new("/")).arg("--bindir"));
    let mut folders: Vec<_> = configured.into_iter().map(|folder| PathBuf::from(folder.trim_end())).collect();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "createdb", "psql"].iter().all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(complete).ok_or_else(|| {
        Failure::new("PostgreSQL's server is not installed\nhint: on Debian as root, `apt-get install postgresql`")
    })
}

fn unprivileged() -> Outcome<User> {
    let ask = |flag, user| process::output(process::command("id", Path::new("/")).args([flag, user]));
    let user = USERS.iter().find_map(|user| {
        let (id, group) = (ask("-u", user).ok()?, ask("-g", user).ok()?);
        Some(User { id: id.trim_end().to_owned(), group: group.trim_end().to_owned() })
    });
    user.ok_or_else(|| Failure::new("PostgreSQL can't run as root, and there is no other user to run it"))
}

/// A port of the loopback interface that nobody uses now.
pub fn free_port() -> Outcome<u16> {
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| Failure::new(format!("no free port: {error}")))
}
