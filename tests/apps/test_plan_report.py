"""The strategic plan as a document: what its page says, and nothing where nothing is written."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.steering.codesign import actions as workshops
from maillage.apps.steering.codesign.queries.boards import workshops_of
from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.models import PlanAction as StoredAction
from maillage.apps.steering.plans.queries import overview, report
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.apps.steering.plans.rules import RUNNING, costs_words
from maillage.apps.territories import actions as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.manage.reports.studies import StudyFiles, study_of
from maillage.publishing.journey import Card, Journey, Stage
from maillage.publishing.page import html, pdf
from maillage.publishing.plan import document
from maillage.publishing.plan.reading import PlanAction, PlanAxis, PlanReading, YearTotal
from maillage.publishing.territory import decisions, deck, dossier, main_findings, poster, synthesis
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.chapters.story import proposal_chapter
from maillage.publishing.territory.criteria import Answered
from maillage.publishing.territory.field import FieldReading
from maillage.publishing.territory.mission import Mission, MissionStep, with_workshops
from maillage.publishing.territory.reading import OfferReading, ZoneOffer
from maillage.publishing.territory.services import ServicesReading
from maillage.publishing.territory.subject import OLDEST, Subject, ages_sentence, headline
from maillage.publishing.territory.surveys import PublishedSurvey
from maillage.reference.plan_frames import frames
from maillage.words.dates import in_words
from tests.conftest import PLACE, account
from tests.support.offers import line
from tests.support.printed import links
from tests.support.studies import studied

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
FOOTER = 57  # points: 20 mm


@pytest.fixture
def reading(study):
    return overview.reading_of(PLACE)


@pytest.fixture
def plan(home):
    lea = account("lea", "analyste", territory="38")
    opened_plan = actions.open_plan(PLACE, title="Le plan d’ici", frame=frames()["grenoble"], by=lea, at=AT)
    row = opened_plan.actions.get(number=3)
    row.pilot, row.state, row.starts_on = "CCAS d’Échirolles", RUNNING, date(2026, 3, 1)
    row.budget, row.indicator, row.target = 6_400, "Personnes venues", 60
    row.save()
    actions.fund(row, name="La Ville", euros=4_000, by=lea, at=AT)
    return opened_plan


def page(reading, plan) -> str:
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    return html.dossier(document.compose(subject, plan)).decode().replace("\xa0", " ")


def test_the_plan_says_who_when_and_with_what_money(reading, plan):
    reported_plan = plan_of(PLACE, reading, on=ON)
    text = page(reading, reported_plan)
    assert len(reported_plan.actions) == plan.actions.count() > 20
    for axis in plan.axes.all():
        assert f"Dynamique {axis.number}" in text
    assert "CCAS d’Échirolles" in text
    assert "à partir du 1er mars 2026" in text
    assert f"1 actions sur {len(reported_plan.actions)}" not in text
    assert f"1 action sur {len(reported_plan.actions)} a un budget : 6 400 €, dont 4 000 € financés" in text
    assert "Brouillon." in text
    level = reading.levels.lines[0]
    assert f"{level.label} :</strong> {level.in_full}".replace("\xa0", " ") in text, "with its interval"
    assert reading.levels.source.replace("\xa0", " ") in text


def test_what_contradicts_itself_is_to_be_settled_before_the_vote(client, reading, plan):
    """Une action finie en juin et payée deux ans de plus ne se disait ni à la publication, ni dans le plan."""
    row = plan.actions.first()
    row.costs, row.vote_on, row.state = [[2031, 900, 0]], date(2026, 1, 5), rules.TO_DECIDE
    row.ends_on = date(2030, 6, 30)
    row.save()
    text = page(reading, plan_of(PLACE, reading, on=ON))
    client.force_login(plan.by)
    publication = client.post(
        f"/espace/territoires/{PLACE}/plan/geste/", {"geste": "publier"}
    ).content.decode()
    for fault in (rules.COSTS_LATE, rules.VOTE_PASSED):
        assert f"{upper_first(fault)} : action {row.label}." in text
        assert f"1 action {fault}" in publication


def test_an_empty_field_is_named_and_never_a_zero(reading, plan):
    reported_plan = plan_of(PLACE, reading, on=ON)
    bare = next(action for action in reported_plan.actions if action.budget is None)
    assert bare.pilot == ""
    assert "sans pilote" in bare.lacks
    unpriced = replace(reported_plan, axes=tuple(replace(x, actions=(bare,)) for x in reported_plan.axes[:1]))
    text = page(reading, unpriced)
    assert "Le budget" not in text and "Ce qui sera mesuré" not in text, "nothing is written of them"
    assert "non renseigné" not in text
    assert text.count("Sans pilote") == 1 == text.count("Sans financeur"), "one list, for all the actions"
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    (upright,) = [
        each for each in document.compose(subject, unpriced).chapters if each.short == "Les actions"
    ]
    assert upright.blocks[0].columns == ("N°", "Action", "État"), "no column that nobody filled"
    assert not upright.wide, "one action leaves no wide page empty"
    bare_plan = replace(
        reported_plan,
        axes=tuple(
            replace(axis, actions=tuple(replace(bare, number=x.number, title=x.title) for x in axis.actions))
            for axis in reported_plan.axes
        ),
    )
    with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(document.compose(subject, bare_plan), on=ON))) as pages:
        widths = [sheet.get_width() > sheet.get_height() for sheet in pages]
    assert widths.count(True) == 1, "twenty-two actions that nobody began have one page"


def test_the_journeys_and_the_actors_of_the_frame_are_in_the_plan(reading, plan):
    """Les sept que la démonstration n’avait pas, et les autres ; les parcours que citent les dynamiques."""
    reported_plan = plan_of(PLACE, reading, on=ON)
    named = {actor.name for actor in reported_plan.actors}
    assert {"Solidura", "Ateliers du Bocage", "La Remise", "ADEA", "Habitat Jeunes", "ABSIS", "OPAC"} <= named
    assert [journey.title for journey in reported_plan.journeys] == [
        "Le parcours d’Andrei",
        "Le parcours d’Aurélie",
        "Le parcours de Sandrine",
    ]
    text = page(reading, reported_plan)
    assert "Collecte" not in text and "collecte, reconditionne, vend" in text
    assert text.count('class="fig parcours"') == 3
    assert ".parcours-" in text, "the style of a drawing goes with it"


def test_each_dynamic_says_what_was_done_elsewhere(client, reading, plan):
    """I-055 : un constat, ce qui inspire, les actions ; sur la page et dans le document."""
    actions.publish(plan, is_public=True, by=plan.by, at=AT)
    listed = client.get(f"/territoires/{PLACE}/plan/?vue=liste").content.decode().replace("\xa0", " ")
    printed = page(reading, plan_of(PLACE, reading, on=ON))
    for axis in frames()["grenoble"].axes:
        for text in (listed, printed[printed.rindex("À régler avant le vote") :]):
            where = [text.index(words) for words in (axis.statement, axis.inspiring, axis.actions[0].title)]
            assert where == sorted(where), axis.number
    assert "/sources/initiatives/" in listed
    assert "Ce qui inspire." in printed
    assert "Ce qui inspire." not in page(reading, replace(plan_of(PLACE, reading, on=ON), frame=""))


def test_the_journeys_of_closed_workshops_are_in_the_plan(reading, plan):
    values = {"objective": "Aller au bout", "day": ON, "by": plan.by, "at": AT}
    session = workshops.prepare(PLACE, title="La Caf", token="x", **values)
    group = session.groups.get(number=1)
    workshops.put(group, stage="claim", kind="obstacle", words="Pas d’adresse mail", token="a", at=AT)
    assert len(plan_of(PLACE, reading, on=ON).journeys) == 3, "a board is its groups’ until it is closed"
    session.closed_at = AT
    session.save(update_fields=["closed_at"])
    reported_plan = plan_of(PLACE, reading, on=ON)
    assert len(reported_plan.journeys) == 4, "the groups that said nothing have none"
    text = page(reading, reported_plan)
    assert "Obstacle : pas d’adresse mail" in text
    assert "« La Caf », 20 novembre 2026, groupe 1" in text


def test_a_closed_workshop_and_the_answers_are_among_who_took_part(reading, plan):
    """L’atelier tenu (6 personnes, 6 bulletins) et les 253 réponses n’étaient nulle part dans le plan."""
    session = workshops.prepare(
        PLACE, title="La Caf", token="x", objective="Aller au bout", day=ON, by=plan.by, at=AT
    )
    participants = [workshops.seat(session, None, trade="mediator") for _ in range(2)]
    type(participants[0]).objects.filter(pk=participants[0].pk).update(voted_at=AT)
    assert workshops_of([PLACE]) == (), "not over"
    workshops.close(session, by=plan.by, at=AT)
    (step,) = workshops_of([PLACE])
    survey = PublishedSurvey(kind="inhabitants", title="Et vous", n=253, on=ON)
    subject = Subject(
        **{"reading": reading, "study": {}, "layers": {}, "knitted": "", "on": ON},
        mission=with_workshops(council_mission(), (step,)),
        workshops=(step,),
        surveys=(survey,),
    )
    expected = [
        "1 atelier de co-construction (2 participants à « La Caf »)",
        "enquête « Et vous » (253 réponses, 2026)",
    ]
    for each in (subject, replace(subject, mission=None)):
        assert [words.replace("\xa0", " ") for words in each.participation] == expected
    text = html.dossier(document.compose(subject, read(plan_action()))).decode().replace("\xa0", " ")
    assert f"pris part.</strong> {' et '.join(expected)}." in text
    assert "1 bulletin" in text, "in the calendar of the mission"
    assert expected[0] in str(deck._method(subject)).replace("\\xa0", " ")


def test_a_journey_is_drawn_where_somebody_placed_its_levels():
    """« Le parcours d’Yvette » : une carte vide, sous « Tirets : aujourd’hui »."""
    stage = Stage("Demander", "", "", (Card("obstacle", "Pas d’adresse mail"),))
    blank = Journey("Le parcours d’Yvette", "82 ans", "Atelier", (stage,))
    drawn = replace(blank, stages=(replace(stage, today="blocked", then="alone"),))
    for journeys, n_drawings, has_key in (((blank,), 0, False), ((blank, drawn), 1, True)):
        chapter = document._journeys(replace(read(plan_action()), journeys=journeys))
        assert str(chapter).count("fig parcours") == n_drawings
        assert chapter.lead.startswith("Tirets") == has_key
        assert "Obstacle : pas d’adresse mail" in str(chapter)


def test_a_poster_shows_what_runs_and_who_leads_it(reading, plan):
    ready = plan.actions.get(number=1)
    ready.pilot, ready.state = "Karim", "ready"
    ready.save()
    reported_plan = plan_of(PLACE, reading, on=ON)
    assert [each.number for each in reported_plan.led] == [3, 1]
    subject = Subject(reading=reading, study={"besoins": {}}, layers={}, knitted="", on=ON)
    chapter = poster._actions(subject, reported_plan)
    assert chapter.title == "Ce que nous faisons, ce qui va commencer"
    assert "CCAS d’Échirolles" in chapter.blocks[0].items[0]
    run = plan.actions.get(number=3)
    run.ends_on = ON - timedelta(days=9)
    run.save()
    ready.starts_on, ready.ends_on = ON + timedelta(days=40), ON + timedelta(days=400)
    ready.save()
    late = plan_of(PLACE, reading, on=ON)
    assert [(each.number, each.has_begun) for each in late.led] == [(3, True), (1, False)], (
        "late is still shown"
    )
    run.delete()
    alone = poster._actions(subject, plan_of(PLACE, reading, on=ON))
    assert alone.title == "Une action va commencer"
    assert "à partir du 30 décembre 2026" in alone.blocks[0].items[0]


def test_the_outline_begins_with_what_is_decided_then_follows_that_of_grenoble(reading, plan):
    """I-065, I-067 et S-030 : la conclusion redit ce qui est compté, ce qui manque, et ce qui se reprend ailleurs."""
    reported_plan = plan_of(PLACE, reading, on=ON)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    shorts = [chapter.short for chapter in document.compose(subject, reported_plan).chapters]
    axes = [reported_plan.axes[0].title, reported_plan.axes[3].title]
    wanted = ["Synthèse", "Les actions", *axes, "Le suivi"]
    wanted += ["Conclusion", "Le diagnostic", "Les parcours", "De quoi l’on parle", "Sources"]
    assert "Méthodes" not in shorts, "the dossier holds the diagnosis: a plan tells it in brief"
    order = [shorts.index(short) for short in wanted]
    assert order == sorted(order)
    assert "Le budget" not in shorts, "without a cost by year, it would repeat the synthesis"
    numbers = [chapter.number for chapter in document.compose(subject, reported_plan).chapters]
    assert numbers == ["", *map(str, range(1, len(numbers) - 2)), "A", "B"], (
        "after the synthesis, each chapter has its number, and words and sources are annexes"
    )
    text = page(reading, reported_plan)
    summed = text[text.index(">Synthèse</h2>") :]
    for words in (reported_plan.title, reported_plan.state, "21 actions sans pilote"):
        assert words.replace("\xa0", " ") in summed[:4000], words
    ending = text[text.index("Les limites de l’offre.") :]
    assert headline(reading) not in ending.partition("Le diagnostic, en bref")[0], "the synthesis says it"
    assert "Personne n’a encore écrit qui a été entendu" in ending
    assert "21 actions sans pilote : une action commence quand une personne la porte" in ending
    assert "sans ses pilotes, ses dates ni ses montants" in ending
    assert "La dynamique engagée." in ending and "1 action a un pilote" in ending
    everybody = replace(
        reported_plan,
        axes=tuple(
            replace(x, actions=tuple(replace(y, pilot="La Ville", lacks=(), undecided=()) for y in x.actions))
            for x in reported_plan.axes
        ),
    )
    assert "Chaque action a un pilote" in page(reading, everybody)
    assert "reprendre ce plan comme cadre" not in page(reading, None)


def test_no_page_of_the_plan_is_nearly_empty(reading, plan):
    """But the last one: a chapter begins where the one before ends, and not on a page of its own. A journey, which
    does not break, may leave half of one.
    """
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    content = pdf.dossier(document.compose(subject, plan_of(PLACE, reading, on=ON)), on=ON)
    with pypdfium2.PdfDocument(io.BytesIO(content)) as pages:
        assert len(pages) > 10
        filled = {}
        for number in range(1, len(pages) - 1):
            text, height = pages[number].get_textpage(), pages[number].get_height()
            lows = [text.get_rect(k)[1] for k in range(text.count_rects())]
            filled[number + 1] = 1 - min(low for low in lows if low > FOOTER) / height
    assert {page: share for page, share in filled.items() if share < 0.4} == {}


def test_a_printed_plan_names_its_first_action_by_page_three(reading, plan):
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    content = pdf.dossier(document.compose(subject, plan_of(PLACE, reading, on=ON)), on=ON)
    with pypdfium2.PdfDocument(io.BytesIO(content)) as pages:
        texts = [pages[number].get_textpage().get_text_range() for number in range(3)]
    assert "Dédier des ressources" in "".join(texts).replace("\xad", "")


def test_the_plan_has_the_survey_in_its_diagnosis_and_draws_where_its_actions_are(reading, plan):
    """« Le diagnostic, en bref » n’avait rien des enquêtes, et le plan aucune carte."""
    first, second = reading.zones[:2]
    svg = "".join(
        f'<g class="z" data-zone="{zone.code}"><title>{zone.name}</title>'
        '<path class="zone n3" d="M0 0l10 0 0 10 -10 0z"/></g>'
        for zone in (first, second)
    )
    share = Answered(
        label="Peu",
        percent=55.0,
        low=50.0,
        high=60.0,
        n=99,
        computed="brut",
        universe="habitants",
        source="E",
    )
    surveyed = {("inhabitants", "aisance", "pas_du_tout peu"): share}
    subject = Subject(
        reading=reading,
        study={},
        layers={"numerique": f"<svg>{svg}</svg>"},
        knitted="",
        on=ON,
        surveyed=surveyed,
    )
    assert document._where(subject, plan_of(PLACE, reading, on=ON)) is None, "no action names a zone"
    plan.actions.filter(number__in=(3, 4)).update(zones=[first.code])
    composed = document.compose(subject, plan_of(PLACE, reading, on=ON))
    (drawn,) = [
        b for each in composed.chapters for b in each.blocks if b.kind == "picture" and "actions" in b.caption
    ]
    assert ">3 et 4</text>" in drawn.svg and f"{first.full_name} (3 et 4)" in drawn.caption
    assert 'class="zone n5"' in drawn.svg and 'class="zone n1"' in drawn.svg
    (diagnosis,) = [each for each in composed.chapters if each.short == "Le diagnostic"]
    items = [item for b in diagnosis.blocks if b.kind == "bullets" for item in b.items]
    assert any(item.startswith("**Ce que l’enquête dit.** 55") for item in items)
    assert len(composed.chapters) < 15


def test_a_vote_whose_day_passed_is_to_note_and_no_longer_announced(reading, plan):
    plan.actions.filter(number=3).update(vote_on=ON - timedelta(days=1), state="decide")
    plan.actions.filter(number=4).update(vote_on=ON)
    actions = {action.number: action for action in plan_of(PLACE, reading, on=ON).actions}
    assert (actions[3].vote_day, actions[4].vote_day) == ("", ON.isoformat())
    assert "jour du vote passé, décision à noter" in actions[3].lacks


@pytest.mark.parametrize("view", ["calendrier", "tableau", "liste", "carte", "sheet", "loop"])
def test_a_page_of_the_plan_gives_the_vote_that_documents_give(
    client, computed, reading, plan, view, monkeypatch, settings
):
    """Un vote passé restait annoncé sur le site, celui de la réunion prochaine n’y était pas, et la boucle
    donnait pour jour du vote la fin de l’action.
    """
    settings.HOME = computed[0]  # where the files of the study are
    today = timezone.localdate()
    passed, next_meeting = today - timedelta(days=1), today + timedelta(days=9)
    council = MissionStep("reunion", next_meeting, 1, "Bureau", "")
    mission = replace(council_mission(), steps=(council,), on=today)
    monkeypatch.setattr(dossiers, "mission", lambda place, *, on: mission)
    zone = [reading.zones[0].code]
    plan.actions.filter(number=3).update(
        vote_on=passed,
        state="decide",
        starts_on=None,
        line="assistance",
        zones=zone,
        ends_on=date(2027, 12, 31),
    )
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=today, mission=mission)
    action = decisions.voted(subject, plan_of(PLACE, reading, on=today)).actions[2]
    assert action.stage_words == f"à décider le {in_words(next_meeting)}"
    client.force_login(plan.by)
    row = plan.actions.get(number=3)
    names = {"sheet": ("plan_action", [PLACE, row.pk]), "loop": ("loop", [PLACE])}
    name, args = names.get(view, ("plan", [PLACE]))
    address = reverse(name, args=args)
    text = " ".join(client.get(address, {"vue": view}).content.decode().split())
    assert action.stage_words in text and in_words(passed) not in text


def test_a_printed_plan_sums_its_actions_on_a_page_that_lies(reading, plan):
    """Pilote, date, coût, financeur, état et effet attendu, d’abord ; ce qui manque, une fois."""
    row = plan.actions.get(number=3)
    row.vote_on, row.baseline, row.state = date(2027, 1, 15), 4, "decide"
    row.costs = [[2026, 4_000, 2_400]]
    row.save()
    stored_plan = plan_of(PLACE, reading, on=ON)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    composed = document.compose(subject, stored_plan)
    (wide,) = [chapter for chapter in composed.chapters if chapter.wide]
    assert composed.chapters.index(wide) == 1, "right after the summary"
    assert wide.title.replace("\xa0", " ") == "22 actions : 1 attend un vote, 21 attendent un pilote"
    assert wide.lead.replace("\xa0", " ") == "**6 400 €** dont 2 400 € à dépenser une fois"
    notions = composed.chapters[-2].blocks[0].items
    assert sum(text.startswith("**Assistance numérique.** ") for text in notions) == 1, "explained in annex"
    votes = [each.title for each in decisions.first_votes(stored_plan)]
    assert votes == [row.title], "one vote is one decision: nothing else is asked beside it"
    grid, lacking = wide.blocks[:2]
    assert [cell.text.replace("\xa0", " ") for cell in grid.rows[2]] == [
        *("", "3", row.title, "CCAS d’Échirolles", "dès mars 2026", "6 400 €", "à décider, en retard"),
    ], "one action in twenty-two has an effect: its sheet gives it"
    assert grid.rows[2][5].mark.replace("\xa0", " ") == "dont 2 400 € une fois ; La Ville : 4 000 €"
    assert stored_plan.actions[2].effect == "Personnes venues : 60, moins de 11 au départ"
    assert [cell.tone for cell in (grid.rows[0][6], grid.rows[2][6])] == ["rouge", "rouge"]
    assert grid.rows[0][0].span == 3 and grid.rows[1][0].span == 0
    assert "Sans pilote : actions 1, 2 et 4 à 22." in lacking.text
    assert (
        replace(stored_plan.actions[2], baseline="70", target="60").effect == "Personnes venues : de 70 à 60"
    )
    later = plan_of(PLACE, reading, on=date(2026, 2, 1)).actions[2]
    assert (later.stage_words, later.tone) == ("à décider le 15 janvier 2027", "gaude")
    with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(composed, on=ON))) as pages:
        wide_pages = [number for number, sheet in enumerate(pages) if sheet.get_width() > sheet.get_height()]
    assert wide_pages == [2], "twenty-two actions, and what is to be settled, have one page"


def test_a_plan_of_three_hundred_actions_is_printed_whole(reading, plan):
    stored_plan = plan_of(PLACE, reading, on=ON)
    many = [
        replace(action, number=n, label=str(n), title=f"Mener l’action {n} du plan")
        for n, action in enumerate(stored_plan.actions[:20] * 15, start=1)
    ]
    big = replace(stored_plan, axes=(replace(stored_plan.axes[0], actions=tuple(many)),))
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    composed = document.compose(subject, big)
    assert "Sans pilote : 285\xa0actions." in composed.chapters[1].blocks[1].text
    with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(composed, on=ON))) as pages:
        wide = [sheet for sheet in pages if sheet.get_width() > sheet.get_height()]
        text = "".join(sheet.get_textpage().get_text_range() for sheet in wide)
    assert 6 < len(wide) < 25
    assert all(f"l’action {n} du" in text for n in range(1, 301))


def test_a_printed_plan_marks_once_what_it_takes_from_elsewhere(reading, plan):
    text = page(reading, plan_of(PLACE, reading, on=ON))
    assert "D’après Grenoble" not in text
    assert text.count("repris de Grenoble et 16 communes voisines, 2015") == 1


def test_a_plan_of_another_territory_leaves_out_the_actors_of_its_frame():
    """Le plan de Bourg-en-Bresse nommait Solidura et treize autres, de Grenoble."""
    frame = frames()["grenoble"]
    assert report._is_at_home(frame, PLACE)
    assert not report._is_at_home(frame, "200071751")


def test_the_figures_of_a_plan_lead_to_its_sources(reading, plan, tmp_path):
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    file = tmp_path / "plan.pdf"
    file.write_bytes(pdf.dossier(document.compose(subject, plan_of(PLACE, reading, on=ON)), on=ON))
    pages = links(file)
    assert sum("#sources" in page for page in pages) > 3
    assert any(each.startswith("https://www.insee.fr/") for page in pages for each in page)


def test_announced_actions_are_checked_against_those_written(reading, plan):
    assert "annoncée" not in page(reading, plan_of(PLACE, reading, on=ON))
    plan.actions.get(number=2).delete()
    assert "3 actions annoncées, 2 écrites." in page(reading, plan_of(PLACE, reading, on=ON))


def test_a_territory_without_a_plan_has_a_whole_document_that_says_so(reading):
    assert plan_of(PLACE, reading, on=ON) is None
    text = page(reading, None)
    assert "Le plan reste à écrire" in text
    assert "D’où viennent les chiffres" in text
    assert reading.headline.value.replace("\xa0", " ") in text


def test_a_report_computes_what_a_former_method_left_without_a_study(home, monkeypatch):
    """A perimeter is known to its platform alone: refused as an unknown code, its reports stopped at each
    new method.
    """
    monkeypatch.setattr("maillage.manage.deploy.home.has_database", lambda: True)
    zones = f"code_zone,nom_zone,code\nun,Ici,{PLACE}\n"
    values = {"slug": "mon-quartier", "name": "Mon quartier", "reason": "r", "file_name": "z.csv"}
    perimeter = Perimeter.objects.create(**values, code=PLACE, zones=zones)
    report_study = study_of(perimeter.slug, files=StudyFiles(), on=ON)
    assert report_study.subject.reading.territory.name == "Mon quartier"
    assert Study.objects.get().place == perimeter.slug


def test_a_report_after_a_correction_has_its_study_computed_again(study, monkeypatch):
    """Le rapport d’une commande disait « rien n’a changé » tant que personne n’ouvrait la page du territoire."""
    monkeypatch.setattr("maillage.manage.deploy.home.has_database", lambda: True)
    study_of(PLACE, files=StudyFiles(), on=ON)
    assert Study.objects.count() == 1, "nothing to compute again"
    lea = account("lea", "coordination", territory="france")
    cell = {"table": "insee-filosofi-communes", "key": PLACE, "column": "median"}
    territories.correct(by=lea, **cell, value=21_000.0, reason="Publication rectifiée.")
    requested_codes: list[str] = []
    monkeypatch.setattr(
        "maillage.manage.reports.studies.computed",
        lambda code: (requested_codes.append(code), (study, True))[1],
    )
    study_of(PLACE, files=StudyFiles(), on=ON)
    assert requested_codes == [PLACE], "computed again"


def test_a_late_action_says_so_once(reading, plan):
    """« prête, en retard, sans pilote, en retard »"""
    plan.actions.filter(number=7).update(
        state="ready", starts_on=ON - timedelta(days=9), ends_on=ON + timedelta(days=90)
    )
    reported_plan = plan_of(PLACE, reading, on=ON)
    (late_action,) = [each for each in reported_plan.actions if each.number == 7]
    assert late_action.state == "prête, en retard" and "en retard" not in late_action.lacks
    assert page(reading, reported_plan).count("prête, en retard") == 2, "in the table, and on its sheet"


def test_bounds_of_silent_places_give_no_value_in_the_file(reading):
    """Le tableau donnait la borne haute pour la valeur, où la page n’en donne pas."""
    known_line = line(
        "assistance", missing="20 – 420", missing_value=418.0, missing_low=21.0, missing_high=418.0
    )
    silent = replace(known_line, doubt="Des lieux à portée ne disent pas s’ils proposent cette offre.")
    for known, value in ((known_line, 420.0), (silent, None)):
        zones = {code: ZoneOffer(code, 3, 1, (known,), (), code) for code in ("A", "B")}
        total_line = replace(
            known, missing="42 – 840", missing_value=836.0, missing_low=42.0, missing_high=836.0
        )
        offer = OfferReading("l’annuaire", 30, ZoneOffer("", 6, 2, (total_line,), (), ""), {}, zones, (), ())
        one = overview.concerned("assistance", ["A"], replace(reading, offer=offer))
        two = overview.concerned("assistance", ["A", "B"], replace(reading, offer=offer))
        assert (one.value, one.high, bool(one.doubt)) == (value, 420.0, value is None)
        assert two.words == f"{two.lack}, bornes des 2 zones ajoutées" and "ajoutées" not in one.words
        assert two.value == (None if value is None else 840.0)


def test_the_bounds_of_some_zones_stop_at_those_of_their_territory(reading):
    """« 0 à 830 » pour 21 zones, où les 66 du territoire en comptent 750 au plus."""
    lack = line("assistance", missing="0 – 420", missing_value=300.0, missing_low=0.0, missing_high=415.0)
    total_line = replace(lack, missing="0 – 750", missing_value=580.0, missing_low=0.0, missing_high=744.0)
    zones = {code: ZoneOffer(code, 3, 0, (lack,), (), code) for code in ("A", "B", "C")}
    offer = OfferReading("l’annuaire", 30, ZoneOffer("", 9, 0, (total_line,), (), ""), {}, zones, (), ())
    territory = overview.concerned("assistance", [], replace(reading, offer=offer))
    two = overview.concerned("assistance", ["A", "B"], replace(reading, offer=offer))
    assert two.high == territory.high and two.value <= territory.value
    assert two.words.endswith("bornes des 2 zones ajoutées, sans dépasser celle du territoire")


def plan_action(**values) -> PlanAction:
    defaults = {"number": 1, "label": "1", "title": "Ouvrir", "state": "à décider", "people": "", "zones": ""}
    return PlanAction(**{**defaults, "pilot": "La Ville", **values})


def read(*rows: PlanAction) -> PlanReading:
    axis = PlanAxis(1, "Aller vers", "", "", rows)
    return PlanReading(title="Le plan", state="", frame="", is_published=True, is_example=False, axes=(axis,))


def test_a_decision_has_the_vote_day_of_its_action_before_that_of_the_mission(reading):
    council = MissionStep("reunion", date(2026, 12, 10), 1, "Bureau", "")
    defaults = {"initiator": "", "ground": "", "commissioner": "", "pilot": "", "reason": "", "thanks": ""}
    mission = Mission(**defaults, starts_on=None, ends_on=None, steps=(council,), on=ON)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON, mission=mission)
    rows = (
        plan_action(vote="31 mars 2027", vote_day="2027-03-31"),
        plan_action(number=2, label="2", title="Former", budget=9_000),
        plan_action(number=3, label="3", title="Prêter"),
    )
    second, first = decisions.three(subject, read(*rows))
    assert (first.state, second.state) == ("à décider le 31 mars 2027", "à décider le 10 décembre 2026")
    plan = decisions.voted(subject, read(*rows))
    assert [x.stage_words for x in plan.planned][2] == "à décider", "nobody costed it: no meeting votes on it"
    votes = [x.title for x in decisions.first_votes(plan)]
    assert votes == ["Former", "Ouvrir"], "one list, for the decisions and for the next steps"
    assert first.in_full.startswith("**Ouvrir.**") and "Pilote : La Ville." in first.in_full
    assert "Restent à décider : sa date, son coût et son effet. À décider le 31 mars 2027." in first.in_full


def test_three_asks_the_most_voted_first_without_a_vote_of_nobody(reading):
    """La première décision demandée avait « 0 voix pour ce levier, sur 5 bulletins », la troisième en avait 4."""
    day = {"vote": "16 décembre 2026", "vote_day": "2026-12-16"}
    objective = "Proposée par un groupe, le 2 décembre 2026 : {} voix pour ce levier, sur 5 bulletins."
    rows = (
        plan_action(title="Un bus", objective=objective.format(0), **day),
        plan_action(
            number=2,
            label="2",
            title="Former",
            objective=objective.format(4),
            undecided=("sans coût",),
            **day,
        ),
    )
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    first, second = decisions.three(subject, read(*rows))
    assert (first.title, first.reason) == ("Former", objective.format(4))
    assert (second.title, second.reason) == ("Un bus", "Proposée par un groupe, le 2 décembre 2026.")


def test_the_conclusion_names_all_that_is_voted_the_first_day(reading):
    """« Le premier vote » taisait le bus, voté le même jour que l’annuaire."""
    day = {"vote": "15 décembre 2026", "vote_day": "2026-12-15", "budget": 9, "pilot": "La Ville"}
    day |= {"begins": "janvier 2027"}
    rows = (plan_action(**day), plan_action(number=2, label="2", title="Un bus", **day))
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    conclusion = " ".join(document._conclusion(subject, read(*rows)).blocks[0].items)
    assert "**Le premier vote.** Le 15 décembre 2026 : « Ouvrir » et « Un bus »." in conclusion
    (decision, _) = decisions.three(subject, read(*rows))[:2]
    assert "Reste à décider : son effet." in decision.in_full


def council_mission() -> Mission:
    defaults = {"initiator": "", "ground": "", "commissioner": "", "pilot": "", "reason": "", "thanks": ""}
    council = MissionStep("reunion", date(2026, 12, 15), 1, "Bureau", "")
    return Mission(**defaults, starts_on=None, ends_on=None, steps=(council,), on=ON)


def test_documents_say_one_state_of_an_action_when_it_is_ready(reading):
    """« à décider le 15 décembre » page 2 et dans la synthèse, « prête » page 3, « va commencer » sur l’affiche."""
    ready = plan_action(title="Le bus", state="prête", undecided=("sans financeur",), begins="1er mars 2027")
    rows = ready, plan_action(number=2, label="2", title="Former", begins="1er avril 2027", budget=9)
    needs = {"precarite_numerique": {"valeur": None, "bas": None, "haut": None}}
    study = {"besoins": {**needs, "cumul": needs["precarite_numerique"], "niveaux": {}}}
    subject = Subject(
        reading=replace(reading, zones=()),
        study=study,
        layers={},
        knitted="",
        on=ON,
        mission=council_mission(),
    )
    plan = decisions.voted(subject, read(*rows))
    assert [x.stage_words for x in plan.planned] == ["prête", "à décider le 15 décembre 2026"]
    assert "Le bus" not in [each.title for each in decisions.three(subject, plan)]
    assert "**Le bus.** Prête, La Ville" in poster._actions(subject, plan).blocks[0].items[0]
    (slide,) = deck._plan(plan)
    assert [row[-1].text for row in slide.blocks[0].rows] == ["prête", "à décider le 15 décembre 2026"]
    text = page(reading, plan)
    at, after = text.index("Prêt, en cours ou fait"), text.index("Coût, qui finance")
    assert "Le bus" not in text[text.index("À décider") : at] and "Prête" in text[at:after]
    (next_steps,) = synthesis._next(subject, plan)
    assert "D’abord : « Le bus » (prête)." in next_steps.blocks[0].text


def test_a_dossier_gives_the_vote_day_that_every_document_gives(reading):
    """« À décider avant le 1er avril 2027 » au dossier, « le 16 décembre 2026 » dans la synthèse et le plan."""
    plan = read(plan_action(title="Former", begins="1er avril 2027", budget=9))
    field = FieldReading(
        census=None,
        method=(),
        services=ServicesReading((), "", ""),
        actions=(),
        grid=(),
        map_address="",
        mission=council_mission(),
        plan=plan,
    )
    d, findings = studied("38151"), main_findings.read(reading, {})
    *_, last = dossier._reader_chapters(d, reading, {}, {}, findings, field, ON)
    (row,) = last.blocks[0].rows
    assert "à décider le 15 décembre 2026" in [cell.text for cell in row]


def test_a_decision_names_its_place_once_when_its_title_holds_it():
    """« Ouvrir un accueil qui oriente : Ségala : Lacapelle… : Ségala : Lacapelle… (Le Grand-Figeac en cinq secteurs) »."""
    zone = "Ségala : Lacapelle et Latronquière"
    placed = plan_action(title=f"Ouvrir un accueil : {zone}", zones=zone, state="prête")
    assert decisions._of_action(placed).full_title == placed.title
    assert decisions._of_action(replace(placed, title="Ouvrir")).full_title == f"Ouvrir : {zone}"
    assert poster._action_line(placed).count(zone) == 1


def test_a_plan_says_once_what_lacks_before_the_vote_and_what_it_costs(reading):
    """« Chaque action a un pilote : restent leurs étapes à tenir », sous « Sans financeur : toutes les actions » ;
    puis la même phrase sous le tableau et dans la conclusion, et 86 400 € quatre fois sur deux pages.
    """
    rows = [plan_action(number=n, label=str(n), budget=9, undecided=("sans financeur",)) for n in (1, 2)]
    text = page(reading, read(*rows))
    assert text.count("Sans financeur : toutes les actions.") == 1
    assert "restent leurs étapes à tenir" not in text
    assert text.count("18 €") == 2, "the synthesis, and the head of the table"
    years = (YearTotal("2027", 9, 0, 0, 9), YearTotal("En tout", 9, 0, 0, 9, True))
    unpriced = replace(read(rows[0], replace(rows[1], budget=None)), yearly=years)
    assert "Une action sans budget écrit ne compte pas pour zéro" in page(reading, unpriced)


def test_a_cost_says_each_year_and_what_is_spent_once_as_the_plan_does(reading):
    rows = (
        plan_action(budget=60_000, funded=10_000, costs=costs_words([(2027, 26_000, 0), (2028, 34_000, 0)])),
        plan_action(number=2, label="2", budget=9_000, costs=costs_words([(2027, 0, 9_000)])),
    )
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    costs = [each.cost_words.replace("\xa0", " ") for each in decisions.three(subject, read(*rows))[:2]]
    assert costs == [
        "60 000 € (2027 : fonctionnement 26 000 € ; 2028 : fonctionnement 34 000 €), dont 50 000 € à trouver",
        "9 000 € (2027 : investissement 9 000 €)",
    ]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"objective": "Personne n’aide là."}, "Personne n’aide là."),
        ({"people": "entre 400 et 600 personnes"}, "Besoin connu là : entre 400 et 600 personnes."),
        ({}, decisions.REASON_TO_WRITE),
    ],
)
def test_a_decision_has_its_reason_or_says_that_it_is_to_be_written(reading, more, reason):
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    row = plan_action(indicator="lieux", target="3", **more)
    first = decisions.three(subject, read(row))[0]
    page = str(synthesis._decision(1, first))
    assert first.reason == reason and page.count(reason) == 1
    assert page.count("Besoin connu là") == ("people" in more), "told once"


def test_a_decision_that_answers_a_proposal_has_its_reason(reading):
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    proposed = decisions.three(subject, None)[0]
    first, *_ = decisions.three(subject, read(plan_action(title=f"{proposed.full_title}.")))
    assert first.reason == proposed.reason != decisions.REASON_TO_WRITE


@pytest.mark.parametrize(
    ("baseline", "target", "expected"),
    [
        ("0 agents", "60 agents", "Agents formés : 60 agents. Aujourd’hui : 0 agents."),
        ("37 %", "55 %", "Agents formés : 55 %. Aujourd’hui : 37 %."),
        ("400", "400", "Agents formés : 400, comme aujourd’hui."),
    ],
)
def test_an_effect_says_its_start_once(reading, baseline, target, expected):
    row = plan_action(indicator="agents formés", baseline=baseline, target=target)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    assert decisions.three(subject, read(row))[0].effect == expected
    assert "0 agents à" not in row.effect and "de 400" not in row.effect


def test_an_effect_stands_beside_the_need_known_there(reading):
    people = "entre 400 et 600 personnes sans lieu d’aide aux démarches à portée, bornes des 9 zones ajoutées"
    row = plan_action(indicator="personnes aidées", target="350", people=people, objective="Aider ici.")
    (first, *_) = decisions.three(Subject(reading=reading, study={}, layers={}, knitted="", on=ON), read(row))
    assert first.effect == (
        "Personnes aidées : 350. Besoin connu là : entre 400 et 600 personnes sans lieu d’aide aux démarches à"
        " portée."
    )
    assert first.state == "à décider", "no day is printed as dots"


def test_the_ages_say_what_their_bars_add_up_to(reading):
    """« Plus de sept sur dix ont 60 ans ou plus », sur des barres de 52 et 33 %."""
    oldest = iter((("52\xa0%", "44 – 59\xa0%"), ("33\xa0%", "28 – 38\xa0%")))
    profile = tuple(
        replace(group, **dict(zip(("share", "share_span"), next(oldest), strict=True)))
        if group.family == "Âge" and group.label in OLDEST
        else group
        for group in reading.profile
    )
    sentence = ages_sentence(replace(reading, profile=profile)).replace("\xa0", " ")
    assert sentence == "Environ 85 % des personnes concernées ont 60 ans ou plus (au moins 72 %)"


def test_the_levers_of_workshops_are_in_the_slides_and_the_dossier(reading):
    """« Les leviers » répétait les niveaux de difficulté ; le dossier ne disait aucun obstacle."""
    cards = Card("obstacle", "Pas d’imprimante."), Card("lever", "Imprimer à la mairie")
    workshop = Journey("Ana", "", "", (Stage("Remplir", "", "", cards),))
    elsewhere = replace(workshop, is_local=False, stages=(Stage("Lire", "", "", (Card("lever", "Un bus"),)),))
    plan = replace(read(plan_action()), journeys=(elsewhere, workshop))
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    (slide,) = deck._levers(subject, plan)
    assert [(card.title, card.text) for card in slide.blocks[:1]] == [
        ("Imprimer à la mairie", "Remplir : pas d’imprimante.")
    ]
    assert deck._levers(subject, read(plan_action())) == []
    lost = Journey("Léo", "", "", (Stage("Trouver", "", "", (Card("obstacle", "Ne sait pas où aller", 3),)),))
    (voted,) = deck._levers(replace(subject, journeys=(replace(workshop, stages=()), lost, lost)), None)
    assert [card.title for card in voted.blocks[:1]] == ["Ne sait pas où aller (6 voix)"], (
        "one card, all votes"
    )
    assert deck._levers(replace(subject, journeys=(workshop,)), None) == [slide], "without a plan too"
    printed = str(proposal_chapter((), plan, plan.journeys))
    assert "Obstacle : pas d’imprimante. Levier : imprimer à la mairie." in printed and "bus" not in printed


def test_a_closed_workshop_is_in_the_dossier_of_a_territory_without_a_plan(study, reading, plan):
    """Sans plan publié, l’atelier tenu n’était nulle part : ni qui y a pris part, ni ce qui s’y est dit."""
    values = {"objective": "Aller au bout", "day": ON, "by": plan.by, "at": AT}
    session = workshops.prepare(PLACE, title="La Caf", token="x", **values)
    group = session.groups.get(number=1)
    workshops.put(group, stage="claim", kind="obstacle", words="Pas d’adresse mail", token="a", at=AT)
    workshops.seat(session, None, trade="mediator")
    assert dossiers.field_of(study, reading, on=ON).workshops == (), "not over"
    workshops.close(session, by=plan.by, at=AT)
    field = dossiers.field_of(study, reading, on=ON)
    assert field.plan is None
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON, workshops=field.workshops)
    printed = str(proposal_chapter((), None, field.journeys, subject.participation)).replace("\\xa0", " ")
    assert "1 atelier de co-construction (1 participant à « La Caf »)" in printed
    assert "Obstacle : pas d’adresse mail." in printed


def test_a_plan_counts_the_votes_that_have_a_day():
    rows = plan_action(vote="31 mars 2027"), plan_action(number=2), plan_action(number=3)
    standing = read(*rows).standing.replace("\xa0", " ")
    assert standing == "1 attend un vote, 2 sont à décider sans date de vote"


def test_actions_that_lack_something_are_named_by_their_numbers():
    rows = [plan_action(number=n, label=str(n)) for n in (2, 8, 1, 5, 9, 4, 10)]
    assert document._named(rows[1:], [*rows, plan_action()]) == "actions 1, 4, 5 et 8 à 10"


def test_a_dossier_proposes_from_the_published_plan_alone(study, reading, plan):
    assert dossiers.field_of(study, reading, on=ON).plan is None
    actions.publish(plan, is_public=True, by=plan.by, at=AT)
    published = dossiers.field_of(study, reading, on=ON).plan
    assert published == plan_of(PLACE, reading, on=ON)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    texts = [decision.in_full for decision in decisions.three(subject, published)]
    assert proposal_chapter(texts, published).lead.startswith("Un plan est publié.")


def test_a_dossier_shows_every_action_of_its_plan_in_a_table():
    """Un plan de cinq actions : une montrée, trois citées dans une phrase, « et 1 autre »."""
    plan = read(
        *(plan_action(number=n, label=str(n), title=f"Action {n}", budget=1_000 * n) for n in range(1, 6))
    )
    head, *_ = proposal_chapter((), plan).blocks
    rows = [[cell.text.replace("\xa0", " ") for cell in row] for row in head.rows]
    assert rows[1] == ["Action 2", "La Ville", "à décider", "2 000 €", "à décider"] and len(rows) == 5
    many = read(*(plan_action(number=n, label=str(n)) for n in range(40)))
    head, *_ = proposal_chapter((), many).blocks
    assert len(head.rows) == 12 and "12 des 40 actions" in head.note
    assert "autre" not in synthesis.planned(read(*(plan_action(number=n, title=f"A{n}") for n in range(4))))


def test_a_journey_says_which_card_is_an_obstacle_and_which_a_lever():
    """« Demander : Pas de voiture ; Un bus numérique » : rien ne séparait l’obstacle de la réponse."""
    cards = (
        Card("lever", "Un bus numérique."),
        Card("obstacle", "Pas de voiture"),
        Card("workaround", "Sa fille"),
    )
    workshop = Journey("Ana", "", "", (Stage("Demander", "", "", cards),))
    printed = str(document._journeys(replace(read(plan_action()), journeys=(workshop,))))
    words = "Obstacle : pas de voiture. On fait sans : sa fille. Levier : un bus numérique."
    assert f"**Demander.** {words}" in printed


def test_the_sheet_of_an_action_names_all_its_zones(reading, plan):
    """« Saint-Maur, Montierchaume, Étrechet et 2 autres » sur la fiche de l’action elle-même."""
    codes = [zone.code for zone in reading.zones[:6]]
    row = plan.actions.get(number=1)
    StoredAction.objects.filter(pk=row.pk).update(zones=codes)
    (named_zones,) = {
        x.zones for x in plan_of(PLACE, reading, on=ON).actions if x.number == 1 and not x.is_part
    }
    assert "autres" not in named_zones
    assert all(zone.full_name in named_zones for zone in reading.zones[:6])
    assert overview.zones_named(codes, reading).endswith("3 autres"), "the calendar has room for a few"


def test_an_action_is_ready_with_a_pilot_a_date_and_a_cost(plan):
    lea, row = plan.by, plan.actions.get(number=2)
    with pytest.raises(Refused, match="n’est pas dite prête") as error:
        actions.set_state(row, "ready", by=lea, at=AT)
    assert "sans pilote, sans dates et sans coût" in error.value.why
    StoredAction.objects.filter(pk=row.pk).update(pilot="Karim", starts_on=ON, budget=0)
    actions.set_state(row, "ready", by=lea, at=AT)


def test_a_plan_names_the_actions_without_a_day_of_vote_and_what_is_to_find(reading):
    """« 3 actions : 3 à décider » pour une seule décision, et « 18 000 €. 18 000 € à trouver. »"""
    rows = (
        plan_action(title="Ouvrir", vote="15 décembre 2026", vote_day="2026-12-15", budget=9),
        plan_action(number=2, label="2", title="Former."),
    )
    assert synthesis.planned(read(*rows)).endswith("Sans date de vote : « Former ».")
    assert "Sans date" not in synthesis.planned(read(rows[0]))
    assert decisions.funding_words((18_000, 18_000)) == "Tout est à trouver."
    plan = replace(read(*rows), axes=tuple(replace(x, title="Autres actions") for x in read(*rows).axes))
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    titles = [chapter.title for chapter in document.compose(subject, plan).chapters]
    assert "Les actions, une par une" in titles and not any("sont écrits" in title for title in titles)
    assert "Grenoble en 2015" not in page(reading, plan)


def test_a_short_plan_says_who_pays_and_what_is_expected_and_why_an_action_was_dropped(reading, plan):
    """Une table de six actions coupée en deux, sans financeur ni effet ; et une fiche entière de l’action abandonnée."""
    lea, (row, dropped) = plan.by, plan.actions.filter(number__in=(3, 4)).order_by("number")
    StoredAction.objects.filter(pk=row.pk).update(
        baseline=20, ends_on=date(2027, 6, 30), costs=[[2028, 9, 0]]
    )
    plan.actions.exclude(pk__in=(row.pk, dropped.pk)).delete()
    actions.set_state(dropped, "dropped", by=lea, at=AT, why="Pas de local.")
    short = plan_of(PLACE, reading, on=ON)
    assert "coûte encore après sa fin" in short.planned[0].contradictions
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    composed = document.compose(subject, short)
    with pypdfium2.PdfDocument(io.BytesIO(pdf.dossier(composed, on=ON))) as pages:
        texts = [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in pages]
    (table,) = [text for text in texts if "Coût, qui finance" in text]
    assert "La Ville" in table and "Personnes venues : de 20 à 60" in table.replace("\xa0", " ")
    (sheet,) = document._sheet(next(x for x in short.actions if x.state == "abandonnée"))
    assert sheet.text == "Abandonnée le 20 novembre 2026 : pas de local."
