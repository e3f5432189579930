"""Modules and outlines of a territory: written by its right only, read by those around it, unseen elsewhere."""

import re
from datetime import UTC, datetime
from importlib import import_module

import pytest
import yaml
from django.apps import apps

from maillage.apps.agenda.actions import outlines as actions
from maillage.apps.agenda.actions import planning
from maillage.apps.agenda.models import TerritoryOutline
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.learning.actions import groups
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts import actions as journal
from maillage.kernel.errors import Refused
from maillage.modules import authoring
from maillage.modules.outlines import Outline, outlines
from maillage.publishing.page import drawings
from tests.conftest import account, with_role
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
MOUSE, OUTLINE = "tenir-la-souris", "sms-pieges"
TRAMES = f"/espace/ateliers/trames/{OUTLINE}/"


@pytest.fixture
def isere(home):
    return account("isere", "coordination", territory="38")


@pytest.fixture
def nord(home):
    """A trainer to whom the coordination of the North gave the right, and nothing else."""
    return account("nord", "pedagogie", territory="59")


@pytest.fixture
def library(db):
    return place("Médiathèque", {"nom": "Médiathèque", "code_insee": "38185"}).structure


@pytest.fixture
def trainer(library):
    return account("karim", "formation", structure=library)


def adapted(client, user, title: str) -> None:
    """Adapt the module of the mouse by its pages, with a title of one’s own."""
    client.force_login(user)
    client.post(f"/espace/modules/{MOUSE}/adapter/")
    with contents.reading_as(lambda: ("38",) if title == "La souris en Isère" else ("59",)):
        folder = authoring.folder_of(contents.root(), MOUSE)
        file = folder / "module.yaml"
        module = yaml.safe_load(file.read_text("utf-8"))
        file.write_text(authoring.written({**module, "titre": title}), "utf-8")
        contents.territory_modules(now=True)


