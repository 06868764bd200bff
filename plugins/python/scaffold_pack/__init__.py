"""Write template packs for scaffold in Python.

A pack is a pure function from answers and facts to contributions: files, fragments that are merged, lines, fills of
slots. It names templates, which the host renders; it never opens a file while it runs.

    from scaffold_pack import Context, Manifest, Output, Pack, Taken, Template, export

    SCRIPT = Template("greet.sh", "#!/bin/sh\\necho {{ answers.greeting }}\\n")

    class Greeter(Pack):
        manifest = Manifest(
            name="greeter",
            version="0.1.0",
            summary="A script that greets",
            questions={"properties": {"greeting": {"type": "string", "default": "hello"}}},
        )

        def render(self, context: Context, taken: list[Taken]) -> Output:
            return Output().file("greet.sh", SCRIPT(context.values()), executable=True)

    Generator, Migration = export(Greeter())

The last line is what `componentize-py` looks for. Outside of a component it does nothing, so a pack's module can be
imported by plain unit tests; `scaffold_pack.testing` makes what its methods are given.

Whatever a module does when it is imported happens once, when the pack is built, and with the pack's folder at hand:
that is when `read_templates` reads. A pack that runs has no folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

__all__ = [
    "BRACKETS",
    "Capability",
    "Context",
    "Dependency",
    "Diagnostic",
    "Manifest",
    "Marks",
    "Output",
    "Pack",
    "Planned",
    "Refusal",
    "Rendering",
    "Requirement",
    "Slot",
    "Taken",
    "Template",
    "evaluate",
    "export",
    "interpolate",
    "read_templates",
]

Json = Any
"""What `json.dumps` takes."""

Format = Literal["json", "jsonc", "yaml", "toml", "dotenv"]


@dataclass(frozen=True)
class Capability:
    """Facts that a pack offers to others: a semantic version, and the facts' JSON Schema."""

    name: str
    version: str
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Requirement:
    """Facts that a pack takes. `needed_in="plan"` orders the packs."""

    name: str
    version: str
    cardinality: Literal["exactly-one", "at-most-one", "at-least-one", "any-number"] = "exactly-one"
    facts: Mapping[str, Json] = field(default_factory=dict)
    needed_in: Literal["plan", "render"] = "render"


@dataclass(frozen=True)
class Dependency:
    """A pack that must be composed into the same project."""

    name: str
    version: str
    source: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a pack says of itself. The order of the questions' properties is the order of asking."""

    name: str
    version: str
    summary: str
    description: str = ""
    license: str = ""
    keywords: Sequence[str] = ()
    questions: Mapping[str, Json] = field(default_factory=dict)
    dependencies: Sequence[Dependency] = ()
    provides: Sequence[Capability] = ()
    requires: Sequence[Requirement] = ()


@dataclass(frozen=True)
class Context:
    """What both phases are given. A question that was not asked has no key among the answers."""

    project: str
    year: int
    instance: str
    folder: str
    """Where this use of the pack stands, relative to the project's root: `services/orders`, or `.`."""
    answers: Mapping[str, Json]

    def values(self, **more: Json) -> dict[str, Json]:
        """What templates are given in most packs: `project`, with `name` and `year`, `answers`, and whatever is added."""
        return {"project": {"name": self.project, "year": self.year}, "answers": self.answers, **more}


@dataclass(frozen=True)
class Taken:
    """Facts of another pack."""

    pack: str
    instance: str
    folder: str
    capability: str
    version: str
    facts: Mapping[str, Json]


@dataclass(frozen=True)
class Diagnostic:
    """Something that the user is told. `answer` is the JSON Pointer of the answer that it is about: `/port`."""

    message: str
    answer: str | None = None
    help: str | None = None
    severity: Literal["error", "warning", "note"] = "error"


class Refusal(Exception):
    """Raised where the answers or the facts of others don't suit: nothing is made, and the user is told why."""

    def __init__(self, message: str, *, answer: str | None = None, help: str | None = None) -> None:
        super().__init__(message)
        self.diagnostics = [Diagnostic(message, answer, help)]

    @classmethod
    def of(cls, diagnostics: Sequence[Diagnostic]) -> Refusal:
        """A refusal for several reasons at once."""
        refusal = cls("; ".join(diagnostic.message for diagnostic in diagnostics))
        refusal.diagnostics = list(diagnostics)
        return refusal


@dataclass(frozen=True)
class Marks:
    """The marks of a template, each opening and closing."""

    block: tuple[str, str]
    variable: tuple[str, str]
    comment: tuple[str, str]


BRACKETS = Marks(("[%", "%]"), ("[[", "]]"), ("[#", "#]"))
"""For files that use braces themselves, as GitHub's workflows do."""


@dataclass(frozen=True)
class Template:
    """A Jinja template. Called with values, it is text that the host will render."""

    name: str
    text: str
    marks: Marks | None = None

    def __call__(self, values: Mapping[str, Json]) -> Rendering:
        return Rendering(self, values)


@dataclass(frozen=True)
class Rendering:
    """A template with its values."""

    template: Template
    values: Mapping[str, Json]


Text = str | Rendering


def read_templates(folder: str | Path, marks: Marks | None = None) -> dict[str, Template]:
    """The templates of a folder by their paths in it, with `/` between names: read when the module is imported, which is
    when the pack is built.

        TEMPLATES = read_templates(Path(__file__).parent / "templates")
    """
    root = Path(folder)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    names = {path: path.relative_to(root).as_posix() for path in files}
    return {names[path]: Template(names[path], path.read_text(encoding="utf-8"), marks) for path in files}


