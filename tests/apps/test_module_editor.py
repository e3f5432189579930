"""Modules of a territory: adapted, composed, translated, carried; nothing broken is shown, nothing written
is lost.
"""

import html
import io
import re
import stat
import threading
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from maillage.apps.learning.actions import authoring as actions
from maillage.apps.learning.forms import authoring as forms
from maillage.apps.learning.queries import authoring as queries
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.models import Entry, User
from maillage.kernel.errors import Refused
from maillage.modules import archive as module_archive
from maillage.modules import authoring, catalogue, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.publishing.page import drawings
from tests.conftest import with_role
from tests.support.learning import every_kind
from tests.support.places import place
from tests.support.speed import within

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
MOUSE, PIEGES = "tenir-la-souris", "messages-pieges"
DRAWN = frozenset(drawings.names())
BASE = "/espace/modules/"


@pytest.fixture
def root(home) -> Path:
    contents.territory_modules(now=True)
    return home / "modules"


@pytest.fixture
def author(client, coordinator, root):
    client.force_login(coordinator)
    return client


@pytest.fixture
def adapted(author, root) -> Path:
    """The module of the mouse, adapted: its folder."""
    author.post(f"{BASE}{MOUSE}/adapter/")
    return root / "02-tenir-la-souris"


def form_of(page: str) -> dict[str, str]:
    """Return the fields of the form of the texts, as a browser would send them back."""
    body = page[page.index('class="module-texte"') :]
    sent = {}
    for name, value in re.findall(
        r'<input type="(?:hidden|text|number)"[^>]*?name="([^"]*)" value="([^"]*)"', body
    ):
        sent[html.unescape(name)] = html.unescape(value)
    for name, value in re.findall(r'<textarea[^>]*?name="([^"]*)"[^>]*>([^<]*)</textarea>', body):
        sent[html.unescape(name)] = html.unescape(value)
    for name, options in re.findall(r'<select[^>]*?name="([^"]*)">(.*?)</select>', body, re.S):
        sent[html.unescape(name)] = re.findall(r'value="([^"]*)" selected', options)[0]
    for name, value in re.findall(r'type="checkbox"[^>]*?name="([^"]*)" value="([^"]*)" checked', body):
        sent[html.unescape(name)] = [*sent[name], value] if isinstance(sent.get(name), list) else [value]
    return sent


def get_form(client, part: str, id: str = MOUSE) -> dict[str, str]:
    return form_of(client.get(f"{BASE}{id}/{part}/").content.decode())


def send(client, part: str, sent: dict[str, str], id: str = MOUSE):
    return client.post(f"{BASE}{id}/{part}/", sent)


def stored_module(folder: Path, name: str = module_reading.FILE):
    return yaml.safe_load((folder / name).read_text("utf-8"))


def read_of(client, id: str = MOUSE) -> str:
    return re.findall(r'name="lu" value="([^"]*)"', client.get(f"{BASE}{id}/").content.decode())[0]


def page_text(response) -> str:
    return html.unescape(response.content.decode()).replace("\xa0", " ")


# ---------------------------------------------------------------------------------------------------- reading


def test_a_module_of_the_territory_replaces_the_built_in_one(client, root):
    own_file = module_reading.file_of(MOUSE)
    folder = root / own_file.parent.name
    folder.mkdir(parents=True)
    (folder / module_reading.FILE).write_text(
        own_file.read_text("utf-8").replace('titre: "Tenir la souris"', 'titre: "La souris d’ici"')
    )
    contents.territory_modules(now=True)
    assert "La souris d’ici" in page_text(client.get(f"/apprendre/{MOUSE}/"))
    assert "La souris d’ici" in page_text(client.get("/apprendre/"))
    assert module_reading.own_modules()[MOUSE].title == "Tenir la souris"


@pytest.mark.parametrize("text", ["titre: [", "- a\n- b", "a: &a [*a]\n", "[" * 5000])
def test_a_broken_file_leaves_the_built_in_module_and_breaks_nothing(author, root, text):
    folder = root / "02-tenir-la-souris"
    folder.mkdir(parents=True)
    (folder / module_reading.FILE).write_text(text)
    contents.territory_modules(now=True)
    assert "Tenir la souris" in page_text(author.get(f"/apprendre/{MOUSE}/"))
    assert author.get("/apprendre/").status_code == 200
    page = page_text(author.get(BASE))
    assert "Fichier illisible" in page
    assert author.get(f"{BASE}{MOUSE}/").status_code == 200
    assert author.get(f"{BASE}{MOUSE}/1/").status_code in (302, 404)


def test_a_file_that_expands_to_billions_is_refused_at_once(root):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    folder = root / "300-bombe"
    folder.mkdir(parents=True)
    (folder / module_reading.FILE).write_text("\n".join(lines))
    read = module_reading.read(folder / module_reading.FILE, DRAWN)
    assert read.module is None
    assert read.faults


def test_a_changed_file_is_read_without_restart_and_built_in_ones_are_not(root, monkeypatch):
    folder = root / "300-essai"
    folder.mkdir(parents=True)
    text = (
        module_reading.file_of(MOUSE)
        .read_text("utf-8")
        .replace("id: tenir-la-souris", "id: essai")
        .replace("numero: 2", "numero: 300")
    )
    contents.modules()
    read = []
    monkeypatch.setattr(
        module_reading,
        "read",
        lambda path, known, real=module_reading.read: read.append(path) or real(path, known),
    )
    monkeypatch.setattr(catalogue, "EVERY", 0)
    (folder / module_reading.FILE).write_text(text)
    assert contents.module("essai").title == "Tenir la souris"
    assert read == [folder / module_reading.FILE]
    (folder / module_reading.FILE).write_text(
        text.replace('titre: "Tenir la souris"', 'titre: "Autre chose"')
    )
    assert contents.module("essai").title == "Autre chose"
    assert contents.module("essai").title == "Autre chose"
    assert len(read) == 2
    (folder / module_reading.FILE).unlink()
    assert contents.module("essai") is None
    assert list(contents.modules()) == list(contents.own_modules())


