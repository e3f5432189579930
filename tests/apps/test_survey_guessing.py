"""The question that a column headed with other words may answer: headings of files, as clerks write them."""

from collections import Counter

import numpy as np

from maillage.apps.surveys.forms import files
from maillage.apps.surveys.forms.guessing import proposals
from maillage.apps.surveys.forms.values import SILENT, VERBATIM, answered, hint, proposed, unread
from maillage.kernel.table import Table
from maillage.questionnaires.other_text import clerk_reader, reader
from maillage.questionnaires.questionnaire import Question, Questionnaire
from maillage.reference import surveys as banks

YES_NO = "Oui|Non"
TODAY = "Aujourd’hui|En projet|Non"
THEMES = "La boîte mail|Les démarches administratives|La navigation sur Internet"
# heading of a column, its cells, the question that it answers, "" where the questionnaire does not ask it
INHABITANTS = (
    ("Vous êtes ?", "Un homme|Une femme", "sexe"),
    ("Équipements à la maison", "Smartphone; Ordinateur|Tablette|Aucun", "equipement"),
    (
        "À quelle fréquence allez-vous sur Internet ?",
        "Tous les jours|Quelquefois par semaine|Rarement|Jamais",
        "",
    ),
    ("Avez-vous déjà renoncé à une démarche parce qu’il fallait Internet ?", YES_NO, ""),
    ("Connaissez-vous un lieu qui aide au numérique ?", "Oui|Non|Ne sait pas", "lieu_connu"),
    ("Avez-vous déjà été aidé dans un de ces lieux ?", YES_NO, "accompagne"),
    (
        "Si oui, êtes-vous satisfait ?",
        "Très satisfait|Plutôt satisfait|Peu satisfait|Pas satisfait",
        "satisfaction",
    ),
    ("Qui vous aide quand vous bloquez ?", "Un proche|Un voisin|Une structure|Personne", "recours"),
    ("Voulez-vous apprendre ?", "Oui|Non|Ne sait pas", "apprendre"),
    (
        "Êtes-vous à l’aise avec le numérique ?",
        "Tout à fait à l’aise|Plutôt à l’aise|Peu à l’aise|Pas du tout à l’aise",
        "aisance",
    ),
    ("Plus haut diplôme obtenu", "Aucun diplôme|CAP-BEP|Bac|Supérieur au bac", "diplome"),
    ("Une remarque ?", "Il n’y a plus de bus|On me demande un mot de passe", "remarque"),
    ("Catégorie socioprofessionnelle", "Employé|Ouvrier|Retraité|Agriculteur", "pcs"),
    (
        "Dernière connexion à Internet",
        "Il y a moins de trois mois|Il y a plus d’un an|Jamais",
        "dernier_usage_internet",
    ),
    ("A déjà suivi un atelier numérique", YES_NO, "forme"),
    (
        "Comment avez-vous connu la structure ?",
        "Un professionnel m’y a envoyé|Par mes proches, par le bouche-à-oreille",
        "decouverte",
    ),
    ("Thèmes souhaités", THEMES, "themes"),
    (
        "Pourquoi n’êtes-vous pas équipé ?",
        "Je n’ai pas assez d’argent pour cela|Cela ne m’intéresse pas",
        "raison_non_equipe",
    ),
    (
        "Vos usages d’Internet",
        "Trouver un emploi|Trouver un logement|Garder le lien avec ses proches",
        "usages",
    ),
    (
        "Comment vous tenez-vous informé des activités du quartier ?",
        "Par des affiches, des brochures|Par la mairie, le journal de la commune",
        "information",
    ),
    ("Quel est votre âge ?", "34|45|71|18", "age"),
    ("Âge du plus jeune enfant", "3|16|18", ""),
    ("Commentaire libre", "Il n’y a plus de bus|On me demande un mot de passe", "remarque"),
    ("Souhaitez-vous progresser ?", YES_NO, "apprendre"),
    ("Souhaitez-vous progresser ? ", "Oui|Non|Peut-être", "apprendre"),
    (
        "Quels équipements avez-vous chez vous ?",
        "PC fixe; Smartphone; Box|Box|Tablette; Console",
        "equipement",
    ),
    ("Nombre de personnes au foyer", "1|2|4", ""),
    ("Quartier", "Centre|Les Essarts|La Luire", ""),
    ("Nom de l’enquêteur", "Nadia|Marc", ""),
    ("Lieu de passation", "Marché|Gare|Devant la mairie", ""),
    ("Avez-vous une adresse mail ?", YES_NO, ""),
    ("Avez-vous peur de vous tromper en ligne ?", YES_NO, ""),
    ("Utilisez-vous les services en ligne des impôts ?", YES_NO, ""),
    ("Date de passation", "12/10/2026|14/10/2026", ""),
    (
        "Pour quelle raison n’avez-vous pas d’ordinateur ?",
        "Trop cher|Cela ne m’intéresse pas|Autre",
        "raison_non_equipe",
    ),
    ("Avez-vous déjà bénéficié d’un accompagnement numérique ?", YES_NO, "accompagne"),
    ("Seriez-vous intéressé par une formation au numérique ?", YES_NO, "apprendre"),
    ("Vous sentez-vous à l’aise sur un ordinateur ?", "Très à l’aise|Peu à l’aise", "aisance"),
    ("Êtes-vous intéressé par le numérique ?", YES_NO, ""),
    ("Avez-vous bénéficié d’une aide au logement ?", YES_NO, ""),
    ("Votre ordinateur a-t-il plus de cinq ans ?", YES_NO, ""),
    ("Le lieu est-il accessible à tous les handicaps ?", YES_NO, ""),
)
STRUCTURES = (
    ("Type d’organisme", "Mairie|Association|Centre communal d’action sociale", "type_structure"),
    ("Avez-vous un WiFi public ?", TODAY, "wifi"),
    ("Ordinateurs ou connexion en accès libre", TODAY, "acces_libre"),
    ("Organisez-vous des ateliers numériques ?", TODAY, "ateliers"),
    ("Aide aux démarches en ligne", "Oui|Non|Bientôt", "assistance"),
    ("WiFi en libre service", YES_NO, "wifi"),
    ("Prix demandé", "Gratuit|Payant, même prix pour tous", "prix"),
    ("Temps réservé à l’aide numérique", YES_NO, "temps_reserve"),
    ("Qui encadre les usagers ?", "Bénévoles|Agents d’accueil|Bibliothécaires", "aidants"),
    ("Qui vous finance ?", "État|CAF|Fonds européens", "financeurs"),
    ("Problèmes de réseau", "Aucun problème|Parfois|Souvent", "reseau"),
    ("Interventions hors les murs", "Oui|Non|Non, mais nous le souhaitons", "hors_murs"),
    ("Hors les murs", YES_NO, "hors_murs"),
    ("Partenariats numériques", YES_NO, "partenariat"),
    ("Observations éventuelles", "Rien à ajouter|Revenez en mars", "remarque"),
    ("Savez-vous vers qui orienter ?", YES_NO, ""),
    ("Effectif salarié", "3|12|40", ""),
    ("Nom de la structure", "Emmaüs Connect|Médiathèque Kateb Yacine", ""),
    ("Vos bénévoles sont-ils formés ?", YES_NO, ""),
    ("Mettez-vous des ordinateurs à disposition du public ?", "Oui|Non|En projet", "acces_libre"),
    ("Le WiFi est-il accessible à tous ?", YES_NO, "wifi"),
    ("Prêtez-vous ou vendez-vous du matériel informatique ?", YES_NO, "materiel"),
    ("Postes informatiques ouverts au public", TODAY, ""),
    ("Avez-vous une salle à disposition des associations ?", YES_NO, ""),
    ("Prêtez-vous des livres ?", YES_NO, ""),
)
LEAST_FOUND = 45  # of those that have a question


