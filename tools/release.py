"""Make a release: write its number, and fold the fragments of changes/ into CHANGELOG.md. Run by `make
release VERSION=0.3.0`.
"""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = re.compile(r'(?m)^version = "(\d+\.\d+\.\d+)"$')


def numbered(text: str, version: str) -> str:
    """Return pyproject.toml with another version; ValueError when it is none, or not after the one there
    is.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(
            f"« {version} » n’est pas une version. Elle s’écrit avec trois nombres : make release"
            " VERSION=0.3.0"
        )
    former = WRITTEN.search(text)
    assert former is not None, "pyproject.toml has no version"
    if _parts(version) <= _parts(former[1]):
        raise ValueError(f"La version {version} ne vient pas après {former[1]}. Donnez un nombre plus grand.")
    return WRITTEN.sub(f'version = "{version}"', text, count=1)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _list_figures(changelog: Path, title: str) -> None:
    """Move the figures of a release to the page where they are sought."""
    text = changelog.read_text("utf-8")
    section = re.search(r"### Chiffres qui bougent\n\n(.*?)\n+(?=##)", text, re.DOTALL)
    if section is None:
        return
    changelog.write_text(text.replace(section[0], "", 1), "utf-8")
    page = ROOT / "docs/chiffres-qui-ont-bouge.md"
    head, *releases = re.split(r"(?m)^(?=## )", page.read_text("utf-8"))
    figures = f"{title}\n\n{section[1].replace('](', '](../')}\n\n"
    page.write_text("".join([head, figures, *releases]), "utf-8")


def main(version: str) -> None:
    project = ROOT / "pyproject.toml"
    project.write_text(numbered(project.read_text("utf-8"), version), "utf-8")
    command = [
        str(ROOT / ".venv/bin/towncrier"),
        "build",
        "--yes",
        "--version",
        version,
        "--date",
        f"{date.today():%d/%m/%Y}",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    changelog = ROOT / "CHANGELOG.md"  # a fragment leads from its folder
    changelog.write_text(changelog.read_text("utf-8").replace("](../", "]("), "utf-8")
    _list_figures(changelog, f"## {version}, le {date.today():%d/%m/%Y}")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if sys.argv[1:] else "")
    except ValueError as error:
        sys.exit(str(error))
