"""The plan of a territory: from a frame to dated actions, from a gap to a proposal kept or refused."""

import json
import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import unescape
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from maillage.apps.directory.outreach.models import Body
from maillage.apps.directory.places.actions import sheets
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.people.actes.models import Act
from maillage.apps.platform.search import queries as search
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.steering.codesign.models import Card, DraftAction, Group, Session
from maillage.apps.steering.pilotage.queries import loop as loops
from maillage.apps.steering.pilotage.queries import reports
from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.forms import (
    NO_DATE,
    NO_QUANTITY,
    ActionForm,
    FrameForm,
    QuantityField,
)
from maillage.apps.steering.plans.models import Plan, PlanAction, PlanAxis, PlanNote, Refusal
from maillage.apps.steering.plans.queries import files, overview, proposals
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.apps.steering.plans.queries.report import plan_of as report_of
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.publishing import output
from maillage.publishing.catalogue import DECK, POSTER, SYNTHESIS
from maillage.publishing.plan import document
from maillage.publishing.plan.reading import UNCOUNTED
from maillage.publishing.territory import criteria, gaps
from maillage.publishing.territory.decisions import CHECKED
from maillage.publishing.territory.reading import (
    FinishedCensus,
    MissingLine,
    NamedZone,
    OfferLine,
    OfferReading,
    ZoneOffer,
)
from maillage.reference.plan_frames import frames
from maillage.reference.travel import CAR, FOOT
from maillage.web.amounts import NO_AMOUNT, NO_CENTS, AmountField
from tests.conftest import PLACE, account
from tests.support.offers import line
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ON = date(2026, 11, 20)
AT_TERRITORY = f"/territoires/{PLACE}/plan/"
MISSING = tuple(MissingLine(id, id, "Aucun lieu d’ici ne le dit.", True) for id in ("assistance", "wifi"))
IN_SPACE = f"/espace/territoires/{PLACE}/plan/"


@pytest.fixture
def reading(study, monkeypatch):
    """The study of Échirolles, where two zones lack two lines of the offer."""
    stored_reading = overview.reading_of(PLACE)
    codes = [zone.code for zone in stored_reading.zones[:2]]

    def gap(id: str, low: float, high: float) -> OfferLine:
        figures = {"missing": f"{high:.0f}", "missing_between": f"{low:.0f} – {high:.0f}", "label": id}
        return line(id, **figures, missing_value=high, missing_low=low, missing_high=high)

    zones = {
        code: ZoneOffer(
            code, 3, 1, (gap("assistance", low, high), gap("wifi", 0.0, 9.0)), MISSING, f"Zone {code}"
        )
        for code, low, high in ((codes[0], 110.0, 150.0), (codes[1], 310.0, 390.0))
    }
    territory_offer = ZoneOffer("", 6, 2, (gap("assistance", 420.0, 540.0),), (), "")
    finished = FinishedCensus("Échirolles", date(2026, 11, 12))
    offer = OfferReading("l’annuaire", 30, territory_offer, {}, zones, (), (), finished=finished)
    reading_with_gaps = replace(stored_reading, offer=offer)
    monkeypatch.setattr(overview, "reading_of", lambda place: reading_with_gaps)
    return reading_with_gaps


@pytest.fixture
def plan(lea):
    return actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)


def action(plan, number: int) -> PlanAction:
    return plan.actions.get(number=number)


def changed(row, by, **values) -> PlanAction:
    required_values = {"title": row.title, "axis": row.axis}
    return actions.change(row, version=row.version, by=by, at=AT, **{**required_values, **values})


def test_the_plan_of_grenoble_is_taken_up_whole_and_says_what_it_lacks(client, lea, study):
    client.force_login(lea)
    page = client.get(IN_SPACE)
    offered = page.content.decode()
    assert "Plan de Grenoble, 4 dynamiques et 22 actions" in offered
    assert "Internet en habitat social à Brest" in offered
    assert 'href="/parcours/sandrine/"' in offered
    page = client.post(IN_SPACE, {"title": "Plan d’Échirolles", "cadre": "grenoble"}, follow=True)
    text = page.content.decode()
    plan = Plan.objects.get(place=PLACE)
    assert plan.axes.count() == 4
    assert plan.actions.count() == 22
    assert "22 actions : 22 à décider." in text
    assert "22 sans pilote" in text
    assert "dates non renseignées" in text
    assert client.post(IN_SPACE, {"title": "Encore", "cadre": ""}).status_code == 302
    assert Plan.objects.get(place=PLACE).title == "Plan d’Échirolles"  # opened once
    for view in ("tableau", "liste", "carte", "n’importe quoi"):
        assert client.get(AT_TERRITORY, {"vue": view}).status_code == 200


def test_a_plan_whose_study_is_being_computed_again_has_the_name_of_its_territory(
    client, plan, lea, monkeypatch
):
    monkeypatch.setattr(overview, "reading_of", lambda place: None)
    client.force_login(lea)
    for page in (AT_TERRITORY, f"{AT_TERRITORY}actions/{action(plan, 7).pk}/"):
        assert ">Échirolles</a>" in client.get(page).content.decode()


def test_a_plan_whose_study_is_computed_again_says_so_in_place_of_its_numbers(client, plan, lea, study):
    lieu = place("lieu", {"code_insee": PLACE})
    sheets.edit(lieu, {"nom": "Un lieu"}, by="la structure", at=AT)
    client.force_login(lea)
    for page in (AT_TERRITORY, f"{AT_TERRITORY}actions/{action(plan, 7).pk}/"):
        page_text = client.get(page).content.decode()
        assert "Le calcul des manques de ce territoire est en cours, demandé le " in page_text
        assert "trop grand" not in page_text and "aucun diagnostic" not in page_text


def test_an_unpublished_plan_is_nobody_else_s_to_read(client, plan, lea, study):
    other = account("lille", "analyste", territory="59")
    row = action(plan, 7)
    pages = [AT_TERRITORY, f"{AT_TERRITORY}actions/{row.pk}/", f"{AT_TERRITORY}actions.csv"]
    pages.append(f"{AT_TERRITORY}cadre.json")
    assert {client.get(page).status_code for page in pages} == {404}
    client.force_login(other)
    assert {client.get(page).status_code for page in pages} == {404}
    assert client.get(IN_SPACE).status_code == 404
    assert client.post(f"{IN_SPACE}{row.pk}/geste/", {"geste": "etat", "etat": "done"}).status_code == 404
    actions.publish(plan, is_public=True, by=lea, at=AT)
    client.logout()
    assert {client.get(page).status_code for page in pages} == {200}
    assert "Ajouter une action" not in client.get(AT_TERRITORY).content.decode()
    assert "Plan" in client.get(f"/territoires/{PLACE}/manques/").content.decode()
    actions.publish(plan, is_public=False, by=lea, at=AT)
    assert client.get(AT_TERRITORY).status_code == 404


def test_the_form_of_an_action_folds_what_is_optional_and_lists_what_is_filled(client, plan, lea, study):
    """À 390 px, ses vingt-quatre champs à la suite faisaient 4 744 px de haut."""
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(risks="Un départ", objective="", line="", public="")
    client.force_login(lea)
    address = reverse("plan_action_edit", args=[PLACE, row.pk])

    def outside(text: str) -> str:
        return re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)

    form = ActionForm(plan=plan, row=PlanAction.objects.get(pk=row.pk))
    text = client.get(address).content.decode()
    unfolded = outside(
        re.sub(r"<details[^>]*>\s*<summary>[^<]*</summary>.*?</details>", "", text, flags=re.DOTALL)
    )
    for field in form.visible_fields():
        name = f'name="{field.html_name}"'
        assert name in text, "nothing is lost"
        assert (name in unfolded) == (field in [*form.needed, *form.unfolded]), field.name
    (means,) = [fold for fold in form.folds if "existing" in [each.name for each in fold.bound_fields]]
    assert means.filled.endswith("risques : Un départ") and means.filled in text
    (reasons,) = [fold for fold in form.folds if "objective" in [each.name for each in fold.bound_fields]]
    assert reasons.filled == "rien encore", "the whole territory is what nobody chose"
    sent = {"title": row.title, "axis": row.axis_id, "ends_on": "le 32", "version": row.version}
    refused = client.post(address, sent).content.decode()
    opened = re.findall(r"<details[^>]*open[^>]*>\s*<summary><strong>([^<]*)", refused)
    assert opened == ["Vote, étapes et fin"], "what is wrong is in sight"


def test_a_finding_is_linked_to_an_action_long_after_it_was_written(client, plan, lea, study):
    """Un constat ne se reliait qu’en gardant une proposition, jamais à une action déjà écrite."""
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(objective="Aider le soir.", delayed=[[30, "Faire le point"]])
    row.milestones.create(on=ON, words="Ouvrir")
    first, second, *_ = proposals.answerable(row.title, overview.reading_of(PLACE), {})
    gesture, sheet = (reverse(name, args=[PLACE, row.pk]) for name in ("plan_action_gesture", "plan_action"))
    client.force_login(lea)

    def linked(finding: str) -> str:
        client.post(gesture, {"geste": "constat", "constat": finding})
        return action(plan, 7).objective

    assert first in unescape(client.get(sheet).content.decode())
    assert linked(first) == f"Aider le soir. Le constat : {first.rstrip('.')}."
    assert linked("Inventé ailleurs.") == f"Aider le soir. Le constat : {first.rstrip('.')}.", (
        "of no diagnosis"
    )
    assert linked(second) == f"Aider le soir. Le constat : {second.rstrip('.')}.", "one finding, not two"
    assert linked("") == "Aider le soir."
    row.refresh_from_db()
    linked(first)
    frame = files.frame_of(plan, overview.actions_of(plan), on=ON)
    assert "Aider le soir." in str(frame) and first not in str(frame), "another territory takes up no figure"
    assert [step.words for step in row.milestones.all()] == ["Ouvrir"] and row.delays, "its steps stay"
    PlanAction.objects.filter(pk=row.pk).update(objective="a" * 590)
    assert linked(first) == "a" * 590, "nothing is cut"
    journal = PlanNote.objects.filter(action=row, automatic=True).values_list("words", flat=True)
    assert any("Le constat" in words for words in journal)


def test_an_action_is_written_once_from_its_form(client, plan, lea, study):
    client.force_login(lea)
    axis = plan.axes.first()
    form_data = {"title": "Ouvrir le soir", "axis": axis.pk, "token": "une", "line": "assistance"}
    form_data |= {
        "starts_on": "2026-12-01",
        "ends_on": "2027-02-01",
        "milestones": "2027-01-10 Faire le point",
    }
    page = client.post(f"{IN_SPACE}action/", form_data, follow=True)
    row = plan.actions.get(title="Ouvrir le soir")
    assert "1er décembre 2026" in page.content.decode()
    assert [str(each) for each in row.milestones.all()] == ["Faire le point"]
    client.post(f"{IN_SPACE}action/", form_data)
    assert plan.actions.filter(title="Ouvrir le soir").count() == 1  # sent twice, written once


def test_all_the_errors_of_an_action_come_in_one_response(client, plan, lea, study):
    """Ce qui manque, ce qui se contredit, ce qui ne s’écrit pas : chacun à son champ, dans la même réponse."""
    client.force_login(lea)
    seven, eight = action(plan, 7), action(plan, 8)
    changed(seven, lea, after=eight)
    form_data = {"title": "", "axis": eight.axis_id, "version": eight.version, "after": seven.pk}
    form_data |= {"starts_on": "2026-12-01", "ends_on": "2026-11-01", "milestones": "demain Voir"}
    form_data |= {"means": "mot de passe : Soleil2024!", "budget": "-3"}
    page = client.post(f"{IN_SPACE}{eight.pk}/", form_data)
    assert page.status_code == 400
    errors = page.context["form"].errors
    assert set(errors) == {"title", "ends_on", "milestones", "means", "budget", "after"}
    assert errors["ends_on"] == ["Elle finit avant de commencer. Corrigez l’un des deux jours."]
    assert "sa propre fin" in errors["after"][0] and "mot de passe" in errors["means"][0]
    eight.refresh_from_db()
    assert (eight.version, eight.budget) == (1, None)


def test_the_days_of_a_part_and_of_a_done_action_are_compared_with_those_they_follow(
    client, plan, lea, study
):
    parent = changed(
        action(plan, 7), lea, pilot="Leïla", starts_on=date(2026, 9, 1), ends_on=date(2098, 12, 1)
    )
    part = actions.write(
        plan, token="p", title="Une part", axis=parent.axis, parent=parent, pilot="Leïla",
        starts_on=date(2026, 12, 1), ends_on=date(2099, 1, 15), by=lea, at=AT,
    )  # fmt: skip
    rows = {row.row.pk: row for axis in overview.by_axis(plan, overview.actions_of(plan), None, ON)
            for row in axis.rows}  # fmt: skip
    assert rows[part.pk].warnings == (rules.RUNS_OVER,) == tuple(rows[part.pk].contradictions)
    actions.set_state(parent, rules.DONE, by=lea, at=AT)
    client.force_login(lea)
    assert client.get(AT_TERRITORY).content.decode().count(rules.DONE_EARLY) == 1
    assert rules.DONE_EARLY in client.get(f"{AT_TERRITORY}actions/{parent.pk}/").content.decode()
    assert rules.RUNS_OVER in client.get(f"{AT_TERRITORY}actions/{part.pk}/").content.decode()


def test_the_steps_of_an_action_take_french_days_and_say_each_line_that_is_wrong(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    form_data = {"title": row.title, "axis": row.axis_id, "version": row.version}
    typed = "01/02/2027 Faire le point\n\nle 4 mars 2027 : Décider\n5/6/2027: Clore"
    assert client.post(f"{IN_SPACE}{row.pk}/", form_data | {"milestones": typed}).status_code == 302
    days = [date(2027, 2, 1), date(2027, 3, 4), date(2027, 6, 5)]
    assert [each.on for each in row.milestones.all()] == days
    offered = "01/02/2027 Faire le point\n04/03/2027 Décider\n05/06/2027 Clore"
    assert client.get(f"{IN_SPACE}{row.pk}/").context["form"].initial["milestones"] == offered
    typed = f"31 février 2027 : Voir\n01/02/2027 Bien\nmardi Voir\n01/03/2027\n02/03/2027 {'é' * 161}"
    page = client.post(f"{IN_SPACE}{row.pk}/", form_data | {"version": 2, "milestones": typed})
    assert page.status_code == 400
    assert page.context["form"].errors["milestones"] == [
        "Étape 1 : le 31 février 2027 n’existe pas.",
        "Étape 3 : « mardi » n’est pas un jour.",
        "Étape 4 : il manque ce qui se passe le 01/03/2027.",
        "Étape 5 : 161 caractères, c’est trop long. 160 au plus.",
        NO_DATE,
    ]
    assert [each.on for each in row.milestones.all()] == days


def test_the_steps_of_who_writes_first_are_read_by_who_writes_second(client, plan, lea, reading):
    row = action(plan, 7)
    client.force_login(lea)
    address, code = f"{IN_SPACE}{row.pk}/", reading.zones[0].code
    form_data = {"title": row.title, "axis": row.axis_id, "version": row.version}
    first_milestones = [(date(2027, 2, 1), "Étape d’Ali")]
    begins = {"starts_on": date(2027, 1, 2), "zones": [code], "line": "assistance"}
    changed(row, lea, milestones=first_milestones, **begins)
    for pilot in ("Inès", ""):  # even when nothing else differs
        page = client.post(address, form_data | {"pilot": pilot})
        text = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
        assert page.status_code == 400
        assert "Étapes, maintenant : 01/02/2027 Étape d’Ali" in text
        assert "Commence le, maintenant : 2 janvier 2027" in text
        assert f"Où, maintenant : {reading.zones[0].full_name}" in text
        assert "renforce, maintenant : assistance" not in text  # the slug of a line is nobody’s word
    assert [each.words for each in row.milestones.all()] == ["Étape d’Ali"]
    row.refresh_from_db()
    assert str(row.version) in str(page.context["form"]["version"])
    both = {"milestones": "01/02/2027 Étape d’Ali\n02/02/2027 La mienne", "version": row.version}
    assert client.post(address, form_data | both).status_code == 302
    assert row.milestones.count() == 2


def test_two_people_who_write_the_same_are_both_done(client, plan, lea, study):
    row = action(plan, 7)
    client.force_login(lea)
    form_data = {"title": "Ouvrir", "axis": row.axis_id, "version": row.version, "counts": rules.PEOPLE}
    form_data |= {"starts_on": "01/02/2027", "milestones": "J+30 Faire le point"}
    assert client.post(f"{IN_SPACE}{row.pk}/", form_data).status_code == 302
    row.refresh_from_db()
    stored_version = row.version
    del form_data["counts"]  # people, until somebody says otherwise
    assert client.post(f"{IN_SPACE}{row.pk}/", form_data).status_code == 302
    row.refresh_from_db()
    assert row.version == stored_version and row.milestones.get().on == date(2027, 3, 3)


def sent_back(page) -> dict[str, Any]:
    """Return the form data that an untouched action form sends."""
    fields = re.findall(r"<input[^>]*>", page.content.decode())
    initial_fields: dict[str, Any] = {}
    for input_tag in fields:
        attributes = dict(re.findall(r'(name|value|type)="([^"]*)"', input_tag))
        if "initial-" in attributes.get("name", "") or attributes.get("name") in (
            "version",
            "state",
            "token",
        ):
            initial_fields.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields if name not in initial_fields}
    return initial_fields | {name: value for name, value in typed.items() if value not in (None, "", [])}