def read(client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def test_two_territories_that_adapt_a_module_do_not_share_it(client, isere, nord):
    adapted(client, isere, "La souris en Isère")
    adapted(client, nord, "La souris du Nord")
    page = read(client, "/espace/modules/")
    assert "La souris du Nord" in page
    assert "en Isère" not in page
    assert "La souris du Nord" in read(client, f"/apprendre/{MOUSE}/")
    client.force_login(isere)
    page = read(client, f"/espace/modules/{MOUSE}/")
    assert "La souris en Isère" in page
    assert "du Nord" not in page
    client.logout()
    page = read(client, f"/apprendre/{MOUSE}/")
    assert "Tenir la souris" in page
    assert "en Isère" not in page


def test_a_module_taken_away_by_a_territory_stays_in_the_other(client, isere, nord, home):
    adapted(client, isere, "La souris en Isère")
    client.force_login(nord)
    assert client.get(f"/espace/modules/{MOUSE}/").status_code == 404
    assert client.post(f"/espace/modules/{MOUSE}/supprimer/").status_code == 404
    assert (home / "modules/territoires/38/02-tenir-la-souris/module.yaml").is_file()
    assert not (home / "modules/02-tenir-la-souris").exists()


def test_a_learner_reads_the_module_of_the_territory_of_the_card(client, isere, trainer, library):
    adapted(client, isere, "La souris en Isère")
    group = groups.open_group(by=trainer, structure=library, title="Jeudi", modules=[], at=AT)
    (member,) = groups.welcome(group, ["Ali"], by=trainer, at=AT)
    client.logout()
    client.post("/apprendre/groupe/", {"code": group.code, "carte": member.person.card, "rejoindre": "1"})
    assert "La souris en Isère" in read(client, f"/apprendre/{MOUSE}/")
    client.post("/ma-carte/apprendre/fermer/")
    assert "La souris en Isère" not in read(client, f"/apprendre/{MOUSE}/")


def test_whoever_acts_for_a_structure_reads_the_module_of_its_territory(client, isere, trainer, nord):
    adapted(client, isere, "La souris en Isère")
    client.force_login(trainer)
    assert "La souris en Isère" in read(client, f"/apprendre/{MOUSE}/")
    client.force_login(nord)
    assert "La souris en Isère" not in read(client, f"/apprendre/{MOUSE}/")


def test_the_link_of_a_place_opens_the_modules_of_its_territory(client, isere):
    adapted(client, isere, "La souris en Isère")
    assert "http://testserver/apprendre/?territoire=38" in read(client, "/espace/modules/")
    client.logout()
    answer = client.get(f"/apprendre/{MOUSE}/?territoire=38")
    assert answer.url == f"/apprendre/{MOUSE}/"
    assert "La souris en Isère" in read(client, answer.url)
    client.get(f"/apprendre/{MOUSE}/?territoire=../../..")
    assert "La souris en Isère" not in read(client, answer.url)


def test_the_narrowest_territory_wins(client, isere):
    adapted(client, isere, "La souris en Isère")
    metropole = account("metropole", "coordination", territory="200040715")
    client.force_login(metropole)
    assert "La souris en Isère" in read(client, f"/apprendre/{MOUSE}/")
    client.post(f"/espace/modules/{MOUSE}/adapter/")
    assert "La souris en Isère" not in read(client, f"/apprendre/{MOUSE}/")


def test_an_author_of_two_territories_says_which(client, isere, nord):
    both = with_role(isere, "pedagogie", territory="59")
    client.force_login(both)
    client.post("/espace/modules/territoire/", {"territoire": "59"})
    client.post(f"/espace/modules/{MOUSE}/adapter/")
    assert contents.adapting() == ["59"]
    assert client.post("/espace/modules/territoire/", {"territoire": "69"}).status_code == 404


def test_modules_of_the_whole_installation_go_to_the_territory_that_made_them(isere, nord, coordinator, home):
    base = home / "modules"
    for by, id in ((isere, MOUSE), (nord, "toucher-l-ecran"), (coordinator, "premieres-touches")):
        authoring.adapt(base, id, drawings=frozenset(drawings.names()))
        journal.record(by=by, verb="module.adapted", row=by, at=AT, words=id)
    Membership.objects.filter(user=nord).update(role="coordination")
    import_module("maillage.apps.learning.migrations.0002_modules_of_territories").forwards(apps, None)
    assert (base / "territoires/38/02-tenir-la-souris/module.yaml").is_file()
    assert (base / "territoires/59/03-toucher-l-ecran/module.yaml").is_file()
    assert authoring.ids(base) == ["premieres-touches"]


# ----------------------------------------------------------------------------------------------- the outlines


def form_of(client, **more) -> dict[str, str]:
    """Return the form data of the outline, as a browser sends it back."""
    page = client.get(f"{TRAMES}adapter/")
    form, stages = page.context["form"], page.context["stages"]
    sent = {each.html_name: each.value() for part in (form, *stages.forms) for each in part}
    sent |= {each.html_name: each.value() for each in stages.management_form}
    sent = {name: "" if value is None else str(value) for name, value in sent.items()}
    return sent | {"territoire": page.context["territory"], **more}


def test_an_outline_is_adapted_beside_the_original_by_its_territory_only(client, isere, nord, trainer):
    client.force_login(nord)
    original = outlines()[OUTLINE]
    page = client.get(f"{TRAMES}adapter/").content.decode()
    assert original.aim.split(",")[0] in page
    stage = {"etape-0-titre": "", "etape-1-minute": "0", "etape-1-titre": "Le café d’abord"}
    answer = client.post(f"{TRAMES}adapter/", form_of(client, titre="Les SMS du Nord", duree="150", **stage))
    assert answer.status_code == 302, answer.context["form"].errors
    page = read(client, TRAMES)
    assert "Les SMS du Nord" in page
    assert "150 minutes" in page
    assert "Le café d’abord" in page
    assert original.moments[0].title + ".</strong>" not in page
    assert original.title in read(client, f"{TRAMES}?origine")
    row = TerritoryOutline.objects.get()
    assert (row.territory, row.number, len(row.content["deroule"])) == ("59", 1, len(original.moments) - 1)
    for user in (isere, trainer):
        client.force_login(user)
        for address in (TRAMES, "/espace/ateliers/trames/", f"{TRAMES}telecharger/"):
            assert "Les SMS du Nord" not in read(client, address)
    assert client.get(f"{TRAMES}adapter/").status_code == 404
    client.force_login(isere)
    assert client.get(f"{TRAMES}adapter/?territoire=59").status_code == 404
    assert client.post(f"{TRAMES}origine/", {"territoire": "59"}).status_code == 404
    assert TerritoryOutline.objects.exists()


def test_the_original_is_folded_beside_the_form_and_offered_to_those_who_may_adapt_it(client, nord, trainer):
    """FS-07 : sous le formulaire d’un téléphone, l’originale tient une ligne ; qui n’a pas le droit n’a pas de lien."""
    client.force_login(nord)
    _, fold = read(client, f"{TRAMES}adapter/").split('<h2 id="originale">L’originale</h2>')
    assert re.match(
        r'\s*<details class="source plie-etroit">\s*<summary>.*?</summary>\s*<article', fold, re.S
    )
    assert outlines()[OUTLINE].aim in fold.split("</details>")[0].replace("\xa0", " ")
    assert f"{TRAMES}adapter/" in read(client, TRAMES)
    client.force_login(trainer)
    assert "adapter/" not in read(client, TRAMES)


def test_a_territory_comes_back_to_the_original_and_exports_its_own(client, nord):
    client.force_login(nord)
    client.post(f"{TRAMES}adapter/", form_of(client, titre="Les SMS du Nord"))
    file = client.get(f"{TRAMES}telecharger/").content.decode()
    assert Outline.model_validate(yaml.safe_load(file)).title == "Les SMS du Nord"
    client.post(f"{TRAMES}origine/", {"territoire": "59"})
    assert not TerritoryOutline.objects.exists()
    assert "Les SMS du Nord" not in read(client, TRAMES)
    assert "déjà celle d’origine" in client.post(f"{TRAMES}origine/", follow=True).content.decode()


def test_two_people_who_write_the_same_outline_lose_nothing(client, nord):
    client.force_login(nord)
    before = form_of(client, titre="Le premier")
    client.post(f"{TRAMES}adapter/", before)
    answer = client.post(f"{TRAMES}adapter/", {**before, "titre": "Le second"})
    assert answer.status_code == 400
    assert "Quelqu’un d’autre l’a changée" in answer.content.decode()
    assert "Le second" in answer.content.decode()
    assert TerritoryOutline.objects.get().content["titre"] == "Le premier"


def test_coming_back_to_the_original_takes_nothing_that_was_not_read(client, nord):
    client.force_login(nord)
    client.post(f"{TRAMES}adapter/", form_of(client, titre="Le premier"))
    read_first = client.get(f"{TRAMES}adapter/").context["row"].number
    client.post(f"{TRAMES}adapter/", form_of(client, titre="Le second"))
    sent = {"territoire": "59", "lu": read_first}
    page = client.post(f"{TRAMES}origine/", sent, follow=True).content.decode()
    assert "Quelqu’un d’autre l’a changée depuis que vous l’avez lue." in page
    assert TerritoryOutline.objects.get().content["titre"] == "Le second"
    client.post(f"{TRAMES}origine/", sent | {"lu": read_first + 1})
    assert not TerritoryOutline.objects.exists()


def test_what_is_downloaded_before_coming_back_is_what_is_erased(client, nord, isere):
    with_role(nord, "coordination", territory="62")
    for territory, title in (("59", "Celle du Nord"), ("62", "Celle du Pas-de-Calais")):
        actions.adapt(territory, OUTLINE, {"titre": title}, number=0, by=nord, at=AT)
    client.force_login(nord)
    page = client.get(f"{TRAMES}adapter/?territoire=62").content.decode()
    assert f'href="{TRAMES}telecharger/?territoire=62"' in page
    assert "Celle du Pas-de-Calais" in read(client, f"{TRAMES}telecharger/?territoire=62")
    client.force_login(isere)
    assert "Celle du Pas" not in read(client, f"{TRAMES}telecharger/?territoire=62")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"duree": "40"}, "les minutes vont de 0"),
        ({"etape-2-anime": ""}, "Dites ce qui se fait"),
        ({"places_min": "9", "places_max": "4"}, "le plus petit nombre"),
        ({"piege": ""}, "Cette partie manque"),
        ({"fin": "Le mot de passe est : Soleil2026!"}, "mot de passe"),
    ],
)
def test_what_is_wrong_in_an_outline_is_an_error_and_what_was_typed_stays(client, nord, more, words):
    client.force_login(nord)
    answer = client.post(f"{TRAMES}adapter/", form_of(client, titre="Le mien", **more))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert "Le mien" in page
    assert not TerritoryOutline.objects.exists()


