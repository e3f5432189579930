"""Count the names and the docstrings that say nothing to a stranger, and the French turns that our pages
refuse: part of `make check`.

    .venv/bin/python tools/plain_names.py             (fails where a folder has more than its recorded count)
    .venv/bin/python tools/plain_names.py --list src/maillage/engine     (names each one, with its line)
    .venv/bin/python tools/plain_names.py --record    (writes the counts, which may only shrink)

A name is a riddle when it is a retired word of docs/glossary.md, alone or as a part. Riddles are counted by
folder in tools/plain_names.yaml until none remains. Turns of French are those of docs/plain_french.yaml,
sought in the strings of the code, in templates, in YAML and in our pages of documentation.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
COUNTS = ROOT / "tools/plain_names.yaml"
CODE = ("src", "packages", "tests", "tools", "bench")
TURNS = ROOT / "docs/plain_french.yaml"
WRITTEN = {".html", ".yaml", ".typ", ".j2", ".txt"}  # what a page or a document is made of, beside the code
CONTEXT = 40  # characters on each side of a turn, where its exceptions are sought
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
    kind: str  # "name", "docstring" or "french"
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


class Turn(NamedTuple):
    """A turn of French that is refused, the contexts where it stands, and a row of examples."""

    refused: re.Pattern[str]
    exceptions: tuple[re.Pattern[str], ...]
    example: str
    say: str


def turns() -> list[Turn]:
    """Return the rows of docs/plain_french.yaml."""
    return [
        Turn(
            re.compile(row["refused"], re.MULTILINE),
            tuple(re.compile(each) for each in row.get("except", ())),
            row["example"],
            row["say"],
        )
        for row in yaml.safe_load(TURNS.read_text("utf-8"))
    ]


def refused_turns(text: str, table: Sequence[Turn]) -> Iterator[tuple[int, str]]:
    """Yield the place in a text of each refused turn, and its words."""
    for turn in table:
        for match in turn.refused.finditer(text):
            context = text[max(0, match.start() - CONTEXT) : match.end() + CONTEXT]
            if not any(exception.search(context) for exception in turn.exceptions):
                yield match.start(), match[0]


def french_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each string of a module with its line, docstrings apart; a value put in it is written {}."""
    skipped = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            node.values
            if isinstance(node, ast.JoinedStr)
            else [node.value]
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            else []
        )
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield "".join(parts), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value, node.lineno


def read_french(path: Path, table: Sequence[Turn]) -> list[Riddle]:
    """Return the refused turns of a file: in its strings if it is code, else in its text but comments."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        joined = re.sub(r'"\s*\n\s*f?"', "", text).replace('"', "\n")
        if not any(turn.refused.search(joined) for turn in table):
            return []  # most modules: parsed only when something may be found
        passages: Iterable[tuple[str, int]] = french_of(ast.parse(text))
    else:
        comment = r"\{#.*?#\}|(?m:^\s*#.*$)" if path.suffix != ".md" else r"(?!)"
        blank = re.sub(comment, lambda match: "\n" * match[0].count("\n"), text)
        passages = [(re.sub(r"(?<=\S)\n[ \t]*(?=\S)", "\0", blank), 1)]
    relative = path.relative_to(ROOT).as_posix()
    return [
        Riddle(
            relative, line + passage.count("\n", 0, place) + passage.count("\0", 0, place), "french", words
        )
        for passage, line in passages
        for place, words in refused_turns(passage.replace("\0", " ").replace("\xa0", " "), table)
    ]


def written_files() -> list[Path]:
    """Return the files whose French somebody reads: the code, what pages are made of, our documentation."""
    source = [
        path
        for folder in CODE[:2]
        for path in (ROOT / folder).rglob("*")
        if (path.suffix in WRITTEN or path.suffix == ".py")
        and not {"migrations", "models.py"} & set(path.parts)  # names for ourselves
    ]
    pages = [*(ROOT / "docs/methods").glob("*.md"), ROOT / "docs/installer.md", ROOT / "docs/menaces.md"]
    return sorted([*source, *pages, ROOT / "README.md"])


def folder_of(path: str) -> str:
    """Return the folder counting a file: an app, a floor of the house, a kind of tests; "." is the root."""
    parts = path.split("/")[:-1]
    depth = MIN_FOLDER_PARTS + (parts[2:3] == ["apps"]) if parts[:1] == ["src"] else 2
    return "/".join(parts[:depth]) or "."


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
    table = turns()
    riddles += [riddle for path in written_files() for riddle in read_french(path, table)]
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
