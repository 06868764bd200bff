"""<< answers.summary >>."""

import json

from componentize_py_types import Err
from wit_world.imports import types

NAME = "<< project.name >>"

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

# Jinja, rendered by the host.
SCRIPT = """#!/bin/sh
echo "{{ text }}, {{ project.name }}!"
"""


class Generator:
    """The pack. The tool looks for a class of this name."""

    def describe(self) -> types.Manifest:
        """What the pack says of itself: asked once, when it is built."""
        return types.Manifest(
            name=NAME,
            version="0.1.0",
            summary=<< answers.summary | tojson >>,
            description="",
            license=<< answers.license | tojson >>,
            keywords=[],
            questions=json.dumps(QUESTIONS),
            dependencies=[],
            provides=[types.Capability("greeting", "1.0.0", json.dumps(FACTS))],
            requires=[],
            extra="{}",
        )

    def plan(self, context: types.Context, taken: list[types.Taken]) -> types.Planned:
        """First phase: checks what a question's schema can't say, and makes the facts for other packs."""
        answers = json.loads(context.answers)
        if not answers["greeting"].strip():
            raise Err([types.Diagnostic(types.Severity.ERROR, "a greeting is more than spaces", "/greeting", None)])
        facts = json.dumps({"text": text(answers)}, ensure_ascii=False)
        return types.Planned(offers=[types.Offer("greeting", "1.0.0", facts)], diagnostics=[])

    def render(self, context: types.Context, taken: list[types.Taken]) -> types.Output:
        """Second phase: makes the files."""
        answers = json.loads(context.answers)
        values = {"text": text(answers), "project": {"name": context.project.name}}
        script = types.Text_Template(types.Rendering("hello.sh", json.dumps(values, ensure_ascii=False)))
        file = types.File(types.Content_Text(script), True, types.Ownership.MANAGED, [], [])
        return types.Output(
            templates=[types.Source("hello.sh", SCRIPT, None)],
            contributions=[
                types.Contribution("hello.sh", types.Body_File(file)),
                types.Contribution(".gitignore", types.Body_Lines(["*.log"])),
            ],
            diagnostics=[],
            next_steps=[types.Step("Greet", ["./hello.sh"])],
        )


def text(answers: dict) -> str:
    """The greeting as it is said."""
    return answers["greeting"].upper() if answers["loud"] else answers["greeting"]
