"""Turn tests/spec into docs/spec: the tests are the manual, nobody writes it by hand."""

import argparse
import ast
import inspect
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS, DOCS = ROOT / "tests" / "spec", ROOT / "docs" / "spec"
INDEX = "index.md"


def pages() -> dict[str, str]:
    """Return every page by file name, index first."""
    out, contents = {}, []
    for path in sorted(TESTS.glob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        title = next(
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "title"
        )
        name = path.stem.removeprefix("test_").replace("_", "-")
        parts = [f"# {title}", *paragraphs(ast.get_docstring(tree) or "")]
        tests = [
            node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        parts += [part for test in tests for part in page_section(test)]
        out[f"{name}.md"] = "\n\n".join(filter(None, parts)) + "\n"
        contents.append(f"- [{title}]({name}.md) : {len(tests)} règles")
    lead = "Chaque règle est un test qui tourne : ce qui est écrit ici est vrai de la version que vous lisez."
    return {INDEX: "\n\n".join(["# Ce que Maillage promet", lead, "\n".join(contents)]) + "\n", **out}


def page_section(test: ast.FunctionDef) -> list[str]:
    """Return a test as a reader meets it: the rule, the table, the answer."""
    rule, *explained = paragraphs(ast.get_docstring(test) or "")
    parts = [f"## {rule.rstrip('.')}", *explained]
    for call in calls(test):
        drawing, answer = text_of(call.args[0]), call.args[2]
        if drawing:
            parts.append(block(drawing))
        label = "Réponse" if call_name(call) == "spec" else "Message"
        parts.append(f"{label} :")
        parts.append(block(text_of(answer) or rendered(answer)))
    return parts


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, each on one line: where the source wraps means nothing."""
    return [re.sub(r"\n(?!- )", " ", part) for part in re.split(r"\n\s*\n", text.strip())]


def calls(test: ast.FunctionDef) -> list[ast.Call]:
    spec_calls = [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and call_name(node) in ("spec", "refusal")
    ]
    return [node for node in spec_calls if len(node.args) >= 3]


def call_name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def text_of(node: ast.expr) -> str:
    """Return a literal text, '' when the expression is something else; names inside an f-string stay as
    they are.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return inspect.cleandoc(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [ast.literal_eval(v) if isinstance(v, ast.Constant) else "…" for v in node.values]
        return inspect.cleandoc("".join(parts))
    return ""


def rendered(node: ast.expr) -> str:
    """Return an expected value as a reader would write it."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)
    return "\n".join(str(x) for x in value) if isinstance(value, list) else str(value)


def block(text: str) -> str:
    return f"```text\n{text}\n```"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the pages are not up to date")
    wanted = pages()
    if parser.parse_args().check:
        current_pages = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
        stale = sorted(
            name
            for name in wanted.keys() | current_pages.keys()
            if wanted.get(name) != current_pages.get(name)
        )
        if stale:
            print(f"docs/spec is not up to date: {', '.join(stale)}.\nRun make docs.", file=sys.stderr)
        return 1 if stale else 0
    DOCS.mkdir(parents=True, exist_ok=True)
    for path in DOCS.glob("*.md"):
        path.unlink()
    for name, text in wanted.items():
        (DOCS / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
