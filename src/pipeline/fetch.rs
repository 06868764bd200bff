//! Bringing packs' components here: from the store, or from their registry by way of the store.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use super::{Failure, Member, Workshop, phases};
use crate::model::{Diagnose as _, Digest, Report};

/// How many components are downloaded at once.
const AT_ONCE: usize = 8;

/// Components that were downloaded, by digest.
pub(super) type Downloaded = BTreeMap<Digest, Vec<u8>>;

/// Downloads the components of these members, several at once. What the store has, and what lies in this program or on
/// this machine anyway, is left to [`bytes_of`].
pub(super) fn download(workshop: &Workshop<'_>, members: &[&Member]) -> Result<Downloaded, Failure> {
    let blobs = workshop.cache.blobs();
    let mut missing: Vec<&Member> = members
        .iter()
        .copied()
        .filter(|member| member.resolved.is_remote(&workshop.registries) && !blobs.contains(&member.resolved.digest))
        .collect();
    missing.sort_by_key(|member| member.resolved.digest);
    missing.dedup_by_key(|member| member.resolved.digest);
    let queue = Mutex::new(missing.iter());
    let work = || {
        let mut done = Vec::new();
        while let Some(member) = queue.lock().ok().and_then(|mut queue| queue.next()) {
            let bytes = bytes_of(workshop, member).map(Cow::into_owned);
            done.push(bytes.map(|bytes| (member.resolved.digest, bytes)).map_err(Failure::from));
        }
        done
    };
    let done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..missing.len().min(AT_ONCE)).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        done.extend(helpers.into_iter().filter_map(|helper| helper.join().ok()).flatten());
        done
    });
    Ok(phases::all(done)?.into_iter().collect())
}

/// The bytes of a resolved pack: this machine's copy, or the registry's, of which a copy is kept.
pub(super) fn bytes_of(workshop: &Workshop<'_>, member: &Member) -> Result<Cow<'static, [u8]>, Report> {
    let digest = &member.resolved.digest;
    let blobs = workshop.cache.blobs();
    let kept = || match blobs.get(digest) {
        Ok(bytes) => bytes,
        Err(error) => {
            workshop.observer.warning(&error.report());
            None
        }
    };
    if let Some(bytes) = kept() {
        return checked(workshop, member, bytes);
    }
    // Where the cache can't be written there is no copy to wait for.
    let lock = if member.resolved.is_remote(&workshop.registries) { blobs.lock(digest).ok() } else { None };
    if let Some(bytes) = lock.as_ref().and_then(|_| kept()) {
        return checked(workshop, member, bytes);
    }
    let bytes = member.resolved.fetch(&workshop.registries).map_err(|error| error.report())?;
    if let Err(error) = blobs.put(&bytes) {
        workshop.observer.warning(&error.report());
    }
    drop(lock);
    vouch(workshop, member);
    Ok(Cow::Owned(bytes.into_owned()))
}

/// Looks at the components that nobody looked at since the index said what they are: code that was compiled of one
/// earlier, under another name perhaps, would be run without.
pub(super) fn check(workshop: &Workshop<'_>, members: &[Member]) -> Result<(), Failure> {
    let blobs = workshop.cache.blobs();
    for member in members {
        let resolved = &member.resolved;
        let is_vouched = || blobs.is_vouched(&resolved.digest, &resolved.description_digest());
        if resolved.needs_check(&workshop.registries) && !is_vouched() {
            bytes_of(workshop, member)?;
        }
    }
    Ok(())
}

/// A copy from the store, which is what its digest says and may be another pack than the index does.
fn checked(workshop: &Workshop<'_>, member: &Member, bytes: Vec<u8>) -> Result<Cow<'static, [u8]>, Report> {
    member.resolved.check(&bytes, &workshop.registries).map_err(|error| error.report())?;
    vouch(workshop, member);
    Ok(Cow::Owned(bytes))
}

/// Where it can't be noted that a component was looked at, it is looked at again the next time.
fn vouch(workshop: &Workshop<'_>, member: &Member) {
    let resolved = &member.resolved;
    if resolved.needs_check(&workshop.registries) {
        let _ = workshop.cache.blobs().vouch(&resolved.digest, &resolved.description_digest());
    }
}
