"""Every page: readable by all, on a phone and on a desk, by day and by night, without asking anything
elsewhere.
"""

import pytest

from tests.journeys.conftest import PERIMETER
from tests.support.profile import some

PAGES = {
    "accueil": "/",
    "recherche": "/territoires/?q=saint",
    "rien": "/territoires/?q=zzzzqqqq",
    "territoire": PERIMETER,
    "zone": f"{PERIMETER}zones/38151/",
    "definitions": f"{PERIMETER}definitions/",
    "indice": f"{PERIMETER}indice/",
    "comparer": f"{PERIMETER}comparer/?avec=agglomeration-grenobloise",
    "verifier": f"{PERIMETER}verifier/?effectif=44000&part=19&pas=1000",
    "rapports": f"{PERIMETER}rapports/",
    "glossaire": "/glossaire/",
    "methodes": "/methodes/",
    "methode": "/methodes/besoins/",
    "sources": "/sources/",
    "ecarts": "/sources/ecarts/",
    "paroles": "/sources/paroles/",
    "services": f"{PERIMETER}services/",
    "frise": "/dematerialisation/",
    "style": "/style/",
    "accessibilite": "/accessibilite/",
    "confidentialite": "/confidentialite/",
    "connexion": "/connexion/",
    "papier": "/bilan/papier/",
    "referentiel": "/bilan/referentiel/",
    "qualite": "/bilan/qualite/",
    "qualite des exemples": "/bilan/qualite/?exemples=1",
    "coffres": "/coffres/?fait=1&a=helper",
    "inconnu": "/territoires/99999/",
    "404": "/nulle-part/",
}


@pytest.mark.parametrize("name", some(PAGES, "accueil", "territoire", "sources"))
def test_axe_finds_nothing_by_day_nor_by_night_on_a_phone(visit, faults_by_day_and_night, name):
    assert faults_by_day_and_night(visit(PAGES[name]), enhanced=name != "style") == []


@pytest.mark.parametrize("name", some(PAGES, "accueil", "territoire"))
def test_no_page_scrolls_sideways_at_320_px(visit, name):
    """Un écran de 1280 px agrandi à 400 % en fait 320."""
    page = visit(PAGES[name], width=320, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", some(PAGES, "accueil", "territoire"))
def test_letters_twice_as_large_do_not_scroll_sideways(visit_large, name):
    """Une personne qui voit mal règle son navigateur sur des lettres de 32 px."""
    page = visit_large(PAGES[name])
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 32
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_stylesheets_stay_light(visit):
    import gzip

    sizes = []
    page = visit("/")
    for address in page.eval_on_selector_all("link[rel=stylesheet]", "links => links.map(l => l.href)"):
        sizes.append(len(gzip.compress(page.request.get(address).body())))
    assert sum(sizes) <= 12_000
