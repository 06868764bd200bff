#!/usr/bin/env python3
"""Resolves the Python packages of all first-party packs together, into one lock.

    python-lock.py             keep the versions in python.lock, add and drop what the .in files ask for
    python-lock.py --upgrade   take the newest versions
    python-lock.py --check     write nothing; fail if a file is not what this script would write

Two packs that need one package thus name the very same line, and a project that unites their lines never
pins a package twice. Every PACK/requirements*.in beside this script gets a PACK/requirements*.txt: the lines
of the lock that it needs, its dependencies' dependencies included. Needs `uv`.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "python.lock"
# The oldest Python that generated projects support. Markers carry the lock up to newer ones and other systems.
PYTHON = "3.11"


def compile_requirements(source: Path, pins: str, *options: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "requirements.txt"
        output.write_text(pins)
        subprocess.run(
            ["uv", "pip", "compile", source.name, "--output-file", output]
            + ["--universal", "--python-version", PYTHON, "--only-binary", ":all:"]
            + ["--no-config", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet", *options],
            cwd=source.parent,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return output.read_text()


def one_line_each(text: str) -> dict[str, str]:
    """By package name: the requirement, its marker and all its hashes on one physical line."""
    lines: dict[str, str] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        line = " ".join(entry.split())
        if not line or line.startswith("#"):
            continue
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name is None or "://" in line:
            sys.exit(f"not a plain requirement: {line}")
        if name[0] in lines:
            sys.exit(f"{name[0]} is pinned twice, so one line cannot serve every Python: narrow python.in")
        lines[name[0]] = line
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()

    known = LOCK.read_text() if LOCK.exists() and not options.upgrade else ""
    lock = one_line_each(compile_requirements(HERE / "python.in", known, "--generate-hashes"))
    for name, line in lock.items():
        if "--hash=" not in line:
            sys.exit(f"{name} has no hash")

    pins = re.sub(r" --hash=\S+", "", "".join(f"{line}\n" for line in lock.values()))
    wanted = {LOCK: list(lock.values())}
    for source in sorted(HERE.glob("*/requirements*.in")):
        needed = one_line_each(compile_requirements(source, pins))
        wanted[source.with_suffix(".txt")] = [line for name, line in lock.items() if name in needed]
    # Development requirements come on top of the pack's own.
    for path, lines in wanted.items():
        runtime = wanted.get(path.with_name("requirements.txt"))
        if path.name == "requirements-dev.txt" and runtime is not None:
            wanted[path] = ["-r requirements.txt"] + [line for line in lines if line not in runtime]

    stale = False
    for path, lines in wanted.items():
        text = "".join(f"{line}\n" for line in lines)
        if path.exists() and path.read_text() == text:
            continue
        stale = True
        if options.check:
            print(f"{path.relative_to(HERE)} is out of date: run {Path(__file__).name}", file=sys.stderr)
        else:
            path.write_text(text)
            print(f"wrote {path.relative_to(HERE)}")
    sys.exit(1 if stale and options.check else 0)


if __name__ == "__main__":
    main()
