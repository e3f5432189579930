"""Tenir une copie de l’annuaire à jour : ce qui a changé depuis, ce qu’il faut oublier, page après page."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Deletion, Import, Lieu, Pair
from maillage.apps.directory.places.queries import api
from tests.support.lieux import lieu

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
OLD = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()
    api._lines.cache_clear()


def get(client, address, **params):
    response = client.get(f"/api/v1/{address}", params)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def names(page):
    return [item["id"].removeprefix("maillage--") for item in page["items"]]


def place(slug: str, *, written_at: datetime = AT, **columns) -> Lieu:
    """Make a place that entered at an instant."""
    row = lieu(slug, **columns)
    Change.objects.create(
        lieu=row, verb="import", at=AT, written_at=written_at, by="x", after=sheets.snapshot(row)
    )
    return row


def refused(client, **params):
    response = client.get("/api/v1/structures", params)
    assert response.status_code == 422
    return response.json()


def test_only_what_was_written_since_is_read_again(client):
    place("a")
    later = place("b")
    since = timezone.now().isoformat()
    sheets.edit(later, {"adresse": "2 rue Paul Cocat"}, by="x", at=timezone.now())
    for kind in ("structures", "services"):
        assert names(get(client, kind, modifie_depuis=since)) == ["b"]
        assert names(get(client, kind, modifie_depuis=OLD)) == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-02T12:00:00Z", ["a"]),
        ("2026-03-02T12:00:01Z", []),
        ("2026-03-02T12:00:01", []),  # without a time zone: universal time
        ("2026-03-02T13:00:00+01:00", ["a"]),
        ("2026-03-02T13:00:00 01:00", ["a"]),  # a plus sign that nobody encoded
        ("2026-03-02", ["a"]),
        ("0001-01-01T00:00:00+14:00", ["a"]),
        ("9999-12-31T23:59:59Z", []),
    ],
)
def test_an_instant_is_read_in_its_time_zone(client, written, expected):
    place("a")
    assert names(get(client, "structures", modifie_depuis=written)) == expected


@pytest.mark.parametrize(
    "written", ["hier", "2026", "1764460800", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-23:00"]
)
def test_what_is_no_instant_is_refused_by_its_name(client, written):
    problem = refused(client, modifie_depuis=written)
    assert [fault["parametre"] for fault in problem["errors"]] == ["modifie_depuis"]
    assert "2026-11-30T08:00:00Z" in problem["detail"]


def test_a_long_import_is_known_by_when_its_rows_were_written_not_by_when_it_began(client):
    """Son heure est celle de son début : qui a lu entre-temps ne la redemandera pas."""
    began = timezone.now() - timedelta(hours=2)
    row = lieu("a")
    Change.objects.create(lieu=row, verb="import", at=began, by="x", after=sheets.snapshot(row))
    since = (timezone.now() - timedelta(minutes=1)).isoformat()
    assert names(get(client, "structures", modifie_depuis=since)) == ["a"]


def test_what_comes_and_goes_while_a_list_is_read_shifts_nothing(client):
    for slug in "bdfh":
        place(slug)
    first = get(client, "structures", curseur="", size=2)
    assert names(first) == ["b", "d"]
    place("a")
    sheets.set_state(Lieu.objects.get(slug="b"), rules.ENDED, by="x", at=AT, reason="fermé")
    second = get(client, "structures", curseur=first["suivant"], size=2)
    assert names(second) == ["f", "h"]
    third = get(client, "structures", curseur=second["suivant"], size=2)
    assert (third["items"], third["suivant"]) == ([], None)


def test_every_page_says_the_same_next_time_some_minutes_before_the_first(client):
    for slug in "abc":
        place(slug)
    requested_at = timezone.now()
    first = get(client, "services", modifie_depuis=OLD, size=1)
    second = get(client, "services", modifie_depuis=OLD, size=1, curseur=first["suivant"])
    assert first["prochaine_fois"] == second["prochaine_fois"]
    wait = requested_at - datetime.fromisoformat(first["prochaine_fois"])
    assert timedelta(minutes=9) < wait < timedelta(minutes=11)


def test_a_cursor_that_no_page_gave_is_refused(client):
    place("a")
    assert "curseur" in refused(client, curseur="maillage--a")["title"]
    assert "curseur" in refused(client, curseur="1-r-a", page=2)["detail"]


def test_filters_hold_along_a_cursor(client):
    for slug in "abcd":
        place(slug, sheet={"frais_a_charge": ["paid"]} if slug in "bd" else {})
    Pair.objects.create(
        first=Lieu.objects.get(slug="a"), second=Lieu.objects.get(slug="d"), score=0.99, reasons=[], sure=True
    )
    pages = [get(client, "services", frais="payant", curseur="", size=1)]
    while pages[-1]["suivant"]:
        pages.append(get(client, "services", frais="payant", size=1, curseur=pages[-1]["suivant"]))
    assert [name for page in pages for name in names(page)] == ["b", "d"]
    once = names(get(client, "structures", exclure_doublons="true"))
    assert names(get(client, "structures", exclure_doublons="true", curseur="")) == once
    assert len(once) == 3


# -------------------------------------------------------------------------------------------- places to forget


def forgotten(client, since=OLD):
    items = get(client, "suppressions", modifie_depuis=since)["items"]
    assert get(client, "suppressions", depuis=since)["items"] == items
    assert all(set(item) == {"type", "id", "instant", "motif", "vers"} for item in items)
    return {item["id"].removeprefix("maillage--"): (item["motif"], item["vers"]) for item in items}


def test_what_is_published_no_more_is_to_be_forgotten_without_a_word_on_why(client):
    ended, excluded = place("ferme"), place("ecarte")
    place("reste")
    place("jamais", state=rules.EXCLUDED)
    sheets.set_state(ended, rules.ENDED, by="Mme Durand", at=AT, reason="décès de M. Martin")
    sheets.set_state(excluded, rules.EXCLUDED, by="x", at=AT, reason="hors champ")
    assert forgotten(client) == {"ferme": ("retire", None), "ecarte": ("retire", None)}
    sheets.set_state(ended, rules.PUBLISHED, by="x", at=AT, reason="")
    assert forgotten(client) == {"ecarte": ("retire", None)}
    assert forgotten(client, since=(timezone.now() + timedelta(minutes=1)).isoformat()) == {}


def test_a_place_merged_into_another_says_which(client):
    survivor, merged = place("garde"), place("parti")
    before = sheets.snapshot(merged)
    merged.state, merged.merged_into = rules.MERGED, survivor
    sheets.write(merged, before, verb="merge", by="x", at=AT)
    assert forgotten(client) == {"parti": ("reuni", "maillage--garde")}


def imported(*slugs: str) -> Import:
    """Make places by an import."""
    lieux = [lieu(slug) for slug in slugs]
    row = Import.objects.create(source=lieux[0].source, file_name="f.csv", started_at=AT, state=rules.DONE)
    for created_lieu in lieux:
        Change.objects.create(
            lieu=created_lieu, within=row, verb="import", at=AT, by="x", after=sheets.snapshot(created_lieu)
        )
    return row


def test_a_place_deleted_with_its_import_is_to_be_forgotten_until_it_comes_back(client):
    importing.take_back(imported("a", "b", "c"), by="x", at=AT)
    assert forgotten(client) == dict.fromkeys("abc", ("efface", None))
    place("b")
    assert set(forgotten(client)) == {"a", "c"}


def test_places_to_forget_are_read_page_after_page(client):
    importing.take_back(imported("d", "e"), by="x", at=AT)
    for slug in "abc":
        sheets.set_state(place(slug), rules.ENDED, by="x", at=AT, reason="fermé")
    cursor, slugs = "", []
    while cursor is not None:
        page = get(client, "suppressions", curseur=cursor, size=2)
        slugs += names(page)
        cursor = page["suivant"]
    assert slugs == list("abcde")


def test_a_copy_updated_by_the_two_lists_equals_the_directory(client):
    """Une suite de gestes tirée au sort, lue de temps en temps comme le ferait un portail."""
    draw, stored, imports = random.Random(47), {}, {}
    since = "1970-01-01T00:00:00Z"
    for step in range(60):
        slug = draw.choice("abcdefgh")
        row = Lieu.objects.filter(slug=slug).first()
        if row is None:
            imports[slug] = imported(slug)
        elif draw.random() < 0.2 and imports[slug].state == rules.DONE:
            importing.take_back(imports[slug], by="x", at=AT)
        elif row.state == rules.PUBLISHED and draw.random() < 0.5:
            sheets.set_state(row, draw.choice([rules.ENDED, rules.EXCLUDED]), by="x", at=AT, reason="r")
        elif row.state == rules.PUBLISHED:
            sheets.edit(row, {"adresse": f"{step} rue Paul Cocat"}, by="x", at=AT)
        else:
            sheets.set_state(row, rules.PUBLISHED, by="x", at=AT, reason="")
        if step % 7 == 6:
            first = get(client, "structures", modifie_depuis=since, size=3)
            removals = get(client, "suppressions", modifie_depuis=since)
            pages = [first]
            while pages[-1]["suivant"]:
                cursor = pages[-1]["suivant"]
                pages.append(get(client, "structures", modifie_depuis=since, size=3, curseur=cursor))
            for item in removals["items"]:
                stored.pop(item["id"], None)
            stored |= {item["id"]: item["adresse"] for page in pages for item in page["items"]}
            assert stored == {i["id"]: i["adresse"] for i in get(client, "structures")["items"]}
            since = first["prochaine_fois"]
            for written in (Change, Deletion):  # an hour goes by
                written.objects.update(written_at=F("written_at") - timedelta(hours=1))
