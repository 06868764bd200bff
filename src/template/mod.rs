//! stub until merged
use crate::model::JsonObject;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct TemplateError;
impl TemplateError {
    pub fn line(&self) -> Option<u32> {
        None
    }
}
pub fn evaluate(_: &str, _: &JsonObject) -> Result<serde_json::Value, TemplateError> {
    Err(TemplateError)
}
pub fn interpolate(_: &str, _: &JsonObject) -> Result<String, TemplateError> {
    Err(TemplateError)
}
