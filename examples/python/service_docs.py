"""Documentation of a service: the example that stands in this folder in five languages."""

from pathlib import Path

from scaffold_pack import (
    Capability,
    Context,
    Manifest,
    Output,
    Pack,
    Planned,
    Refusal,
    Requirement,
    Slot,
    Taken,
    export,
    interpolate,
    read_templates,
)

TEMPLATES = read_templates(Path(__file__).parent / "templates")

QUESTIONS = {
    "type": "object",
    "properties": {
        "owner": {"title": "Who answers for it?", "type": "string", "default": "core"},
        "resources": {
            "title": "What does it serve?",
            "type": "array",
            "items": {"type": "string"},
            "default": ["order"],
            "minItems": 1,
        },
        "style": {"title": "How much should be written?", "enum": ["plain", "detailed"], "default": "plain"},
        "reviewers": {
            "title": "How many have to agree?",
            "type": "integer",
            "default": 2,
            "minimum": 1,
            "x-when": {"properties": {"style": {"const": "detailed"}}},
        },
    },
    "required": ["owner", "resources", "style", "reviewers"],
}


class ServiceDocs(Pack):
    manifest = Manifest(
        name="service-docs",
        version="0.1.0",
        summary="Documentation of a service, a page for each resource",
        description="Pages under `docs/`, and `catalogue.json` for those who list services.",
        license="Apache-2.0",
        keywords=["example", "docs"],
        questions=QUESTIONS,
        provides=[
            Capability(
                "catalogue",
                "1.0.0",
                {"type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}}},
            )
        ],
        requires=[Requirement("http-service", "^1", "at-most-one")],
    )

    def plan(self, context: Context, taken: list[Taken]) -> Planned:
        owner = context.answers["owner"]
        if not owner.strip():
            raise Refusal("somebody has to answer for it", answer="/owner")
        return Planned().offer("catalogue", "1.0.0", {"owner": owner})

    def render(self, context: Context, taken: list[Taken]) -> Output:
        answers, values = context.answers, context.values()
        output = (
            Output()
            .file(
                "docs/index.md",
                TEMPLATES["docs/index.md"](values),
                slots=[Slot("sections", "<!-- slot: sections -->")],
            )
            .merge("catalogue.json", "json", TEMPLATES["catalogue.json"](values), lists={"/resources": "sorted"})
            .lines(".gitignore", "/site/")
            .step("Read it", "cat", "docs/index.md")
        )
        for resource in answers["resources"]:
            page = context.values(resource=resource)
            path = interpolate("docs/resources/{{ resource | kebab }}.md", page)
            output.file(path, TEMPLATES["docs/resource.md"](page))
        if answers["style"] == "detailed":
            output.file("docs/review.md", TEMPLATES["docs/review.md"](values))
        for service in taken:
            output.fill("docs/index.md", "sections", TEMPLATES["docs/service.md"]({"service": service.facts}))
        return output


Generator, Migration = export(ServiceDocs())
