//! The year that a new project is given: the one place that reads a clock.

use std::time::SystemTime;

use super::variable;
use crate::model::{Report, year_of};

/// The environment variable that fixes the time of a build, in seconds since 1970.
/// Source: <https://reproducible-builds.org/specs/source-date-epoch/>.
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

/// The year, in UTC, that `SOURCE_DATE_EPOCH` falls into; without it, the current one.
pub fn current() -> Result<u16, Report> {
    let seconds = match variable(SOURCE_DATE_EPOCH)? {
        Some(text) => text.trim().parse::<u64>().ok(),
        None => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|time| time.as_secs()),
    };
    seconds.and_then(year_of).ok_or_else(|| {
        Report::new("source-date-epoch", format!("`{SOURCE_DATE_EPOCH}` is not a number of seconds since 1970"))
            .hint("unset it, or set it as `date +%s` prints it")
    })
}
