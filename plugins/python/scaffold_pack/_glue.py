"""Between the bindings that `componentize-py` makes of the contract and the types of this package."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from componentize_py_types import Err
from wit_world.imports import jinja, layout, types

import scaffold_pack as sdk

T = TypeVar("T")

POLICIES: dict[str, Callable[[], types.ListPolicy]] = {
    "unite": types.ListPolicy_Unite,
    "sorted": types.ListPolicy_Sorted,
    "append": types.ListPolicy_Append,
    "replace": types.ListPolicy_Replace,
}


def classes(pack: sdk.Pack) -> tuple[type, type]:
    class Generator:
        def describe(self) -> types.Manifest:
            return manifest(pack.manifest)

        def plan(self, context: types.Context, taken: list[types.Taken]) -> types.Planned:
            planned = refusing(lambda: pack.plan(given(context), [offered(offer) for offer in taken]))
            offers = [types.Offer(name, version, dumps(facts)) for name, version, facts in planned.offers]
            return types.Planned(offers, [diagnostic(said) for said in planned.diagnostics])

        def render(self, context: types.Context, taken: list[types.Taken]) -> types.Output:
            output = refusing(lambda: pack.render(given(context), [offered(offer) for offer in taken]))
            return types.Output(
                [source(template) for template in output.templates()],
                [types.Contribution(path, body(share)) for path, share in output.contributions],
                [diagnostic(said) for said in output.diagnostics],
                [types.Step(step.title, list(step.command)) for step in output.next_steps],
            )

    class Migration:
        def migrate(self, old_version: str, answers: str) -> str:
            return dumps(refusing(lambda: pack.migrate(old_version, json.loads(answers))))

    return Generator, Migration


def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
    return json.loads(asking(jinja.evaluate, expression, values))


def interpolate(template: str, values: Mapping[str, Any]) -> str:
    return asking(jinja.interpolate, template, values)


def asking(ask: Callable[[str, str], str], text: str, values: Mapping[str, Any]) -> str:
    """Asks the host; where it fails, the pack refuses with the host's reason."""
    try:
        return ask(text, dumps(values))
    except Err as error:
        raise sdk.Refusal(f"{text}: {error.value.message}") from error


def refusing(call: Callable[[], T]) -> T:
    """What a pack returns, or its refusal as the contract has it."""
    try:
        return call()
    except sdk.Refusal as refusal:
        raise Err([diagnostic(said) for said in refusal.diagnostics]) from refusal


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def folder(instance: str) -> str:
    return layout.folder(instance) or "."


def given(context: types.Context) -> sdk.Context:
    return sdk.Context(
        project=context.project.name,
        year=context.project.year,
        instance=context.instance,
        folder=folder(context.instance),
        answers=json.loads(context.answers),
    )


def offered(offer: types.Taken) -> sdk.Taken:
    facts = json.loads(offer.facts)
    return sdk.Taken(offer.pack, offer.instance, folder(offer.instance), offer.capability, offer.version, facts)


def manifest(manifest: sdk.Manifest) -> types.Manifest:
    return types.Manifest(
        name=manifest.name,
        version=manifest.version,
        summary=manifest.summary,
        description=manifest.description,
        license=manifest.license,
        keywords=list(manifest.keywords),
        questions=dumps(manifest.questions),
        dependencies=[types.Dependency(own.name, own.version, own.source) for own in manifest.dependencies],
        provides=[types.Capability(own.name, own.version, dumps(own.facts)) for own in manifest.provides],
        requires=[requirement(own) for own in manifest.requires],
        extra="{}",
    )


def requirement(own: sdk.Requirement) -> types.Requirement:
    cardinality = types.Cardinality[own.cardinality.upper().replace("-", "_")]
    phase = types.Phase[own.needed_in.upper()]
    return types.Requirement(own.name, own.version, cardinality, dumps(own.facts), phase)


def diagnostic(said: sdk.Diagnostic) -> types.Diagnostic:
    return types.Diagnostic(types.Severity[said.severity.upper()], said.message, said.answer, said.help)


def source(template: sdk.Template) -> types.Source:
    marks = template.marks
    syntax = types.Syntax(marks.block, marks.variable, marks.comment) if marks else None
    return types.Source(template.name, template.text, syntax)


def text(text: sdk.Text) -> types.Text:
    if isinstance(text, str):
        return types.Text_Literal(text)
    return types.Text_Template(types.Rendering(text.template.name, dumps(text.values)))


def body(share: sdk.File | sdk.Merge | sdk.Lines | sdk.Fill) -> types.Body:
    match share:
        case sdk.File():
            return types.Body_File(whole(share))
        case sdk.Merge():
            rules = [types.ListRule(pointer, policy(rule)) for pointer, rule in share.lists.items()]
            return types.Body_Merge(types.Merge(share.format, text(share.text), share.weak, rules))
        case sdk.Lines():
            return types.Body_Lines(list(share.lines))
        case sdk.Fill():
            return types.Body_Slot(types.Slot(share.slot, text(share.text), share.order))


def whole(file: sdk.File) -> types.File:
    contents = file.contents
    return types.File(
        contents=types.Content_Bytes(contents) if isinstance(contents, bytes) else types.Content_Text(text(contents)),
        executable=file.executable,
        ownership=types.Ownership.ONCE if file.once else types.Ownership.MANAGED,
        slots=[types.Opening(slot.name, slot.marker, slot.required, slot.unique, slot.sorted) for slot in file.slots],
        moved_from=list(file.moved_from),
    )


def policy(rule: str) -> types.ListPolicy:
    name, _, key = rule.partition(" ")
    return types.ListPolicy_ByKey(key) if name == "by-key" else POLICIES[name]()
