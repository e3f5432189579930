"""Offline pages: the service worker that answers without network, and the list of what it stores."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from maillage.reference.national_help import national_help
from maillage.words import languages

SCRIPT = "site/hors-ligne.js"

# What the page that stands for the others names.
ABSENT_FILES = (
    *("site/jetons.css", "site/maillage.css", "site/sans-reseau.js", "site/marque.svg"),
    "annuaire/chercher.css",
    *("polices/atkinson.woff2", "polices/bricolage.woff2"),
)


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


def absent_page() -> str:
    """Return the page that a device shows, in the reader's language, in place of one it does not store."""
    return render_to_string("site/offline.html", {"help": national_help()})


@require_safe
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:
    """The script of the home page and of the last search; another version whenever a file or a sentence
    changes.
    """
    contents = {
        "langue": languages.spoken().code,
        "statique": settings.STATIC_URL,
        "fichiers": [static(name) for name in ABSENT_FILES],
        "absente": absent_page(),
        "bandeau": render_to_string("site/_stored_copy.html"),
    }
    # The script names the sheets that a page will name: a new release stores its home page anew.
    named = json.dumps([contents, static("site/maillage.js"), static("site/accueil.css"), _script(SCRIPT)])
    return worker(SCRIPT, {"version": hashlib.sha256(named.encode()).hexdigest()[:16], **contents})