def test_the_folder_is_looked_at_once_in_two_seconds(root, monkeypatch):
    contents.territory_modules(now=True)
    looked = []
    monkeypatch.setattr(catalogue, "signature", lambda root: looked.append(root) or ())
    for _ in range(50):
        contents.modules()
    assert len(looked) <= 1


def test_of_two_folders_with_one_identifier_the_first_is_read_and_the_other_is_a_fault(root):
    text = module_reading.file_of(MOUSE).read_text("utf-8")
    for name in ("02-tenir-la-souris", "300-tenir-la-souris"):
        (root / name).mkdir(parents=True)
        (root / name / module_reading.FILE).write_text(text)
    territory_modules = catalogue.read(root, DRAWN)
    assert list(territory_modules.modules) == [MOUSE]
    assert (
        "déjà dans 02-tenir-la-souris"
        in territory_modules.faults[root / "300-tenir-la-souris" / module_reading.FILE][0].what
    )


# -------------------------------------------------------------------------------------------------- rewriting


def test_adapting_copies_the_built_in_module_as_it_is_and_once(author, adapted):
    assert (adapted / module_reading.FILE).read_bytes() == module_reading.file_of(MOUSE).read_bytes()
    (adapted / module_reading.FILE).write_text(
        (adapted / module_reading.FILE).read_text("utf-8") + "# à moi\n"
    )
    page = author.post(f"{BASE}{MOUSE}/adapter/", follow=True)
    assert "déjà adapté" in page_text(page)
    assert "# à moi" in (adapted / module_reading.FILE).read_text("utf-8")
    assert Entry.objects.filter(verb="module.adapted", words=MOUSE).exists()


def test_a_text_is_rewritten_published_and_undone(author, adapted):
    sent = get_form(author, "1")
    sent["etapes 1 › titre"] = "Voici la souris de la médiathèque"
    page = author.get(send(author, "1", sent).url)
    assert "Les apprenants le voient" in page_text(page)
    assert "Voici la souris de la médiathèque" in page_text(author.get(f"/apprendre/{MOUSE}/1/"))
    assert stored_module(adapted)["version"] == 1  # reworded: who had begun goes on
    back = author.post(f"{BASE}{MOUSE}/geste/", {"geste": "revenir", "lu": read_of(author)}, follow=True)
    assert "La version d’avant est revenue" in page_text(back)
    assert "Voici la souris" not in page_text(author.get(f"/apprendre/{MOUSE}/1/"))
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "revenir", "lu": read_of(author)})
    assert "Voici la souris de la médiathèque" in page_text(author.get(f"/apprendre/{MOUSE}/1/"))


def test_nothing_to_change_writes_nothing(author, adapted):
    before = (adapted / module_reading.FILE).read_bytes()
    for part in ("en-tete", "1", "3", "7", "fiche"):
        assert send(author, part, get_form(author, part)).status_code == 302
    assert (adapted / module_reading.FILE).read_bytes() == before
    assert not (adapted / "avant").exists()


@pytest.mark.parametrize("id", every_kind())
def test_every_part_of_a_built_in_module_survives_its_form(id, author, root):
    copy = actions.adapt(id, by=User.objects.get(), at=AT)
    before = module_texts.own(copy.content)
    for part in queries.parts(copy):
        fields = forms.fields(copy, part)
        sent = {
            each.name: each.value for each in fields if each.kind not in ("flag", "drawing") or each.value
        }
        assert forms.applied(copy, part, sent) == before, part
        assert len({each.name for each in fields}) == len(fields)


def test_a_fault_stands_beside_its_field_and_learners_keep_the_last_good_version(author, adapted):
    sent = get_form(author, "6")
    sent["etapes 6 › exercice › consigne"] = "mot " * 13
    page = page_text(author.get(send(author, "6", sent).url))
    field = page[page.index("etapes 6 › exercice › consigne") :][:900]
    assert "La consigne a 13 mots." in field
    assert "Gardé en brouillon" in page
    assert (adapted / authoring.DRAFT).exists()
    assert stored_module(adapted)["etapes"][5]["exercice"]["consigne"] == "Pour ouvrir la porte, quel doigt ?"
    assert "Pour ouvrir la porte" in page_text(author.get(f"/apprendre/{MOUSE}/6/"))
    assert "Brouillon" in page_text(author.get(BASE))
    sent = get_form(author, "6")
    assert sent["etapes 6 › exercice › consigne"].split() == ["mot"] * 13
    send(author, "6", {**sent, "etapes 6 › exercice › consigne": "Quel doigt ouvre ?"})
    assert not (adapted / authoring.DRAFT).exists()
    assert stored_module(adapted)["etapes"][5]["exercice"]["consigne"] == "Quel doigt ouvre ?"


def test_a_fault_is_written_in_words_and_leads_to_its_field(author, adapted):
    sent = get_form(author, "6")
    page = page_text(
        author.get(send(author, "6", {**sent, "etapes 6 › exercice › consigne": "mot " * 13}).url)
    )
    fault_link = (
        '<a href="/espace/modules/tenir-la-souris/6/#c-etapes-5-exercice-consigne">L’étape 6, « Consigne'
        " »</a> : "
    )
    assert f"{fault_link}La consigne a 13 mots." in page
    assert 'id="c-etapes-5-exercice-consigne"' in page
    assert f"{fault_link}La consigne a 13 mots." in page_text(author.get(f"{BASE}{MOUSE}/"))
    listed = page_text(author.get(BASE))
    assert "L’étape 6, « Consigne » : La consigne a 13 mots." in listed
    for each in (page, listed):
        assert "exercice › consigne)" not in each
        assert "Ligne " not in each


