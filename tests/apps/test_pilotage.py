"""The loop of a territory: what is noted by commune, what may be told of it, what its page and files say."""

import csv
import json
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.html import escape

from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.directory.places import rules as directory_rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Lieu, Structure
from maillage.apps.directory.places.queries import studied
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers import rules as dossiers_rules
from maillage.apps.dossiers.models import Study
from maillage.apps.people.actes.models import Act
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators import actions as counts
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.apps.steering.pilotage import access, views
from maillage.apps.steering.pilotage.queries import activity, document, links, loop, units
from maillage.apps.steering.pilotage.queries.home import home_loop
from maillage.apps.steering.pilotage.queries.loop import LINE
from maillage.apps.steering.pilotage.queries.units import Unit
from maillage.apps.steering.pilotage.rules import Link
from maillage.apps.steering.plans import actions as steering
from maillage.apps.steering.plans.queries.overview import reading_of
from maillage.manage.demonstration import loop as year
from maillage.manage.main import main
from maillage.publishing.directory import census
from maillage.publishing.territory.reading import OfferReading, ZoneOffer
from maillage.statistics.offer import census as offer_census
from maillage.words.wording import number
from tests.conftest import PLACE, account
from tests.support.anchors import broken_anchors
from tests.support.offers import line as offer_line
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
PAGE = f"/territoires/{PLACE}/boucle/"
TWO = (Unit(("A",), frozenset({"38421"}), ""), Unit(("B",), frozenset({"38151"}), ""))


def referrals(commune: str, n: int, *, example: bool = False, at: datetime = AT, **fields) -> None:
    """Send some referrals from a commune, a day apart."""
    for k in range(n):
        sent = at - timedelta(days=40 + k)
        common = {"origin": cycle.PROFESSIONAL, "commune": commune, "example": example}
        path = Path.objects.create(made_at=sent, **common)
        state_fields = {"state": "closed", "sent_at": sent, "prepared_at": sent, "changed_at": sent, **fields}
        Orientation.objects.create(path=path, need="assistance", **common, **state_fields)


HELPED = {"came": True, "served_at": AT - timedelta(days=20), "answered_at": AT - timedelta(days=30)}


def chain_of(communes: set[str], of: tuple[Unit, ...] = TWO):
    return links.chains(activity.activity(frozenset(communes), ON), of)


def test_nothing_noted_is_missing_and_never_zero(home):
    (first_zone, _), total = chain_of({"38421", "38151"})
    assert (first_zone.orientation.value, first_zone.action.value, first_zone.effect.value) == (
        None,
        None,
        None,
    )
    assert total.orientation.is_missing
    assert total.orientation.lack == "Manquant : aucune orientation notée ici en douze mois."


@pytest.mark.parametrize(("n", "published"), [(10, None), (11, 11), (21, 11), (22, 22)])
def test_a_zone_is_counted_by_whole_batches(home, n, published):
    referrals("38421", n)
    (first_zone, other), total = chain_of({"38421", "38151"})
    assert first_zone.orientation.value == total.orientation.value == published
    assert (first_zone.orientation.why == "Masqué : moins de 11 ici.") is (published is None)
    assert other.orientation.value is None
    assert not other.orientation.is_missing, "nobody is not told apart from a few"


def test_a_few_of_a_zone_are_in_no_total(home):
    referrals("38421", 22)
    referrals("38151", 7)
    _, total = chain_of({"38421", "38151"})
    assert total.orientation.value == 22


def test_what_became_of_a_few_is_withheld(home):
    """30 helped and 3 who refused: published, the 3 would be found by subtraction."""
    referrals("38421", 30, **HELPED, outcome=cycle.REACHED)
    referrals("38421", 3, reason="full")
    (first_zone, _), total = chain_of({"38421", "38151"})
    assert first_zone.orientation.value == 33
    assert first_zone.action.value is None
    assert total.action.value is None
    assert first_zone.reason == ""
    assert first_zone.orientation.published == ()


def test_helped_and_their_ends_are_counted(home):
    referrals("38421", 22, **HELPED, outcome=cycle.REACHED)
    referrals("38421", 11, **HELPED)
    referrals("38421", 11, reason="full", answered_at=AT - timedelta(days=30))
    (first_zone, _), total = chain_of({"38421", "38151"})
    assert (first_zone.orientation.value, first_zone.action.value, first_zone.effect.value) == (44, 33, 22)
    assert total.effect.detail(activity.UNKNOWN) == 11
    assert first_zone.reason == "Complet"
    assert first_zone.orientation.detail("known") == 0, (
        "the absent are a few, or nobody: their sum says nothing"
    )


def counts_of(chain) -> dict[str, int | None]:
    """Return every count of a chain, by name."""
    links_ = {"sent": chain.orientation, "helped": chain.action, "reached": chain.effect}
    every = {name: link.value for name, link in links_.items()}
    return every | {f"{name}.{each.id}": each.n for name, link in links_.items() for each in link.details}


def test_a_commune_says_the_same_alone_and_in_a_territory_that_holds_it(home):
    """The loop of an intercommunality withheld of a commune what its own loop told, and the reverse: the total
    less the other rows gave the few of the third.
    """
    refused = {"reason": "full", "answered_at": AT - timedelta(days=30)}
    for code, helped, n_refused in (("38421", 30, 14), ("38151", 30, 3), ("38185", 22, 22)):
        referrals(code, helped, **HELPED, outcome=cycle.REACHED)
        referrals(code, n_refused, **refused)
    codes = ("38421", "38151", "38185")
    of = tuple(Unit((code,), frozenset({code}), "") for code in codes)
    together, total = chain_of(set(codes), of)
    for unit, row in zip(of, together, strict=True):
        (own,), own_total = chain_of(set(unit.communes), (unit,))
        assert counts_of(row) == counts_of(own) == counts_of(own_total), unit.zones
    assert [row.action.value for row in together] == [30, None, 22]
    # What is withheld of the second commune is not in the totals: 30 helped would be found, then 3 refused.
    assert total.action.value == 52
    assert total.action.base == 88 and total.orientation.value == 121
    assert total.orientation.detail(activity.REFUSED) == 36
    assert total.action.universe.endswith("là où cela se dit")


def test_what_nearly_all_do_is_in_no_total(home):
    """110 seats taken and a few missed are withheld; the total less the other communes gave the 110."""
    for code, taken, missed in (("38421", 44, 3), ("38151", 22, 11)):
        row = Workshop.objects.create(
            structure=Structure.objects.create(key=code, name=code, code_insee=code), kind="workshop",
            title="Ses papiers", subject="demarches", format="group", level="beginner", starts_at=AT,
            ends_at=AT + timedelta(hours=2), capacity=60, made_at=AT, changed_at=AT,
        )  # fmt: skip
        for k in range(taken + missed):
            Seat.objects.create(workshop=row, learner=str(k), came=k < taken, status="booked", booked_at=AT)
    (first, second), total = chain_of({"38421", "38151"})
    assert (first.action.detail(activity.TAKEN), second.action.detail(activity.TAKEN)) == (0, 22)
    assert total.action.detail(activity.TAKEN) == 22


def test_coming_is_never_an_effect(home):
    referrals("38421", 22, came=True, met_at=AT - timedelta(days=20))
    (first_zone, _), _ = chain_of({"38421", "38151"})
    assert first_zone.orientation.value == 22
    assert first_zone.action.value is None
    assert first_zone.effect.value is None