def test_the_page_of_a_conflict_tells_what_the_other_changed_and_nothing_else(client, plan, lea, reading):
    code, row = reading.zones[0].code, action(plan, 7)
    row = changed(
        row,
        lea,
        objective="Ouvrir\r\ntard",
        budget=12_000,
        zones=[code],
        counts=rules.THINGS,
        starts_on=date(2027, 1, 2),
        milestones=[(date(2027, 2, 1), "Un point"), (45, "Un autre")],
    )
    client.force_login(lea)
    address = f"{IN_SPACE}{row.pk}/"
    sent = sent_back(client.get(address))
    assert sent["initial-zones"] == [code]
    row = changed(
        row,
        lea,
        pilot="Karim, Ville",
        **{name: getattr(row, name) for name in ("objective", "budget", "zones", "counts", "starts_on")},
        milestones=[(date(2027, 2, 1), "Un point"), (date(2027, 2, 16), "Un autre")],
    )
    actions.set_state(row, rules.RUNNING, by=lea, at=AT)
    page = client.post(address, sent | {"title": "Mon titre", "budget": "13 000"})
    changes = re.findall(r"<li>([^<]*), maintenant : (.*?)</li>", page.content.decode().replace("\xa0", " "))
    assert page.status_code == 400
    assert changes == [("Pilote", "Karim, Ville"), ("État", "en cours")]
    assert "Mon titre" in page.content.decode() and action(plan, 7).title != "Mon titre"
    again = sent_back(page)
    assert again["pilot"] == "Karim, Ville", "who typed nothing there replaces nothing"
    assert client.post(address, again).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.pilot, row.budget, row.state) == (
        "Mon titre",
        "Karim, Ville",
        13_000,
        rules.RUNNING,
    )
    assert "Un autre" in [each.words for each in row.milestones.all()]


@pytest.mark.parametrize("has_zones", [False, True])
def test_the_zones_of_who_writes_first_come_checked_to_who_had_none(client, plan, lea, reading, has_zones):
    first, second = (zone.code for zone in reading.zones[:2])
    row = action(plan, 7)
    client.force_login(lea)
    address = f"{IN_SPACE}{row.pk}/"
    sent = sent_back(client.get(address)) | ({"zones": [second]} if has_zones else {})
    assert sent["initial-zones"] == ["tout"]
    changed(row, lea, zones=[first])
    page = client.post(address, sent | {"risks": "Le bail"})
    assert page.status_code == 400
    assert f"Où, maintenant : {reading.zones[0].full_name}" in page.content.decode().replace("\xa0", " ")
    again = sent_back(page)
    assert again["initial-zones"] == [first]
    assert again["zones"] == [second if has_zones else first], "what was typed stays, and nothing else"
    assert client.post(address, again).status_code == 302
    row.refresh_from_db()
    assert (row.zones, row.risks) == ([second if has_zones else first], "Le bail")


def test_the_days_of_an_action_are_a_sentence_when_one_is_missing(client, plan, lea, study):
    row, begins, ends = action(plan, 7), date(2027, 2, 1), date(2027, 3, 2)
    client.force_login(lea)
    for days, sentence in (
        ({"starts_on": begins}, "à partir du 1er février 2027, fin non renseignée"),
        ({"starts_on": begins, "ends_on": ends}, "du 1er février 2027 au 2 mars 2027"),
        ({"starts_on": None}, "jusqu’au 2 mars 2027, début non renseigné"),
    ):
        row = changed(row, lea, **days)
        page = " ".join(client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().split())
        assert f"<dt>Quand</dt><dd>{sentence}</dd>" in re.sub(r"> | <", lambda m: m[0].strip(), page)


def test_an_action_with_an_end_alone_is_drawn_from_today_and_its_budget_written_once(
    client, plan, lea, study, reading
):
    row = changed(action(plan, 7), lea, starts_on=None, ends_on=date(2027, 12, 31), budget=18_000)
    axes = overview.by_axis(plan, list(plan.actions.all()), reading, ON)
    rows = [each for axis in axes for each in axis.rows]
    (drawn,) = (each for each in rows if each.row.pk == row.pk)
    assert drawn.begins == drawn.today and drawn.width > 1
    client.force_login(lea)
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().replace("\xa0", " ")
    facts = page.partition("<dt>Budget</dt>")[2].partition("</dd>")[0].replace("\u202f", " ")
    assert facts.count("18 000") == 1 and "tout est à trouver" in facts


def test_what_another_put_back_or_wrote_alike_stops_nobody(client, plan, lea, study):
    row = action(plan, 7)
    client.force_login(lea)
    sent = sent_back(client.get(f"{IN_SPACE}{row.pk}/"))
    row = changed(row, lea, pilot="Karim, Ville", risks="Le bail")
    changed(row, lea, pilot="Karim, Ville", risks="")
    page = client.post(f"{IN_SPACE}{row.pk}/", sent | {"title": "Mon titre", "pilot": "Karim, Ville"})
    assert page.status_code == 302
    row.refresh_from_db()
    assert (row.title, row.pilot) == ("Mon titre", "Karim, Ville")


def test_the_zones_of_an_action_are_open_and_ticked(plan, reading):
    last = reading.zones[-1].code
    row = action(plan, 7)
    row.zones = [last]
    for form in (ActionForm(plan=plan, initial={"zones": [last]}), ActionForm(plan=plan, row=row)):
        (_, is_everywhere, _), (name, is_open, boxes) = form.zone_groups
        assert (is_everywhere, name, is_open) == (False, f"Quartiers ({len(boxes)})", True)
        assert [box["value"] for box in boxes if box["selected"]] == [last]


def test_a_whole_town_or_a_zone_of_the_network_is_one_box(client, plan, lea, reading):
    """93 cases de quartiers, aucune d’une commune ni d’une zone dessinée, rien pour tout le territoire."""
    codes = [zone.code for zone in reading.zones]
    lines = "".join(f"nord,Le Nord,{code}\n" for code in codes[:3]) + f"sud,Le Sud,{codes[3]}\n"
    drawn = {"slug": "mes-zones", "name": "Mes zones", "reason": "r", "file_name": "z.csv", "code": PLACE}
    Perimeter.objects.create(**drawn, zones=f"code_zone,nom_zone,code\n{lines}")
    row = action(plan, 7)
    client.force_login(lea)
    address = f"{IN_SPACE}{row.pk}/"
    page = client.get(address)
    names = [name for name, _, _ in page.context["form"].zone_groups]
    assert names == ["", "Vos zones (2)", f"Quartiers ({len(codes)})"]
    sent = sent_back(page)
    assert client.post(address, sent | {"zones": ["tout", "zone-mes-zones-nord"]}).status_code == 302
    row.refresh_from_db()
    assert row.zones == sorted(codes[:3])
    zones = client.get(f"{AT_TERRITORY}actions/{row.pk}/").context["zones"]
    assert zones == "Le Nord"
    other = Perimeter.objects.create(
        **drawn | {"slug": "autres", "name": "Autres"},
        zones=f"code_zone,nom_zone,code\nn,Le Nord,{codes[4]}\n",
    )
    homonyms = client.get(f"{AT_TERRITORY}actions/{row.pk}/").context["zones"]
    assert homonyms == "Le Nord (Mes zones)", "another zone has its name"
    other.delete()
    sent = sent_back(client.get(address))
    assert sent["initial-zones"] == ["zone-mes-zones-nord"]
    assert client.post(address, sent | {"zones": ["tout", "zone-mes-zones-nord"]}).status_code == 302
    row.refresh_from_db()
    assert row.zones == [], "ticked now, the whole territory counts"


def test_the_address_of_own_zones_leads_to_the_plan_of_their_residents(client, plan, lea, reading):
    """L’adresse du périmètre, tapée, proposait d’ouvrir un second plan."""
    zones = f"code_zone,nom_zone,code\ntout,Tout,{PLACE}\n"
    Perimeter.objects.create(
        slug="secteurs", name="Secteurs", reason="r", file_name="z.csv", code=PLACE, zones=zones
    )
    client.force_login(lea)
    response = client.get("/territoires/secteurs/plan/", {"vue": "liste"})
    assert response["Location"] == f"{AT_TERRITORY}?vue=liste"
    opening = "/espace/territoires/secteurs/plan/"
    for response in (client.get(opening), client.post(opening, {"cadre": "grenoble", "titre": "Autre"})):
        assert response["Location"] == AT_TERRITORY
    assert Plan.objects.count() == 1
    assert client.get("/territoires/secteurs/plan/actions.csv").status_code == 200


def test_a_plan_offers_the_communes_of_today_in_place_of_those_merged(plan, reading, monkeypatch):
    """Solore-en-Forez was two communes in the census; Montbrison is cut into quarters."""
    names = {
        "421090000": "L’Hôpital-sous-Rochefort",
        "422520000": "Saint-Laurent-Rochefort",
        "422990000": "Savigneux",
        "421470101": "Centre",
        "421470102": "Beauregard",
    }
    zones = tuple(
        replace(zone, code=code, name=name, place="Montbrison" if code.startswith("42147") else "")
        for zone, (code, name) in zip(reading.zones, names.items(), strict=False)
    )
    monkeypatch.setattr(overview, "reading_of", lambda place: replace(reading, zones=zones))
    form = ActionForm(plan=plan, initial={"zones": ["421090000", "422520000"]})
    labels = {box["label"]: box["selected"] for _, _, boxes in form.zone_groups for box in boxes}
    assert labels == {
        "Tout le territoire": False,
        "Montbrison, toute la commune (2\xa0quartiers)": False,
        "Solore-en-Forez": True,
        "Savigneux": False,
        "Centre (Montbrison)": False,
        "Beauregard (Montbrison)": False,
    }


def test_a_zone_says_its_commune_where_there_are_several(reading):
    first, second, third = reading.zones[:3]
    zones = tuple(
        replace(zone, name=name, place=f"Ville {k}", code=f"0000{k}{zone.code[5:]}")
        for name, k, zone in (("Centre", 0, first), ("Centre", 1, second), ("Gare", 1, third))
    )
    elsewhere = replace(reading, zones=zones)
    assert overview.zones_named([zones[1].code], elsewhere) == "Centre (Ville 1)"
    both = overview.zones_named([zone.code for zone in zones[1:]], elsewhere)
    assert both.replace("\xa0", " ") == "Ville 1, toute la commune (2 quartiers)"


def test_a_zone_that_the_study_no_longer_has_gives_its_commune(reading):
    assert (
        overview.zones_named(["221130101", "221130102", "38485"], reading) == "Lannion et Seyssinet-Pariset"
    )


def test_the_map_of_a_plan_tells_its_classes_and_folds_the_zones_without_an_action(
    client, plan, lea, reading, monkeypatch
):
    planned = reading.zones[0]
    changed(action(plan, 1), lea, zones=[planned.code], line="assistance")
    monkeypatch.setattr(dossiers, "layer", lambda study, name: f"<svg><title>{name}</title></svg>")
    client.force_login(lea)
    page = client.get(AT_TERRITORY, {"vue": "carte"}).content.decode()
    unfolded, _, folded = page.partition("sans action pour")
    assert "manque-assistance" in unfolded and "plus de trois quarts" in unfolded
    assert f"<strong>{planned.name}</strong>" in unfolded and planned.name not in folded
    assert all(zone.name in folded and f"<strong>{zone.name}" not in unfolded for zone in reading.zones[1:])


