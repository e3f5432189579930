"""The modules for learners of French: a theme of their own, each read and listened to in the languages of the site,
and where a diagnosis of reading leads.
"""

import pytest

from maillage.apps.learning.queries import contents
from maillage.modules import texts, translations
from maillage.modules.outlines import outlines
from maillage.modules.reading import place_text
from maillage.words.languages import LANGUAGES
from tests.support.learning import MODULES

pytestmark = pytest.mark.django_db
FRENCH = [module for module in MODULES.values() if module.theme == "francais"]
# Those that most people begin by, with the three above: whoever reads no French plays them.
FIRST_MODULES = ("toucher-l-ecran", "creer-ma-boite", "lire-et-repondre", "mots-de-passe", "messages-pieges")
EVERYWHERE = [*FRENCH, *(MODULES[id] for id in FIRST_MODULES)]
TRANSLATED_LANGUAGES = [code for code in LANGUAGES if code != "fr"]


def test_they_have_a_theme_and_a_path_in_the_catalogue(client):
    page = client.get("/apprendre/").content.decode()
    assert "Le français de tous les jours" in page
    assert len(FRENCH) >= 3
    for module in FRENCH:
        assert f"/apprendre/{module.id}/" in page
    path = client.get("/apprendre/parcours/le-francais-des-papiers/").content.decode()
    assert all(f"/apprendre/{module.id}/" in path for module in FRENCH)


def test_a_course_of_french_has_its_outline():
    """N-011 : un cours de FLE ou d’ASL, mené par son formateur et un aidant, passe par chaque module de français."""
    for_courses = [each for each in outlines().values() if "FLE" in each.for_whom and "ASL" in each.for_whom]
    (outline,) = for_courses
    assert {module.id for module in FRENCH} <= set(outline.modules)
    assert "formateur de français" in outline.together


@pytest.mark.parametrize("module", EVERYWHERE, ids=lambda module: module.id)
def test_spoken_and_question_texts_exist_in_every_language(module):
    """The words to learn stay in French; what explains them is said in the language of whoever learns."""
    module_source = contents.source(module.id)
    spoken = {
        place_text(where): words
        for where, words in texts.sentences(module_source)
        if "facile" not in where and where[-1] in ("parle", "consigne", "reussite", "titre", "but", "reussi")
        and not {"ecrans", "parties"} & set(where)
    }  # fmt: skip
    assert len(spoken) >= 25
    for code in TRANSLATED_LANGUAGES:
        known = translations.bundled_translations(module.id)[code]
        missing = [place for place, words in spoken.items() if not known.of(place, words)]
        assert missing == [], code
        assert contents.translated(module.id, code).language == code


@pytest.mark.parametrize("code", ["ar", "en"])
def test_a_step_is_read_in_each_language_with_its_french_words(client, code):
    page = client.get(f"/apprendre/dire-qui-je-suis/2/?langue={code}").content.decode()
    translated_step = contents.translated("dire-qui-je-suis", code).module.steps[1]
    assert translated_step.spoken.split(".")[0] in page.replace("&#x27;", "’")
    assert f'lang="{code}"' in page
    assert "Amina DIALLO" in page


def test_a_wrong_answer_says_why_and_a_right_one_goes_on(client):
    address = "/apprendre/comprendre-un-courrier/3/"
    assert "« retourner » veut dire renvoyer" in client.post(
        address, {"choix": "1"}
    ).content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    assert "message success" in client.post(address, {"choix": "0"}).content.decode()


def test_a_module_without_a_translation_offers_the_nearest_in_the_language_of_its_reader(client, db):
    page = client.get("/apprendre/allumer-reconnaitre/?lang=ro").content.decode()
    assert "În limba dumneavoastră există:" in page and "/apprendre/toucher-l-ecran/" in page
    client.cookies.clear()
    page = client.get("/apprendre/allumer-reconnaitre/").content.decode()
    assert 'aria-labelledby="dans-ma-langue"' not in page
