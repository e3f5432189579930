"""Name what no line uses, neither code nor template: part of `make check`.

vulture reads Python alone; the names that a template asks for are added to those it knows, so that no list of
exceptions
has to repeat them. What Django, allauth, pydantic and the like call by its name is listed under
[tool.vulture].
Tests are left out on purpose: what only they use is not the product's.
"""

import re
import sys
import tomllib
from pathlib import Path

from vulture import Vulture
from vulture.core import Item

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
DOTTED = re.compile(r"[\"']maillage\.[\w.]*?(\w+)[\"']")
NAME = re.compile(r"[A-Za-z_]\w*")


def in_templates() -> set[str]:
    """Return the names between the braces of every template."""
    pages = (path for path in (ROOT / "src").rglob("*") if path.suffix in (".html", ".txt", ".xml"))
    return {
        name
        for page in pages
        for tag in TAG.finditer(page.read_text("utf-8"))
        for name in NAME.findall(tag[1] or tag[2])
    }


def in_settings() -> set[str]:
    """Return the last name of every dotted path that a setting, a url or a list of tasks writes as text."""
    pages = (ROOT / "src/maillage/manage").glob("*.py")
    return {path[1] for page in pages for path in DOTTED.finditer(page.read_text("utf-8"))}


def is_field(item: Item) -> bool:
    """Return True if it is a name in a class or on an object: columns, forms and libraries read those by
    other means.
    """
    return item.typ == "attribute" or (item.typ == "variable" and not item.name.isupper())


def main() -> None:
    """Print the dead code, a line each, and fail when there is some."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["vulture"]
    code = Vulture(ignore_names=settings["ignore_names"], ignore_decorators=settings["ignore_decorators"])
    code.scavenge([str(ROOT / folder) for folder in settings["paths"]], exclude=settings["exclude"])
    code.used_names |= in_templates() | in_settings()
    dead = [item for item in code.get_unused_code() if not is_field(item)]
    for item in dead:
        print(item.get_report().replace(f"{ROOT}/", ""))
    sys.exit(bool(dead))


if __name__ == "__main__":
    main()
