//! Where a server may send a reader.
//!
//! To another HTTPS address, or to another place on the same host as it was asked on; never from HTTPS to plain HTTP,
//! and never into this machine, where services listen that trust whoever can reach them.

use std::net::IpAddr;

use reqwest::Url;
use reqwest::redirect::{Attempt, Policy};

/// The most redirects of one request.
const MOST: usize = 5;

/// A redirect that is not followed.
#[derive(Debug, thiserror::Error)]
#[error("it redirects to `{to}`, {problem}")]
pub(super) struct Refusal {
    to: String,
    problem: &'static str,
}

pub(super) fn policy() -> Policy {
    Policy::custom(|attempt: Attempt<'_>| {
        let problem = match attempt.previous() {
            [first, rest @ ..] if rest.len() < MOST => problem(first, attempt.url()),
            _ => Some("and so on without an end"),
        };
        match problem {
            None => attempt.follow(),
            Some(problem) => {
                let to = attempt.url().to_string();
                attempt.error(Refusal { to, problem })
            }
        }
    })
}

/// Whether a request that was meant for one address may go to the other.
pub(in crate::registry) fn is_followed(from: &Url, to: &Url) -> bool {
    problem(from, to).is_none()
}

fn problem(from: &Url, to: &Url) -> Option<&'static str> {
    match to.scheme() {
        _ if is_loopback(to) && !is_loopback(from) => Some("which is on this machine"),
        "https" => None,
        "http" if from.scheme() == "http" && from.host_str() == to.host_str() => None,
        "http" => Some("which is plain HTTP"),
        _ => Some("which is not on the web"),
    }
}

/// Whether a URL's host is this machine by its name alone; nothing is looked up.
pub(in crate::registry) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches([']', '.']);
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_unspecified(),
        Ok(IpAddr::V6(address)) => {
            let mapped = address.to_ipv4_mapped();
            address.is_loopback() || address.is_unspecified() || mapped.is_some_and(|address| address.is_loopback())
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_safe_redirects_are_followed() {
        let is_followed = |from: &str, to: &str| is_followed(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
        for (from, to, followed) in [
            ("https://a.example/x", "https://b.example/x", true),
            ("https://a.example/x", "http://a.example/x", false),
            ("https://a.example/x", "https://127.0.0.1/x", false),
            ("https://a.example/x", "https://localhost./x", false),
            ("https://a.example/x", "https://x.localhost/", false),
            ("https://a.example/x", "https://[::1]/x", false),
            ("https://a.example/x", "https://[::ffff:127.0.0.1]/x", false),
            ("https://a.example/x", "https://0.0.0.0/x", false),
            ("https://a.example/x", "https://0x7f.1/x", false),
            ("https://a.example/x", "file:///etc/passwd", false),
            ("http://a.example/x", "https://a.example/x", true),
            ("http://a.example/x", "http://a.example:8080/y", true),
            ("http://a.example/x", "http://b.example/x", false),
            ("http://127.0.0.1:1/x", "http://127.0.0.1:2/x", true),
            ("http://127.0.0.1:1/x", "http://localhost:1/x", false),
        ] {
            assert_eq!(is_followed(from, to), followed, "{from} → {to}");
        }
    }
}
