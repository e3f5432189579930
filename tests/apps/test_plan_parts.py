"""Sub-actions of a plan: numbered under their action everywhere, counted apart, one level of them."""

import csv
import io
import json
import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.apps.platform.search import queries as search
from maillage.apps.steering.indicators.queries import ground
from maillage.apps.steering.pilotage.queries import document as loop_document
from maillage.apps.steering.pilotage.queries import loop
from maillage.apps.steering.pilotage.queries.loop import Planned
from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.forms import ActionForm, FrameForm
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries import files, funders, overview
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.kernel.errors import Refused
from maillage.publishing.page import html
from maillage.publishing.plan import document
from maillage.publishing.territory import changes
from maillage.publishing.territory.subject import Subject
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
AT_TERRITORY = f"/territoires/{PLACE}/plan/"
IN_SPACE = f"/espace/territoires/{PLACE}/plan/"


@pytest.fixture
def plan(lea):
    """Published before plans were numbered by dynamic: its actions keep the numbers they had."""
    opened_plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    opened_plan.published_at = AT
    opened_plan.save(update_fields=["published_at"])
    return opened_plan


def action(plan, number: int) -> PlanAction:
    return plan.actions.get(number=number, parent=None)


def part(plan, lea, of: PlanAction, title: str, **more) -> PlanAction:
    values = {"axis": of.axis, **more}
    return actions.write(plan, title=title, parent=of, token=title, by=lea, at=AT, **values)


def move(row, lea, **values) -> PlanAction:
    row.refresh_from_db()
    required_values = {"title": row.title, "axis": row.axis, "parent": row.parent}
    return actions.change(row, version=row.version, by=lea, at=AT, **{**required_values, **values})


def labels(plan) -> list[str]:
    return [row.label for row in plan.actions.select_related("parent")]


def read(client, address: str, **query) -> str:
    return client.get(address, query).content.decode().replace("\xa0", " ")


def test_a_part_is_numbered_in_its_action_and_follows_it(plan, lea):
    one, seven = action(plan, 1), action(plan, 7)
    first = part(plan, lea, seven, "Ouvrir le mardi")
    second = part(plan, lea, seven, "Ouvrir le jeudi")
    elsewhere = part(plan, lea, one, "Écrire le cadre", axis=seven.axis)
    assert [row.label for row in (first, second, elsewhere)] == ["7.1", "7.2", "1.1"]
    assert elsewhere.axis == one.axis, "a part is in the dynamic of its action"
    plan_labels = labels(plan)
    assert plan_labels[:2] == ["1", "1.1"]
    assert plan_labels[plan_labels.index("7") :][:4] == ["7", "7.1", "7.2", "8"]
    assert str(second) == "7.2. Ouvrir le jeudi"
    assert actions.write(plan, title="Une de plus", axis=one.axis, token="x", by=lea, at=AT).label == "23"


def test_a_part_that_moves_takes_the_next_number_and_the_rest_keep_their_numbers(plan, lea):
    one, seven = action(plan, 1), action(plan, 7)
    first, second = part(plan, lea, seven, "Mardi"), part(plan, lea, seven, "Jeudi")
    part(plan, lea, one, "Cadre")
    assert move(first, lea, parent=one).label == "1.2"
    second.refresh_from_db()
    assert second.label == "7.2"
    out = move(first, lea, parent=None)
    assert (out.label, out.axis) == ("23", one.axis)
    assert move(action(plan, 8), lea, parent=seven).label == "7.3"
    assert "8" not in labels(plan) and {"7", "9"} <= set(labels(plan))
    assert move(second, lea, title="Vendredi").label == "7.2", "an action that stays keeps its number"


def test_an_action_put_under_another_and_back_keeps_its_number(plan, lea):
    one, seven, last = action(plan, 1), action(plan, 7), action(plan, 22)
    assert move(last, lea, parent=seven).label == "7.1"
    new = actions.write(plan, title="Une de plus", axis=one.axis, token="x", by=lea, at=AT)
    assert new.label == "23", "the number of an action that moved is its own"
    assert move(last, lea, parent=one).label == "1.1"
    assert move(last, lea, parent=None).label == "22"
    assert move(last, lea, parent=one).label == "1.1"