def test_what_is_changed_first_is_open_and_the_rest_folded_unless_it_is_wrong(author, root):
    id = "lire-et-repondre"
    author.post(f"{BASE}{id}/adapter/")
    number = next(n for n, e in module_reading.own_modules()[id].exercises() if e.kind == "boite")
    page = page_text(author.get(f"{BASE}{id}/{number}/"))
    assert '<legend class="titre-3">L’exercice</legend>' in page
    folded = re.findall(r'<details class="pli module-groupe"( open)?><summary>([^<]*)<', page)
    assert folded
    assert all(
        not opened and title.startswith(("Écran ", "Ce que", "La version", "Autrement"))
        for opened, title in folded
    )
    names = [
        name
        for name in get_form(author, str(number), id)
        if "› elements" in name and name.endswith("› texte")
    ]
    changed = {**get_form(author, str(number), id), names[0]: "06 12 34 56 78"}
    page = page_text(author.get(send(author, str(number), changed, id).url))
    assert len(re.findall(r'<details class="pli module-groupe" open>', page)) == 1
    screen = next(name for name in changed if "› ecrans" in name and name.endswith("› titre"))
    page = page_text(
        author.get(send(author, str(number), {**get_form(author, str(number), id), screen: ""}, id).url)
    )
    assert re.search(rf"L’étape {number}, Écran \d+, « Titre »</a> : Ce texte est vide", page)


def test_what_comes_before_and_after_is_chosen_by_title(author, adapted):
    text = (adapted / module_reading.FILE).read_text("utf-8")
    (adapted / module_reading.FILE).write_text(
        text.replace("prealables: []", "prealables: [nulle-part]"), "utf-8"
    )
    contents.territory_modules(now=True)
    assert "« À faire avant » nomme « nulle-part », qui n’existe pas." in page_text(
        author.get(f"{BASE}{MOUSE}/")
    )
    sent = get_form(author, "en-tete")
    assert sent["prealables"] == ["nulle-part"]
    assert send(author, "en-tete", sent).status_code == 302
    assert stored_module(adapted)["prealables"] == [
        "nulle-part"
    ]  # nothing was changed: it is not a fault that stops
    send(author, "en-tete", {**sent, "prealables": ["", PIEGES], "suite": [""]})
    assert (stored_module(adapted)["prealables"], stored_module(adapted)["suite"]) == ([PIEGES], [])
    assert "nulle-part" not in page_text(author.get(f"{BASE}{MOUSE}/"))


def test_a_screen_is_looked_at_alone(author, root):
    id = "lire-et-repondre"
    author.post(f"{BASE}{id}/adapter/")
    number, exercise = next(
        (n, e) for n, e in module_reading.own_modules()[id].exercises() if e.kind == "boite"
    )
    name = [name for name in exercise.screens if name != exercise.starts][-1]
    page = author.get(f"{BASE}{id}/{number}/").content.decode()
    assert f'href="{BASE}{id}/{number}/apercu/?ecran={name}" target="regarder"' in page
    assert queries.look(queries.copy(id), number, name).data["scene"]["depart"] == name
    assert author.get(f"{BASE}{id}/{number}/apercu/?ecran={name}").status_code == 200
    assert queries.look(queries.copy(id), number, "rien").data["scene"]["depart"] == exercise.starts


def test_kinds_of_exercise_and_modules_are_named_in_words(author, adapted):
    page = page_text(author.get(f"{BASE}{MOUSE}/"))
    assert "exercice : viser avec la flèche" in page
    assert "Module n° 2, version 1." in page
    for each in (page, page_text(author.get(f"{BASE}{MOUSE}/etapes/?de=lire-et-repondre"))):
        assert "« viser »" not in each
        assert "« boite »" not in each
    assert {*module_format.LABEL_BY_KIND} == {*module_format.KINDS}


def test_the_preview_of_a_step_follows_its_stored_form(author, adapted):
    page = author.get(f"{BASE}{MOUSE}/6/").content.decode()
    assert f'<iframe name="regarder" src="{BASE}{MOUSE}/6/apercu/"' in page
    send(
        author, "6", {**get_form(author, "6"), "etapes 6 › titre": "Encore à écrire", "etapes 6 › parle": ""}
    )
    assert (adapted / authoring.DRAFT).exists()
    preview = author.get(f"{BASE}{MOUSE}/6/apercu/")
    assert ">Encore à écrire</h1>" in preview.content.decode()
    assert "data-regarde" in preview.content.decode()
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in author.get(f"{BASE}{MOUSE}/6/")["Content-Security-Policy"]
    assert author.post(f"{BASE}{MOUSE}/6/apercu/", {"choix": "0"}).status_code == 200
    assert "Rien à montrer encore" in page_text(author.get(f"{BASE}{MOUSE}/99/apercu/"))


@pytest.mark.parametrize("id", every_kind())
def test_every_step_of_a_built_in_module_has_its_preview(id, root):
    copy = authoring.working(module_reading.OWN_MODULES, id, DRAWN)
    for number in range(1, len(copy.steps) + 1):
        preview = queries.look(copy, number)
        assert preview is not None, number
        assert preview.step == contents.module(id).steps[number - 1]


