"""<< answers.summary >>."""

from scaffold_pack import Capability, Context, Manifest, Output, Pack, Planned, Refusal, Taken, Template, export

# JSON Schema. The order of the properties is the order of asking.
QUESTIONS = {
    "type": "object",
    "properties": {
        "greeting": {"title": "What should be said?", "type": "string", "default": "hello", "minLength": 1},
        "loud": {"title": "In capitals?", "type": "boolean", "default": False},
    },
    "required": ["greeting", "loud"],
}

# What other packs learn of it.
FACTS = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}

# Jinja, rendered by the host. `read_templates` reads a folder of such files.
SCRIPT = Template(
    "hello.sh",
    """#!/bin/sh
echo "{{ text }}, {{ project.name }}!"
""",
)


class Greeter(Pack):
    manifest = Manifest(
        name="<< project.name >>",
        version="0.1.0",
        summary=<< answers.summary | tojson >>,
        license=<< answers.license | tojson >>,
        questions=QUESTIONS,
        provides=[Capability("greeting", "1.0.0", FACTS)],
    )

    def plan(self, context: Context, taken: list[Taken]) -> Planned:
        """First phase: checks what a question's schema can't say, and makes the facts for other packs."""
        if not context.answers["greeting"].strip():
            raise Refusal("a greeting is more than spaces", answer="/greeting")
        return Planned().offer("greeting", "1.0.0", {"text": text(context)})

    def render(self, context: Context, taken: list[Taken]) -> Output:
        """Second phase: makes the files."""
        output = Output().file("hello.sh", SCRIPT(context.values(text=text(context))), executable=True)
        return output.lines(".gitignore", "*.log").step("Greet", "./hello.sh")


def text(context: Context) -> str:
    """The greeting as it is said."""
    greeting: str = context.answers["greeting"]
    return greeting.upper() if context.answers["loud"] else greeting


Generator, Migration = export(Greeter())