def test_the_parts_of_an_action_follow_it_to_another_dynamic(plan, lea):
    one, seven = action(plan, 1), action(plan, 7)
    tuesday = part(plan, lea, seven, "Mardi")
    move(seven, lea, axis=one.axis)
    tuesday.refresh_from_db()
    assert tuesday.axis == one.axis
    assert move(tuesday, lea, axis=action(plan, 22).axis).axis == one.axis


def test_a_part_follows_an_action_that_moved_while_it_was_written(plan, lea):
    one, read_before = action(plan, 1), action(plan, 7)
    assert read_before.axis != one.axis
    move(action(plan, 7), lea, axis=one.axis)
    assert part(plan, lea, read_before, "Mardi").axis == one.axis
    other = part(plan, lea, one, "Cadre")
    move(action(plan, 8), lea, parent=one)
    read_before = PlanAction.objects.get(pk=other.pk)
    move(other, lea, parent=None)
    assert move(action(plan, 9), lea, parent=read_before).parent == read_before, "it is whole again"


def test_a_part_has_no_part(client, plan, lea, study):
    one, seven = action(plan, 1), action(plan, 7)
    tuesday = part(plan, lea, seven, "Mardi")
    other = actions.open_plan("59350", title="Ailleurs", frame=frames()["maubeuge"], by=lea, at=AT)
    for row, parent, why in (
        (one, tuesday, "Choisissez plutôt l’action 7."),
        (seven, one, "Elle a des sous-actions"),
        (one, one, "Une action ne fait pas partie d’elle-même."),
        (one, other.actions.first(), "celle d’un autre plan"),
    ):
        with pytest.raises(Refused) as refused:
            move(row, lea, parent=parent)
        assert why in " ".join(refused.value.sentences)
    with pytest.raises(Refused, match="n’a pas été enregistrée"):
        part(plan, lea, tuesday, "Mardi matin")
    client.force_login(lea)
    form_data = {"title": seven.title, "axis": seven.axis_id, "version": seven.version}
    page = client.post(f"{IN_SPACE}{seven.pk}/", form_data | {"parent": one.pk})
    assert page.status_code == 400 and "elle ne peut pas devenir celle d’une autre" in page.content.decode()
    form_data = {"title": one.title, "axis": one.axis_id, "version": one.version, "parent": tuesday.pk}
    page = client.post(f"{IN_SPACE}{one.pk}/", form_data)
    assert page.status_code == 400 and "fait elle-même partie d’une autre" in page.content.decode()


def test_a_part_reads_under_its_action_on_every_page(client, plan, lea, study):
    seven = action(plan, 7)
    zone = overview.reading_of(PLACE).zones[0].code
    tuesday = part(plan, lea, seven, "Ouvrir le mardi", zones=[zone], line="assistance")
    follows = actions.write(plan, title="Suite", axis=seven.axis, after=tuesday, token="s", by=lea, at=AT)
    client.force_login(lea)
    for view in ("calendrier", "tableau", "liste", "carte"):
        page = read(client, AT_TERRITORY, vue=view)
        assert "7.1. Ouvrir le mardi" in page, view
        assert "23 actions et 1 sous-action. Actions : 23 à décider. Sous-action : 1 à décider." in page
        assert "23 actions et 1 sous-action sans pilote" in page
    assert read(client, AT_TERRITORY, vue="liste").index("7.1. Ouvrir") > read(
        client, AT_TERRITORY, vue="liste"
    ).index(f"7. {seven.title}")
    assert "6 actions annoncées, 7 écrites." in read(client, AT_TERRITORY, vue="liste")
    page = read(client, f"{AT_TERRITORY}actions/{tuesday.pk}/")
    assert "Action 7.1, dynamique" in page and f"7. {seven.title}</a>" in page
    assert "7.1. Ouvrir le mardi</a>" in read(client, f"{AT_TERRITORY}actions/{seven.pk}/")
    assert "Vient après" in (page := read(client, f"{AT_TERRITORY}actions/{follows.pk}/"))
    assert "7.1. Ouvrir le mardi</a>" in page
    assert "Modifier l’action 7.1" in read(client, f"{IN_SPACE}{tuesday.pk}/")
    form = ActionForm(plan=plan)
    assert "7.1. Ouvrir le mardi" in [label for _, label in form.fields["after"].choices]
    assert "7.1. Ouvrir le mardi" not in [label for _, label in form.fields["parent"].choices]
    groups = search.find(lea, "ouvrir mardi", only="actions-de-plans").groups
    assert "Action 7.1, Le plan, à décider" in [hit.about for group in groups for hit in group.hits]
    actions.fund(tuesday, name="La Ville", by=lea, at=AT)
    actions.fund(seven, name="La Ville", by=lea, at=AT)
    fundings = funders.fundings_of(plan.funders.get())
    assert [each.action.label for each in fundings] == ["7", "7.1"]