@dataclass(frozen=True)
class Slot:
    """A line of a file where other packs may put text."""

    name: str
    marker: str
    required: bool = False
    unique: bool = False
    sorted: bool = False


@dataclass(frozen=True)
class File:
    """A whole file."""

    contents: Text | bytes
    executable: bool
    once: bool
    slots: Sequence[Slot]
    moved_from: Sequence[str]


@dataclass(frozen=True)
class Merge:
    """A fragment of a structured file."""

    format: Format
    text: Text
    weak: bool
    lists: Mapping[str, str]


@dataclass(frozen=True)
class Lines:
    """Lines that a file must hold."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Fill:
    """Text for another pack's slot."""

    slot: str
    text: Text
    order: int


@dataclass(frozen=True)
class Step:
    """What the user can do next: a program and its arguments, never a shell line."""

    title: str
    command: Sequence[str]


class Output:
    """The contributions of one `render`. Methods return the output itself, so that they can be chained."""

    def __init__(self) -> None:
        self.contributions: list[tuple[str, File | Merge | Lines | Fill]] = []
        self.shared: list[Template] = []
        self.diagnostics: list[Diagnostic] = []
        self.next_steps: list[Step] = []

    def file(
        self,
        path: str,
        contents: Text | bytes,
        *,
        executable: bool = False,
        once: bool = False,
        slots: Sequence[Slot] = (),
        moved_from: Sequence[str] = (),
    ) -> Output:
        """A whole file. With `once` it is the user's as soon as it is written."""
        return self._add(path, File(contents, executable, once, slots, moved_from))

    def merge(
        self,
        path: str,
        format: Format,
        text: Text | Mapping[str, Json],
        *,
        weak: bool = False,
        lists: Mapping[str, str] | None = None,
    ) -> Output:
        """A fragment that is merged into a structured file; a mapping is written as JSON, which YAML is, too. `lists` says
        by JSON Pointer how lists meet: `unite`, `sorted`, `append`, `replace`, or `by-key MEMBER`."""
        fragment = text if isinstance(text, (str, Rendering)) else json.dumps(text, ensure_ascii=False)
        return self._add(path, Merge(format, fragment, weak, lists or {}))

    def lines(self, path: str, *lines: str) -> Output:
        """Lines that the file must hold, each once."""
        return self._add(path, Lines(lines))

    def fill(self, path: str, slot: str, text: Text, *, order: int = 0) -> Output:
        """Text for a slot that another pack's file opens; lower orders come first."""
        return self._add(path, Fill(slot, text, order))

    def share(self, *templates: Template) -> Output:
        """Templates that others include, import or extend."""
        self.shared.extend(templates)
        return self

    def step(self, title: str, *command: str) -> Output:
        """What the user can do next."""
        self.next_steps.append(Step(title, command))
        return self

    def say(self, diagnostic: Diagnostic) -> Output:
        """A warning or a note."""
        self.diagnostics.append(diagnostic)
        return self

    def _add(self, path: str, share: File | Merge | Lines | Fill) -> Output:
        self.contributions.append((path, share))
        return self

    def templates(self) -> list[Template]:
        """Every template that goes along, each once."""
        named: dict[str, Template] = {template.name: template for template in self.shared}
        for _, share in self.contributions:
            text = share.contents if isinstance(share, File) else getattr(share, "text", None)
            if isinstance(text, Rendering):
                named.setdefault(text.template.name, text.template)
        return list(named.values())


class Planned:
    """The facts of one `plan`."""

    def __init__(self) -> None:
        self.offers: list[tuple[str, str, Mapping[str, Json]]] = []
        self.diagnostics: list[Diagnostic] = []

    def offer(self, capability: str, version: str, facts: Mapping[str, Json]) -> Planned:
        """Facts under a capability that the manifest provides."""
        self.offers.append((capability, version, facts))
        return self

    def say(self, diagnostic: Diagnostic) -> Planned:
        """A warning or a note."""
        self.diagnostics.append(diagnostic)
        return self


class Pack:
    """A template pack. Every method is pure: the same arguments give the same result, on every machine."""

    manifest: Manifest
    """What the pack says of itself: read once, when it is built."""

    def plan(self, context: Context, taken: list[Taken]) -> Planned:
        """First phase: checks the answers beyond their schema, and makes the facts for other packs."""
        return Planned()

    def render(self, context: Context, taken: list[Taken]) -> Output:
        """Second phase: makes the contributions, with the facts that other packs offer."""
        raise NotImplementedError

    def migrate(self, version: str, answers: Mapping[str, Json]) -> Mapping[str, Json]:
        """Carries the answers of a project over that this older version of the pack made."""
        return answers


def export(pack: Pack) -> tuple[type, type]:
    """The two classes that `componentize-py` looks for in a pack's module: `Generator, Migration = export(MyPack())`."""
    try:
        import wit_world  # noqa: F401
    except ModuleNotFoundError:
        # No component is being built: under a test, or in an editor.
        return object, object
    from . import _glue

    return _glue.classes(pack)


def evaluate(expression: str, values: Mapping[str, Json]) -> Json:
    """The value of a Jinja expression, from the host: `answers.resources | length > 1`. Only inside of a component."""
    from . import _glue

    return _glue.evaluate(expression, values)


def interpolate(template: str, values: Mapping[str, Json]) -> str:
    """A short template, rendered by the host: `app/{{ resource | snake }}.py`. Only inside of a component."""
    from . import _glue

    return _glue.interpolate(template, values)
