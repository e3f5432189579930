"""Where the product's own files are."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
RAW = PROJECT / "data" / "raw"
ASSETS = PROJECT / "assets"
METHODS = PROJECT / "docs" / "methods"