def test_a_workshop_is_planned_and_printed_with_the_outline_of_its_territory(client, isere, trainer, library):
    actions.adapt("38", OUTLINE, {"titre": "Les SMS de l’Isère"}, number=0, by=isere, at=AT)
    client.force_login(trainer)
    page = read(client, "/espace/ateliers/trames/")
    assert "Les SMS de l’Isère" in page
    assert page.count('<details class="pli" open') == 1 < page.count('<details class="pli"'), (
        "one is unfolded"
    )
    assert 'value="Les SMS de l’Isère"' in read(client, f"/espace/ateliers/nouveau/?trame={OUTLINE}")
    assert "Les SMS de l’Isère" in read(client, "/espace/apprendre/nouveau/")
    values = {"title": "Jeudi", "subject": "securite", "level": "debutant", "outline": OUTLINE, "capacity": 4}
    values |= {"starts_at": AT, "ends_at": AT.replace(hour=11), "commune": "38185", "address": "1 rue"}
    row = planning.plan(by=trainer, structure=library, values=values, at=AT.replace(day=1))
    assert f"{TRAMES}?atelier={row.pk}" in read(client, f"/espace/ateliers/{row.pk}/")
    assert "Les SMS de l’Isère" in read(client, f"{TRAMES}?atelier={row.pk}")


def test_nobody_writes_without_the_right_even_past_the_page(trainer, isere):
    for user in (trainer, isere):
        with pytest.raises(Refused, match="n’a pas été changée"):
            actions.adapt("59", OUTLINE, {"titre": "X"}, number=0, by=user, at=AT)
