"""What lets a browser keep pages: the script that answers when the network does not, told what it is to keep."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import find
from django.http import HttpResponse


@cache
def _script(name: str) -> str:
    path = find(name)
    assert isinstance(path, str)
    return Path(path).read_text("utf-8")


def worker(name: str, contents: Mapping[str, Any]) -> HttpResponse:
    """Return a script of ours, CONTENUS written before it. It serves the addresses under its own: no header widens its scope."""
    held = json.dumps(contents, ensure_ascii=False)
    return HttpResponse(f"const CONTENUS = {held};\n{_script(name)}", content_type="text/javascript; charset=utf-8")
