"""The product's own files: their folder, and the reader of those written in YAML."""

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[3]  # of a clone; above the packages, once installed from a wheel
SHARE = Path(__file__).resolve().parents[1] / "share"  # links of a clone, folders of a wheel (decision 0062)
DATA = (SHARE / "data").resolve()
COUNTRIES = DATA / "pays"  # other countries than France, which a name alone designates
RAW = DATA / "raw"
ASSETS = (SHARE / "assets").resolve()
METHODS = (SHARE / "methods").resolve()

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is there


def read_yaml(path: Path) -> Any:
    """Return the content of one of our YAML files."""
    return yaml.load(path.read_text("utf-8"), Loader=Loader)  # noqa: S506, both loaders are safe