def test_languages_of_the_platform_come_first_and_sentences_say_what_they_are(author, adapted):
    page = author.get(f"{BASE}{MOUSE}/").content.decode()
    codes = re.findall(r'<option value="(\w+)" lang', page)
    assert codes[:6] == ["en", "ar", "ro", "tr", "uk", "pt"]
    assert len(codes) == len(translations.NAMES)
    page = page_text(author.get(f"{BASE}{MOUSE}/langues/en/?partie=etapes 6"))
    assert "Étape 6 : <strong>" in page
    assert "<summary>L’exercice <span" in page
    assert "Choix 1, Ce qui en vient" in page


def test_a_draft_is_abandoned_and_stored_among_the_versions(author, adapted):
    send(author, "1", {**get_form(author, "1"), "etapes 1 › titre": ""})
    assert "Ce texte est vide" in page_text(author.get(f"{BASE}{MOUSE}/1/"))
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "laisser", "lu": read_of(author)})
    assert not (adapted / authoring.DRAFT).exists()
    assert [path.name for path in (adapted / "avant").iterdir() if path.name.endswith(authoring.DRAFT)]


def test_the_second_of_two_authors_is_warned_and_loses_nothing(author, adapted):
    first, second = get_form(author, "1"), get_form(author, "1")
    send(author, "1", {**first, "etapes 1 › titre": "Le titre du premier"})
    response = send(author, "1", {**second, "etapes 1 › titre": "Le titre du second"})
    assert response.status_code == 409
    page = page_text(response)
    assert "Quelqu’un a changé ce module entre-temps" in page
    assert "Le titre du second" in page
    assert "Maintenant :</strong> « Le titre du premier »" in page
    assert stored_module(adapted)["etapes"][0]["titre"] == "Le titre du premier"
    assert send(author, "1", form_of(page)).status_code == 302
    assert stored_module(adapted)["etapes"][0]["titre"] == "Le titre du second"


def test_a_gesture_on_a_list_that_changed_is_refused(author, adapted):
    read = read_of(author)
    send(author, "1", {**get_form(author, "1"), "etapes 1 › titre": "Autre"})
    page = author.post(f"{BASE}{MOUSE}/geste/", {"geste": "retirer:1", "lu": read}, follow=True)
    assert "Quelqu’un a changé ce module" in page_text(page)
    assert len(stored_module(adapted)["etapes"]) == 10


def test_two_writings_at_once_leave_one_whole_file(adapted, coordinator):
    copy = queries.copy(MOUSE)
    refused = []

    def write(n: int) -> None:
        changed = module_texts.own(copy.content)
        changed["titre"] = f"Titre {n}"
        try:
            authoring.save(adapted.parent, MOUSE, changed, read=copy.read, drawings=DRAWN, at=AT)
        except authoring.Changed:
            refused.append(n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert module_reading.read(adapted / module_reading.FILE, DRAWN).module.title.startswith("Titre ")


def test_a_disk_that_fails_leaves_the_file_whole(author, adapted, monkeypatch):
    before = (adapted / module_reading.FILE).read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    page = send(author, "1", {**get_form(author, "1"), "etapes 1 › titre": "Perdu"})
    assert page.status_code == 302
    monkeypatch.undo()
    assert (adapted / module_reading.FILE).read_bytes() == before
    assert [path for path in adapted.rglob(".*") if path.is_file()] == []
    assert not Entry.objects.filter(verb="module.saved").exists()


def test_moving_a_step_makes_a_new_version_and_never_one_there_was(author, adapted):
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "descendre:1", "lu": read_of(author)})
    assert (stored_module(adapted)["version"], stored_module(adapted)["etapes"][1]["nature"]) == (
        2,
        "pourquoi",
    )
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "revenir", "lu": read_of(author)})
    assert stored_module(adapted)["version"] == 1
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "monter:10", "lu": read_of(author)})
    assert stored_module(adapted)["version"] == 3
    page = author.post(f"{BASE}{MOUSE}/geste/", {"geste": "monter:1", "lu": read_of(author)}, follow=True)
    assert "Cette étape n’a pas bougé" in page_text(page)


def test_rewording_an_option_carries_its_right_answer(author, root):
    id = next(
        m.id
        for m in module_reading.own_modules().values()
        for _, e in m.exercises()
        if isinstance(e, module_format.Screens)
        and any(x.kind == "liste" and x.right for s in e.screens.values() for x in s.elements)
    )
    copy = actions.adapt(id, by=User.objects.get(), at=AT)
    where = next(
        w
        for w, v in module_texts.texts(copy.content)
        if w[-1] == "options" and module_texts.at(copy.content, w[:-1]).get("juste")
    )
    element = module_texts.at(copy.content, where[:-1])
    right = element["juste"][0]
    changed = module_texts.own(copy.content)
    module_texts.put(changed, where, ["Tout autre" if each == right else each for each in element["options"]])
    assert module_texts.at(changed, where[:-1])["juste"][0] == "Tout autre"
    assert module_texts.same_steps(copy.content["etapes"], changed["etapes"])


def test_a_drawing_is_chosen_by_its_picture(author, adapted):
    page = author.get(f"{BASE}{MOUSE}/1/")
    assert page.content.decode().count('<svg class="dessin"') == 2
    response = send(author, "1", {**get_form(author, "1"), "dessin": "etapes 1 › dessins 1"})
    address = response.url
    chooser = author.get(address)
    assert chooser.content.decode().count('name="dessin"') == len(DRAWN)
    read = re.findall(r'name="lu" value="([^"]*)"', chooser.content.decode())[0]
    author.post(address, {"dessin": "lampe", "lu": read})
    assert stored_module(adapted)["etapes"][0]["dessins"] == ["lampe", "ordinateur"]
    author.post(
        send(author, "1", {**get_form(author, "1"), "dessin": "etapes 1 › dessins 3"}).url,
        {"dessin": "main", "lu": queries.copy(MOUSE).read},
    )
    assert stored_module(adapted)["etapes"][0]["dessins"] == ["lampe", "ordinateur", "main"]
    send(author, "1", {**get_form(author, "1"), "oter": "etapes 1 › dessins 2"})
    assert stored_module(adapted)["etapes"][0]["dessins"] == ["lampe", "main"]
    author.post(address, {"dessin": "inventé", "lu": queries.copy(MOUSE).read})
    assert stored_module(adapted)["etapes"][0]["dessins"] == ["lampe", "main"]
    assert author.get(f"{BASE}{MOUSE}/dessin/?ou=etapes 99").status_code == 404


