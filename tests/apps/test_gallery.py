"""The gallery: each row of the reference list is there, drawn or with the reason why it is not."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest

from maillage.apps.gallery import queries
from maillage.apps.plans import actions as steering
from maillage.reports.directory.census import Actor, ActorPlace, ActorPractice, KindLine, Part, PracticeLine
from maillage.reports.gallery import plate as plates
from maillage.reports.gallery import territory
from maillage.reports.gallery.plate import FAMILIES
from maillage.reports.territory.field import Action
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROWS = {f"I-{n:03}" for n in range(1, 69)}
HEAVIEST = 300_000  # bytes of a page


@pytest.fixture
def drawn(study, monkeypatch):
    """The plates of a study, in place of that of the demonstration."""
    monkeypatch.setattr(queries, "DEMONSTRATION", PLACE)
    return {plate.id: plate for plate in queries.plates()}


def answered(found) -> set[str]:
    return {row for plate in found for row in plate.requirements} | {
        page.requirement for page in queries.pages()
    }


def test_each_row_of_the_list_is_answered_with_a_study_and_without(home, drawn):
    assert answered(drawn.values()) == ROWS


def test_without_a_study_the_page_says_what_it_lacks(client, home):
    found = queries.plates()
    assert answered(found) == ROWS
    assert {each.reason for each in found if each.id == "numerique"} == {
        "Aucune étude de la démonstration n’est encore calculée sur cette installation."
    }
    page = client.get("/galerie/cartes/").content.decode()
    assert page.count("Aucune étude de la démonstration") == 4
    assert client.get("/galerie/planches/numerique.svg").status_code == 404


def test_each_drawing_has_a_conclusion_a_table_and_a_source(drawn):
    ids = [plate.id for plate in queries.plates()]
    assert len(ids) == len(set(ids))
    for plate in drawn.values():
        assert bool(plate.svg) != bool(plate.reason), plate.id
        if plate.svg:
            assert plate.title and plate.title != plate.about, plate.id
            assert not re.search(r"\bnan\b|None|\*\*|\.\.", plate.title + plate.source), plate.id
            assert plate.table.rows and plate.source, plate.id
            assert {len(row) for row in plate.table.rows} == {len(plate.table.columns)}, plate.id
            assert 'role="' in plate.svg and ("aria-label" in plate.svg or "<title" in plate.svg), plate.id


def test_only_what_nobody_counted_here_is_not_drawn(drawn):
    """A study without places nor answers of its own: all that needs neither is a drawing."""
    empty = {row for plate in drawn.values() if plate.reason for row in plate.requirements}
    shown = {row for plate in drawn.values() if plate.svg for row in plate.requirements}
    places = {"I-011", "I-014", "I-027", "I-034", "I-045", "I-046", "I-047", "I-048", "I-049", "I-056"}
    assert empty == places | {"I-013", "I-022"}
    assert not empty & shown


def test_what_a_document_does_not_print_is_missing_and_never_zero(drawn):
    """« Une connexion Internet à la maison 0 % » : le document de Maubeuge ne l’imprime pas."""
    made = [plate for plate in drawn.values() if "fabriqué pour" in plate.source]
    assert len(made) > 15
    for plate in made:
        assert not [row for row in plate.table.rows if "0\xa0%" in row], plate.id
    tablet = next(row for row in drawn["equipement"].table.rows if row[0] == "Une tablette")
    assert tablet[1:] == ("–", "manquant", "–")
    assert drawn["equipement"].svg.count('<rect fill="url(#g-equipement)" x="1" y=') == 3
    assert drawn["equipement"].svg.count(">manquant</text>") == 3
    assert "Manquant\xa0: le document publié n’imprime" in drawn["equipement"].source


def test_answers_that_are_all_there_is_do_not_come_first(drawn):
    assert "se suivent sans écart net" in drawn["decouverte"].title
    assert "entre 87 et 100" in drawn["satisfaction"].title


def test_what_documents_print_is_drawn_as_printed(drawn):
    """Who telephones the Caf, among everybody who was met: of those of whom the file says it, all do."""

    def told(name: str) -> list[str]:
        return [" ".join(row).replace("\xa0", " ") for row in drawn[name].table.rows]

    for name, printed in (
        ("themes", (46, 44, 24, 22)),
        ("formats", (79, 58, 50)),
        ("publics-20-60-20", (20, 60, 20)),
    ):
        assert len(told(name)) == len(printed), name
        for percent, row in zip(sorted(printed), sorted(told(name), key=shown_percent), strict=True):
            assert shown_percent(row) == percent, row
    never, hard, alone, phone, mail, helped, whom = map(shown_percent, told("caf"))
    assert (never + hard, alone, phone, whom) == (65, 35, 37, 70)
    assert mail == 33 and helped > 50
    assert "47\xa0% ont un ordinateur, contre 89\xa0% des Français" in drawn["ici-et-en-france"].source


def shown_percent(row: str) -> int:
    """Return the first percent of a row of a table."""
    found = re.search(r"(\d+) %", row)
    assert found is not None, row
    return int(found[1])


def test_places_and_actions_that_are_counted_are_drawn():
    """Where a census was taken and a register written; none of these plates then gives a reason."""
    wifi = PracticeLine(
        id="wifi", label="Wifi", is_said=True, n_today=31, n_planned=2, share="40\xa0%", bar=40, how=""
    )
    kinds = [
        KindLine(label=label, n_places=n, n_structures=0, share="", bar=n)
        for label, n in (("Autre", 9), ("Mairie", 5))
    ]
    library = ActorPlace(id="m", name="Médiathèque", practices=(ActorPractice("Wifi", "today"),))
    actor = Actor(name="La Ville", kind="Mairie", places=(library,), is_known=True)
    census = SimpleNamespace(
        n_places=14, n_talking=12, n_silent=2, never_said="", source="Compté ce jour.", kinds=kinds,
        practices=(wifi,), actors=(actor,), shares=SimpleNamespace(free=Part(3, 4, "75\xa0%", 0.75)),
    )  # fmt: skip
    action = Action(kind="Stand", name="Au marché", place="Ici", when="2026", public="tous", met="")
    found = {each.id: each for each in territory.counted(census, [action], territory.Link("", "", "", ""))}
    assert not [each.id for each in found.values() if each.reason]
    assert found["acteurs"].title.replace("\xa0", " ") == "14 lieux, 9 sans type connu ; d’abord : mairie"
    assert found["acteurs"].table.rows == (("La Ville", "Mairie", "Médiathèque (wifi)"),)
    assert found["services-des-lieux"].table.rows[0][:3] == ("Wifi", "31", "2")
    assert found["gratuite"].table.rows == (("Gratuit", "3"), ("Payant, ou selon la situation", "1"))
    assert found["sensibilisation"].table.rows[0][-1] == "pas compté"


def test_a_drawing_comes_right_after_its_conclusion(client, drawn):
    page = client.get("/galerie/habitants/").content.decode()
    assert page.count('class="dessin-planche"') > 1
    for section in page.split("<section")[1:]:
        if 'class="dessin-planche"' in section:
            order = [section.index(mark) for mark in ("</h2>", 'class="dessin-planche"', ">CSV<")]
            assert order == sorted(order)


def test_a_drawing_goes_as_picture_and_its_table_as_a_file(client, drawn):
    for form, kind in (("svg", "image/svg+xml"), ("png", "image/png")):
        response = client.get(f"/galerie/planches/critere.{form}")
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert "attachment" in response["Content-Disposition"]
    assert "<style>" in client.get("/galerie/planches/critere.svg").content.decode()
    table = client.get("/galerie/planches/critere.csv").content.decode()
    assert table.splitlines()[0].endswith("Source")
    assert "Que ce soit gratuit" in table
    assert client.get("/galerie/planches/critere.exe").status_code == 404
    assert client.get("/galerie/planches/rien.csv").status_code == 404
    assert client.get("/galerie/rien/").status_code == 404


def test_no_page_is_heavy_and_maps_come_when_they_are_seen(client, drawn, monkeypatch):
    monkeypatch.setattr(plates, "HEAVY", 6_000)  # the maps of one commune are light
    for family in FAMILIES:
        page = client.get(f"/galerie/{family}/").content.decode()
        assert len(page.encode()) <= HEAVIEST, family
        assert not re.findall(r"<style| style=", page), family
        assert page.count("<img") == page.count('loading="lazy"')
    heavy = [plate for plate in drawn.values() if plate.is_heavy]
    assert heavy
    for plate in heavy:
        page = client.get(f"/galerie/{plate.family}/").content.decode()
        assert f'src="/galerie/planches/{plate.id}.svg?voir=1"' in page
        assert plate.size[0] > 300


def test_printed_percentages_are_those_of_the_studies(drawn):
    """What Strasbourg printed of all its structures is not what those who answered say."""
    told = dict(row for name in ("besoins", "canaux") for row in drawn[name].table.rows)
    assert told["Moyens humains"].startswith("45")
    assert told["Orientation par des structures partenaires"].startswith("73")
    assert drawn["type-structure"].table.rows[0][:2] == ("Association", "19")


def test_the_outline_of_a_territory_has_no_class(drawn):
    assert not re.search(r'class="zone (?!fond)', drawn["perimetre"].svg)
    assert "<text" in drawn["perimetre"].svg


def test_each_link_of_each_page_leads_somewhere(client, drawn):
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    steering.publish(plan, shown=True, by=lea, at=AT)
    found = {}
    for page in ("/galerie/", *(f"/galerie/{family}/" for family in FAMILIES)):
        main = client.get(page).content.decode().partition("<main")[2].partition("</main")[0]
        for href in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', main):
            found.setdefault(urljoin(page, href).partition("#")[0], page)
    found = {href: page for href, page in found.items() if not href.startswith("/galerie/planches/")}
    assert "/dematerialisation/" in found
    gone = {href: page for href, page in found.items() if client.get(href).status_code >= 400}
    assert not gone
