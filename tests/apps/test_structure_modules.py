"""Modules that a trainer writes for a structure: read by who learns there, taken by the territory, steps written
from patterns.
"""

import html
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from maillage.apps.learning import access
from maillage.apps.learning import rules as learning_rules
from maillage.apps.learning.actions import groups
from maillage.apps.learning.queries import contents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.modules import reading as module_reading
from maillage.modules import steps
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
BASE = "/espace/modules/"
COMMON = {
    "titre": "Le bus de midi",
    "nature": "seul",
    "texte": "Le bus passe à midi.\nIl va au marché.",
    "consigne": "Trouvez le bon bus.",
    "reussite": "Vous avez trouvé le bus.",
    "indices": "Regardez l’heure.\nIl va au marché.",
}
CHOICES = {
    "choix-1-texte": "Le bus 12",
    "choix-1-consequence": "Il va au marché.",
    "choix-1-juste": "on",
    "choix-2-texte": "Le bus 31",
    "choix-2-consequence": "Il va à la gare.",
}
TYPED = {
    "lire": {**COMMON, "nature": "regarder"},
    "choisir": {**COMMON, "question": "Quel bus ?", **CHOICES},
    "ordre": {**COMMON, "lignes": "J’attends.\nJe monte.\nJe valide."},
    "piege": {
        **COMMON,
        "canal": "sms",
        "de": "06 39 98 00 41",
        "corps": "Votre bus est en retard.\nPayez 2 € ici.",
        "signes-1-ou": "Payez 2 €",
        "signes-1-quoi": "Un bus en retard ne se paie pas.",
        **CHOICES,
    },
    "rangement": {
        **COMMON,
        "places-1-nom": "Au marché",
        "places-1-objets": "La salade\nLe pain",
        "places-2-nom": "À la gare",
        "places-2-objets": "Le billet",
    },
    "taper": {**COMMON, "modeles": "marché\ngare", "tolere": ["majuscules", "accents"]},
}


@pytest.fixture
def library(home):
    return place("Médiathèque", {"nom": "Médiathèque", "code_insee": "38185"}).structure


@pytest.fixture
def centre(home):
    return place("Centre social", {"nom": "Centre social", "code_insee": "38185"}).structure


@pytest.fixture
def trainer(client, library):
    user = account("karim", "formation", structure=library)
    client.force_login(user)
    return user


def read(client, address: str) -> str:
    return html.unescape(client.get(address, follow=True).content.decode()).replace("\xa0", " ")


def state(client, id: str) -> str:
    return re.findall(r'name="lu" value="([^"]*)"', read(client, f"{BASE}{id}/etapes/ordre/"))[0]


def write(client, pattern: str, id: str = "le-bus", **more):
    return client.post(f"{BASE}{id}/etapes/{pattern}/", {"lu": state(client, id), **TYPED[pattern], **more})


def write_module(client) -> None:
    """Write « Le bus » to its end, by its pages: header, six steps, sheet."""
    client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": "francais"})
    for pattern in steps.STEP_PATTERNS:
        assert write(client, pattern, compte="on").status_code == 302
    for part, texts in (
        ("en-tete", {"but": "Prendre le bus.", "reussi": "Vous montez.", "pour_l_aidant": "Ensemble."}),
        (
            "fiche",
            {
                **{f"fiche › etapes {n} › phrase": "Je monte." for n in (1, 2, 3)},
                "fiche › piege": "Le retard.",
            },
        ),
    ):
        client.post(f"{BASE}le-bus/{part}/", {"lu": state(client, "le-bus"), **texts})


def test_a_trainer_writes_a_module_from_nothing(client, trainer, library):
    assert "Vos modules" in read(client, "/espace/apprendre/")
    assert "Médiathèque" in read(client, BASE)
    client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": "francais"})
    page = read(client, f"{BASE}le-bus/")
    assert "cochez « Cette étape montre que c’est appris »" in page
    assert read(client, "/apprendre/le-bus/").count("Le bus") == 0
    write_module(client)
    page = read(client, f"{BASE}le-bus/")
    assert "faute" not in page
    assert "Prendre le bus." in read(client, "/apprendre/le-bus/")
    kinds = [
        exercise.kind
        for _, exercise in contents.modules_of_structure(learning_rules.scope_of(library.pk))[
            "le-bus"
        ].exercises()
    ]
    assert kinds == [*steps.STEP_PATTERNS][1:]
    for number in range(1, 7):
        assert client.get(f"/apprendre/le-bus/{number}/").status_code == 200


