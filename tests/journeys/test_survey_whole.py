"""A whole survey, as somebody runs it: an XLSForm brought, answers taken in the street and on paper,
weighed, read, published, estimated.
"""

import csv
import io
import json
import re
import urllib.request
import uuid
from collections import Counter

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import until
from tests.support.collecting import PAGE, STATUS, following, on, put, ready, stored_answers
from tests.support.served import restarted

TITLE, COMMUNE = "Internet et vous à Échirolles", "38151"
FR, EN = "label::Français (fr)", "label::English (en)"
SHEETS = {
    "survey": [
        ("type", "name", FR, EN, "required", "relevant", "constraint", "constraint_message::Français (fr)", "maillage::scale"),
        ("begin_group", "vous", "Vous", "You", "", "", "", "", ""),
        ("select_one ages", "age", "Quel âge avez-vous ?", "How old are you?", "yes", "", "", "", ""),
        ("select_one sexes", "sexe", "Vous êtes…", "You are…", "yes", "", "", "", ""),
        ("integer", "foyer", "Combien êtes-vous au foyer ?", "How many live in your home?", "", "", ". >= 1 and . <= 20",
         "Comptez de 1 à 20 personnes, vous compris.", ""),
        ("end_group", "", "", "", "", "", "", "", ""),
        ("begin_group", "usages", "Internet", "Internet", "", "", "", "", ""),
        ("select_one usages", "dernier_usage_internet", "Quand avez-vous utilisé Internet pour la dernière fois ?",
         "When did you last use the Internet?", "yes", "", "", "", ""),
        ("select_multiple frein", "freins", "Qu’est-ce qui vous en tient loin ?", "What keeps you away?", "",
         "${dernier_usage_internet} != 'moins_3_mois'", "", "", ""),
        ("select_multiple outils", "appareils", "De quels appareils disposez-vous ?", "Which devices do you have?", "", "", "", "", ""),
        ("select_one aisances", "aise_en_ligne", "Pour vos démarches en ligne, vous êtes…", "With online forms, you are…",
         "", "", "", "", "ease"),
        ("end_group", "", "", "", "", "", "", "", ""),
    ],
    "choices": [
        ("list_name", "name", FR, EN),
        *(("ages", name, *labels) for name, *labels in (
            ("15_25", "De 15 à 25 ans", "15 to 25"), ("26_39", "De 26 à 39 ans", "26 to 39"), ("40_60", "De 40 à 60 ans", "40 to 60"),
            ("61_70", "De 61 à 70 ans", "61 to 70"), ("plus_70", "Plus de 70 ans", "Over 70"))),
        ("sexes", "femme", "Une femme", "A woman"),
        ("sexes", "homme", "Un homme", "A man"),
        ("usages", "moins_3_mois", "Il y a moins de trois mois", "Less than three months ago"),
        ("usages", "plus_3_mois", "Il y a plus longtemps", "Longer ago"),
        ("usages", "jamais", "Jamais", "Never"),
        ("frein", "cout", "Le prix", "The price"),
        ("frein", "peur", "La peur de se tromper", "Fear of mistakes"),
        ("outils", "smartphone", "Un smartphone", "A smartphone"),
        ("outils", "ordinateur", "Un ordinateur", "A computer"),
        ("outils", "tablette", "Une tablette", "A tablet"),
        ("aisances", "pas_du_tout", "Pas du tout à l’aise", "Not at all at ease"),
        ("aisances", "peu", "Peu à l’aise", "Not very at ease"),
        ("aisances", "plutot", "Plutôt à l’aise", "Rather at ease"),
        ("aisances", "tres", "Très à l’aise", "Very at ease"),
    ],
    "settings": [("form_title", "form_id", "default_language"), (TITLE, "internet_et_vous", "Français (fr)")],
}  # fmt: skip
NAMES = ("age", "sexe", "foyer", "dernier_usage_internet", "freins", "appareils", "aise_en_ligne")
AGES = (
    ["15_25"] * 5 + ["26_39"] * 6 + ["40_60"] * 8 + ["61_70"] * 3 + ["plus_70"] * 13
)  # a market in the morning
AWAY = {15, 20, 22, 23, 25, 26, 28, 29, 31, 32, 34}  # who has not used the Internet for three months
VERY, RATHER, LITTLE = 13, 13, 6  # at ease, out of 35; three are not at all


