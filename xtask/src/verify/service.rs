//! The promise of every generated service: `make install`, `make check`, `make run`.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::project::Project;
use super::tools::Tools;
use crate::checklist::Checklist;
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::postgres::{self, Postgres};
use crate::process;

/// How long a service may take to answer, and to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts to reach it.
const PAUSE: Duration = Duration::from_millis(200);
/// Where it says that it is ready, its database included.
const READY: &str = "/health/ready";

/// Installs, checks and serves the project, by uv where one is given and by pip otherwise.
pub fn check(project: &Project, tools: &Tools, uv: Option<PathBuf>, server: Option<&Postgres>, list: &mut Checklist) {
    if project.find("Makefile").is_none() {
        return;
    }
    let make = |target: &str| make(project, tools, uv.as_deref(), target);
    let by = if uv.is_some() { "make install, by uv" } else { "make install, by pip" };
    let installed = list.check(by, || passed(process::quietly(&mut make("install"))));
    if !installed {
        return;
    }
    list.check("make check", || match server {
        Some(server) => passed(process::quietly(make("check").env("TEST_DATABASE_URL", server.url()))),
        None => Ok(Verdict::Skipped("there is no PostgreSQL".to_owned())),
    });
    list.check("make migrate; make run serves, and stops", || match server {
        Some(server) => passed(serve(project, server, &make)),
        None => Ok(Verdict::Skipped("there is no PostgreSQL".to_owned())),
    });
}

/// One of the project's targets, with uv where it is given and without it otherwise.
pub fn make(project: &Project, tools: &Tools, uv: Option<&Path>, target: &str) -> Command {
    let mut make = tools.command("make", &project.folder);
    make.arg(target);
    match uv {
        // Last, because Python's tools bring a Python along, which is not the one to make environments with.
        Some(uv) => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let paths: Vec<_> = std::env::split_paths(&path).chain(uv.parent().map(Path::to_owned)).collect();
            make.env("PATH", std::env::join_paths(paths).unwrap_or(path));
        }
        // Even where the machine has it.
        None => {
            make.arg("UV=");
        }
    }
    make
}

fn passed(outcome: Outcome<()>) -> Outcome<Verdict> {
    outcome.map(|()| Verdict::Passed)
}

/// Starts the service on a database of its own, and asks it whether it is ready.
fn serve(project: &Project, server: &Postgres, make: &dyn Fn(&str) -> Command) -> Outcome<()> {
    let database = server.create_database(&project.name)?;
    process::quietly(make("migrate").env("DATABASE_URL", &database))?;
    let port = postgres::free_port()?;
    let mut run = make("run");
    run.arg(format!("PORT={port}")).env("DATABASE_URL", &database);
    let mut service = Service::start(&mut run)?;
    let start = Instant::now();
    let mut last = "it never answered".to_owned();
    while start.elapsed() < PATIENCE {
        if let Some(status) = service.ended()? {
            return Err(Failure::new(format!("`make run` ended: {status}")));
        }
        match get(port, READY) {
            Ok(answer) if answer.starts_with("HTTP/1.1 200 ") => return service.stop(),
            Ok(answer) => last = answer.lines().next().unwrap_or_default().to_owned(),
            Err(error) => last = error.to_string(),
        }
        std::thread::sleep(PAUSE);
    }
    Err(Failure::new(format!("`GET {READY}` has no good answer after {} s: {last}", PATIENCE.as_secs())))
}

/// One request on a connection of its own.
fn get(port: u16, path: &str) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A running service with everything that it started; it ends with this value at the latest.
struct Service(Child);

impl Service {
    fn start(command: &mut Command) -> Outcome<Self> {
        // A group of its own, by which make, the reloader and the server are reached together.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn();
        child.map(Self).map_err(|error| Failure::new(format!("`{}`: {error}", process::line(command))))
    }

    fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        self.0.try_wait().map_err(|error| Failure::new(format!("the service: {error}")))
    }

    /// Stops it as a terminal does on Ctrl-C.
    fn stop(mut self) -> Outcome<()> {
        self.signal("INT");
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.ended()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        Err(Failure::new(format!("`make run` does not end within {} s of an interrupt", PATIENCE.as_secs())))
    }

    /// Sends a signal to the whole group. There may be nobody left to take it.
    fn signal(&self, signal: &str) {
        let mut kill = process::command("sh", Path::new("/"));
        kill.args(["-c", "kill -s \"$1\" -- \"-$2\"", "sh", signal]).arg(self.0.id().to_string());
        let _ = process::output(&mut kill);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.0.wait();
    }
}