def test_only_a_long_wait_waits(home):
    referrals("38421", 3, example=True, state="sent")
    referrals("38421", 2, example=True, state="sent", sent_at=AT - timedelta(days=7))
    referrals("38421", 4, example=True, state="sent", sent_at=AT - timedelta(days=400))
    (first_zone, _), _ = chain_of({"38421", "38151"})
    assert first_zone.orientation.value == 5, "those of another year are not counted"
    assert first_zone.orientation.detail(activity.UNANSWERED) == 3
    assert first_zone.oldest == 42


@pytest.mark.both_databases
def test_relatives_and_cancelled_are_left_out(home):
    referrals("38421", 2, example=True, state=cycle.CANCELLED)
    Orientation.objects.update(origin=cycle.RELATIVE)
    referrals("38421", 1, example=True)
    (first_zone, _), _ = chain_of({"38421", "38151"})
    assert first_zone.orientation.value == 1


@pytest.mark.parametrize(
    ("n", "real_activity"),
    [
        (0, ""),
        (1, "Un peu d’activité est notée pour de vrai : à part, trop peu pour être dite."),
        (21, "Noté pour de vrai, à part : 11 orientations."),
    ],
)
def test_real_people_never_empty_the_loop_of_a_demonstration_nor_mix_with_it(client, study, n, real_activity):
    now = datetime.now(UTC)
    referrals(PLACE, 5, at=now, example=True, **HELPED)
    referrals(PLACE, n, at=now)
    chain_counts = links.counts(study.pk, on=timezone.localdate())
    assert (chain_counts.examples, chain_counts.least, chain_counts.total.orientation.value) == (True, 0, 5)
    assert chain_counts.real_activity_text.replace("\xa0", " ") == real_activity
    page = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "Activité inventée" in page
    assert real_activity in page


@pytest.mark.parametrize(
    ("hour", "until", "ago"),
    [("12:00", "26", "il y a 4 minutes"), ("00:02", "25", "le 25 novembre 2026")],
)
def test_the_loop_and_the_indicators_say_the_same_days_and_when_each_was_counted(
    client, study, monkeypatch, hour, until, ago
):
    """Counts made before midnight say nothing of the next day."""
    now = datetime.fromisoformat(f"2026-11-26T{hour}").replace(tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: now)
    counts.rebuild(at=now - timedelta(minutes=4, seconds=10))
    for address, words in (
        ("boucle", "au 26 novembre 2026, compté à l’instant."),
        ("indicateurs", f"au {until} novembre 2026, compté {ago}."),
    ):
        page = client.get(f"/territoires/{PLACE}/{address}/").content.decode().replace("\xa0", " ")
        assert f"Ce qui est noté : du 1er décembre 2025 {words}" in page


