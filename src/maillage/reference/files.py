"""Where the product's own files are, and how those written in YAML are read."""

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[3]
COUNTRIES = PROJECT / "data" / "pays"  # other countries than France, which a name alone designates
RAW = PROJECT / "data" / "raw"
ASSETS = PROJECT / "assets"
METHODS = PROJECT / "docs" / "methods"

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there


def read_yaml(path: Path) -> Any:
    """Return the content of one of our YAML files."""
    return yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506, both loaders are safe