def test_removing_is_confirmed_and_the_built_in_module_comes_back(author, adapted):
    send(author, "en-tete", {**get_form(author, "en-tete"), "titre": "La souris d’ici"})
    assert "Supprimer « La souris d’ici » ?" in page_text(author.get(f"{BASE}{MOUSE}/supprimer/"))
    author.post(f"{BASE}{MOUSE}/supprimer/")
    assert not adapted.exists()
    assert len(list((adapted.parent / ".retires").iterdir())) == 1
    assert "Tenir la souris" in page_text(author.get(f"/apprendre/{MOUSE}/"))
    assert author.get(f"{BASE}{MOUSE}/").status_code == 404


# -------------------------------------------------------------------------------------------------- composing


def test_a_module_is_composed_of_steps_of_several_modules(author, root):
    response = author.post(f"{BASE}nouveau/", {"titre": "L’été à Échirolles", "en_tete": MOUSE})
    assert response.url == f"{BASE}l-ete-a-echirolles/etapes/"
    id = "l-ete-a-echirolles"
    folder = root / f"300-{id}"
    assert author.get(f"/apprendre/{id}/").status_code == 404
    assert "Il y a 0 étape : il en faut au moins 5." in page_text(author.get(f"{BASE}{id}/"))
    for source, steps in (
        (MOUSE, (1, 3, 4, 9)),
        (PIEGES, tuple(n for n, _ in module_reading.own_modules()[PIEGES].exercises())[:2]),
    ):
        page = page_text(author.get(f"{BASE}{id}/etapes/?de={source}"))
        assert f'value="{source}:1"' in page
        author.post(
            f"{BASE}{id}/etapes/", {"etape": [f"{source}:{n}" for n in steps], "lu": queries.copy(id).read}
        )
    composed = stored_module(folder)
    assert (composed["numero"], composed["version"], len(composed["etapes"]), composed["relu_par"]) == (
        300,
        1,
        6,
        [],
    )
    assert composed["etapes"][0]["titre"] == module_reading.own_modules()[MOUSE].steps[0].title
    assert composed["auteurs"] == ["Maillage"]
    assert author.get(f"/apprendre/{id}/6/").status_code == 200
    author.post(f"{BASE}{id}/geste/", {"geste": "retirer:1", "lu": queries.copy(id).read})
    assert stored_module(folder)["version"] == 2
    author.post(f"{BASE}{id}/geste/", {"geste": "retirer:1", "lu": queries.copy(id).read})
    assert (folder / authoring.DRAFT).exists()  # four steps: too few
    assert author.get(f"/apprendre/{id}/5/").status_code == 200


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "ne donne pas d’identifiant"),
        ("!!", "ne donne pas d’identifiant"),
        ("Tenir la souris", "s’appelle déjà"),
        ("Nouveau", "s’appelle déjà"),
    ],
)
def test_a_title_that_gives_no_address_is_refused(author, root, title, reason):
    response = author.post(f"{BASE}nouveau/", {"titre": title, "en_tete": MOUSE})
    assert response.status_code == 400
    assert reason in page_text(response)
    assert catalogue.folders(root) == []


def test_too_many_steps_and_none_are_refused(author, adapted):
    read = queries.copy(MOUSE).read
    many = author.post(
        f"{BASE}{MOUSE}/etapes/", {"etape": [f"{PIEGES}:{n}" for n in range(1, 9)], "lu": read}
    )
    assert "ne se fait plus d’une traite" in page_text(many)
    assert "Aucune étape n’est choisie" in page_text(
        author.post(f"{BASE}{MOUSE}/etapes/", {"etape": ["x:1", "y"], "lu": read})
    )
    assert len(stored_module(adapted)["etapes"]) == 10


# ----------------------------------------------------------------------------------------------- translations


def test_a_translation_is_written_part_by_part_and_learnt(author, root):
    address = f"{BASE}{MOUSE}/langues/ar/"
    assert author.post(f"{BASE}traduire/", {"module": MOUSE, "langue": "ar"}).url == address
    page = author.get(address).content.decode()
    assert 'lang="ar" dir="rtl"' in page
    author.post(address, {"t:titre": "أمسك الفأرة", "lu": "", "traducteurs": "Samira"})
    step = f"{address}?partie=etapes 1"
    read = re.findall(r'name="lu" value="([^"]*)"', author.get(step).content.decode())[0]
    author.post(step, {"t:etapes 1 › titre": "هذه فأرة", "lu": read})
    file = root / "02-tenir-la-souris" / "module.ar.yaml"
    stored_translation = yaml.safe_load(file.read_text("utf-8"))
    assert stored_translation["textes"] == {"titre": "أمسك الفأرة", "etapes 1 › titre": "هذه فأرة"}
    assert stored_translation["depuis"]["titre"] == "Tenir la souris"
    assert stored_translation["traducteurs"] == ["Samira"]
    module = author.get(f"/apprendre/{MOUSE}/").content.decode()
    assert '<a class="bouton bord" href="?langue=ar" hreflang="ar" lang="ar" dir="rtl">العربية</a>' in module
    page = author.get(f"/apprendre/{MOUSE}/1/?langue=ar").content.decode()
    assert '<div class="page apprendre etape" lang="ar" dir="rtl"' in page
    assert ">هذه فأرة</h1>" in page
    assert '<p class="chapeau" lang="fr" dir="ltr">Elle fait bouger la flèche.</p>' in page
    assert f"/apprendre/{MOUSE}/2/?langue=ar" in page
    assert f"/apprendre/{MOUSE}/?langue=ar" in page
    assert "Tenir la souris" not in author.get(f"/apprendre/{MOUSE}/fiche/?langue=ar").content.decode()
    assert "langue=" not in author.get(f"/apprendre/{MOUSE}/1/?langue=zz").content.decode()