def test_acts_are_counted_by_the_same_batches_in_the_loop_and_in_the_indicators(study):
    """26 acts over two days: 22 in both; said of a place, an act is counted there by both. Those of the month
    before the twelve of the indicators are in neither.
    """
    pimms = Structure.objects.create(key="s-pimms", name="Le Pimms", code_insee="38185")
    there = place("la-maison", {"code_insee": PLACE})
    for days in (*(20 + k // 24 for k in range(26)), *[362] * 15):
        at = AT - timedelta(days=days)
        Act.objects.create(
            uid=uuid4(), structure=pimms, lieu=there, kind="together", procedure="caf_rsa", minutes=25,
            where="here", done_at=at, on_day=at.date(), noted_at=at,
        )  # fmt: skip
    counts.rebuild(at=AT)
    indicators, year = ground(PLACE, on=ON), links.counts(study.pk, on=ON)
    acts = {each.definition.id: each for each in values(indicators)}["accueil"]
    total = year.total
    assert year.since == indicators.since == date(2025, 12, 1)
    assert (acts.value, total.action.detail(activity.ACTS), total.action.detail("minutes")) == (22, 22, 550)
    assert sum(point.value or 0 for point in acts.series) == 22


@pytest.mark.both_databases
def test_acts_are_an_action_where_nobody_was_referred(client, study, coordinator):
    """22 actes, aucune orientation : l’action n’est pas manquante, la page et l’accueil disent les actes."""
    pimms = Structure.objects.create(key="s-pimms", name="Le Pimms", code_insee=PLACE)
    now = datetime.now(UTC)
    for k in range(26):
        at = now - timedelta(days=20 + k)
        Act.objects.create(
            uid=uuid4(), structure=pimms, kind="together", procedure="caf_rsa", minutes=25,
            where="here", done_at=at, on_day=at.date(), noted_at=at,
        )  # fmt: skip
    page = " ".join(client.get(PAGE).content.decode().split())
    (cell,) = re.findall(r'<td data-t="Action">(.*?)</td>', page[: page.index("</tbody>")])
    assert "<b>22</b> <small>actes d’aide</small>" in cell
    assert "Manquant" not in cell and "aucune orientation" in cell.lower()
    assert "550" in cell
    third = home_loop(coordinator, timezone.localdate()).bars[3]
    assert (third.title, third.value, third.state) == ("actes d’aide", "au moins 22", "counted")


def test_zones_that_share_a_commune_are_one_unit():
    cut = units.together(
        {
            "G1": frozenset({"38185"}),
            "E": frozenset({"38151"}),
            "G2": frozenset({"38185"}),
            "X": frozenset({"1"}),
        }
    )
    assert [(each.zones, each.name) for each in cut] == [
        (("G1", "G2"), "Grenoble"),
        (("E",), "Échirolles"),
        (("X",), "1"),
    ]


@pytest.mark.parametrize("zones", [3, 30])
def test_as_many_queries_for_many_zones_as_for_few(home, zones, django_assert_max_num_queries):
    of = tuple(Unit((str(k),), frozenset({f"38{k:03}"}), "") for k in range(zones))
    for unit in of:
        referrals(next(iter(unit.communes)), 1, example=True)
    with django_assert_max_num_queries(22):
        chains, _ = chain_of({code for unit in of for code in unit.communes}, of)
    assert all(each.orientation.value == 1 for each in chains)


# ----------------------------------------------------------------------------------------------------- the page


def test_the_loop_is_read_by_everybody_and_says_what_is_missing(client, study):
    page = client.get(PAGE)
    assert page.status_code == 200
    page_text = page.content.decode()
    assert "offre (aucun lieu recensé) ; orientation, action et effet (rien n’est noté ici" in page_text
    assert page_text.count('<th scope="col"') == 3, "four columns without a value were printed"
    assert "Aucun lieu de ce territoire n’a encore rien noté dans Maillage." in page_text
    assert "aucun plan publié" in page_text
    assert reading_of(PLACE).offer is None
    assert 'aria-current="page">La boucle' in page_text
    need_definition = reading_of(PLACE).definition
    flat = " ".join(page_text.replace("\xa0", " ").split())
    assert (
        f"en difficulté, ici : qui {need_definition.statement}" in flat and need_definition.universe in flat
    )


def test_a_loop_older_than_its_places_says_that_it_is_computed_again(client, study, monkeypatch):
    """« Manquant » n’est pas « trop grand » : l’étude se refait, et le tableau dit depuis quand."""
    lieu = place("lieu-38151", {"code_insee": "38151"})
    sheets.edit(lieu, {"nom": "Un lieu"}, by="la structure", at=AT)
    page_text = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "sans aide aux démarches à portée</small>" in page_text, "no minutes without a census"
    requested = re.search(
        r"Manquant : calcul en cours, demandé (le \d+(?:er)? \w+ à \d+ h(?: \d+)?)", page_text
    )
    assert requested is not None
    assert "aucun lieu recensé" not in page_text and "distances non calculées" not in page_text
    stale_loop = loop.loop(AnonymousUser(), study, on=ON)
    offers = {zone["offre"]["motif"] for zone in document.loop_json(stale_loop)["zones"]}
    assert {text.replace("\xa0", " ") for text in offers} == {f"Calcul en cours, demandé {requested[1]}."}
    monkeypatch.setattr(offer_census, "MOST_AREAS", 1)
    assert "distances non calculées" in client.get(PAGE).content.decode()


def test_a_zone_without_a_gap_says_why(client, study):
    row = loop.loop(AnonymousUser(), study, on=ON).rows[0]
    unanswered = replace(row, offer=SimpleNamespace(), need=replace(row.need, people_value=300.0))
    assert unanswered.no_gap == "aucun lieu de ce territoire n’indique s’il aide"
    assert replace(unanswered, offer=None).no_gap == row.no_walk
    few = replace(unanswered, need=replace(row.need, people_value=None))
    assert few.no_gap == "trop peu d’habitants pour le dire", "whatever its places say"


def test_without_a_plan_to_be_read_nobody_knows_what_is_planned(client, study):
    cell = '<span class="creuse rien"><span>{}</span></span>'
    page_text = client.get(PAGE).content.decode()
    assert cell.format("Aucun plan publié") in page_text
    assert cell.format("Rien de prévu") not in page_text
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    assert cell.format("Rien de prévu") not in client.get(PAGE).content.decode(), "a draft"
    steering.publish(plan, is_public=True, by=lea, at=AT)
    assert cell.format("Rien de prévu") in client.get(PAGE).content.decode()


def test_a_bar_is_as_long_as_the_people_it_stands_for(client, study):
    """The widest need of all fills the scale; a zone with half of it is half as long, whatever its rate."""
    page = client.get(PAGE).content.decode()
    stored_zones = json.loads((dossiers.folder(study) / "etude.json").read_bytes())["zones"]
    needs = {zone["code"]: zone["precarite_numerique"] for zone in stored_zones}
    top = max(need["haut"] for need in needs.values() if need["valeur"] is not None)
    for code, need in needs.items():
        row = page.partition(f'<tr id="boucle-{code}">')[2].partition("</tr>")[0]
        bars = re.findall(r'<rect class="plein" x="1" y="6" width="([\d.]+)"', row)
        assert bars[:1] == ([] if need["valeur"] is None else [f"{116 * need['bas'] / top:.1f}"])


def test_a_change_of_scale_is_written_where_it_is_drawn(client, study, monkeypatch):
    """Un manque de 25 à 2 000 personnes était dessiné plus long qu’un besoin de 3 900."""
    page = client.get(PAGE).content.decode()
    assert "barres agrandies" not in page and "même échelle" not in page, "no gap here: no scale to change"
    top = loop.loop(AnonymousUser(), study, on=ON).scale.top
    gap = offer_line(LINE, missing="0", missing_value=top / 4, missing_low=top / 8, missing_high=top / 3.4)
    monkeypatch.setattr(loop, "line_of", lambda reading, code: gap)
    page = " ".join(client.get(PAGE).content.decode().split())
    zoomed_loop = loop.loop(AnonymousUser(), study, on=ON)
    zoom, end = zoomed_loop.scale.zoom, zoomed_loop.scale.top
    assert zoom in (3, 4) and end >= top and end / zoom >= top / 3.4
    assert f"barres agrandies</span> × {zoom}</span>" in page
    scale = " ".join(zoomed_loop.scale.words.split())
    assert f"axe ocre en tirets : l’échelle change ({scale})" in page
    assert page.count('loupe hors-papier"') == 2, (
        "no gap is certain: paper draws no bar, and says nothing of them"
    )
    assert f"même échelle de barres, 0 à {' '.join(number(end).split())}" in page
    larger, shared = zoomed_loop.rows[0].bar.split("</svg>")[:2]
    assert 'class="fig mini loupe"' in larger and 'class="axe-loupe"' in larger
    assert 'class="fig mini partage"' in shared and "axe" not in shared

    def length(drawn: str) -> float:
        return float(re.findall(r'"plein" x="1" y="6" width="([\d.]+)"', drawn)[0])

    people = 116 * top / 8 / end
    assert length(shared) == pytest.approx(people, abs=0.1), "as long as so many people in need"
    assert length(larger) == pytest.approx(zoom * people, abs=0.1)


def test_the_file_of_a_study_is_read_once_for_all_that_asks_its_needs(client, study, monkeypatch):
    """Dix mégaoctets pour un département, lus trois fois par page."""
    path, read = dossiers.folder(study) / "etude.json", []
    os.utime(path)  # as when the study was just made
    read_bytes = type(path).read_bytes
    monkeypatch.setattr(type(path), "read_bytes", lambda file: read.append(file.name) or read_bytes(file))
    assert client.get(PAGE).status_code == 200
    assert loop.need_of(study)[1] > 0
    assert ground(PLACE, on=ON).need is not None
    assert read.count("etude.json") == 1


def test_each_sort_is_the_same_page(client, study):
    for sort in ("manque", "attente", "inconnue", "rien", "autre"):
        assert client.get(f"{PAGE}?tri={sort}").status_code == 200


@pytest.mark.parametrize("sort", ["manque", "attente"])
def test_a_phone_reads_the_worst_zones_and_unfolds_the_rest(client, study, sort):
    page = client.get(f"{PAGE}?tri={sort}").content.decode()
    zones = len(reading_of(PLACE).zones)
    open_, folded = page.split('id="b-autres"')
    assert open_.count('<tr id="boucle-') == loop.OPEN
    assert folded.count('<tr id="boucle-') == zones - loop.OPEN
    assert page.count('id="b-autres"') == 1
    assert re.search(rf"{zones - loop.OPEN}\s+autres\s+zones", folded)


def test_a_large_territory_shows_its_worst_zones_until_all_are_requested(client, study, monkeypatch):
    monkeypatch.setattr(loop, "MOST", 8)
    zones = len(reading_of(PLACE).zones)
    page = client.get(PAGE).content.decode()
    assert page.count('<tr id="boucle-') == 8
    assert re.search(rf"les\s+{zones - 8} autres zones", page)
    assert f"{zones} zones" in page, "the total is that of all"
    assert client.get(f"{PAGE}?zones=toutes").content.decode().count('<tr id="boucle-') == zones
    assert len(client.get(f"{PAGE}zones.csv").content.decode().splitlines()) > zones


def test_a_territory_without_a_study_is_sent_to_it_and_knows_where_to_come_back(client, home):
    waits = "/territoires/38185/?apres=boucle%2F"
    assert client.get("/territoires/38185/boucle/").headers["Location"] == waits
    assert client.get("/territoires/00000/boucle/").status_code == 404


def test_the_plan_answers_its_zone_once_published(client, study):
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    code = reading_of(PLACE).zones[0].code
    written = {"token": "t", "axis": plan.axes.first(), "title": "Ouvrir le soir", "zones": [code]}
    steering.write(plan, by=lea, at=AT, ends_on=date(2027, 6, 30), **written)
    assert "Ouvrir le soir" not in client.get(PAGE).content.decode(), "a draft is nobody else’s to read"
    steering.publish(plan, is_public=True, by=lea, at=AT)
    page = client.get(PAGE).content.decode()
    assert "Ouvrir le soir" in page
    assert "sans pilote" in page
    assert "Dans le plan" in page
    words = " ".join(page.lower().split())
    assert "à décider" in words and "juin 2027" not in words, "a day of end is no day of vote"
    steering.write(plan, by=lea, at=AT, token="u", axis=plan.axes.first(), title="Former")
    page = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "2 actions sans pilote" in page, "as many as the plan says, those of every zone too"
    of = plan.actions.get(title="Former")
    steering.write(plan, by=lea, at=AT, token="v", axis=of.axis, parent=of, title="Trouver une salle")
    page = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "2 actions sans pilote" in page and "Aucune action n’est encore décidée" in " ".join(page.split())
    assert "2 à décider" in " ".join(page.split()), "a part is no action more"
    plan.actions.filter(pk=of.pk).update(pilot="La Ruche", starts_on=ON, budget=1000)
    of.refresh_from_db()
    steering.set_state(of, "ready", by=lea, at=AT)
    page = " ".join(client.get(PAGE).content.decode().replace("\xa0", " ").split())
    assert "1 action décidée pour tout le territoire." in page and "1 à décider" in page


@pytest.mark.both_databases
def test_what_an_action_counted_stands_beside_it(client, study):
    """« Effet : rien n’est noté ici », au-dessus d’une action qui porte « 35, le 30 novembre 2026 »."""
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    fields = {"title": "Ouvrir le soir", "indicator": "Personnes aidées", "unit": "personnes"}
    code = reading_of(PLACE).zones[0].code
    row = steering.write(plan, by=lea, at=AT, token="t", axis=plan.axes.first(), zones=[code], **fields)
    steering.count(row, on=ON, value=35, source="La Ruche", by=lea, at=AT)
    steering.publish(plan, is_public=True, by=lea, at=AT)
    page = " ".join(client.get(PAGE).text.replace("\xa0", " ").split())
    assert "Personnes aidées : 35" in page and "effet (compté avec les actions du plan)" in page


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("written", "state", "answers"),
    [
        ({"line": "equipement_solidaire", "zones": True, "pilot": "La Ruche"}, "ready", False),
        ({"line": "assistance", "zones": True}, "ready", True),
        ({"line": "assistance", "zones": True}, "running", True),
        ({"line": "assistance", "zones": True, "pilot": "La Ruche"}, "decide", False),
        ({"line": "assistance", "zones": False, "pilot": "La Ruche"}, "ready", True),
        ({"line": "assistance", "zones": False, "pilot": "La Ruche"}, "decide", False),
        ({"line": "assistance", "zones": True, "pilot": "La Ruche"}, "done", False),
        ({"line": "assistance", "zones": False, "pilot": "La Ruche"}, "done", False),
    ],
)
def test_only_a_decided_action_of_its_line_answers_the_lack_of_a_zone(
    client, study, monkeypatch, written, state, answers
):
    """Prêter des tablettes n’aide pas à faire une démarche : l’action se lit dans la zone, le manque reste. Il reste
    aussi quand rien n’est encore décidé, ou quand tout est fait : ce qui est fait est déjà compté dans l’offre.
    """
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    reading = reading_of(PLACE)
    code = reading.zones[0].code
    zones = [code] if written["zones"] else []
    values = {
        "pilot": "La Ruche",
        "starts_on": ON,
        "budget": 1000,
        **written,
        "token": "t",
        "axis": plan.axes.first(),
        "title": "Prêter des tablettes",
        "zones": zones,
    }
    row = steering.write(plan, by=lea, at=AT, **values)
    steering.set_state(row, state, by=lea, at=AT)
    steering.publish(plan, is_public=True, by=lea, at=AT)
    known = {"missing_value": 480.0, "missing_low": 380.0, "missing_high": 580.0}
    lack = offer_line("assistance", label="Aide", missing="480", missing_between="380 – 580", **known)
    monkeypatch.setattr(loop, "line_of", lambda _, zone: lack if zone == code else None)
    zone_loop = loop.loop(lea, study, on=ON)
    row = next(row for row in zone_loop.rows if row.need.code == code)
    assert row.standing.planned is answers
    assert ("offre" in [each.id for each in zone_loop.sentences]) is not answers
    assert bool(row.plan) is written["zones"], "the plan column lists every action of the zone"
    decided = state in ("ready", "running")
    assert (zone_loop.n_planned, zone_loop.n_everywhere) == (
        int(written["zones"] and decided),
        int(decided and not written["zones"]),
    )
    assert zone_loop.n_undecided == int(state == "decide")
    assert ("rien" in row.plan_words[1]) is (written["zones"] and not answers)
    if state == "done":
        assert [each.id for each in zone_loop.sentences].count("plan") == 0, "nothing late, nobody to find"
        monkeypatch.setattr(timezone, "localdate", lambda *_: ON)
        page_text = " ".join(client.get(PAGE).content.decode().split())
        assert "Prêter des tablettes</a> <small>La Ruche · faite" in page_text, (
            "in its zone, or in the total row"
        )
        assert ("Celles de tout le territoire" in page_text) is not written["zones"]
        assert ("rien d’autre de prévu pour ce manque" in page_text) is written["zones"]


def test_the_page_the_command_and_the_files_say_the_same_of_the_plan(client, study, monkeypatch, capsys):
    """Une action de tout le territoire répond aussi dans la zone qui n’a qu’une action d’une autre ligne, à décider."""
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    reading = reading_of(PLACE)
    named, bare = (zone.code for zone in reading.zones[:2])
    common = {"axis": plan.axes.first(), "pilot": "La Ruche", "by": lea, "at": AT}
    everywhere_action = steering.write(
        plan, token="a", title="Aider partout", line="assistance", zones=[], **common
    )
    steering.write(plan, token="b", title="Prêter", line="equipement_solidaire", zones=[named], **common)
    steering.publish(plan, is_public=True, by=lea, at=AT)
    everywhere = "une action couvre tout le territoire"
    expected_by_state = {
        "decide": ("", "aucune action propre à ce secteur", "voir celles de tout le territoire"),
        "running": (f"pour ce manque, {everywhere}", "aucune action propre à ce secteur", everywhere),
    }
    for state, (added, instead, alone) in expected_by_state.items():
        steering.set_state(everywhere_action, state, by=lea, at=AT)
        assert main(["boucle", PLACE]) == 0
        lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
        assert "tout le territoire)" in lines["1.1"] and "Prêter (à décider)" in lines["1.2"]
        notes = {letter: lines[letter].lower() for letter in lines if letter.startswith("(")}
        *_, label, mark = lines[named].split() if added else (*lines[named].split(), "")
        assert label == "1.2" and (not added or added in notes[mark])
        assert f"{instead} : {alone}" in notes[lines[bare].split()[-1]]
        loop_json = document.loop_json(loop.loop(lea, study, on=ON))
        reasons = {zone["code"]: zone["plan_motif"] for zone in loop_json["zones"]}
        cells = {
            row["code"]: row["plan_motif"] for row in document.rows(loop_json) if row["niveau"] == "zone"
        }
        assert cells == {code: reason or "" for code, reason in reasons.items()}
        written = {row["code"]: row["plan"] for row in document.rows(loop_json)}
        assert written[named].endswith("Prêter (à décider)"), "undecided is no plan yet"
        assert cells[named].lower() == (f"{added}." if added else "")
        assert cells[bare].lower() == f"{' : '.join(filter(None, (instead, alone)))}."
        page = " ".join(client.get(f"{PAGE}?zones=toutes").content.decode().split())
        cell_by_zone = dict(re.findall(r'<tr id="boucle-([^"]+)".*?data-t="Plan">(.*?)</tr>', page))
        assert (f"<small>{added}</small>" in cell_by_zone[named]) is bool(added)
        for_readers = f'<span class="hors-ecran">{instead} : {alone}</span>'
        assert for_readers in cell_by_zone[bare].lower(), "seen as a dash: the same in most zones"


def test_a_commune_cut_in_quarters_is_counted_once(client, study):
    page = " ".join(client.get(PAGE).content.decode().split())
    (alone,) = re.findall(r"Toutes les communes</th>(.*?)</tr>", page)
    assert "aucune orientation notée ici" in alone
    assert "Connu pour" not in page.split("Connu pour une commune entière")[0], (
        "a zone never says the contrary"
    )
    assert alone.count('id="ensemble-') == 1
    referrals(PLACE, 12, at=datetime.now(UTC), example=True)
    page = client.get(PAGE).content.decode()
    assert "Connu pour une commune entière" in page
    assert "Activité inventée" in page


def test_the_quarters_of_a_commune_fold_under_its_line(study):
    """Dix-sept quartiers de Corbeil, dispersés dans la page, renvoyaient chacun à une ligne du bas."""
    territory_loop = loop.loop(AnonymousUser(), study, on=ON)
    chain = territory_loop.shared[0][1]
    town = Unit(
        (territory_loop.rows[0].need.code, territory_loop.rows[2].need.code), frozenset({"38151"}), "Vierzon"
    )
    rows = tuple(
        replace(row, unit=town if row.need.code in town.zones else Unit((row.need.code,), frozenset(), ""))
        for row in territory_loop.rows
    )
    grouped = replace(territory_loop, rows=rows, shared=((town, chain),))
    assert (territory_loop.is_grouped, grouped.is_grouped) == (False, True), (
        "quarters alone in their own commune"
    )
    # « une action pour 4 de ses 14 zones » : the four were folded with the others
    local_action = loop.Planned(action=None, warnings=(), zones=town.zones[:1])
    rows = tuple(
        replace(row, plan=(local_action,)) if row.need.code in local_action.zones else row for row in rows
    )
    (part,) = [each for each in replace(grouped, rows=rows).parts if each.town]
    named_rows = [row.need.code for row in part.rows if row.is_named]
    assert (part.town.n_planned, part.town.n_unnamed, named_rows) == (1, 1, list(local_action.zones))
    (part,) = [each for each in grouped.parts if each.town]
    assert part.town.n_planned == 0, "zone by zone, and nothing planned in any"
    assert (part.town.unit, [row.need.code for row in part.rows]) == (town, list(town.zones))
    assert [len(line) for line in grouped.lines] == [2, *[1] * (len(rows) - 2)]
    assert sum(len(each.rows) for each in grouped.parts) == len(rows), "each row once"
    assert replace(grouped, most=1).n_beyond == len(rows) - 2, "a commune is one line"


@pytest.mark.both_databases
def test_the_directory_the_count_and_the_loop_date_a_sheet_alike(home):
    """« Jamais confirmées », « aucune fiche datée », « 12 des 12 déposées » : trois réponses pour un même import."""
    for slug, sheet, confirmed_on in (
        ("importe", {"date_maj": None}, None),
        ("a-venir", {"date_maj": "2062-01-10"}, None),
        ("recent", {"date_maj": f"{ON - timedelta(days=200)}"}, None),
        ("ancien", {"date_maj": "2024-01-10"}, None),
        ("confirme", {"date_maj": "2024-01-10"}, ON - timedelta(days=364)),
    ):
        sheet = {"code_insee": PLACE, "nom": slug, "adresse": f"{len(slug)} rue {slug}"} | sheet
        Change.objects.create(lieu=place(slug, sheet), verb="create", at=AT, by="le recensement")
        Lieu.objects.filter(slug=slug).update(confirmed_on=confirmed_on)
    (places,) = loop._places(frozenset({PLACE}), ON).values()
    assert (places.n, places.dated, places.recent) == (5, 3, 2)
    rows, _ = studied.rows([PLACE], on=ON)
    page = census.census_page(rows, inhabitants={PLACE: 100}, names={PLACE: "Ici"}, on=ON, doubles=0)
    assert page.recent_words == places.words, "2 des 5 fiches, 2 de date inconnue"
    ages = [
        directory_rules.freshness(each.updated_on, each.confirmed_on, on=ON).months
        for each in Lieu.objects.all()
    ]
    assert ages.count(None) == 2


def test_an_action_for_a_whole_commune_is_written_once():
    """Les treize quartiers d’une ville répétaient ses actions : 7 800 pixels de page."""
    town, alone = (Unit(zones, frozenset({"Vierzon"}), "Vierzon") for zones in (("a", "b"), ("a",)))
    planned, near = (
        loop.Planned(action=None, warnings=(), zones=zones) for zones in (("a", "b", "c"), ("a",))
    )
    row = SimpleNamespace(plan=(planned, near), unit=town)
    assert loop.ZoneLoop.own_plan.fget(row) == (near,)
    assert loop.Loop.plan_of(SimpleNamespace(rows=(row,)), town) == (planned,)
    assert not planned.is_for(alone)


def test_communes_of_which_the_same_is_missing_share_a_row():
    """Onze communes sans orientation notée tiennent en une ligne ; celle dont on sait quelque chose a la sienne."""
    names = ("Claix", "Gières", "Vif", "Vizille")
    shared = [Unit((name, f"{name} 2"), frozenset({name}), name) for name in names]
    noted, nothing = Link(value=12, universe=""), Link(value=None, universe="", is_missing=True, why="Rien")
    few = Link(value=None, universe="", why="Masqué.")
    chains = [
        links.Chain(orientation=each, action=each, effect=each) for each in (nothing, noted, few, nothing)
    ]
    reading = SimpleNamespace(shared=tuple(zip(shared, chains, strict=True)), plan_of=lambda unit: ())
    assert [unit.name for unit, *_ in loop.Loop.known_units.fget(reading)] == ["Gières"]
    assert [
        (link.lack, [unit.name for unit in units]) for link, units in loop.Loop.unknown_units.fget(reading)
    ] == [
        ("Manquant : rien", ["Claix", "Vizille"]),
        ("Masqué.", ["Vif"]),
    ]


@pytest.mark.parametrize(
    ("days", "days_within"), [(0.3, 1), (1.4, 2), (1.6, 2), (2.0, 2), (12.1, 13), (None, None)]
)
def test_half_of_the_answers_came_within_the_days_written(days, days_within):
    """« En 1 jour au plus » is false of an answer that took a day and a half, « en 0 jour » of any."""
    nothing = Link(value=None, universe="")
    chain = links.Chain(orientation=nothing, action=nothing, effect=nothing, days=days)
    assert chain.within == days_within


def test_the_day_of_the_study_in_the_file_is_that_of_its_page(client, study):
    Study.objects.filter(pk=study.pk).update(finished_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    row = next(csv.DictReader(client.get(f"{PAGE}zones.csv").content.decode("utf-8-sig").splitlines()))
    assert row["date"] == "2026-11-24"
    assert "Étude du 24 novembre 2026" in client.get(PAGE).content.decode().replace("\xa0", " ")


def test_a_done_action_that_nobody_carried_says_so(client, study, coordinator):
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=coordinator, at=AT)
    zone = reading_of(PLACE).zones[0].code
    row = steering.write(
        plan, token="a", axis=plan.axes.get(), title="Ouvrir", zones=[zone], by=coordinator, at=AT
    )
    steering.set_state(row, "done", by=coordinator, at=AT)
    steering.publish(plan, is_public=True, by=coordinator, at=AT)
    page = " ".join(client.get(f"{PAGE}?zones=toutes").content.decode().split())
    assert re.search(r"Ouvrir</a> <small>pilote non renseigné · faite", page)


def test_the_note_of_a_count_opens_its_details(client, study):
    now = datetime.now(UTC)
    helped = {"came": True, "served_at": now - timedelta(days=20)}
    answered = {"answered_at": now - timedelta(days=30)}
    referrals(PLACE, 22, at=now, **helped, **answered, outcome=cycle.REACHED)
    referrals(PLACE, 11, at=now, **helped, **answered)
    referrals(PLACE, 11, at=now, **answered, reason="full")
    page = client.get(PAGE).content.decode()
    summaries = re.findall(
        r"<summary>(.*?)<span[^>]*>\s: le détail, (\w+),.*?<ul>(.*?)</ul>", page, re.DOTALL
    )
    words = {what: (" ".join(summary.split()), " ".join(rows.split())) for summary, what, rows in summaries}
    assert re.fullmatch(r"réponse en \d+ j", words["orientation"][0])
    assert "premier motif de refus : Complet" in words["orientation"][1]
    assert words["effet"][0] == "11 inconnues"
    assert "sur 33 orientations suivies d’une aide" in words["effet"][1]
    assert "sur 44 orientations" in " ".join(page.split())


def test_a_row_of_the_file_has_each_link_or_its_reason(client, study):
    answer = client.get(f"{PAGE}zones.csv")
    lines = answer.content.decode().splitlines()
    assert lines[0].split(",") == list(document.COLUMNS)
    rows = list(csv.DictReader(lines))
    assert [row["niveau"] for row in rows] == ["zone"] * len(reading_of(PLACE).zones) + [
        "commune",
        "ensemble",
    ]
    assert (rows[-2]["nom"], rows[-2]["code"]) == ("Échirolles", PLACE)
    assert all(row["source"] and row["date"] and row["activite_inventee"] == "non" for row in rows)
    assert "voir Échirolles" in lines[1]
    assert "connu pour" not in lines[1], "nothing is noted there: the row of the commune says so"


def test_counts_by_lots_are_bounds_in_the_file(client, study):
    """« 11 » seul se lisait comme un nombre exact : de 11 à 21 personnes y sont derrière."""
    referrals(PLACE, 13, at=datetime.now(UTC))
    *_, commune, total = csv.DictReader(client.get(f"{PAGE}zones.csv").content.decode().splitlines())
    cells = ("orientation", "orientation_bas", "orientation_haut", "orientation_motif", "comptes_par_lots_de")
    assert [commune[cell] for cell in cells] == ["", "11", "21", "Compté par lots : de 11 à 21.", "11"]
    assert [total[cell] for cell in cells[:4]] == ["", "11", "", "Compté par lots : au moins 11."]
    assert commune["action_motif"]


def test_the_rows_of_the_file_sum_to_those_of_the_page(client, study):
    """L’activité d’une commune coupée a sa ligne : zones et communes ensemble font le total de la page."""
    now = datetime.now(UTC)
    helped = {"came": True, "served_at": now - timedelta(days=20), "answered_at": now - timedelta(days=30)}
    referrals(PLACE, 21, at=now, example=True, **helped, outcome=cycle.REACHED)
    referrals(PLACE, 7, at=now, example=True, state="sent")
    referrals(PLACE, 4, at=now, example=True, reason="full", answered_at=now - timedelta(days=30))
    *parts, total = csv.DictReader(client.get(f"{PAGE}zones.csv").content.decode().splitlines())
    assert total["niveau"] == "ensemble" and all(row["activite_inventee"] == "oui" for row in (*parts, total))
    for column, n in (
        ("orientation", 32),
        ("action", 21),
        ("effet", 21),
        ("orientations_en_attente", 7),
        ("orientations_refusees", 4),
    ):
        assert sum(int(row[column] or 0) for row in parts) == int(total[column]) == n, column
    need = sum(float(row["besoin"] or 0) for row in parts)
    hidden = [row for row in parts if row["niveau"] == "zone" and not row["besoin"]]
    assert all(row["besoin_motif"] for row in hidden)
    assert 0 <= float(total["besoin"]) - need <= 50 * len(hidden), "a zone withheld stays in the total alone"
    assert total["motif_de_refus"] == "Complet" and total["delai_median_jours"]
    assert total["besoin_univers"] and total["besoin_n"] and "du" in total["orientation_univers"]


@pytest.mark.parametrize(("doubt", "missing_value"), [("", 480.0), ("Des lieux ne disent rien.", None)])
def test_silent_places_leave_the_whole_territory_bounds_without_a_figure(doubt, missing_value):
    line = SimpleNamespace(
        missing="480", missing_value=480.0, missing_low=380.0, missing_high=580.0, n_places=3, doubt=doubt
    )
    offer = SimpleNamespace(territory=ZoneOffer("", 9, 2, (), (), ""), unassigned=())
    places = {"places": loop.Places(n=9), "shared_places": "11 zone par zone, 9 en tout."}
    territory_loop = SimpleNamespace(reading=SimpleNamespace(offer=offer), gap=line, **places)
    written = document._whole_offer(territory_loop)
    assert written["note"] == territory_loop.shared_places, "a sum of the zones is no total"
    away = written["sans_aide_a_pied"]
    assert (away["valeur"], away["bas"], away["haut"], away.get("motif", "")) == (
        missing_value,
        380.0,
        580.0,
        doubt,
    )


@pytest.mark.both_databases
def test_a_training_of_aidants_is_no_seat_of_a_workshop(home):
    """Une formation d’aidants n’assoit personne à aider : la boucle compte les places d’ateliers, comme le rapport."""
    pimms = Structure.objects.create(key="s-pimms", name="Le Pimms", code_insee=PLACE)
    for kind in ("workshop", "training"):
        row = Workshop.objects.create(
            structure=pimms, kind=kind, title="Ses papiers", subject="demarches", format="group", level="beginner",
            starts_at=AT, ends_at=AT + timedelta(hours=2), capacity=8, made_at=AT, changed_at=AT,
        )  # fmt: skip
        Seat.objects.create(workshop=row, learner=kind, came=True, status="booked", booked_at=AT)
    commune_activity = activity.activity(frozenset({PLACE}), date(2026, 11, 26)).of({PLACE})
    assert commune_activity.counts[activity.TAKEN] == 1


def test_the_document_is_that_of_the_contract(study):
    territory_loop = loop.loop(AnonymousUser(), study, on=ON)
    written = json.loads(json.dumps(document.loop_json(territory_loop)))
    assert written["territoire"] == {"code": PLACE, "nom": "Échirolles"}
    for zone in written["zones"]:
        assert set(zone) == {"code", "nom", "besoin", "offre", *document.LINKS, "plan", "plan_motif"}
        assert {"valeur", "bas", "haut", "unite", "univers", "n", "methode"} <= set(zone["besoin"])
        for link in ("offre", "orientation", "action", "effet"):
            assert zone[link]["valeur"] is not None or zone[link]["motif"]
    assert written["ensemble"]["orientation"]["valeur"] is None
    missing = {"valeur": None, "motif": "Aucun plan n’est publié pour ce territoire."}
    assert all(zone["plan"] == missing for zone in (*written["zones"], written["ensemble"]))
    row = document.rows(written)[0]
    assert (row["plan"], row["plan_motif"]) == ("", missing["motif"])
    assert len(written["phrases"]) <= 3
    assert written["comptes_par_lots_de"] == 11, "what each count says at least"


def test_what_places_receive_is_read_beside_the_need_with_its_assumption(client, study):
    """A place says 12 a week, another says nothing: at least 12, never 12, and never as many zeros."""
    helps = {"assistance": {"state": "offered"}}
    place("muet", {"code_insee": PLACE, "practices": helps})
    counts.rebuild(at=datetime.now(UTC))
    page_text = client.get(PAGE).content.decode()
    assert (
        "Le seul lieu qui aide ou forme ne dit pas combien de personnes il reçoit par semaine." in page_text
    )
    assert "place par semaine" not in page_text
    place("dit", {"code_insee": PLACE, "practices": helps, "capacite": 12})
    counts.rebuild(at=datetime.now(UTC))
    page_text = " ".join(client.get(PAGE).content.decode().split())  # the space of a number is one too
    assert "au moins 12 places par semaine" in page_text
    assert "Au moins 12 places par semaine : 1 lieu sur 2 le dit." in page_text
    assert "une place est supposée recevoir une personne du territoire, chaque semaine" in page_text
    territory_loop = loop.loop(AnonymousUser(), study, on=timezone.localdate())
    capacity = document.loop_json(territory_loop)["ensemble"]["accueil"]
    assert (capacity["valeur"], capacity["au_moins"], capacity["n"], capacity["le_disent"]) == (
        12,
        True,
        2,
        1,
    )
    assert capacity["hypothese"] == document.ONE_EACH


# --------------------------------------------------------------------------------------------- who steers


def test_who_leads_a_territory_finds_its_loop(client, study, coordinator):
    client.force_login(coordinator)
    page = client.get("/espace/pilotage/").content.decode()
    assert f'href="{PAGE}"' in page
    assert f"/espace/territoires/{PLACE}/plan/" in page


def test_each_territory_says_what_its_loop_its_plan_and_its_network_are(client, study, coordinator):
    client.force_login(coordinator)
    page = client.get("/espace/pilotage/")
    (row,) = page.context["rows"]
    own_loop = home_loop(coordinator, timezone.localdate())
    assert row.bars == own_loop.bars and row.sentences == own_loop.sentences[:1]
    page_text = " ".join(page.content.decode().split())
    assert " ".join(row.bars[0].value.split()) in page_text and "pas encore ouvert." in page_text
    assert "Structures du réseau, avec un compte : " in page_text
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=coordinator, at=AT)
    assert plan and "Aucune action encore." in client.get("/espace/pilotage/").content.decode()


