//! Proving to a registry who the user is.
//!
//! A registry that wants to know says so with 401 and a challenge: either it takes a name and a password itself, or it
//! names a server of tokens, which takes them, or nobody's, and gives a token for one repository and some actions.
//! Nothing is looked up before the challenge, so public packs need no credentials and no helper of Docker's runs for
//! them. What was accepted once is sent along from then on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use http_auth::ChallengeRef;
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use crate::model::printable;
use crate::registry::http::{Connection, is_loopback};
use crate::registry::{Credential, FetchFailure};

/// The most bytes of a token server's answer.
const MAX_TOKEN: u64 = 1 << 20;

/// What the user has to show.
#[derive(Clone)]
pub(super) enum Proof {
    /// A credential.
    Credential(Credential),
    /// A token for the server of tokens alone, as Docker keeps one.
    Refresh(String),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof")
    }
}

/// What a request is for: tokens are given for a repository and an action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    /// The repository; none for the registry as a whole.
    pub(super) repository: Option<String>,
    /// Whether something is to be written.
    pub(super) push: bool,
}

impl Scope {
    /// As token servers read it.
    fn text(&self) -> Option<String> {
        let actions = if self.push { "pull,push" } else { "pull" };
        self.repository.as_ref().map(|repository| format!("repository:{repository}:{actions}"))
    }
}

/// What registries accepted, by what it was for.
#[derive(Default)]
pub(super) struct Accepted(Mutex<BTreeMap<Scope, Credential>>);

impl Accepted {
    /// What to send along.
    pub(super) fn get(&self, scope: &Scope) -> Option<Credential> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(scope).cloned()
    }

    pub(super) fn put(&self, scope: &Scope, credential: &Credential) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(scope.clone(), credential.clone());
    }
}

/// What a registry asks for.
#[derive(Debug, PartialEq)]
enum Challenge {
    Basic,
    Bearer { realm: String, service: Option<String> },
}

/// The credential that answers the challenge of a registry at `asked`, if one can be had.
pub(super) fn answer(
    connection: &Connection,
    asked: &Url,
    headers: &HeaderMap,
    scope: &Scope,
    proof: Option<Proof>,
) -> Result<Credential, FetchFailure> {
    let denied = || FetchFailure::Denied(StatusCode::UNAUTHORIZED.as_u16());
    match (challenge(headers).ok_or_else(denied)?, proof) {
        // A token that the user was given is one already.
        (_, Some(Proof::Credential(token @ Credential::Token { .. }))) => Ok(token),
        (Challenge::Basic, Some(Proof::Credential(basic))) => Ok(basic),
        (Challenge::Basic, _) => Err(denied()),
        (Challenge::Bearer { realm, service }, proof) => {
            let realm = token_server(asked, &realm)?;
            fetch_token(connection, &realm, service.as_deref(), scope, proof.as_ref())
        }
    }
}

/// The challenge that can be answered; a token before a password, where there is a choice.
fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let all: Vec<ChallengeRef<'_>> =
        texts.filter_map(|text| http_auth::parse_challenges(text).ok()).flatten().collect();
    let of_scheme = |scheme: &str| all.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme));
    let bearer = of_scheme("Bearer").and_then(|challenge| {
        let parameter = |name: &str| {
            let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_unescaped())
        };
        Some(Challenge::Bearer { realm: parameter("realm")?, service: parameter("service") })
    });
    bearer.or_else(|| of_scheme("Basic").map(|_| Challenge::Basic))
}

/// The server of tokens. The registry chooses it, but passwords leave this machine over TLS alone.
fn token_server(asked: &Url, realm: &str) -> Result<Url, FetchFailure> {
    let refused = || FetchFailure::Nonsense(format!("it sends to `{}` for a token", printable(realm)));
    let url = Url::parse(realm).map_err(|_| refused())?;
    let is_safe = if is_loopback(&url) { is_loopback(asked) } else { url.scheme() == "https" };
    if is_safe && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(refused()) }
}

