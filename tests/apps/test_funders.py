"""Funders of a plan: a name written once, chosen afterwards, erased on request; no other territory’s."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import uuid4

import pypdfium2
import pytest
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.steering.pilotage.queries.activity_report import funded_actions
from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.models import Funder, Funding, Plan, PlanAction
from maillage.apps.steering.plans.queries import funders as queries
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.kernel.errors import Refused
from maillage.publishing.plan import document
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE, account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 10, tzinfo=UTC)
PUBLIC = f"/territoires/{PLACE}/plan/"
IN_SPACE = f"/espace/territoires/{PLACE}/plan/"
REPORT = "/espace/pilotage/activite/"
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture
def lea(home):
    return account("lea", "coordination", territory="38")


@pytest.fixture
def plan(lea):
    return actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)


def action(plan, number: int) -> PlanAction:
    return plan.actions.get(number=number)


def fund(row, lea, name="Le Département", **more) -> Funding:
    return actions.fund(row, name=name, by=lea, at=AT, **more)


def gesture(client, row, **sent):
    return client.post(f"{IN_SPACE}{row.pk}/geste/", sent, follow=True)


def test_a_name_is_written_once_and_read_everywhere(client, lea, plan, study):
    client.force_login(lea)
    first, second = action(plan, 7), action(plan, 3)
    text = (
        gesture(client, first, geste="financer", name="Le  Département", euros="4000")
        .content.decode()
        .translate(PLAIN)
    )
    assert "Nom d’un autre financeur" in text, "from now on it is chosen"
    funder = Funder.objects.get()
    gesture(client, second, geste="financer", funder=funder.pk, brings="deux salles")
    gesture(client, action(plan, 8), geste="financer", name="le département", euros="10")
    assert Funder.objects.count() == 1, "capitals do not make another"
    assert (first.funded, second.funded) == (4_000, None)
    text = client.get(f"{PUBLIC}actions/{second.pk}/").content.decode().translate(PLAIN)
    assert "Le Département : deux salles" in text
    listed = client.get(f"{IN_SPACE}financeurs/").content.decode().translate(PLAIN)
    assert "4 010" in listed
    one = client.get(f"{IN_SPACE}financeurs/{funder.pk}/").content.decode().translate(PLAIN)
    assert all(f"{row.number}. " in one for row in (first, second))
    table = client.get(f"{PUBLIC}actions.csv").content.decode().translate(PLAIN)
    assert "Le Département : 4 000 €" in table
    assert "financeurs" not in client.get(f"{PUBLIC}cadre.json").content.decode().translate(PLAIN)
    client.post(f"{IN_SPACE}financeurs/{funder.pk}/", {"name": "L’Isère", "geste": "renommer"})
    assert "L’Isère : deux salles" in client.get(f"{PUBLIC}actions/{second.pk}/").content.decode().translate(
        PLAIN
    )


def test_the_report_of_activity_takes_the_funder_and_what_it_funds(client, lea, plan, study, monkeypatch):
    """Whole months alone are counted: on the 20th, what was noted that day is not told yet."""
    monkeypatch.setattr(timezone, "now", lambda: AT)
    client.force_login(lea)
    Structure.objects.create(key="s-pimms", name="Le Pimms", code_insee="38185")
    row = action(plan, 7)
    row.indicator = "Personnes venues"
    row.save()
    for on, value in ((date(2026, 3, 10), 14), (AT.date(), 41)):
        actions.count(row, on=on, value=value, source="Feuille", by=lea, at=AT)
    funder = fund(row, lea, euros=4_000).funder
    year = {"du": "2026-01-01", "au": "2026-12-31", "financeur": funder.pk}
    text = client.get(REPORT, year).content.decode().translate(PLAIN)
    assert "Ce que Le Département finance" in text
    assert row.title.replace("'", "&#x27;") in text or row.title in text
    assert (
        "Toute l’activité notée ici, et pas seulement ce que Le Département finance : son action du" in text
    )
    assert "Personnes venues : 14, le 10 mars 2026" in text
    period = {"du": "2026-01-01", "au": "2026-06-30", "financeur": funder.pk}
    sheet = client.get("/espace/pilotage/activite.pdf", period).content
    with pypdfium2.PdfDocument(io.BytesIO(sheet)) as pages:
        text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "Ce que Le Département finance" in text
    assert "Toute l’activité notée ici, et pas seulement ce que Le Département finance" in " ".join(
        text.split()
    )
    assert "pour Le Département" in text
    assert "inventé" not in text
    type(plan).objects.update(example=True)
    mark = "inventé, pour l’exemple"
    page_text = client.get(REPORT, {"financeur": funder.pk}).content.decode().translate(PLAIN)
    assert mark in page_text and "Les actions financées sont inventées, pour l’exemple" in page_text
    sheet = client.get("/espace/pilotage/activite.pdf", period).content
    with pypdfium2.PdfDocument(io.BytesIO(sheet)) as pages:
        text = " ".join("".join(page.get_textpage().get_text_range() for page in pages).split())
    assert mark in text and "Les actions financées sont inventées" in text
    table = client.get("/espace/pilotage/activite.csv", period).content.decode("utf-8-sig")
    (line,) = [each for each in csv.DictReader(io.StringIO(table)) if each["partie"] == "action financée"]
    assert (line["libelle"], line["exemple"], line["du"], line["au"]) == (
        *(row.title, "oui"),
        *("2026-01-01", "2026-06-30"),
    )
    assert line["compte"].translate(PLAIN) == "Personnes venues : 14, le 10 mars 2026"
    both = client.get(REPORT, {**period, "pour": "La Ville"})
    assert both.status_code == 400
    assert "Gardez l’un des deux." in both.content.decode().translate(PLAIN)


def test_a_funder_reads_of_which_action_a_part_that_it_funds_is(lea, plan):
    funded_action = action(plan, 7)
    part = actions.write(
        plan,
        token="p",
        title="Équiper le camion",
        axis=funded_action.axis,
        parent=funded_action,
        by=lea,
        at=AT,
    )
    funder = fund(funded_action, lea, euros=4_000).funder
    fund(part, lea, euros=700)
    assert [each.title.translate(PLAIN) for each in funded_actions(funder, AT.date())] == [
        funded_action.title.translate(PLAIN),
        f"Équiper le camion (7.1, partie de « {funded_action.title.translate(PLAIN)} »)",
    ]


def test_a_funder_receives_the_activity_of_the_territory_it_funds_alone(client, lea, plan, study):
    from maillage.apps.people.actes.models import Act

    funded_structure, there = (
        Structure.objects.create(key=f"s-{code}", name=name, code_insee=code)
        for name, code in (("L’Escale", PLACE), ("Le Pimms", "38185"))
    )
    for structure, n in ((funded_structure, 12), (there, 30)):
        for _ in range(n):
            Act.objects.create(
                **{"uid": uuid4(), "structure": structure, "commune": structure.code_insee, "minutes": 30},
                **{"kind": "together", "procedure": "caf_rsa", "where": "here"},
                **{"done_at": MARCH, "on_day": MARCH.date(), "noted_at": MARCH},
            )
    row = action(plan, 7)
    paid = fund(row, lea, euros=750_000, brings="une salle").funder
    fund(action(plan, 8), lea, name="La Ville")
    client.force_login(lea)
    period = {"du": "2026-01-01", "au": "2026-06-30"}
    assert "Le Pimms</th>" in client.get(REPORT, period).content.decode()
    sent = {**period, "financeur": paid.pk}
    page = client.get(REPORT, sent).content.decode().translate(PLAIN)
    assert "L’Escale</th>" in page and "Le Pimms</th>" not in page
    assert "L’Escale, Échirolles, du 1er janvier 2026" in page
    assert "11 aides individuelles" in page, "twelve by lots, without the thirty of Grenoble"
    sheet = client.get("/espace/pilotage/activite.pdf", sent).content
    with pypdfium2.PdfDocument(io.BytesIO(sheet)) as pages:
        text = "".join(each.get_textpage().get_text_range() for each in pages)
    assert "Escale" in text and "Pimms" not in text
    table = client.get("/espace/pilotage/activite.csv", sent).content.decode("utf-8-sig")
    assert "Pimms" not in table
    (line,) = [each for each in csv.DictReader(io.StringIO(table)) if each["partie"] == "action financée"]
    assert (line["montant_euros"], line["apporte_aussi"], line["motif"]) == ("750000", "une salle", "")
    other = client.get(
        "/espace/pilotage/activite.csv", {**sent, "financeur": Funder.objects.get(name="La Ville").pk}
    )
    (line,) = [
        each
        for each in csv.DictReader(io.StringIO(other.content.decode("utf-8-sig")))
        if each["partie"] == "action financée"
    ]
    assert (line["montant_euros"], line["motif"]) == ("", "montant non renseigné")
    refused = client.get(REPORT, {**sent, "structure": there.pk})
    assert refused.status_code == 400
    assert "Elle n’est pas du territoire de ce plan" in refused.content.decode().translate(PLAIN)
    assert client.get(REPORT, {**sent, "structure": funded_structure.pk}).status_code == 200
    funded_structure.delete()
    alone = client.get(REPORT, sent).content.decode().translate(PLAIN)
    assert "Aucune structure de l’annuaire, Échirolles" in alone
    assert "Ce que Le Département finance" in alone


def test_a_report_tells_the_last_number_of_its_period(lea, plan):
    """Ni celui d’après la période, ni une personne que deux rapports diraient par différence."""
    row = action(plan, 7)
    row.indicator, row.baseline = "Personnes venues", 0
    row.save()
    for on, value in ((date(2026, 3, 10), 14), (date(2026, 5, 4), 17), (date(2026, 9, 1), 41)):
        actions.count(row, on=on, value=value, source="Feuille", by=lea, at=AT)
    funder = fund(row, lea).funder

    def counted(until: date) -> str:
        (funded,) = funded_actions(funder, until)
        return funded.counted.translate(PLAIN)

    assert counted(date(2026, 3, 9)) == "rien de compté au 9 mars 2026"
    assert counted(date(2026, 3, 10)) == "14, le 10 mars 2026"
    assert counted(date(2026, 8, 31)) == "14, le 10 mars 2026 ; moins de 11 d’écart au 4 mai 2026"
    assert counted(date(2026, 9, 1)) == "41, le 1er septembre 2026"
    actions.withdraw_measure(row.measures.get(value=41), by=lea, at=AT)
    actions.count(row, on=date(2026, 8, 30), value=38, source="Feuille", by=lea, at=AT)
    assert "38" not in counted(date(2026, 8, 31)), "41 was read: 3 people apart"


def test_another_territory_s_funder_is_not_there(client, lea, plan, study):
    row = action(plan, 7)
    funder = fund(row, lea).funder
    elsewhere = actions.open_plan("59350", title="Lille", frame=None, by=None, at=AT)
    foreign_action = actions.write(
        elsewhere, token="l", by=None, at=AT, axis=elsewhere.axes.first(), title="Ouvrir"
    )
    other = actions.fund(foreign_action, name="La Région", by=None, at=AT).funder
    client.force_login(lea)
    assert client.get(f"{IN_SPACE}financeurs/{other.pk}/").status_code == 404
    assert client.post(f"{IN_SPACE}financeurs/{other.pk}/", {"geste": "effacer"}).status_code == 404
    assert client.get(REPORT, {"financeur": other.pk}).status_code == 404
    refused = gesture(client, row, geste="financer", funder=other.pk, brings="une salle")
    assert refused.status_code == 400 and "n’est plus dans le plan" in refused.content.decode()
    assert "une salle" in refused.content.decode() and "La Région" not in refused.content.decode()
    assert not other.fundings.exclude(action=foreign_action).exists()
    with pytest.raises(Refused, match="autre plan"):
        actions.fund(row, funder=other, by=lea, at=AT)
    client.force_login(account("lille", "coordination", territory="59"))
    assert client.get(f"{IN_SPACE}financeurs/").status_code == 404
    assert client.get(f"{IN_SPACE}financeurs/{funder.pk}/").status_code == 404
    assert Funder.objects.count() == 2


def test_an_erased_name_leaves_its_amount_and_no_name(client, lea, plan, study):
    client.force_login(lea)
    row = action(plan, 7)
    funder = fund(row, lea, euros=4_000).funder
    assert "Cela ne se défait pas" in client.get(
        f"{IN_SPACE}financeurs/{funder.pk}/"
    ).content.decode().translate(PLAIN)
    page = client.post(f"{IN_SPACE}financeurs/{funder.pk}/", {"geste": "effacer"}, follow=True)
    text = page.content.decode().translate(PLAIN)
    assert "Le Département" not in text
    assert "Financeur non renseigné : 4 000" in text
    assert row.funded == 4_000
    assert "Le Département" not in client.get(f"{PUBLIC}actions/{row.pk}/").content.decode().translate(PLAIN)
    assert client.get(REPORT, {"financeur": funder.pk}).status_code == 404


def test_an_action_funded_twice_by_the_same_counts_once(client, lea, plan, study):
    for number, euros in ((7, 4_000), (7, 500), (3, 100)):
        fund(action(plan, number), lea, euros=euros)
    client.force_login(lea)
    page = client.get(f"{IN_SPACE}financeurs/").content.decode().translate(PLAIN)
    assert '<td data-t="Actions" class="droite">2</td>' in page
    assert "4 600 €" in page


def test_what_is_funded_never_passes_the_budget_and_can_be_taken_back(client, lea, plan, study):
    client.force_login(lea)
    row = action(plan, 7)
    row.budget = 5_000
    row.save()
    first = fund(row, lea, euros=4_000)
    text = (
        gesture(client, row, geste="financer", name="La Ville", euros="1001")
        .content.decode()
        .translate(PLAIN)
    )
    assert "Le financement dépasse le budget." in text
    gesture(client, row, geste="oter-financement", financement=first.pk)
    gesture(client, row, geste="financer", name="La Ville", euros="1001")
    text = (
        gesture(client, row, geste="oter-financement", financement=first.pk).content.decode().translate(PLAIN)
    )
    assert "le financement dépasserait le budget" in text
    assert PlanAction.objects.get(pk=row.pk).funded == 1_001
    sent = {"title": row.title, "axis": row.axis_id, "version": row.version, "budget": "1000"}
    page = client.post(f"{IN_SPACE}{row.pk}/", sent)
    assert page.status_code == 400
    assert "dépasse ce budget" in page.content.decode().translate(PLAIN)
    text = gesture(client, row, geste="financer").content.decode().translate(PLAIN)
    assert "Il manque qui finance." in text
    text = (
        gesture(client, row, geste="financer", name="mot de passe : Soleil2024!")
        .content.decode()
        .translate(PLAIN)
    )
    assert "mot de passe" in text
    assert Funder.objects.filter(name__contains="Soleil").count() == 0


@pytest.mark.parametrize("model", [Plan, PlanAction])
def test_restored_measure_is_checked_against_concurrent_changes(lea, plan, monkeypatch, model):
    """A budget lowered, people counted rather than hours, while this one waits for its turn."""
    row = action(plan, 7)
    PlanAction.objects.filter(pk=row.pk).update(budget=100, indicator="heures", counts=rules.THINGS)
    row.refresh_from_db()
    funding = fund(row, lea, euros=80)
    actions.withdraw_funding(funding, by=lea, at=AT)
    measure = actions.count(row, on=AT.date(), value=12.5, source="Relevé", by=lea, at=AT)
    actions.withdraw_measure(measure, by=lea, at=AT)
    manager, locked = type(PlanAction.objects), type(PlanAction.objects).select_for_update

    def waits(self, *args, **more):
        if self.model is model:
            PlanAction.objects.filter(pk=row.pk).update(budget=50, counts=rules.PEOPLE)
        return locked(self, *args, **more)

    monkeypatch.setattr(manager, "select_for_update", waits)
    if model is Plan:
        with pytest.raises(Refused, match="le financement dépasserait le budget"):
            actions.withdraw_funding(Funding.objects.get(pk=funding.pk), by=lea, at=AT)
    else:
        stale_measure = row.measures.get()
        assert stale_measure.action.counts == rules.THINGS, "as the page read it"
        with pytest.raises(Refused, match="n’est pas entier"):
            actions.withdraw_measure(stale_measure, by=lea, at=AT)


def test_a_name_that_another_holds_is_refused(client, lea, plan, study):
    client.force_login(lea)
    fund(action(plan, 7), lea)
    town = fund(action(plan, 7), lea, name="La Ville").funder
    page = client.post(f"{IN_SPACE}financeurs/{town.pk}/", {"name": "LE DÉPARTEMENT", "geste": "renommer"})
    assert page.status_code == 400
    assert "porte déjà ce nom" in page.content.decode().translate(PLAIN)
    assert client.post(f"{IN_SPACE}financeurs/{town.pk}/", {"name": " "}).status_code == 400
    town.refresh_from_db()
    assert town.name == "La Ville"


def test_the_report_of_the_plan_says_who_funds(lea, plan, reading_of_place):
    row = action(plan, 7)
    fund(row, lea, euros=4_000, brings="une salle")
    plan_report = plan_of(PLACE, reading_of_place, on=AT.date())
    action_line = next(each for each in plan_report.actions if each.number == 7)
    assert (action_line.funded, action_line.budget) == (4_000, None)
    assert tuple(each.translate(PLAIN) for each in action_line.funders) == (
        "Le Département : 4 000 €, une salle",
    )
    table = document._table_of_actions(plan_report).blocks[0]
    cells = next(cells for cells in table.rows if cells[2].text == row.title)
    assert [each.mark.translate(PLAIN) for each in cells if each.mark][
        -1
    ] == "Le Département : 4 000 €, une salle"
    (money,) = document._money(plan_report)[0].blocks
    assert "4 000 € financent des actions sans budget écrit" in money.text.translate(PLAIN)


def test_the_file_of_the_report_says_why_nothing_is_funded_any_more(client, lea, plan, study):
    client.force_login(lea)
    Structure.objects.create(key="s-pimms", name="Le Pimms", code_insee="38185")
    row = action(plan, 7)
    funder = fund(row, lea, euros=4_000).funder
    actions.set_state(row, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    period = {"du": "2026-01-01", "au": "2026-06-30", "financeur": funder.pk}
    table = client.get("/espace/pilotage/activite.csv", period).content.decode("utf-8-sig")
    total_rows = [
        each for each in csv.DictReader(io.StringIO(table)) if each["partie"].startswith("ensemble des a")
    ]
    assert [(each["montant_euros"], each["motif"]) for each in total_rows] == [
        ("", "toutes sont abandonnées")
    ]


def test_funding_of_a_dropped_action_is_reported_separately(client, lea, plan, reading_of_place):
    active_action, dropped = action(plan, 7), action(plan, 3)
    dropped_part = actions.write(
        plan, token="p", title="Le mardi", axis=dropped.axis, parent=dropped, by=lea, at=AT
    )
    funder = fund(active_action, lea, euros=4_000).funder
    fund(dropped, lea, euros=900)
    fund(dropped_part, lea, euros=100)
    dropped.refresh_from_db()
    actions.set_state(dropped, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    (row,) = queries.funders_of(plan)
    assert (row.brought.n_actions, row.brought.euros) == (1, 4_000)
    client.force_login(lea)
    excluded_sentence = "En dehors : 1 000 €, pour des actions abandonnées."
    for address in ("", f"{funder.pk}/"):
        page = client.get(f"{IN_SPACE}financeurs/{address}").content.decode().translate(PLAIN)
        assert excluded_sentence in page and "4 000 €" in page and "5 000 €" not in page
    assert "4 000 € acquis pour ce plan." in page
    (money,) = document._money(plan_of(PLACE, reading_of_place, on=AT.date()))[0].blocks
    assert "En dehors, 1 000 € ont été accordés à des actions abandonnées." in money.text.translate(PLAIN)


def test_nothing_more_funds_a_dropped_action_nor_its_parts_until_it_is_taken_up(client, lea, plan):
    parent_action, offered = action(plan, 3), 'value="financer"'
    part = actions.write(
        plan, token="p", title="Le mardi", axis=parent_action.axis, parent=parent_action, by=lea, at=AT
    )
    client.force_login(lea)
    pages = [f"/territoires/{PLACE}/plan/actions/{row.pk}/" for row in (parent_action, part)]
    assert all(offered in client.get(page).content.decode() for page in pages)
    actions.set_state(parent_action, rules.DROPPED, why="La salle est vendue.", by=lea, at=AT)
    for row, page in zip((parent_action, part), pages, strict=True):
        page_text = client.get(page).content.decode()
        assert offered not in page_text and "Reprenez-la pour noter un financement." in page_text
        with pytest.raises(Refused, match="Cette action est abandonnée"):
            fund(row, lea, euros=900)  # from a page opened before
    actions.set_state(parent_action, rules.TO_DECIDE, by=lea, at=AT)
    assert all(offered in client.get(page).content.decode() for page in pages)
    assert fund(parent_action, lea, euros=900).euros == 900


@pytest.fixture
def reading_of_place(study):
    from maillage.apps.steering.plans.queries import overview

    return overview.reading_of(PLACE)
