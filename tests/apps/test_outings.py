"""The register of awareness actions: an unknown number is not zero, and nothing is done before its day."""

from datetime import date, timedelta

import pytest

from maillage.apps.directory.outreach.access import outings_for
from maillage.apps.directory.outreach.actions import outings as actions
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.outreach.queries import outings
from maillage.apps.dossiers import queries as dossiers
from maillage.kernel.errors import Refused
from maillage.reference.awareness import kits
from tests.conftest import account
from tests.support.places import place

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


def test_the_register_counts_only_what_was_counted(coordinator):
    actions.keep(by=None, today=TODAY, **MARKET)
    actions.keep(by=None, today=TODAY, **{**MARKET, "met": None})
    actions.keep(
        by=None, today=TODAY, **{**MARKET, "state": "planned", "on": TODAY + timedelta(days=7), "met": None}
    )
    summary = outings.summary(outings.register(coordinator)).replace("\xa0", " ")
    assert summary == "3 actions, dont 2 faites ; 42 personnes rencontrées dans 1 action ; 1 sans compte."


@pytest.mark.parametrize(
    ("met", "met_text"),
    [(0, "aucune personne rencontrée"), (1, "1 personne rencontrée"), (2, "2 personnes rencontrées")],
)
def test_who_was_met_is_agreed(coordinator, met, met_text):
    actions.keep(by=None, today=TODAY, **{**MARKET, "met": met})
    words = outings.summary(outings.register(coordinator)).replace("\xa0", " ")
    assert words == f"1 action, dont 1 faite ; {met_text} dans 1 action."


def test_an_action_not_done_is_counted_in_the_feminine(coordinator):
    actions.keep(
        by=None, today=TODAY, **{**MARKET, "state": "planned", "on": TODAY + timedelta(days=7), "met": None}
    )
    assert (
        outings.summary(outings.register(coordinator)).replace("\xa0", " ") == "1 action, dont aucune faite."
    )


def test_an_action_stays_in_the_register_of_who_wrote_it(client, coordinator):
    """Whoever reads them all may correct it: it does not leave the register of its author."""
    author = account("nora", "coordination", territory="38")
    row = actions.keep(by=author, today=TODAY, **MARKET)
    actions.keep(by=coordinator, outing=row, today=TODAY, **{**MARKET, "name": "Marché du jeudi"})
    assert [each.name for each in outings_for(author)] == ["Marché du jeudi"]


def test_results_are_entered_once_an_action_is_done_and_are_never_lost(client, coordinator):
    client.force_login(coordinator)
    address = "/espace/sensibilisation/"
    assert 'name="met"' not in client.get(address).content.decode()
    sent = {name: MARKET[name] for name in ("kind", "name", "place", "public", "rhythm")} | {
        "on": "2026-11-01"
    }
    assert client.post(address, {**sent, "state": "planned"})["Location"] == address
    outing = Outing.objects.get()
    page = f"{address}{outing.pk}/"
    assert 'name="met"' not in client.get(page).content.decode()
    assert client.post(page, {**sent, "state": "done"})["Location"] == page, "what came of it is asked next"
    assert 'name="met"' in client.get(page).content.decode()
    assert (
        client.post(page, {**sent, "state": "done", "met": "42", "came": "", "effect": ""})["Location"]
        == address
    )
    client.post(page, {**sent, "state": "planned"})
    outing.refresh_from_db()
    assert (outing.state, outing.met) == ("planned", 42)


