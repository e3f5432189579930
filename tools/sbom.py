"""Write the list of what the product is made of, from the lock: CycloneDX 1.6, read by any audit.

    .venv/bin/python tools/sbom.py > maillage.cdx.json      (make sbom)

Versions and digests come from the lock alone; licences are those that the installed packages declare.
"""

import json
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))? *\\?\n"
    r"(?P<hashes>(?: +--hash=.+\n)*)",
    re.MULTILINE,
)


def components(lock: str) -> list[dict[str, Any]]:
    """Return the packages of a lock, each with its digests, and for which computers."""
    packages = []
    for pin in PIN.finditer(lock):
        name, number = pin["name"], pin["version"]
        digests = re.findall(r"sha256:([0-9a-f]{64})", pin["hashes"])
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{number}",
            "name": name,
            "version": number,
            "purl": f"pkg:pypi/{name}@{number}",
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in digests],
        }
        if pin["marker"]:
            component["properties"] = [{"name": "marker", "value": pin["marker"].strip()}]
        if licence := _licence(name):
            component["licenses"] = [{"license": {"name": licence}}]
        packages.append(component)
    return packages


def _licence(name: str) -> str:
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    words: list[str] = about.get_all("License-Expression") or []
    kinds = [each for each in about.get_all("Classifier") or [] if "License ::" in each]
    return ", ".join(words or [each.rpartition(" :: ")[2] for each in kinds])


def document() -> dict[str, Any]:
    """Return the whole list."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "maillage", "version": version}},
        "components": components(lock),
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
