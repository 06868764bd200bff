//! Between the generated trait and [`Pack`]. Public only because [`export!`](crate::export) names it.

use core::marker::PhantomData;

use crate::bindings::exports::scaffold::pack::generator::{
    Context, Diagnostic, Guest, Manifest, Output, Planned, Taken,
};
use crate::bindings::migrating::exports::scaffold::pack::migration;
use crate::migration::{Migrate, Old};
use crate::prelude::*;
use crate::{Object, Pack};

impl<P: Migrate> migration::Guest for Exported<P> {
    fn migrate(version: String, answers: String) -> Result<String, Vec<Diagnostic>> {
        P::migrate(Old { version: &version, answers: &answers }).map(Object::into_string)
    }
}

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
