"""The people seen in a territory, on its own pages: counts, with what they do not say."""

from datetime import UTC, datetime, timedelta

import pytest

from maillage.apps.people.persons.actions import register as people
from maillage.apps.referrals.autonomy import actions as bilans
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.manage.demonstration.stories import SANDRINE

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAGE = "/territoires/38151/personnes/"


def unsolved(n: int, *, example: bool = False) -> None:
    at = datetime.now(UTC) - timedelta(days=3)
    for _ in range(n):
        path = Path.objects.create(made_at=at, origin="professional", commune="38151", example=example)
        Orientation.objects.create(
            path=path,
            need="formation",
            origin="professional",
            commune="38151",
            state="unsolved",
            prepared_at=at,
            changed_at=at,
            ended_at=at,
            example=example,
        )


def test_nobody_met_is_written(client, study):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Aucune orientation du" in page.content.decode()
    assert "Aucune réponse pour l’instant" in page.content.decode()


def test_invented_people_are_counted_apart(client, study):
    person = people.welcome(by=None, structure=None, at=datetime.now(UTC), example=True)
    carried = Carried(mode="self", token="x", place="38151")
    for id, answer in SANDRINE.items():
        carried = carried.answered(id, answer)
    bilans.keep(carried, purpose="person", how="click", person=person, at=datetime.now(UTC))
    page = client.get(PAGE).content.decode()
    assert "1 personne inventée" in page
    assert "Aucune réponse pour l’instant" in page


@pytest.mark.parametrize(("n", "published"), [(10, 0), (11, 11), (21, 11)])
def test_needs_without_solution_are_published_from_eleven(client, study, n, published):
    unsolved(n)
    assert ("n’ont trouvé aucun lieu" in client.get("/territoires/38151/manques/").content.decode()) is bool(
        published
    )
    page = client.get(PAGE).content.decode()
    assert ("Des besoins sont restés sans lieu" in page) is not bool(published)
    assert (f"<strong>{published}</strong> fois" in page) is bool(published)
    assert "Les chiffres avancent par lots de 11" in page


def test_referrals_are_counted_by_batches_of_eleven(client, study):
    unsolved(24)
    Orientation.objects.update(state="sent", ended_at=None, sent_at=datetime.now(UTC) - timedelta(days=3))
    page = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "22 orientations" in page
    assert "aucune personne réelle" not in page


@pytest.mark.parametrize("real", [0, 1, 20])
def test_invented_people_are_never_mixed_with_real_ones(client, study, real):
    """One real person would empty the page of a demonstration, or be counted among invented ones."""
    unsolved(real)
    at = datetime.now(UTC) - timedelta(days=3)
    path = Path.objects.create(made_at=at, origin="professional", commune="38151", example=True)
    fields = {
        "need": "formation",
        "origin": "professional",
        "commune": "38151",
        "state": "sent",
        "example": True,
    }
    Orientation.objects.create(path=path, prepared_at=at, changed_at=at, sent_at=at, **fields)
    page = client.get(PAGE).content.decode()
    assert "aucune personne réelle" in page
    assert "Les chiffres avancent par lots de 11" not in page


def test_invented_people_make_no_need(client, study):
    unsolved(20, example=True)
    assert "n’ont trouvé aucun lieu" not in client.get("/territoires/38151/manques/").content.decode()