def test_a_plan_reads_its_parts_in_as_many_queries_however_many(client, plan, lea, study):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            client.get(AT_TERRITORY)
        return len(context)

    part(plan, lea, action(plan, 7), "Mardi")
    queries()
    few = queries()
    for day in ("Lundi", "Mercredi", "Jeudi", "Vendredi"):
        part(plan, lea, action(plan, 7), day)
    assert queries() == few


def test_announced_actions_and_indicators_leave_parts_out(plan, lea):
    one = action(plan, 1)
    for title in ("Cadre", "Charte"):
        part(plan, lea, one, title, state=rules.DONE)
    first_axis = overview.by_axis(plan, overview.actions_of(plan), None, ON)[0]
    assert (first_axis.announced, first_axis.tally) == ("", "3 actions et 2 sous-actions")
    assert ground._actions(PLACE) == {"done": 0, "all": 22, "dropped": 0}


def test_the_files_of_a_plan_hold_its_parts(client, plan, lea):
    tuesday = part(plan, lea, action(plan, 7), "Ouvrir le mardi", objective="Le soir")
    table = client.get(f"{AT_TERRITORY}actions.csv").content.decode("utf-8-sig")
    rows = {row["action"]: row for row in csv.DictReader(io.StringIO(table))}
    assert (rows[tuesday.title]["numero"], rows[tuesday.title]["sous_numero"]) == ("7", "1")
    assert (rows[action(plan, 7).title]["numero"], rows[action(plan, 7).title]["sous_numero"]) == ("7", "")
    content = client.get(f"{AT_TERRITORY}cadre.json").content
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", content)})
    assert form.is_valid(), form.errors
    taken = actions.open_plan("59350", title="x", frame=form.frame, by=lea, at=AT)
    there = taken.actions.get(title=tuesday.title)
    assert (there.label, there.objective.split(" : ")[1]) == ("7.1", "Le soir")
    assert there.parent == taken.actions.get(number=7, parent=None)
    assert labels(taken) == labels(plan)


@pytest.mark.parametrize(
    ("parents", "why"),
    [
        ({2: 9}, "Dynamique 1, action 2 : « parent » dit « 9 », qui n’est pas une action entière"),
        ({1: 2, 2: 1}, "Dynamique 1, action 1 : « parent » dit « 2 »"),
        ({2: "un"}, "Dynamique 1, action 2 : « parent » dit « un », pas un nombre"),
    ],
)
def test_a_frame_whose_part_has_no_action_is_refused_with_its_place(parents, why):
    rows = [{"number": n, "title": f"Action {n}", "parent": parents.get(n)} for n in (1, 2)]
    frame = {"format": files.FORMAT, "name": "x", "axes": [{"number": 1, "title": "y", "actions": rows}]}
    with pytest.raises(Refused) as refused:
        files.frame_in(json.dumps(frame).encode())
    assert why in " ".join(refused.value.sentences)


