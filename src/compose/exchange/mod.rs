//! Capabilities and facts, in two phases.
//!
//! A pack offers facts in `plan` and takes those of others in `plan` or in `render`. Only what it needs in `plan` says
//! who plans before whom; by the time packs render, every offer is there, so a requirement for `render` can never be
//! part of a circle. The exchange knows the instances in canonical order, tells in which waves they plan, keeps their
//! offers, and hands each instance what its requirements accept.
//!
//! Nothing here runs a pack: the pipeline asks for [`Exchange::waves`], runs the instances of a wave in parallel with
//! what [`Exchange::taken`] gives, and brings their offers to [`Exchange::offer`].

mod error;
#[cfg(test)]
mod tests;
mod waves;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

pub use error::{ExchangeError, Link};

use super::party::Party;
use crate::model::{Instance, Manifest, Name, Offer, Phase, ProjectPath, Requirement, Taken};
use crate::schema::{Problem, Schema, SchemaError};

/// Names packs outside of the project that provide what a requirement asks for: a registry's knowledge, for hints.
pub type Suppliers<'a> = dyn Fn(&Requirement) -> Vec<Name> + Sync + 'a;

/// What the instances of a project offer each other.
pub struct Exchange<'a> {
    instances: &'a [Instance],
    suppliers: &'a Suppliers<'a>,
    waves: Vec<Vec<usize>>,
    offers: Vec<Vec<Offer>>,
    schemas: Schemas,
}

/// Schemas of facts, compiled once each: a capability's provider and its takers mostly bring the same.
#[derive(Default)]
pub struct Schemas(Mutex<BTreeMap<String, Arc<Result<Schema, SchemaError>>>>);

impl Schemas {
    /// Those that the offers of these packs will be checked by: ahead of the packs' answers, on a thread that has nothing
    /// else to do.
    pub fn of<'a>(packs: impl IntoIterator<Item = &'a Manifest>) -> Self {
        let schemas = Self::default();
        for own in packs.into_iter().flat_map(|pack| &pack.provides) {
            schemas.compile(&own.facts);
        }
        schemas
    }

    fn compile(&self, schema: &Value) -> Arc<Result<Schema, SchemaError>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = known.entry(schema.to_string()).or_insert_with(|| Arc::new(Schema::compile(schema)));
        Arc::clone(compiled)
    }
}

impl<'a> Exchange<'a> {
    /// The exchange of instances in canonical order, without an offer yet. `schemas` may be those of their facts.
    ///
    /// # Errors
    /// A circle of packs that need each other's facts in `plan`.
    pub fn new(
        instances: &'a [Instance],
        suppliers: &'a Suppliers<'a>,
        schemas: Schemas,
    ) -> Result<Self, Vec<ExchangeError>> {
        let waves = waves::waves(instances)?;
        Ok(Self { instances, suppliers, waves, offers: vec![Vec::new(); instances.len()], schemas })
    }

    /// Which instances plan together, by their places in canonical order: a wave needs offers of earlier waves only.
    pub fn waves(&self) -> &[Vec<usize>] {
        &self.waves
    }

    /// The offers of the instance at `place` in canonical order.
    pub fn offers(&self, place: usize) -> &[Offer] {
        self.offers.get(place).map_or(&[], Vec::as_slice)
    }

