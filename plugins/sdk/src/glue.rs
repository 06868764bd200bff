//! Between the generated trait and [`Pack`]. Public only because [`export!`](crate::export) names it.

use core::marker::PhantomData;

use crate::Pack;
use crate::bindings::exports::scaffold::pack::generator::{
    Context, Diagnostic, Guest, Manifest, Output, Planned, Taken,
};
use crate::prelude::*;

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
