"""Turn tests/spec into docs/spec: the tests are the manual; its pages are built, never committed."""

import ast
import inspect
import re
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
    drawn = any(part.startswith("```") for part in explained)
    for call in calls(test):
        answers = call.args[1:2] if drawn else call.args[2:3]  # none where it is drawn beside the question
        if not drawn and (drawing := text_of(call.args[0])):
            parts.append(block(drawing))
        for answer in answers:
            parts.append("Réponse :" if call_name(call) == "spec" else "Message :")
            parts.append(block(text_of(answer) or rendered(answer)))
    return parts


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, each on one line: where the source wraps means nothing, but in a
    drawn table, which has a line of dashes.
    """
    return [
        block(part) if re.search(r"^-[-+ ]+$", part, re.MULTILINE) else re.sub(r"\n(?!- )", " ", part)
        for part in re.split(r"\n\s*\n", text.strip())
    ]


def calls(test: ast.FunctionDef) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and call_name(node) in ("spec", "refusal")
    ]


def call_name(call: ast.Call) -> str:
    """Return the name called; that of the fixture for `spec.rows`."""
    function = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return function.id if isinstance(function, ast.Name) else ""


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


def main() -> None:
    DOCS.mkdir(parents=True, exist_ok=True)
    for path in DOCS.glob("*.md"):
        path.unlink()
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
