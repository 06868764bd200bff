//! Reading a body within bounds of size and time.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use super::FetchFailure;
use super::failure::of_body;

/// The least bytes a second that a body must bring, on average over the time that a request may wait. A single read
/// that brings a byte now and then would wait for ever.
const SLOWEST: u64 = 1024;

/// Reads all of a body of at most `limit` bytes, and tells `received` of each piece.
pub(super) fn read(
    body: &mut impl Read,
    limit: u64,
    timeout: Duration,
    received: &dyn Fn(u64),
) -> Result<Vec<u8>, FetchFailure> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 << 10];
    let mut pace = Pace::new(timeout, Instant::now());
    loop {
        let count = match body.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(of_body(&error, timeout)),
        };
        bytes.extend_from_slice(&piece[..count]);
        if bytes.len() as u64 > limit {
            return Err(FetchFailure::TooLarge);
        }
        received(count as u64);
        if !pace.is_kept(count as u64, Instant::now()) {
            return Err(FetchFailure::Slow(timeout));
        }
    }
}

/// Bytes within a stretch of time.
struct Pace {
    stretch: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn new(stretch: Duration, now: Instant) -> Self {
        Self { stretch, since: now, bytes: 0 }
    }

    /// Whether enough has come, with these bytes now.
    fn is_kept(&mut self, bytes: u64, now: Instant) -> bool {
        self.bytes += bytes;
        let passed = now.saturating_duration_since(self.since);
        if passed < self.stretch {
            return true;
        }
        let kept = self.bytes as f64 >= passed.as_secs_f64() * SLOWEST as f64;
        (self.since, self.bytes) = (now, 0);
        kept
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io;

    use super::*;

    #[test]
    fn a_body_ends_at_its_limit() {
        let read = |body: &[u8]| read(&mut &*body, 3, Duration::from_secs(60), &|_| {});
        assert_eq!(read(b"abc").unwrap(), b"abc");
        assert!(matches!(read(b"abcd"), Err(FetchFailure::TooLarge)));
        let endless = super::read(&mut io::repeat(0), 1 << 20, Duration::from_secs(60), &|_| {});
        assert!(matches!(endless, Err(FetchFailure::TooLarge)));
    }

    #[test]
    fn a_drip_is_too_slow_and_a_pause_is_not() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut drip = Pace::new(Duration::from_secs(10), start);
        assert!((1..10).all(|second| drip.is_kept(1, at(second))));
        assert!(!drip.is_kept(1, at(10)));
        let mut pausing = Pace::new(Duration::from_secs(10), start);
        assert!(pausing.is_kept(1 << 20, at(1)) && pausing.is_kept(1, at(10)) && pausing.is_kept(1 << 20, at(19)));
    }
}