def test_only_who_learns_with_the_structure_reads_what_it_wrote(client, trainer, library, centre):
    write_module(client)
    own_group, other = (
        groups.open_group(
            by=account(name, "formation", structure=at), structure=at, title="Jeudi", modules=[], at=AT
        )
        for name, at in (("lea", library), ("ana", centre))
    )
    client.logout()
    for group, status in ((own_group, 200), (other, 404)):
        (member,) = groups.welcome(group, ["Ali"], by=group.by, at=AT)
        client.post("/apprendre/groupe/", {"code": group.code, "carte": member.person.card, "rejoindre": "1"})
        assert client.get("/apprendre/le-bus/").status_code == status
        client.post("/ma-carte/apprendre/fermer/")
    assert client.get("/apprendre/le-bus/").status_code == 404
    client.get(f"/apprendre/?territoire=structure-{library.pk}")
    assert client.get("/apprendre/le-bus/").status_code == 200
    client.get("/apprendre/?territoire=structure-../../..")
    assert client.get("/apprendre/le-bus/").status_code == 404


def test_a_card_without_a_group_reads_what_the_structure_that_follows_it_wrote(client, trainer, library):
    write_module(client)
    client.logout()
    client.post("/ma-carte/nouvelle/", {"surnom": "Ali"})
    assert client.get("/apprendre/le-bus/").status_code == 404, "nobody follows a card of one's own making"
    person = Person.objects.get()
    people.follow(person=person, structure=library, by=trainer, at=AT)
    assert client.get("/apprendre/le-bus/").status_code == 200
    people.leave(person=person, structure=library, by=trainer, at=AT)
    assert client.get("/apprendre/le-bus/").status_code == 404


def test_what_is_learnt_of_a_module_of_ones_structure_is_stored(client, trainer, library, centre):
    """A device sends without cookie: the card alone says whose modules are read."""
    write_module(client)
    client.logout()
    fact = {"module": "le-bus", "version": 1, "etape": 6, "etat": "done"}
    stored = []
    for structure in (library, centre):
        by = account(f"lea-{structure.pk}", "formation", structure=structure)
        group = groups.open_group(by=by, structure=structure, title="Jeudi", modules=[], at=AT)
        (member,) = groups.welcome(group, ["Ali"], by=by, at=AT)
        sent = {"carte": access.token(member.person), "faits": [{**fact, "uid": str(uuid4())}]}
        answer = client.post("/apprendre/synchroniser/", json.dumps(sent), content_type="application/json")
        stored.append((len(answer.json()["recus"]), list(answer.json()["refuses"].values())))
    assert stored == [(1, []), (0, ["module inconnu"])]


def test_what_is_learnt_by_the_link_of_a_structure_is_stored(client, trainer, library, centre):
    """With a card of one’s own making: the page says whose modules it shows."""
    write_module(client)
    client.logout()
    assert "data-lecteur" not in read(client, "/apprendre/tenir-la-souris/1/")
    client.get(f"/apprendre/?territoire={learning_rules.scope_of(library.pk)}")
    (scope,) = re.findall(r'data-lecteur="([^"]*)"', read(client, "/apprendre/le-bus/6/"))
    card = access.token(groups.alone(nickname="", at=AT))
    stored = []
    for reader in (scope, "", learning_rules.scope_of(centre.pk), "structure-../x"):
        fact = {"module": "le-bus", "version": 1, "etape": 6, "etat": "done", "lecteur": reader}
        sent = {"carte": card, "faits": [{**fact, "uid": str(uuid4())}]}
        answer = client.post("/apprendre/synchroniser/", json.dumps(sent), content_type="application/json")
        stored.append(len(answer.json()["recus"]))
    assert stored == [1, 0, 0, 0]


def test_the_pages_stored_on_a_device_are_those_of_who_reads_there(client, trainer, library):
    """The script that keeps them sends no cookie: it says whose modules are read, and nobody’s name."""
    write_module(client)
    client.logout()
    client.get(f"/apprendre/?territoire={learning_rules.scope_of(library.pk)}")
    script = client.get("/apprendre/hors-ligne.js").content.decode()
    contents_json = json.loads(script.split("\n", 1)[0].removeprefix("const CONTENUS = ").removesuffix(";"))
    client.cookies.clear()
    read_as = {access.READER: contents_json["lecteur"]}
    assert access.READER in script.split("\n", 1)[1]
    for address in contents_json["modules"]["le-bus"]:
        assert (client.get(address).status_code, client.get(address, headers=read_as).status_code) == (
            404,
            200,
        )
    assert "Le bus" in client.get("/apprendre/", headers=read_as).content.decode()
    assert client.get("/apprendre/", headers={access.READER: "structure-../x"}).status_code == 200
    assert '"lecteur": ""' in client.get("/apprendre/hors-ligne.js").content.decode()


