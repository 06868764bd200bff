//! The distribution API, as far as packs need it: tags, manifests and blobs of a repository.

use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, LINK, LOCATION};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;

use super::artifact::{MANIFEST_TYPE, MAX_MANIFEST};
use super::auth::{self, Accepted, Proof, Scope};
use crate::model::Digest;
use crate::registry::http::{Connection, Said, header, is_followed};
use crate::registry::{Credential, FetchFailure};

/// The most tags of one repository, and how many are asked for at once.
const MAX_TAGS: usize = 10_000;
const TAGS_AT_ONCE: usize = 1_000;
/// The most pages of tags: some registries give a hundred at once whatever is asked for.
const MAX_PAGES: usize = MAX_TAGS / 100;
/// The most bytes of one page of tags.
const MAX_PAGE: u64 = 2 << 20;
/// The least bytes a second that an upload is given time for.
const SLOWEST_UPLOAD: u64 = 16 << 10;

/// How the API's user proves who they are, when the registry asks for it.
pub(super) type Prove<'a> = &'a dyn Fn() -> Result<Option<Proof>, FetchFailure>;

/// The API of one registry.
pub(super) struct Api {
    connection: Connection,
    root: Url,
    accepted: Accepted,
}

/// One repository, to read from or to write to.
pub(super) struct Repository<'a> {
    api: &'a Api,
    name: String,
    push: bool,
    prove: Prove<'a>,
}

/// What is asked of a server.
struct Question<'a> {
    method: Method,
    url: &'a Url,
    headers: &'a [(HeaderName, &'a str)],
    body: Option<&'a [u8]>,
    limit: u64,
}

impl<'a> Question<'a> {
    fn new(method: Method, url: &'a Url) -> Self {
        Self { method, url, headers: &[], body: None, limit: MAX_MANIFEST }
    }
}

impl Api {
    /// The API below `root`, an address that ends with `/v2/`.
    pub(super) fn at(root: Url, timeout: Duration, retries: usize) -> Result<Self, FetchFailure> {
        Ok(Self { connection: Connection::new(timeout, retries)?, root, accepted: Accepted::default() })
    }

    /// Whether there is such an API here: a registry that first wants to know who asks is one as well.
    pub(super) fn check(&self) -> Result<(), FetchFailure> {
        let ask = |client: &Client| client.get(self.root.clone());
        match self.connection.send(&ask, MAX_MANIFEST, &|_| {})?.status {
            StatusCode::OK | StatusCode::UNAUTHORIZED => Ok(()),
            status => Err(FetchFailure::of_status(status.as_u16(), None)),
        }
    }

    /// A repository; `prove` is asked when the registry asks.
    pub(super) fn repository<'a>(&'a self, name: String, push: bool, prove: Prove<'a>) -> Repository<'a> {
        Repository { api: self, name, push, prove }
    }
}

