//! Who plans before whom.

use std::collections::BTreeSet;

use super::error::{ExchangeError, Link};
use crate::compose::order::find_circle;
use crate::compose::party::Party;
use crate::model::{Instance, Phase};

/// Groups instances, given in canonical order, so that each wave needs facts of earlier waves only.
pub(super) fn waves(instances: &[Instance]) -> Result<Vec<Vec<usize>>, Vec<ExchangeError>> {
    let needs: Vec<BTreeSet<usize>> = (0..instances.len()).map(|taker| givers(instances, taker)).collect();
    let mut settled = vec![false; instances.len()];
    let mut waves = Vec::new();
    let mut open: Vec<usize> = (0..instances.len()).collect();
    while !open.is_empty() {
        let is_settled = |giver: &usize| settled.get(*giver).copied().unwrap_or(true);
        let (wave, rest): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|taker| needs.get(**taker).is_none_or(|givers| givers.iter().all(is_settled)));
        if wave.is_empty() {
            return Err(vec![circle(instances, &needs, &rest)]);
        }
        for &place in &wave {
            if let Some(flag) = settled.get_mut(place) {
                *flag = true;
            }
        }
        waves.push(wave);
        open = rest;
    }
    Ok(waves)
}

/// The instances that have to plan before the one at `taker`, because they may offer what it needs.
fn givers(instances: &[Instance], taker: usize) -> BTreeSet<usize> {
    (0..instances.len()).filter(|&giver| giver != taker && capability(instances, taker, giver).is_some()).collect()
}

/// A capability that the instance at `giver` provides and the one at `taker` needs in `plan`.
fn capability(instances: &[Instance], taker: usize, giver: usize) -> Option<String> {
    let (taker, giver) = (instances.get(taker)?, instances.get(giver)?);
    let mut wanted = taker.manifest.requires.iter().filter(|requirement| requirement.needed_in == Phase::Plan);
    wanted.find_map(|requirement| {
        let own = giver.manifest.provides.iter().find(|own| requirement.accepts(&own.name, &own.version))?;
        Some(format!("{}@{}", own.name, own.version))
    })
}

fn circle(instances: &[Instance], needs: &[BTreeSet<usize>], open: &[usize]) -> ExchangeError {
    let next = |taker: &usize| needs.get(*taker)?.iter().copied().find(|giver| open.contains(giver));
    let walked = open.first().map(|&start| find_circle(start, next)).unwrap_or_default();
    let pairs = walked.iter().zip(walked.iter().cycle().skip(1));
    let links = pairs.filter_map(|(&taker, &giver)| {
        Some(Link {
            taker: Party::of(instances.get(taker)?),
            giver: Party::of(instances.get(giver)?),
            capability: capability(instances, taker, giver)?,
        })
    });
    ExchangeError::Cycle(links.collect())
}