def test_a_heading_in_other_words_is_proposed_its_question_or_none():
    """« À quelle fréquence allez-vous sur Internet ? » était proposée pour les lieux fréquentés, « Avez-vous déjà
    renoncé… » pour les formations suivies : un seul mot commun, et pauvre.
    """
    wrong, n_right = {}, 0
    for bank, headings in (("habitants", INHABITANTS), ("structures", STRUCTURES)):
        for heading, cells, question in headings:
            table = Table("f", {heading: np.array(cells.split("|"))})
            name = proposals(banks.banks()[bank], table, [heading], []).get(heading, "")
            n_right += bool(question) and name == question
            if name not in (question, ""):
                wrong[heading] = name
    two = {"Orientation vers d’autres lieux": YES_NO, "Connaissez-vous l’offre des autres lieux ?": YES_NO}
    table = Table("f", {heading: np.array(cells.split("|")) for heading, cells in two.items()})
    assert proposals(banks.banks()["structures"], table, [*two], []) == {next(iter(two)): "orientation"}
    assert not wrong
    assert n_right >= LEAST_FOUND


def test_a_label_is_not_cut_at_its_own_comma():
    """« Connexion Internet (box, fibre) », seule dans sa case, faisait deux valeurs ; « Partenaires, autrement » aussi, que
    d’autres cases ont entière.
    """
    form = banks.banks()["structures"]
    question = next(each for each in form.questions() if each.name == "canaux")
    cells = Counter(
        {
            "Partenaires (presse, affiches)": 8,
            "Partenaires, autrement": 5,
            "Mairie | Partenaires, autrement": 2,
        }
    )
    column = unread(form, "Canaux", question, cells, reader(form, question), {}, None)
    assert not {"Partenaires (presse", "affiches)", "Partenaires", "autrement"} & {
        each.text for each in column.values
    }


