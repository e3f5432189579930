"""Say whether a version that we install has a published flaw, without asking anybody.

    .venv/bin/python tools/advisories.py                    (part of make check)
    .venv/bin/python tools/advisories.py PyPI.zip npm.zip   (make avis AVIS="PyPI.zip npm.zip")

The second form keeps, of what OSV publishes for a registry (a zip of one JSON file an advisory, or YAML
ones), those of the packages that our locks name. It alone needs files from elsewhere: they travel on a key.
Format: OSV schema 1.6, https://ossf.github.io/osv-schema/
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "data" / "advisories.json"
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
ENDINGS = (".json", ".yaml", ".yml")
OLD = 90  # days after which a list of flaws says little


def installed(root: Path = ROOT) -> dict[tuple[str, str], set[str]]:
    """Return the versions that the locks name, by registry (PyPI, npm) and package."""
    found: dict[tuple[str, str], set[str]] = {}
    for lock in sorted(root.glob("requirements*.lock")):
        for name, version in PIN.findall(lock.read_text("utf-8")):
            found.setdefault(("PyPI", canonicalize_name(name)), set()).add(version)
    packages = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    for path, package in packages.items():
        if path:
            found.setdefault(("npm", path.rpartition("node_modules/")[2]), set()).add(package["version"])
    return found


def concerns(version: str, affected: Mapping[str, Any]) -> bool:
    """Return whether one of the packages that an advisory names is affected at this version.

    A version that cannot be compared is said to be: somebody must look.
    """
    if version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each["type"] in ("ECOSYSTEM", "SEMVER")]
    try:
        return any(_inside(Version(version), each["events"]) for each in ranges)
    except InvalidVersion:
        return bool(ranges)


def _inside(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Return where the last event that is not after the version leaves it; after a last affected version,
    it is safe.
    """
    inside = False
    for said, at in sorted(_moments(events), key=lambda pair: (pair[1], pair[0] != "introduced")):
        if at > version or (said == "last_affected" and at == version):
            break
        inside = said == "introduced"
    return inside


def _moments(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, Version]]:
    for event in events:
        for said, at in event.items():
            if said in ("introduced", "fixed", "last_affected"):
                yield said, Version(at)


def flaws(advisories: Iterable[Mapping[str, Any]], pinned: Mapping[tuple[str, str], set[str]]) -> list[str]:
    """Return a line in French for each version that an advisory affects."""
    found = []
    for advisory in advisories:
        for affected in advisory["affected"]:
            key = _package(affected)
            for version in sorted(pinned.get(key, ())):
                if concerns(version, affected):
                    also = ", ".join(advisory.get("aliases", ()))
                    found.append(
                        f"{key[1]} {version} ({key[0]}) : {advisory['id']}{f' ({also})' if also else ''}"
                    )
    return found


def kept(advisories: Iterable[Mapping[str, Any]], names: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return, of these advisories, what is compared and of the named packages only; none that was
    withdrawn.
    """
    wanted, out = set(names), {}
    for advisory in advisories:
        affected = [_compared(each) for each in advisory.get("affected", ()) if _package(each) in wanted]
        if affected and not advisory.get("withdrawn"):
            out[advisory["id"]] = {
                "id": advisory["id"],
                "aliases": sorted(advisory.get("aliases", ())),
                "modified": str(advisory.get("modified", ""))[:10],
                "affected": affected,
            }
    return [out[id] for id in sorted(out)]


def _compared(affected: Mapping[str, Any]) -> dict[str, Any]:
    ranges = [each for each in affected.get("ranges", ()) if each["type"] in ("ECOSYSTEM", "SEMVER")]
    package = {key: affected["package"][key] for key in ("ecosystem", "name")}
    if ranges:  # the list of versions says the same again
        return {
            "package": package,
            "ranges": [{key: each[key] for key in ("type", "events")} for each in ranges],
        }
    return {"package": package, "versions": list(affected.get("versions", ()))}


def _package(affected: Mapping[str, Any]) -> tuple[str, str]:
    package = affected.get("package", {})
    registry, name = package.get("ecosystem", ""), package.get("name", "")
    return registry, canonicalize_name(name) if registry == "PyPI" else name


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the advisories of a file, of a zip of them, or of a folder."""
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.suffix in ENDINGS:
                yield from read(each)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(ENDINGS):
                    yield _advisory(archive.read(name), name)
    else:
        yield _advisory(path.read_bytes(), path.name)


def _advisory(content: bytes, name: str) -> dict[str, Any]:
    found = json.loads(content) if name.endswith(".json") else yaml.safe_load(content)
    if not isinstance(found, dict) or "id" not in found:
        sys.exit(
            f"{name} n’est pas un avis au format OSV.\n"
            "On ne saurait pas quelle version il concerne.\n"
            "Donnez le fichier all.zip qu’OSV publie pour PyPI ou npm, sans le changer."
        )
    return found


def main(words: Sequence[str]) -> int:
    pinned = installed()
    if words:
        found = kept((each for word in words for each in read(Path(word))), pinned)
        FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    advisories = json.loads(FILE.read_text("utf-8"))
    last = max((each["modified"] for each in advisories), default="")
    wrong = flaws(advisories, pinned)
    for line in wrong:
        print(line)
    if wrong:
        print("Une version installée a une faille publiée : changez-la (make lock) ou dites pourquoi.")
        return 1
    print(
        f"{len(pinned)} paquets, {len(advisories)} avis connus, le dernier du {last} : aucun ne les touche."
    )
    if not last or (date.today() - date.fromisoformat(last)).days > OLD:
        print(
            "Cette liste est ancienne : apportez-en une autre (docs/installer.md, « Les failles connues »)."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
