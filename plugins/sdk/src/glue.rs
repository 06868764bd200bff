//! Between the generated trait and [`Pack`]. Public only because [`export!`](crate::export) names it.

use core::marker::PhantomData;

use crate::bindings::exports::scaffold::pack::generator::{
    Context, Diagnostic, Guest, Manifest, Output, Planned, Taken,
};
use crate::bindings::exports::scaffold::pack::migration;
use crate::prelude::*;
use crate::{Pack, Past};

/// The contract's side of a pack.
pub struct Exported<P>(PhantomData<P>);

impl<P: Pack> Guest for Exported<P> {
    fn describe() -> Manifest {
        P::manifest()
    }

    fn plan(context: Context, taken: Vec<Taken>) -> Result<Planned, Vec<Diagnostic>> {
        P::plan(&context, &taken)
    }

    fn render(context: Context, taken: Vec<Taken>) -> Result<Output, Vec<Diagnostic>> {
        Ok(P::render(&context, &taken)?.finish())
    }
}

impl<P: Pack> migration::Guest for Exported<P> {
    fn migrate(old_version: String, answers: String) -> Result<String, Vec<Diagnostic>> {
        let past = Past::new(old_version, answers);
        let migrated = P::migrate(&past)?;
        // The host takes the same answers for none that were carried over.
        Ok(migrated.as_ref().map_or(past.json(), |answers| answers.as_str()).to_owned())
    }
}
