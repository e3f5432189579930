"""Offline pages: the service worker that answers without network, and the list of what it stores."""

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
    """Return one of our scripts, preceded by CONTENUS. It serves the addresses below its own: no header
    widens its scope.
    """
    contents_json = json.dumps(contents, ensure_ascii=False)
    return HttpResponse(
        f"const CONTENUS = {contents_json};\n{_script(name)}", content_type="text/javascript; charset=utf-8"
    )
