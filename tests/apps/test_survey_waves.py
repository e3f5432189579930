"""Two waves of one survey: what changed, with its interval; no rise and no fall when it lies inside
(E-031).
"""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.models import Publication, Survey
from maillage.apps.surveys.queries import editions
from maillage.apps.surveys.rules import Sent
from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import Questionnaire
from maillage.statistics.engine import comparisons
from maillage.statistics.engine.proportions import wilson
from tests.conftest import account
from tests.support.answered_survey import FORM

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
THEN, NOW = datetime(2024, 5, 14, 9, tzinfo=UTC), datetime(2026, 11, 20, 9, tzinfo=UTC)


def wave(at: datetime, helped: int, *, n: int = 192, form: Questionnaire = FORM, **more) -> Survey:
    """Ask n people; `helped` of them are, and as many feel at ease."""
    row = campaigns.prepare(
        by=None, title=f"Vague {at.year}", territory="38151", questionnaire=form, at=at, **more
    )
    row = campaigns.open_survey(row, by=None, at=at)
    sent = [
        Sent(
            uid=uuid.UUID(int=at.year * 10**6 + k),
            version=1,
            channel="street",
            values={
                "tranche": ("jeune", "moyen", "age")[k % 3],
                "aise": ("pas", "peu", "plutot", "tres")[k % 4],
                "aide": "oui" if k < helped else "non",
            },
        )
        for k in range(n)
    ]
    receive.receive(row, sent, at=at)
    return row


def publish(row: Survey, at: datetime) -> Publication:
    return actions.publish(row, {"digest": editions.edition(row, at=at)["digest"]}, by=None, at=at)


def chapter(row: Survey, at: datetime = NOW) -> str:
    """Return the JSON text of the chapter of changes in the document of a survey, '' if it has none."""
    chapters = editions.edition(row, at=at)["document"]["chapters"]
    change_chapters = [each for each in chapters if each["short"] == "Changements"]
    return json.dumps(change_chapters, ensure_ascii=False).replace("\xa0", " ") if change_chapters else ""


@pytest.fixture
def browser(client):
    client.force_login(account("analyste", "analyste", territory="38"))
    return client


def test_a_rise_outside_its_interval_is_written_with_it():
    first = wave(THEN, 62)
    publish(first, THEN)
    chapter_text = chapter(wave(NOW, 100, after=first))
    assert "« Oui » : 32 % (2024), puis 52 % (2026) : hausse de 20 points (entre 11 et 28)." in chapter_text
    assert "baisse de 20 points" not in chapter_text, "« non » only says it the other way round"
    assert "« Vague 2024 », édition 1, 14 mai 2024" in chapter_text
    assert "11 à 28" in chapter_text, "the table has the bounds of the sentence"
    assert "+0" not in chapter_text


def test_a_change_inside_its_interval_is_neither_a_rise_nor_a_fall():
    first = wave(THEN, 62)
    publish(first, THEN)
    chapter_text = chapter(wave(NOW, 70, after=first))
    assert "hausse de" not in chapter_text
    assert "baisse de" not in chapter_text
    assert "rien ne permet d’écrire une hausse ou une baisse" in chapter_text
    assert "+4, pas net" in chapter_text


def test_only_what_was_published_is_compared():
    first = wave(THEN, 62)
    last = wave(NOW, 100, after=first)
    assert chapter(last) == ""
    row = publish(first, THEN)
    assert chapter(last)
    actions.withdraw(row, by=None, at=NOW)
    assert chapter(last) == ""


def test_a_reworded_question_is_not_compared():
    first = wave(THEN, 62)
    publish(first, THEN)
    items = tuple(
        each
        if each.name != "aide"
        else type(each)(name="aide", kind="one", choices="ouinon", label={"fr": "Êtes-vous aidé ?"})
        for each in FORM.items
    )
    other = Questionnaire(id="essai", title="Essai", kind="inhabitants", lists=FORM.lists, items=items)
    chapter_text = chapter(wave(NOW, 100, form=other, after=first))
    assert "Reformulées, ou posées à d’autres, donc non comparées : Êtes-vous aidé ?" in chapter_text
    assert "hausse de" not in chapter_text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"territory": "38185"}, "Cette vague portait sur un autre territoire (Échirolles)"),
        ({"universe": "allocataires de la Caf"}, "Cette vague interrogeait d’autres personnes"),
    ],
)
def test_a_wave_of_another_place_or_of_other_people_gives_no_trend(browser, changed, why):
    first = wave(THEN, 62)
    publish(first, THEN)
    last = wave(NOW, 100, after=first)
    Survey.objects.filter(pk=last.pk).update(**changed)
    last.refresh_from_db()
    chapter_text = chapter(last)
    assert why in chapter_text
    assert "hausse de" not in chapter_text
    page = compared(browser, last, first)
    assert "en hausse" not in page
    assert "en baisse" not in page


