"""Public names are nouns and verbs of the field: docs/glossary.md lists them, and the words that are retired."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src/maillage"
GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
TERMS, RETIRED_TABLE = GLOSSARY.split("## Retired words")
ROW = re.compile(r"^\| `(\w+)` \| (anywhere|alone) \| (.+) \|$", re.MULTILINE)
RETIRED = {word: where for word, where, _ in ROW.findall(RETIRED_TABLE)}


def _parts(name: str) -> set[str]:
    """Return the words of a name, whether written with underscores or capitals."""
    return {part.lower() for part in re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", name) if part}


def _is_retired(name: str) -> bool:
    return name.lower() in RETIRED or any(RETIRED.get(part) == "anywhere" for part in _parts(name))


def _public(tree: ast.Module | ast.ClassDef, before: str = "") -> list[str]:
    """Return the public classes, functions and methods of a module, each as `Class.name` or `name`."""
    found = []
    for node in tree.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            found.append(before + node.name)
            if isinstance(node, ast.ClassDef):
                found += _public(node, f"{before}{node.name}.")
    return found


def _names() -> list[str]:
    """Return every public name of the code, as `module:name`; a module as `module:`."""
    made = []
    for path in sorted(CODE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(("maillage", *path.relative_to(CODE).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        made.append(f"{module}:")
        made += [f"{module}:{name}" for name in _public(ast.parse(path.read_text("utf-8")))]
    return made


def test_no_public_name_is_a_retired_word():
    retired = {name for name in _names() if _is_retired(re.split(r"[.:]", name.removesuffix(":"))[-1])}
    assert retired == set(), "docs/glossary.md, Retired words, says what to say instead"


def test_the_list_of_retired_words_is_read():
    assert {"told", "shown", "said", "held", "asked", "due"} <= {
        word for word, where in RETIRED.items() if where == "anywhere"
    }
    assert RETIRED["left"] == "alone"
    assert len(RETIRED) == RETIRED_TABLE.count("\n| `")
    for name in ("told", "Told", "rows_told", "StructuresAsked", "left"):
        assert _is_retired(name), name
    for name in ("top_left", "fit_rates", "overdue", "storyteller"):
        assert not _is_retired(name), name


def test_each_term_of_the_glossary_is_a_name_of_the_code():
    rows = [line.split("|")[1:-1] for line in TERMS.splitlines() if line.startswith("|")]
    terms = [
        term
        for row in rows
        for cell in row[: 2 if len(row) == 4 else 1]
        for term in re.findall(r"`(\w+)`", cell)
    ]
    code = "\n".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    known = set(re.findall(r"\w+", code))
    assert len(terms) > 80
    assert len(terms) == len(set(terms)), "each term once"
    assert not [term for term in terms if term not in known]