def test_an_unknown_word_leaves_the_other_answers_of_its_cell():
    """« Stagiaire, Bénévoles » gardé tel quel ne comptait ni l’un ni l’autre."""
    form = banks.banks()["structures"]
    question = next(each for each in form.questions() if each.name == "aidants")
    for answer, expected in ((VERBATIM, "benevoles"), (SILENT, "benevoles"), ("autre", "autre benevoles")):
        read = answered(form, question, {"Stagiaire": answer}, reader(form, question))
        assert read("Stagiaire, Bénévoles") == expected
        assert read("Apprenti; Bénévoles") == "benevoles"
    assert answered(form, question, {}, reader(form, question))("Stagiaire") == "Stagiaire"


def test_a_cell_of_several_answers_is_split_at_unknown_parts():
    """« Partenaires, Site internet » était proposé en une réponse, et la seconde perdue."""
    form = banks.banks()["structures"]
    question = next(each for each in form.questions() if each.name == "canaux")
    cells = Counter(
        {
            "Partenaires, Site internet": 4,
            "Partenaires, autrement": 3,
            "Nos partenaires, une structure partenaire": 2,
        }
    )
    column = unread(form, "Canaux", question, cells, reader(form, question), {}, None)
    assert {each.text: (each.n, each.answer) for each in column.values} == {
        "Partenaires": (7, "orientation"),
        "Site internet": (4, VERBATIM),
        "Nos partenaires, une structure partenaire": (2, "orientation"),
    }
    read = answered(form, question, {"Partenaires": "orientation"}, reader(form, question))
    assert read("Partenaires, Site internet") == "orientation"


def test_a_value_that_covers_several_choices_is_proposed_none():
    """« Supérieur au bac » devenait « bac + 2 », et le redressement par diplôme était faux."""
    form = banks.banks()["habitants"]
    diplomas = form.choices(next(each for each in form.questions() if each.name == "diplome"))
    assert not proposed("Supérieur au bac", diplomas) and not proposed("Études supérieures", diplomas)
    assert proposed("Bac", diplomas) == "bac"


def test_a_value_is_proposed_a_choice_that_means_the_same():
    """« Non, mais ce serait utile » était proposé pour « Non, et ce n’est pas utile pour moi »."""
    form = banks.banks()["structures"]
    cases = {
        ("vision", "Non, mais ce serait utile"): "non_souhaite",
        ("vision", "Non, pas utile"): "non",
        ("type_structure", "Commune"): "mairie",
        ("financeurs", "Commune"): "collectivites",
        ("reseau", "De temps en temps"): "parfois",
        ("gratuite", "Payant"): "payante",
    }
    for (name, text), answer in cases.items():
        question = next(each for each in form.questions() if each.name == name)
        assert proposed(text, form.choices(question)) == answer, text