def test_a_sentence_whose_french_changed_stays_in_french_until_it_is_read_again(author, adapted):
    address = f"{BASE}{MOUSE}/langues/uk/"
    author.post(address, {"t:titre": "Миша", "lu": ""})
    send(author, "en-tete", {**get_form(author, "en-tete"), "titre": "Tenir sa souris"})
    page = page_text(author.get(f"/apprendre/{MOUSE}/?langue=uk"))
    assert '<span lang="fr" dir="ltr">Tenir sa souris</span>' in page
    page = page_text(author.get(address))
    assert "<strong>le français a changé" in page
    assert "Avant : « Tenir la souris »" in page
    read = re.findall(r'name="lu" value="([^"]*)"', page)[0]
    author.post(address, {"t:titre": "Миша", "lu": read})
    assert "<strong>le français a changé" in page_text(
        author.get(address)
    )  # not read again: only sent with the others
    read = re.findall(r'name="lu" value="([^"]*)"', page_text(author.get(address)))[0]
    author.post(address, {"t:titre": "Миша", "j:titre": "1", "lu": read})
    assert "<strong>le français a changé" not in page_text(author.get(address))
    assert ">Миша</h1>" in page_text(author.get(f"/apprendre/{MOUSE}/?langue=uk"))


def test_a_sentence_that_moves_keeps_its_translation(author, adapted):
    title = module_reading.own_modules()[MOUSE].steps[0].title
    author.post(f"{BASE}{MOUSE}/langues/uk/?partie=etapes 1", {"t:etapes 1 › titre": "Мишка", "lu": ""})
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "descendre:1", "lu": read_of(author)})
    assert stored_module(adapted)["etapes"][1]["titre"] == title
    assert ">Мишка</h1>" in page_text(author.get(f"/apprendre/{MOUSE}/2/?langue=uk"))


def test_the_second_translator_is_warned(author, root):
    address = f"{BASE}{MOUSE}/langues/uk/"
    author.post(address, {"t:titre": "Один", "lu": ""})
    response = author.post(address, {"t:titre": "Два", "lu": ""})
    assert response.status_code == 409
    assert "Quelqu’un a traduit entre-temps" in page_text(response)
    assert "Два" in page_text(response)
    assert author.get(f"{BASE}{MOUSE}/langues/xx/").status_code == 404


def test_a_step_whose_translation_does_not_hold_stays_in_french():
    source = translations.load(module_reading.file_of(PIEGES).read_text("utf-8"))
    number, trap = next(
        (n, e) for n, e in module_reading.own_modules()[PIEGES].exercises() if e.kind == "piege" and e.clues
    )
    place = f"etapes {number} › exercice › message › corps 1"
    wrong = translations.Translation("uk", {place: "Зовсім інше"}, {})
    translation = translations.translated(source, wrong)
    assert translation.module.steps[number - 1].exercise == trap
    assert trap.message.body[0] in translation.untranslated


@pytest.mark.parametrize("id", [MOUSE, "remplir-un-formulaire", PIEGES])
def test_a_whole_translation_plays_as_the_module_does(client, root, id):
    source = module_texts.own(translations.load(module_reading.file_of(id).read_text("utf-8")))
    lines = list(module_texts.sentences(source))
    full_translation = translations.Translation(
        "uk",
        {module_reading.place_text(w): words.upper() for w, words in lines},
        {module_reading.place_text(w): words for w, words in lines},
    )
    folder = root / module_reading.file_of(id).parent.name
    folder.mkdir(parents=True)
    (folder / "module.uk.yaml").write_text(translations.written(full_translation))
    contents.territory_modules(now=True)
    translated = contents.translated(id, "uk")
    assert translated.untranslated == frozenset()
    for number, step in enumerate(translated.module.steps, 1):
        page = client.get(f"/apprendre/{id}/{number}/?langue=uk")
        assert page.status_code == 200
        assert f">{html.escape(step.title)}</h1>" in page.content.decode()
    if id == PIEGES:
        number, exercise = next((n, e) for n, e in translated.module.exercises() if e.kind == "piege")
        right = next(n for n, option in enumerate(exercise.options) if option.right)
        page = page_text(client.post(f"/apprendre/{id}/{number}/?langue=uk", {"choix": right}))
        assert exercise.options[right].then.replace("\xa0", " ") in page


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("langue: ar\ntextes: [a]\n", "liste de phrases"),
        ("langue: ro\ntextes: {titre: x}\n", "langue: ro"),
        ("langue: ar\ntextes: {titre: 06 12 34 56 78}\n", "un numéro de mobile possible"),
    ],
)
def test_a_broken_translation_is_a_fault_and_the_module_stays(author, root, text, what):
    folder = root / "02-tenir-la-souris"
    folder.mkdir(parents=True)
    (folder / "module.ar.yaml").write_text(text)
    contents.territory_modules(now=True)
    assert author.get(f"/apprendre/{MOUSE}/?langue=ar").status_code == 200
    assert what in page_text(author.get(BASE))


