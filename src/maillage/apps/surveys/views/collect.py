"""The page of surveyors, which asks without network: nothing of anybody is in it, its link stays in the
browser.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from maillage.apps.surveys.rules import CHANNELS
from maillage.web.offline import worker
from maillage.words.languages import LANGUAGES

SCRIPT = "enquetes/hors-ligne.js"
# What a surveyor may say of how somebody was met; the rest is said by the way the answer comes in.
MET = ("street", "partner", "reception", "referent", "meeting", "phone")
FILES = (
    *("site/jetons.css", "site/maillage.css", "site/maillage.js", "site/marque.svg", "site/mailles.svg"),
    *(
        "site/ecouter.css",
        "site/ecouter.js",
        "enquetes/collecte.css",
        "enquetes/collecte.js",
        "enquetes/memoire.js",
    ),
    *(
        "enquetes/envoi.js",
        "enquetes/reponse.js",
        "enquetes/questionnaire.js",
        "enquetes/expressions.js",
        "enquetes/motifs.js",
    ),
    *(
        "polices/atkinson.woff2",
        "polices/atkinson-plus.woff2",
        "polices/bricolage.woff2",
        "polices/bricolage-plus.woff2",
    ),
)


def _page_constants() -> dict[str, Any]:
    """Return the constants of the page: ways of meeting people, languages and their
    direction.
    """
    return {
        "channels": [(key, CHANNELS[key]) for key in MET],
        "collection": {
            "langues": {each.code: {"nom": each.name, "sens": each.direction} for each in LANGUAGES.values()},
            "moyens": dict(CHANNELS),
        },
    }


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest) -> HttpResponse:
    """The page itself, the same for everybody: questions and answers are in the browser."""
    return render(request, "surveys/collecte/page.html", _page_constants())


@require_safe
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:
    """The script of the page kept; a browser asks for it again, and takes another one whole when any file
    changes.
    """
    files = [static(name) for name in FILES]
    page = render_to_string("surveys/collecte/page.html", _page_constants())
    content = json.dumps([files, page])
    return worker(
        SCRIPT,
        {
            "version": hashlib.sha256(content.encode()).hexdigest()[:16],
            "statique": settings.STATIC_URL,
            "page": reverse("survey_collect"),
            "fichiers": files,
        },
    )


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """Manifest with which a telephone installs the page beside its applications."""
    address = reverse("survey_collect")
    return JsonResponse(
        {
            "id": address,
            "name": "Maillage, collecte",
            "short_name": "Collecte",
            "lang": "fr",
            "start_url": address,
            "scope": address,
            "display": "standalone",
            "icons": [
                {"src": static("site/marque.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
            ],
        },
        content_type="application/manifest+json",
    )
