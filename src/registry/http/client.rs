//! The files of one server, each with what tells whether it has changed.

use std::fmt;
use std::time::Duration;

use reqwest::header::{DATE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{StatusCode, Url};

use super::FetchFailure;
use super::connection::{Connection, header};
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
    connection: Connection,
    root: Url,
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
        Ok(Self { connection: Connection::new(timeout, retries)?, root, credential })
    }

    /// Fetches a file of at most `limit` bytes. With a validator the server may answer that nothing has changed.
    pub(super) fn get(
        &self,
        file: &str,
        validator: Option<&str>,
        limit: u64,
        received: &dyn Fn(u64),
    ) -> Result<Answer, FetchFailure> {
        let url = self.root.join(file).map_err(|error| FetchFailure::Client(error.to_string()))?;
        let ask = |inner: &reqwest::blocking::Client| {
            let mut request = inner.get(url.clone());
            if let Some(validator) = validator {
                request = request.header(condition(validator), validator);
            }
            match &self.credential {
                Some(credential) => credential.prove(request),
                None => request,
            }
        };
        let said = self.connection.send(&ask, limit, received)?;
        match said.status {
            StatusCode::OK => Ok(Answer::Body { validator: validator_of(&said.headers), bytes: said.body }),
            StatusCode::NOT_MODIFIED => Ok(Answer::Unchanged),
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Ok(Answer::Absent),
            status => Err(FetchFailure::of_status(status.as_u16(), None)),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("root", &self.root.as_str()).finish_non_exhaustive()
    }
}

/// Which header a validator belongs into: entity tags start with a quotation mark, and dates don't.
fn condition(validator: &str) -> HeaderName {
    if validator.trim_start_matches("W/").starts_with('"') { IF_NONE_MATCH } else { IF_MODIFIED_SINCE }
}

/// The entity tag, or else the time of the last change, unless the file may have changed again within that second.
fn validator_of(headers: &HeaderMap) -> Option<String> {
    header(headers, ETAG).filter(|tag| condition(tag) == IF_NONE_MATCH).or_else(|| {
        let (modified, sent) = (header(headers, LAST_MODIFIED)?, header(headers, DATE)?);
        (modified != sent).then_some(modified)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validators_are_told_apart() {
        assert_eq!(condition("\"abc\""), IF_NONE_MATCH);
        assert_eq!(condition("W/\"abc\""), IF_NONE_MATCH);
        assert_eq!(condition("Wed, 21 Oct 2026 07:28:00 GMT"), IF_MODIFIED_SINCE);
    }
}
