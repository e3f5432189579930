"""Count the names and the docstrings that say nothing to a stranger, and the French turns that our pages
refuse: part of `make check`.

    .venv/bin/python tools/plain_names.py             (names each one with its line, and fails)

A name is a riddle when it is a retired word of docs/glossary.md, alone or as a part. A column of a model and
an input of a form keep the name that databases, backups and pages carry already: they are read from the
bodies of the classes. Turns of French are those of docs/plain_french.yaml, sought in the strings of the
code, in templates, in YAML and in our pages of documentation.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
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
    """Return True for a name that is a retired word, or has one refused anywhere among its parts."""
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


def carried_names(path: Path, tree: ast.AST) -> set[tuple[str, int]]:
    """Return the columns and the inputs that a module declares, with their lines: what is made by a call in
    the body of a class of models or of forms.
    """
    if path.name != "models.py" and "forms" not in (path.stem, path.parent.name):
        return set()
    return {
        (target.id, target.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }


def read(path: Path, retired: Mapping[str, str]) -> list[Riddle]:
    """Return the riddles of a file."""
    relative = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text("utf-8"))
    carried = carried_names(path, tree)
    names = [(path.stem, 1), *(each for each in bindings(tree) if each not in carried)]
    riddles = [Riddle(relative, line, "name", name) for name, line in names if is_retired(name, retired)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            docstring = ast.get_docstring(node) or ""
            if HEADLESS.match(docstring):
                head = docstring.splitlines()[0]
                riddles.append(Riddle(relative, getattr(node, "lineno", 1), "docstring", head))
    return riddles


class Turn(NamedTuple):
    """A turn of French that is refused, the contexts where it stands, and a row of examples.

    files: the endings of the files where it is sought, all by default; outside: folders where it may stand.
    """

    refused: re.Pattern[str]
    exceptions: tuple[re.Pattern[str], ...]
    example: str
    say: str
    files: tuple[str, ...] = ()
    outside: frozenset[str] = frozenset()

    def concerns(self, path: Path) -> bool:
        """Return True if the turn is sought in a file."""
        return (not self.files or path.suffix in self.files) and not self.outside & set(path.parts)


def turns() -> list[Turn]:
    """Return the rows of docs/plain_french.yaml."""
    return [
        Turn(
            re.compile(row["refused"], re.MULTILINE),
            tuple(re.compile(each) for each in row.get("except", ())),
            row["example"],
            row["say"],
            tuple(row.get("files", ())),
            frozenset(row.get("outside", ())),
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
    text, table = path.read_text("utf-8"), [turn for turn in table if turn.concerns(path)]
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


def main() -> None:
    """Name each riddle, and fail with any."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    retired, table = retired_words(), turns()
    riddles = [
        riddle
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
        for riddle in read(path, retired)
    ]
    riddles += [riddle for path in written_files() for riddle in read_french(path, table)]
    if riddles:
        sys.exit("\n".join(f"{each.path}:{each.line}: {each.kind}: {each.text}" for each in riddles))


if __name__ == "__main__":
    main()
