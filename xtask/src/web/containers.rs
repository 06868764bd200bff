//! Packs in a registry of containers that people run, and with the tools that they use there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scaffold::model::PackId;
use scaffold::project::Lock;
use scaffold::registry::blob_path;

use super::server::Server;
use super::{PACK, User};
use crate::checklist::Checklist;
use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;
use crate::process;

/// `ci` with the password `s3cret`, as the registry reads its file.
const PASSWORDS: &str = "ci:$2b$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n";
/// The same, as `docker login` writes it.
const LOGIN: &str = "Y2k6czNjcmV0";

/// Runs the checks. `expected` is the project that the registry in the program gives.
pub fn check(list: &mut Checklist, user: &User, registry: &Path, expected: &Path) {
    let start = |name: &'static str, passwords: Option<&Path>| {
        let server = Server::containers(&user.folder, passwords)?;
        Ok(server.map(|server| {
            let host = server.host();
            (server, Containers { user, host, name, registry, expected })
        }))
    };
    list.check("CNCF Distribution", || match start("containers", None)? {
        Some((server, containers)) => containers.compare(server),
        None => Ok(absent("docker-registry")),
    });
    list.check("CNCF Distribution with a password", || {
        let passwords = user.folder.join("passwords");
        fs::write(&passwords, PASSWORDS).map_err(Failure::io(&passwords))?;
        match start("guarded", Some(&passwords))? {
            Some((_server, containers)) => containers.log_in(),
            None => Ok(absent("docker-registry")),
        }
    });
    list.check("skopeo", || match start("skopeo", None)? {
        Some(_) if !process::runs("skopeo", &["--version"]) => Ok(absent("skopeo")),
        Some((_server, containers)) => containers.copy(),
        None => Ok(absent("docker-registry")),
    });
    // No distribution has it, and it is slow to build: what it writes is kept in `tests/wkg`.
    if process::runs("wkg", &["--version"]) {
        list.check("wkg", || match start("wkg", None)? {
            Some((_server, containers)) => containers.exchange(),
            None => Ok(absent("docker-registry")),
        });
    }
}

fn absent(program: &str) -> Verdict {
    Verdict::Skipped(format!("{program} is not installed"))
}

/// Someone who uses a registry of containers.
struct Containers<'a> {
    user: &'a User,
    /// Where it is.
    host: String,
    /// Names the user's folders.
    name: &'static str,
    /// Where the packs are from.
    registry: &'a Path,
    /// What becomes of them.
    expected: &'a Path,
}

