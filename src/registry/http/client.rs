//! One request and its answer; over and over where the next try may go better.

use std::fmt;
use std::thread;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::blocking::{Client as Inner, Response};
use reqwest::header::{
    CONTENT_ENCODING, DATE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{StatusCode, Url};
use rustls::crypto::{CryptoProvider, ring};

use super::{FetchFailure, failure, pace, redirect};
use crate::registry::credentials::Credential;

/// What a server said.
pub(super) enum Answer {
    /// The file, and what tells by whether it has changed.
    Body { bytes: Vec<u8>, validator: Option<String> },
    /// The file is what it was.
    Unchanged,
    /// There is no such file.
    Absent,
}

/// Asks one server.
pub(super) struct Client {
    inner: Inner,
    root: Url,
    timeout: Duration,
    retries: usize,
    credential: Option<Credential>,
}

impl Client {
    /// A client for the files below `root`.
    pub(super) fn new(
        root: Url,
        timeout: Duration,
        retries: usize,
        credential: Option<Credential>,
    ) -> Result<Self, FetchFailure> {
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
        Ok(Self { inner, root, timeout, retries, credential })
    }

    /// Fetches a file of at most `limit` bytes. With a validator the server may answer that nothing has changed.
    pub(super) fn get(
        &self,
        file: &str,
        validator: Option<&str>,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Answer, FetchFailure> {
        let mut pauses = pauses(self.timeout, self.retries);
        loop {
            let failure = match self.try_get(file, validator, limit, received) {
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

    fn try_get(
        &self,
        file: &str,
        validator: Option<&str>,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Answer, FetchFailure> {
        let url = self.root.join(file).map_err(|error| FetchFailure::Client(error.to_string()))?;
        let mut request = self.inner.get(url);
        if let Some(validator) = validator {
            request = request.header(condition(validator), validator);
        }
        request = match &self.credential {
            Some(Credential::Token { token }) => request.bearer_auth(token),
            Some(Credential::Basic { username, password }) => request.basic_auth(username, Some(password)),
            None => request,
        };
        let mut response = request.send().map_err(|error| failure::of_request(&error, self.timeout))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED => return Ok(Answer::Unchanged),
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => {
                return Ok(Answer::Absent);
            }
            status => return Err(FetchFailure::of_status(status.as_u16(), header(&response, RETRY_AFTER))),
        }
        let is_plain = !response.headers().contains_key(CONTENT_ENCODING);
        if is_plain && response.content_length().is_some_and(|length| length > limit) {
            return Err(FetchFailure::TooLarge);
        }
        let validator = validator_of(&response);
        let bytes = pace::read(&mut response, limit, self.timeout, received)?;
        Ok(Answer::Body { bytes, validator })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("root", &self.root.as_str()).finish_non_exhaustive()
    }
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

/// Which header a validator belongs into: entity tags start with a quotation mark, and dates don't.
fn condition(validator: &str) -> HeaderName {
    if validator.trim_start_matches("W/").starts_with('"') { IF_NONE_MATCH } else { IF_MODIFIED_SINCE }
}

/// The entity tag, or else the time of the last change, unless the file may have changed again within that second.
fn validator_of(response: &Response) -> Option<String> {
    header(response, ETAG).filter(|tag| condition(tag) == IF_NONE_MATCH).or_else(|| {
        let (modified, sent) = (header(response, LAST_MODIFIED)?, header(response, DATE)?);
        (modified != sent).then_some(modified)
    })
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
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

    #[test]
    fn validators_are_told_apart() {
        assert_eq!(condition("\"abc\""), IF_NONE_MATCH);
        assert_eq!(condition("W/\"abc\""), IF_NONE_MATCH);
        assert_eq!(condition("Wed, 21 Oct 2026 07:28:00 GMT"), IF_MODIFIED_SINCE);
    }
}