def test_a_study_that_cannot_be_read_says_so_in_the_place_of_its_figures(
    client, study, coordinator, monkeypatch
):
    monkeypatch.setattr("maillage.apps.steering.plans.queries.overview.reading_of", lambda place: None)
    client.force_login(coordinator)
    page = client.get("/espace/pilotage/").content.decode()
    assert "elle se calcule de nouveau" in page and "personnes en difficulté" not in page


def test_studies_of_other_places_push_out_no_territory_of_an_account(client, study, monkeypatch):
    """Un visiteur qui ouvre Saint-Malo ne met pas Saint-Malo devant le territoire dont on suit le plan."""
    later = {
        f.name: getattr(study, f.name) for f in Study._meta.fields if f.name not in ("id", "place", "key")
    }
    for day, code in enumerate(("35288", "29232", "38"), 1):
        inputs = {**study.inputs, "place": code}
        moment = AT + timedelta(days=day)
        again = {"finished_at": moment, "inputs": inputs, "key": dossiers_rules.key_of(inputs), "place": code}
        Study.objects.create(**later | again)
    lea = account("lea", "coordination", territory="france")
    steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    order = [each.place for each in access.studies_of(lea)]
    assert order == [PLACE, "38", "29232", "35288"]
    monkeypatch.setattr(access.dossiers, "finished_studies", lambda: [])
    assert [each.place for each in access.studies_of(lea)] == [PLACE], "however many were computed since"
    other = account("ana", "coordination", territory="38")
    assert [each.place for each in access.studies_of(other)] == [PLACE, "38"]


