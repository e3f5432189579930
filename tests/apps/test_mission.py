"""The mission of a study: who writes it, what its reports say of it, and nothing where nobody wrote."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from django.utils import timezone

from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.models import MissionStep, StudyMission
from maillage.apps.steering.pilotage.queries import reports
from maillage.apps.steering.plans.queries.overview import reading_of
from maillage.publishing.page import html, pdf
from maillage.publishing.plan import document
from maillage.publishing.territory import deck, mission, poster
from maillage.publishing.territory.subject import Subject
from maillage.web.overwrites import WrittenMeanwhile
from tests.conftest import PLACE, account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
PAGE = f"/espace/territoires/{PLACE}/mission/"
WRITTEN = {
    "commissioner": "la Ville d’Échirolles",
    "pilot": "le réseau de l’Isère",
    "reason": "La commune entière, quartier par quartier.",
    "starts_on": "2026-03-01",
    "ends_on": "2026-06-30",
    "thanks": "",
}
STEP = {
    "kind": "entretien",
    "n": "3",
    "on": "2026-03-12",
    "who": "travailleurs sociaux",
    "words": "",
    "etape": "1",
}


@pytest.fixture
def analyst(home):
    return account("lea", "analyste", territory="38")


@pytest.fixture
def written(client, analyst):
    client.force_login(analyst)
    assert client.post(PAGE, WRITTEN).status_code == 302
    for step in (STEP, {**STEP, "kind": "groupe", "n": "1", "who": "habitants", "on": "2026-04-02"}):
        assert client.post(PAGE, step).status_code == 302
    return client


def test_a_mission_is_written_step_by_step_and_read_by_everybody(written, study):
    page = written.get(PAGE).content.decode()
    assert "demandé par la Ville d’Échirolles et mené par le réseau de l’Isère" in page
    assert "3 × entretien, 12 mars 2026" in page
    written.logout()
    public = written.get(f"/territoires/{PLACE}/rapports/").content.decode()
    assert "du 1er mars 2026 au 30 juin 2026" in public
    assert "3 entretiens (travailleurs sociaux)" in public
    assert PAGE not in public


def test_who_wanted_it_and_where_it_is_tried_are_read_by_everybody(written, study):
    """S-028: a Région wants it, a town tries it, both ask for it, somebody leads it, others take it up."""
    assert queries.mission(PLACE, on=ON).origin == "", "what nobody wrote is said by no page"
    origin_fields = {"initiator": "la Région", "ground": "Échirolles"}
    assert written.post(PAGE, {**WRITTEN, **origin_fields}).status_code == 302
    origin_sentence = (
        "Il est né à l’initiative de la Région. Terrain pilote : Échirolles ; la démarche est faite pour être"
        " reprise ailleurs."
    )
    mission_subject = subject(queries.mission(PLACE, on=ON))
    written.logout()
    for page in (
        written.get(f"/territoires/{PLACE}/rapports/").content.decode(),
        html.dossier(document.compose(mission_subject, None)).decode(),
        str(deck._reasons(mission_subject, ())),
    ):
        assert origin_sentence in page.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("typed", "phrase"),
    [
        ("un collectif d’habitants", "d’un collectif d’habitants"),
        ("le Département", "du Département"),
        ("Échirolles", "d’Échirolles"),
        ("Conférence des maires du Trégor", "de la conférence des maires du Trégor"),
        ("L’agglomération", "de l’agglomération"),
    ],
)
def test_initiator_is_written_in_french(written, study, typed, phrase):
    assert written.post(PAGE, {**WRITTEN, "initiator": typed}).status_code == 302
    assert queries.mission(PLACE, on=ON).origin == f"Il est né à l’initiative {phrase}."


def test_a_capital_article_is_small_inside_the_sentence_of_a_mission(written, study):
    commissioner = "La Communauté de communes du Trièves"
    written.post(PAGE, {**WRITTEN, "commissioner": commissioner, "pilot": "Le service solidarités"})
    assert queries.mission(PLACE, on=ON).lead.startswith(
        "Ce diagnostic a été demandé par la Communauté de communes du Trièves et mené par le service solidarités"
    )


def test_the_days_of_a_mission_hang_on_what_is_led(written, study):
    written.post(PAGE, {**WRITTEN, "commissioner": "", "pilot": ""})
    current_mission = queries.mission(PLACE, on=ON)
    assert current_mission.lead == (
        "Ce diagnostic a été mené du 1er mars 2026 au 30 juin 2026 ; ni son commanditaire ni son pilote ne sont"
        " encore écrits."
    )
    assert replace(current_mission, starts_on=None, ends_on=None).lead == (
        "Ce diagnostic n’a encore ni commanditaire ni pilote écrits."
    )


def test_a_mission_has_two_times_once_a_workshop_is_among_its_steps(written, study):
    """S-001: the diagnosis, then the plan and its steering; an interview serves the diagnosis, even late."""

    def printed() -> tuple[str, list[str]]:
        mission_subject = subject(queries.mission(PLACE, on=ON))
        text = html.dossier(document.compose(mission_subject, None)).decode().replace("\xa0", " ")
        return text, [row[1].text for row in mission.calendar(mission_subject.mission).rows]

    assert "deux temps" not in printed()[0] and printed()[1] == ["3 entretiens", "1 groupe de discussion"]
    written.post(PAGE, {**STEP, "kind": "reunion", "n": "1", "on": "2026-04-20"})
    for kind, day in (("atelier", "2026-05-18"), ("reunion", "2026-06-01"), ("entretien", "2026-06-02")):
        written.post(PAGE, {**STEP, "kind": kind, "n": "1", "on": day})
    text, times = printed()
    first, second = mission.STAGES
    assert times == [first, first, first, second, second, first]
    assert mission.TWO_TIMES in text and second in text


def test_two_presses_of_a_button_write_once(analyst):
    """Un second envoi du même bouton ne compte rien deux fois ; plus tard, c’est autre chose."""
    step = {"kind": "entretien", "n": 3, "on": date(2026, 3, 12), "who": "travailleurs sociaux", "words": ""}
    finding_fields = {
        "kind": "far",
        "who": "public",
        "confirms": True,
        "words": "",
        "source": "Réunion",
        "year": 2026,
    }
    for write, fields in ((actions.add_step, step), (actions.note, finding_fields)):
        first = write(PLACE, fields, by=analyst, at=AT)
        assert write(PLACE, fields, by=analyst, at=AT + timedelta(seconds=2)) == first
        assert write(PLACE, fields, by=analyst, at=AT + timedelta(minutes=1)) != first
    scenarios = [
        actions.keep_scenario(PLACE, "Un accueil", "geste=ouvrir&ou=zone:1", by=analyst, at=AT)
        for _ in range(2)
    ]
    assert scenarios[0] == scenarios[1]


def test_a_step_is_withdrawn_and_put_back(written):
    step = MissionStep.objects.get(kind="entretien")
    written.post(PAGE, {"retirer": step.pk})
    assert [each.words for each in queries.mission(PLACE, on=ON).counts()] == [
        "1 groupe de discussion (habitants)"
    ]
    assert "Étapes retirées (1)" in written.get(PAGE).content.decode()
    assert "Étape retirée" in written.post(PAGE, {"retirer": step.pk}, follow=True).content.decode(), "twice"
    assert len(queries.mission(PLACE, on=ON).counts()) == 1, "who withdraws second puts nothing back"
    written.post(PAGE, {"remettre": step.pk})
    assert queries.mission(PLACE, on=ON).participants == ["travailleurs sociaux", "habitants"]


@pytest.mark.parametrize(
    ("sent", "error_text"),
    [
        ({**WRITTEN, "ends_on": "2026-01-01"}, "Elle finit avant de commencer."),
        ({**STEP, "n": ""}, "Il manque le nombre."),
        ({**STEP, "on": "hier"}, "hier"),
    ],
)
def test_what_cannot_be_written_keeps_what_was_typed(client, analyst, sent, error_text):
    client.force_login(analyst)
    response = client.post(PAGE, sent)
    page = response.content.decode()
    assert response.status_code == 400
    assert error_text in page
    assert not StudyMission.objects.exists()
    assert (sent.get("who") or sent["commissioner"]) in page


def initial_fields(row: StudyMission) -> dict[str, str]:
    """Return the initial values of a mission's form, as the browser sends them back."""
    stored_fields = {name: getattr(row, name) for name in WRITTEN}
    return {f"initial-{name}": "" if value is None else str(value) for name, value in stored_fields.items()}


