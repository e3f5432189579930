"""Check the versions that we install against published flaws, without any network.

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
    versions: dict[tuple[str, str], set[str]] = {}
    for lock in sorted(root.glob("requirements*.lock")):
        for name, version in PIN.findall(lock.read_text("utf-8")):
            versions.setdefault(("PyPI", canonicalize_name(name)), set()).add(version)
    packages = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    for path, package in packages.items():
        if path:
            versions.setdefault(("npm", path.rpartition("node_modules/")[2]), set()).add(package["version"])
    return versions


def concerns(version: str, affected: Mapping[str, Any]) -> bool:
    """Return True if one of the packages that an advisory names is affected at this version.

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
    for event_kind, at in sorted(_moments(events), key=lambda pair: (pair[1], pair[0] != "introduced")):
        if at > version or (event_kind == "last_affected" and at == version):
            break
        inside = event_kind == "introduced"
    return inside


def _moments(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, Version]]:
    for event in events:
        for event_kind, at in event.items():
            if event_kind in ("introduced", "fixed", "last_affected"):
                yield event_kind, Version(at)


def flaws(advisories: Iterable[Mapping[str, Any]], pinned: Mapping[tuple[str, str], set[str]]) -> list[str]:
    """Return a line in French for each version that an advisory affects."""
    lines = []
    for advisory in advisories:
        for affected in advisory["affected"]:
            key = _package(affected)
            for version in sorted(pinned.get(key, ())):
                if concerns(version, affected):
                    also = ", ".join(advisory.get("aliases", ()))
                    lines.append(
                        f"{key[1]} {version} ({key[0]}) : {advisory['id']}{f' ({also})' if also else ''}"
                    )
    return lines


def relevant_advisories(
    advisories: Iterable[Mapping[str, Any]], names: Iterable[tuple[str, str]]
) -> list[dict[str, Any]]:
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
    advisory = json.loads(content) if name.endswith(".json") else yaml.safe_load(content)
    if not isinstance(advisory, dict) or "id" not in advisory:
        sys.exit(
            f"{name} n’est pas un avis au format OSV.\n"
            "On ne saurait pas quelle version il concerne.\n"
            "Donnez le fichier all.zip qu’OSV publie pour PyPI ou npm, sans le changer."
        )
    return advisory


def main(words: Sequence[str]) -> int:
    pinned = installed()
    if words:
        relevant = relevant_advisories((each for word in words for each in read(Path(word))), pinned)
        FILE.write_text(json.dumps(relevant, ensure_ascii=False, indent=1) + "\n", "utf-8")
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