def test_the_report_prints_parts_under_their_action_and_counts_them_apart(plan, lea, study):
    reading = overview.reading_of(PLACE)
    seven = action(plan, 7)
    part(plan, lea, seven, "Ouvrir le mardi", budget=300, pilot="CCAS", indicator="Venues")
    part(plan, lea, seven, "Ouvrir le jeudi")
    PlanAction.objects.filter(pk=seven.pk).update(budget=1_000, pilot="CCAS", state=rules.READY)
    reported_plan = plan_of(PLACE, reading, on=ON)
    subject = Subject(reading=reading, study={}, layers={}, knitted="", on=ON)
    text = html.dossier(document.compose(subject, reported_plan)).decode().replace("\xa0", " ")
    assert text.index("7.1. Ouvrir le mardi") < text.index("7.2. Ouvrir le jeudi")
    assert "21 actions et 1 sous-action sans pilote" in text
    assert "1 action sur 22 et 1 sous-action sur 2 ont un budget : 1 000 €" in text
    assert "Le budget d’une sous-action est compté dans celui de son action." in text
    PlanAction.objects.filter(pk=seven.pk).update(budget=None)
    bare = plan_of(PLACE, reading, on=ON)
    alone = html.dossier(document.compose(subject, bare)).decode().replace("\xa0", " ")
    assert "1 sous-action sur 2 a un budget : 300 €" in alone, "what its action does not hold counts"
    assert "22 actions et 2 sous-actions." in text
    assert "Sous-actions" in text
    assert "1 action et 1 sous-action ont un pilote" in text
    assert ">7.1<" in text, "in the tables"
    assert [each.label for each in reported_plan.led] == ["7"]
    assert "7.1. Ouvrir le mardi" in map(changes._name, changes._actions(asdict(reported_plan)))


def test_the_loop_tells_the_number_of_a_part_apart(plan, lea):
    tuesday = part(plan, lea, action(plan, 7), "Ouvrir le mardi")
    rows = [loop_document._action(Planned(action=row, warnings=())) for row in (tuesday, action(plan, 7))]
    assert [(row["numero"], row["sous_numero"]) for row in rows] == [(7, 1), (7, None)]
    assert [loop_document._label(row) for row in rows] == ["7.1", "7"]


def test_parts_written_before_are_numbered_in_their_action(plan, lea):
    one, seven = action(plan, 1), action(plan, 7)
    late, early, deep = (
        PlanAction.objects.create(
            plan=plan, axis=plan.axes.last(), parent=seven, title=title, number=number, token=title, at=AT
        )
        for title, number in (("Tard", 25), ("Tôt", 23), ("Au fond", 24))
    )
    PlanAction.objects.filter(pk=deep.pk).update(parent=late)  # two levels could be written
    import_module("maillage.apps.steering.plans.migrations.0006_parts").number_parts(apps, None)
    rows = {row.title: row for row in plan.actions.select_related("parent")}
    assert [rows[title].label for title in ("Tôt", "Au fond", "Tard")] == ["7.1", "7.2", "7.3"]
    assert {rows[title].axis_id for title in ("Tôt", "Au fond", "Tard")} == {seven.axis_id}
    assert (rows[one.title].label, rows[seven.title].label) == ("1", "7")
    assert early.pk == rows["Tôt"].pk


def test_a_part_does_not_wait_for_its_own_action(plan, lea):
    of = action(plan, 7)
    training = part(plan, lea, of, "Former")
    with pytest.raises(Refused, match="la fin de l’action dont elle fait partie"):
        move(training, lea, after=of)
    assert move(training, lea, after=action(plan, 8)).after == action(plan, 8)