def people() -> list[dict[str, str]]:
    """Return the answers of 35 people, by the name of the question; a question that is skipped is not there."""
    ease = (
        ["tres"] * VERY
        + ["plutot"] * RATHER
        + ["peu"] * LITTLE
        + ["pas_du_tout"] * (35 - VERY - RATHER - LITTLE)
    )
    respondents = []
    for n, age in enumerate(AGES):
        away = n in AWAY
        answers = {"age": age, "sexe": ("femme", "homme")[n * 3 % 5 % 2], "foyer": str(1 + n % 4)}
        answers["dernier_usage_internet"] = ("jamais" if n % 2 else "plus_3_mois") if away else "moins_3_mois"
        if away:
            answers["freins"] = "cout peur" if n % 3 else "peur"
        answers["appareils"] = ("smartphone", "ordinateur", "smartphone ordinateur tablette")[n % 3]
        answers["aise_en_ligne"] = ease[n]
        respondents.append(answers)
    return sorted(
        respondents, key=lambda answers: hash_of(answers)
    )  # streets mix people; the last five answer on paper


def hash_of(answers: dict[str, str]) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(answers)).hex


def xlsform() -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([value or None for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


LABELS = {(row[0], row[1]): row[2] for row in SHEETS["choices"]}
LISTS = {row[1]: row[0].partition(" ")[2] for row in SHEETS["survey"] if row[0].startswith("select")}
WORDS = {row[1]: row[2] for row in SHEETS["survey"]}


def answer(page, answers: dict[str, str]) -> None:
    """Ask one person on the screen of a surveyor, question after question."""
    page.locator("[data-commencer]").click()
    for name in NAMES:
        if name not in answers:
            continue
        expect(page.locator("#question")).to_have_text(WORDS[name])
        if name in LISTS:
            for each in answers[name].split():
                page.get_by_label(LABELS[LISTS[name], each], exact=True).check()
        else:
            page.locator("#reponse-tapee").fill(answers[name])
        following(page)
    on(page, "fin")
    page.locator("[data-finir]").click()
    expect(page.locator("#titre-personne")).to_have_text("Personne suivante")


def typed(answers: dict[str, str]) -> list[str]:
    """Return the words typed for a sheet of paper: the numbers of the boxes ticked."""
    ranks = {key: [other for at, other in LABELS if at == key[0]].index(key[1]) + 1 for key in LABELS}
    return [
        (
            " ".join(str(ranks[LISTS[name], each]) for each in answers[name].split())
            if name in LISTS
            else answers[name]
        )
        for name in NAMES
        if name in answers
    ]


@pytest.mark.complete
@pytest.mark.slow("a whole survey, from its form to the estimate")
def test_a_survey_from_its_xlsform_to_the_estimate_of_the_need(enter, visit, site, environment, tmp_path):
    respondents = people()
    before = _need(visit)
    room, survey = prepare(enter, tmp_path)
    link = carried(room)
    street(visit, environment, int(survey), link, respondents[:30])
    paper(room, respondents[30:])
    uids_and_values = stored_answers(environment, int(survey))
    assert sorted(map(hash_of, respondents)) == sorted(
        hash_of({n: values[n] for n in NAMES if n in values}) for _, values in uids_and_values
    )
    room.goto(f"{site}/espace/enquetes/{survey}/")
    expect(room.locator(".enquete-suivi")).to_contain_text("35 réponses sur 35 visées")
    room.once("dialog", lambda dialog: dialog.accept())
    room.get_by_role("button", name="Terminer l’enquête").click()
    expect(room.locator(".enquete-suivi")).to_contain_text("L’enquête est terminée.")
    weigh(room)
    read(room)
    publish(room, visit)
    estimated(visit, before)


def prepare(enter, folder):
    """Bring an XLSForm; say who is asked, where; open."""
    file = folder / "internet-et-vous.xlsx"
    file.write_bytes(xlsform())
    room = enter("coordination", "/espace/")
    room.locator("main, nav").get_by_role("link", name="Enquêtes").first.click()
    room.get_by_role("link", name="Préparer une enquête").first.click()
    room.get_by_role("radio", name="Un fichier XLSForm").check()
    room.get_by_label(re.compile("^Fichier")).set_input_files(file)
    room.get_by_label("Titre").fill(TITLE)
    room.get_by_label("Territoire").fill("Échirolles")
    room.get_by_label("Qui répond").select_option(label="Habitants")
    room.get_by_label("De qui parle-t-elle").fill("habitants de 15 ans et plus")
    room.get_by_label("Ce que l’enquête doit montrer").fill("Qui se tient loin d’Internet, et pourquoi.")
    room.get_by_label("Réponses visées").fill("35")
    room.get_by_role("button", name="Préparer", exact=True).click()
    room.wait_for_url(re.compile(r"/espace/enquetes/\d+/$"))
    survey = re.search(r"/(\d+)/$", room.url)[1]
    room.get_by_role("link", name="Relire le questionnaire").click()
    expect(room.locator("main")).to_contain_text("seulement si")
    expect(room.locator("main")).to_contain_text("Anglais", ignore_case=True)
    room.go_back()
    room.get_by_label("Nom du lieu").fill("Marché de la Luire")
    room.get_by_role("button", name="Ajouter ce lieu").click()
    room.get_by_role("button", name="Ouvrir l’enquête").click()
    expect(room.locator(".sous-titre")).to_contain_text("En cours")
    return room, survey


def carried(room) -> str:
    """Give a surveyor a link, as it is photographed."""
    room.get_by_label("Prénom, surnom ou nom de l’appareil").fill("Nadia")
    room.get_by_role("button", name="Donner un lien").click()
    link = room.locator("#lien").input_value().partition("#")[2]
    room.get_by_role("link", name="C’est fait").click()
    return link


N_ON_SCREEN = (
    4  # asked on the screen, before and after; what the page leaves of the others is put in the device
)


def street(visit, environment, survey: int, link: str, respondents: list[dict[str, str]]) -> None:
    """Ask thirty people at 390 px; the network is cut, the server dies once it has kept half of them and
    before it says so.
    """
    with restarted(environment) as server:
        page = visit(f"{server.address}{PAGE}#{link}", **PHONE)
        expect(page.locator("[data-enquetes]")).to_contain_text(TITLE)
        ready(page)
        page.context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="Commencer").click()
        page.get_by_role("radio", name="Marché de la Luire").check()
        page.get_by_role("button", name="Continuer").click()

        def ask(people: list[dict[str, str]], n_unsent: int) -> None:
            put(page, link, {str(uuid.uuid4()): values for values in people[N_ON_SCREEN:]})
            for each in people[:N_ON_SCREEN]:
                answer(page, each)
            expect(page.locator(STATUS)).to_have_text(f"{n_unsent} réponses en attente, 0 envoyée")

        half = len(respondents) // 2
        ask(respondents[:half], half)

        def dies(route) -> None:
            route.fetch()
            server.stop()
            route.abort()

        page.route("**/enquetes/envoi/", dies, times=1)
        page.context.set_offline(False)
        expect(page.locator(STATUS)).to_have_text(f"{half} réponses en attente, 0 envoyée")
        until(page, lambda: server.process is None)
        assert len(stored_answers(environment, survey)) == half, (
            "kept there, still waiting here: nobody told the device"
        )
        ask(respondents[half:], len(respondents))
        page.get_by_role("button", name="Mes enquêtes").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        server.start()
        page.get_by_role("button", name="Envoyer maintenant").click()
        expect(page.locator(STATUS)).to_have_text(f"0 réponse en attente, {len(respondents)} envoyées")
        uids_and_values = stored_answers(environment, survey)
        assert len(uids_and_values) == len({uid for uid, _ in uids_and_values}) == len(respondents), (
            "each once"
        )
        page.close()


def paper(room, respondents: list[dict[str, str]]) -> None:
    """Type sheets by keyboard alone. The script that skips questions comes once the first sheet is typed."""
    late_scripts = []
    room.route(re.compile(r"/papier\.[^/]*js$"), lambda route: late_scripts.append(route))
    room.get_by_role("link", name="Saisir les feuilles").click()
    for number, answers in enumerate(respondents, 1):
        expect(room.get_by_label("Numéro de la feuille")).to_be_focused()
        for word in (str(number), *typed(answers)):
            room.keyboard.type(word)
            room.keyboard.press("Enter")
        room.keyboard.press("Enter")
        while late_scripts:
            late_scripts.pop().continue_()
        expect(room.get_by_text(f"Feuille n° {number} enregistrée")).to_be_visible()


def weigh(room) -> None:
    """Margins of the census for age and sex; the thin class is merged as proposed; weights."""
    room.get_by_role("link", name="Résultats").first.click()
    room.get_by_role("link", name="Les redresser").click()
    room.get_by_role("button", name="Préparer les marges").click()
    warned = room.locator("#classes ~ .message.warning")
    expect(warned).to_contain_text("3 réponses")
    warned.get_by_role("button", name=re.compile("^Réunir")).click()
    expect(warned).to_have_count(0)
    room.get_by_role("button", name="Calculer les poids de 35 réponses").click()
    expect(room.locator("#retenu")).to_be_visible()
    expect(room.locator(".chiffres-poids")).to_contain_text("Effet de plan")


def read(room) -> None:
    """A question crossed by another: whoever holds the answers sees them all, and what will not be published."""
    room.get_by_role("link", name="Tableaux", exact=True).click()
    expect(room.locator(".chapeau").first).to_contain_text("35 réponses, chiffres redressés")
    room.get_by_label(re.compile("^Question")).select_option(label=WORDS["appareils"])
    room.get_by_label("Selon").select_option(label=WORDS["dernier_usage_internet"])
    room.get_by_role("button", name="Voir ce tableau").click()
    table = room.locator("main section.document")
    expect(table).to_contain_text("Il y a moins de trois mois")
    expect(table).to_contain_text("ne sera pas publié")
    room.get_by_role("link", name="Constats", exact=True).click()
    expect(room.locator(".phrase").first).to_be_visible()
    room.emulate_media(media="print")  # a sheet holds sentences, not boxes to type in
    expect(room.locator(".phrase").first).to_be_visible()
    expect(room.locator("textarea").first).to_be_hidden()
    expect(room.locator("summary").first).to_be_hidden()
    room.emulate_media(media="screen")


def publish(room, visit) -> None:
    """Publish; a stranger reads it, and can neither read nor work out what is withheld."""
    room.get_by_role("link", name="Publier", exact=True).click()
    expect(room.locator(".message.info").first).to_contain_text("retenu")
    room.get_by_role("button", name="Publier l’édition 1").click()
    room.get_by_role("link", name="Ce que tout le monde lit").click()
    stranger = visit(room.url, **PHONE)
    expect(stranger.locator("h1")).to_have_text(TITLE)
    expect(stranger.locator("main")).to_contain_text("35 réponses, chiffres redressés")
    assert stranger.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    address = stranger.get_by_role("link", name="Tableaux (CSV)").get_attribute("href")
    with urllib.request.urlopen(re.match(r"http://[^/]+", stranger.url)[0] + address) as response:
        rows = list(csv.DictReader(io.StringIO(response.read().decode("utf-8-sig"))))
    eased = [row for row in rows if row["question"] == "aise_en_ligne" and not row["par"]]
    hidden = {row["modalite"] for row in eased if not row["part"]}
    assert {"peu", "pas_du_tout"} & hidden, "few said so"
    assert len(hidden) >= 2, "one alone would be what is left of the total"
    assert not any(row["effectif"] or row["bas"] or row["haut"] for row in eased if row["modalite"] in hidden)
    counts = Counter(
        row["question"] for row in rows if row["effectif"] and int(row["effectif"]) < int(row["seuil"])
    )
    assert not counts, "no count under the threshold of its question is told"
    assert {int(row["seuil"]) for row in rows if row["effectif"]} <= {5, 11}
    ages = [row for row in rows if row["question"] == "age"]
    assert all(row["part"] for row in ages) and "61_70" not in {row["modalite"] for row in ages}, "merged"
    expect(stranger.locator("main")).not_to_contain_text(
        "61 ans et plus"
    )  # less « plus de 70 ans », three would be left
    stranger.close()


def _need(visit) -> str:
    page = visit(f"/territoires/{COMMUNE}/")
    figure = page.locator(".chiffre-grand").first
    figure.wait_for()
    expect(page.locator("#enquete")).to_have_count(0)
    return figure.inner_text()


def estimated(visit, before: str) -> None:
    """The need of the commune, made again: the survey weighed against the model, in words."""
    page = visit(f"/territoires/{COMMUNE}/")
    survey_section = page.locator("section[aria-labelledby=enquete]")
    survey_section.wait_for()
    expect(survey_section).to_contain_text(f"« {TITLE} » : 35 réponses à la question")
    expect(survey_section).to_contain_text("Le modèle seul")
    expect(survey_section).to_contain_text("D’où vient l’écart")
    after = page.locator(".chiffre-grand").first.inner_text()
    expect(page.locator("#enquete")).to_have_text("L’enquête et le modèle, ensemble")
    assert after != before, "combined with the survey, weighed by precision"