def test_two_who_write_a_mission_see_each_other_and_replace_nothing_unread(written, analyst):
    was = initial_fields(StudyMission.objects.get())
    concurrent_fields = {**WRITTEN, "reason": "Sans l’île d’Amour.", "ends_on": "2026-09-30", **was}
    assert written.post(PAGE, concurrent_fields).status_code == 302
    own_fields = {**WRITTEN, "pilot": "la Métropole", **was}
    assert written.post(PAGE, own_fields).status_code == 302, "another field: both are kept"
    row = StudyMission.objects.get()
    assert (row.pilot, row.reason, row.ends_on) == ("la Métropole", "Sans l’île d’Amour.", date(2026, 9, 30))
    same = {**WRITTEN, "reason": "Le canton.", "ends_on": "2026-10-31", **was}
    response = written.post(PAGE, same)
    page = response.content.decode().replace("\xa0", " ")
    assert response.status_code == 400 and "Le canton." in page
    assert "a écrit entre-temps : « Sans l’île d’Amour. » Gardez" in page
    assert "a écrit entre-temps : « 30 septembre 2026 ». Gardez" in page
    assert StudyMission.objects.get().reason == "Sans l’île d’Amour."
    now = initial_fields(StudyMission.objects.get())
    assert all(f'name="{name}" value="{now[name]}"' in page for name in ("initial-reason", "initial-ends_on"))
    assert written.post(PAGE, same | {name: now[name] for name in now}).status_code == 302
    assert StudyMission.objects.get().reason == "Le canton."
    late = initial_fields(StudyMission.objects.get()) | WRITTEN | {"starts_on": "2026-11-30", "reason": ""}
    assert (
        "Elle finit avant de commencer."
        in written.post(PAGE, late | {"ends_on": "2026-10-31"}).content.decode()
    )


