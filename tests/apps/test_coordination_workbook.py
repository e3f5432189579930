"""The meetings of the network as the Coop writes its activities of coordination."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from maillage.apps.community.actions import meetings as actions
from maillage.apps.community.models import Meeting
from maillage.apps.community.queries import meetings as queries
from maillage.apps.community.rules import meetings as rules
from maillage.apps.steering.indicators import actions as indicators
from maillage.apps.steering.indicators.models import DailyCount
from maillage.apps.steering.indicators.rules import OF_MEETINGS
from maillage.publishing import coop_workbook
from maillage.reference import coop
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = AT + timedelta(days=30)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def proposed(lead, structure, day: int, **more) -> Meeting:
    fields = {"title": "Se connaître", "kind": "meeting", "commune": "38185", "minutes": 90, **more}
    dates = (AT + timedelta(days=day),)
    return actions.propose(structure, actions.Draft(dates=dates, token=str(day), **fields), by=lead, at=AT)


def test_meetings_that_took_place_are_written_under_the_columns_of_the_coop(lead):
    meeting = proposed(lead, None, 5)
    Meeting.objects.filter(pk=meeting.pk).update(present=7, changed_at=AT + timedelta(hours=1))
    event = proposed(lead, None, 6, kind="event", title="=Forum")
    called_off = proposed(lead, None, 7)
    Meeting.objects.filter(pk=called_off.pk).update(cancelled_at=AT)
    proposed(lead, None, 40)
    out = io.BytesIO()
    rows = queries.coordination(None, *YEAR, NOW)
    since, until = YEAR
    about = coop_workbook.Export(owner="Isère", since=since, until=until, at=NOW)
    assert coop_workbook.write_coordination(out, rows, about) == 2
    lines = list(load_workbook(out)["Activités de coordination"].iter_rows(values_only=True))
    at = next(rank for rank, line in enumerate(lines) if line[0] == "Date de l’activité")
    assert lines[at] == coop.COORDINATION_COLUMNS
    assert [line[:2] for line in lines[1:11]][::3] == [
        *(("Nom", "Isère"), ("Total", 2), (None, None), ("Types", "-")),
    ]
    animation, forum = (dict(zip(lines[at], line, strict=True)) for line in lines[at + 1 :])
    assert {name: value for name, value in animation.items() if value not in (None, "/")} == {
        "Date de l’activité": datetime(2026, 11, 25),
        "Type": "Animation",
        "Durée (min.)": 90,
        "Structure·s": 7,
        "Type d’animation, type d’évènement, nature du partenariat": (
            coop.COORDINATION_KINDS["reunion_coordination"][1]
        ),
        "Notes": "Se connaître",
        "Enregistrée le": "20/11/2026 à 10:00",
        "Dernière modification le": "20/11/2026 à 11:00",
        "ID CRA": f"reunion-{meeting.pk}",
    }
    assert (forum["Type"], forum["Nom de l’évènement"], forum["Durée (min.)"], forum["ID CRA"]) == (
        *("Évènement", "=Forum", "/", f"reunion-{event.pk}"),
    )


def test_a_partnership_noted_afterwards_is_one_of_the_coop_and_of_the_indicators(lead, client):
    client.force_login(lead)
    today = timezone.localdate()
    typed = {
        **{"titre": "Convention avec la Caf", "sorte": "partner", "avec": "Caf de l’Isère", "duree": "60"},
        **{
            "au_nom_de": "coordination",
            "commune": "Grenoble",
            "jour_1": (today - timedelta(days=3)).isoformat(),
        },
        **{"heure_1": "10:00", "jeton": "fait", "passee": "on"},
    }
    page = client.post("/espace/reseau/reunions/nouvelle/", {**typed, "jour_1": today + timedelta(days=9)})
    assert page.status_code == 400 and "à venir" in page.content.decode()
    assert client.post("/espace/reseau/reunions/nouvelle/", typed).status_code == 302
    noted = Meeting.objects.get()
    rows = queries.coordination(None, today - timedelta(days=9), today, timezone.now())
    cells = coop_workbook._coordination_cells(rows[0])
    assert (cells["Type"], cells[coop.PARTNERS], cells["Notes"]) == (
        *("Partenariat", "Caf de l’Isère", "Convention avec la Caf"),
    )
    assert cells["Durée (min.)"] == cells["Nom de l’évènement"] == coop.INAPPLICABLE

    def n_counted() -> list[tuple[str, int]]:
        indicators.rebuild(at=timezone.now())
        measures = DailyCount.objects.filter(measure__in=OF_MEETINGS)
        return list(measures.values_list("measure", "n"))

    assert n_counted() == [("partnerships", 1)]
    actions.cancel(noted, by=lead, at=timezone.now())
    assert n_counted() == []


def test_meetings_of_one_structure_are_its_own(lead):
    library = place("bibliotheque").structure
    proposed(lead, None, 5)
    karim = account("karim", "gestionnaire", structure=library)
    own = proposed(karim, library, 6)
    rows = queries.coordination([library.pk], *YEAR, NOW)
    assert [row["id"] for row in rows] == [f"reunion-{own.pk}"]


def test_each_kind_of_meeting_is_one_of_the_coop():
    assert set(rules.COOP_KINDS) == set(rules.KINDS)
    assert set(rules.COOP_KINDS.values()) <= set(coop.COORDINATION_KINDS)