def test_a_study_that_checks_a_number_enters_no_list_of_territories_until_it_is_opened(client, home, db):
    lea = account("lea", "coordination", territory="france")
    client.get("/territoires/38151/verifier/", {"q": "3 000 personnes à Échirolles"})
    Study.objects.update(status=dossiers_rules.DONE, finished_at=AT)
    assert Study.objects.count() == 1 and access.studies_of(lea) == []
    Study.objects.update(status=dossiers_rules.QUEUED)
    client.get("/territoires/38151/")
    Study.objects.update(status=dossiers_rules.DONE)
    assert [each.place for each in access.studies_of(lea)] == ["38151"]


@pytest.mark.parametrize(("listed_communes", "n_unlisted"), [({"38151"}, 0), ({"26362"}, 1), (set(), 0)])
def test_a_territory_listed_in_part_says_where_its_places_are_known(
    client, study, coordinator, monkeypatch, listed_communes, n_unlisted
):
    """A département of which one intercommunality was listed has no certain lack elsewhere."""
    assert len(units.unlisted_communes(study, listed_communes)) == n_unlisted
    monkeypatch.setattr(units, "unlisted_communes", lambda study, listed: frozenset({PLACE}))
    client.force_login(coordinator)
    (row,) = client.get("/espace/pilotage/").context["rows"]
    assert row.bars[1].value == "" and row.bars[1].words.startswith("Lieux connus dans ")
    assert "recenser" in {sentence.id for sentence, _ in home_loop(coordinator, ON).sentences}


