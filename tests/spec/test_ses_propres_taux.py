"""Un territoire peut apporter ses propres taux : un fichier, une ligne par taux, et pour chacun sa source
et la phrase qui le publie.
"""

from maillage.sources.rates_file import read as read_rates

title = "Apporter ses propres taux"
HEADER = "indicateur,annee,champ,ventilation,modalite,valeur,source,citation"


def read(content: bytes):
    return read_rates(content, name="taux.csv")


def test_a_total_and_two_ages_make_a_definition(spec):
    """Un total et des taux par âge suffisent ; le reste suit l’illectronisme de 2021.

    classe | taux || réponse
    -------+------++--------
    total  |   13 ||      13
    75+    |   45 ||      45
    """
    text = (
        f"{HEADER}\n"
        "sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« 13 % n’ont pas de smartphone »\n"
        "sans_smartphone,2023,15 ans et plus,age,75+,45,Baromètre 2023,« 45 % des 75 ans et plus »\n"
    )
    d = read(text.encode())
    spec(lambda t: [100 * d.total, *(100 * m.rate for m in d.margins)])


def test_an_unsourced_rate(refusal):
    """Un taux sans source."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,,
        """,
        read,
        "taux.csv, ligne 2, colonne source, valeur «  » : ce taux n’a pas de source.",
        why="personne ne peut retrouver",
        do="copiez la phrase",
    )


def test_a_rate_without_the_sentence_that_publishes_it(refusal):
    """Une source sans la phrase qui porte le chiffre."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,
        """,
        read,
        "taux.csv, ligne 2, colonne citation, valeur «  » : la phrase qui publie ce taux manque.",
    )


def test_a_rate_outside_0_100(refusal):
    """Un taux hors de 0 à 100."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,130,Baromètre 2023,« … »
        """,
        read,
        "taux.csv, ligne 2, colonne valeur, valeur « 130 » : un taux est un nombre entre 0 et 100, bornes"
        " exclues.",
    )


def test_overlapping_ages(refusal):
    """Deux classes d’âge qui se recouvrent."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« … »
        sans_smartphone,2023,15 ans et plus,age,60-74,20,Baromètre 2023,« … »
        sans_smartphone,2023,15 ans et plus,age,70+,45,Baromètre 2023,« … »
        """,
        read,
        "taux.csv, ligne 4, colonne modalite, valeur « 70+ » : cette classe d’âge en recouvre une autre"
        " (60-74).",
        why="compterait deux fois",
    )


def test_no_total(refusal):
    """Un fichier sans le taux de l’ensemble."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,age,75+,45,Baromètre 2023,« … »
        """,
        read,
        "taux.csv : le taux de l’ensemble manque.",
    )


def test_two_indicators(refusal):
    """Deux indicateurs dans un fichier."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« … »
        sans_ordinateur,2023,15 ans et plus,ensemble,,14,Baromètre 2023,« … »
        """,
        read,
        "taux.csv : 2 indicateurs (sans_ordinateur, sans_smartphone…).",
    )


def test_an_unknown_diploma(refusal):
    """Un diplôme que le recensement ne compte pas."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« … »
        sans_smartphone,2023,15 ans et plus,diplome,certificat de natation,45,Baromètre 2023,« … »
        """,
        read,
        "taux.csv, ligne 3, colonne modalite, valeur « certificat de natation » : diplôme inconnu.",
    )


def test_two_totals(refusal):
    """Deux taux pour l’ensemble."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre,« 13 % »
        sans_smartphone,2023,15 ans et plus,ensemble,,20,Baromètre,« 20 % »
        """,
        read,
        "taux.csv, ligne 3, colonne ventilation, valeur « ensemble » : le taux de l’ensemble est donné deux"
        " fois.",
    )


def test_rates_of_two_years(refusal):
    """Des taux de deux années."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre,« 13 % »
        sans_smartphone,2020,15 ans et plus,age,75+,45,Baromètre,« 45 % »
        """,
        read,
        "taux.csv, ligne 3, colonne annee, valeur « 2020 » : la ligne 2 dit « 2023 ».",
        why="mêmes personnes",
    )


def test_a_year_that_cannot_be(refusal):
    """Une année impossible."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,3023,15 ans et plus,ensemble,,13,Baromètre,« 13 % »
        """,
        read,
        "taux.csv, ligne 2, colonne annee, valeur « 3023 » : une année est un nombre entre 2014 et 2035.",
    )


def test_no_universe(refusal):
    """Un taux sans champ."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,,ensemble,,13,Baromètre,« 13 % »
        """,
        read,
        "taux.csv, ligne 2, colonne champ, valeur «  » : le champ de ce taux n’est pas dit.",
    )


def test_a_year_too_far_from_the_method(refusal):
    """Une enquête d’avant 2014, la plus ancienne dont les taux aient été appliqués ici."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,1998,15 ans et plus,ensemble,,13,Baromètre,« 13 % »
        """,
        read,
        "taux.csv, ligne 2, colonne annee, valeur « 1998 » : une année est un nombre entre 2014 et 2035.",
        do="plus récente",
    )


def test_a_universe_that_is_a_part_of_the_population(refusal):
    """Le taux d’une partie de la population, donné pour celui de tous."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,usagers d’Internet de 18 à 24 ans,ensemble,,13,Baromètre,« 13 % »
        """,
        read,
        "taux.csv, ligne 2, colonne champ, valeur « usagers d’Internet de 18 à 24 ans » : ce champ n’est"
        " qu’une partie de la population.",
        why="15 ans et plus",
        do="sur sa propre ligne",
    )


def test_a_rate_that_its_sentence_does_not_say(refusal):
    """Une phrase qui porte un autre pourcentage que la valeur."""
    refusal(
        """
        indicateur,annee,champ,ventilation,modalite,valeur,source,citation
        sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre,« 80 % »
        """,
        read,
        "taux.csv, ligne 2, colonne citation, valeur « « 80 % » » : la phrase ne porte pas le taux de cette"
        " ligne (13).",
        do="corrigez la valeur",
    )


def test_a_sentence_may_say_the_rest_or_round(spec):
    """La phrase peut dire le reste, arrondir, ou écrire le nombre en lettres.

    classe | taux || réponse
    -------+------++--------
    60-74  |   13 ||      13
    75+    |   13 ||      13
    """
    sentences = ("« 87 % en ont un »", "« environ 13,4 % »", "« une personne sur huit »")
    text = "\n".join(
        (
            HEADER,
            *(
                f'sans_x,2023,15 ans et plus,{kind},13,Baromètre,"{sentence}"'
                for kind, sentence in zip(("ensemble,", "age,60-74", "age,75+"), sentences, strict=True)
            ),
        )
    )
    spec(lambda t: [100 * m.rate for m in read(text.encode()).margins])


def test_every_sentence_names_the_ages_of_the_survey():
    """Une enquête qui commence à 12 ans se lit, et chaque phrase du dossier le dit."""
    statements = [
        read(f"{HEADER}\nsans_x,2023,{champ},ensemble,,13,Baromètre,« 13 % »\n".encode()).statement
        for champ in ("15 ans et plus", "personnes de 12 ans et plus")
    ]
    assert statements == [
        "sont dans le cas « sans x »",
        "sont dans le cas « sans x » (taux publié pour : personnes de 12 ans et plus)",
    ]