def test_another_structure_and_another_territory_find_nothing_to_write(client, trainer, library, centre):
    write_module(client)
    scope = learning_rules.scope_of(library.pk)
    for user in (
        account("ana", "formation", structure=centre),
        account("nord", "pedagogie", territory="59"),
    ):
        client.force_login(user)
        assert client.get(f"{BASE}le-bus/").status_code == 404
        assert client.post(f"{BASE}territoire/", {"territoire": scope}).status_code == 404
        assert client.get(f"{BASE}le-bus/reprendre/?de={scope}").status_code == 404
        assert client.post(f"{BASE}le-bus/reprendre/", {"de": scope}).status_code == 404
        assert "Médiathèque" not in read(client, BASE)


def test_the_territory_reads_the_module_of_a_structure_then_takes_it(client, trainer, library):
    write_module(client)
    scope = learning_rules.scope_of(library.pk)
    client.force_login(account("isere", "coordination", territory="38"))
    assert "Écrits par les structures du territoire" in read(client, BASE)
    assert "Le bus passe à midi." in read(client, f"{BASE}le-bus/reprendre/?de={scope}")
    assert client.get("/apprendre/le-bus/").status_code == 404
    client.post(f"{BASE}le-bus/reprendre/", {"de": scope})
    assert client.get("/apprendre/le-bus/").status_code == 200
    assert "Vous avez déjà ce module" in read(client, f"{BASE}le-bus/reprendre/?de={scope}")
    assert "le-bus" in contents.modules_of_structure(scope)


def test_what_lacks_in_a_step_is_an_error_and_what_was_typed_stays(client, trainer):
    client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": "francais"})
    for pattern, more, words in (
        ("choisir", {"choix-1-juste": ""}, "Aucun choix n’est juste"),
        ("choisir", {"choix-2-texte": "", "choix-2-consequence": ""}, "Choix : il en faut au moins 2"),
        ("choisir", {"choix-2-consequence": ""}, "à moitié rempli"),
        ("choisir", {"consigne": "Trouvez le bon bus " + "et encore " * 6}, "La consigne a 16 mots"),
        ("ordre", {"lignes": "Une.\nDeux."}, "Il y a 2 lignes : il en faut de 3 à 7"),
        ("piege", {"signes-1-ou": "Payez 3 €"}, "« Payez 3 € » n’est pas dans le message"),
        ("piege", {"de": "06 12 34 56 78"}, "un numéro de mobile possible"),
        ("rangement", {"places-1-objets": ""}, "à moitié rempli"),
        ("taper", {"titre": ""}, "Ce texte manque"),
    ):
        answer = write(client, pattern, **more)
        page = html.unescape(answer.content.decode()).replace("\xa0", " ")
        assert (answer.status_code, words in page) == (400, True), (pattern, more)
        assert "Regardez l’heure." in page
    assert "Les étapes (0)" in read(client, f"{BASE}le-bus/")
    assert client.get(f"{BASE}le-bus/etapes/bureau/").status_code == 404


def test_the_second_of_two_who_write_a_step_is_warned_and_keeps_the_text(client, trainer):
    client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": "francais"})
    before = state(client, "le-bus")
    write(client, "lire")
    answer = write(client, "ordre", lu=before)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Quelqu’un a changé ce module" in page
    assert "Le bus de midi" in page


def test_a_draft_downloads(client, trainer):
    client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": "francais"})
    answer = client.get(f"{BASE}le-bus/telecharger/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (name,) = archive.namelist()
        assert "titre: Le bus" in archive.read(name).decode()


@pytest.mark.parametrize("theme", ["demarches", "", "autre"])
def test_a_module_begins_in_a_theme_that_asks_for_no_service(client, trainer, theme):
    answer = client.post(f"{BASE}nouveau/", {"titre": "Le bus", "en_tete": "", "theme": theme})
    assert answer.status_code == 400
    assert client.get(f"{BASE}le-bus/").status_code == 404


@pytest.mark.parametrize("text", ["Cochez", "reussite: true"])
def test_faults_speak_to_who_writes_here_and_to_who_writes_a_file(text):
    _, _, faults = module_reading.check("etapes: []", (), "1-x")
    assert text.lower() in " ".join(each.do for each in faults).lower()
