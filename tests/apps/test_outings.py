"""The register of awareness actions: an unknown number is not zero, and nothing is done before its day."""

from datetime import date, timedelta

import pytest

from maillage.apps.directory.actions import outings as actions
from maillage.apps.directory.models import Outing
from maillage.apps.directory.queries import outings
from maillage.kernel.errors import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
MARKET = {
    "kind": "market",
    "name": "Marché de la Villeneuve",
    "place": "place du marché, Échirolles",
    "public": "tout public",
    "rhythm": "chaque mois",
    "on": TODAY - timedelta(days=7),
    "state": "done",
    "met": 42,
    "came": None,
    "effect": "",
}


def test_the_register_counts_only_what_was_counted():
    actions.keep(by=None, today=TODAY, **MARKET)
    actions.keep(by=None, today=TODAY, **{**MARKET, "met": None})
    actions.keep(by=None, today=TODAY, **{**MARKET, "state": "planned", "on": TODAY + timedelta(days=7), "met": None})
    told = outings.told(outings.register()).replace("\xa0", " ")
    assert told == "3 actions, dont 2 faites ; 42 personnes rencontrées dans 1 action ; 1 sans compte."


@pytest.mark.parametrize(
    ("change", "words"),
    [({"on": TODAY + timedelta(days=1)}, "pas encore venu"), ({"met": 3, "came": 4}, "Plus de personnes")],
)
def test_nonsense_is_refused(change, words):
    with pytest.raises(Refused, match="n’a pas été enregistrée") as refused:
        actions.keep(by=None, today=TODAY, **{**MARKET, **change})
    assert words in refused.value.why
    assert not Outing.objects.exists()


def test_pages(client, coordinator):
    assert client.get("/espace/sensibilisation/").status_code == 302
    kept = actions.keep(by=coordinator, today=TODAY, **MARKET)
    for page in ("", "kit/"):
        assert client.get(f"/espace/sensibilisation/{kept.pk}/{page}").status_code == 404
    assert client.post(f"/espace/sensibilisation/{kept.pk}/oter/").status_code == 404
    client.force_login(coordinator)
    empty = client.post("/espace/sensibilisation/", {**MARKET, "came": "", "on": "2026-11-31"})
    assert empty.status_code == 200
    assert empty.context["form"].errors["on"]
    sent = {**MARKET, "on": "2026-11-01", "came": "", "name": "Sortie d’école"}
    assert client.post("/espace/sensibilisation/", sent).status_code == 302
    assert "Sortie d’école" in client.get("/espace/sensibilisation/").content.decode()
    assert "un trait par personne" in client.get(f"/espace/sensibilisation/{kept.pk}/kit/").content.decode()
    assert client.post(f"/espace/sensibilisation/{kept.pk}/oter/").status_code == 302
    assert not Outing.objects.filter(pk=kept.pk).exists()
