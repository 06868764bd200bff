//! Calendar dates of times in seconds since 1970, in UTC.

/// The year, month and day that a time in seconds since 1970 falls on, in the Gregorian calendar.
///
/// Years are counted from March here, so that a leap day is a year's last, and by eras of 400 years.
fn date_of(seconds: u64) -> (u64, u64, u64) {
    const DAYS_PER_ERA: u64 = 146_097;
    const DAYS_TO_1970: u64 = 719_468;
    let days = seconds / 86_400 + DAYS_TO_1970;
    let (era, day) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = if months_since_march < 10 { months_since_march + 3 } else { months_since_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The year of a time in seconds since 1970; none beyond the year 65535.
pub fn year_of(seconds: u64) -> Option<u16> {
    u16::try_from(date_of(seconds).0).ok()
}

/// A time in seconds since 1970 as RFC 3339 writes it: `2026-11-23T15:00:00Z`.
pub fn rfc3339(seconds: u64) -> String {
    let (year, month, day) = date_of(seconds);
    let second = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_turn_at_midnight_of_new_years_eve() {
        assert_eq!(year_of(0), Some(1970));
        assert_eq!(year_of(951_782_399), Some(2000));
        assert_eq!(year_of(1_767_225_599), Some(2025));
        assert_eq!(year_of(1_767_225_600), Some(2026));
        assert_eq!(year_of(4_102_444_799), Some(2099));
        assert_eq!(year_of(u64::MAX), None);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_798_761_600), "2027-01-01T00:00:00Z");
    }
}
