//! One request and its answer; over and over where the next try may go better.

use std::thread;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::StatusCode;
use reqwest::blocking::{Client as Inner, RequestBuilder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, RETRY_AFTER};
use rustls::crypto::{CryptoProvider, ring};

use super::{FetchFailure, failure, pace, redirect};

/// Sends requests, and reads answers within bounds.
pub(in crate::registry) struct Connection {
    inner: Inner,
    timeout: Duration,
    retries: usize,
}

/// What a server said.
pub(in crate::registry) struct Said {
    pub(in crate::registry) status: StatusCode,
    pub(in crate::registry) headers: HeaderMap,
    /// What was asked for; empty where the status is no success.
    pub(in crate::registry) body: Vec<u8>,
}

/// Builds a request, anew for each try.
pub(in crate::registry) type Ask<'a> = &'a dyn Fn(&Inner) -> RequestBuilder;

impl Connection {
    /// A client that waits no longer than `timeout` for an answer and tries again `retries` times.
    pub(in crate::registry) fn new(timeout: Duration, retries: usize) -> Result<Self, FetchFailure> {
        if CryptoProvider::get_default().is_none() {
            // Another thread may be first; then that one's is as good.
            let _ = ring::default_provider().install_default();
        }
        let builder = Inner::builder()
            .user_agent(concat!("scaffold/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeout)
            .timeout(timeout)
            .redirect(redirect::policy())
            .referer(false);
        let inner = builder.build().map_err(|error| FetchFailure::Client(failure::root_cause(&error)))?;
        Ok(Self { inner, timeout, retries })
    }

    /// How long it waits for an answer.
    pub(in crate::registry) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends a request whose answer has at most `limit` bytes, and tells `received` of each piece of it.
    pub(in crate::registry) fn send(
        &self,
        ask: Ask<'_>,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Said, FetchFailure> {
        let mut pauses = pauses(self.timeout, self.retries);
        loop {
            let failure = match self.send_once(ask, limit, received) {
                Err(failure) if failure.is_passing() => failure,
                done => return done,
            };
            let Some(pause) = pauses.next() else { return Err(failure) };
            match failure.pause() {
                // Whoever waits at a terminal is told rather than kept.
                Some(asked) if asked > self.timeout => return Err(failure),
                asked => thread::sleep(pause.max(asked.unwrap_or_default())),
            }
        }
    }

    /// Sends a request that must not be repeated.
    pub(in crate::registry) fn send_once(
        &self,
        ask: Ask<'_>,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Said, FetchFailure> {
        let mut response = ask(&self.inner).send().map_err(|error| failure::of_request(&error, self.timeout))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            let failure = FetchFailure::of_status(status.as_u16(), header(&headers, RETRY_AFTER));
            return if failure.is_passing() { Err(failure) } else { Ok(Said { status, headers, body: Vec::new() }) };
        }
        let is_plain = !headers.contains_key(CONTENT_ENCODING);
        if is_plain && response.content_length().is_some_and(|length| length > limit) {
            return Err(FetchFailure::TooLarge);
        }
        let body = pace::read(&mut response, limit, self.timeout, received)?;
        Ok(Said { status, headers, body })
    }
}

/// A header's text, where it has one.
pub(in crate::registry) fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The waits between tries: each about twice as long as the one before, with jitter, so that those whom a server lost
/// at one time don't come back at one time. The first is a hundredth of what a request may take.
fn pauses(timeout: Duration, retries: usize) -> impl Iterator<Item = Duration> {
    let first = (timeout / 100).max(Duration::from_millis(1));
    ExponentialBuilder::new()
        .with_min_delay(first)
        .with_max_delay(timeout)
        .with_factor(2.0)
        .with_max_times(retries)
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = pauses(Duration::from_secs(10), 3).collect();
        assert_eq!(waits.len(), 3);
        for (wait, least) in waits.iter().zip([100, 200, 400]) {
            let least = Duration::from_millis(least);
            assert!((least..least * 2).contains(wait), "{waits:?}");
        }
        assert_eq!(pauses(Duration::from_secs(10), 0).count(), 0);
    }
}