def test_dropped_actions_are_listed_separately_and_leave_the_map_and_the_frame(
    client, plan, lea, reading, monkeypatch
):
    running, dropped, named = action(plan, 1), action(plan, 2), action(plan, 3)
    codes = [zone.code for zone in reading.zones[:2]]
    for row, code in ((running, codes[0]), (dropped, codes[1])):
        changed(row, lea, zones=[code], line="assistance")
    part = actions.write(
        plan, token="part", title="Une part", axis=dropped.axis, parent=dropped, by=lea, at=AT
    )
    dropped.refresh_from_db()
    actions.set_state(running, rules.RUNNING, by=lea, at=AT)
    actions.set_state(dropped, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    drawn = "".join(
        f'<g class="z" data-zone="{code}"><title>Z</title><path class="zone m2" d="M{k}"/></g>'
        for k, code in enumerate(codes)
    )
    monkeypatch.setattr(dossiers, "layer", lambda study, name: f"<svg>{drawn}<text>Nom</text></svg>")
    client.force_login(lea)
    page = client.get(AT_TERRITORY, {"vue": "carte"}).content.decode()
    assert "21 actions :" in page and "En dehors, 1 action et 1 sous-action abandonnées." in page
    assert '<path class="choisie" d="M0"/><text>' in page and "contour épais" in page
    section = page[page.index("s-actions") :]
    assert running.title in section and dropped.title not in section
    text = client.get(AT_TERRITORY).content.decode()
    assert (
        dropped.title in text
        and "et 1 action et 1 sous-action abandonnées" in text
        and "abandonnée</span>" in text
    )
    frame = files.frame_of(plan, overview.actions_of(plan), on=ON)
    titles = [each["title"] for axis in frame["axes"] for each in axis["actions"]]
    assert named.title in titles and not {dropped.title, part.title} & set(titles)
    reported_plan = plan_of(PLACE, reading, on=ON)
    assert len(reported_plan.actions) == 23 and len(reported_plan.planned) == 21


def test_a_gap_that_a_part_of_a_dropped_action_answered_is_proposed_again(plan, lea, reading):
    def keys() -> set[str]:
        return {each.key for each in proposals.proposals(plan, reading, ON)}

    proposal, parent = proposals.proposals(plan, reading, ON)[1], action(plan, 7)
    row = actions.keep(plan, proposal, axis=parent.axis, by=lea, at=AT)
    changed(row, lea, parent=parent)
    assert proposal.key not in keys() and proposal.key in proposals.settled(plan, reading.offer)
    parent.refresh_from_db()
    actions.set_state(parent, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    assert proposal.key in keys() and proposal.key not in proposals.settled(plan, reading.offer)


def test_a_blank_plan_gets_its_title_and_dynamics_and_loses_those_that_are_empty(client, lea, study):
    blank = actions.open_plan(PLACE, title="Plan", frame=None, by=lea, at=AT)
    only, address = blank.axes.get(), f"{IN_SPACE}dynamiques/"
    client.force_login(lea)
    assert address in client.get(AT_TERRITORY).content.decode()
    assert "Retirer" not in client.get(address).content.decode()  # the only one

    def page_after(geste: str, **more: object) -> str:
        page = client.post(address, {"geste": geste, **more}, follow=True)
        return page.content.decode().replace("\xa0", " ")

    assert "Le titre du plan est changé." in page_after("titre", title="  Le plan  d’ici ")
    assert "La dynamique 2 est dans le plan." in page_after(
        "ajouter", title="Aller vers", statement="Peu de bus."
    )
    assert "porte déjà ce titre" in page_after("ajouter", title="ALLER VERS")
    assert "Il manque le titre" in page_after("ajouter", title="")
    assert "La dynamique 1 est enregistrée." in page_after("changer", dynamique=only.pk, title="Équiper")
    blank.refresh_from_db()
    axes = blank.axes.values_list("number", "title", "statement")
    assert (blank.title, list(axes)) == (
        "Le plan d’ici", [(1, "Équiper", ""), (2, "Aller vers", "Peu de bus.")]
    )  # fmt: skip
    row = actions.write(blank, token="une", title="Ouvrir", axis=blank.axes.get(number=2), by=lea, at=AT)
    page = page_after("retirer", dynamique=row.axis_id)
    assert "Des actions en font partie." in page
    assert "La dynamique 1 est retirée." in page_after("retirer", dynamique=only.pk)
    row.delete()
    assert "C’est la seule" in page_after("retirer", dynamique=blank.axes.get().pk)
    assert [axis.number for axis in blank.axes.all()] == [2]
    assert "Ce geste n’existe pas" in page_after("autre")
    assert "quelqu’un l’a retirée" in page_after("retirer", dynamique=only.pk), "twice"


def test_a_plan_says_who_has_the_roles_of_its_network_and_its_report_too(client, plan, lea, reading):
    """S-017: who coordinates, which structure leads; nothing is said of a role that nobody has."""
    client.force_login(lea)
    address, was = f"{IN_SPACE}dynamiques/", {"title": plan.title, "initial-title": plan.title}
    assert report_of(PLACE, reading, on=ON).roles == ()
    assert "chef de file" not in client.get(AT_TERRITORY).content.decode()
    form_data = {"geste": "titre", **was, "initial-coordinator": "", "coordinator": "", "initial-lead": ""}
    page = client.post(address, {**form_data, "lead": "La Fabrique"}, follow=True).content.decode()
    assert "Les rôles sont enregistrés." in page
    stale = client.post(address, {**form_data, "lead": "La Remise"})
    assert stale.status_code == 400 and "« La Fabrique »" in stale.content.decode().replace("\xa0", " ")
    client.post(
        address,
        {**form_data, "initial-lead": "La Fabrique", "lead": "La Fabrique", "coordinator": "La Métropole"},
    )
    page = client.get(AT_TERRITORY).content.decode().replace("\xa0", " ")
    assert "Coordonne le réseau : <strong>La Métropole</strong>" in page
    assert "Structure chef de file : <strong>La Fabrique</strong>" in page
    report = report_of(PLACE, reading, on=ON)
    assert report.roles == (
        ("coordonne le réseau", "La Métropole"),
        ("structure chef de file", "La Fabrique"),
    )
    for actors, title in ((report.actors, "Les acteurs que nomme le plan"), ((), "Qui tient le réseau")):
        chapter = document._actors(replace(report, actors=actors))
        assert chapter.title == title
        assert chapter.blocks[0].items[1] == "**Structure chef de file** : La Fabrique."


def test_two_who_write_the_same_text_of_a_plan_see_each_other(client, plan, lea, study):
    axis = plan.axes.get(number=1)
    was = {"initial-title": axis.title, "title": axis.title, "initial-statement": axis.statement}
    actions.change_axis(axis, statement="Les bus sont rares.", by=lea, at=AT)
    client.force_login(lea)
    address, sent = (
        f"{IN_SPACE}dynamiques/",
        {"geste": "changer", "dynamique": axis.pk, **was, "statement": "Loin."},
    )
    response = client.post(address, sent)
    page = response.content.decode().replace("\xa0", " ")
    assert (
        response.status_code == 400
        and "a écrit entre-temps : « Les bus sont rares. »" in page
        and "Loin." in page
    )
    assert re.search('name="initial-statement"[^>]*value="Les bus sont rares."', page), "what was seen, now"
    again = client.post(
        address, sent | {"initial-statement": "Les bus sont rares."}, follow=True
    ).content.decode()
    assert "est enregistrée" in again.replace("\xa0", " ")
    axis.refresh_from_db()
    assert axis.statement == "Loin."
    named = {"initial-statement": "Loin.", "statement": "Écrire à lea@ici.example.", "personne": "on"}
    assert "est enregistrée" in client.post(address, sent | named, follow=True).content.decode()
    same = {"geste": "ajouter", "title": "Neuve", "initial-title": "Neuve", "personne": "on"}
    assert "est dans le plan" in client.post(address, same, follow=True).content.decode()
    titled = {"geste": "titre", "initial-title": plan.title, "title": "Le nôtre"}
    actions.rename(plan, "Le leur", by=lea, at=AT)
    assert "« Le leur »" in client.post(address, titled).content.decode().replace("\xa0", " ")
    plan.refresh_from_db()
    assert plan.title == "Le leur"


def test_text_typed_for_a_removed_dynamic_stays_on_the_page_with_the_reason(client, plan, lea, study):
    removed_axis = actions.add_axis(plan, title="La nôtre", by=lea, at=AT)
    stale = PlanAxis.objects.get(pk=removed_axis.pk)
    actions.remove_axis(removed_axis, by=lea, at=AT)
    client.force_login(lea)
    sent = {"geste": "changer", "dynamique": stale.pk, "title": "Équiper", "statement": "Loin des bus."}
    page = client.post(f"{IN_SPACE}dynamiques/", sent)
    text = page.content.decode().replace("\xa0", " ")
    assert page.status_code == 400 and "Elle n’est plus dans le plan : quelqu’un l’a retirée." in text
    new = page.context["new_form"]
    assert (new["title"].value(), new["statement"].value()) == ("Équiper", "Loin des bus.")
    with pytest.raises(Refused, match="quelqu’un l’a retirée"):  # while the form was read
        actions.change_axis(stale, title="Équiper", by=lea, at=AT)
    for address in (f"{IN_SPACE}action/", f"{IN_SPACE}{action(plan, 7).pk}/"):
        page = client.post(address, {"title": "Mon titre", "axis": stale.pk, "version": 1})
        text = page.content.decode().replace("\xa0", " ")
        assert page.status_code == 400 and "Mon titre" in text
        assert "Cette dynamique n’est plus dans le plan : quelqu’un l’a retirée." in text
    with pytest.raises(Refused, match="Cette dynamique n’est plus dans le plan"):
        actions.write(plan, token="tard", title="Mon titre", axis=stale, by=lea, at=AT)


def test_texts_sent_at_the_same_instant_are_compared_once_they_are_locked(client, plan, lea, monkeypatch):
    axis, stale = plan.axes.get(number=1), Plan.objects.get(pk=plan.pk)
    was = {"initial-title": axis.title, "initial-statement": axis.statement, "statement": axis.statement}
    client.force_login(lea)
    for name, first_written, geste in (("change_axis", axis, "changer"), ("rename", stale, "titre")):
        written = getattr(actions, name)

        def after_another(row, *args, written=written, first_written=first_written, **values):
            written(
                first_written, **{**values, "title": "Le sien", "original": None}
            )  # while the form was read
            return written(row, *args, **values)

        monkeypatch.setattr(actions, name, after_another)
        sent = {"geste": geste, "dynamique": axis.pk, **was, "title": "Le mien"}
        sent["initial-title"] = first_written.title
        response = client.post(f"{IN_SPACE}dynamiques/", sent)
        assert response.status_code == 400 and "« Le sien »" in response.content.decode().replace("\xa0", " ")
        first_written.refresh_from_db()
        assert first_written.title == "Le sien"
    untouched = {"geste": "titre", "initial-title": "Avant", "title": "Avant"}
    assert client.post(f"{IN_SPACE}dynamiques/", untouched).status_code == 302
    stale.refresh_from_db()
    assert stale.title == "Le sien", "who changes nothing replaces nothing"


def test_a_dynamic_that_is_added_takes_no_number_of_the_frame(plan, lea):
    last = plan.axes.last()
    last.actions.all().delete()
    actions.remove_axis(last, by=lea, at=AT)
    assert actions.add_axis(plan, title="La nôtre", by=lea, at=AT).number == last.number + 1


def test_an_action_never_waits_for_its_own_end(plan, lea):
    first, second, third = action(plan, 1), action(plan, 2), action(plan, 3)
    second = changed(second, lea, after=first)
    third = changed(third, lea, after=second)
    with pytest.raises(Refused, match="n’a pas été enregistrée"):
        changed(first, lea, after=third)


def test_a_gap_becomes_a_proposal_then_an_action_with_the_figures_of_the_day(client, plan, lea, reading):
    client.force_login(lea)
    proposed = proposals.proposals(plan, reading, ON)
    _, first, second = (
        proposed  # where most people have nothing for sure comes first, and nobody for sure never
    )
    assert first.value > second.value
    gap = overview.line_in(reading, first.zones[0], first.line)
    assert (first.evidence[0].value, first.evidence[0].between) == (gap.missing, gap.missing_between)
    assert (first.evidence[1].value, first.evidence[1].words) == (
        "0 sur 3",
        "lieux connus de la zone qui disent : assistance",
    )
    for mention in ("90 fois sur 100", "Insee 2021", reading.definition.universe, reading.offer.source):
        assert mention in first.evidence[0].source
    zones = reading.offer.zones
    empty = zones | {first.zones[0]: replace(zones[first.zones[0]], n_places=0, n_silent=0)}
    bare = proposals.proposals(plan, replace(reading, offer=replace(reading.offer, zones=empty)), ON)[1]
    assert (bare.evidence[1].value, bare.evidence[1].words) == ("0", "lieu recensé dans la zone")
    assert first.effect.startswith("Au plus, ")  # one place may not be near all the zone
    assert re.search(r"auraient un (lieu d|wifi)[^«]* à moins de", first.effect), (
        "what one walks to, in French"
    )
    ranged = line("assistance", missing="320\xa0–\xa0740", missing_about="entre 320 et 740 personnes")
    ranged = replace(ranged, missing_sentence="", missing_between="")
    (group, *_) = gaps.openings(reading.offer)
    ranged_proposal = proposals._gap(
        reading.offer, replace(group, gaps=(replace(group.gaps[0], line=ranged),)), ""
    )
    assert ranged_proposal.effect.startswith("Au plus, entre 320 et 740 personnes auraient un lieu d’aide"), (
        "no dash"
    )
    assert "Le nombre de personnes qui viendront n’est pas estimé." in first.effect
    text = client.get(AT_TERRITORY).content.decode()
    assert text.count("Proposée par Maillage") == len(proposed)
    client.post(f"{IN_SPACE}geste/", {"geste": "garder", "proposition": first.key})
    row = plan.actions.get(proposal=first.key)
    assert (row.state, row.zones, row.line) == (rules.TO_DECIDE, list(first.zones), first.line)
    assert row.evidence[0][:2] == [gap.missing, gap.missing_between]
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()
    why = " ".join(page.partition('id="s-pourquoi"')[2].partition("</section>")[0].split())
    assert first.evidence[0].source[1:] in why, "the same words beside the same figure"
    assert "data-imprimer" in page and "data-imprimer" in text
    assert first.key not in {each.key for each in proposals.proposals(plan, reading, ON)}
    page = client.post(f"{IN_SPACE}geste/", {"geste": "garder", "proposition": first.key}, follow=True)
    assert "Cette proposition n’est plus là." in page.content.decode()
    assert plan.actions.filter(proposal=first.key).count() == 1


def test_nothing_is_opened_before_a_census_is_finished_and_a_check_answers_no_gap(plan, lea, reading):
    """Béziers, douze lieux d’un annuaire de 2018 : « Ouvrir un point wifi » ouvrait la liste des propositions."""
    unlisted = replace(reading, offer=replace(reading.offer, finished=None))
    _, opening, *_ = proposals.proposals(plan, reading, ON)
    _, check, *_ = proposals.proposals(plan, unlisted, ON)
    assert opening.title.startswith("Ouvrir ") and opening.line
    assert "Recensement des lieux fini le 12 novembre 2026 : Échirolles." in opening.why
    assert check.title.startswith("Vérifier d’abord si un lieu d’aide") and not check.line
    assert "À appeler : la mairie." in check.why and check.effect.startswith(CHECKED)
    assert (check.zones, check.evidence) == (opening.zones, opening.evidence), "the same people"
    row = actions.keep(plan, check, axis=plan.axes.first(), by=lea, at=AT)
    assert check.key not in {each.key for each in proposals.proposals(plan, unlisted, ON)}
    assert opening.key in {each.key for each in proposals.proposals(plan, reading, ON)}, (
        "checked, and lacking"
    )
    changed(row, lea, state=rules.DROPPED)
    actions.keep(plan, opening, axis=plan.axes.first(), by=lea, at=AT)
    assert check.key not in {each.key for each in proposals.proposals(plan, unlisted, ON)}, "it is decided"


def test_a_census_that_is_finished_is_read_with_a_study_made_before_it(study, reading, monkeypatch):
    """Finir un recensement ne change aucun lieu : sans cela, l’étude d’hier proposerait encore de vérifier."""
    unlisted = replace(reading, offer=replace(reading.offer, finished=None))
    monkeypatch.setattr(dossiers, "_stored_reading", lambda _: unlisted)
    body = Body.objects.create(territory=PLACE, commune=PLACE, name="Mairie", changed_at=AT)
    assert dossiers.reading(study).offer.finished is None, "nobody answered"
    Body.objects.filter(pk=body.pk).update(state="answered")
    assert dossiers.reading(study).offer.finished == FinishedCensus("Échirolles", AT.date())


def test_the_zones_above_their_share_are_proposed_before_any_gap(plan, lea, reading):
    """Les deux quartiers que le diagnostic nomme ouvrent la liste, avec leurs habitants, et deviennent une action."""
    zone = reading.zones[0]
    first, *gap_proposals = proposals.proposals(plan, replace(reading, above=(zone.code,)), ON)
    assert first.title == f"Renforcer l’aide : {zone.full_name}"
    assert (first.zones, first.evidence[0].value) == ((zone.code,), zone.people or zone.between)
    _, *without = proposals.proposals(plan, reading, ON)
    assert [each.key for each in gap_proposals] == [each.key for each in without]
    actions.keep(plan, first, axis=plan.axes.first(), by=lea, at=AT)
    assert "above" not in {
        each.key for each in proposals.proposals(plan, replace(reading, above=(zone.code,)), ON)
    }


def test_help_is_not_proposed_above_the_action_that_already_helps_there(plan, lea, reading):
    """« Renforcer l’aide : Nord de l’île » ouvrait la page d’un plan dont l’action 1.1 aide aux démarches au Nord."""
    zone, other, *_ = reading.zones
    row = changed(action(plan, 1), lea, line="assistance", zones=[zone.code])
    keys_by_reading = [
        {each.key for each in proposals.proposals(plan, replace(reading, above=codes), ON)}
        for codes in ((zone.code,), (zone.code, other.code))
    ]
    assert ["above" in keys for keys in keys_by_reading] == [False, True], "another zone has no action yet"
    changed(row, lea, line="pret", zones=[zone.code])
    assert "above" in {
        each.key for each in proposals.proposals(plan, replace(reading, above=(zone.code,)), ON)
    }


def test_the_zones_named_by_both_precarities_are_proposed_where_none_is_above_its_share(plan, reading):
    zone = replace(reading.zones[0], cell="les_deux", is_likely=True)
    other_zones = (replace(each, cell=None) for each in reading.zones[1:])
    first, *_ = proposals.proposals(plan, replace(reading, above=(), zones=(zone, *other_zones)), ON)
    assert (first.key, first.zones) == ("doubled", (zone.code,)) and zone.full_name in first.title


@pytest.mark.parametrize("same", ["title", "line and zones"])
def test_a_proposal_that_an_action_already_is_is_withdrawn(plan, lea, reading, same):
    """A permanence typed by hand left the permanence of the same communes proposed beside it."""
    bare = tuple(NamedZone(zone.code, f"Commune {k}") for k, zone in enumerate(reading.zones[:4]))
    zones = {code: replace(zone, lines=()) for code, zone in reading.offer.zones.items()}
    offer = replace(reading.offer, zones=zones, bare=bare, n_communes=5, no_place="4 communes sur 5 …")
    offered = replace(reading, offer=offer)
    (proposed,) = (each for each in proposals.proposals(plan, offered, ON) if each.key == "bare")
    by_hand = (
        {"title": proposed.title.partition(", d’abord")[0].upper()}
        if same == "title"
        else {"line": proposed.line, "zones": list(proposed.zones)}
    )
    changed(action(plan, 1), lea, **by_hand)
    assert "bare" not in {each.key for each in proposals.proposals(plan, offered, ON)}
    if same == "title":  # a permanence in another commune leaves these ones without any
        elsewhere = next(zone.code for zone in reading.zones if zone.code not in proposed.zones)
        changed(action(plan, 1), lea, zones=[elsewhere])
        assert "bare" in {each.key for each in proposals.proposals(plan, offered, ON)}


def test_communes_without_a_place_are_proposed_where_no_gap_is_sure(plan, reading):
    """« 45 communes sur 53 n’ont aucun lieu connu » est sûr quand tout le reste va de 0 à N."""
    bare = tuple(NamedZone(zone.code, f"Commune {k}") for k, zone in enumerate(reading.zones[:4]))
    offer = replace(reading.offer, zones={}, bare=bare, n_communes=5, no_place="4 communes sur 5 …")
    _, proposal = proposals.proposals(plan, replace(reading, offer=offer), ON)
    assert proposal.title.endswith("d’abord à Commune 0, Commune 1 et Commune 2")
    assert proposal.evidence[0].value == "4 sur 5"
    sure = replace(reading.offer, bare=bare, n_communes=5, no_place="4 communes sur 5 …")
    assert "bare" not in {each.key for each in proposals.proposals(plan, replace(reading, offer=sure), ON)}


def test_other_reports_tell_the_published_plan_and_propose_only_what_it_has_not_settled(
    plan, lea, study, reading
):
    """A deck that proposes what the plan holds makes a room decide twice."""

    def report_text(report: str) -> str:
        plan_summary = plan_of(PLACE, subject.reading, on=ON)
        page = output.forms(report, subject, plan_summary, {})["html"]().decode().replace("\xa0", " ")
        return page.replace("ouvrir", "Ouvrir")

    subject = replace(reports.subject(study, ON), reading=reading)
    first = gaps.openings(subject.reading.offer)[0]
    group = gaps.openings_by_action(subject.reading.offer)[0]
    opening = gaps.opening_sentence(group[0].action, group).split("**")[1].rstrip(".")
    zones = opening.rpartition(" : ")[2]
    report_kinds = (DECK, SYNTHESIS, POSTER)
    for report in report_kinds:
        assert zones in report_text(report), report
        assert "plan publié" not in report_text(report), "a draft is nobody’s to read"
        assert "Un plan est publié" not in report_text(report)
    row = plan.actions.get(number=1)
    row.line, row.zones = first.line, [first.code]
    row.save()
    actions.publish(plan, is_public=True, by=lea, at=AT)
    for report in report_kinds:
        assert zones not in report_text(report), report
    assert "Le plan publié compte 22 actions" in report_text(DECK)
    assert "Trouver un pilote : 22 actions du plan n’en ont pas" in report_text(DECK)
    plan.actions.filter(number=2).update(state=rules.DROPPED)
    assert "Le plan publié compte 21 actions" in report_text(DECK), (
        "its title counts what its sentence counts"
    )
    plan.actions.filter(number=2).update(state=rules.TO_DECIDE)
    assert "Un plan est publié. 22 actions" in report_text(SYNTHESIS)
    edition = json.loads(output.forms(DECK, subject, plan_of(PLACE, subject.reading, on=ON), {})["json"]())
    assert edition["plan"]["title"] == "Le plan", "an edition says later what changed"


def test_a_low_verdict_of_the_grid_is_proposed_and_comes_back_when_it_moves(
    client, plan, lea, study, reading, monkeypatch
):
    """J-019: what a criterion lacks becomes an action, with what the grid read; what is strong is left alone."""

    def verdict(share: float) -> None:
        low = criteria.CriterionReading(
            "Sait-on quand venir ?", "faible", "manque", "12 %", "", "Le dire.", share
        )
        fine = replace(low, question="Est-ce gratuit ?", verdict="fort", action="")
        axis = criteria.Axis("visibilite", "La visibilité", (low, fine), (), (), ())
        monkeypatch.setattr(proposals.dossiers, "grid", lambda *_, on: [(axis, ())])

    verdict(0.12)
    verdicts = [each for each in proposals.proposals(plan, reading, ON) if each.key.startswith("verdict:")]
    assert [(each.key, each.title, each.value) for each in verdicts] == [
        ("verdict:sait-on-quand-venir", "Le dire", 0.12)
    ]
    (proof,) = verdicts[0].evidence
    assert (proof.value, proof.words, proof.source) == ("manque", "12 %", "Grille, la visibilité")
    actions.refuse(plan, verdicts[0], why="Pas cette année", by=lea, at=AT)
    assert proposals.proposal(plan, verdicts[0].key, ON) is None
    verdict(0.9)
    assert proposals.proposal(plan, verdicts[0].key, ON) is not None
    client.force_login(lea)
    assert "Le dire" in client.get(AT_TERRITORY).content.decode()
    with pytest.raises(Refused, match="Quelqu’un vient de la refuser : « Pas cette année »"):
        actions.keep(
            plan, verdicts[0], axis=plan.axes.first(), by=lea, at=AT
        )  # from a page with its former figure
    moved = proposals.proposal(plan, verdicts[0].key, ON)
    actions.keep(plan, moved, axis=plan.axes.first(), by=lea, at=AT)
    assert proposals.proposal(plan, verdicts[0].key, ON) is None
    assert plan.actions.get(title="Le dire").objective == "Sait-on quand venir ?"


def test_an_action_shows_a_step_to_come_only_while_it_is_to_be_carried_out(client, plan, lea, study):
    """Faite, « Prochaine étape : Lancer » ; sans étape, sans partenaire : une ligne « non renseigné » chacun."""
    client.force_login(lea)
    row, step = action(plan, 7), "<dt>Prochaine étape</dt>"

    def page() -> str:
        return client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()

    lacking = page().partition("<dt>Il manque</dt>")[2].partition("</dd>")[0]
    assert "des étapes" in lacking and "qui finance" in lacking and step not in page()
    assert page().count("non renseigné") == 0
    row.milestones.create(on=timezone.localdate() + timedelta(days=9), words="Faire le point")
    assert step in page()
    actions.set_state(row, rules.DONE, by=lea, at=AT)
    assert step not in page() and "<dt>Il manque</dt>" not in page()


@pytest.mark.parametrize(
    ("counts", "target", "high", "is_beyond"),
    [
        (rules.PEOPLE, 220, 140, True),
        (rules.PEOPLE, 140, 140, False),
        (rules.THINGS, 220, 140, False),
        (rules.PEOPLE, None, 140, False),
        (rules.PEOPLE, 220, None, False),
    ],
)
def test_an_aim_beyond_the_need_of_its_zones_gets_a_warning(counts, target, high, is_beyond):
    need = overview.Concerned(about="", between="", words="", sentence="entre 0 et 140 personnes", high=high)
    words = overview.beyond_need(PlanAction(counts=counts, target=target), need)
    assert ("besoin connu dans ces zones : entre 0 et 140 personnes" in words) is is_beyond


@pytest.mark.parametrize(
    ("low", "high", "target", "is_printed"),
    [(0, 160, 300, False), (0, 160, 100, False), (80, 160, 300, False), (80, 160, 100, True)],
)
def test_a_document_tells_no_need_that_argues_against_its_action(low, high, target, is_printed):
    """« Personnes aidées : 300. Besoin connu là : entre 0 et 160 » : l’action demandée au vote se réfutait."""
    sentence = f"entre {low} et {high} personnes sans aide"
    need = overview.Concerned(about="x", between="", words="", sentence=sentence, low=low, high=high)
    need_printed = overview.need_beside_aim(PlanAction(counts=rules.PEOPLE, target=target), need)
    assert (need_printed.sentence == sentence) is is_printed and bool(need_printed.about) is is_printed
    assert need_printed.words.startswith(UNCOUNTED) is not is_printed


@pytest.mark.parametrize("line", ["", "assistance"])
def test_an_action_in_named_zones_tells_who_is_in_difficulty_there(reading, line):
    """« Chacun a un lieu à portée de voiture » : la permanence demandée n’avait personne à aider."""
    zone = next(each for each in reading.zones if each.between)
    row = PlanAction(line=line, title="Une permanence", zones=[zone.code], counts=rules.PEOPLE, target=10**6)
    known_need = overview.concerned_by(row, reading)
    low, high = overview.RANGE.split(zone.between)
    assert known_need.residents == f"{zone.full_name}, de {low} à {high}"
    assert overview.need_beside_aim(row, known_need).residents == known_need.residents
    assert overview.concerned_by(PlanAction(line=line, title="Partout", zones=[]), reading).residents == ""


def test_an_action_for_people_without_a_car_is_not_counted_by_car(reading):
    by_car = replace(reading, offer=replace(reading.offer, mode=CAR))
    row = PlanAction(line="assistance", title="Un bus", public="Personnes âgées sans voiture", zones=[])
    assert not overview.concerned_by(row, by_car).about


@pytest.mark.parametrize(
    ("objective", "by", "is_counted"),
    [
        ("Que chacun trouve de l’aide à pied.", CAR, False),
        ("Que chacun trouve de l’aide à pied.", FOOT, True),
        ("Que chacun ait une aide à portée de voiture.", CAR, True),
        ("Que chacun trouve de l’aide.", CAR, True),
    ],
)
def test_people_without_a_service_are_counted_as_the_action_travels(reading, objective, by, is_counted):
    by_mode = replace(reading, offer=replace(reading.offer, mode=by))
    row = PlanAction(line="assistance", title="Une permanence", objective=objective, zones=[])
    counted = overview.concerned_by(row, by_mode)
    assert bool(counted.about) is is_counted
    assert counted.words.endswith("cette action parle d’aller à pied") is not is_counted


def test_every_question_of_the_grid_may_become_an_action_and_again_once_dropped(client, plan, lea, study):
    """Of one hundred letters, some are longer than what tells two sendings apart; and what was dropped is
    proposed again, to be kept, not to be found abandoned.
    """
    for criterion in criteria.CRITERIA:
        key = f"verdict:{slugify(criterion.question)}"[:160]
        proposal = proposals.Proposal(key=key, title="Le dire", why="Rien", effect="", evidence=())
        first, again = (actions.keep(plan, proposal, axis=plan.axes.first(), by=lea, at=AT) for _ in range(2))
        assert first == again, "once"
        actions.set_state(first, rules.DROPPED, why="Pas cette année.", by=lea, at=AT)
        later = actions.keep(plan, proposal, axis=plan.axes.first(), by=lea, at=AT)
        assert (later.state, later == first) == (rules.TO_DECIDE, False)


def test_a_verdict_that_waits_is_proposed_once_those_before_it_are_settled(
    plan, lea, reading, study, monkeypatch
):
    rows = [
        criteria.CriterionReading(f"Question {n} ?", "faible", "manque", "12 %", "", f"Faire {n}.", 0.1)
        for n in range(5)
    ]
    axis = criteria.Axis("visibilite", "La visibilité", tuple(rows), (), (), ())
    monkeypatch.setattr(proposals.dossiers, "grid", lambda *_, on: [(axis, ())])

    def verdicts() -> list[str]:
        open_proposals = proposals.proposals(plan, reading, ON)
        return [each.title for each in open_proposals if each.key.startswith("verdict:")]

    assert verdicts() == ["Faire 0", "Faire 1", "Faire 2"]
    for key in ("verdict:question-0", "verdict:question-1"):
        proposal = proposals.proposal(plan, key, ON)
        actions.refuse(plan, proposal, why="Non.", by=lea, at=AT)
    assert verdicts() == ["Faire 2", "Faire 3", "Faire 4"]


def answer(label: str, percent: float, *, half: float = 5.0) -> criteria.Answered:
    return criteria.Answered(
        label=label, percent=percent, low=percent - half, high=percent + half, n=66, computed="brut",
        universe="structures", source="« Enquête », édition 1, 2026",
    )  # fmt: skip


def test_the_need_that_a_survey_voices_most_is_proposed_and_a_tie_is_mentioned(
    client, plan, lea, study, monkeypatch
):
    surveyed = {
        ("structures", "besoins", "moyens_humains"): answer("Moyens humains", 45),
        ("structures", "besoins", "outillage"): answer("Outillage pédagogique", 40),
        ("inhabitants", "besoins", "droits"): answer("Mes droits et mes papiers", 19),
    }
    monkeypatch.setattr(proposals.evidence, "published", lambda place, **_: surveyed)
    (only,) = [each for each in proposals.proposals(plan, None, ON) if each.key.startswith("need:")]
    assert only.key == "need:structures:moyens_humains", "fewer than one in five call for no action"
    assert "« Outillage pédagogique » en est trop près pour dire lequel est premier." in only.why
    (proof,) = only.evidence
    share_text = " ".join((proof.value, proof.between)).replace("\xa0", " ")
    assert share_text == "45 % entre 40 et 50 %, n = 66, brut"
    assert proof.source == "« Enquête », édition 1, 2026"
    client.force_login(lea)
    assert "Trouver du renfort pour accueillir" in client.get(AT_TERRITORY).content.decode()
    actions.refuse(plan, only, why="Déjà lancé", by=lea, at=AT)
    assert proposals.proposal(plan, only.key, ON) is None
    surveyed["structures", "besoins", "outillage"] = answer("Outillage pédagogique", 70)
    (now,) = [each for each in proposals.proposals(plan, None, ON) if each.key.startswith("need:")]
    assert now.key == "need:structures:outillage"
    assert "trop près" not in now.why


@pytest.mark.parametrize(
    ("believed", "declared", "title"),
    [(53, 12, "Faire venir par le bouche-à-oreille"), (12, 53, "Montrer aux structures"), (53, 46, None), (30, 29, None)],
)  # fmt: skip
def test_a_perception_gap_is_proposed_with_both_sides(plan, study, monkeypatch, believed, declared, title):
    """E-018: what structures believe, what inhabitants say; nothing when chance alone may part them."""
    surveyed = {
        ("structures", "canaux", "communication"): answer("Communication", believed),
        ("inhabitants", "decouverte", "communication"): answer("Communication", declared),
    }
    monkeypatch.setattr(proposals.evidence, "published", lambda place, **_: surveyed)
    perception_gaps = [
        proposal
        for proposal in proposals.proposals(plan, None, ON)
        if proposal.key.startswith("verdict:ce-que")
    ]
    assert bool(perception_gaps) is (title is not None)
    for proposal in perception_gaps:
        assert proposal.title.startswith(title)
        assert "41 points" in proposal.why
        assert [proof.value.replace("\xa0", " ") for proof in proposal.evidence] == [
            f"{believed} %",
            f"{declared} %",
        ]


def acts(structure, kind: str, n: int, minutes: int) -> None:
    for _ in range(n):
        Act.objects.create(
            uid=uuid4(), structure=structure, kind=kind, procedure="caf", minutes=minutes, where="here",
            done_at=AT, on_day=ON, noted_at=AT,
        )  # fmt: skip


def test_time_in_the_place_of_people_proposes_to_teach_when_it_would_be_shorter(plan, lea):
    structure = place("mairie", {"code_insee": PLACE}).structure

    def load() -> proposals.Proposal | None:
        return proposals.proposal(plan, "load", ON)

    acts(structure, "place", 10, 60)
    assert load() is None, "ten acts are too few to be told"
    acts(structure, "place", 13, 60)
    proposal = load()
    assert [each.value.replace("\xa0", " ") for each in proposal.evidence] == ["22 h", "presque rien", "22"]
    assert "prendrait 2 h par groupes de 6 (11 h une par une)" in proposal.effect.replace("\xa0", " ")
    assert "une hypothèse" in proposal.effect
    assert "Plan stratégique" in proposal.alike[0] or "action 15" in proposal.alike[0]
    actions.refuse(plan, proposal, why="L’équipe est déjà formée", by=lea, at=AT)
    assert load() is None
    Refusal.objects.all().delete()
    acts(structure, "shown", 44, 45)
    assert load() is None, "more time goes into showing"


def test_short_acts_in_place_call_for_no_course(plan):
    acts(place("mairie", {"code_insee": PLACE}).structure, "place", 22, 4)
    assert proposals.proposal(plan, "load", ON) is None


def without_solution(n: int, *, example: bool = False) -> None:
    """Note referrals that no place answered; those of invented people come with one that was sent."""
    at = AT - timedelta(days=3)
    common_fields = {"origin": "professional", "commune": PLACE, "example": example}
    ends = [{"state": "unsolved", "ended_at": at}] * n
    for end in (*ends, {"state": "sent", "sent_at": at}) if example else ends:
        path = Path.objects.create(made_at=at, **common_fields)
        Orientation.objects.create(
            path=path, need="formation", prepared_at=at, changed_at=at, **end, **common_fields
        )


@pytest.mark.parametrize(
    ("real", "invented", "count_text"), [(0, 0, None), (10, 0, None), (11, 0, "11"), (23, 0, "22"), (10, 5, None), (0, 20, None)]
)  # fmt: skip
def test_referrals_without_solution_are_proposed_by_whole_batches_and_never_invented(
    client, plan, lea, real, invented, count_text
):
    without_solution(real)
    if invented:
        without_solution(invented, example=True)
    proposal = proposals.proposal(plan, "unsolved", ON)
    assert (proposal.evidence[0].value if proposal else None) == count_text
    client.force_login(lea)
    page = client.get(AT_TERRITORY).content.decode()
    assert ("Trouver une solution pour les demandes restées sans lieu" in page) is (count_text is not None)
    if proposal:
        assert "Aucun effet n’est chiffré." in page
        actions.refuse(plan, proposal, why="Le CCAS les reçoit déjà", by=lea, at=AT)
        assert proposals.proposal(plan, "unsolved", ON) is None


def test_a_proposal_goes_where_the_plan_answers_its_line_and_says_where_it_comes_from(
    client, plan, lea, reading
):
    client.force_login(lea)
    target = plan.axes.last()
    PlanAction.objects.filter(plan=plan).update(line="")
    changed(target.actions.first(), lea, line="assistance", zones=["elsewhere"])
    gap = next(each for each in proposals.proposals(plan, reading, ON) if each.line == "assistance")
    page = client.get(AT_TERRITORY).content.decode()
    assert f'<option value="{target.pk}" selected>' in page
    sent = {"geste": "garder", "proposition": gap.key}
    page_text = client.post(f"{IN_SPACE}geste/", sent | {"dynamique": "99999"}, follow=True).content.decode()
    assert "La dynamique choisie n’est plus dans le plan." in page_text
    page_text = client.post(f"{IN_SPACE}geste/", {"geste": "gommer"}, follow=True).content.decode()
    assert "Ce geste n’existe pas" in page_text
    assert not plan.actions.filter(proposal=gap.key).exists()
    client.post(f"{IN_SPACE}geste/", sent)
    row = plan.actions.get(proposal=gap.key)
    assert row.axis == target
    address = f"{IN_SPACE}{row.pk}/geste/"
    assert "Ce geste n’existe pas" in client.post(address, {"geste": "gommer"}).content.decode()
    sent = {"geste": "etat", "etat": "envolée"}
    assert "Cet état n’existe pas." in client.post(address, sent).content.decode()


def test_a_number_is_read_with_the_spaces_of_its_thousands(client, plan, lea, study):
    client.force_login(lea)
    typed = "12\u202f000"
    row = action(plan, 7)
    form_data = {"title": row.title, "axis": row.axis_id, "version": row.version, "indicator": "Personnes"}
    form_data |= {"budget": typed, "baseline": typed, "target": typed}
    assert client.post(f"{IN_SPACE}{row.pk}/", form_data).status_code == 302
    row.refresh_from_db()
    assert (row.budget, row.baseline, row.target) == (12_000,) * 3
    for sent in (
        {"geste": "financer", "name": "La Ville", "euros": typed},
        {"geste": "mesure", "on": "2026-11-19", "value": typed, "source": "Le registre"},
    ):
        assert client.post(f"{IN_SPACE}{row.pk}/geste/", sent).status_code == 302
    assert (row.fundings.get().euros, row.measures.get().value) == (12_000, 12_000)


@pytest.mark.parametrize(
    ("typed", "euros"),
    [("0 €", 0), ("12 000 €", 12_000), ("12\xa0000", 12_000), ("12000", 12_000), ("1.000", 1_000), ("1.000.000", 1_000_000), ("40 euros", 40),
     ("1 000,00", 1_000), ("100 000 000", 100_000_000), ("", None), (0, 0)],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(typed, euros):
    assert AmountField(most=100_000_000, required=False).clean(typed) == euros


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1 000 000,50", NO_CENTS),
        ("12.5", NO_CENTS),
        ("100 000 001", "Ce montant est trop grand : 100 000 000 € au plus. Corrigez-le."),
        ("1.00.000", NO_AMOUNT),
        ("0.125", NO_AMOUNT),
        ("-3", NO_AMOUNT),
        ("beaucoup", NO_AMOUNT),
    ],
)
def test_an_unreadable_amount_says_what_to_write(typed, why):
    with pytest.raises(ValidationError) as refused:
        AmountField(most=100_000_000).clean(typed)
    assert refused.value.messages[0].replace("\u202f", " ").replace("\xa0", " ") == why


def test_a_quantity_takes_the_points_of_its_thousands_unless_they_may_be_decimals():
    field = QuantityField()
    for typed, quantity in (
        ("1.000.000", 1e6),
        ("1.000,5", 1000.5),
        ("1.000.000,25", 1000000.25),
        ("42.5", 42.5),
        ("12 000", 12_000),
        ("12\xa0000", 12_000),
    ):
        assert field.clean(typed) == quantity
    for typed in ("1.000", "0.000.000", "1.000.5", "1,000,000"):
        with pytest.raises(ValidationError) as refused:
            field.clean(typed)
        assert refused.value.messages == [NO_QUANTITY]


def test_the_file_of_actions_has_numbers_beside_its_words(plan, lea, reading):
    codes = [zone.code for zone in reading.zones[:2]]
    both = changed(action(plan, 1), lea, zones=codes, line="assistance", baseline=4, counts="people")
    free = changed(action(plan, 2), lea, line="", baseline=40)
    rows = {row["action"]: row for row in files.table_of(overview.actions_of(plan), reading)}
    file_row = rows[both.title]
    assert (file_row["personnes_bas"], file_row["personnes_haut"], file_row["personnes_valeur"]) == (
        420.0,
        540.0,
        540.0,
    )
    assert file_row["personnes_concernees"] == "420 à 540" and file_row["personnes_motif"] == ""
    assert (file_row["au_depart_valeur"], file_row["au_depart_motif"]) == ("", "petit effectif, masqué")
    file_row = rows[free.title]
    assert file_row["personnes_valeur"] == "" and "non chiffré" in file_row["personnes_motif"]
    assert (file_row["au_depart_valeur"], file_row["au_depart_motif"], file_row["invente"]) == (40, "", "")
    plan.example = True
    rows = files.table_of(overview.actions_of(plan), reading)
    assert {row["invente"] for row in rows} == {"pilotes, dates et budgets inventés pour la démonstration"}


def test_a_refusal_asks_why_and_holds_until_the_figure_moves(client, plan, lea, reading):
    client.force_login(lea)
    first = next(each for each in proposals.proposals(plan, reading, ON) if each.line)
    form_data = {"geste": "refuser", "proposition": first.key}
    page = client.post(f"{IN_SPACE}geste/", form_data, follow=True)
    assert "Il manque le motif." in page.content.decode()
    client.post(f"{IN_SPACE}geste/", form_data | {"motif": "La commune voisine ouvre en mars."})
    refusal = Refusal.objects.get(plan=plan)
    assert (refusal.why, refusal.value) == ("La commune voisine ouvre en mars.", first.value)
    assert first.key not in {each.key for each in proposals.proposals(plan, reading, ON)}
    assert first.key in proposals.settled(plan, reading.offer), "other reports do not propose it either"
    Refusal.objects.filter(pk=refusal.pk).update(value=refusal.value * 2)
    assert first.key in {each.key for each in proposals.proposals(plan, reading, ON)}
    assert first.key not in proposals.settled(plan, reading.offer)
    Refusal.objects.filter(pk=refusal.pk).update(value=refusal.value)
    client.post(f"{IN_SPACE}geste/", {"geste": "redemander", "refus": refusal.pk})
    assert first.key in {each.key for each in proposals.proposals(plan, reading, ON)}


def test_what_a_workshop_proposed_enters_the_plan_once(client, plan, lea):
    session = Session.objects.create(
        place=PLACE, title="L’accès aux droits", objective="x", held_on=ON, token="s", by=lea, at=AT
    )
    group = Group.objects.create(session=session, number=1, name="Aurélie", who="x")
    lever = Card.objects.create(group=group, stage="file", kind="lever", words="Un relais", token="l", at=AT)
    draft = DraftAction.objects.create(
        session=session, place=PLACE, title="Un relais en mairie", pilot="CCAS", lever=lever, at=AT
    )
    (proposed,) = proposals.proposals(plan, None, ON)
    client.force_login(lea)
    page = client.get(AT_TERRITORY).content.decode()
    assert "Proposée en atelier" in page and "à partir des chiffres</p>" not in page
    row = actions.keep(plan, proposed, axis=plan.axes.first(), by=lea, at=AT)
    assert (row.draft, row.pilot, row.title) == (draft, "CCAS", "Un relais en mairie")
    assert proposals.proposals(plan, None, ON) == []
    actions.set_state(row, "dropped", why="Pas de salle cette année.", by=lea, at=AT)
    (again,) = proposals.proposals(plan, None, ON)
    assert again == proposed, "as any proposal whose action was dropped"
    action_again = actions.keep(plan, again, axis=plan.axes.first(), by=lea, at=AT)
    assert (action_again != row, action_again.draft) == (True, draft)
    assert proposals.proposals(plan, None, ON) == []


def test_the_journal_says_who_decided_what_and_what_changed_elsewhere(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    address = f"{IN_SPACE}{row.pk}/geste/"
    client.post(address, {"geste": "etat", "etat": "running"})
    form_data = {"geste": "note", "kind": "elsewhere", "on": "2026-10-06", "words": "La médiathèque ferme."}
    client.post(address, form_data)
    client.post(address, form_data | {"words": ""})
    refused = client.post(address, form_data | {"on": "2999-10-06"}, follow=True).content.decode()
    assert "Ce jour n’est pas encore venu." in refused
    assert row.notes.filter(kind="elsewhere").count() == 1
    text = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().replace("\xa0", " ")
    assert "De « à décider » à « en cours »." in text
    assert "La médiathèque ferme." in text
    note = row.notes.get(kind="elsewhere")
    client.post(address, {"geste": "oter", "note": note.pk})
    actions.publish(plan, is_public=True, by=lea, at=AT)
    client.logout()
    assert "La médiathèque ferme." not in client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()


def test_words_that_reach_somebody_are_confirmed_before_everybody_reads_them(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    address = f"{IN_SPACE}{row.pk}/geste/"
    words = "Jean Durand, 06 39 98 12 34, prend la suite."
    form_data = {"geste": "note", "kind": "decision", "on": "2026-10-06", "words": words}
    answer = client.post(address, form_data)
    page_text = answer.content.decode()
    assert answer.status_code == 400 and not row.notes.filter(words=words).exists()
    assert "Il y a peut-être ici un numéro de téléphone" in page_text and 'name="personne"' in page_text
    assert words in page_text, "nothing typed is lost"
    assert "Pas encore enregistré" in page_text and "autofocus" in page_text, "on a long page, where it is"
    assert client.post(address, form_data | {"personne": "on"}).status_code == 302
    assert row.notes.filter(words=words).exists()
    counted = {
        "geste": "mesure",
        "on": "2026-10-06",
        "value": 12,
        "source": "Registre de jean@durand.example",
    }
    row.indicator = "Personnes venues"
    row.save()
    page_text = client.post(address, counted).content.decode()
    assert (
        "une adresse e-mail" in page_text
        and 'id="mesure-personne"' in page_text
        and not row.measures.exists()
    )
    client.post(address, counted | {"personne": "on"})
    assert row.measures.count() == 1
    plain = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()
    assert 'name="personne"' not in plain, "asked of nobody who names nobody"
    form = ActionForm(plan=plan, row=row)
    sent = {name: form[name].value() or "" for name in form.fields} | {"pilot": "M. Durand, 04 76 00 00 00"}
    refused = ActionForm(sent, plan=plan, row=row)
    assert list(refused.errors) == ["pilot"] and "un numéro de téléphone" in refused.errors["pilot"][0]
    assert ActionForm(sent | {"personne": "on"}, plan=plan, row=row).is_valid()
    assert ActionForm(sent | {"pilot": "M. Durand"}, plan=plan, row=row).is_valid(), "a pilot has a name"
    row.pilot = sent["pilot"]
    assert ActionForm(sent, plan=plan, row=row).is_valid(), "confirmed once"


def test_a_line_that_the_software_wrote_stays_in_the_journal(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    address = f"{IN_SPACE}{row.pk}/geste/"
    client.post(address, {"geste": "etat", "etat": "running"})
    client.post(address, {"geste": "note", "kind": "decision", "on": "2026-10-06", "words": "Le mardi."})
    automatic, typed = row.notes.get(automatic=True), row.notes.get(automatic=False)
    assert automatic.words == "De « à décider » à « en cours »."
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()
    assert f'name="note" value="{typed.pk}"' in page
    assert f'name="note" value="{automatic.pk}"' not in page
    refused = client.post(address, {"geste": "oter", "note": automatic.pk}, follow=True).content.decode()
    assert "Cette ligne reste au journal." in refused
    automatic.refresh_from_db()
    assert automatic.withdrawn_at is None
    for withdrawn in (True, False):
        client.post(address, {"geste": "oter", "note": typed.pk})
        typed.refresh_from_db()
        assert bool(typed.withdrawn_at) is withdrawn


def test_the_journal_says_what_each_edit_changed_from_what_to_what(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    old = "a" * 200
    PlanAction.objects.filter(pk=row.pk).update(means=f"{old} deux jours", baseline=58)
    row.milestones.create(on=date(2027, 3, 1), words="Faire le point")
    unchanged = {"title": row.title, "axis": row.axis_id, "objective": row.objective, "public": row.public}
    unchanged |= {"partners": row.partners, "existing": row.existing, "line": row.line, "counts": "people"}
    unchanged |= {"baseline": 58, "milestones": "01/03/2027 Faire le point", "means": f"{old} deux jours"}
    sent = unchanged | {"version": 1}
    client.post(f"{IN_SPACE}{row.pk}/", sent)
    assert not row.notes.exists(), "nothing changed, nothing is said"
    sent = unchanged | {"version": 2, "title": "Ouvrir le mardi", "pilot": "Inès", "budget": "12000"}
    sent |= {"starts_on": "2027-01-04", "means": f"{old} trois jours", "baseline": 43, "milestones": ""}
    client.post(f"{IN_SPACE}{row.pk}/", sent)
    journal_text = " ".join(each.words for each in row.notes.order_by("pk"))
    for words in (
        f"Titre : « {row.title} » → « Ouvrir le mardi ».",
        "Pilote : rien → « Inès ».",
        "Commence le : rien → « 4 janvier 2027 ».",
        "Budget : rien → « 12 000 € ».",
        "deux jours » → « …",
        "trois jours ».",
        "Au départ : changé.",  # of people: 58, then 43, then 60 would give back two of them
        "Étape retirée : 1er mars 2027, Faire le point.",
    ):
        assert words in journal_text, words
    assert "Objectif" not in journal_text and "58" not in journal_text
    client.post(f"{IN_SPACE}{row.pk}/", sent | {"version": 3, "counts": rules.THINGS})
    client.post(f"{IN_SPACE}{row.pk}/", sent | {"version": 4, "counts": rules.THINGS, "baseline": 40})
    assert row.notes.order_by("pk").last().words == "Au départ : « 43 » → « 40 »."
    assert {(each.kind, each.automatic, each.by) for each in row.notes.all()} == {("edit", True, lea)}
    actions.publish(plan, is_public=True, by=lea, at=AT)
    client.logout()
    text = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().replace("\xa0", " ")
    assert "Pilote : rien → « Inès »." in text and "Modification" in text


def test_a_passed_step_that_is_worded_better_stays_passed(plan, lea):
    row, day = action(plan, 7), date(2026, 10, 5)
    row = changed(row, lea, milestones=[(day, "Premiere reunion"), (date(2026, 12, 1), "Bilan")])
    actions.pass_milestone(row.milestones.get(on=day), passed=True, by=lea, at=AT)
    row = changed(row, lea, milestones=[(day, "Première réunion"), (date(2026, 12, 1), "Bilan")])
    assert row.milestones.get(on=day).done_on and row.milestones.get(on=day).words == "Première réunion"
    row = changed(row, lea, milestones=[(day, "Première réunion"), (day, "Un atelier")])
    assert [(each.words, bool(each.done_on)) for each in row.milestones.order_by("pk")] == [
        ("Première réunion", True), ("Un atelier", False),
    ]  # fmt: skip
    row = changed(row, lea, milestones=[(day, "Un"), (day, "Deux")])
    assert not any(each.done_on for each in row.milestones.all()), "which is which, nobody knows"


def test_a_step_or_a_task_that_somebody_removed_is_refused_with_its_reason(client, plan, lea):
    row, day = action(plan, 7), date(2026, 10, 5)
    row = changed(row, lea, milestones=[(day, "Réunion")])
    step = row.milestones.get().pk
    row = changed(row, lea, milestones=[])
    client.force_login(lea)
    for sent in ({"geste": "etape", "etape": step}, {"geste": "oter-tache", "tache": 12}, {"geste": "tache"}):
        answer = client.post(f"{IN_SPACE}{row.pk}/geste/", sent)
        assert answer.status_code == 400, sent
        assert any(words in answer.content.decode() for words in ("quelqu’un l’a retiré", "déjà reliée")), (
            sent
        )


def test_a_double_click_notes_one_funding_and_one_line(client, plan, lea, study):
    row = action(plan, 7)
    client.force_login(lea)
    address = f"{IN_SPACE}{row.pk}/geste/"
    for name in ("La Ville", "LA VILLE"):
        client.post(address, {"geste": "financer", "name": name, "euros": "4000"})
        client.post(
            address, {"geste": "note", "kind": "comment", "on": ON.isoformat(), "words": "Vu en comité."}
        )
    assert [each.euros for each in row.fundings.all()] == [4_000]
    assert row.notes.filter(words="Vu en comité.").count() == 1
    later = timezone.now() + timedelta(minutes=1)
    actions.fund(row, name="La Ville", euros=4_000, by=lea, at=later)
    assert row.fundings.count() == 2, "given twice, on purpose"


def test_the_journal_says_what_was_counted_funded_and_passed_and_what_was_taken_back(plan, lea):
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(indicator="personnes venues")
    row.refresh_from_db()
    step = row.milestones.create(on=date(2027, 3, 1), words="Faire le point")
    count = partial(actions.count, row, source="Feuille", by=lea, at=AT)
    wrong = count(on=date(2026, 9, 1), value=40)
    actions.withdraw_measure(wrong, by=lea, at=AT)
    count(on=date(2026, 9, 2), value=14)
    count(on=date(2026, 8, 31), value=2)
    elsewhere_count = count(on=date(2026, 9, 2), value=3, elsewhere="Seyssins")
    actions.withdraw_measure(elsewhere_count, by=lea, at=AT)
    with pytest.raises(Refused, match="ne baisse pas"):
        actions.withdraw_measure(wrong, by=lea, at=AT)
    funding = actions.fund(row, name="Mme Ayral", euros=1_500, by=lea, at=AT)
    for _ in range(2):
        actions.withdraw_funding(funding, by=lea, at=AT)
    actions.fund(row, name="La Ville", brings="la salle", by=lea, at=AT)
    for passed in (True, False):
        actions.pass_milestone(step, passed=passed, by=lea, at=AT)
    note_texts = [each.words for each in row.notes.order_by("pk")]
    assert note_texts == [
        "Nombre compté le 1er septembre 2026 : retiré.",
        "Nombre compté le 31 août 2026 : noté après coup.",
        "Nombre compté le 2 septembre 2026, Seyssins : retiré.",
        "Financement noté : 1 500 €.",
        "Financement retiré : 1 500 €.",
        "Financement remis : 1 500 €.",
        "Financement noté : sans montant.",
        "Étape passée : Faire le point.",
        "Étape à faire de nouveau : Faire le point.",
    ], "neither how many were counted, nor the name of who funds"
    assert all(each.automatic and each.by == lea for each in row.notes.all())


def test_two_who_withdraw_the_same_line_put_nothing_back(client, plan, lea, study):
    row = changed(action(plan, 7), lea, indicator="Venues", milestones=[(date(2026, 12, 1), "Ouvrir")])
    row_by_gesture = {
        "oter": ("note", actions.note(row, kind="comment", on=ON, words="Vu.", by=lea, at=AT)),
        "oter-mesure": ("mesure", actions.count(row, on=ON, value=41, source="Feuille", by=lea, at=AT)),
        "oter-financement": ("financement", actions.fund(row, name="La Ville", euros=9, by=lea, at=AT)),
        "etape": ("etape", row.milestones.get()),
    }
    client.force_login(lea)
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode()
    assert page.count('name="etait" value=""') == 4
    for geste, (name, journal_row) in row_by_gesture.items():
        for was, is_withdrawn in (("", True), ("", True), ("1", False), ("1", False)):
            client.post(f"{IN_SPACE}{row.pk}/geste/", {"geste": geste, name: journal_row.pk, "etait": was})
            journal_row.refresh_from_db()
            assert (
                bool(getattr(journal_row, "done_on" if name == "etape" else "withdrawn_at")) is is_withdrawn
            ), (geste, was)
    client.post(
        f"{IN_SPACE}{row.pk}/geste/", {"geste": "oter", "note": row_by_gesture["oter"][1].pk, "etait": ""}
    )
    assert (
        client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().count('name="etait" value="1"') == 1
    )


def test_figures_typed_beside_a_former_study_are_to_be_read_again(client, plan, lea, reading, monkeypatch):
    """« Pour les 320 à 740 personnes » restait écrit sous « 280 – 640 », sans un mot."""
    row = action(plan, 7)
    assert row.written_on is None, "a frame was written beside no study of here"
    row = changed(row, lea, objective="Pour les 320 à 740 personnes sans rien à portée de marche, dès 2027.")
    address = f"{AT_TERRITORY}actions/{row.pk}/"
    client.force_login(lea)
    assert (row.written_for, row.written_on) == (reading.fingerprint, AT.date())
    assert "à relire" not in client.get(address).content.decode()
    later = replace(reading, fingerprint="0000-1111")
    monkeypatch.setattr(overview, "reading_of", lambda place: later)
    row = changed(row, lea, objective=row.objective, pilot="")
    warning = (
        f"Écrit le 20 novembre 2026 pour l’étude {reading.fingerprint} ; celle d’aujourd’hui est 0000-1111"
    )
    assert warning in client.get(address).content.decode(), (
        "another field written since changes nothing of it"
    )
    actions.publish(plan, is_public=True, by=lea, at=AT)
    (reported_action,) = [each for each in report_of(PLACE, later, on=ON).actions if each.number == 7]
    assert (
        reported_action.objective.startswith("Pour les 320 à 740 personnes")
        and warning not in reported_action.objective
    )
    monkeypatch.setattr("maillage.apps.steering.plans.queries.history.reading_of", lambda place: later)
    row = changed(row, lea, objective="Pour les 280 à 640 personnes.")
    assert row.written_for == "0000-1111" and "à relire" not in client.get(address).content.decode()


def test_the_expected_effect_says_where_it_comes_from_or_whose_assumption_it_is(
    client, plan, lea, reading, study
):
    """Sans proposition, la carte écrivait « 280 – 640 » et « visé : 60 » sans source, ni univers, ni auteur."""
    zone = next(iter(reading.offer.zones))
    row = changed(action(plan, 7), lea, line="assistance", zones=[zone], indicator="Personnes venues")
    row = changed(row, lea, target=60.0, indicator=row.indicator, line=row.line, zones=row.zones)
    address = f"{AT_TERRITORY}actions/{row.pk}/"

    def card() -> str:
        page = " ".join(client.get(address).content.decode().replace("\xa0", " ").split())
        return page[page.index("Effet attendu") : page.index("Effet observé")]

    client.force_login(lea)
    card_text = card()
    assert not row.evidence and ">estimé<" in card_text
    for words in ("Estimation, ", "parmi : ", reading.definition.universe, reading.offer.source):
        assert words.replace("\xa0", " ") in card_text, words
    assert str(reading.source.year) in card_text and reverse("method", args=["manques"]) in card_text
    assert "C’est une hypothèse (analyste, Isère) : Maillage ne l’a pas calculée." in card_text
    paul = account("paul", "coordination", territory="38")
    row = changed(row, paul, target=80.0, indicator=row.indicator, line=row.line, zones=row.zones)
    changed(row, lea, pilot="Inès", target=80.0, indicator=row.indicator, line=row.line, zones=row.zones)
    assert "hypothèse (coordination" in card(), "of who wrote the number, not of who wrote last"
    actions.publish(plan, is_public=True, by=lea, at=AT)
    client.logout()
    card_text = card()
    assert "hypothèse (coordination" in card_text and "Paul" not in card_text
    client.force_login(lea)
    row.refresh_from_db()
    row = changed(row, lea, target=80.0, indicator=row.indicator, line="", zones=[])
    assert ">supposé<" in card() and "Estimation" not in card()
    changed(row, lea, target=None, indicator=row.indicator)
    card_text = card()
    assert ">non chiffré<" in card_text and "hypothèse" not in card_text
    Plan.objects.update(example=True)
    changed(PlanAction.objects.get(pk=row.pk), lea, target=70.0, indicator=row.indicator)
    assert "hypothèse (analyste, Isère)" in card(), "typed in an invented plan, it is not invented"
    row.notes.update(by=None)
    assert "hypothèse (personne qui écrit le plan)" in card(), "an erased account has no role left"
    row.notes.all().delete()
    assert "Nombre inventé, pour l’exemple." in card()


def test_an_action_is_dropped_with_its_reason_and_what_was_typed_stays(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    address = f"{IN_SPACE}{row.pk}/geste/"
    refused = client.post(address, {"geste": "etat", "etat": "dropped", "motif": " "})
    assert refused.status_code == 400 and "Il manque le motif." in refused.content.decode()
    assert '<option value="dropped" selected>' in refused.content.decode()
    row.refresh_from_db()
    assert row.state == "decide" and not row.notes.exists()
    client.post(address, {"geste": "etat", "etat": "dropped", "motif": "La salle est vendue."})
    note_texts = [each.words for each in row.notes.order_by("pk")]
    assert note_texts == ["La salle est vendue.", "De « à décider » à « abandonnée »."]


def test_a_gesture_that_is_refused_keeps_what_was_typed(client, plan, lea, study):
    client.force_login(lea)
    row = action(plan, 7)
    for sent in (
        {"geste": "financer", "name": "", "euros": "4321", "brings": "Une salle à l’étage"},
        {"geste": "mesure", "on": "2026-11-19", "value": "4321", "source": "Une salle à l’étage"},
        {"geste": "note", "kind": "decision", "on": "2999-01-01", "words": "4321, Une salle à l’étage"},
    ):
        answer = client.post(f"{IN_SPACE}{row.pk}/geste/", sent)
        text = answer.content.decode()
        assert answer.status_code == 400, sent
        assert "4321" in text and "Une salle à l’étage" in text, sent
    both_wrong = {"geste": "financer", "euros": "-5", "name": ""}
    page = client.post(f"{IN_SPACE}{row.pk}/geste/", both_wrong).content.decode().replace("\xa0", " ")
    assert "« Nom du financeur » : Il manque qui finance." in page
    assert f"« Montant acquis, en euros » : {NO_AMOUNT}" in page
    client.logout()
    assert client.post(f"{IN_SPACE}{row.pk}/geste/", {"geste": "note"}).status_code in (302, 404)


def test_lines_that_the_software_wrote_before_are_found_by_their_words(plan, lea):
    row = action(plan, 7)

    def written(words: str, kind: str = "decision", withdrawn_at: datetime | None = None) -> PlanNote:
        return row.notes.create(kind=kind, on=ON, words=words, by=lea, at=AT, withdrawn_at=withdrawn_at)

    automatic_notes = [
        written("De « prête » à « en cours »."),
        written("De « en cours » à « faite ».", withdrawn_at=AT),
    ]
    typed = [
        written("De « prête » à « en cours », enfin."),
        written("De « prête » à « prête »."),
        written("De « prête » à « en cours ».", kind="comment"),
        written("Décidé le mardi.", withdrawn_at=AT),
    ]
    import_module("maillage.apps.steering.plans.migrations.0007_automatic_notes").find_automatic(apps, None)
    for each in (*automatic_notes, *typed):
        each.refresh_from_db()
    assert [(each.automatic, each.withdrawn_at) for each in automatic_notes] == [(True, None)] * 2
    assert [each.automatic for each in typed] == [False] * 4
    assert typed[3].withdrawn_at == AT


def test_a_frame_keeps_indicators_means_and_steps_but_no_number_nor_day(client, plan, lea, monkeypatch):
    """L’indicateur, ses moyens et ses étapes partent ; ni son départ, ni sa cible, ni ses comptes, ni un jour."""
    monkeypatch.setattr(timezone, "now", lambda: AT)
    steps = [(date(2027, 3, 2), "Faire le point"), (date(2027, 1, 16), "Réserver la salle")]
    known = {"means": "Deux aidants", "indicator": "Attente avant un rendez-vous", "unit": "jours"}
    row = changed(
        action(plan, 7), lea, **known, pilot="Leïla, CCAS", budget=6_400, objective="Ouvrir", counts=rules.THINGS, baseline=317, target=211,
        starts_on=date(2027, 1, 31), milestones=steps,
    )  # fmt: skip
    actions.count(row, on=date(2026, 11, 2), value=293, source="Feuille", by=lea, at=AT)
    started_never = changed(
        action(plan, 8), lea, milestones=[(date(2027, 5, 1), "Un"), (date(2027, 5, 11), "Deux")]
    )
    client.force_login(lea)
    frame_bytes = client.get(f"{AT_TERRITORY}cadre.json").content
    assert not any(
        framed_action in frame_bytes.decode()
        for framed_action in ("317", "211", "293", "2027", "Leïla", "budget")
    )
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", frame_bytes)})
    assert form.is_valid(), form.errors
    taken = actions.open_plan("59350", title="x", frame=form.frame, by=lea, at=AT)
    assert {axis.announced for axis in taken.axes.all()} == {None}, "a document of elsewhere announced it"
    copy = taken.actions.get(number=7)
    assert copy.objective == f"D’après {form.frame.origin} : Ouvrir"
    known["means"] = f"D’après {form.frame.origin} : Deux aidants"
    assert {name: getattr(copy, name) for name in known} == known
    assert (copy.counts, copy.direction, copy.baseline, copy.target) == ("other", "lower", None, None)
    assert copy.delays == [(-15, "Réserver la salle"), (30, "Faire le point")]
    assert taken.actions.get(number=started_never.number).delays == [(0, "Un"), (10, "Deux")]
    again = files.frame_of(taken, overview.actions_of(taken), on=ON)
    frame = json.loads(frame_bytes)
    for axis in frame["axes"]:  # what it states of its territory says so, and the rest leaves as it came
        axis["statement"] = form.frame.attributed(axis["statement"], most=600)
        for framed_action in axis["actions"]:
            framed_action |= {
                name: form.frame.attributed(framed_action[name], most=400)
                for name in ("objective", "existing", "partners", "means")
                if name in framed_action
            }
    assert again["axes"] == frame["axes"]


def test_a_step_without_a_day_has_one_once_its_action_begins(client, plan, lea, reading):
    row = action(plan, 7)
    client.force_login(lea)
    address = f"{IN_SPACE}{row.pk}/"
    typed = {"title": row.title, "axis": row.axis_id, "milestones": "J+30 Faire le point\nj-15 Réserver"}
    assert client.post(address, typed | {"version": row.version}).status_code == 302
    row.refresh_from_db()
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().replace("\xa0", " ")
    assert "30 jours après le début : Faire le point" in page and "ces étapes auront leur jour" in page
    reported_action = next(each for each in plan_of(PLACE, reading, on=ON).actions if each.number == 7)
    assert reported_action.steps == (
        "Réserver, 15\xa0jours avant le début",
        "Faire le point, 30\xa0jours après le début",
    )
    assert "Étape ajoutée : 30 jours après le début" in row.notes.get(automatic=True).words
    milestones_text = client.get(address).context["form"].initial["milestones"]
    assert milestones_text == "J-15 Réserver\nJ+30 Faire le point"
    begins = typed | {"milestones": milestones_text, "starts_on": "31/01/2027", "version": row.version}
    assert client.post(address, begins).status_code == 302
    row.refresh_from_db()
    steps = [(step.on, step.words) for step in row.milestones.all()]
    assert steps == [(date(2027, 1, 16), "Réserver"), (date(2027, 3, 2), "Faire le point")]
    assert row.delays == []
    far = client.post(address, typed | {"version": row.version, "milestones": "J+99999 Loin"})
    assert "J+99999, c’est trop loin du début" in far.content.decode()


def test_an_indicator_that_is_wanted_to_fall_may_and_says_so_against_its_target(plan, lea):
    row = changed(action(plan, 7), lea, indicator="Attente", direction=rules.LOWER)
    for day, value in ((1, 12), (2, 9)):
        actions.count(row, on=date(2026, 11, day), value=value, source="Feuille", by=lea, at=AT)
    with pytest.raises(Refused, match="plus haut que celui du départ"):
        changed(row, lea, direction=rules.LOWER, baseline=9, target=12)


def test_a_frame_keeps_what_somebody_wrote_of_a_proposed_action(client, plan, lea, reading):
    """La phrase écrite à partir des chiffres d’ici ne part pas ; ce que quelqu’un a récrit, si."""

    def framed_texts(row) -> tuple[str, str]:
        frame = files.frame_of(plan, overview.actions_of(plan), on=ON)
        every = [each for axis in frame["axes"] for each in axis["actions"]]
        framed_action = next(each for each in every if each["number"] == row.number)
        return framed_action["title"], framed_action.get("objective", "")

    proposed = next(each for each in proposals.proposals(plan, reading, ON) if each.key.startswith("gap:"))
    accepted = actions.keep(plan, proposed, axis=plan.axes.all()[0], by=lea, at=AT)
    opening = proposed.title.partition(" : ")[0]
    assert accepted.objective == accepted.proposed == proposed.why
    assert framed_texts(accepted) == (opening, "")
    with_more = changed(
        accepted, lea, title=accepted.title, objective=f"{proposed.why} Aller vers les familles."
    )
    assert framed_texts(with_more) == (opening, "Aller vers les familles.")
    rewritten = changed(with_more, lea, title="Le bus : mardi et jeudi", objective="Tenir un bus deux jours.")
    assert framed_texts(rewritten) == ("Le bus : mardi et jeudi", "Tenir un bus deux jours.")


def test_a_proposal_modified_before_it_becomes_an_action_has_what_was_rewritten(client, plan, lea, reading):
    proposed = next(each for each in proposals.proposals(plan, reading, ON) if each.key.startswith("gap:"))
    client.force_login(lea)
    form_data = {
        "title": "Le bus",
        "axis": plan.axes.first().pk,
        "objective": "Tenir un bus.",
        "token": "bus",
    }
    client.post(f"{IN_SPACE}action/?de={proposed.key}", form_data)
    row = plan.actions.get(title="Le bus")
    assert (row.proposed, files._elsewhere(row, "objective")) == (proposed.why, "Tenir un bus.")
    again = client.post(f"{IN_SPACE}action/?de={proposed.key}", form_data, follow=True)
    assert "n’est plus là" not in again.content.decode()  # sent twice, it is its own


def test_two_who_modify_one_draft_at_once_write_two_actions_and_one_comes_from_it(
    client, plan, lea, study, monkeypatch
):
    workshop = Session.objects.create(place=PLACE, title="La Caf", held_on=ON, token="s", by=lea, at=AT)
    group = Group.objects.create(session=workshop, number=1, name="Aurélie", who="Seule")
    lever = Card.objects.create(group=group, stage="claim", kind="lever", words="Un relais", token="c", at=AT)
    DraftAction.objects.create(session=workshop, place=PLACE, title="Un relais", lever=lever, at=AT)
    proposed = next(each for each in proposals.proposals(plan, None, ON) if each.key.startswith("draft:"))
    # Both read the proposal before either writes.
    monkeypatch.setattr(proposals, "proposal", lambda plan, key, on: proposed)
    client.force_login(lea)
    form_data = {"title": "Un relais en mairie", "axis": plan.axes.first().pk}
    address = f"{IN_SPACE}action/?de={proposed.key}"
    client.post(address, form_data | {"token": "un"})
    page = client.post(address, form_data | {"token": "deux"}, follow=True).content.decode()
    assert "L’action est dans le plan." in page and "Cette proposition n’est plus là." in page
    assert [each.proposal for each in plan.actions.filter(title="Un relais en mairie")] == [proposed.key, ""]


def test_a_removed_proposal_warns_before_it_is_modified_and_takes_what_was_typed(client, plan, lea, reading):
    proposed = next(each for each in proposals.proposals(plan, reading, ON) if each.key.startswith("gap:"))
    client.force_login(lea)
    address = f"{IN_SPACE}action/?de={proposed.key}"
    assert proposed.title in client.get(address).content.decode().replace("\xa0", " ")
    actions.refuse(plan, proposed, why="La commune voisine ouvre.", by=lea, at=AT)
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(AT_TERRITORY, 302)]
    assert "Cette proposition n’est plus là." in answer.content.decode()
    form_data = {"title": "Le bus", "axis": plan.axes.first().pk, "token": "bus"}
    page = client.post(address, form_data, follow=True).content.decode()
    assert "L’action est dans le plan." in page and "Cette proposition n’est plus là." in page
    assert plan.actions.get(title="Le bus").proposal == ""


A_FRAME = {
    "format": "maillage-cadre-1",
    "name": "Le leur",
    "axes": [{"number": 1, "title": "Aller vers", "actions": [{"number": 7, "title": "Ouvrir le soir"}]}],
}


def changed_at(place: str, value: object) -> bytes:
    """Return a frame whose value at a place, as « axes.0.title », is another."""
    frame = json.loads(json.dumps(A_FRAME))
    *path, last = [int(word) if word.isdecimal() else word for word in place.split(".")]
    at = frame
    for step in path:
        at = at[step]
    at[last] = value
    return json.dumps(frame).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{}", "« format » dit rien"),
        (b"[]", "« format » dit rien"),
        (b"\xff\xfe", "pas écrit en UTF-8"),
        (b'{"format":\n "x" "y"}', "Ligne 2, colonne 6"),
        (b"[" * 200_000, "trop profond"),
        (changed_at("format", "cadre-2"), "dit « cadre-2 »"),
        (changed_at("axes", []), "aucune dynamique"),
        (changed_at("axes", {}), "« axes » n’est pas une liste"),
        (changed_at("axes.0", 3), "Dynamique 1 : « 3 »"),
        (changed_at("axes.0.title", 12), "Dynamique 1 : « title » dit « 12 »"),
        (changed_at("axes.0.title", "  "), "Dynamique 1 : « title »"),
        (changed_at("axes.0.number", -1), "Dynamique 1 : « number » dit « -1 »"),
        (changed_at("axes.0.announced", "deux"), "« announced » dit « deux »"),
        (changed_at("axes.0.actions.0", "x"), "Dynamique 1, action 1 : « x »"),
        (changed_at("axes.0.actions.0.number", 10**9), "action 1 : « number »"),
        (changed_at("axes.0.actions.0.number", True), "action 1 : « number »"),
        (changed_at("axes.0.actions.0.objective", ["a"]), "action 1 : « objective »"),
        (changed_at("axes.0.actions.0.title", "a\x00b"), "action 1 : « title »"),
        (changed_at("axes.0.actions.0.title", "\ud800"), "action 1 : « title »"),
        (changed_at("axes.0.actions.0.line", "inconnue"), "« line » dit « inconnue »"),
        (changed_at("axes.0.actions.0.counts", "chats"), "« counts » dit « chats », ni people ni other"),
        (changed_at("axes.0.actions.0.direction", "up"), "« direction » dit « up »"),
        (changed_at("axes.0.actions.0.steps", {}), "« steps » n’est pas une liste"),
        (changed_at("axes.0.actions.0.steps", ["x"]), "action 1, étape 1 : « x »"),
        (changed_at("axes.0.actions.0.steps", [{"days": "2", "words": "x"}]), "étape 1 : « days » dit « 2 »"),
        (changed_at("axes.0.actions.0.steps", [{"days": 2}]), "étape 1 : « words » dit rien"),
        (changed_at("axes.0.actions.0.steps", [{"days": 2, "words": "x"}] * 21), "a 21 étapes, 20 au plus"),
        (changed_at("axes.0.actions", A_FRAME["axes"][0]["actions"] * 2), "2 actions y ont le numéro 7"),
        (changed_at("axes", A_FRAME["axes"] * 2), "2 dynamiques y ont le numéro 1"),
    ],
)
def test_an_invalid_frame_is_refused_with_the_place_of_its_error(content, why):
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", content)})
    assert why in form.errors["fichier"][0]


def test_an_invalid_frame_opens_no_plan(client, lea):
    client.force_login(lea)
    sent = {"title": "x", "cadre": "", "fichier": SimpleUploadedFile("c.json", b"{}")}
    response = client.post(IN_SPACE, sent)
    assert (
        response.status_code == 400 and "« format » dit rien" in response.context["form"].errors["fichier"][0]
    )
    assert not Plan.objects.filter(place=PLACE).exists()


LIMITS = {
    "name": (160, "Le cadre"),
    "axes.0.title": (160, "Dynamique 1"),
    "axes.0.statement": (600, "Dynamique 1"),
    "axes.0.actions.0.title": (240, "Dynamique 1, action 1"),
    "axes.0.actions.0.objective": (600, "Dynamique 1, action 1"),
    "axes.0.actions.0.public": (200, "Dynamique 1, action 1"),
    "axes.0.actions.0.partners": (300, "Dynamique 1, action 1"),
    "axes.0.actions.0.existing": (400, "Dynamique 1, action 1"),
    "axes.0.actions.0.zones": (600, "Dynamique 1, action 1"),
    "axes.0.actions.0.means": (400, "Dynamique 1, action 1"),
    "axes.0.actions.0.indicator": (200, "Dynamique 1, action 1"),
    "axes.0.actions.0.unit": (40, "Dynamique 1, action 1"),
}


def test_a_text_of_a_frame_longer_than_its_column_is_refused_with_its_place(client, lea):
    """A text as long as its column is accepted; one more character is refused, never truncated."""
    client.force_login(lea)
    for at, (most, where) in LIMITS.items():
        name = at.rpartition(".")[2]
        for length in (most, most + 1):
            content = changed_at(at, "é" * length)
            form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", content)})
            assert form.is_valid() is (length == most), (at, length)
        expected_text = f"{where} : « {name} » a {most + 1} caractères, {most} au plus."
        assert expected_text in form.errors["fichier"][0], at
    content = changed_at("axes.0.actions.0.partners", "é" * 300)
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", content)})
    assert form.is_valid(), form.errors
    plan = actions.open_plan("59350", title="x", frame=form.frame, by=lea, at=AT)
    expected_text = plan.actions.get().partners
    assert (
        len(expected_text) == 300 and expected_text.startswith("D’après ") and expected_text.endswith("éé …")
    ), "whose, and more of it"


def test_the_frames_that_we_ship_fit_their_columns():
    for frame in frames().values():
        rows = [(PlanAxis, axis, ("title", "statement")) for axis in frame.axes]
        texts = ("title", "objective", "public", "partners", "existing")
        rows += [(PlanAction, each, texts) for axis in frame.axes for each in axis.actions]
        for model, row, names in rows:
            for name in names:
                most = model._meta.get_field(name).max_length
                assert len(getattr(row, name)) <= most, (frame.id, row.number, name)
                if name in ("statement", "objective", "partners", "existing", "means"):
                    assert not frame.attributed(getattr(row, name), most=most).endswith(" …"), row.number


def test_what_a_frame_states_of_its_territory_says_whose_it_is_until_written_here(client, lea, study):
    """39 % of the structures of Maubeuge go out of their walls: elsewhere, nobody counted."""
    plan = actions.open_plan(PLACE, title="Le nôtre", frame=frames()["maubeuge"], by=lea, at=AT)
    whose = "D’après Maubeuge-Val de Sambre, 2021 : "
    stated = "39 % des structures sortent déjà de leurs murs"
    actions.publish(plan, is_public=True, by=lea, at=AT)
    row, last = plan.actions.get(number=1), plan.actions.get(number=5)
    assert last.partners == f"{whose}associations motrices, conseillers numériques"
    assert plan.actions.get(number=3).existing == "", "what nobody said is said by nobody"
    for address in (
        f"{AT_TERRITORY}?vue=liste",
        f"{AT_TERRITORY}actions/{row.pk}/",
        f"{AT_TERRITORY}actions.csv",
    ):
        text = client.get(address).content.decode().replace("\xa0", " ").replace("\u202f", " ")
        assert text.count(stated) == text.count(f"{whose}{stated}") > 0, address
    report = json.dumps(asdict(plan_of(PLACE, overview.reading_of(PLACE), on=ON)), ensure_ascii=False)
    assert f"{whose}{stated}" in report and f"{whose}L’aide touche surtout" in report
    frame = files.frame_of(plan, overview.actions_of(plan), on=ON)
    assert frame["origin"] == "Échirolles, 2026"
    again = json.loads(json.dumps(frame))
    again["axes"][1]["actions"][0] |= {"existing": "une recyclerie", "means": "12 tablettes"}
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", json.dumps(again).encode())})
    assert form.is_valid(), form.errors
    taken = actions.open_plan("59350", title="x", frame=form.frame, by=lea, at=AT)
    assert taken.actions.get(number=1).existing == row.existing, "said once: it stays Maubeuge’s"
    new = taken.actions.get(number=3)
    assert new.existing == "D’après Échirolles, 2026 : une recyclerie"
    assert new.means == "D’après Échirolles, 2026 : 12 tablettes"
    assert new.objective == plan.actions.get(number=3).objective, "an aim too is Maubeuge’s"
    assert new.objective.startswith(whose)
    changed(row, lea, existing="Deux structures sortent le mercredi")
    assert "D’après" not in plan.actions.get(number=1).existing
    del again["origin"]
    form = FrameForm({"title": "x"}, {"fichier": SimpleUploadedFile("c.json", json.dumps(again).encode())})
    assert form.is_valid()
    taken = actions.open_plan("59392", title="y", frame=form.frame, by=lea, at=AT)
    assert taken.actions.get(number=3).existing == "D’après « Le nôtre » : une recyclerie"


def test_plans_opened_before_say_whose_their_frame_was(lea):
    plan = actions.open_plan(PLACE, title="Le nôtre", frame=frames()["maubeuge"], by=lea, at=AT)
    attributed = plan.actions.get(number=1).existing
    stated = attributed.removeprefix("D’après Maubeuge-Val de Sambre, 2021 : ")
    plan.actions.filter(number=1).update(existing=stated)
    plan.actions.filter(number=5).update(partners="nos associations")
    aim = plan.actions.get(number=2).objective
    plan.actions.filter(number=2).update(objective=frames()["maubeuge"].axes[0].actions[1].objective)
    plan.axes.filter(number=2).update(statement=frames()["maubeuge"].axes[1].statement)
    import_module("maillage.apps.steering.plans.migrations.0015_origin_of_frames").say_whose(apps, None)
    assert plan.actions.get(number=1).existing == attributed
    assert plan.actions.get(number=5).partners == "nos associations", "what was written here is from here"
    assert plan.axes.get(number=2).statement.startswith("D’après Maubeuge-Val de Sambre, 2021 : ")
    import_module("maillage.apps.steering.plans.migrations.0016_origin_of_aims").say_whose(apps, None)
    assert plan.actions.get(number=2).objective == aim != ""


def test_plans_opened_before_forget_a_number_that_no_document_announced(lea):
    plan = actions.open_plan(PLACE, title="Le nôtre", frame=frames()["maubeuge"], by=lea, at=AT)
    other = actions.open_plan("59392", title="Autre", frame=frames()["grenoble"], by=lea, at=AT)
    plan.axes.filter(number=1).update(announced=2)
    plan.axes.filter(number=2).update(announced=4)  # somebody else's number
    import_module("maillage.apps.steering.plans.migrations.0018_no_number_announced").forget_announced(
        apps, None
    )
    assert list(plan.axes.values_list("announced", flat=True)) == [None, 4]
    assert list(other.axes.values_list("announced", flat=True)) == [3, 6, None, None]


def test_a_report_tells_the_people_concerned_in_words_without_a_dash(plan, lea, reading, monkeypatch):
    """« Personnes concernées : 320 – 740 sans lieu d’équipement solidaire », au milieu d’une phrase."""
    zones = list(reading.offer.zones)
    ranged = line(
        "assistance", missing="320\xa0–\xa0740", missing_about="entre 320 et 740 personnes",
        missing_value=500.0, missing_low=322.0, missing_high=738.0,
    )  # fmt: skip
    offer = {code: replace(reading.offer.zones[code], lines=(ranged,)) for code in zones}
    total = replace(
        reading.offer.territory, lines=(replace(ranged, missing_value=1_000, missing_high=1_476.0),)
    )
    ranged_reading = replace(reading, offer=replace(reading.offer, zones=offer, territory=total))
    one, both = (overview.concerned("assistance", codes, ranged_reading) for codes in (zones[:1], zones))
    without = "sans lieu d’aide aux démarches à portée de marche"
    assert (one.about, one.sentence) == ("320\xa0–\xa0740", f"entre 320 et 740 personnes {without}")
    assert both.sentence.replace("\xa0", " ").startswith(
        f"entre 640 et 1 500 personnes {without}, bornes des 2"
    )
    changed(action(plan, 7), lea, line="assistance", zones=zones[:1])
    actions.publish(plan, is_public=True, by=lea, at=AT)
    (reported_action,) = [
        each for each in report_of(PLACE, ranged_reading, on=ON).actions if each.number == 7
    ]
    assert reported_action.people == one.sentence


def test_people_concerned_are_those_of_the_study_and_their_bounds_add_up(reading):
    territory_need = overview.concerned("assistance", [], reading)
    assert (territory_need.about, territory_need.between) == ("540", "420 – 540")
    assert "non chiffré" in overview.concerned("", [], reading).words
    assert "non chiffré" in overview.concerned("assistance", [], None).words
    assert "non chiffré" in overview.concerned("assistance", ["ailleurs"], reading).words
    two = overview.concerned("assistance", list(reading.offer.zones), reading)
    assert two.about == "420 à 540"
    assert "bornes des 2 zones ajoutées" in two.words


def test_an_action_for_a_whole_own_zone_has_the_estimate_of_that_zone(reading):
    """860 à 1 500 par les bornes de 22 communes ajoutées, contre 960 à 1 360 pour leur secteur."""
    codes = list(reading.offer.zones)
    lack = line("assistance", missing="1 160", missing_between="960 – 1 360", missing_value=1160.0)
    sector = replace(reading.offer.zones[codes[0]], lines=(lack,))
    sectors = replace(reading, offer=replace(reading.offer, zones={"nord": sector}))
    own = overview.OwnZones(sectors, {"nord": frozenset(codes)})
    need = overview.concerned("assistance", codes, reading, own)
    assert (need.about, need.between) == ("1 160", "960 – 1 360") and "ajoutées" not in need.words
    part = overview.concerned("assistance", codes[:1], reading, own)
    assert part == overview.concerned("assistance", codes[:1], reading), "a part of the sector is its own"


def test_nobody_in_several_zones_is_nobody(reading):
    nobody = line("assistance", label="Aide", missing="personne", missing_low=0.0, missing_high=0.0)
    zones = {code: replace(zone, lines=(nobody,)) for code, zone in reading.offer.zones.items()}
    none = replace(reading, offer=replace(reading.offer, zones=zones))
    for codes in (list(zones), list(zones)[:1]):
        reach = overview.concerned("assistance", codes, none)
        assert reach.words == f"non chiffré : dans l’étude, chacun a un lieu {none.offer.mode.near}"
        assert not reach.sentence


@pytest.mark.parametrize("pilot", ["", "Hélène, CCAS"])
def test_a_line_that_somebody_carries_everywhere_is_no_longer_proposed(plan, lea, reading, pilot):
    changed(action(plan, 1), lea, line="assistance", zones=[], pilot=pilot)
    proposed = [each for each in proposals.proposals(plan, reading, ON) if each.line == "assistance"]
    assert bool(proposed) is not bool(pilot)


def test_an_action_long_done_is_to_be_counted_until_it_is(client, plan, lea, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(
        state=rules.DONE, starts_on=date(2024, 1, 1), ends_on=date(2025, 1, 31), indicator="Personnes reçues"
    )
    client.force_login(lea)
    address = f"{AT_TERRITORY}actions/{row.pk}/"
    assert rules.TO_COUNT in client.get(address).content.decode()
    assert rules.TO_COUNT in client.get(f"{AT_TERRITORY}?vue=liste").content.decode()
    row.refresh_from_db()
    actions.count(row, on=date(2026, 11, 2), value=30, source="registre", by=lea, at=AT)
    assert rules.TO_COUNT not in client.get(address).content.decode()


@pytest.mark.parametrize("day", [date(2100, 1, 1), date(1999, 12, 31)])
def test_a_day_of_another_century_is_refused_wherever_it_is_typed(client, plan, lea, study, day):
    client.force_login(lea)
    row = action(plan, 7)
    form_data = {"title": row.title, "axis": row.axis_id, "version": row.version}
    reason = f"année {day.year} n’est pas entre 2000 et 2099"
    for field, typed in (
        ("starts_on", day.isoformat()),
        ("ends_on", day.isoformat()),
        ("milestones", f"{day.day:02}/{day.month:02}/{day.year:04} Le grand jour"),
    ):
        page = client.post(f"{IN_SPACE}{row.pk}/", form_data | {field: typed})
        assert page.status_code == 400, field
        assert reason in page.context["form"].errors[field].as_text(), field
    for wrong in ({"starts_on": day}, {"milestones": [(day, "Le grand jour")]}):
        with pytest.raises(Refused, match=reason):
            changed(row, lea, **wrong)
    if day < ON:
        for sent in (
            {"geste": "note", "kind": "decision", "words": "Décidé."},
            {"geste": "mesure", "value": "12", "source": "Le registre"},
        ):
            PlanAction.objects.filter(pk=row.pk).update(indicator="Personnes")
            answer = client.post(f"{IN_SPACE}{row.pk}/geste/", sent | {"on": day.isoformat()}, follow=True)
            assert reason in answer.content.decode(), sent["geste"]


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_day_stored_before_it_was_refused_leaves_the_plan_readable(client, plan, lea, study, day):
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(ends_on=day)
    row.milestones.create(on=day, words="Le grand jour")
    client.force_login(lea)
    for address in (AT_TERRITORY, f"{AT_TERRITORY}?vue=liste", f"{AT_TERRITORY}actions/{row.pk}/"):
        assert client.get(address).status_code == 200, address


def test_the_actions_of_a_plan_are_found_by_who_reads_it(plan, lea):
    stranger = account("paul", "analyste", territory="69")

    def matching_addresses(user, text) -> list[str]:
        groups = search.find(user, text, only="actions-de-plans").groups
        return [hit.url for group in groups for hit in group.hits]

    row = actions.write(
        plan, axis=plan.axes.first(), title="Bus du numérique", pilot="Le CCAS", token="bus", by=lea, at=AT
    )
    address = [f"{AT_TERRITORY}actions/{row.pk}/"]
    assert matching_addresses(lea, "bus numerique") == matching_addresses(lea, "ccas bus") == address
    assert matching_addresses(lea, action(plan, 1).title)  # those of the frame too
    assert matching_addresses(stranger, "bus numerique") == []
    actions.publish(plan, is_public=True, by=lea, at=AT)
    assert matching_addresses(stranger, "bus numerique") == address
    changed(row, lea, title="Caravane")
    assert (matching_addresses(lea, "bus"), matching_addresses(lea, "caravane")) == ([], address)


def test_a_number_of_a_file_is_rounded_as_it_is_printed(reading):
    figures = {"missing": "540", "missing_between": "400 – 660", "missing_value": 534.4800181274414}
    gap = line("assistance", **figures, missing_low=407.3, missing_high=655.1)
    offer = OfferReading("l’annuaire", 30, ZoneOffer("", 6, 2, (gap,), (), ""), {}, {}, (), ())
    need = overview.concerned("assistance", [], replace(reading, offer=offer))
    assert (need.value, need.low, need.high) == (540.0, 400.0, 660.0)


def test_who_may_write_a_plan_opens_it_where_there_is_none(client, lea, study):
    assert client.get(AT_TERRITORY).status_code == 404
    client.force_login(lea)
    assert client.get(AT_TERRITORY).url == IN_SPACE
    assert "\xa0: Aurélie</a>" in client.get(IN_SPACE).content.decode()
    client.force_login(account("lille", "analyste", territory="59"))
    assert client.get(AT_TERRITORY).status_code == 404


def test_the_header_the_board_and_the_loop_count_the_same_actions_to_decide(client, plan, lea, study):
    row = action(plan, 7)
    changed(row, lea, starts_on=date(2026, 1, 5))  # late, and still to decide
    client.force_login(lea)
    page = client.get(AT_TERRITORY, {"vue": "tableau"}).content.decode()
    assert "22 actions : 22 à décider (1 en retard)." in page
    assert "À décider <span>22 actions</span>" in page
    plan_loop = loops.loop(lea, dossiers.latest(PLACE), on=ON)
    assert plan_loop.n_undecided == 22


def test_the_map_outlines_what_is_decided_of_its_line_alone(client, lea, reading, monkeypatch):
    """Ni une action d’une autre sorte d’offre, ni une action encore à décider n’entoure une zone."""
    first, second, third = (zone.code for zone in reading.zones[:3])
    paths = "".join(
        f'<a data-zone="{code}"><path class="zone m1" d="M{k}"/></a>'
        for k, code in enumerate((first, second, third))
    )
    monkeypatch.setattr(dossiers, "layer", lambda _, name: f"<svg>{paths}</svg>")
    plan = actions.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    common = {"axis": plan.axes.first(), "pilot": "La Ruche", "by": lea, "at": AT}
    decided = actions.write(plan, token="a", title="Aider", line="assistance", zones=[first], **common)
    actions.write(plan, token="b", title="Y penser", line="assistance", zones=[second], **common)
    other = actions.write(plan, token="c", title="Relier", line="wifi", zones=[third], **common)
    client.force_login(lea)

    def drawn() -> tuple[str, str]:
        page = " ".join(client.get(f"{AT_TERRITORY}?vue=carte&offre=assistance").content.decode().split())
        path = page.partition('<path class="choisie" d="')[2].partition('"')[0]
        return path, page.replace("\xa0", " ")

    path, page = drawn()
    assert (
        path == "" and "contour épais" not in page and "Aucune action décidée de cette sorte d’offre." in page
    )
    for row in (decided, other):
        actions.set_state(row, rules.RUNNING, by=lea, at=AT)
    path, page = drawn()
    assert path == "M0" and "contour épais : une action décidée de cette sorte d’offre y est prévue" in page
    assert 'Y penser</a> <span class="petit doux">· à décider' in page, (
        "the list says the others, and their state"
    )


def test_a_territory_without_any_place_says_why_its_plan_has_no_map(client, lea, study):
    plan = actions.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    for k, id in enumerate(("assistance", "wifi")):
        values = {"token": f"t{k}", "axis": plan.axes.first(), "title": "Ouvrir", "line": id}
        actions.write(plan, by=lea, at=AT, **values)
    client.force_login(lea)
    page = client.get(f"{AT_TERRITORY}?vue=carte").content.decode()
    why = "Aucun lieu n’est connu ici : on ne sait pas ce qui manque à portée."
    assert page.count(why) == 2, "in the place of the map, and of what the figures would propose"
    assert "offre=wifi" not in page, "no button that changes nothing"


def test_the_words_of_an_action_without_dates_stand_above_its_dated_steps(client, plan, lea, study):
    """Une étape datée ne s’écrit pas sur « dates non renseignées », qui serait faux aussi : elles le sont en partie."""
    row = action(plan, 2)
    row.milestones.create(on=date(2026, 12, 20), words="Choisir le matériel")
    client.force_login(lea)
    page = client.get(AT_TERRITORY).content.decode()
    drawn = page.split(f'/plan/actions/{row.pk}/"', 1)[1].split("</tr>", 1)[0]
    (words_at,) = re.findall(r'<text x="8" y="(\d+)">\s*début et fin inconnus', drawn)
    (step_at,) = re.findall(r'y="(\d+)"\s+overflow="visible"\s*>\s*<path', drawn)
    assert int(words_at) <= int(step_at) - 8, "the step is sixteen high, around its place"


def test_zones_of_comparison_are_drawn_beside_an_action_and_say_no_cause(client, plan, lea, study):
    """Chaque zone sans l’action a sa ligne, sa légende et ses nombres ; une valeur trop petite reste tue."""
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(indicator="personnes venues", baseline=40)
    row.refresh_from_db()
    count = partial(actions.count, row, source="Feuille", by=lea, at=AT)
    for day, local_count, seyssins, claix in ((1, 60, 20, 30), (20, 90, 34, 41)):
        count(on=date(2026, 10, day), value=local_count)
        count(on=date(2026, 10, day), value=seyssins, elsewhere="Seyssins")
        count(on=date(2026, 10, day), value=claix, elsewhere="Claix")
    count(on=date(2026, 10, 20), value=4, elsewhere="Poisat")  # a single count is no line
    actions.publish(plan, is_public=True, by=lea, at=AT)
    page = client.get(f"{AT_TERRITORY}actions/{row.pk}/").content.decode().replace("\xa0", " ")
    drawn = page.split('class="fig suite"', 1)[1].split("</svg>", 1)[0]
    assert [drawn.count(f'"ligne autre z{k}"') for k in (1, 2, 3)] == [1, 1, 0]
    assert "Seyssins, sans l’action. 1er octobre 2026 : 20 ; 20 octobre 2026 : 34" in drawn
    legend = page.split('class="cle-compte', 1)[1].split("</ul>", 1)[0]
    assert (
        all(f"{zone}, sans l’action" in legend for zone in ("Seyssins", "Claix")) and "Poisat" not in legend
    )
    assert "ne disent pas pourquoi" in page
    table = page.split("<table", 1)[1].split("</table>", 1)[0]
    assert all(each in table for each in ("Ici", "Seyssins", "Claix", "34", "90", "moins de 11"))
