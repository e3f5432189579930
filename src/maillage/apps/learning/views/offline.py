"""Offline modules: the script that answers when the network does not, with the list
of the pages.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from maillage.apps.learning.queries import contents
from maillage.modules.paths import paths
from maillage.web.offline import ABSENT_FILES, absent_page, worker
from maillage.words import languages

SCRIPT = "apprendre/hors-ligne.js"
FILES = (
    *ABSENT_FILES,
    *("site/maillage.js", "site/mailles.svg", "site/dessins.css", "site/barre.css"),
    *("site/ecouter.css", "site/ecouter.js", "apprendre/apprendre.css", "apprendre/phrases.js"),
    *("apprendre/progres.js", "apprendre/kit.js", "apprendre/sans-clic.js"),
)


def _pages(id: str) -> list[str]:
    module = contents.modules()[id]
    steps = [reverse("module_step", args=[id, n]) for n in range(1, len(module.steps) + 1)]
    easier = [f"{steps[n - 1]}?facile" for n, exercise in module.exercises() if exercise.easier is not None]
    return [reverse("module", args=[id]), *steps, *easier, reverse("module_sheet", args=[id])]


def _contents(language: str) -> dict[str, Any]:
    modules = {id: _pages(id) for id in contents.modules()}
    files = [static(name) for name in FILES]
    # Pages change with their contents and with the files they name, whose names tell their content.
    versioned = json.dumps([files, contents.digest(), language])
    return {
        "version": hashlib.sha256(versioned.encode()).hexdigest()[:16],
        "langue": language,
        "lecteur": contents.narrowest(),
        "statique": settings.STATIC_URL,
        "modules": modules,
        "parcours": [reverse("learning_path", args=[id]) for id in paths()],
        "fichiers": files,
        "absente": absent_page(),
    }


@require_safe
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:
    """The script of the pages kept; a browser asks for it again at each visit, and takes the new one when
    contents change.
    """
    return worker(SCRIPT, _contents(languages.spoken().code))
