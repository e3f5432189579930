"""Loaded before Django reads its settings: tests never touch the reader's own database, nor each other's files."""

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="maillage-essai-"))
(HOME / "statique").mkdir()
os.environ["MAILLAGE_HOME"] = str(HOME)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
