//! `scaffold cache`.

use serde_json::json;

use super::args::{CacheArguments, CacheCommand};
use super::printer::Printer;
use crate::pipeline::Failure;
use crate::store::Home;

pub fn run(arguments: &CacheArguments, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let cache = home.cache();
    let folder = cache.dir().display().to_string();
    match arguments.command {
        CacheCommand::Dir if printer.is_json() => {
            printer.document("scaffold.cache-dir/1", json!({ "directory": folder }));
        }
        CacheCommand::Dir => printer.data(&format!("{folder}\n")),
        CacheCommand::Size => {
            let usage = cache.size()?;
            if printer.is_json() {
                printer.document("scaffold.cache-size/1", json!({ "files": usage.files, "bytes": usage.bytes }));
            } else {
                printer.data(&format!("{}\n", usage.bytes));
            }
        }
        CacheCommand::Verify => {
            let blobs = cache.blobs();
            let digests = blobs.list()?;
            let mut damaged = Vec::new();
            for digest in &digests {
                // What has another digest than its name says is removed by reading it.
                if blobs.get(digest)?.is_none() {
                    damaged.push(digest.hex());
                }
            }
            cache.drop_compiled()?;
            if printer.is_json() {
                let document = json!({ "checked": digests.len(), "removed": damaged });
                printer.document("scaffold.cache-verify/1", document);
            }
            printer.status(
                "Verified",
                &format!("{} components, {} removed; compiled code is made anew", digests.len(), damaged.len()),
            );
        }
        CacheCommand::Clean => {
            let usage = cache.clean()?;
            if printer.is_json() {
                printer.document("scaffold.cache-clean/1", json!({ "files": usage.files, "bytes": usage.bytes }));
            }
            printer.status("Cleaned", &format!("{} files, {} bytes from `{folder}`", usage.files, usage.bytes));
        }
    }
    Ok(())
}
