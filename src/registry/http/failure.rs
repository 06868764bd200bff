//! Why a request came to nothing.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::redirect::Refusal;
use crate::model::printable;

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// The network is off limits, and there is no copy here.
    #[error("it is not on this machine, and the network is off limits")]
    Offline,
    /// The client could not be made.
    #[error("this machine's certificates or proxies can't be used: {0}")]
    Client(String),
    /// No connection, or one that broke off.
    #[error("{0}")]
    Connection(String),
    /// No answer in time.
    #[error("no answer within {}", seconds(.0))]
    Timeout(Duration),
    /// A body that comes too slowly.
    #[error("hardly anything came within {}", seconds(.0))]
    Slow(Duration),
    /// The server's certificate does not verify.
    #[error("its certificate is not valid: {0}")]
    Certificate(String),
    /// A redirect that is not followed.
    #[error("{0}")]
    Redirect(String),
    /// The server wants to know who asks, or knows and refuses.
    #[error("the server refuses access (status {0})")]
    Denied(u16),
    /// The server is overloaded or broken.
    #[error("the server can't answer now (status {status}){}", after(.retry_after))]
    Busy {
        /// The status.
        status: u16,
        /// For how long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// Any other answer.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// An answer that makes no sense.
    #[error("the server's answer is not what the protocol says: {0}")]
    Nonsense(String),
    /// More bytes than there may be.
    #[error("it is larger than it may be")]
    TooLarge,
}

impl FetchFailure {
    /// What a status that is no success means.
    pub(in crate::registry) fn of_status(status: u16, retry_after: Option<String>) -> Self {
        let busy = || {
            // The other form, a date, is for those who trust the server's clock.
            let seconds = retry_after.as_deref().and_then(|text| text.trim().parse().ok());
            Self::Busy { status, retry_after: seconds.map(Duration::from_secs) }
        };
        match status {
            401 | 403 | 407 => Self::Denied(status),
            408 | 429 | 500..=599 => busy(),
            _ => Self::Status(status),
        }
    }

    /// Whether the next try may go better.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::Busy { .. })
    }

    /// For how long the server wants to be left alone.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The code, and what to do.
    pub(in crate::registry) fn advice(&self) -> (&'static str, &'static str) {
        match self {
            Self::Offline => ("offline", "run it once without `--offline`, or `scaffold install` what is needed"),
            Self::Client(_) => ("network", "look at `SSL_CERT_FILE`, `HTTPS_PROXY` and the like in the environment"),
            Self::Connection(_) => ("registry-unreachable", "check the address and the network, and try again"),
            Self::Timeout(_) | Self::Slow(_) => {
                ("registry-timeout", "try again, or give it longer with `--http-timeout`")
            }
            Self::Certificate(_) => {
                ("registry-certificate", "if its authority is your own, name that one's certificate in `SSL_CERT_FILE`")
            }
            Self::Redirect(_) => ("registry-redirect", "use the address that the registry really has"),
            Self::Denied(_) => {
                ("registry-denied", "put a token for it into `credentials.toml`; `docs/registry.md` shows how")
            }
            Self::Busy { .. } => ("registry-busy", "try again later"),
            Self::Status(_) | Self::Nonsense(_) => ("registry-answer", "check that the address is that of a registry"),
            Self::TooLarge => ("registry-too-large", "ask the registry's owner to publish it again"),
        }
    }
}

/// What a request that got no answer failed by.
pub(super) fn of_request(error: &reqwest::Error, timeout: Duration) -> FetchFailure {
    for cause in causes(error) {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return FetchFailure::Redirect(printable(&refusal.to_string()).into_owned());
        }
        if let Some(rustls::Error::InvalidCertificate(problem)) = tls_error(cause) {
            return FetchFailure::Certificate(printable(&problem.to_string()).into_owned());
        }
    }
    if error.is_timeout() { FetchFailure::Timeout(timeout) } else { FetchFailure::Connection(root_cause(error)) }
}

/// What a body that did not come to its end failed by.
pub(super) fn of_body(error: &io::Error, timeout: Duration) -> FetchFailure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    match inner {
        Some(inner) if inner.is_timeout() => FetchFailure::Timeout(timeout),
        _ if error.kind() == io::ErrorKind::TimedOut => FetchFailure::Timeout(timeout),
        _ => FetchFailure::Connection(format!("the answer broke off: {}", root_cause(error))),
    }
}

fn tls_error<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let Some(wrapper) = cause.downcast_ref::<io::Error>() else { return cause.downcast_ref() };
    // Its source is what the wrapped error was caused by, and leaves out that error itself.
    wrapper.get_ref().and_then(|inner| tls_error(inner))
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The innermost reason: what wraps it repeats the address, which the message names already.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let innermost = causes(error).last().unwrap_or(error);
    printable(&innermost.to_string()).into_owned()
}

fn seconds(duration: &Duration) -> String {
    match duration.as_secs_f64() {
        1.0 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

fn after(pause: &Option<Duration>) -> String {
    pause.map(|pause| format!(" and asks to be left alone for {}", seconds(&pause))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_meanings() {
        let is_passing = |status| FetchFailure::of_status(status, None).is_passing();
        assert!([408, 429, 500, 502, 503, 504].into_iter().all(is_passing));
        assert!(![400, 401, 403, 405, 418].into_iter().any(is_passing));
        assert_eq!(FetchFailure::of_status(401, None), FetchFailure::Denied(401));
    }

    #[test]
    fn a_server_says_when_to_come_back() {
        let pause = |text: &str| FetchFailure::of_status(429, Some(text.to_owned())).pause();
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        assert_eq!(pause("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        let said = FetchFailure::of_status(503, Some("120".to_owned())).to_string();
        assert_eq!(said, "the server can't answer now (status 503) and asks to be left alone for 120 seconds");
    }
}
