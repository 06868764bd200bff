//! Documentation of a service: the example that stands in this folder in five languages.

use scaffold_pack::{
    Context, Diagnostic, ListPolicy, Manifest, Merge, Object, Opening, Output, Pack, Planned, Questions, Requirement, Taken,
    jinja, offered, template,
};
use serde::Deserialize;

#[derive(Questions, Deserialize)]
struct Answers {
    /// Who answers for it?
    #[question(default = "core")]
    owner: String,
    /// What does it serve?
    #[question(default = ["order"], min_items = 1)]
    resources: Vec<String>,
    /// How much should be written?
    #[question(default = "plain")]
    style: Style,
    /// How many have to agree?
    #[question(default = 2, minimum = 1, when(style = "detailed"))]
    #[expect(dead_code, reason = "a template reads it")]
    reviewers: Option<u32>,
}

#[derive(Questions, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Style {
    Plain,
    Detailed,
}

struct ServiceDocs;

impl Pack for ServiceDocs {
    fn manifest() -> Manifest {
        scaffold_pack::manifest!()
            .description("Pages under `docs/`, and `catalogue.json` for those who list services.")
            .keywords(["example", "docs"])
            .asks::<Answers>()
            .provides(
                "catalogue",
                "1.0.0",
                r#"{ "type": "object", "required": ["owner"], "properties": { "owner": { "type": "string" } } }"#,
            )
            .requires(Requirement::at_most_one("http-service", "^1"))
    }

    fn plan(context: &Context, _: &[Taken]) -> Result<Planned, Vec<Diagnostic>> {
        let answers: Answers = context.answers()?;
        if answers.owner.trim().is_empty() {
            return Err(vec![Diagnostic::error("somebody has to answer for it").about("/owner")]);
        }
        let facts = Object::new().text("owner", &answers.owner);
        Ok(Planned::new().offer("catalogue", "1.0.0", facts.as_str()))
    }

    fn render(context: &Context, taken: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
        let answers: Answers = context.answers()?;
        let values = context.values();
        let index = template!("docs/index.md", &values).opens(Opening::new("sections", "<!-- slot: sections -->"));
        let mut output = Output::new()
            .file("docs/index.md", index)
            .merge("catalogue.json", Merge::json(template!("catalogue.json", &values)).list("/resources", ListPolicy::Sorted))
            .lines(".gitignore", ["/site/"])
            .step("Read it", ["cat", "docs/index.md"]);
        for resource in &answers.resources {
            let values = values.clone().text("resource", resource);
            let path = jinja::interpolate("docs/resources/{{ resource | kebab }}.md", &values)?;
            output = output.file(&path, template!("docs/resource.md", &values));
        }
        if matches!(answers.style, Style::Detailed) {
            output = output.file("docs/review.md", template!("docs/review.md", &values));
        }
        if let Some(service) = offered(taken, "http-service").next() {
            let values = Object::new().json("service", &service.facts);
            output = output.fill("docs/index.md", "sections", template!("docs/service.md", &values));
        }
        Ok(output)
    }
}

scaffold_pack::export!(ServiceDocs);

#[cfg(test)]
mod tests {
    use scaffold_pack::test;
    use serde_json::json;

    use super::*;

    #[test]
    fn each_resource_has_a_page() {
        let answers = json!({ "owner": "core", "resources": ["order", "LineItem"], "style": "plain" });
        let tree = test::render::<ServiceDocs>(&test::context(answers), &[]).expect("the answers are good");
        assert_eq!(tree.text("docs/resources/line-item.md"), "# LineItem\n\n`/line-items` of shop.\n");
    }
}
