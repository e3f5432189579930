"""The strategic plan as a document: what its page says, and nothing where nothing is written."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest

from maillage.apps.codesign import actions as workshops
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.plans import actions
from maillage.apps.plans.models import PlanAction as StoredAction
from maillage.apps.plans.queries import overview, report
from maillage.apps.plans.queries.report import plan_of
from maillage.apps.plans.rules import RUNNING
from maillage.apps.territories import actions as territories
from maillage.apps.territories.models import Perimeter
from maillage.cli.reports.studies import StudyFiles, study_of
from maillage.kernel.errors import Refused
from maillage.reference.plan_frames import frames
from maillage.reports.codesign.journey import Card, Journey, Stage
from maillage.reports.page import html, pdf
from maillage.reports.plan import document
from maillage.reports.plan.reading import PlanAction, PlanAxis, PlanReading
from maillage.reports.territory import decisions, deck, poster
from maillage.reports.territory.chapters.story import proposal_chapter
from maillage.reports.territory.mission import Mission, MissionStep
from maillage.reports.territory.reading import OfferReading, ZoneOffer
from maillage.reports.territory.subject import Subject
from tests.apps.test_gaps import line
from tests.conftest import PLACE, account
from tests.support.printed import links

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


def test_an_empty_field_is_named_and_never_a_zero(reading, plan):
    reported_plan = plan_of(PLACE, reading, on=ON)
    bare = next(action for action in reported_plan.actions if action.budget is None)
    assert bare.pilot == ""
    assert "sans pilote" in bare.lacks
    unpriced = replace(reported_plan, axes=tuple(replace(x, actions=(bare,)) for x in reported_plan.axes[:1]))
    text = page(reading, unpriced)
    assert "Aucun budget n’est encore écrit." in text
    assert "non renseigné" not in text
    assert text.count("Sans pilote") == 1 == text.count("Sans financeur"), "one list, for all the actions"


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
        for text in (listed, printed[printed.rindex("Avec quel argent") :]):
            where = [text.index(words) for words in (axis.statement, axis.inspiring, axis.actions[0].title)]
            assert where == sorted(where), axis.number
    assert "/sources/initiatives/" in listed
    assert "Ce qui inspire." in printed
    assert "Ce qui inspire." not in page(reading, replace(plan_of(PLACE, reading, on=ON), frame=""))


def test_the_journeys_of_closed_workshops_are_in_the_plan(reading, plan):
    values = {"objective": "Aller au bout", "held_on": ON, "by": plan.by, "at": AT}
    session = workshops.prepare(PLACE, title="La Caf", token="x", **values)
    group = session.groups.get(number=1)
    workshops.put(group, stage="claim", kind="obstacle", words="Pas d’adresse mail", token="a", at=AT)
    assert len(plan_of(PLACE, reading, on=ON).journeys) == 3, "a board is its groups’ until it is closed"
    session.closed_at = AT
    session.save(update_fields=["closed_at"])
    reported_plan = plan_of(PLACE, reading, on=ON)
    assert len(reported_plan.journeys) == 4, "the groups that said nothing have none"
    text = page(reading, reported_plan)
    assert "Pas d’adresse mail" in text
    assert "« La Caf », 20 novembre 2026, groupe 1" in text


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
    wanted = ["Synthèse", "Les actions", "Avec quel argent", *axes, "Le suivi"]
    wanted += ["Conclusion", "D’où part ce plan", "De quoi l’on parle"]
    wanted += ["Ce qui est en jeu", "Méthodes", "Les besoins", "L’offre", "Les réponses", "Les parcours"]
    wanted += ["Sources"]
    order = [shorts.index(short) for short in wanted]
    assert order == sorted(order)
    text = page(reading, reported_plan)
    summed = text[text.index(">Synthèse</h2>") :]
    for words in (reported_plan.title, reported_plan.state, "21 actions sans pilote"):
        assert words.replace("\xa0", " ") in summed[:4000], words
    ending = text[text.index("Ce que l’on sait.") :]
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


def test_a_vote_whose_day_passed_is_to_note_and_no_longer_announced(reading, plan):
    plan.actions.filter(number=3).update(vote_on=ON - timedelta(days=1), state="decide")
    plan.actions.filter(number=4).update(vote_on=ON)
    actions = {action.number: action for action in plan_of(PLACE, reading, on=ON).actions}
    assert (actions[3].vote_day, actions[4].vote_day) == ("", ON.isoformat())
    assert "jour du vote passé, décision à noter" in actions[3].lacks


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
    meanings = composed.chapters[0].blocks[-1]
    assert meanings.text.startswith("**Assistance numérique** : "), "explained where first used"
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
        assert [number for number, sheet in enumerate(pages) if sheet.get_width() > sheet.get_height()] == [
            2,
            3,
        ]


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
    monkeypatch.setattr("maillage.config.home.has_database", lambda: True)
    zones = f"code_zone,nom_zone,code\nun,Ici,{PLACE}\n"
    values = {"slug": "mon-quartier", "name": "Mon quartier", "reason": "r", "file_name": "z.csv"}
    perimeter = Perimeter.objects.create(**values, code=PLACE, zones=zones)
    report_study = study_of(perimeter.slug, files=StudyFiles(), on=ON)
    assert report_study.subject.reading.territory.name == "Mon quartier"
    assert Study.objects.get().place == perimeter.slug


def test_a_report_after_a_correction_is_of_the_corrected_study(study, monkeypatch):
    """Le rapport d’une commande disait « rien n’a changé » tant que personne n’ouvrait la page du territoire."""
    monkeypatch.setattr("maillage.config.home.has_database", lambda: True)
    before = study_of(PLACE, files=StudyFiles(), on=ON).subject.reading
    assert Study.objects.count() == 1, "nothing to compute again"
    lea = account("lea", "coordination", territory="france")
    cell = {"table": "insee-filosofi-communes", "key": PLACE, "column": "median"}
    territories.correct(by=lea, **cell, value=21_000.0, reason="Publication rectifiée.")
    after = study_of(PLACE, files=StudyFiles(), on=ON).subject.reading
    assert after.fingerprint != before.fingerprint and Study.objects.count() == 2


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
        offer = OfferReading("l’annuaire", 30, ZoneOffer("", 6, 2, (known,), (), ""), {}, zones, (), ())
        one = overview.concerned("assistance", ["A"], replace(reading, offer=offer))
        two = overview.concerned("assistance", ["A", "B"], replace(reading, offer=offer))
        assert (one.value, one.high, bool(one.doubt)) == (value, 420.0, value is None)
        assert two.words == f"{two.lack}, bornes des 2 zones ajoutées" and "ajoutées" not in one.words
        assert two.value == (None if value is None else 840.0)


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
    rows = plan_action(vote="31 mars 2027"), plan_action(number=2, label="2", title="Former")
    first, second, *_ = decisions.three(subject, read(*rows))
    assert (first.state, second.state) == ("à décider le 31 mars 2027", "à décider le 10 décembre 2026")
    assert first.in_full.startswith("**Ouvrir.**") and "Pilote : La Ville." in first.in_full
    assert "Restent à décider : sa date, son coût et son effet. À décider le 31 mars 2027." in first.in_full


def test_a_cost_says_its_year_and_what_is_spent_once(reading):
    rows = (
        plan_action(budget=48_000, funded=10_000, n_years=2),
        plan_action(number=2, label="2", budget=9_000, investment=9_000),
    )
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    costs = [each.cost_words.replace("\xa0", " ") for each in decisions.three(subject, read(*rows))[:2]]
    assert costs == [
        "48 000 € (24 000 € par an pendant 2 ans), dont 38 000 € à trouver",
        "9 000 € (achats)",
    ]


@pytest.mark.parametrize(
    ("baseline", "target", "expected"),
    [
        ("0 agents", "60 agents", "Agents formés : 60 agents. Aujourd’hui : 0."),
        ("400", "400", "Agents formés : 400, comme aujourd’hui."),
    ],
)
def test_an_effect_says_its_start_once(reading, baseline, target, expected):
    row = plan_action(indicator="agents formés", baseline=baseline, target=target)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    assert decisions.three(subject, read(row))[0].effect == expected
    assert "0 agents à" not in row.effect and "de 400" not in row.effect


def test_an_effect_stands_beside_the_need_known_there(reading):
    """350 personnes aidées par an, là où l’étude en compte 200 au plus, et rien ne le disait."""
    people = "entre 0 et 200 personnes sans lieu d’aide aux démarches à portée, bornes des 9 zones ajoutées"
    row = plan_action(indicator="personnes aidées", target="350", people=people)
    (first, *_) = decisions.three(Subject(reading=reading, study={}, layers={}, knitted="", on=ON), read(row))
    assert first.effect == (
        "Personnes aidées : 350. Besoin connu là : entre 0 et 200 personnes sans lieu d’aide aux démarches à"
        " portée."
    )
    assert first.state == "à décider", "no day is printed as dots"


def test_the_levers_of_workshops_are_in_the_slides_and_the_dossier(reading):
    """« Les leviers » répétait les niveaux de difficulté ; le dossier ne disait aucun obstacle."""
    cards = Card("obstacle", "Pas d’imprimante."), Card("lever", "Imprimer à la mairie")
    workshop = Journey("Ana", "", "", (Stage("Remplir", "", "", cards),))
    elsewhere = replace(workshop, is_local=False, stages=(Stage("Lire", "", "", (Card("lever", "Un bus"),)),))
    plan = replace(read(plan_action()), journeys=(elsewhere, workshop))
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    slide = deck._levers(subject, plan)
    assert [(card.title, card.text) for card in slide.blocks[:1]] == [
        ("Imprimer à la mairie", "Remplir : pas d’imprimante.")
    ]
    assert deck._levers(subject, read(plan_action())) is None
    printed = str(proposal_chapter((), plan))
    assert "Obstacle : pas d’imprimante. Levier : imprimer à la mairie." in printed and "bus" not in printed


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


def test_an_action_is_ready_with_a_pilot_a_date_and_a_cost(plan):
    lea, row = plan.by, plan.actions.get(number=2)
    with pytest.raises(Refused, match="n’est pas dite prête") as error:
        actions.set_state(row, "ready", by=lea, at=AT)
    assert "sans pilote, sans dates et sans coût" in error.value.why
    StoredAction.objects.filter(pk=row.pk).update(pilot="Karim", starts_on=ON, budget=0)
    actions.set_state(row, "ready", by=lea, at=AT)
