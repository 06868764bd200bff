//! What resolving asks a server for, however large its registry is: counted in the server's own log.
//!
//! The packs are only index lines, so the registry room is asked directly and nothing is fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use scaffold::model::{PackId, Report};
use scaffold::registry::{self, Access, Credentials, FRESH, Listener, Preference, Registries, Spec, Trust, Unsigned};
use scaffold::store::Home;

use super::large;
use super::server::Server;
use crate::failure::{Failure, Outcome};

/// How many packs are asked for. Each needs another one, so twice as many are in play.
const ASKED_FOR: usize = 10;
/// How many come of it.
pub const IN_PLAY: usize = 2 * ASKED_FOR;

/// Resolves twice: once with all that has to be asked for, once with nothing.
pub fn check(server: &Server, work: &Path) -> Outcome<()> {
    let home = Home::at(work);
    resolve(server, &home)?;
    let asked = server.requests()?;
    let different: BTreeSet<&String> = asked.iter().collect();
    if asked.len() != 1 + IN_PLAY || different.len() != asked.len() {
        return Err(Failure::new(format!("for {IN_PLAY} packs these were asked for:\n    {}", asked.join("\n    "))));
    }
    resolve(server, &home)?;
    match server.requests()?.len() - asked.len() {
        0 => Ok(()),
        more => Err(Failure::new(format!("{more} requests for what was here"))),
    }
}

fn resolve(server: &Server, home: &Home) -> Outcome<()> {
    let access = Access {
        cache: home.cache(),
        offline: false,
        plain_http: false,
        fresh: FRESH,
        timeout: Duration::from_secs(30),
        retries: 0,
        credentials: Credentials { file: None, given: BTreeMap::new() },
        trust: Trust::new(home.config().join("trust.toml"), Unsigned::Refuse),
        listener: &Silence,
    };
    let registries = Registries::new(Some(server.url()), BTreeMap::new(), &access);
    let names = (0..ASKED_FOR).map(|number| large::name(2 * number));
    let spec = |name: String| name.parse::<Spec>().map_err(|error| Failure::from_report(&name, &error));
    let wanted = names.map(spec).collect::<Outcome<Vec<_>>>()?;
    let mut describe = |_: &Path, _: &[u8]| Err(Report::new("no-file", "no pack here is a file"));
    let resolved = registry::resolve(&wanted, &registries, &Preference::default(), &mut describe)
        .map_err(|error| Failure::from_report("resolving", &error))?;
    match resolved.len() {
        IN_PLAY => Ok(()),
        other => Err(Failure::new(format!("{other} packs came of it, not {IN_PLAY}"))),
    }
}

/// Listens to nothing.
struct Silence;

impl Listener for Silence {
    fn fetching(&self, _: &str, _: Option<u64>) {}
    fn received(&self, _: &str, _: u64) {}
    fn fetched(&self, _: &str) {}
    fn takes_unsigned(&self, _: &str, _: &PackId) -> bool {
        false
    }
    fn warning(&self, _: &Report) {}
}