def test_another_territory_is_absent_from_the_pages_of_who_steers(client, study):
    client.force_login(account("ana", "analyste", territory="59"))
    page = client.get("/espace/pilotage/")
    assert page.status_code == 200
    assert PAGE not in page.content.decode()
    client.force_login(account("leo", "aidant", structure=place().structure))
    assert client.get("/espace/pilotage/").status_code == 404


def test_the_home_of_who_steers_says_what_presses_one_gesture_each(client, study, coordinator):
    client.force_login(coordinator)
    page = client.get("/espace/").content.decode()
    own_loop = home_loop(coordinator, ON)
    assert own_loop is not None and own_loop.study == study and not own_loop.several
    assert 1 <= len(own_loop.sentences) <= 3
    loop_section = page[page.index('id="j-boucle"') :]
    assert study.name in page
    for sentence, address in own_loop.sentences:
        assert loop_section.count(f'href="{escape(address)}"') >= 1
        assert escape(sentence.button) in loop_section
    assert f'href="{PAGE}"' in loop_section and "Un autre territoire" not in loop_section
    assert 'role="search"' in page and 'name="q"' in page


def test_the_home_of_who_steers_draws_the_five_links_of_the_loop(client, study, coordinator):
    """The numbers are those of the loop; what it withholds, or nobody knows, has no number and a dotted bar."""
    own_loop = home_loop(coordinator, ON)
    reading = reading_of(PLACE)
    need, gap, *counts = own_loop.bars
    assert (need.value, need.words) == (f"environ {reading.headline.value}", reading.headline.between)
    assert 'class="plein"' in need.upright and 'class="repere"' in need.lying
    assert (gap.value, gap.state_words, 'class="inconnue"' in gap.upright) == ("", "manquant", True)
    assert [each.value for each in counts] == [""] * 3 and own_loop.zoom == 1, "nobody noted anything"
    client.force_login(coordinator)
    page = client.get("/espace/").content.decode()
    assert page.count('class="fig colonne"') == page.count('class="fig couchee"') == 5
    assert f'href="/territoires/{PLACE}/#source"' in page and broken_anchors(client, "/espace/") == set()