fn fetch_token(
    connection: &Connection,
    realm: &Url,
    service: Option<&str>,
    scope: &Scope,
    proof: Option<&Proof>,
) -> Result<Credential, FetchFailure> {
    #[derive(Deserialize)]
    struct Given {
        token: Option<String>,
        access_token: Option<String>,
    }
    let mut parameters: Vec<(&str, String)> = Vec::new();
    parameters.extend(service.map(|service| ("service", service.to_owned())));
    parameters.extend(scope.text().map(|scope| ("scope", scope)));
    let ask = |client: &Client| ask_for_token(client, realm, &parameters, proof);
    let said = connection.send(&ask, MAX_TOKEN, &|_| {})?;
    if said.status != StatusCode::OK {
        return Err(FetchFailure::of_status(said.status.as_u16(), None));
    }
    // The parser's message may quote the answer, and with it the token.
    let given: Given = serde_json::from_slice(&said.body)
        .map_err(|_| FetchFailure::Nonsense("its token is not in the form that is expected".to_owned()))?;
    let token = given.token.or(given.access_token);
    let token = token.ok_or_else(|| FetchFailure::Nonsense("its server of tokens gave none".to_owned()))?;
    Ok(Credential::Token { token })
}

fn ask_for_token(client: &Client, realm: &Url, parameters: &[(&str, String)], proof: Option<&Proof>) -> RequestBuilder {
    let mut url = realm.clone();
    if let Some(Proof::Refresh(refresh)) = proof {
        let grant = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", "scaffold")];
        let pairs = grant.into_iter().chain(parameters.iter().map(|(name, value)| (*name, value.as_str())));
        // The form's encoding is that of a query.
        url.query_pairs_mut().clear().extend_pairs(pairs);
        let form = url.query().unwrap_or_default().to_owned();
        let request = client.post(realm.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        return request.body(form);
    }
    url.query_pairs_mut().extend_pairs(parameters);
    match proof {
        Some(Proof::Credential(credential)) => credential.prove(client.get(url)),
        _ => client.get(url),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asked_for(values: &[&'static str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        headers.extend(values.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap())));
        challenge(&headers)
    }

    #[test]
    fn challenges_are_read() {
        let bearer = |service: Option<&str>| {
            Some(Challenge::Bearer { realm: "https://a.example/t".into(), service: service.map(str::to_owned) })
        };
        for (values, challenge) in [
            (&["Basic realm=\"x\""][..], Some(Challenge::Basic)),
            (
                &["Bearer realm=\"https://a.example/t\",service=\"r,s\",scope=\"repository:a/b:pull\""],
                bearer(Some("r,s")),
            ),
            (&["basic realm=x", "bearer realm=\"https://a.example/t\""], bearer(None)),
            (&["Bearer service=\"x\""], None),
            (&["Negotiate"], None),
            (&[], None),
        ] {
            assert_eq!(asked_for(values), challenge, "{values:?}");
        }
    }

    #[test]
    fn a_password_is_sent_nowhere_unsafe() {
        let is_asked = |registry: &str, realm: &str| token_server(&Url::parse(registry).unwrap(), realm).is_ok();
        for (registry, realm, asked) in [
            ("https://r.example/", "https://auth.example/token", true),
            ("https://r.example/", "http://auth.example/token", false),
            ("https://r.example/", "http://127.0.0.1:1/token", false),
            ("https://r.example/", "https://localhost/token", false),
            ("https://r.example/", "file:///etc/passwd", false),
            ("https://r.example/", "token", false),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5001/token", true),
            ("http://127.0.0.1:5000/", "http://auth.example/token", false),
            ("http://127.0.0.1:5000/", "https://auth.example/token", true),
        ] {
            assert_eq!(is_asked(registry, realm), asked, "{registry} → {realm}");
        }
    }
}
