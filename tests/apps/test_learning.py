"""Learning: every module is whole, every step opens, what is wrong in a file is said with its line, words
are judged without script.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from django.template.loader import render_to_string
from django.utils.html import escape

from maillage.apps.learning import rules as learning_rules
from maillage.apps.learning.queries import contents
from maillage.apps.learning.templatetags import apprendre
from maillage.apps.learning.views import modules
from maillage.modules import format as module_format
from maillage.modules import playing, translations
from maillage.modules import reading as module_reading
from maillage.publishing.page import drawings
from maillage.reference import everyday_tools
from maillage.words import languages
from tests.support.learning import MODULES, every_kind
from tests.support.profile import some
from tests.support.speed import within

MOUSE = module_reading.OWN_MODULES / "02-tenir-la-souris" / module_reading.FILE
MOST_BYTES = 150_000  # a step on an old phone, its drawings included


def written(text: str, folder: Path) -> Path:
    path = folder / "02-tenir-la-souris" / module_reading.FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def faults(text: str, folder: Path) -> list[tuple[int, str]]:
    return [
        (f.line, f.what)
        for f in module_reading.read(written(text, folder), frozenset(drawings.names())).faults
    ]


@pytest.mark.parametrize(
    "path", module_reading.folders(module_reading.OWN_MODULES), ids=lambda path: path.parent.name
)
def test_our_modules_have_no_fault(path):
    read = module_reading.read(path, frozenset(drawings.names()), module_reading.own_modules())
    assert read.faults == ()


def test_what_comes_before_and_after_exists():
    for module in MODULES.values():
        numbers = {other.number for other in MODULES.values() if other is not module}
        assert module.number not in numbers, module.id
        named = {*module.before, *module.then}
        assert named <= set(MODULES), (module.id, named - set(MODULES))


@pytest.mark.parametrize("id", some(MODULES, *every_kind()))
def test_each_step_opens_and_stays_light(client, id):
    for number, step in enumerate(MODULES[id].steps, 1):
        response = client.get(f"/apprendre/{id}/{number}/")
        assert response.status_code == 200, number
        assert len(response.content) < MOST_BYTES, number
        assert f"Étape <strong>{number}</strong>" in response.content.decode()
        if step.exercise is not None and step.exercise.easier is not None:
            assert "plus facile" in client.get(f"/apprendre/{id}/{number}/?facile").content.decode(), number


def test_the_modules_are_listed_by_theme_each_with_its_page_and_its_sheet(client):
    page = client.get("/apprendre/").content.decode()
    assert [theme.id for theme in contents.themes()] == [
        id for id in module_format.THEMES if f't-{id}"' in page
    ]
    for id in MODULES:
        assert f"/apprendre/{id}/" in page
        assert client.get(f"/apprendre/{id}/").status_code == 200
        assert "Qui peut m’aider" in client.get(f"/apprendre/{id}/fiche/").content.decode()


def test_the_tools_of_every_day_lead_to_their_exercise(client):
    page = client.get("/apprendre/").content.decode()
    part = page[page.index('id="outils-du-quotidien"') :].partition("</details>")[0]
    for tool in everyday_tools.tools().values():
        assert f"<strong>{escape(tool.name)}.</strong>" in part
        assert client.get(f"/apprendre/{tool.module}/").status_code == 200, tool.id
    assert "l’estime de soi" in part
    assert "outils-du-quotidien" not in client.get("/apprendre/", {"q": "souris"}).content.decode()


def test_a_module_is_searched_by_its_words(client):
    """Sans accent ni ordre ; ce qui ne parle de rien de connu le dit, et rend tout."""
    themes = client.get("/apprendre/", {"q": "solides mots"}).context["themes"]
    assert [module.id for theme in themes for module in theme.modules] == ["mots-de-passe"]
    page = client.get("/apprendre/", {"q": "zzzz"}).content.decode()
    assert "Aucun module ne parle de" in page and "Voir tous les modules" in page


@pytest.mark.parametrize(
    ("then", "next_one"), [(("messages-pieges",), "/apprendre/messages-pieges/"), ((), "/ateliers/")]
)
def test_end_of_a_module_is_announced_with_a_next_step(client, monkeypatch, then, next_one):
    id = "lire-et-repondre"
    module = MODULES[id].model_copy(update={"then": then})
    monkeypatch.setattr(modules, "_in_language", lambda request, id: (module, None))
    last = client.get(f"/apprendre/{id}/{len(module.steps)}/").content.decode()
    assert f'href="/apprendre/{id}/?fini"' in last
    page = client.get(f"/apprendre/{id}/?fini").content.decode()
    end = page.split('role="status"')[1].split("</section>")[0]
    assert "Vous êtes au bout du module" in end
    assert "fait" not in end  # a step may have been passed: the device alone knows, and says how many
    assert "<p data-passees hidden></p>" in end
    assert end.count("<span></span>") == len(module.steps)  # every stitch, none ahead
    assert re.findall('<a class="bouton plein" href="([^"]*)"', page.split("<main")[1]) == [next_one]
    for text in (last, end):  # and a place, to carry on with somebody
        assert 'href="/carte/?besoin=formation"' in text
    assert "au bout du module" not in client.get(f"/apprendre/{id}/").content.decode()


@pytest.mark.parametrize(
    "address", ["/apprendre/rien/", "/apprendre/tenir-la-souris/0/", "/apprendre/tenir-la-souris/99/"]
)
def test_what_does_not_exist_is_not_found(client, address):
    assert client.get(address).status_code == 404


# --------------------------------------------------------------------------------------------- without script


def of_kind(kind: str):
    return next(
        (module, n, exercise)
        for module in MODULES.values()
        for n, exercise in module.exercises()
        if exercise.kind == kind
    )


def test_a_choice_is_lived_without_script(client):
    module, number, exercise = of_kind("choisir")
    right = next(n for n, option in enumerate(exercise.options) if option.right)
    wrong = next(n for n, option in enumerate(exercise.options) if not option.right)
    address = f"/apprendre/{module.id}/{number}/"
    assert "Il manque une réponse" in client.post(address).content.decode()
    page = client.post(address, {"choix": wrong}).content.decode()
    assert "choisissez encore" in page
    page = client.post(address, {"choix": right}).content.decode()
    assert "message success" in page and ">Suite<" in page
    assert client.post(address, {"choix": "99"}).status_code == 200


def test_a_module_begins_before_its_languages(client):
    """Sept langues en trois rangs poussaient « Commencer » sous la barre du bas d’un téléphone."""
    page = client.get("/apprendre/mots-de-passe/?lang=ro").content.decode()
    assert page.index("/apprendre/mots-de-passe/1/") < page.index("langues-module")


def test_what_makes_one_doubt_is_ticked_without_script(client):
    """« Touchez ce qui fait douter » : sans script, rien ne se touchait."""
    address = "/apprendre/messages-pieges/4/"
    exercise = MODULES["messages-pieges"].steps[3].exercise
    wrong = next(n for n, option in enumerate(exercise.options) if not option.right)
    page = client.get(address).content.decode()
    assert page.count('name="signe"') == len(exercise.clues)
    page = client.post(address, {"choix": wrong, "signe": ["1", "x"]}).content.decode()
    marks = re.findall(r'name="signe"\s+value="(\d+)"\s+(checked)?', page)
    assert [value for value, ticked in marks if ticked] == ["1"]
    form = page[page.index("data-choisir") :]
    whys = [escape(clue.why) in form for clue in exercise.clues]
    assert whys == [n == 1 for n in range(len(whys))], "the reason of what was ticked, and no other"
    right = next(n for n, option in enumerate(exercise.options) if option.right)
    for signs, sentence in ((["1", "1"], "coché 1 sur 4"), ([], "coché 0 sur 4")):
        page = client.post(address, {"choix": right, "signe": signs}).content.decode()
        assert f"Vous en avez {sentence}." in page
        assert 'class="reponse"' not in page, "the answer stays in its place, over nothing"


def test_an_address_in_a_message_runs_left_to_right(client):
    client.cookies["langue"] = "ar"
    page = client.get("/apprendre/messages-pieges/4/").content.decode()
    assert '<bdi dir="ltr">&lt;aide@caisse-versement.example&gt;</bdi>' in page
    assert '<bdi dir="ltr">caisse-versement.example/carte</bdi>' in page


def ends_by_forms(exercise) -> bool:
    """Play an exercise by its forms alone, pressing whatever is shown; True once its end is reached."""
    if not isinstance(exercise, module_format.Screens):
        answer = {
            "trouve": [""],
            "cible": [str(n) for n in range(12)],
            **{f"champ-{thing.id}": [thing.place] for thing in getattr(exercise, "things", ())},
            **{f"champ-{n}": [model.text] for n, model in enumerate(getattr(exercise, "models", ()))},
        }
        return playing.play(exercise, answer).feedback.done
    known, ways = set(), [playing.play(exercise, {})]
    for at in ways:
        if (at.screen, frozenset(at.facts)) in known:
            continue
        known.add((at.screen, frozenset(at.facts)))
        elements = playing.visible_elements(exercise, at)
        answer = {name: [value] for name, value in playing.carried(exercise, at).items()}
        answer |= {"ecran": [at.screen], "faits": list(at.facts)}
        for _, element, value in elements:
            right = (
                ("oui" in element.right and "oui")
                if element.kind == "case"
                else next(iter(element.right), "")
            )
            value = right if element.right else value or next(iter(element.options), "x")
            if element.kind in playing.FIELD_KINDS and value:
                answer[f"champ-{element.name}"] = [value]
        pressed = [n for n, element, _ in elements if element.kind in playing.PRESSED_KINDS]
        after = [playing.play(exercise, answer | {"element": [str(n)]}) for n in pressed]
        if any(each.feedback and each.feedback.done for each in after):
            return True
        ways += after
    return False


def test_every_exercise_ends_by_forms_alone():
    for module in MODULES.values():
        for number, exercise in module.exercises():
            if exercise.kind not in learning_rules.ON_PAPER:
                assert ends_by_forms(exercise), (module.id, number, exercise.kind)
                if exercise.easier:
                    assert ends_by_forms(module_format.easier(exercise)), (module.id, number, "easier")


def test_a_call_is_lived_without_script_in_the_language_of_its_reader(client):
    address = "/apprendre/messages-pieges/5/?lang=ar"
    page = client.get(address).content.decode()
    assert 'name="ecran" value="appel"' in page and "data-sans-script" in page
    forged = {"ecran": "vraie-adresse", "element": "0", "faits": "tout"}
    assert 'name="ecran" value="appel"' in client.post(address, forged).content.decode()
    page = client.post(address, {"ecran": "appel", "element": "0"}).content.decode()
    assert 'name="ecran" value="ecoute"' in page
    page = client.post(address, {"ecran": "appel", "element": "1"}).content.decode()
    assert 'name="ecran" value="apres"' in page


@pytest.mark.parametrize("code", ["en", "ar", "ro", "tr", "uk", "pt"])
def test_a_module_quoted_by_a_translated_one_has_its_title_in_that_language(code):
    translated = [module for module in MODULES.values() if contents.translated(module.id, code)]
    quoted = {other for module in translated for other in (*module.before, *module.then)}
    with languages.speaking(code):
        titles = [apprendre.module_title(MODULES[id]) for id in sorted(quoted)]
    assert translated and not [title for title in titles if 'lang="fr"' in title]


def test_the_moment_of_a_message_follows_the_language_of_its_module():
    """« lundi », « dim. » restaient en français dans la boîte d’un exercice en roumain."""
    module = contents.translated("lire-et-repondre", "ro").module.model_dump_json(by_alias=True)
    assert '"heure":"luni"' in module
    assert '"heure":"lundi"' not in module


def test_a_card_describes_a_module_in_the_language_of_its_reader_or_not_at_all():
    """En roumain, la carte de fin disait « Garder la main, ses codes… » sous un titre roumain."""
    by_code = {}
    for code in ("fr", "ro"):
        with languages.speaking(code):
            by_code[code] = {
                id: render_to_string("learning/_module_link.html", apprendre.module_link(MODULES[id]))
                for id in ("mots-de-passe", "payer-sans-crainte")
            }
    aims = {id: escape(MODULES[id].aim) for id in by_code["fr"]}
    assert all(aims[id] in page for id, page in by_code["fr"].items())
    assert not [id for id, page in by_code["ro"].items() if aims[id] in page]
    translated = contents.translated("mots-de-passe", "ro").module
    assert escape(translated.aim) in by_code["ro"]["mots-de-passe"], "what is translated stays"


def test_a_field_left_empty_is_named_without_script():
    exercise = next(
        exercise
        for module in MODULES.values()
        for _, exercise in module.exercises()
        if exercise.kind == "formulaire"
        and any(e.checks for e in exercise.screens[exercise.starts].elements)
        and any(e.kind == "champ" and not e.gaps for e in exercise.screens[exercise.starts].elements)
    )
    elements = playing.visible_elements(exercise, playing.play(exercise, {}))
    button = next(n for n, element, _ in elements if element.checks)
    at = playing.play(exercise, {"ecran": [exercise.starts], "element": [str(button)]})
    assert (at.feedback.done, at.screen) == (False, exercise.starts)


def test_a_slip_says_in_which_of_several_texts_it_is():
    """« Regardez après « le début » : il faut « o » », sous deux rectangles."""
    exercise = dict(MODULES["mots-de-passe"].exercises())[4]
    first, second = (model.text for model in exercise.models)
    then = playing.play(exercise, {"champ-0": [first], "champ-1": ["x"]}).feedback.then
    assert then.startswith(f"Pour « {second} » : regardez après « le début »")


def test_the_words_of_an_order_say_one_place_each():
    """« Ensuite » et « Puis » disaient la deuxième place et la troisième : aucune raison de choisir."""
    for module in MODULES.values():
        for number, exercise in module.exercises():
            if exercise.kind == "ordre":
                vague = [step for step in exercise.steps if re.match("Ensuite|Puis", step)]
                assert len(vague) < 2, (module.id, number, vague)


def test_an_order_says_the_first_line_that_does_not_go():
    exercise = module_format.Order.model_validate(
        {
            **{
                "genre": "ordre",
                "consigne": "Rangez.",
                "parle": "Rangez.",
                "reussite": "C’est rangé.",
                "indices": ["Un."],
            },
            "etapes": ["A", "B", "C"],
        }
    )
    places = {"place-0": ["1"], "place-1": ["2"], "place-2": ["3"]}
    assert learning_rules.judge(exercise, places) == learning_rules.Feedback(True, "C’est rangé.")
    assert "« B »" in learning_rules.judge(exercise, {**places, "place-1": ["3"]}).then
    assert learning_rules.judge(exercise, {}).words == "Il manque une réponse."
    assert [step for step, _ in learning_rules.shuffled(exercise)] != [0, 1, 2]


# -------------------------------------------------------------------------------------------------- bad files


@pytest.mark.parametrize(
    ("before", "after", "line_of", "message"),
    [
        ('titre: "Tenir la souris"', "titre: ]", "titre: ]", "est illisible"),
        ("theme: commencer", "theme: divers", "theme: divers", "« divers » n’est pas possible."),
        ("duree: 12", "duree: 500", "duree: 500", "« 500 » est trop grand."),
        ("duree: 12", "duree: 25", "duree: 25", "25 minutes, c’est trop."),
        ("duree: 12", "durée: 12", "durée: 12", "« durée » n’est pas une clé connue ici."),
        ("genre: glisser", "genre: glissade", "exercice:", "Aucun exercice n’est du genre « glissade »."),
        ("dessin: panier", "dessin: paniers", "dessin: paniers", "Aucun dessin ne s’appelle « paniers »."),
        (
            "vers: horaires}",
            "vers: nulle-part}",
            "nulle-part",
            "« accueil » mène à « nulle-part », qui n’existe pas",
        ),
        ("Cela vient avec les jours.", "Appelez le 06 12 34 56 78.", "06 12", "un numéro de mobile possible"),
        (
            '"Allez sur le soleil. Appuyez une fois."',
            f'"{"Allez " * 13}"',
            "Allez Allez",
            "La consigne a 13 mots.",
        ),
        (', geste: "Bougez seulement."', "", "Pas besoin d’appuyer", "Il manque « geste »."),
        ("taille: 56", "taille: 57", "taille: 57", "« 57 » n’est pas possible."),
        ("reussite: true", "reussite: false", "etapes:", "Aucune étape ne montre que c’est appris."),
    ],
)
def test_fault_is_reported_with_its_line(tmp_path, before, after, line_of, message):
    text = MOUSE.read_text("utf-8")
    assert before in text
    changed = text.replace(before, after)
    line_faults = faults(changed, tmp_path)
    lines = changed.splitlines()
    assert any(message in what for _, what in line_faults), line_faults
    line = next(line for line, what in line_faults if message in what)
    broken = next(
        n for n, (new, old) in enumerate(zip(lines, text.splitlines(), strict=True), 1) if new != old
    )
    assert line == max(n for n, text_line in enumerate(lines[:broken], 1) if line_of in text_line), (
        line_faults
    )


def test_fictional_numbers_and_broken_bytes(tmp_path):
    text = MOUSE.read_text("utf-8")
    assert faults(text.replace("Cela vient avec les jours.", "Appelez le 06 39 98 12 34."), tmp_path) == []
    path = tmp_path / "02-tenir-la-souris" / module_reading.FILE
    path.write_bytes(text.encode("cp1252", "ignore"))
    assert "n’est pas en UTF-8" in module_reading.read(path, ()).faults[0].what
    path.write_text("", "utf-8")
    assert "vide" in module_reading.read(path, ()).faults[0].what


def test_a_goal_that_nothing_reaches_is_refused(tmp_path):
    text = MOUSE.read_text("utf-8").replace(
        "vers: bureau, fait: menu_ferme", "vers: bureau, fait: menu_ferme, si: jamais"
    )
    assert any("Aucun chemin n’y mène" in what for _, what in faults(text, tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "prefix"),
    [
        ("prealables: []", "prealables: [nulle-part]", "prealables 1 : Aucun module ne s’appelle « nulle-part »."),
        ("suite: [", "suite: [rien-du-tout, ", "suite 1 : Aucun module ne s’appelle « rien-du-tout »."),
        ("theme: commencer", "theme: divers", "theme : « divers » n’est pas possible. Prenez une de ces valeurs : commencer, internet, mail, securite, demarches, francais ou aidants."),
        ('auteurs: ["Maillage"]\n', "", "auteurs : Il manque « auteurs ». Ajoutez cette ligne."),
        ('auteurs: ["Maillage"]\n', "auteurs: []\n", "auteurs : Il y a 0 auteur : il en faut au moins 1. Ajoutez-en."),
        ("duree: 12", "duree: 25", "duree : 25 minutes, c’est trop."),
    ],
)  # fmt: skip
def test_fault_is_in_french_with_its_place(tmp_path, before, after, prefix):
    text = MOUSE.read_text("utf-8")
    assert before in text
    path = written(text.replace(before, after, 1), tmp_path)
    sentences = [
        f"{f.where} : {f.what} {f.do}"
        for f in module_reading.read(path, frozenset(drawings.names()), module_reading.own_modules()).faults
    ]
    assert [each for each in sentences if each.startswith(prefix)] == sentences


def test_choice_without_consequence_is_not_reported_as_missing(tmp_path):
    module_source = yaml.safe_load(MOUSE.read_text("utf-8"))
    n, exercise = next(
        (n, e)
        for n, s in enumerate(module_source["etapes"])
        if (e := s.get("exercice")) and e["genre"] == "choisir"
    )
    exercise["choix"] = exercise["choix"][:2]
    exercise["choix"][0]["juste"] = True
    exercise.pop("facile", None)
    del exercise["choix"][1]["consequence"]
    read = module_reading.read(
        written(yaml.safe_dump(module_source, allow_unicode=True), tmp_path), frozenset(drawings.names())
    )
    assert [(f.where, f.what) for f in read.faults] == [
        (f"etapes {n + 1} › exercice › choix 2 › consequence", "Il manque « consequence ».")
    ]


def test_all_faults_are_reported_at_once(tmp_path):
    """An unknown screen, a drawing that is not there, a header and an exercise that miss something: one
    run tells all.
    """
    text = (
        MOUSE.read_text("utf-8")
        .replace("vers: horaires}", "vers: nulle-part}")
        .replace("dessin: panier", "dessin: paniers")
    )
    text = (
        text.replace('auteurs: ["Maillage"]\n', "")
        .replace("duree: 12", "duree: 25")
        .replace("id: tenir", "id: retenir")
    )
    read = module_reading.read(
        written(text, tmp_path), frozenset(drawings.names()), module_reading.own_modules()
    )
    place_faults = [(f.where, f.what) for f in read.faults]
    place = next(where for where, _ in place_faults if where.endswith("› vers"))
    assert re.fullmatch(r"etapes \d+ › exercice › ecrans › accueil › elements \d+ › vers", place)
    for what in ("qui n’existe pas", "« paniers »", "« auteurs »", "25 minutes", "Le dossier s’appelle"):
        assert any(what in fault_text for _, fault_text in place_faults), (what, place_faults)
    line = next(f.line for f in read.faults if f.where == place)
    assert "nulle-part" in text.splitlines()[line - 1]


def test_file_wrong_everywhere_is_checked_quickly(tmp_path):
    with within(2):
        read = module_reading.read(written("".join(f"k{n}: x\n" for n in range(7_000)), tmp_path), ())
    assert len(read.faults) == module_reading.MOST_FAULTS


@pytest.mark.parametrize(
    ("named", "authors"), [("12", None), ("Fatou", ("Fatou",)), ("[Fatou, 7]", ("Fatou", "7"))]
)
def test_names_that_are_no_list_stop_one_translation_and_no_page(named, authors):
    read, faults = translations.parse(f"langue: en\ntextes: {{}}\ntraducteurs: {named}\n", "en")
    assert (read and read.authors, [fault.where for fault in faults]) == (
        authors,
        [] if authors else ["traducteurs"],
    )


def test_the_easier_variant_is_checked_too(tmp_path):
    text = MOUSE.read_text("utf-8").replace("taille: 200", "taille: 12")
    assert any("« 12 » n’est pas possible" in what for _, what in faults(text, tmp_path))


def test_no_sentence_asks_for_a_secret():
    """Nobody is ever asked for their own password, not even to learn."""
    secret_request = re.compile(r"votre (vrai )?mot de passe (ici|ci-dessous)", re.IGNORECASE)
    for path in module_reading.folders(module_reading.OWN_MODULES):
        assert not secret_request.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("theme", list(module_format.THEMES))
def test_two_cards_of_a_theme_never_show_the_same_drawing(theme):
    pictures = [module.picture for module in MODULES.values() if module.theme == theme]
    assert sorted(pictures) == sorted(set(pictures))


def test_a_card_shows_the_drawing_of_the_module_or_else_the_first_of_its_sheet():
    mouse = MODULES["tenir-la-souris"]
    assert mouse.picture == "souris"
    assert mouse.model_copy(update={"drawing": ""}).picture == mouse.sheet.steps[0].drawing == "main"


def test_nobody_is_drawn_where_somebody_is_meant():
    """“personne” is drawn crossed out: no one. It stands in no module, nor the magnifier that holds a
    clock.
    """
    for path in module_reading.files().values():
        assert not re.search(r"dessins?: \[?(?:[\w-]+, )*(personne|loupe)\b(?!-)", path.read_text("utf-8")), (
            path
        )


def test_offline_script_reads_modules_once_per_state(client, monkeypatch):
    """Un navigateur le redemande à chaque page : il coûtait huit fois la page, les modules récrits chaque fois."""
    read = ["un"]
    monkeypatch.setattr(contents, "_libraries", {})
    monkeypatch.setattr(contents, "_digest", lambda modules: read.pop())
    first, again = (client.get("/apprendre/hors-ligne.js").content for _ in range(2))
    assert first == again and read == []
    contents._libraries.clear()  # as when a module has changed
    read.append("deux")
    assert client.get("/apprendre/hors-ligne.js").content != first


def test_a_module_of_which_only_instructions_are_translated_says_so_in_its_language(client, monkeypatch):
    """Le catalogue donnait pour traduits des modules aux trois quarts en français, alignés à droite en arabe."""
    translation = translations.bundled_translations("toucher-l-ecran")["ar"]
    instruction_keys = ("titre", "but", "parle", "consigne")
    instructions = {
        place: words
        for place, words in translation.text_by_place.items()
        if place.split(" › ")[-1] in instruction_keys
    }
    monkeypatch.setattr(contents, "_libraries", {})
    monkeypatch.setattr(
        translations,
        "bundled_translations",
        lambda id: {"ar": replace(translation, text_by_place=instructions)},
    )
    words = "التعليمات وحدها مترجمة. والباقي بالفرنسية."
    for address in ("/apprendre/", "/apprendre/toucher-l-ecran/", "/apprendre/toucher-l-ecran/2/"):
        assert words in client.get(address, {"lang": "ar"}, follow=True).content.decode(), address
    step = client.get("/apprendre/toucher-l-ecran/2/").content.decode()
    lines = re.findall(r'<p class="chapeau"\s*([^>]*)>', step)
    assert lines and {" ".join(each.split()) for each in lines} == {'lang="fr" dir="ltr"'}


def test_a_translation_is_mostly_french_by_its_words():
    short, long = frozenset({"Deux mots"}), frozenset({"Trois mots ici"})
    assert translations.Translated("ro", None, untranslated=long, translated=short).is_mostly_french
    assert not translations.Translated("ro", None, untranslated=short, translated=long).is_mostly_french