def test_a_value_of_another_degree_number_or_negation_is_a_hint():
    """« Plutôt pas à l’aise » devenait « Pas du tout à l’aise », « Bac+3 et plus » bac + 2, « Demandeur
    d’emploi » « Employé ».
    """
    cases = {  # name of a question, value → choice proposed, choice it may be
        ("aisance", "Plutôt pas à l’aise"): ("", "peu"),
        ("aisance", "Pas très à l’aise"): ("", "peu"),
        ("aisance", "Un peu à l’aise"): ("", "peu"),
        ("aisance", "Assez à l’aise"): ("a_l_aise", ""),
        ("aisance", "Pas à l’aise du tout"): ("pas_du_tout", ""),
        ("satisfaction", "Plutôt pas satisfait"): ("", "peu_satisfait"),
        ("satisfaction", "Totalement satisfait"): ("tres_satisfait", ""),
        ("diplome", "Bac+3 et plus"): ("", "bac_3_4"),
        ("diplome", "Bac et plus"): ("", None),
        ("diplome", "Bac + 4"): ("bac_3_4", ""),
        ("diplome", "Bac +5"): ("bac_5", ""),
        ("diplome", "Bac+2"): ("bac_2", ""),
        ("pcs", "Demandeur d’emploi"): ("", ""),
        ("pcs", "Employeur"): ("", ""),
        ("pcs", "Étudiant"): ("autre", ""),
        ("pcs", "Employée de bureau"): ("employe", ""),
        ("dernier_usage_internet", "Moins de 3 mois"): ("moins_3_mois", ""),
        ("dernier_usage_internet", "Moins d’un mois"): ("", None),
        ("dernier_usage_internet", "Plus de 3 ans"): ("", None),
    }
    form = banks.banks()["habitants"]
    for (name, text), (answer, near) in cases.items():
        choices = form.choices(next(each for each in form.questions() if each.name == name))
        assert proposed(text, choices) == answer, text
        labels = {each.name: each.label["fr"] for each in choices}
        if not answer and near is not None:
            assert hint(text, choices) == labels.get(near, ""), text


def test_a_value_of_two_choices_or_of_half_of_one_is_proposed_neither():
    """« Conseiller numérique » était coché « Conseillers (emploi, insertion, formation) »."""
    cases = {  # questionnaire, question, value → choice proposed
        ("structures", "aidants", "Conseiller numérique"): "",
        ("structures", "aidants", "Conseillères numériques France Services"): "",
        ("structures", "aidants", "Formateur numérique"): "",
        ("structures", "aidants", "Agent de médiathèque"): "",
        ("structures", "aidants", "Conseillers en insertion"): "conseillers",
        ("structures", "aidants", "Médiatrice numérique"): "mediateurs",
        ("professionnels", "metier", "Conseillère numérique"): "numerique",
        ("professionnels", "metier", "Conseiller en insertion professionnelle"): "",
        ("habitants", "recours", "Assistante sociale"): "",
        ("habitants", "recours", "La mairie"): "structure",
        ("habitants", "dernier_usage_internet", "Plus d’un an"): "plus_1_an",
        ("habitants", "dernier_usage_internet", "Depuis plus de 12 mois"): "plus_1_an",
        ("habitants", "dernier_usage_internet", "De 3 mois à 1 an"): "3_12_mois",
        ("habitants", "dernier_usage_internet", "Plus de trois mois"): "",
        ("habitants", "dernier_usage_internet", "Entre 6 mois et un an"): "",
    }
    for (bank, name, text), answer in cases.items():
        form = banks.banks()[bank]
        choices = form.choices(next(each for each in form.questions() if each.name == name))
        assert proposed(text, choices) == answer, text


def test_a_wording_with_its_number_in_figures_is_read():
    """« Il y a moins de 3 mois » (302 fois) n’était pas lu."""
    form = banks.banks()["habitants"]
    question = next(each for each in form.questions() if each.name == "dernier_usage_internet")
    assert clerk_reader(form, question)("Il y a moins de 3 mois") == "moins_3_mois"
    assert clerk_reader(form, question)("Il y a plus de 1 an") == ""


def test_a_beginning_of_two_choices_is_neither():
    """« Non » devenait en silence « Non, et ce n’est pas utile pour moi », parce que ce choix se nomme « non »."""
    form = banks.banks()["structures"]
    question = next(each for each in form.questions() if each.name == "vision")
    assert clerk_reader(form, question)("Non") == ""
    assert not proposed("Non", form.choices(question))


def test_a_day_typed_without_its_year_takes_that_of_the_survey():
    day = Question(name="jour", kind="date", label={"fr": "Quel jour ?"})
    form, guesses = Questionnaire(id="f", title="Essai", lists={}, items=(day,)), Counter()
    read = files._reader(form, day, guesses, 2025)
    typed = {
        "1er mars": "2025-03-01",
        "le 15 fevr.": "2025-02-15",
        "1/3": "2025-03-01",
        "03/11/2026": "2026-11-03",
        "bientôt": "bientôt",
        "31 février": "31 février",
    }
    assert {text: read(text) for text in typed} == typed
    assert guesses == Counter({(text, typed[text]): 1 for text in ("1er mars", "le 15 fevr.", "1/3")})
    (column, *_) = files.BEGINNINGS
    begun = files._moment({column: "1er mars"}, files.BEGINNINGS, 2025)
    assert begun and (begun.year, begun.month, begun.day) == (2025, 3, 1)
