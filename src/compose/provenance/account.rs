//! From pieces to what a user is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::spots::Spot;
use super::{Attribution, ShareKind, UsedTemplate};
use crate::compose::Share;
use crate::compose::file::Parts;
use crate::compose::gather::Piece;
use crate::compose::settle::Used;
use crate::compose::texts::text_of;
use crate::model::{Body, Rendering, Text};
use crate::template::{self, TemplateLine};

/// Turns spots into what a user is told; templates are traced once each.
pub(super) struct Account<'s> {
    shares: &'s [Share<'s>],
    used: &'s Used,
    traced: BTreeMap<(usize, *const Rendering), Vec<Option<TemplateLine>>>,
}

impl<'s> Account<'s> {
    /// An account of what these shares made, in which `used` settled conflicts.
    pub(super) fn of(shares: &'s [Share<'s>], used: &'s Used) -> Self {
        Self { shares, used, traced: BTreeMap::new() }
    }

    /// Every share in the file, the owner's first.
    pub(super) fn shares(&mut self, parts: &Parts<'_>) -> Vec<Attribution> {
        let files = parts.files.iter().map(|(piece, _)| *piece);
        let others = parts.fills.iter().map(|(piece, _)| *piece).chain(parts.merges.iter().map(|(piece, _)| *piece));
        let all = files.chain(others).chain(parts.lines.iter().map(|(piece, _)| *piece));
        all.map(|piece| self.attribution(&Spot { piece: Some(piece), line: None, pointer: None }, parts)).collect()
    }

    pub(super) fn attribution(&mut self, spot: &Spot<'_>, parts: &Parts<'_>) -> Attribution {
        let pointer = spot.pointer.clone();
        let Some(piece) = spot.piece else {
            return Attribution { party: None, kind: ShareKind::Settlement, pointer, template: None, chosen: true };
        };
        let kind = match piece.body {
            Body::File(_) => ShareKind::File,
            Body::Slot(fill) => ShareKind::Slot {
                slot: fill.name.clone(),
                opener: parts.files.first().map(|(piece, _)| piece.party.clone()),
            },
            Body::Merge(merge) => ShareKind::Merge { format: merge.format.clone() },
            Body::Lines(_) => ShareKind::Lines,
        };
        let template = match text_of(piece.body) {
            Some(Text::Template(rendering)) => Some(UsedTemplate {
                name: rendering.template.clone(),
                line: spot.line.and_then(|line| self.template_line(piece, rendering, line)),
                names: None,
                values: Arc::clone(&rendering.values),
            }),
            _ => None,
        };
        let is_chosen_place = pointer.as_ref().is_some_and(|pointer| self.used.pointers.contains(pointer));
        let chosen = is_chosen_place || (self.used.owner && kind == ShareKind::File);
        Attribution { party: Some(piece.party.clone()), kind, pointer, template, chosen }
    }

    fn template_line(&mut self, piece: &Piece<'_>, rendering: &Rendering, line: usize) -> Option<TemplateLine> {
        let share = self.shares.iter().position(|share| share.instance.name == *piece.instance())?;
        let traced = self.traced.entry((share, rendering)).or_insert_with(|| {
            let text = piece.text.as_deref().unwrap_or_default();
            carried(template::trace(&self.shares[share].output.templates, rendering, text), text)
        });
        traced.get(line).cloned().flatten()
    }
}

/// A line in the middle of something printed belongs to where that began; a blank one to nothing.
fn carried(traced: Vec<Option<TemplateLine>>, text: &str) -> Vec<Option<TemplateLine>> {
    let mut last = None;
    let line = |(own, line): (Option<TemplateLine>, &str)| {
        last = own.or_else(|| last.take());
        last.clone().filter(|_| !line.trim().is_empty())
    };
    traced.into_iter().zip(text.split('\n')).map(line).collect()
}
