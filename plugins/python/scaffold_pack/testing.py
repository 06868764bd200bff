"""What a pack's methods are given in unit tests, which run without the host.

Templates are rendered by the host, so a unit test looks at which template goes where with which values; what comes of
them is tested by `scaffold pack test`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold_pack import Context, File, Fill, Lines, Merge, Output, Rendering, Taken


def context(answers: Mapping[str, Any], *, project: str = "shop", instance: str = "pack", folder: str = ".") -> Context:
    """The context of a project of the year 2026, in whose root the pack is used once."""
    return Context(project=project, year=2026, instance=instance, folder=folder, answers=answers)


def taken(pack: str, capability: str, facts: Mapping[str, Any], *, version: str = "1.0.0", folder: str = ".") -> Taken:
    """An offer of a pack that is used once."""
    return Taken(pack=pack, instance=pack, folder=folder, capability=capability, version=version, facts=facts)


def shares(output: Output, path: str) -> list[File | Merge | Lines | Fill]:
    """All that is contributed to a path."""
    return [share for at, share in output.contributions if at == path]


def values(output: Output, path: str) -> Mapping[str, Any]:
    """The values of the template that makes the file at a path."""
    for share in shares(output, path):
        if isinstance(share, File) and isinstance(share.contents, Rendering):
            return share.contents.values
    raise AssertionError(f"no template makes `{path}`")
