"""Pages of docs/ name files, folders, modules and floors that are in the tree."""

import re
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.utils.text import slugify

from tools import attacks

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src/maillage"
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FLOORS = sorted(path.name for path in CODE.iterdir() if (path / "__init__.py").is_file())
APPS = sorted(path.parent for path in (CODE / "apps").rglob("apps.py"))
ROOMS = sorted(path.name for path in (CODE / "apps").iterdir() if (path / "__init__.py").is_file())
FILES = ("urls", "views", "forms", "actions", "queries", "access", "models", "rules")
TOPS = ("src", "packages", "tests", "tools", "bench", "docs", "changes", "data")

# `statistics/offer/gaps.py`, `statistics/engine/{reach,siting}.py`, `sources/offer/<room>/hours.py`, `publishing/directory/formats/*.py`
FILE = re.compile(r"(?<![\w./{])(?:[\w<>*{},-]+/)*[\w*{},-]+\.py\b")
# `src/maillage/apps/directory/places`, `reference/definitions`, `tests/spec/`: what stands under a top folder, a floor or `apps/`
FOLDER = re.compile(rf"(?<![\w./{{-])(?:{'|'.join((*TOPS, *FLOORS))})/[\w/<>*{{}},-]+(?:\.\w+)?")
# `statistics.survey.weighting`, `maillage.words.languages.say`, `rules.custody` of some feature
DOTTED = re.compile(
    rf"(?<![\w./])(?:maillage\.)?(?:{'|'.join((*FLOORS, *ROOMS, *(app.name for app in APPS), *FILES))})(?:\.\w+)+\b(?![\w/])"
)
# Names with a dot that are no module: files.
OTHERWISE = re.compile(r"\.(?:py|md|yaml|yml|json|csv|js|html|toml|css|zip)$")
# A right or a verb of the journal (`directory.import`) is written in the code as it is in the page.
WRITTEN = "\n".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
HOUSE = (DOCS / "house.md").read_text("utf-8")


def _expanded(path: str) -> Iterator[str]:
    """Return the paths that `a/{b,c}.py` stands for; `<source>` and `*` stand for any name."""
    parts = [
        part[1:-1].split(",") if part.startswith("{") else [part] for part in re.split(r"(\{[^}]*\})", path)
    ]
    for choice in product(*parts):
        yield re.sub(r"<\w+>", "*", "".join(choice)).strip("/")


def _stands(path: str) -> bool:
    """Return True if each path exists from the root, the code, the apps, or as the end of a path of a room."""
    return all(
        any(any(base.glob(each)) for base in (ROOT, CODE, CODE / "apps")) or any(CODE.rglob(each))
        for each in _expanded(path)
    )


def _module(name: str) -> bool:
    """Return True if a dotted name is a module, or is bound at the top of one."""
    parts = name.removeprefix("maillage.").split(".")
    for base in (CODE, CODE / "apps", *(CODE / "apps" / room for room in ROOMS), *APPS):
        for cut in range(len(parts), 0, -1):
            path = base.joinpath(*parts[:cut])
            file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
            if file.is_file():
                rest = parts[cut:]
                models = base / parts[0] / "models.py"
                text = file.read_text("utf-8") + (models.read_text("utf-8") if models.is_file() else "")
                if not rest or re.search(
                    rf"^(?:async )?(?:def|class) {rest[0]}\b|^{rest[0]}\b", text, re.MULTILINE
                ):
                    return True
                break
    return False


def _known(name: str) -> bool:
    return bool(OTHERWISE.search(name)) or f'"{name}"' in WRITTEN or _module(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page):
    text = page.read_text("utf-8")
    text = re.sub(r"https?://\S+|\]\([^)]*\)", "", text)
    named = {*FILE.findall(text), *FOLDER.findall(text)}
    missing = sorted(path for path in named if not _stands(path))
    missing += sorted(name for name in {*DOTTED.findall(text)} if not _known(name))
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_each_attack_that_is_listed_is_tried_and_published():
    """Un test renommé sortirait de `make attaques`, et la page dirait encore qu’il tient."""
    listed = [each.partition("::") for tests in attacks.FAMILIES.values() for each in tests]
    files = {name: (ROOT / name).read_text("utf-8") for name, _, _ in listed}
    assert [f"{name}::{test}" for name, _, test in listed if f"def {test}" not in files[name]] == []
    published = (ROOT / "docs/menaces.md").read_text("utf-8")
    assert [name for name in attacks.FAMILIES if f"| {name} |" not in published] == []


