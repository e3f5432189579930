"""Count the names and the docstrings that say nothing to a stranger: part of `make check`.

    .venv/bin/python tools/plain_names.py             (fails where a folder has more than its recorded count)
    .venv/bin/python tools/plain_names.py --list src/maillage/engine     (names each one, with its line)
    .venv/bin/python tools/plain_names.py --record    (writes the counts, which may only shrink)

A name is a riddle when it is a retired word of docs/glossary.md, alone or as a part. Riddles are counted by
folder in tools/plain_names.yaml until none remains.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
COUNTS = ROOT / "tools/plain_names.yaml"
CODE = ("src", "tests", "tools", "bench")
ROW = re.compile(r"^\| `(\w+)` \| (anywhere|alone) \| .+ \|$", re.MULTILINE)
HEADLESS = re.compile(
    r"(?:(?:Return|Say|Tell|Give|Yield|Show|Read|Find|Know|Report) )?(?:what|who|whom|whose|whether)\b",
    re.IGNORECASE,
)
MAX_LINES_OF_EACH = 2  # a loop short enough for its variable to be called `each`
MIN_FOLDER_PARTS = 3  # src/maillage/<floor>; an app is a folder of its own


class Riddle(NamedTuple):
    """A place to rename or to write again: its line, the name or the docstring, and its kind."""

    path: str
    line: int
    kind: str  # "name" or "docstring"
    text: str


def retired_words() -> dict[str, str]:
    """Return each retired word of the glossary with where it is refused: "alone" or "anywhere"."""
    return dict(ROW.findall((ROOT / "docs/glossary.md").read_text("utf-8").split("## Retired words")[1]))


def is_retired(name: str, retired: Mapping[str, str]) -> bool:
    """Return whether a name is a retired word, or has one refused anywhere among its parts."""
    parts = {part.lower() for part in re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", name) if part}
    return name.strip("_").lower() in retired or any(retired.get(part) == "anywhere" for part in parts)


def bindings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each name that a module binds, with its line: locals, parameters, fields, functions, classes.

    `each` counts in a loop of more than two lines only: in a comprehension its list stands beside it.
    """
    short_loops = {
        id(node.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.comprehension)
        or (isinstance(node, ast.For) and (node.end_lineno or 0) - node.body[0].lineno < MAX_LINES_OF_EACH)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            if node.id != "each" or id(node) not in short_loops:
                yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno


def read(path: Path, retired: Mapping[str, str]) -> tuple[list[Riddle], int]:
    """Return the riddles of a file, and how many names it binds."""
    relative = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text("utf-8"))
    names = [(path.stem, 1), *bindings(tree)]
    riddles = [Riddle(relative, line, "name", name) for name, line in names if is_retired(name, retired)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            docstring = ast.get_docstring(node) or ""
            if HEADLESS.match(docstring):
                head = docstring.splitlines()[0]
                riddles.append(Riddle(relative, getattr(node, "lineno", 1), "docstring", head))
    return riddles, len(names)


def folder_of(path: str) -> str:
    """Return the folder that counts a file: an app, a floor of the house, a kind of tests."""
    parts = path.split("/")[:-1]
    depth = MIN_FOLDER_PARTS + (parts[2:3] == ["apps"]) if parts[0] == "src" else 2
    return "/".join(parts[:depth])


def main() -> None:
    """Compare the counts with the recorded ones; name the folders that have more, and fail."""
    options = argparse.ArgumentParser()
    options.add_argument("--record", action="store_true")
    options.add_argument("--list", metavar="FOLDER")
    chosen = options.parse_args()
    retired, riddles, n_names = retired_words(), list[Riddle](), 0
    for path in sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts:
            of_file, n_bound = read(path, retired)
            riddles += of_file
            n_names += n_bound
    if chosen.list:
        for riddle in riddles:
            if riddle.path.startswith(chosen.list):
                print(f"{riddle.path}:{riddle.line}: {riddle.kind}: {riddle.text}")
        return
    counts: dict[str, dict[str, int]] = {}
    for (folder, kind), n in Counter((folder_of(riddle.path), riddle.kind) for riddle in riddles).items():
        counts.setdefault(folder, {})[kind] = n
    recorded = yaml.safe_load(COUNTS.read_text("utf-8")) if COUNTS.exists() else counts
    grown = [
        f"{folder}: {n} of kind {kind}, {recorded.get(folder, {}).get(kind, 0)} recorded; "
        f"tools/plain_names.py --list {folder}"
        for folder, kinds in counts.items()
        for kind, n in kinds.items()
        if n > recorded.get(folder, {}).get(kind, 0)
    ]
    if grown:
        sys.exit("\n".join(grown))
    if chosen.record:
        COUNTS.write_text(yaml.safe_dump(counts), "utf-8")
        total = sum(kinds.get("name", 0) for kinds in counts.values())
        print(f"{total} of {n_names} names ({100 * total / n_names:.1f} %)")
    elif counts != recorded:
        sys.exit("Fewer riddles than recorded: tools/plain_names.py --record writes the new counts.")


if __name__ == "__main__":
    main()