    /// Takes in what the instance at `place` offered.
    ///
    /// # Errors
    /// Offers that its manifest does not declare, two under one capability, facts that its own schema refuses: all of
    /// them. Then none of the instance's offers is kept.
    pub fn offer(&mut self, place: usize, offers: Vec<Offer>) -> Result<(), Vec<ExchangeError>> {
        let Some(instance) = self.instances.get(place) else { return Ok(()) };
        let mut errors = Vec::new();
        let mut seen = BTreeSet::new();
        for offer in &offers {
            if !seen.insert(&offer.capability) {
                errors
                    .push(ExchangeError::Repeated { pack: Party::of(instance), capability: offer.capability.clone() });
            }
            errors.extend(self.check_offer(instance, offer));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if let Some(kept) = self.offers.get_mut(place) {
            *kept = offers;
        }
        Ok(())
    }

    /// What the instance at `place` is given in `phase`, in canonical order, each offer once and never its own.
    ///
    /// In `plan` that is what its requirements for `plan` accept, in `render` what any of them accepts.
    ///
    /// # Errors
    /// Requirements that too few or too many offers meet, and facts that the requirement's schema refuses: all of
    /// them.
    pub fn taken(&self, place: usize, phase: Phase) -> Result<Vec<Taken>, Vec<ExchangeError>> {
        let Some(instance) = self.instances.get(place) else { return Ok(Vec::new()) };
        let mut errors = Vec::new();
        let mut chosen = BTreeSet::new();
        for requirement in &instance.manifest.requires {
            if phase == Phase::Plan && requirement.needed_in == Phase::Render {
                continue;
            }
            let accepted = self.accepted(place, requirement);
            errors.extend(self.check_number(instance, requirement, &accepted));
            errors.extend(self.check_facts(instance, requirement, &accepted));
            chosen.extend(accepted);
        }
        if errors.is_empty() {
            Ok(chosen.into_iter().filter_map(|(giver, at)| self.take(giver, at)).collect())
        } else {
            Err(errors)
        }
    }

    fn take(&self, giver: usize, at: usize) -> Option<Taken> {
        let instance = self.instances.get(giver)?;
        let offer = self.offers.get(giver)?.get(at)?.clone();
        let Instance { name, at, manifest } = instance;
        Some(Taken { pack: manifest.name.clone(), instance: name.clone(), at: at.clone(), offer })
    }

    /// The places of the offers that meet a requirement of the instance at `place`.
    ///
    /// Who wants several gets all of the project's. Who wants one gets the nearest: its own folder's, else that of the
    /// next folder around it that has one, so that of two services in one repository each finds its own facts.
    fn accepted(&self, place: usize, requirement: &Requirement) -> Vec<(usize, usize)> {
        let others = self.offers.iter().enumerate().filter(|(giver, _)| *giver != place);
        let offers =
            others.flat_map(|(giver, offers)| offers.iter().enumerate().map(move |(at, offer)| (giver, at, offer)));
        let accepted: Vec<(usize, usize)> = offers
            .filter(|(_, _, offer)| requirement.accepts(&offer.capability, &offer.version))
            .map(|(giver, at, _)| (giver, at))
            .collect();
        if requirement.cardinality.bears_several() {
            return accepted;
        }
        let distance = |giver: usize| distance(self.folder(place), self.folder(giver));
        let nearest = accepted.iter().map(|&(giver, _)| distance(giver)).min();
        accepted.into_iter().filter(|&(giver, _)| Some(distance(giver)) == nearest).collect()
    }

    fn folder(&self, place: usize) -> &str {
        self.instances.get(place).and_then(|instance| instance.at.as_ref()).map_or("", ProjectPath::as_str)
    }

    fn check_number(
        &self,
        instance: &Instance,
        requirement: &Requirement,
        accepted: &[(usize, usize)],
    ) -> Option<ExchangeError> {
        let cardinality = requirement.cardinality;
        if accepted.is_empty() && cardinality.needs_one() {
            return Some(ExchangeError::Missing {
                pack: Party::of(instance),
                requirement: Box::new(requirement.clone()),
                silent: self.declared(instance, |name, version| requirement.accepts(name, version)),
                unfit: self.declared(instance, |name, version| {
                    requirement.name == name.as_str() && !requirement.version.matches(version)
                }),
                suppliers: (self.suppliers)(requirement),
            });
        }
        if accepted.len() > 1 && !cardinality.bears_several() {
            let giver = |&(giver, at): &(usize, usize)| {
                let offer = self.offers(giver).get(at)?;
                Some((Party::of(self.instances.get(giver)?), format!("{}@{}", offer.capability, offer.version)))
            };
            return Some(ExchangeError::Surplus {
                pack: Party::of(instance),
                requirement: Box::new(requirement.clone()),
                givers: accepted.iter().filter_map(giver).collect(),
            });
        }
        None
    }

    /// The other instances whose manifests declare a capability that `fits`, each with the first that does.
    fn declared(&self, instance: &Instance, fits: impl Fn(&Name, &semver::Version) -> bool) -> Vec<(Party, String)> {
        let others = self.instances.iter().filter(|other| other.name != instance.name);
        let first = |other: &Instance| {
            let own = other.manifest.provides.iter().find(|own| fits(&own.name, &own.version))?;
            Some((Party::of(other), format!("{}@{}", own.name, own.version)))
        };
        others.filter_map(first).collect()
    }

    fn check_facts(
        &self,
        instance: &Instance,
        requirement: &Requirement,
        accepted: &[(usize, usize)],
    ) -> Vec<ExchangeError> {
        if accepted.is_empty() {
            return Vec::new();
        }
        let compiled = self.schemas.compile(&requirement.facts);
        let schema = match compiled.as_ref() {
            Ok(schema) => schema,
            Err(error) => {
                let capability = requirement.name.clone();
                let message = error.to_string();
                return vec![ExchangeError::Schema { pack: Party::of(instance), capability, message }];
            }
        };
        let mut errors = Vec::new();
        for &(giver, at) in accepted {
            let (Some(other), Some(offer)) = (self.instances.get(giver), self.offers(giver).get(at)) else { continue };
            let problems = schema.problems(&offer.facts);
            if !problems.is_empty() {
                errors.push(ExchangeError::Unfit {
                    giver: Party::of(other),
                    taker: Party::of(instance),
                    capability: offer.capability.clone(),
                    problems: shown(problems, &offer.facts),
                });
            }
        }
        errors
    }

    /// Whether the manifest declares the offer, and whether its facts are as declared.
    fn check_offer(&self, instance: &Instance, offer: &Offer) -> Option<ExchangeError> {
        let pack = Party::of(instance);
        let capability = offer.capability.clone();
        let declared = &instance.manifest.provides;
        let Some(own) = declared.iter().find(|own| own.name == offer.capability && own.version == offer.version) else {
            let declared = declared.iter().map(|own| format!("`{}@{}`", own.name, own.version)).collect();
            return Some(ExchangeError::Undeclared { pack, capability, version: offer.version.clone(), declared });
        };
        match self.schemas.compile(&own.facts).as_ref() {
            Err(error) => {
                let capability = capability.to_string();
                Some(ExchangeError::Schema { pack, capability, message: error.to_string() })
            }
            Ok(schema) => {
                let problems = schema.problems(&offer.facts);
                let problems = shown(problems, &offer.facts);
                (!problems.is_empty()).then_some(ExchangeError::Facts { pack, capability, problems })
            }
        }
    }
}

/// How many folders up `other` is from `own`; a folder that is not around it is farther than any that is.
fn distance(own: &str, other: &str) -> usize {
    let is_around =
        other.is_empty() || own == other || own.strip_prefix(other).is_some_and(|rest| rest.starts_with('/'));
    let depth = |folder: &str| folder.split('/').filter(|name| !name.is_empty()).count();
    if is_around { depth(own) - depth(other) } else { usize::MAX }
}

/// Problems as lines: where in the facts, what is wrong.
fn shown(problems: Vec<Problem>, facts: &Value) -> Vec<String> {
    let whole = if facts.is_object() { "the facts" } else { "the whole" };
    let line = |problem: Problem| {
        let place = if problem.pointer.is_empty() { whole.to_owned() } else { format!("`{}`", problem.pointer) };
        crate::model::printable(&format!("{place}: {}", problem.message)).into_owned()
    };
    problems.into_iter().map(line).collect()
}