def test_two_who_write_at_the_same_instant_do_not_both_pass(written, analyst):
    was = {"reason": WRITTEN["reason"]}
    actions.set_mission(PLACE, {"reason": "Le sien."}, original=was, by=analyst, at=AT)
    with pytest.raises(WrittenMeanwhile):  # read before, compared once it is locked
        actions.set_mission(PLACE, {"reason": "Le mien."}, original=was, by=analyst, at=AT)
    assert StudyMission.objects.get().reason == "Le sien."


def subject(mission) -> Subject:
    return Subject(
        reading=reading_of(PLACE),
        study={"besoins": {}},
        layers={},
        knitted="",
        on=ON,
        mission=mission,
    )


def test_reports_say_how_the_study_was_led_and_thank(written, study):
    mission_subject = subject(queries.mission(PLACE, on=ON))
    text = html.dossier(document.compose(mission_subject, None)).decode().replace("\xa0", " ")
    assert "Comment ce diagnostic a été mené" in text
    assert "La commune entière, quartier par quartier." in text
    assert "Merci à celles et ceux" in text
    assert "12 mars 2026" in text
    assert deck._reasons(mission_subject, ()).lead.startswith(
        "Ce diagnostic a été demandé par la Ville d’Échirolles"
    )
    assert deck._thanks(mission_subject.mission).startswith(
        "Merci à celles et ceux qui ont pris part : travailleurs"
    )


def test_future_step_is_announced_and_thanks_nobody(written, study):
    later = {**STEP, "kind": "atelier", "n": "2", "on": "2027-10-06", "who": "élus du canton"}
    written.post(PAGE, later)
    written.post(PAGE, {**later, "kind": "reunion", "n": "4", "who": ""})
    current_mission = queries.mission(PLACE, on=ON)
    assert "atelier" not in str(current_mission.counts())
    assert current_mission.participants == ["travailleurs sociaux", "habitants"]
    mission_subject = subject(current_mission)
    text = html.dossier(document.compose(mission_subject, None)).decode().replace("\xa0", " ")
    planned = "À venir : 2 ateliers de co-construction, le 6 octobre 2027 (élus du canton)"
    assert "4 réunions, à venir" in text
    thanks = text[text.index("Merci à celles et ceux") :]
    assert "élus du canton" not in thanks[: thanks.index("</ul>")]
    assert "4 réunions" not in document._begun(mission_subject, None), "nothing that is to come was begun"
    coming = deck._next(mission_subject, None)
    assert coming.title == "Prochain rendez-vous le 6 octobre 2027"
    assert "2 ateliers de co-construction" in str(coming) and "élus du canton" in str(coming)
    assert "élus du canton" not in deck._thanks(mission_subject.mission)
    page = written.get(f"/territoires/{PLACE}/rapports/").content.decode()
    assert planned in page.replace("\xa0", " ")
    on_the_day = queries.mission(PLACE, on=date(2027, 10, 6))
    assert "élus du canton" in on_the_day.participants
    assert not on_the_day.to_come