# --------------------------------------------------------------------------------------------------- archives


def zipped(*files: tuple[str, bytes | str], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice
        for name, content in files:
            archive.writestr(name, content)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


GOOD = module_reading.file_of(MOUSE).read_text("utf-8")


def upload(client, content: bytes):
    return client.post(f"{BASE}importer/", {"archive": SimpleUploadedFile("m.zip", content)})


def test_an_archive_goes_out_and_comes_back(author, adapted, root):
    send(author, "en-tete", {**get_form(author, "en-tete"), "titre": "La souris d’ici"})
    author.post(f"{BASE}{MOUSE}/langues/uk/", {"t:titre": "Миша", "lu": ""})
    content = author.get(f"{BASE}telecharger/").content
    assert content == author.get(f"{BASE}telecharger/").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["02-tenir-la-souris/module.uk.yaml", "02-tenir-la-souris/module.yaml"]
    author.post(f"{BASE}{MOUSE}/supprimer/")
    assert "nouveau" in page_text(upload(author, content))
    assert stored_module(adapted)["titre"] == "La souris d’ici"
    assert (adapted / "module.uk.yaml").exists()
    assert "inchangé" in page_text(upload(author, content))
    assert author.get(f"{BASE}{PIEGES}/telecharger/").status_code == 200
    assert author.get(f"{BASE}rien/telecharger/").status_code == 404


def test_an_import_stores_what_it_replaces(author, adapted):
    send(author, "en-tete", {**get_form(author, "en-tete"), "titre": "La souris d’ici"})
    page = upload(author, zipped((f"02-{MOUSE}/module.yaml", GOOD)))
    assert "remplacé" in page_text(page)
    assert stored_module(adapted)["titre"] == "Tenir la souris"
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "revenir", "lu": read_of(author)})
    assert stored_module(adapted)["titre"] == "La souris d’ici"


def test_an_import_with_other_steps_is_another_version(author, adapted):
    other = yaml.safe_load(GOOD)
    other["etapes"] = other["etapes"][1:]
    upload(author, zipped((f"02-{MOUSE}/module.yaml", authoring.written(other))))
    assert stored_module(adapted)["version"] == 2


def test_the_good_modules_are_imported_and_the_bad_are_faults(author, root):
    bad = GOOD.replace("id: tenir-la-souris", "id: autre-chose").replace("duree: 12", "duree: 500")
    content = zipped(
        (f"lot/02-{MOUSE}/module.yaml", GOOD),
        ("lot/300-autre-chose/module.yaml", bad),
        ("lot/photo.png", b"x"),
        ("__MACOSX/._x", b"x"),
        ("lot/301-sans-module/module.ar.yaml", "langue: ar\ntextes: {titre: x}\n"),
    )
    response = upload(author, content)
    assert response.status_code == 400
    page = page_text(response)
    assert "lot/photo.png n’a pas été gardé" in page
    assert "« 500 » est trop grand" in page
    assert "Cette traduction n’a pas de module" in page
    assert "__MACOSX" not in page
    assert [folder.name for folder in catalogue.folders(root)] == ["02-tenir-la-souris"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (zipped(("../../sorti/module.yaml", GOOD)), "sort de l’archive"),
        (zipped(("/etc/02-tenir-la-souris/module.yaml", GOOD)), "sort de l’archive"),
        (zipped(("C:\\02-tenir-la-souris\\module.yaml", GOOD)), "sort de l’archive"),
        (zipped((f"02-{MOUSE}/module.yaml", GOOD), link="300-lien/module.yaml"), "est un lien"),
        (zipped((f"02-{MOUSE}/module.yaml", "a" * 20_000_000)), "trop gros une fois déplié"),
        (zipped((f"02-{MOUSE}/module.yaml", GOOD), (f"02-{MOUSE}/module.yaml", GOOD)), "deux fois"),
        (zipped(*((f"f{n}", "x") for n in range(1_100))), "trop de fichiers"),
        (zipped(), "vide"),
        (b"PK\x03\x04 rien", "pas une archive"),
        (b"", "pas une archive|Il manque"),
        (b"x" * 4_100_000, "dépasse 4 Mo"),
        (zipped((f"02-{MOUSE}/module.yaml", GOOD))[:-200], "pas une archive"),
    ],
    ids=range(12),
)
def test_an_archive_that_is_not_to_be_trusted_writes_nothing(author, root, content, what):
    response = upload(author, content)
    assert response.status_code == 400
    assert re.search(what, page_text(response))
    assert catalogue.folders(root) == []


def bomb(lines: int, files: int) -> bytes:
    """An archive of a few thousand bytes whose modules are long to read."""
    text = "titre: x\netapes:\n" + "- a: [1,2,3,4,5,6,7,8]\n" * lines
    return zipped(*((f"4{n:02}-mod{n}/module.yaml", text) for n in range(files)))


@pytest.mark.parametrize(("lines", "files"), [(20_000, 10), (10_000, 40), (1_300, 200)])
def test_an_archive_that_would_be_long_to_read_is_refused_soon(author, root, lines, files):
    content = bomb(lines, files)
    with within(6):  # 20 s and more when it is read whole
        response = upload(author, content)
    assert response.status_code == 400
    assert catalogue.folders(root) == []


