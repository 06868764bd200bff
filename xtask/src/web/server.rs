//! Servers of packs, until they are dropped.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::{process, setup};

/// How often, and after how long each time, a server is asked whether it is there.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Where a server with TLS has its certificate.
const CERTIFICATE: &str = "ssl_certificate server.pem;\n    ssl_certificate_key server.key;\n    ";

/// A running server.
pub struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
    authority: Option<PathBuf>,
}

impl Server {
    /// Python's own, if there is Python. Its log is what it says on standard error.
    pub fn python(folder: &Path, work: &Path) -> Outcome<Option<Self>> {
        if !process::runs("python3", &["--version"]) {
            return Ok(None);
        }
        let port = free_port()?;
        let log = work.join("python.log");
        let mut command = process::command("python3", folder);
        command.args(["-u", "-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]);
        command.stderr(File::create(&log).map_err(Failure::io(&log))?);
        Self::start(&mut command, port, log).map(Some)
    }

    /// nginx, if there is one.
    pub fn nginx(folder: &Path, work: &Path) -> Outcome<Option<Self>> {
        if !process::runs("nginx", &["-v"]) {
            return Ok(None);
        }
        let port = free_port()?;
        Self::start_nginx(folder, &own_folder(work, port)?, port, "").map(Some)
    }

    /// nginx as `localhost` with a certificate, if there are nginx and a program that makes certificates.
    pub fn nginx_with_tls(folder: &Path, work: &Path) -> Outcome<Option<Self>> {
        if !process::runs("nginx", &["-v"]) || !process::runs("openssl", &["version"]) {
            return Ok(None);
        }
        let port = free_port()?;
        let own = own_folder(work, port)?;
        make_certificate(&own)?;
        let mut server = Self::start_nginx(folder, &own, port, " ssl http2")?;
        server.authority = Some(own.join("authority.pem"));
        Ok(Some(server))
    }

    /// CNCF Distribution, if there is one; with a password file, it asks for a name and a password.
    pub fn containers(work: &Path, passwords: Option<&Path>) -> Outcome<Option<Self>> {
        if !process::runs("docker-registry", &["--version"]) {
            return Ok(None);
        }
        let port = free_port()?;
        let own = work.join(format!("containers-{port}"));
        fs::create_dir(&own).map_err(Failure::io(&own))?;
        let configuration = own.join("config.yml");
        let guard = passwords.map(|file| format!("auth: {{htpasswd: {{realm: packs, path: {}}}}}\n", file.display()));
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \
             127.0.0.1:{port}}}\n{}",
            own.join("data").display(),
            guard.unwrap_or_default()
        );
        fs::write(&configuration, text).map_err(Failure::io(&configuration))?;
        let log = own.join("log");
        let mut command = process::command("docker-registry", &own);
        command.arg("serve").arg(&configuration).stderr(File::create(&log).map_err(Failure::io(&log))?);
        Self::start(&mut command, port, log).map(Some)
    }

    /// Host and port, as addresses of containers have them.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn start_nginx(folder: &Path, own: &Path, port: u16, options: &str) -> Outcome<Self> {
        let (log, configuration) = (own.join("access.log"), own.join("nginx.conf"));
        let text = configuration_of(folder, own, port, options);
        fs::write(&configuration, text).map_err(Failure::io(&configuration))?;
        let mut command = process::command("nginx", own);
        command.arg("-e").arg(own.join("error.log")).arg("-p").arg(own).arg("-c").arg(&configuration);
        Self::start(&mut command, port, log)
    }

    fn start(command: &mut Command, port: u16, log: PathBuf) -> Outcome<Self> {
        let program = process::line(command);
        let child = command.stdout(Stdio::null()).spawn();
        let child = child.map_err(|error| Failure::new(format!("`{program}` can't be started: {error}")))?;
        let server = Self { child, port, log, authority: None };
        for _ in 0..TRIES {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(PAUSE);
        }
        Err(Failure::new(format!("`{program}` does not answer")))
    }

    /// Where it serves.
    pub fn url(&self) -> String {
        match self.authority {
            None => format!("http://127.0.0.1:{}/", self.port),
            Some(_) => format!("https://localhost:{}/", self.port),
        }
    }

    /// The certificate of the authority that vouches for it.
    pub fn authority(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    /// What it wrote down of the requests.
    pub fn log(&self) -> Outcome<String> {
        fs::read_to_string(&self.log).map_err(Failure::io(&self.log))
    }

    /// The paths that it was asked for, in order.
    pub fn requests(&self) -> Outcome<Vec<String>> {
        let log = self.log()?;
        let path = |line: &str| line.split("\"GET ").nth(1)?.split(' ').next().map(str::to_owned);
        Ok(log.lines().filter_map(path).collect())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder is read as the user who runs the check, whose folder it is; everything that nginx writes stays in its own.
fn configuration_of(folder: &Path, own: &Path, port: u16, options: &str) -> String {
    let user = if setup::is_root() { "user root;\n" } else { "" };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("  {kind}_temp_path {};\n", own.join(kind).display()))
        .collect();
    format!(
        "{user}daemon off;\nmaster_process off;\npid {pid};\nevents {{}}\nhttp {{\n  access_log {log};\n{temporary}  \
         gzip on;\n  gzip_types *;\n  default_type application/octet-stream;\n  server {{\n    listen \
         127.0.0.1:{port}{options};\n    {certificate}root {root};\n  }}\n}}\n",
        pid = own.join("pid").display(),
        log = own.join("access.log").display(),
        root = folder.display(),
        certificate = if options.is_empty() { "" } else { CERTIFICATE },
    )
}

fn own_folder(work: &Path, port: u16) -> Outcome<PathBuf> {
    let own = work.join(format!("nginx-{port}"));
    fs::create_dir(&own).map_err(Failure::io(&own))?;
    Ok(own)
}

/// Makes an authority, and a certificate for `localhost` that it vouches for.
fn make_certificate(own: &Path) -> Outcome<()> {
    let openssl = |arguments: &str| {
        let mut command = process::command("openssl", own);
        process::quietly(command.args(arguments.split(' ')))
    };
    let names = own.join("names");
    fs::write(&names, "subjectAltName=DNS:localhost\n").map_err(Failure::io(&names))?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!("req -x509 {key} -keyout authority.key -out authority.pem -days 2 -subj /CN=authority"))?;
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"))?;
    openssl(
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -out server.pem -days 2 \
         -extfile names",
    )
}

fn free_port() -> Outcome<u16> {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| Failure::new(format!("no free port: {error}")))
}