def test_a_frame_leaves_out_the_figures_of_a_zone(plan, lea):
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(
        title="Ouvrir un point wifi : Centre (Vif)",
        objective="Aucun lieu à portée.",
        proposed="Aucun lieu à portée.",
        zones=["38545"],
        proposal="gap:38545:aide",
    )
    framed_by_number = {
        each["number"]: each
        for axis in files.frame_of(plan, overview.actions_of(plan), on=AT.date())["axes"]
        for each in axis["actions"]
    }
    assert (framed_by_number[7]["title"], "objective" in framed_by_number[7]) == (
        "Ouvrir un point wifi",
        False,
    )
    assert framed_by_number[8]["title"] == action(plan, 8).title


def test_the_parts_of_a_dropped_action_stop_with_it_until_it_is_taken_up_again(client, plan, lea, study):
    parent = action(plan, 7)
    running, over = part(plan, lea, parent, "Ouvrir le mardi"), part(plan, lea, parent, "Ouvrir le jeudi")
    actions.set_state(running, rules.RUNNING, by=lea, at=AT)
    actions.set_state(over, rules.DONE, by=lea, at=AT)
    actions.set_state(parent, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    rows = {each.label: each for each in overview.actions_of(plan)}
    assert [rows[label].standing_words for label in ("7", "7.1", "7.2")] == [
        "abandonnée",
        "abandonnée",
        "faite",
    ]
    assert not rules.warnings(overview.schedule(rows["7.1"]), ON), "nobody is asked to carry it"
    sentence = rules.state_sentence([overview.schedule(each) for each in rows.values()], ON)
    assert "En dehors, 1 action et 1 sous-action abandonnées." in sentence
    assert "1 faite" in sentence and "en cours" not in sentence
    board = read(client, AT_TERRITORY, vue="tableau")
    assert "Abandonnée <span>1 action et 1 sous-action" in board and "En cours <span>0<" in board
    assert "abandonnée, avec l’action 7" in " ".join(
        read(client, f"{AT_TERRITORY}actions/{running.pk}/").split()
    )
    everywhere = loop._planned(lea, study, ON)[1]
    assert "7.1" not in [each.action.label for each in everywhere]
    assert [each.is_done for each in everywhere if each.action.label == "7.2"] == [True]
    reported_plan = plan_of(PLACE, overview.reading_of(PLACE), on=ON)
    assert not {"7", "7.1"} & {each.label for each in reported_plan.planned}
    with pytest.raises(Refused, match="L’action 7, dont elle fait partie, est abandonnée"):
        actions.set_state(running, rules.READY, by=lea, at=AT)
    actions.set_state(parent, rules.TO_DECIDE, by=lea, at=AT)
    running.refresh_from_db()
    assert running.standing == rules.RUNNING, "as it was"


def money_of(plan) -> str:
    reported_plan = plan_of(PLACE, overview.reading_of(PLACE), on=ON)
    return document._budget_words(reported_plan).replace("\xa0", " ").replace("\u202f", " ")


def test_what_funds_a_part_is_in_the_total_and_within_the_budget_of_its_action(client, plan, lea, study):
    parent = action(plan, 7)
    tuesday = part(plan, lea, parent, "Ouvrir le mardi", budget=300)
    PlanAction.objects.filter(pk=parent.pk).update(budget=1_000)
    actions.fund(parent, name="La Ville", euros=500, by=lea, at=AT)
    actions.fund(tuesday, name="L’Isère", euros=200, by=lea, at=AT)
    assert "ont un budget : 1 000 €, dont 700 € financés." in money_of(plan)
    page = " ".join(read(client, f"{AT_TERRITORY}actions/{parent.pk}/").split())
    assert "1 000 €, financés pour 700 €, sous-actions comprises" in page and "300 € à trouver" in page
    with pytest.raises(Refused, match="dépasse le budget"):
        actions.fund(tuesday, name="L’Isère", euros=101, by=lea, at=AT)
    PlanAction.objects.filter(pk=tuesday.pk).update(budget=None)
    with pytest.raises(Refused, match="dépasse celui de l’action dont elle fait partie"):
        actions.fund(tuesday, name="L’Isère", euros=301, by=lea, at=AT)
    assert "1 action sur 22 a un budget : 1 000 €, dont 700 € financés." in money_of(plan)
    parent.refresh_from_db()
    with pytest.raises(Refused, match="700 €, dépasse ce budget"):
        move(parent, lea, budget=600)


def test_what_was_taken_off_a_dropped_part_comes_back_apart_whatever_its_action_holds(plan, lea):
    """Retiré par erreur d’une sous-action abandonnée, un financement se remet : il ne compte dans aucun budget."""
    parent = action(plan, 7)
    tuesday = part(plan, lea, parent, "Ouvrir le mardi")
    PlanAction.objects.filter(pk=parent.pk).update(budget=1_000)
    funding = actions.fund(tuesday, name="La Ville", euros=700, by=lea, at=AT)
    tuesday.refresh_from_db()
    actions.set_state(tuesday, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    actions.withdraw_funding(funding, by=lea, at=AT)
    actions.fund(parent, name="La Caf", euros=1_000, by=lea, at=AT)
    actions.withdraw_funding(funding, by=lea, at=AT)
    assert funding.withdrawn_at is None
    with pytest.raises(Refused, match="le financement dépasserait"):
        actions.set_state(tuesday, rules.TO_DECIDE, by=lea, at=AT)


def test_money_that_was_apart_never_comes_back_beyond_a_budget(client, plan, lea, study):
    parent = action(plan, 7)
    PlanAction.objects.filter(pk=parent.pk).update(budget=10_000)
    van = part(plan, lea, parent, "Équiper le camion")
    actions.fund(van, name="L’Isère", euros=3_000, by=lea, at=AT)
    actions.set_state(van, rules.DROPPED, why="Trop cher.", by=lea, at=AT)
    actions.fund(parent, name="La Ville", euros=7_001, by=lea, at=AT)
    client.force_login(lea)
    sent = {"geste": "etat", "etat": rules.TO_DECIDE}
    page = client.post(f"{IN_SPACE}{van.pk}/geste/", sent)
    assert page.status_code == 400
    words = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert "Avec 3 000 € qui la financent, le financement dépasserait celui de l’action" in words
    van.refresh_from_db()
    assert van.state == rules.DROPPED
    funding = parent.fundings.get()
    actions.withdraw_funding(funding, by=lea, at=AT)
    actions.set_state(van, rules.TO_DECIDE, by=lea, at=AT)
    # The whole, with all its parts, comes back by the same guard.
    actions.set_state(parent, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    parent.fundings.update(withdrawn_at=None)  # noted after it was dropped, when that was still taken
    with pytest.raises(Refused, match="la financeraient, sous-actions comprises, pour un budget de"):
        actions.set_state(parent, rules.TO_DECIDE, by=lea, at=AT)
    with pytest.raises(Refused, match="dépasserait celui de l’action dont elle fait partie"):
        actions.set_state(van, rules.DONE, by=lea, at=AT)
    actions.withdraw_funding(parent.fundings.get(withdrawn_at=None), by=lea, at=AT)
    actions.set_state(parent, rules.TO_DECIDE, by=lea, at=AT)
    parent.refresh_from_db()
    assert parent.funded_with_parts == 3_000


def facts(client, row) -> str:
    """Return the money of an action as its page tells it."""
    page = read(client, f"{AT_TERRITORY}actions/{row.pk}/").replace("\xa0", " ").replace("\u202f", " ")
    money_text = re.split(
        "<dt>(?:Risques|Ce que l’on compte|Il manque)</dt>", page.partition("<dt>Budget</dt>")[2]
    )[0]
    return " ".join(re.sub(r"<[^>]*>", " ", money_text).split())


def test_the_page_of_a_dropped_action_asks_for_nothing_and_tells_what_it_had(client, plan, lea, study):
    parent = action(plan, 7)
    PlanAction.objects.filter(pk=parent.pk).update(budget=10_000)
    first, second = part(plan, lea, parent, "Équiper le camion"), part(plan, lea, parent, "Ouvrir le mardi")
    actions.fund(parent, name="La Ville", euros=2_000, by=lea, at=AT)
    actions.fund(first, name="L’Isère", euros=3_000, by=lea, at=AT)
    actions.fund(second, name="L’Isère", euros=1_500, by=lea, at=AT)
    funders = "Qui finance La Ville : 2 000 € ; L’Isère : 3 000 € (sous-action 7.1) ; L’Isère : 1 500 €"
    live = "10 000 €, financés pour 6 500 €, sous-actions comprises 3 500 € à trouver"
    assert facts(client, parent) == f"{live} {funders} (sous-action 7.2)"
    actions.set_state(second, rules.DROPPED, why="Trop cher.", by=lea, at=AT)
    assert facts(client, parent).startswith(
        "10 000 €, financés pour 5 000 €, sous-actions comprises 5 000 € à trouver"
        " En dehors : 1 500 € acquis pour une sous-action abandonnée"
    )
    assert "(sous-action 7.2, abandonnée)" in facts(client, parent)
    actions.set_state(parent, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    assert facts(client, parent).startswith(
        "10 000 € 6 500 € acquis, sous-actions comprises, hors des totaux du plan : elle est abandonnée Qui"
    )
    assert facts(client, first).startswith("non renseigné 3 000 € acquis, hors des totaux du plan")
    PlanAction.objects.filter(pk=parent.pk).update(state=rules.READY, budget=4_000)
    assert "4 000 €, financés pour 5 000 €, sous-actions comprises 1 000 € de plus" in facts(client, parent)


def test_what_funds_the_parts_is_listed_without_a_budget(client, plan, lea, study):
    parent = action(plan, 7)
    van = part(plan, lea, parent, "Équiper le camion")
    assert facts(client, parent) == ""
    actions.fund(van, name="L’Isère", euros=700, by=lea, at=AT)
    assert facts(client, parent) == (
        "non renseigné, 700 € acquis, sous-actions comprises Qui finance L’Isère : 700 € (sous-action 7.1)"
    )


def test_what_was_dropped_is_measured_no_more_in_the_report(plan, lea, study):
    running, dropped = action(plan, 7), action(plan, 8)
    PlanAction.objects.update(indicator="")
    PlanAction.objects.filter(pk__in=[running.pk, dropped.pk]).update(indicator="Personnes venues")

    def follow_up():
        (block,) = document._follow_up(plan_of(PLACE, overview.reading_of(PLACE), on=ON)).blocks
        return block

    assert [row[0].text for row in follow_up().rows] == ["7", "8"]
    assert follow_up().note == document.NO_CAUSE
    dropped.refresh_from_db()
    actions.set_state(dropped, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    assert [row[0].text for row in follow_up().rows] == ["7"]
    assert follow_up().note.endswith("En dehors, 1\xa0action abandonnée : rien n’y sera plus mesuré.")
    PlanAction.objects.filter(pk=running.pk).update(state=rules.DROPPED)
    assert follow_up().text.endswith("En dehors, 2\xa0actions abandonnées : rien n’y sera plus mesuré.")


def test_an_action_is_made_no_part_of_one_whose_budget_it_would_pass(client, plan, lea, study):
    parent, other = action(plan, 7), action(plan, 8)
    PlanAction.objects.filter(pk=parent.pk).update(budget=1_000)
    actions.fund(parent, name="La Ville", euros=800, by=lea, at=AT)
    funding = actions.fund(other, name="L’Isère", euros=201, by=lea, at=AT)
    client.force_login(lea)
    sent = {"title": other.title, "axis": other.axis_id, "version": other.version, "parent": parent.pk}
    page = client.post(f"{IN_SPACE}{other.pk}/", sent)
    assert page.status_code == 400
    (why,) = page.context["form"].errors["parent"]
    assert why.replace("\xa0", " ").startswith("Avec 201 € qui la financent, le financement dépasserait")
    actions.withdraw_funding(funding, by=lea, at=AT)
    actions.fund(other, name="L’Isère", euros=200, by=lea, at=AT)
    assert client.post(f"{IN_SPACE}{other.pk}/", sent).status_code == 302
    other.refresh_from_db()
    move(other, lea, pilot="Inès")
    parent.refresh_from_db()
    assert parent.funded_with_parts == 1_000


def test_a_budget_already_passed_locks_nothing_else(plan, lea, study):
    parent = action(plan, 7)
    actions.fund(parent, name="La Ville", euros=800, by=lea, at=AT)
    PlanAction.objects.filter(pk=parent.pk).update(budget=500)
    assert move(parent, lea, budget=500, pilot="Inès").pilot == "Inès"
    with pytest.raises(Refused, match="dépasse ce budget"):
        move(parent, lea, budget=600)


def test_a_part_that_costs_more_than_its_action_says_so(client, plan, lea, study):
    parent = action(plan, 7)
    PlanAction.objects.filter(pk=parent.pk).update(budget=1_000)
    first = part(plan, lea, parent, "Ouvrir le mardi", budget=800)
    assert "coûtent plus" not in money_of(plan)
    second = part(plan, lea, parent, "Ouvrir le jeudi", budget=1_001)
    rows = {each.label: overview.schedule(each) for each in overview.actions_of(plan)}
    assert [
        set(rules.warnings(rows[label], ON)) & {rules.COSTS_OVER, rules.PARTS_COST_OVER}
        for label in ("7", "7.1", "7.2")
    ] == [{rules.PARTS_COST_OVER}, set(), {rules.COSTS_OVER}]
    assert "Les sous-actions de l’action 7 coûtent plus qu’elle : 1 801 € pour 1 000 €." in money_of(plan)
    assert "ses sous-actions coûtent plus qu’elle" in read(client, f"{AT_TERRITORY}actions/{parent.pk}/")
    assert "coûte plus que son action" in read(client, f"{AT_TERRITORY}actions/{second.pk}/")
    actions.set_state(second, rules.DROPPED, why="Trop cher.", by=lea, at=AT)
    assert "coûtent plus" not in money_of(plan) and first.standing == rules.TO_DECIDE


def test_actions_are_numbered_by_dynamic_once_published_and_for_ever(lea):
    """Une action ajoutée après le vote ne renumérote rien : une délibération cite « l’action 2.3 »."""
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    first_axis, second_axis = plan.axes.all()[:2]
    tuesday = part(plan, lea, action(plan, 7), "Ouvrir le mardi")
    actions.publish(plan, is_public=True, by=lea, at=AT)
    printed = {row.title: row.label for row in plan.actions.select_related("parent__parent")}
    assert all(
        label.startswith(f"{row.axis.number}.")
        for row in plan.actions.select_related("axis")
        for label in [printed[row.title]]
    )
    assert printed[tuesday.title] == f"{printed[action(plan, 7).title]}.1"
    of_first = list(first_axis.actions.filter(parent=None))
    assert [row.label for row in of_first] == [
        f"{first_axis.number}.{k}" for k in range(1, len(of_first) + 1)
    ]
    new = actions.write(plan, title="Une de plus", axis=first_axis, token="x", by=lea, at=AT)
    assert new.label == f"{first_axis.number}.{len(of_first) + 1}"
    moved = move(of_first[0], lea, axis=second_axis)
    assert moved.label == f"{first_axis.number}.1", "another dynamic changes no number"
    actions.publish(plan, is_public=False, by=lea, at=AT)
    actions.publish(plan, is_public=True, by=lea, at=AT)
    again = {row.title: row.label for row in plan.actions.select_related("parent__parent")}
    assert again == {**printed, "Une de plus": new.label}
    assert move(tuesday, lea, parent=None).label.startswith(f"{tuesday.axis.number}."), (
        "a part that stands alone has one too"
    )


def test_a_plan_published_before_keeps_its_numbers(plan, lea):
    new = actions.write(plan, title="Une de plus", axis=plan.axes.first(), token="x", by=lea, at=AT)
    assert new.label == "23" and action(plan, 7).label == "7"
