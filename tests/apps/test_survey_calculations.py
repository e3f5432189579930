"""Results are computed once, kept as long as nothing they read has changed, and served at once."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from maillage.apps.surveys.actions import calculations
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.models import Answer, Version
from maillage.apps.surveys.queries import calculations as stored_parts
from maillage.apps.surveys.queries import editions, frames, sentences
from tests.conftest import account
from tests.support.answered_survey import AT, answered, open_survey, where
from tests.support.speed import processor

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey():
    return open_survey()


@pytest.fixture
def analyst(db):
    return account("analyste", "analyste", territory="38")


@pytest.fixture
def browser(client, analyst):
    client.force_login(analyst)
    return client


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.HOME = tmp_path
    settings.HEARTBEAT = tmp_path / "echeances.vu"
    cache.clear()


@pytest.fixture
def counted(monkeypatch):
    """Count what is computed."""
    computed_parts: list[str] = []
    real = stored_parts.content

    def content(row, part, at):
        computed_parts.append(part)
        return real(row, part, at)

    monkeypatch.setattr(stored_parts, "content", content)
    return computed_parts


def test_a_page_opened_twice_is_computed_once(browser, survey, counted):
    for _ in range(3):
        assert browser.get(where(survey)).status_code == 200
        assert browser.get(where(survey, "constats/")).status_code == 200
        assert browser.get(where(survey, "publier/")).status_code == 200
        assert "Réponses reçues" in browser.get(where(survey, "methode/")).content.decode()
    assert counted == [stored_parts.TABLES, stored_parts.EDITION, stored_parts.METHOD]


def test_another_day_only_dates_the_edition_again(survey, counted):
    """Parts computed on Friday are read on Monday, as if made then; a year later, the wave has another name."""
    calculations.ask(survey, stored_parts.EDITION, at=AT)
    for days in (1, 3):
        later = calculations.ask(survey, stored_parts.EDITION, at=AT + timedelta(days))
        fresh = stored_parts.content(survey, stored_parts.EDITION, AT + timedelta(days))
        assert later == fresh, "its cover and its day, and nothing else"
    assert len(counted) == 1 + 2, "the two that this test made to compare"
    counted.clear()
    calculations.ask(survey, stored_parts.EDITION, at=AT + timedelta(366))
    assert counted == [stored_parts.EDITION]


def answer_more(survey):
    answered(survey, 12, seed=9)


def put_aside(survey):
    Answer.objects.filter(pk=Answer.objects.filter(survey=survey).first().pk).update(aside_at=AT)


def take_another_for_it(survey):
    """As many answers as before, and not the same ones."""
    answered(survey, 1, seed=10)
    put_aside(survey)


def change_weight(survey):
    Answer.objects.filter(survey=survey).update(initial_weight=2)


def reword(survey):
    row = Version.objects.filter(survey=survey).first()
    row.definition = json.loads(json.dumps(row.definition).replace("Quelqu", "Est-ce que quelqu"))
    row.save()


def round_down(survey):
    survey.rounding = "down"
    survey.save()


def publish(survey):
    actions.publish(survey, None, by=None, at=AT)


@pytest.mark.parametrize(
    "change", [answer_more, put_aside, take_another_for_it, change_weight, reword, round_down, publish]
)
def test_whatever_a_table_reads_computes_it_again(survey, counted, change):
    calculations.ask(survey, stored_parts.TABLES, at=AT)
    assert calculations.ask(survey, stored_parts.TABLES, at=AT) and counted == [stored_parts.TABLES]
    change(survey)
    survey.refresh_from_db()
    counted.clear()
    calculations.ask(survey, stored_parts.TABLES, at=AT)
    assert stored_parts.TABLES in counted


def test_another_rule_computes_it_again(survey, counted, monkeypatch):
    calculations.ask(survey, stored_parts.TABLES, at=AT)
    monkeypatch.setattr(stored_parts.protection, "PERSONS", stored_parts.protection.chosen("inhabitants", 20))
    calculations.ask(survey, stored_parts.TABLES, at=AT)
    assert counted == [stored_parts.TABLES, stored_parts.TABLES]


def test_a_sentence_edited_changes_the_edition_and_not_the_tables(browser, survey, counted):
    browser.get(where(survey, "publier/"))
    sentence = sentences.sentences(frames.frame(survey))[0]
    counted.clear()
    browser.post(
        where(survey, "constats/"),
        {"cle": sentence.key, "geste": "reprendre", "texte": "Nos mots à nous."},
    )
    assert "Nos mots à nous" in browser.get(where(survey, "publier/")).content.decode()
    assert "Nos mots à nous." in browser.get(where(survey, "constats/")).content.decode()
    assert counted == [stored_parts.TABLES, stored_parts.EDITION]


def test_a_large_survey_is_computed_by_the_worker_and_the_page_says_so(
    browser,
    survey,
    counted,
    monkeypatch,
):
    monkeypatch.setattr(calculations, "AT_ONCE", 10)
    for tab in ("", "constats/", "publier/", "methode/", "tableaux.csv", "?question=aise&par=aide"):
        page = browser.get(where(survey, tab))
        assert page.status_code == 200
        page_text = page.content.decode()
        assert "Les résultats se calculent." in page_text
        assert '<meta http-equiv="refresh"' in page_text  # without a script
    assert not counted
    calculations.compute_later.func(survey.pk, stored_parts.TABLES)
    assert "Tableaux de travail." in browser.get(where(survey)).content.decode()
    calculations.compute_later.func(survey.pk, stored_parts.TABLES)  # asked twice: computed once
    assert counted == [stored_parts.TABLES]


def test_what_was_previewed_is_published_without_computing_it_again(browser, survey, counted, monkeypatch):
    """Publier répond aussitôt, et la page dit « Publié » avant que les résultats ne se recalculent."""
    digest = calculations.ask(survey, stored_parts.EDITION, at=AT)["digest"]
    monkeypatch.setattr(editions, "edition", None)
    counted.clear()
    page = browser.post(where(survey, "publier/"), {"empreinte": digest}, follow=True).content.decode()
    assert "Édition 1 publiée." in page and "Publié." in page and not counted
    assert "drawn" not in survey.publications.get().content
    monkeypatch.undo()
    assert f'content="4;url={where(survey, "publier/")}"' in page


def test_results_are_ready_before_anybody_opens_them(browser, survey, counted, monkeypatch):
    """Answers that rest for a minute are computed by the worker; the first reader waits for nothing."""
    monkeypatch.setattr(calculations, "QUICK", 10)
    queued: list[tuple[int, str]] = []
    monkeypatch.setattr(
        calculations.compute_later.__class__,
        "enqueue",
        lambda _, *task_arguments: queued.append(task_arguments),
    )

    def later(minutes: float) -> int:
        cache.delete(calculations.LOOKED)
        return calculations.run_deadlines(at=AT + timedelta(minutes=minutes))

    assert (later(0), later(0.5), later(1)) == (0, 0, 1), "they may still be coming"
    assert queued == [
        (survey.pk, part) for part in (stored_parts.TABLES, stored_parts.EDITION, stored_parts.METHOD)
    ]
    assert (later(2), later(30)) == (0, 0), "asked once"
    for task_arguments in queued:
        calculations.compute_later.func(*task_arguments)
    counted.clear()
    assert browser.get(where(survey)).status_code == 200
    assert not counted
    cache.clear()
    later(40)
    for minute in range(41, 50):  # an answer a minute: results come all the same
        answered(survey, 1, seed=minute)
        assert later(minute + 0.1) == 0
    answered(survey, 1, seed=50)
    assert later(50.1) == 1


def test_a_page_asks_the_worker_where_there_is_one_and_computes_where_there_is_none(
    browser, survey, counted, monkeypatch, settings
):
    monkeypatch.setattr(calculations, "QUICK", 10)
    settings.HEARTBEAT.touch()
    page = browser.get(where(survey)).content.decode()
    assert "Les résultats se calculent." in page and not counted
    name = calculations._name(survey, stored_parts.TABLES, timezone.now())
    cache.set(f"{name}-depuis", timezone.now() - timedelta(minutes=2))
    assert "Tableaux de travail." in browser.get(where(survey)).content.decode(), "asked in vain"
    assert counted == [stored_parts.TABLES]
    settings.HEARTBEAT.unlink()
    browser.get(where(survey, "publier/"))
    assert counted == [stored_parts.TABLES, stored_parts.EDITION]


@pytest.mark.complete
def test_stored_results_are_served_far_faster_than_they_are_computed(browser, survey):
    start = processor()
    browser.get(where(survey))
    computed = processor() - start
    start = processor()
    for _ in range(3):
        browser.get(where(survey))
    assert (processor() - start) / 3 < computed / 2


def test_only_the_last_state_of_a_part_is_stored(survey):
    for seed in (20, 21, 22):
        calculations.ask(survey, stored_parts.TABLES, at=AT)
        answered(survey, 1, seed=seed)
    assert len(list(stored_parts.folder(survey).glob("tableaux-*.json"))) == 1


def test_a_survey_where_everything_is_masked_is_a_clear_page(browser, survey):
    ids = Answer.objects.filter(survey=survey).values_list("pk", flat=True)
    Answer.objects.filter(pk__in=list(ids)[6:]).update(aside_at=AT + timedelta(1))
    page_text = browser.get(where(survey, "publier/")).content.decode().replace("\xa0", " ")
    assert "Rien ne peut être publié" in page_text
    assert "Publier l’édition 1" not in page_text
    assert "ne sera pas publié" in browser.get(where(survey)).content.decode()


def test_a_result_erased_by_another_computation_stops_none(browser, survey):
    """Deux calculs finissent ensemble : l’un efface le fichier que l’autre vient de voir."""
    folder = stored_parts.folder(survey)
    folder.mkdir(parents=True)
    (folder / "tableaux-efface.json").symlink_to(folder / "parti")  # seen in the folder, and no longer there
    assert browser.get(where(survey)).status_code == 200


def test_a_sentence_read_again_as_it_was_returns_to_the_preview(browser, survey):
    """Gardée mot pour mot après un chiffre changé, une phrase revient dans l’aperçu, qui se publie."""
    sentence = sentences.sentences(frames.frame(survey))[0]
    late, read = {"figures_digest": "autre"}, {"figures_digest": sentence.digest}
    for last_read in (late, read):
        actions.edit(survey, sentence, text="Ma phrase à moi.", by=None, at=AT, **last_read)
        preview = calculations.ask(survey, stored_parts.EDITION, at=AT)
        assert ("Ma phrase à moi." in json.dumps(preview, ensure_ascii=False)) is (last_read is read)
    assert actions.publish(survey, preview, by=None, at=AT).number == 1
