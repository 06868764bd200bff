//! What time it is: the one place that reads a clock.

use std::time::SystemTime;

use super::variable;
use crate::model::{Report, rfc3339, year_of};

/// The environment variable that fixes the time of a build, in seconds since 1970.
/// Source: <https://reproducible-builds.org/specs/source-date-epoch/>.
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

/// The year, in UTC, that `SOURCE_DATE_EPOCH` falls into; without it, the current one.
pub fn year() -> Result<u16, Report> {
    seconds()?.and_then(year_of).ok_or_else(no_time)
}

/// The time of `SOURCE_DATE_EPOCH`, or else now, as registries record it.
pub fn timestamp() -> Result<String, Report> {
    // Years of more than four digits have no place in a timestamp.
    seconds()?.filter(|seconds| year_of(*seconds).is_some_and(|year| year < 10_000)).map(rfc3339).ok_or_else(no_time)
}

fn seconds() -> Result<Option<u64>, Report> {
    Ok(match variable(SOURCE_DATE_EPOCH)? {
        Some(text) => text.trim().parse::<u64>().ok(),
        None => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|time| time.as_secs()),
    })
}

fn no_time() -> Report {
    Report::new("source-date-epoch", format!("`{SOURCE_DATE_EPOCH}` is not a number of seconds since 1970"))
        .hint("unset it, or set it as `date +%s` prints it")
}