def test_the_kit_says_what_is_known_of_the_places_and_counts_prices():
    town = {"latitude": 45.1466, "longitude": 5.7186}
    wifi = {"practices": {"wifi": {"state": "offered"}}}
    place("near", {**town, **wifi, "telephone": ["+33457384400"], "frais_a_charge": ["free"]})
    place("other", {**town, "latitude": 45.16, "frais_a_charge": ["paid"]})
    place("silent", {**town, "latitude": 45.18, "precision": 4000})
    outing = actions.keep(by=None, today=TODAY, **MARKET)
    near = outings.nearby(outing, on=TODAY)
    first = near.places[0]
    assert (first.phones[0].words, first.offered) == ("04 57 38 44 00", "Wifi")
    assert first.metres.endswith("m")
    assert near.places[2].metres == "", "no distance to a place that nobody located"
    assert near.prices.replace("\xa0", " ") == "1 lieu sur ces 3 se dit gratuit ; 1 ne dit pas de prix."
    nowhere = actions.keep(by=None, today=TODAY, **{**MARKET, "place": "Trifouillis"})
    assert outings.nearby(nowhere, on=TODAY) is None


def test_a_place_that_says_nothing_of_its_offer_does_not_come_first():
    town = {"latitude": 45.1466, "longitude": 5.7186}
    place("mute", {**town, "practices": None})
    wifi = {"practices": {"wifi": {"state": "offered"}}}
    place("further", {**town, **wifi, "latitude": 45.16})
    near = outings.nearby(actions.keep(by=None, today=TODAY, **MARKET), on=TODAY)
    assert [each.lieu.slug for each in near.places] == ["further", "mute"]


def test_each_kind_of_outing_has_its_own_kit():
    kit_texts = [(kit.aim, kit.steps, kit.say) for kit in kits().values()]
    assert len(set(kit_texts)) == len(kit_texts) == len(Outing._meta.get_field("kind").choices)


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
    outing = actions.keep(by=coordinator, today=TODAY, **MARKET)
    for page in ("", "kit/"):
        assert client.get(f"/espace/sensibilisation/{outing.pk}/{page}").status_code == 404
    assert client.post(f"/espace/sensibilisation/{outing.pk}/oter/").status_code in (302, 404)
    client.force_login(coordinator)
    empty = client.post("/espace/sensibilisation/", {**MARKET, "came": "", "on": "2026-11-31"})
    assert empty.status_code == 200
    assert empty.context["form"].errors["on"]
    sent = {**MARKET, "on": "2026-11-01", "came": "", "name": "Sortie d’école"}
    assert client.post("/espace/sensibilisation/", sent).status_code == 302
    assert "Sortie d’école" in client.get("/espace/sensibilisation/").content.decode()
    kit = client.get(f"/espace/sensibilisation/{outing.pk}/kit/").content.decode()
    assert "un trait par personne" in kit
    assert "data-imprimer" in kit
    assert "gratuitement" not in kit, "nothing is promised that was not counted"
    assert client.post(f"/espace/sensibilisation/{outing.pk}/oter/").status_code == 302
    assert not Outing.objects.filter(pk=outing.pk).exists()


def test_an_action_is_read_in_the_territories_where_it_stands(client, coordinator):
    """Aucun dossier ne disait jamais une action : « aucune action n’est au registre de ce territoire »."""
    client.force_login(coordinator)
    sent = {**{name: MARKET[name] for name in ("kind", "public", "rhythm", "state")}, "on": "2026-11-01"}
    for name, where, met in (("Marché", "place du marché, Échirolles", "42"), ("Sortie", "Échirolles", "3")):
        client.post("/espace/sensibilisation/", {**sent, "name": name, "place": where})
        page = f"/espace/sensibilisation/{Outing.objects.get(name=name).pk}/"
        client.post(page, {**sent, "name": name, "place": where, "met": met, "came": "", "effect": ""})
    client.post("/espace/sensibilisation/", {**sent, "name": "Ailleurs", "place": "Lille"})
    for place_, n in (("38151", 2), ("200040715", 2), ("38", 2), ("59350", 1), ("france", 3), ("38185", 0)):
        assert len(dossiers.awareness_actions(place_)) == n, place_
    assert {each.met for each in dossiers.awareness_actions("38151")} == {"42", "moins de 11"}
