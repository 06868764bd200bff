//! Publishes the first-party packs to the default registry.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use scaffold::host::grants;
use scaffold::registry::{self, Folder, Source as _};

use crate::failure::{Failure, Outcome};
use crate::packs;

/// The file that makes a folder a registry.
const CONFIG: &str = "config.json";

/// Builds every pack of `plugins/` that is no example, and publishes it to a folder's registry; where the folder holds
/// none yet, an empty one like the default one is made first.
///
/// A version that is there already stays as it is; when its source has changed since, publishing it is refused.
pub fn publish(root: &Path, folder: &Path) -> Outcome<()> {
    let published = now()?;
    if !folder.join(CONFIG).exists() {
        make_registry(&root.join("registry"), folder)?;
    }
    for pack in packs::build(root, &[])?.iter().filter(|pack| !pack.source.example) {
        let line = registry::publish(folder, &pack.bytes, &published, &grants)
            .map_err(|error| Failure::from_report(&pack.source.name, &error))?;
        println!("{} {} {}", line.name, line.version, line.digest);
    }
    Ok(())
}

/// Makes an empty registry with the id and the limits of another.
fn make_registry(model: &Path, folder: &Path) -> Outcome<()> {
    let model_registry = Folder::open(model).map_err(|error| Failure::from_report("registry/", &error))?;
    registry::init(folder, model_registry.id()).map_err(|error| Failure::from_report("a new registry", &error))?;
    let config = folder.join(CONFIG);
    fs::copy(model.join(CONFIG), &config).map(drop).map_err(Failure::io(&config))
}

/// The time of publication: now, or what `SOURCE_DATE_EPOCH` says.
fn now() -> Outcome<String> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map_err(|_| Failure::new(format!("SOURCE_DATE_EPOCH is no number: `{text}`")))?,
        Err(_) => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs()),
    };
    Ok(rfc3339(seconds))
}

/// Seconds since 1970 as `2026-11-23T15:00:00Z`, in the Gregorian calendar whose days are counted from 1 March, so that
/// the leap day is the last of its year.
fn rfc3339(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_798_761_600), "2027-01-01T00:00:00Z");
    }
}
