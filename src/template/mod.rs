//! A stand-in for the template room: replaced when the branches meet.
//!
//! A template is its text with every `{{ NAME }}` replaced by the value's text; a name without a value is an error.

use std::collections::BTreeMap;

use crate::model::{PackId, Rendering, Report, Source};

/// Why a template did not render.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

impl TemplateError {
    /// The report, which names the pack.
    pub fn report_for(&self, pack: &PackId) -> Report {
        Report::new("template", format!("a template of {pack} can't be rendered: {self}"))
    }
}

/// A pack's templates.
#[derive(Debug)]
pub struct Templates(BTreeMap<String, String>);

impl Templates {
    /// Reads templates.
    ///
    /// # Errors
    /// A template with an open mark.
    pub fn parse(sources: &[Source]) -> Result<Self, TemplateError> {
        for source in sources {
            if source.text.matches("{{").count() != source.text.matches("}}").count() {
                return Err(TemplateError(format!("`{}` is not a template", source.name)));
            }
        }
        Ok(Self(sources.iter().map(|source| (source.name.clone(), source.text.clone())).collect()))
    }

    /// Renders one.
    ///
    /// # Errors
    /// An unknown template or variable.
    pub fn render(&self, rendering: &Rendering) -> Result<String, TemplateError> {
        let name = &rendering.template;
        let mut text = self.0.get(name).cloned().ok_or_else(|| TemplateError(format!("there is no `{name}`")))?;
        for (key, value) in &rendering.values {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text = text.replace(&format!("{{{{ {key} }}}}"), &shown);
        }
        if text.contains("{{") { Err(TemplateError(format!("`{name}` has an undefined variable"))) } else { Ok(text) }
    }
}