@pytest.mark.parametrize(
    ("n", "refused", "bar_values"),
    [(11, 11, ["au moins 44", "au moins 33"]), (11, 0, ["au moins 33", ""]), (2, 2, ["", ""])],
)
def test_the_links_of_the_home_are_protected_as_those_of_the_loop(study, coordinator, n, refused, bar_values):
    """When all were helped, their number says of each of them that they were: it is withheld."""
    referrals(PLACE, 2 * n, **HELPED, outcome=cycle.REACHED)
    referrals(PLACE, n, **HELPED)
    referrals(PLACE, refused, reason="full", answered_at=AT - timedelta(days=30))
    own_loop = home_loop(coordinator, ON)
    _, _, orientation, action, _ = own_loop.bars
    assert [orientation.value, action.value] == bar_values
    assert [each.state for each in (orientation, action)] == [
        "counted" if each else "withheld" for each in bar_values
    ]
    assert (own_loop.zoom > 1) == bool(orientation.value)
    assert orientation.value or "Masqué" in orientation.words or "peu" in orientation.words


def test_the_loop_of_the_home_is_that_of_one_s_own_territory(client, study):
    later = {
        f.name: getattr(study, f.name) for f in Study._meta.fields if f.name not in ("id", "place", "key")
    }
    Study.objects.create(**later | {"finished_at": AT + timedelta(days=30)}, place="38185", key="autre")
    own_loop = home_loop(account("lea", "analyste", territory=PLACE), ON)
    assert own_loop is not None and own_loop.study.place == PLACE