impl Containers<'_> {
    /// Publishes, makes the project from there, and makes it once more when the registry has gone.
    fn compare(&self, server: Server) -> Outcome<Verdict> {
        for (_, file) in self.packs()? {
            process::quietly(&mut self.publish(&file))?;
            // What is there already is left as it is.
            process::quietly(&mut self.publish(&file))?;
        }
        process::quietly(self.command().args(["install", &self.spec("acme", PACK)]))?;
        drop(server);
        self.make(&["--offline"])?;
        Ok(Verdict::Passed)
    }

    /// Is refused without a password, and let in with one, whoever keeps it.
    fn log_in(&self) -> Outcome<Verdict> {
        let packs = self.packs()?;
        let refused = packs.iter().all(|(_, file)| process::quietly(&mut self.publish(file)).is_err());
        if !refused {
            return Err(Failure::new("whoever has no password may publish"));
        }
        let login = format!("{{\"auths\": {{\"{}\": {{\"auth\": \"{LOGIN}\"}}}}}}\n", self.host);
        let docker = self.user.folder.join("docker");
        fs::create_dir_all(&docker).map_err(Failure::io(&docker))?;
        let file = docker.join("config.json");
        fs::write(&file, login).map_err(Failure::io(&file))?;
        for (_, file) in &packs {
            process::quietly(self.publish(file).env("DOCKER_CONFIG", &docker))?;
        }
        let config = self.user.folder.join(format!("{}-home/config", self.name));
        fs::create_dir_all(&config).map_err(Failure::io(&config))?;
        let file = config.join("credentials.toml");
        let own = format!("[\"oci://{}\"]\nusername = \"ci\"\npassword = \"s3cret\"\n", self.host);
        fs::write(&file, own).map_err(Failure::io(&file))?;
        process::quietly(process::command("chmod", &config).arg("600").arg(&file))?;
        self.make(&[])?;
        Ok(Verdict::Passed)
    }

    /// Has skopeo read what was published, and copy it to where it is read again.
    fn copy(&self) -> Outcome<Verdict> {
        for (pack, file) in self.packs()? {
            process::quietly(&mut self.publish(&file))?;
            let at = |prefix: &str| format!("docker://{}/{prefix}/{}:{}", self.host, pack.name, pack.version);
            let skopeo =
                |arguments: &[&str]| process::output(process::command("skopeo", &self.user.folder).args(arguments));
            let manifest = skopeo(&["inspect", "--raw", "--tls-verify=false", &at("acme")])?;
            if !manifest.contains("\"application/wasm\"") {
                return Err(Failure::new(format!("skopeo read this:\n{manifest}")));
            }
            skopeo(&["copy", "--src-tls-verify=false", "--dest-tls-verify=false", &at("acme"), &at("mirror")])?;
            let digest = self.info("acme", &pack)?;
            if digest != self.info("mirror", &pack)? {
                return Err(Failure::new(format!("the copy of {pack} is another artifact")));
            }
        }
        Ok(Verdict::Passed)
    }

    /// Has wkg pull what was published, and push what is read here.
    fn exchange(&self) -> Outcome<Verdict> {
        for (pack, file) in self.packs()? {
            process::quietly(&mut self.publish(&file))?;
            let wkg = |arguments: &[&str]| {
                let mut command = process::command("wkg", &self.user.folder);
                command.args(["oci", arguments[0], "--insecure", &self.host]).args(&arguments[1..]);
                process::quietly(&mut command)
            };
            let at = |prefix: &str| format!("{}/{prefix}/{}:{}", self.host, pack.name, pack.version);
            let pulled = self.user.folder.join("pulled.wasm");
            wkg(&["pull", &at("acme"), "--output", &pulled.to_string_lossy()])?;
            process::quietly(process::command("cmp", &self.user.folder).args([&pulled, &file]))?;
            wkg(&["push", &at("pushed"), &file.to_string_lossy()])?;
            self.info("pushed", &pack)?;
        }
        Ok(Verdict::Passed)
    }

    /// The packs of the expected project, and the files that they are in.
    fn packs(&self) -> Outcome<Vec<(PackId, PathBuf)>> {
        let file = self.expected.join("scaffold.lock");
        let text = fs::read_to_string(&file).map_err(Failure::io(&file))?;
        let lock = Lock::parse(&text).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        let pack = |pack: &scaffold::project::LockedPack| {
            let id = PackId { name: pack.name.clone(), version: pack.version.clone() };
            (id, self.registry.join(blob_path(&pack.checksum)))
        };
        Ok(lock.packs.iter().map(pack).collect())
    }

    /// Makes the project, which must be the expected one but for where its packs are from.
    fn make(&self, options: &[&str]) -> Outcome<()> {
        let project = self.user.folder.join(self.name).join("shop");
        let spec = self.spec("acme", PACK);
        process::quietly(self.command().args(["new", "--defaults", "--pack", &spec]).args(options).arg(&project))?;
        let mut diff = process::command("diff", &self.user.folder);
        diff.args(["-r", "-x", "scaffold.lock", "-x", "scaffold.toml"]).args([self.expected, project.as_path()]);
        process::quietly(&mut diff)
    }

    /// The digest of the artifact of a pack.
    fn info(&self, prefix: &str, pack: &PackId) -> Outcome<String> {
        let spec = format!("{}:{}", self.spec(prefix, pack.name.as_str()), pack.version);
        let info = process::output(self.command().args(["info", &spec]))?;
        let artifact = info.lines().find_map(|line| line.strip_prefix("artifact")?.split('@').nth(1));
        artifact.map(str::to_owned).ok_or_else(|| Failure::new(format!("no artifact in this:\n{info}")))
    }

    fn publish(&self, file: &Path) -> Command {
        let mut command = self.command();
        command.arg("publish").arg(file).arg("--registry").arg(format!("oci://{}/acme", self.host));
        command
    }

    fn spec(&self, prefix: &str, pack: &str) -> String {
        format!("oci://{}/{prefix}/{pack}", self.host)
    }

    fn command(&self) -> Command {
        let mut command = self.user.command(&format!("{}-home", self.name), None);
        command.env("DOCKER_CONFIG", self.user.folder.join("nowhere"));
        command
    }
}
