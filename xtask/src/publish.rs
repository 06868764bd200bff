//! Publishes the first-party packs to the default registry.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use scaffold::host::grants;
use scaffold::model::rfc3339;
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