impl Repository<'_> {
    /// All tags; none where there is no such repository.
    pub(super) fn tags(&self) -> Result<Option<Vec<String>>, FetchFailure> {
        #[derive(Deserialize)]
        struct Page {
            tags: Option<Vec<String>>,
        }
        let mut tags = Vec::new();
        let mut next = Some(self.url(&format!("tags/list?n={TAGS_AT_ONCE}"))?);
        let mut pages = 0;
        while let Some(url) = next {
            let said = self.ask(Question { limit: MAX_PAGE, ..Question::new(Method::GET, &url) })?;
            if said.status == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            expect(&said, StatusCode::OK)?;
            let page: Page = serde_json::from_slice(&said.body)
                .map_err(|_| FetchFailure::Nonsense("it gave no list of tags".to_owned()))?;
            tags.extend(page.tags.unwrap_or_default());
            pages += 1;
            // A page may be empty, or hold few, so the pages are counted, too.
            if tags.len() > MAX_TAGS || pages > MAX_PAGES {
                return Err(FetchFailure::TooLarge);
            }
            next = next_page(&url, &said.headers)?;
        }
        Ok(Some(tags))
    }

    /// An artifact's own manifest, by tag or digest; none where there is none.
    pub(super) fn manifest(&self, reference: &str) -> Result<Option<Vec<u8>>, FetchFailure> {
        let url = self.url(&format!("manifests/{reference}"))?;
        let headers = [(ACCEPT, MANIFEST_TYPE)];
        let said = self.ask(Question { headers: &headers, ..Question::new(Method::GET, &url) })?;
        found(said)
    }

    /// A blob of at most `limit` bytes; none where there is none.
    pub(super) fn blob(
        &self,
        digest: &Digest,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Option<Vec<u8>>, FetchFailure> {
        let url = self.url(&format!("blobs/{digest}"))?;
        found(self.ask_slowly(&Question { limit, ..Question::new(Method::GET, &url) }, received)?)
    }

    /// Uploads a blob that is not there yet.
    pub(super) fn push_blob(&self, bytes: &[u8]) -> Result<(), FetchFailure> {
        let digest = Digest::of(bytes);
        let url = self.url(&format!("blobs/{digest}"))?;
        if self.ask(Question::new(Method::HEAD, &url))?.status == StatusCode::OK {
            return Ok(());
        }
        let url = self.url("blobs/uploads/")?;
        let said = self.ask(Question { body: Some(b""), ..Question::new(Method::POST, &url) })?;
        expect(&said, StatusCode::ACCEPTED)?;
        let mut place = location(&url, &said.headers)?;
        place.query_pairs_mut().append_pair("digest", &digest.to_string());
        let headers = [(CONTENT_TYPE, "application/octet-stream")];
        let question = Question { headers: &headers, body: Some(bytes), ..Question::new(Method::PUT, &place) };
        // Another host's storage has its key in the address, and no business with the user's.
        let is_own = place.origin() == url.origin();
        let said = if is_own { self.ask(question)? } else { self.send(&question, None, &|_| {})? };
        expect(&said, StatusCode::CREATED)
    }

    /// Gives an artifact's own manifest a tag. Everything that it names has to be there.
    pub(super) fn push_manifest(&self, tag: &str, manifest: &[u8]) -> Result<(), FetchFailure> {
        let url = self.url(&format!("manifests/{tag}"))?;
        let headers = [(CONTENT_TYPE, MANIFEST_TYPE)];
        let question = Question { headers: &headers, body: Some(manifest), ..Question::new(Method::PUT, &url) };
        expect(&self.ask(question)?, StatusCode::CREATED)
    }

    fn url(&self, below: &str) -> Result<Url, FetchFailure> {
        let url = self.api.root.join(&format!("{}/{below}", self.name));
        url.map_err(|error| FetchFailure::Client(error.to_string()))
    }

    fn ask(&self, question: Question<'_>) -> Result<Said, FetchFailure> {
        self.ask_slowly(&question, &|_| {})
    }

    /// Asks, and asks again with a proof of who the user is where the registry wants one.
    fn ask_slowly(&self, question: &Question<'_>, received: &dyn Fn(u64)) -> Result<Said, FetchFailure> {
        let scope = Scope { repository: Some(self.name.clone()), push: self.push };
        let known = self.api.accepted.get(&scope);
        let said = self.send(question, known.as_ref(), received)?;
        if said.status != StatusCode::UNAUTHORIZED {
            return Ok(said);
        }
        let credential = auth::answer(&self.api.connection, question.url, &said.headers, &scope, (self.prove)()?)?;
        let said = self.send(question, Some(&credential), received)?;
        if said.status != StatusCode::UNAUTHORIZED {
            self.api.accepted.put(&scope, &credential);
        }
        Ok(said)
    }

    fn send(
        &self,
        question: &Question<'_>,
        credential: Option<&Credential>,
        received: &dyn Fn(u64),
    ) -> Result<Said, FetchFailure> {
        let connection = &self.api.connection;
        let ask = |client: &Client| request(client, question, credential, connection.timeout());
        // An upload's place serves once.
        let once = question.method == Method::PUT && question.headers.iter().all(|(_, kind)| *kind != MANIFEST_TYPE);
        if once {
            connection.send_once(&ask, question.limit, received)
        } else {
            connection.send(&ask, question.limit, received)
        }
    }
}

fn request(
    client: &Client,
    question: &Question<'_>,
    credential: Option<&Credential>,
    timeout: Duration,
) -> RequestBuilder {
    let mut request = client.request(question.method.clone(), question.url.clone());
    for (name, value) in question.headers {
        request = request.header(name, *value);
    }
    if let Some(body) = question.body {
        let upload = Duration::from_secs(body.len() as u64 / SLOWEST_UPLOAD);
        request = request.body(body.to_vec()).timeout(timeout + upload);
    }
    match credential {
        Some(credential) => credential.prove(request),
        None => request,
    }
}

/// The body of what was found.
fn found(said: Said) -> Result<Option<Vec<u8>>, FetchFailure> {
    if said.status == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    expect(&said, StatusCode::OK)?;
    Ok(Some(said.body))
}

fn expect(said: &Said, status: StatusCode) -> Result<(), FetchFailure> {
    if said.status == status { Ok(()) } else { Err(FetchFailure::of_status(said.status.as_u16(), None)) }
}

/// Where the next page of a list is, if there is one; on the same server.
fn next_page(url: &Url, headers: &HeaderMap) -> Result<Option<Url>, FetchFailure> {
    let Some(link) = header(headers, LINK) else { return Ok(None) };
    let nonsense = || FetchFailure::Nonsense("its list of tags goes on nowhere".to_owned());
    let (target, _) = link.strip_prefix('<').and_then(|rest| rest.split_once('>')).ok_or_else(nonsense)?;
    let next = url.join(target).map_err(|_| nonsense())?;
    if next.origin() == url.origin() { Ok(Some(next)) } else { Err(nonsense()) }
}

/// Where an upload goes.
fn location(url: &Url, headers: &HeaderMap) -> Result<Url, FetchFailure> {
    let nonsense = || FetchFailure::Nonsense("it names no place for an upload".to_owned());
    let place = header(headers, LOCATION).and_then(|place| url.join(&place).ok()).ok_or_else(nonsense)?;
    if is_followed(url, &place) { Ok(place) } else { Err(nonsense()) }
}
