"""A survey whose answers carry their commune, on a territory whose mission has its own zones."""

import json
import random
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import editions, frames, places
from maillage.apps.surveys.rules import Sent
from maillage.apps.territories.actions import keep_perimeter
from maillage.apps.territories.models import Perimeter
from maillage.questionnaires.questionnaire import ZONE
from maillage.reference import surveys as banks
from tests.conftest import account
from tests.support.sample_survey import AT

pytestmark = pytest.mark.django_db
VANNES = "200067932"  # Golfe du Morbihan - Vannes agglomération
NEAR, FAR = ("56260", "56206"), ("56003", "56005")  # communes of « Ville », and of « Rivage »


def keep_zones(by: User) -> None:
    rows = "".join(
        f"{1 + (code not in NEAR)},{'Ville' if code in NEAR else 'Rivage'},{code}\n"
        for code in sorted(communes_of(VANNES) or ())
    )
    keep_perimeter(
        by=by, slug="golfe", name="En deux zones", code=VANNES, reason="Un essai",
        content=f"code_zone,nom_zone,code\n{rows}".encode(), file_name="zones.csv",
    )  # fmt: skip


@pytest.fixture
def analyst() -> User:
    return account("ana@exemple.fr", "analyste", territory="56")


@pytest.fixture
def survey(analyst) -> Survey:
    """200 answers of four communes: three in four ill at ease on the shore, one in five in town."""
    keep_zones(analyst)
    bank = places.fitted(banks.banks()["habitants"], VANNES)
    questions = tuple(each for each in bank.questions() if each.name in ("commune", "aisance"))
    form = replace(bank, items=questions)
    row = campaigns.prepare(by=None, title="Au golfe", territory=VANNES, questionnaire=form, at=AT)
    campaigns.open_survey(row, by=None, at=AT)
    chance = random.Random(7)
    sent = []
    for k in range(200):
        commune = (*NEAR, *FAR)[k % 4]
        worst = 75 if commune in FAR else 20
        ease = chance.choice(
            ["pas_du_tout", "peu"] if chance.random() * 100 < worst else ["a_l_aise", "tres"]
        )
        values = {"commune": commune, "aisance": ease}
        sent.append(Sent(uid=uuid.UUID(int=k), version=1, channel="street", values=values))
    receive.receive(row, sent, at=AT)
    return row


def test_a_sure_difference_by_zone_is_a_finding_and_a_table(survey):
    content = editions.edition(survey, at=timezone.now())
    text = json.dumps(content["document"], ensure_ascii=False)
    assert "des répondants de la zone « Rivage » sont mal à l’aise avec le numérique" in text
    groups = {(row["groupe"], row["base"]) for row in content["tables"] if row["par"] == ZONE}
    assert groups == {("Ville", 100), ("Rivage", 100)}
    assert [row["groupe"] for row in content["scales"] if row["par"] == ZONE] == ["Rivage"]


def test_no_zone_beside_other_zones_that_an_edition_printed(survey, analyst):
    actions.publish(survey, None, by=analyst, at=timezone.now())
    assert ZONE in frames.frame(survey).table
    row = Perimeter.objects.get()
    row.zones = row.zones.replace(f"1,Ville,{NEAR[1]}", f"2,Rivage,{NEAR[1]}")
    row.save()
    assert ZONE not in frames.frame(survey).table