def test_who_steers_a_country_reads_on_their_home_a_territory_that_has_a_figure(client, study, monkeypatch):
    """Un village où personne n’habite, étudié hier, ne prend pas la place de celui que l’on suit."""
    later = {
        f.name: getattr(study, f.name) for f in Study._meta.fields if f.name not in ("id", "place", "key")
    }
    Study.objects.create(**later | {"finished_at": AT + timedelta(days=30)}, place="55039", key="autre")
    read = reading_of(PLACE)
    monkeypatch.setattr(
        "maillage.apps.steering.pilotage.queries.home.reading_of",
        lambda place: replace(read, withheld=place != PLACE),
    )
    own_loop = home_loop(account("lea", "coordination", territory="france"), ON)
    assert own_loop is not None and own_loop.study.place == PLACE


def test_who_steers_nothing_has_no_loop_on_their_home(client, study):
    for user in (
        account("ana", "analyste", territory="59"),
        account("leo", "aidant", structure=place().structure),
    ):
        assert home_loop(user, ON) is None
        client.force_login(user)
        page = client.get("/espace/").content.decode()
        assert "j-boucle" not in page and 'role="search"' in page


# -------------------------------------------------------------------------------------- the demonstration


@pytest.mark.both_databases
def test_the_demonstration_has_a_year_of_invented_referrals(home):
    for code in ("38421", "38151"):
        place(f"lieu-{code}", {"code_insee": code})
    n_referrals = year.tell(AT, {}, {})
    (hers, ech), _ = chain_of({"38421", "38151"})
    assert n_referrals == Orientation.objects.filter(example=True).count() == 21 + 46
    assert (hers.orientation.value, hers.action.value, hers.effect.value) == (21, 12, 5)
    assert hers.orientation.detail(activity.UNANSWERED) == 4
    assert (ech.orientation.value, ech.effect.detail(activity.UNKNOWN)) == (46, 10)
    assert hers.action.detail(activity.ACTS) == 20, "and six months of acts of help"
    missing = {each.id: each.why for each in hers.effect.details}
    assert missing[activity.OPENED].startswith("Rien n’est noté"), "of invented people, nothing is withheld"
    assert year.tell(AT, {}, {}) == 0, "written once"
    assert Lieu.objects.count() == 2


def test_the_command_writes_the_loop_or_refuses_in_french(study, capsys):
    assert main(["boucle", PLACE, "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["territoire"]["code"] == PLACE
    assert written["zones"]
    assert all(zone["orientation"]["valeur"] is None for zone in written["zones"])
    assert all(zone["orientation"]["motif"] for zone in written["zones"])
    assert main(["boucle", PLACE]) == 0
    output = capsys.readouterr().out
    zone = next(each for each in reading_of(PLACE).zones if each.people)
    (line,) = [each for each in output.splitlines() if each.startswith(f"{zone.code} ")]
    assert f"{zone.people} [{zone.between}]" in line and line.endswith("(a)")
    assert output.lower().count("aucun plan publié") == 1, "a reason is said once"
    assert "offre (aucun lieu recensé) ; orientation, action et effet (rien n’est noté" in output
    assert max(map(len, output.split("\n\n")[1].splitlines())) < 110, "lines were 300 letters long"
    assert "rien de prévu" not in output
    assert main(["boucle", "99999"]) == 2
    assert "Aucun territoire n’a le code « 99999 »" in capsys.readouterr().err


def test_a_zone_without_any_place_says_so_once(client, study, monkeypatch):
    """« aucun lieu » suffit : « 0 oui, 0 muet » n’en dit pas plus, et coupait les noms sur papier."""
    silent = offer_line(
        "assistance", missing="480", missing_value=480.0, missing_low=380.0, missing_high=580.0
    )
    stored_reading = reading_of(PLACE)
    first, second = (zone.code for zone in stored_reading.zones[:2])
    zones = {code: ZoneOffer(code, n, 0, (silent,), (), code) for code, n in ((first, 0), (second, 2))}
    territory_offer = ZoneOffer("", 2, 0, (silent,), (), "")
    offer = OfferReading("l’annuaire", 30, territory_offer, {}, zones, (), ())
    monkeypatch.setattr(views.dossiers, "reading", lambda _: replace(stored_reading, offer=offer))
    page = " ".join(client.get(f"{PAGE}?zones=toutes").content.decode().split())
    places_by_zone = dict(
        re.findall(r'<tr id="boucle-([^"]+)".*?<small>((?:\d|aucun) lieu.*?)</small>', page)
    )
    assert places_by_zone[first] == "aucun lieu" and places_by_zone[second].startswith("2 lieux :"), (
        places_by_zone
    )