def test_the_later_wave_is_the_one_that_rises_whatever_page_is_open(browser):
    first = wave(THEN, 62)
    last = wave(NOW, 100, after=first)
    for opened, other in ((first, last), (last, first)):
        page = browser.get(
            f"/espace/enquetes/{opened.pk}/resultats/comparer/", {"avec": other.pk}
        ).content.decode()
        assert "Oui : en hausse (+20 points" in page
        assert "Non : en baisse (−20 points" in page


def compared(browser, opened: Survey, other: Survey) -> str:
    page = browser.get(f"/espace/enquetes/{opened.pk}/resultats/comparer/", {"avec": other.pk})
    return page.content.decode().replace("\xa0", " ")


def test_a_wave_two_links_away_rises_too(browser):
    first = wave(THEN, 62)
    last = wave(NOW, 100, after=wave(THEN + timedelta(days=365), 80, after=first))
    assert "Oui : en hausse (+20 points" in compared(browser, first, last)


@pytest.mark.parametrize("linked", [False, True], ids=["apart", "linked by hand"])
@pytest.mark.parametrize("territory", ["38151", "38185"])
def test_two_surveys_that_are_no_waves_differ_and_do_not_change(browser, linked, territory):
    """A change wants one territory, and the wave before: else two towns asked the same year would rise and
    fall.
    """
    first, last = wave(THEN, 62), wave(NOW, 100)
    Survey.objects.filter(pk=last.pk).update(after=first if linked else None, territory=territory)
    if linked and territory == first.territory:
        assert "Oui : en hausse (+20 points" in compared(browser, first, last)
        return
    for opened, compared_with, yes, no in ((first, last, "moins", "plus"), (last, first, "plus", "moins")):
        page = compared(browser, opened, compared_with)
        assert "en hausse" not in page and "en baisse" not in page
        sign = "+" if yes == "plus" else "−"
        assert (
            f"Oui : {yes} souvent dans « {opened.title} » que dans « {compared_with.title} » ({sign}20 points"
            in page
        )
        assert f"Non : {no} souvent dans « {opened.title} » que dans « {compared_with.title} »" in page


def test_a_difference_inside_its_interval_is_none(browser):
    first, last = wave(THEN, 62), wave(NOW, 70)
    page = compared(browser, first, last)
    assert "Oui : sans écart que l’enquête permette de voir (" in page
    assert "souvent" not in page


def test_a_wave_is_linked_on_the_page_of_the_survey_and_never_to_itself(browser):
    first = wave(THEN, 62)
    prepared = browser.get("/espace/enquetes/nouvelle/", {"suite": first.pk}).content.decode()
    assert f'value="enquete-{first.pk}"' in prepared
    assert f'<option value="{first.pk}" selected>' in prepared
    last = campaigns.prepare(
        by=None,
        title="Vague 2026",
        territory="38151",
        questionnaire=FORM,
        at=NOW,
        opens_on=NOW.date(),
        closes_on=None,
    )
    where = f"/espace/enquetes/{last.pk}/modifier/"
    form_data = {
        "titre": "Vague 2026",
        "territoire": "38151",
        "qui": "inhabitants",
        "arrondi": "nearest",
        "vague": str(first.pk),
    }
    assert browser.post(where, form_data).status_code == 302
    last.refresh_from_db()
    assert last.after == first
    assert f'<option value="{last.pk}"' not in browser.get(where).content.decode()
    with pytest.raises(Refused, match="après elle-même"):
        campaigns.change(first, {"after": last}, by=None, at=NOW)
    with pytest.raises(Refused, match="interroge d’autres personnes"):
        campaigns.change(last, {"kind": "structures"}, by=None, at=NOW + timedelta(days=1))


def test_the_difference_of_printed_bounds_is_that_of_the_shares():
    """Newcombe, 1998, exemple a : 56 sur 70 contre 48 sur 80, différence 0,2, de 0,0524 à 0,3339 à 95 %."""
    one, other = (56 / 70, *wilson(56 / 70, 70, 0.95)), (48 / 80, *wilson(48 / 80, 80, 0.95))
    difference = comparisons.of_intervals(one, other)
    assert (difference.value, difference.low, difference.high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=5e-5
    )
    assert comparisons.of_intervals(one, one).p == 1
    assert comparisons.of_intervals(other, one).p == pytest.approx(difference.p)


def test_the_page_and_the_report_of_two_waves_have_the_same_gap_and_verdict(browser):
    """Sûr dans sa question, plus une fois toutes les réponses comptées : la page le dit comme le rapport."""
    first, last = wave(THEN, 86), wave(NOW, 106)
    Survey.objects.filter(pk=last.pk).update(after=first.pk)
    publish(first, THEN + timedelta(days=40))
    last.refresh_from_db()
    report = chapter(last)
    gap, low, high = re.search(r'"\+(\d+), pas net".*?"text": "([−\d]+) à (\d+)"', report).groups()
    page = compared(browser, last, first)
    sentence = f"Oui : sans changement que l’enquête permette de voir (+{gap} points, de +{low} à +{high})"
    assert sentence in page.replace("\xa0", " ")
