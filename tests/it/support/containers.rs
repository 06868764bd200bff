//! A registry of containers in memory: the parts of the distribution API that packs need, and guards at its door.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use scaffold::model::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Reply, Request, Server};

/// Who is let in.
#[derive(Clone, Copy, PartialEq)]
pub enum Guard {
    /// Everybody.
    None,
    /// Who shows a name and a password: `ci` and `s3cret`.
    Basic,
    /// Who shows a token for the repository. Whoever has the password gets one, and who has the token of `docker login`.
    Token,
}

/// `ci:s3cret`.
const BASIC: &str = "Basic Y2k6czNjcmV0";

/// What a test does to a reply.
type Twist = Box<dyn Fn(&Request, Reply) -> Reply + Send>;

struct State {
    address: String,
    guard: Guard,
    /// How many tags a page has.
    page: usize,
    blobs: BTreeMap<String, Vec<u8>>,
    /// By repository, then by tag and by digest.
    manifests: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    twist: Twist,
}

/// A registry, until it is dropped.
pub struct Containers {
    server: Server,
    state: Arc<Mutex<State>>,
    _folder: TempDir,
}

impl Containers {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let state = State {
            address: server.address().to_string(),
            guard: Guard::None,
            page: 1000,
            blobs: BTreeMap::new(),
            manifests: BTreeMap::new(),
            twist: Box::new(|_, honest| honest),
        };
        let state = Arc::new(Mutex::new(state));
        server.twist({
            let state = Arc::clone(&state);
            move |request, _| {
                let mut state = state.lock().unwrap();
                let honest = state.answer(request);
                (state.twist)(request, honest)
            }
        });
        Self { server, state, _folder: folder }
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.server.address().to_string()
    }

    /// The address of what is below a prefix.
    pub fn at(&self, below: &str) -> String {
        format!("oci://{}/{below}", self.host())
    }

    pub fn guard(&self, guard: Guard) {
        self.state.lock().unwrap().guard = guard;
    }

    /// How many tags are given at once.
    pub fn page(&self, tags: usize) {
        self.state.lock().unwrap().page = tags;
    }

    /// Answers something else from now on, given the request and the honest reply.
    pub fn twist(&self, twist: impl Fn(&Request, Reply) -> Reply + Send + 'static) {
        self.state.lock().unwrap().twist = Box::new(twist);
    }

    /// Is honest again.
    pub fn heal(&self) {
        self.twist(|_, honest| honest);
    }

    /// Puts an artifact there, as another tool would, and gives its digest.
    pub fn put(&self, repository: &str, tag: &str, manifest: &[u8], blobs: &[&[u8]]) -> Digest {
        let mut state = self.state.lock().unwrap();
        for blob in blobs {
            state.blobs.insert(Digest::of(blob).to_string(), blob.to_vec());
        }
        state.tag(repository, tag, manifest);
        Digest::of(manifest)
    }

    /// Puts a component there with nothing said about it.
    pub fn put_component(&self, repository: &str, tag: &str, component: &[u8]) -> Digest {
        let descriptor =
            |kind: &str, bytes: &[u8]| json!({ "mediaType": kind, "digest": Digest::of(bytes), "size": bytes.len() });
        let manifest = json!({
            "schemaVersion": 2,
            "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
            "layers": [descriptor("application/wasm", component)],
        });
        self.put(repository, tag, manifest.to_string().as_bytes(), &[b"{}", component])
    }

    /// An artifact's own manifest.
    pub fn manifest(&self, repository: &str, reference: &str) -> Value {
        let state = self.state.lock().unwrap();
        serde_json::from_slice(&state.manifests[repository][reference]).unwrap()
    }

    /// Removes a tag; the artifact stays.
    pub fn remove(&self, repository: &str, tag: &str) {
        self.state.lock().unwrap().manifests.get_mut(repository).unwrap().remove(tag);
    }

    /// What was asked since the last time, as `METHOD path`, in order.
    pub fn asked(&self) -> Vec<String> {
        let requests = self.server.requests().into_iter();
        requests.map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if path == "/token" {
            return self.token(request, query);
        }
        let Some(below) = path.strip_prefix("/v2/") else { return Reply::status(404) };
        let (repository, kind, reference) = parts(below);
        if !self.lets_in(request, repository) {
            return self.challenge();
        }
        match (request.method.as_str(), kind) {
            ("GET", "") => Reply::ok("{}"),
            ("GET", "tags") => self.tags(repository, query),
            ("GET" | "HEAD", "manifests") => found(self.manifests.get(repository).and_then(|all| all.get(reference))),
            ("PUT", "manifests") => self.put_manifest(repository, reference, &request.body),
            ("GET" | "HEAD", "blobs") => found(self.blobs.get(reference)),
            ("POST", "blobs") => {
                Reply::status(202).header("Location", &format!("/v2/{repository}/blobs/uploads/1?state=a%20b"))
            }
            ("PUT", "blobs") => self.put_blob(query, &request.body),
            _ => Reply::status(405),
        }
    }

    fn lets_in(&self, request: &Request, repository: &str) -> bool {
        let shown = request.headers.get("authorization").map(String::as_str);
        match self.guard {
            Guard::None => true,
            Guard::Basic => shown == Some(BASIC),
            Guard::Token => {
                let right = if request.method == "GET" { "pull" } else { "pull,push" };
                let token = shown.and_then(|shown| shown.strip_prefix("Bearer token-for-")).unwrap_or_default();
                token
                    .strip_prefix(&format!("repository:{repository}:"))
                    .is_some_and(|actions| actions.starts_with(right))
            }
        }
    }

    fn challenge(&self) -> Reply {
        let challenge = match self.guard {
            Guard::Token => format!("Bearer realm=\"http://{}/token\",service=\"the, registry\"", self.address),
            _ => "Basic realm=\"here\"".to_owned(),
        };
        Reply::status(401).header("WWW-Authenticate", &challenge)
    }

    fn token(&self, request: &Request, query: &str) -> Reply {
        let form = String::from_utf8(request.body.clone()).unwrap();
        let is_known = request.headers.get("authorization").map(String::as_str) == Some(BASIC)
            || form.contains("grant_type=refresh_token&refresh_token=r3fresh&");
        let asked = if form.is_empty() { query } else { &form };
        let scope = asked.split('&').find_map(|pair| pair.strip_prefix("scope=")).unwrap_or_default();
        let scope = scope.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",");
        assert!(asked.contains("service=the%2C+registry"), "{asked}");
        match is_known {
            true => Reply::ok(json!({ "token": format!("token-for-{scope}") }).to_string()),
            false => Reply::status(401),
        }
    }

    fn tags(&self, repository: &str, query: &str) -> Reply {
        let Some(all) = self.manifests.get(repository) else { return Reply::status(404) };
        let last = query.split('&').find_map(|pair| pair.strip_prefix("last=")).unwrap_or_default();
        let tags = all.keys().filter(|tag| !tag.starts_with("sha256:") && tag.as_str() > last);
        let page: Vec<&String> = tags.clone().take(self.page).collect();
        let reply = Reply::ok(json!({ "name": repository, "tags": page }).to_string());
        match page.last().filter(|_| tags.count() > page.len()) {
            Some(last) => reply.header("Link", &format!("</v2/{repository}/tags/list?last={last}>; rel=\"next\"")),
            None => reply,
        }
    }

    fn put_manifest(&mut self, repository: &str, tag: &str, bytes: &[u8]) -> Reply {
        let manifest: Value = serde_json::from_slice(bytes).unwrap();
        let named = manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]);
        if named.into_iter().any(|descriptor| !self.blobs.contains_key(descriptor["digest"].as_str().unwrap())) {
            return Reply::status(400);
        }
        self.tag(repository, tag, bytes);
        Reply::status(201)
    }

    fn tag(&mut self, repository: &str, tag: &str, manifest: &[u8]) {
        let all = self.manifests.entry(repository.to_owned()).or_default();
        for reference in [tag.to_owned(), Digest::of(manifest).to_string()] {
            all.insert(reference, manifest.to_vec());
        }
    }

    fn put_blob(&mut self, query: &str, bytes: &[u8]) -> Reply {
        let digest = Digest::of(bytes).to_string();
        if query != format!("state=a%20b&digest={}", digest.replace(':', "%3A")) {
            return Reply::status(400);
        }
        self.blobs.insert(digest, bytes.to_vec());
        Reply::status(201)
    }
}

/// `acme/metrics`, `manifests` and `1.2.0` of `acme/metrics/manifests/1.2.0`.
fn parts(below: &str) -> (&str, &str, &str) {
    for kind in ["tags", "manifests", "blobs"] {
        if let Some((repository, reference)) = below.split_once(&format!("/{kind}/")) {
            return (repository, kind, reference);
        }
    }
    ("", "", "")
}

fn found(bytes: Option<&Vec<u8>>) -> Reply {
    bytes.map_or_else(|| Reply::status(404), |bytes| Reply::ok(bytes.clone()))
}
