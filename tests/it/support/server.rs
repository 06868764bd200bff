//! A web server over a folder, as honest or as hostile as a test needs.
//!
//! It speaks just enough HTTP/1.1 for one request a connection, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use scaffold::model::Digest;

/// What a client asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// What it is answered.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// How a body comes.
pub enum Body {
    /// Whole, with its length.
    Whole(Vec<u8>),
    /// The length is that of the whole, and the connection ends after so many bytes.
    Cut(Vec<u8>, usize),
    /// This over and over.
    Endless(Vec<u8>),
    /// A byte now and then, with the length of the whole.
    Drip(Vec<u8>),
    /// Not even a head.
    Silence,
    /// The connection is closed without a word.
    Close,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Whole(body.into()) }
    }

    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Vec::new()) }
    }

    pub fn redirect(to: &str) -> Self {
        Self::status(302).header("Location", to)
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn with(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// The head alone, which says how long the body would be.
    fn without_body(self) -> Self {
        match self.body {
            Body::Whole(bytes) => Self { body: Body::Cut(bytes, 0), ..self },
            body => Self { body, ..self },
        }
    }

    /// The bytes of a whole body.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Whole(bytes) => bytes,
            _ => panic!("the body is not whole"),
        }
    }
}

/// Packs bytes as servers do.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Twist = Arc<dyn Fn(&Request, Reply) -> Reply + Send + Sync>;

struct Shared {
    folder: PathBuf,
    twist: Mutex<Twist>,
    requests: Mutex<Vec<Request>>,
    stop: Stop,
    tls: Option<Arc<ServerConfig>>,
}

/// A server, until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves a folder over plain HTTP.
    pub fn start(folder: &Path) -> Self {
        Self::run(folder, None)
    }

    /// Serves a folder over TLS as `localhost`, and gives the certificate of the authority that vouches for it.
    pub fn start_tls(folder: &Path) -> (Self, String) {
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let issuer = rcgen::CertifiedIssuer::self_signed(authority, key).unwrap();
        let own = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&own, &issuer).unwrap();
        let key = PrivateKeyDer::try_from(own.serialize_der()).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        (Self::run(folder, Some(Arc::new(config))), issuer.pem())
    }

    fn run(folder: &Path, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            twist: Mutex::new(Arc::new(|_, honest| honest)),
            requests: Mutex::default(),
            stop: Stop::default(),
            tls,
        });
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        match self.shared.tls {
            None => format!("http://{}/", self.address),
            Some(_) => format!("https://localhost:{}/", self.address.port()),
        }
    }

    /// Answers something else from now on, given the request and the honest reply.
    pub fn twist(&self, twist: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) {
        *self.shared.twist.lock().unwrap() = Arc::new(twist);
    }

    /// Twists the replies to requests whose path begins so.
    pub fn twist_at(&self, path: &'static str, twist: impl Fn(Reply) -> Reply + Send + Sync + 'static) {
        self.twist(move |request, honest| if request.path.starts_with(path) { twist(honest) } else { honest });
    }

    /// Is honest again.
    pub fn heal(&self) {
        self.twist(|_, honest| honest);
    }

    /// What was asked since the last time, in order.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The paths of it, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.requests().into_iter().map(|request| request.path).collect();
        paths.sort();
        paths
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.tell();
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stop.is_told() {
            break;
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            let stream = stream.unwrap();
            // A client that has gone ends the conversation, which is no failure of the server.
            let _ = match &shared.tls {
                None => converse(stream, &shared),
                Some(config) => {
                    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                    converse(StreamOwned::new(connection, stream), &shared)
                }
            };
        });
    }
}

/// Tells conversations that the server ends. Nobody is kept from hearing of it by others who wait for it.
#[derive(Default)]
struct Stop {
    told: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn tell(&self) {
        *self.told.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn is_told(&self) -> bool {
        *self.told.lock().unwrap()
    }

    /// Waits for a moment, or less where the server ends; whether it goes on.
    fn pause(&self) -> bool {
        let told = self.told.lock().unwrap();
        !*self.changed.wait_timeout_while(told, Duration::from_millis(50), |told| !*told).unwrap().0
    }
}

fn converse(stream: impl Read + Write, shared: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let Some(request) = read_request(&mut stream)? else { return Ok(()) };
    shared.requests.lock().unwrap().push(request.clone());
    let honest = honest(&shared.folder, &request);
    let twist = Arc::clone(&shared.twist.lock().unwrap());
    let reply = twist(&request, honest);
    let reply = if request.method == "HEAD" { reply.without_body() } else { reply };
    send(stream.get_mut(), reply, &shared.stop)
}

fn read_request(stream: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let method = method.to_owned();
    // A proxy is given the whole address.
    let path = target.strip_prefix("http://packs.example").unwrap_or(target).to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(Request { method, path, headers, body }))
}

/// What an ordinary server would say.
fn honest(folder: &Path, request: &Request) -> Reply {
    match std::fs::read(folder.join(request.path.trim_start_matches('/'))) {
        Err(_) => Reply::status(404),
        Ok(bytes) => {
            let tag = format!("\"{}\"", &Digest::of(&bytes).hex()[..16]);
            let unchanged = request.headers.get("if-none-match") == Some(&tag);
            if unchanged { Reply::status(304) } else { Reply::ok(bytes) }.header("ETag", &tag)
        }
    }
}

fn send(stream: &mut impl Write, reply: Reply, stop: &Stop) -> std::io::Result<()> {
    let length = match &reply.body {
        Body::Whole(bytes) | Body::Cut(bytes, _) | Body::Drip(bytes) => Some(bytes.len()),
        Body::Endless(_) => None,
        Body::Silence => {
            while stop.pause() {}
            return Ok(());
        }
        Body::Close => return Ok(()),
    };
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", reply.status);
    if let Some(length) = length.filter(|_| reply.status != 304) {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    match reply.body {
        Body::Whole(bytes) => stream.write_all(&bytes)?,
        Body::Cut(bytes, at) => stream.write_all(&bytes[..at])?,
        Body::Endless(bytes) => loop {
            stream.write_all(&bytes)?;
        },
        Body::Drip(bytes) => {
            for byte in bytes {
                stream.write_all(&[byte])?;
                stream.flush()?;
                if !stop.pause() {
                    break;
                }
            }
        }
        Body::Silence | Body::Close => {}
    }
    stream.flush()
}
