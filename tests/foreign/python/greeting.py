"""The greeting pack in Python: nothing but the contract, `json` and what componentize-py generates from the WIT."""

import json
import os
import random
import time

from componentize_py_types import Err
from wit_world.imports import jinja, log, types

LANGUAGE = "python"

QUESTIONS = {
    "type": "object",
    "properties": {
        "greeting": {"type": "string", "title": "How does the project greet?", "default": "Hello"},
        "loud": {"type": "boolean", "title": "In capitals?", "default": False},
    },
}

FACTS = {"type": "object", "required": ["greeting"], "properties": {"greeting": {"type": "string"}}}

TEMPLATE = (
    "{% if loud %}{{ greeting | upper }}, {{ project.name | upper }}"
    "{% else %}{{ greeting }}, {{ project.name }}"
    "{% endif %} ({{ project.year }})!\n"
)


class Generator:
    """The exported interface; componentize-py looks for a class of its name."""

    def describe(self) -> types.Manifest:
        return types.Manifest(
            name=f"greeting-{LANGUAGE}",
            version="0.1.0",
            summary="A greeting from a pack written in Python",
            description="Writes one greeting, and says which facts it was given.",
            license="Apache-2.0",
            keywords=["example", "greeting"],
            questions=json.dumps(QUESTIONS),
            dependencies=[],
            provides=[types.Capability(f"greeting-{LANGUAGE}", "1.0.0", json.dumps(FACTS))],
            requires=[types.Requirement("*", "*", types.Cardinality.ANY_NUMBER, "{}", types.Phase.RENDER)],
            extra="{}",
        )

    def plan(self, context: types.Context, taken: list[types.Taken]) -> types.Planned:
        greeting = json.loads(context.answers)["greeting"]
        if greeting == "forbidden":
            raise Err([error("`forbidden` is not a greeting", "/greeting")])
        facts = json.dumps({"greeting": greeting}, ensure_ascii=False)
        return types.Planned(offers=[types.Offer(f"greeting-{LANGUAGE}", "1.0.0", facts)], diagnostics=[])

    def render(self, context: types.Context, taken: list[types.Taken]) -> types.Output:
        answers = json.loads(context.answers)
        log.write(log.Level.INFO, f"greeting {context.project.name} from {LANGUAGE}")
        try:
            path = jinja.interpolate("greetings/{{ lang }}.txt", json.dumps({"lang": LANGUAGE}))
        except Err as failed:
            raise Err([error(failed.value.message, None)]) from failed
        values = {
            "greeting": answers["greeting"],
            "loud": answers["loud"],
            "project": {"name": context.project.name, "year": context.project.year},
        }
        facts = sorted(f"{fact.pack} {fact.capability}@{fact.version}\n" for fact in taken)
        greeting = types.Text_Template(types.Rendering("hello.txt.j2", json.dumps(values, ensure_ascii=False)))
        languages = {"languages": {LANGUAGE: True}, "all": [LANGUAGE]}
        merge = types.Merge("json", types.Text_Literal(json.dumps(languages)), False, [])
        return types.Output(
            templates=[types.Source("hello.txt.j2", TEMPLATE, None)],
            contributions=[
                file(path, greeting),
                types.Contribution(".gitignore", types.Body_Lines(["*.tmp", f"{LANGUAGE}.log"])),
                types.Contribution("greetings.json", types.Body_Merge(merge)),
                file(f"greetings/{LANGUAGE}.facts", types.Text_Literal("".join(facts))),
                file(f"greetings/{LANGUAGE}.sandbox", types.Text_Literal(sandbox())),
            ],
            diagnostics=[],
            next_steps=[types.Step("Read the greeting", ["cat", path])],
        )


def sandbox() -> str:
    """What the host lets Python have of the world: the same on every machine and in every run."""
    print(f"{len(os.environ)} environment variables")
    # The interpreter is a snapshot of one that had started: without a new seed, its numbers are the build's.
    random.seed()
    return f"clock {time.time()}\nrandom {random.random()}\n"


def file(path: str, text: types.Text) -> types.Contribution:
    contents = types.Content_Text(text)
    return types.Contribution(path, types.Body_File(types.File(contents, False, types.Ownership.MANAGED, [], [])))


def error(message: str, answer: str | None) -> types.Diagnostic:
    return types.Diagnostic(types.Severity.ERROR, message, answer, None)