def test_all_our_modules_go_in_one_archive():
    content = module_archive.export([path.parent for path in module_reading.files().values()])
    files, bad = module_archive._opened(content)
    assert (len(files), bad) == (len(module_reading.files()), [])
    every = [text for texts in files.values() for text in texts.values()]
    assert max(module_reading.marks(text, 10**6) for text in every) < module_reading.MOST_MARKS / 2
    assert sum(module_reading.marks(text, 10**6) for text in every) < module_archive.MOST_MARKS / 2
    assert sum(len(text.encode()) for text in every) < module_archive.MOST_READ / 2


def test_a_module_twice_in_an_archive_under_two_numbers_is_imported_once(author, root):
    page = upload(author, zipped((f"02-{MOUSE}/module.yaml", GOOD), (f"300-{MOUSE}/module.yaml", GOOD)))
    assert "déjà dans 02-tenir-la-souris" in page_text(page)
    assert [folder.name for folder in catalogue.folders(root)] == ["02-tenir-la-souris"]


def test_no_file_is_read_inside_a_transaction(author, adapted, monkeypatch):
    """A transaction lasts as long as the files take to be written: a module takes seconds to be checked."""
    before, inside = len(connection.savepoint_ids), []
    for module, name in ((module_reading, "check"), (translations, "parse"), (catalogue, "read")):
        real = getattr(module, name)

        def watched(*arguments, name=name, real=real, **named):
            inside.append((name, len(connection.savepoint_ids) - before))
            return real(*arguments, **named)

        monkeypatch.setattr(module, name, watched)
    send(author, "1", {**get_form(author, "1"), "etapes 1 › titre": "Autre"})
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "descendre:1", "lu": read_of(author)})
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "revenir", "lu": read_of(author)})
    send(author, "1", {**get_form(author, "1"), "etapes 1 › titre": ""})
    author.post(f"{BASE}{MOUSE}/geste/", {"geste": "laisser", "lu": read_of(author)})
    author.post(f"{BASE}{MOUSE}/langues/uk/", {"t:titre": "Миша", "lu": ""})
    upload(
        author,
        zipped(
            (f"02-{MOUSE}/module.yaml", GOOD),
            (f"02-{MOUSE}/module.uk.yaml", "langue: uk\ntextes: {titre: x}\n"),
        ),
    )
    author.post(f"{BASE}nouveau/", {"titre": "Un autre module", "en_tete": MOUSE})
    author.post(f"{BASE}{PIEGES}/adapter/")
    author.post(f"{BASE}{MOUSE}/supprimer/")
    verbs = ("saved", "undone", "draft_left", "translated", "imported", "begun", "adapted", "removed")
    assert {f"module.{verb}" for verb in verbs} <= {*Entry.objects.values_list("verb", flat=True)}
    assert {name for name, _ in inside} == {"check", "parse", "read"}
    assert [each for each in inside if each[1]] == []


def test_a_module_that_grew_too_long_is_not_written(author, adapted):
    sent = get_form(author, "1")
    page = author.get(send(author, "1", {**sent, "etapes 1 › parle": "mot " * 100_000}).url)
    assert "trop long" in page_text(page)
    assert not (adapted / authoring.DRAFT).exists()


def test_an_encrypted_archive_is_refused(root):
    content = bytearray(zipped((f"02-{MOUSE}/module.yaml", GOOD)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    with pytest.raises(Refused, match="pas une archive"):
        module_archive.import_(bytes(content), root, drawings=DRAWN, at=AT)


# ----------------------------------------------------------------------------------------------------- rights


ADDRESSES = (
    "",
    "nouveau/",
    "telecharger/",
    f"{MOUSE}/",
    f"{MOUSE}/etapes/",
    f"{MOUSE}/1/",
    f"{MOUSE}/supprimer/",
    f"{MOUSE}/langues/uk/",
    f"{MOUSE}/1/apercu/",
)
POSTED = (
    "importer/",
    f"{MOUSE}/adapter/",
    f"{MOUSE}/geste/",
    f"{MOUSE}/1/",
    f"{MOUSE}/supprimer/",
    f"{MOUSE}/langues/",
    "nouveau/",
)


def test_whoever_does_not_hold_the_territory_sees_nothing_of_it(client, adapted, db):
    client.logout()
    before = (adapted / module_reading.FILE).read_bytes()
    for address in ADDRESSES:
        assert client.get(f"{BASE}{address}").status_code == 302, address
    for role in ("aidant", "gestionnaire"):
        structure = place(role, {"nom": role}).structure
        user = with_role(
            User.objects.create_user(f"{role}@exemple.fr", "x", is_demonstration=True),
            role,
            structure=structure,
        )
        client.force_login(user)
        for address in ADDRESSES:
            assert client.get(f"{BASE}{address}").status_code == 404, (role, address)
        for address in POSTED:
            assert client.post(f"{BASE}{address}", {"geste": "retirer:1"}).status_code == 404, (role, address)
        with pytest.raises(Refused, match="Le module n’a pas été changé"):
            actions.remove(MOUSE, by=user, at=AT)
    assert (adapted / module_reading.FILE).read_bytes() == before


def test_what_does_not_exist_is_not_found(author, root):
    for address in ("rien/", "rien/1/", "rien/supprimer/", "rien/langues/uk/", f"{MOUSE}/"):
        assert author.get(f"{BASE}{address}").status_code == 404, address
    assert author.post(f"{BASE}rien/adapter/").status_code == 404


def test_words_typed_are_only_words(author, adapted):
    sent = {**get_form(author, "1"), "etapes 1 › titre": '<script>alert(1)</script> "et: [x]"'}
    page = author.get(send(author, "1", sent).url).content.decode()
    assert "<script>alert" not in page
    assert stored_module(adapted)["etapes"][0]["titre"] == '<script>alert(1)</script> "et: [x]"'
    assert "<script>alert" not in author.get(f"/apprendre/{MOUSE}/1/").content.decode()
