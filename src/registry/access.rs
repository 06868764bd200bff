//! How registries are reached: what a command may do, where copies are kept, and who listens.

use std::time::Duration;

use super::{Credentials, IndexLine, Trust};
use crate::model::{PackId, Report};
use crate::store::Cache;

/// How long a copy of an index file is believed without asking the server again. Whoever needs the newest asks for no
/// age at all, and a resolution that fails with copies is tried again without them.
pub const FRESH: Duration = Duration::from_secs(600);

/// How registries are reached.
pub struct Access<'a> {
    /// Where copies of what was read are kept.
    pub cache: Cache,
    /// Whether the network is off limits.
    pub offline: bool,
    /// Whether plain HTTP may leave this machine.
    pub plain_http: bool,
    /// How old a copy may be that is used without asking the server.
    pub fresh: Duration,
    /// How long connecting and waiting for an answer may take; a body must grow at a rate within the same time.
    pub timeout: Duration,
    /// How often a request is repeated that may go better the next time.
    pub retries: usize,
    /// Who the user is to registries that ask.
    pub credentials: Credentials,
    /// Whom the user trusts.
    pub trust: Trust,
    /// Who is told what goes on.
    pub listener: &'a dyn Listener,
}

impl Access<'_> {
    /// The versions of which the component is on this machine.
    pub(super) fn at_hand(&self, mut lines: Vec<IndexLine>) -> Vec<IndexLine> {
        let blobs = self.cache.blobs();
        lines.retain(|line| blobs.contains(&line.digest));
        lines
    }
}

/// What reading a registry tells while it goes on.
pub trait Listener: Sync {
    /// A component is being fetched. `bytes` is its size, where the index said it.
    fn fetching(&self, pack: &str, bytes: Option<u64>);
    /// So many more bytes of it are here.
    fn received(&self, pack: &str, bytes: u64);
    /// It is here, or failed to come.
    fn fetched(&self, pack: &str);
    /// Whether packs of the registry at this address are taken without a signature; `pack` is the first of them. Only a
    /// person can say so.
    fn takes_unsigned(&self, registry: &str, pack: &PackId) -> bool;
    /// Something that the run can do without went wrong.
    fn warning(&self, report: &Report);
}