def test_the_poster_holds_the_network_on_one_page(written, study):
    """I-012: the context, whom it is for, who is there, what is done, what comes next; one sheet of A3."""
    written.post(PAGE, {**STEP, "kind": "atelier", "n": "2", "on": "2027-10-06", "who": "élus du canton"})
    poster_subject = replace(reports.subject(study, ON), mission=queries.mission(PLACE, on=ON), n_places=12)
    poster_document = poster.compose(poster_subject, None)
    assert [chapter.title for chapter in poster_document.chapters[1:]] == [
        "À discuter ensemble",
        "Le réseau",
        "Sources",
    ]
    printed = pdf.poster(poster_document, on=ON)
    (sheet,) = pypdfium2.PdfDocument(printed)
    text = " ".join(sheet.get_textpage().get_text_bounded().replace("\xa0", " ").split())
    level = next(line for line in poster_subject.reading.levels.lines if line.value)
    for words in (
        f"Pour qui : {level.in_full} qui {level.description}".replace("\xa0", " "),
        "Avec qui : 12 lieux connus ici.",
        "Et après : 2 ateliers de co-construction, le 6 octobre 2027 (élus du canton).",
    ):
        assert words in text
    bare = poster.compose(replace(poster_subject, mission=None, n_places=0), None)
    (network,) = [chapter for chapter in bare.chapters if chapter.title == "Le réseau"]
    assert len(network.blocks[0].items) == 1, "what nobody knows is not on the wall"


def test_before_the_first_step_nobody_was_consulted(written):
    current_mission = queries.mission(PLACE, on=date(2026, 1, 1))
    assert mission.untold(current_mission) == mission.NOBODY_YET
    assert deck._thanks(subject(current_mission).mission) == ""


def test_a_mission_thanks_each_once_and_gives_groupings_their_article(written, study):
    led = replace(
        queries.mission(PLACE, on=ON),
        commissioner="Communauté de communes du Trièves",
        pilot="Agglomération grenobloise",
        thanks="Les habitants.",
    )
    assert "demandé par la communauté de communes du Trièves et mené par l’agglomération" in led.lead
    assert deck._thanks(led) == "Merci à celles et ceux qui ont pris part : travailleurs sociaux ; habitants."
    again = replace(led.steps[0], attendees="Les travailleurs sociaux")
    assert replace(led, steps=(*led.steps, again)).participants == led.participants


@pytest.mark.parametrize(
    ("on", "led", "title"),
    [
        (
            date(2026, 1, 1),
            " ; il sera mené par le réseau de l’Isère, du 1er mars",
            "ce diagnostic sera mené",
        ),
        (date(2026, 4, 1), " ; il est mené par le réseau de l’Isère, du 1er mars", "ce diagnostic est mené"),
        (date(2026, 6, 30), " et mené par le réseau de l’Isère, du 1er mars", "ce diagnostic a été mené"),
    ],
)
def test_the_tense_of_a_mission_follows_its_days(written, on, led, title):
    current_mission = queries.mission(PLACE, on=on)
    assert f"a été demandé par la Ville d’Échirolles{led}" in current_mission.lead
    assert mission.approach(current_mission).title == f"Comment {title}"
    pilot = replace(current_mission, commissioner="", ends_on=None)
    assert pilot.lead.startswith(
        f"Ce diagnostic {title.removeprefix('ce diagnostic ').removesuffix(' mené')}"
    )


def test_a_mission_of_steps_alone_is_to_come_until_the_first(client, analyst):
    client.force_login(analyst)
    later = f"{timezone.localdate() + timedelta(days=9)}"
    page = client.post(PAGE, {**STEP, "on": later}, follow=True).content.decode()
    assert "la démarche la dit à venir" in page and "elle entre dans" not in page
    page = client.post(PAGE, {**WRITTEN, "starts_on": "", "ends_on": ""}, follow=True).content.decode()
    assert "il sera mené par le réseau" in page
    assert (
        "elle entre dans la démarche et les remerciements"
        in client.post(PAGE, STEP, follow=True).content.decode()
    )
    assert "il est mené par le réseau" in client.get(PAGE).content.decode(), "one is past, one to come"


def test_without_a_mission_no_page_invents_one(study):
    assert queries.mission(PLACE, on=ON) is None
    text = html.dossier(document.compose(subject(None), None)).decode()
    assert "Remerciements" not in text
    assert deck._thanks(None) == ""
    assert deck._reasons(subject(None), ()).lead == ""
