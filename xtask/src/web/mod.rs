//! A registry behind the web servers that people run, one that is large, and one of containers.
//!
//! The project that comes of it must be the one that the registry in the program gives, and the servers' own logs say
//! what was asked for.

mod containers;
mod large;
mod resolving;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use self::server::Server;
use crate::checklist::{Checklist, Made};
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::process;

/// How many packs the large registry has, and versions of each.
const PACKS: usize = 10_000;
const VERSIONS: usize = 20;

/// What is composed.
const PACK: &str = "fastapi-orders";

/// Runs the checks.
pub fn check(root: &Path) -> Outcome<Verdict> {
    process::run(process::command("cargo", root).args(["build", "--profile", "ci", "--bin", "scaffold", "--locked"]))?;
    let folder = tempfile::Builder::new()
        .prefix("scaffold-web-")
        .tempdir()
        .map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let user = User::new(folder.path())?;
    let registry = root.join("registry");
    let mut list = Checklist::default();
    let expected = list.make("the registry in the program", || user.make("expected", None).map(Made::Done));
    let Some(expected) = expected else { return list.verdict() };
    list.check("python -m http.server", || match Server::python(&registry, folder.path())? {
        Some(server) => user.compare(&server, "python", &expected),
        None => Ok(Verdict::Skipped("python3 is not installed".to_owned())),
    });
    list.check("nginx", || match Server::nginx(&registry, folder.path())? {
        Some(server) => user.compare(&server, "nginx", &expected),
        None => Ok(Verdict::Skipped("nginx is not installed".to_owned())),
    });
    list.check("nginx with TLS speaks HTTP/2", || match Server::nginx_with_tls(&registry, folder.path())? {
        Some(server) => user.compare(&server, "tls", &expected).and_then(|verdict| {
            let asked = server.log()?;
            let all = asked.lines().all(|line| line.contains("HTTP/2"));
            if all { Ok(verdict) } else { Err(Failure::new(format!("not all of this is HTTP/2:\n{asked}"))) }
        }),
        None => Ok(Verdict::Skipped("nginx or openssl is not installed".to_owned())),
    });
    list.check(&format!("nginx with {PACKS} packs more"), || {
        let large = folder.path().join("large");
        large::make(&registry, &large, PACKS, VERSIONS)?;
        match Server::nginx(&large, folder.path())? {
            Some(server) => user.compare(&server, "large", &expected),
            None => Ok(Verdict::Skipped("nginx is not installed".to_owned())),
        }
    });
    containers::check(&mut list, &user, &registry, &expected);
    for packs in [resolving::IN_PLAY, PACKS] {
        list.check(&format!("resolving {} of {packs} packs", resolving::IN_PLAY), || {
            let is_made = packs == PACKS;
            let served = folder.path().join(if is_made { "large" } else { "small" });
            if !is_made {
                large::make(&registry, &served, packs, VERSIONS)?;
            }
            match Server::nginx(&served, folder.path())? {
                Some(server) => resolving::check(&server, &served.join("home")).map(|()| Verdict::Passed),
                None => Ok(Verdict::Skipped("nginx is not installed".to_owned())),
            }
        });
    }
    list.verdict()
}

/// Someone who uses the program under test.
struct User {
    program: PathBuf,
    folder: PathBuf,
}

impl User {
    /// The program that cargo put beside this one; it works below `folder`.
    fn new(folder: &Path) -> Outcome<Self> {
        let this = std::env::current_exe().map_err(|error| Failure::new(format!("where xtask is: {error}")))?;
        let program = this.with_file_name(format!("scaffold{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { program, folder: folder.to_owned() })
    }

    fn command(&self, home: &str, server: Option<&Server>) -> Command {
        let mut command = process::command(&self.program, &self.folder);
        command.env("SCAFFOLD_HOME", self.folder.join(home)).env("SOURCE_DATE_EPOCH", "1767225600");
        command.env_remove("SCAFFOLD_REGISTRY").env_remove("SSL_CERT_FILE");
        if let Some(server) = server {
            command.env("SCAFFOLD_REGISTRY", server.url());
        }
        if let Some(authority) = server.and_then(Server::authority) {
            command.env("SSL_CERT_FILE", authority);
        }
        command
    }

    /// Makes a project in a folder of its own, with a home of its own.
    fn make(&self, name: &str, server: Option<&Server>) -> Outcome<PathBuf> {
        let project = self.folder.join(name).join("shop");
        let mut command = self.command(&format!("{name}-home"), server);
        process::quietly(command.args(["new", "--defaults", "--pack", PACK]).arg(&project))?;
        Ok(project)
    }

    /// Makes the same project from a server, twice: once with all that has to be asked for, once with nothing.
    fn compare(&self, server: &Server, name: &str, expected: &Path) -> Outcome<Verdict> {
        let project = self.make(name, Some(server))?;
        process::quietly(process::command("diff", &self.folder).arg("-r").args([expected, project.as_path()]))?;
        let lock = project.join("scaffold.lock");
        let text = std::fs::read_to_string(&lock).map_err(Failure::io(&lock))?;
        let packs = text.matches("[[pack]]").count();
        let asked = server.requests()?;
        let count = |start: &str| asked.iter().filter(|path| path.starts_with(start)).count();
        let counts = (count("/config.json"), count("/index/"), count("/blobs/"), asked.len());
        if counts != (1, packs, packs, 1 + 2 * packs) {
            return Err(Failure::new(format!("for {packs} packs these were asked for:\n    {}", asked.join("\n    "))));
        }
        std::fs::remove_dir_all(&project).map_err(Failure::io(&project))?;
        self.make(name, Some(server))?;
        match server.requests()?.len() - asked.len() {
            0 => Ok(Verdict::Passed),
            more => Err(Failure::new(format!("{more} requests for what was here"))),
        }
    }
}
