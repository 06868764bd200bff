//! The year that a new project is given: the one place that reads a clock.

use std::time::SystemTime;

use super::variable;
use crate::model::Report;

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

/// The year of a time in seconds since 1970, in the Gregorian calendar, by eras of 400 years.
fn year_of(seconds: u64) -> Option<u16> {
    const DAYS_PER_ERA: u64 = 146_097;
    // Years begin in March here, so that the leap day is a year's last.
    const DAYS_TO_1970: u64 = 719_468;
    let days = seconds / 86_400 + DAYS_TO_1970;
    let (era, day) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let january_or_february = u64::from(day_of_year >= 306);
    u16::try_from(era * 400 + year_of_era + january_or_february).ok()
}

#[cfg(test)]
mod tests {
    use super::year_of;

    #[test]
    fn years_turn_at_midnight_of_new_years_eve() {
        assert_eq!(year_of(0), Some(1970));
        assert_eq!(year_of(951_782_399), Some(2000));
        assert_eq!(year_of(1_767_225_599), Some(2025));
        assert_eq!(year_of(1_767_225_600), Some(2026));
        assert_eq!(year_of(4_102_444_799), Some(2099));
        assert_eq!(year_of(u64::MAX), None);
    }
}