# ------------------------------------------------------------------------------------------------------- the house guide


def _picture() -> list[tuple[str, str]]:
    """Return each entry of the picture of the tree, as its path, and what is said of it."""
    drawn = next(block for block in HOUSE.split("```") if block.startswith("\nmaillage/"))
    above: list[str] = []
    entries = []
    for line in drawn.strip().splitlines()[1:]:
        branch, name, words = re.fullmatch(r"([│ ]*)[├└]─ (\S+) *(.*)", line).groups()
        depth = len(branch) // 3
        above = [*above[:depth], name.rstrip("/")]
        entries.append(("/".join(above), words))
    return entries


def test_the_picture_of_the_house_is_the_tree():
    drawn = {path for path, _ in _picture()}
    assert not [path for path in drawn if not (ROOT / path).exists()]
    packages = {*(f"src/maillage/{floor}" for floor in FLOORS), *(str(app.relative_to(ROOT)) for app in APPS)}
    packages |= {f"src/maillage/apps/{room}" for room in ROOMS}
    for floor in ("publishing", "statistics"):
        packages |= {str(path.parent.relative_to(ROOT)) for path in (CODE / floor).glob("*/__init__.py")}
    assert packages == {path for path in drawn if path.startswith("src/maillage/")}
    (tests,) = [words for path, words in _picture() if path == "tests"]
    folders = {path.name for path in (ROOT / "tests").iterdir() if list(path.glob("test_*.py"))}
    assert set(tests.split(" · ")) == folders


def _order(name: str) -> list[set[str]]:
    (line,) = re.findall(rf"^- {name}: `([^`]+)`", HOUSE, re.MULTILINE)
    return [set(level.split(" | ")) for level in line.split(" > ")]


@pytest.mark.parametrize("name", ["Floors", "Apps", "Features", "Files"])
def test_the_orders_are_those_of_the_contracts(name):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"].startswith(name)]
    levels = [{part.strip("() ") for part in re.split(r"[|:]", layer)} for layer in layers]
    assert _order(name) == levels


def test_excerpts_are_those_of_the_code():
    blocks = re.findall(r"^```(?:python|yaml)\n(.*?)^```", HOUSE, re.MULTILINE | re.DOTALL)
    excerpts = [
        pair
        for block in blocks
        for pair in re.findall(r"# (\S+)\n(.*?)(?=^# (?:src|tests)/|\Z)", block, re.M | re.S)
    ]
    assert len(excerpts) > 6
    for path, lines in excerpts:  # however the formatter breaks them
        assert re.sub(r"\s+|,(?=\s*[)\]])", "", lines) in re.sub(
            r"\s+|,(?=\s*[)\]])", "", (ROOT / path).read_text("utf-8")
        ), path


def test_a_module_that_a_comment_names_is_there():
    named = set(re.findall(rf"`((?:maillage\.)?(?:{'|'.join(FLOORS)})(?:\.\w+)+)`", WRITTEN))
    assert len(named) > 5
    assert not sorted(name for name in named if not _known(name))


def test_each_part_of_a_method_has_an_address_of_its_own():
    """Deux titres semblables s’ouvriraient à la même adresse, et la seconde partie ne s’ouvrirait jamais."""
    for path in (DOCS / "methods").glob("*.md"):
        titles = re.findall(r"^## (.*)$", path.read_text("utf-8"), re.MULTILINE)
        addresses = {slugify(title) for title in titles}
        assert len(addresses - {""}) == len(titles), path.name
