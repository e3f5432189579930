"""Un territoire peut apporter ses propres taux : un fichier, une ligne par taux, et pour chacun sa source
et la phrase qui le publie.
"""

from maillage.pipeline.rates_file.clean import read as read_rates

title = "Apporter ses propres taux"
HEADER = "indicateur,annee,champ,ventilation,modalite,valeur,source,citation"


def read(content: bytes):
    return read_rates(content, name="taux.csv")


def test_a_total_and_two_ages_make_a_definition(spec):
    """Un total et des taux par âge suffisent ; le reste suit l’illectronisme de 2021."""
    text = (
        f"{HEADER}\n"
        "sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« 13 % n’ont pas de smartphone »\n"
        "sans_smartphone,2023,15 ans et plus,age,75+,45,Baromètre 2023,« 45 % des 75 ans et plus »\n"
    )
    d = read(text.encode())
    spec(
        """
        classe | taux
        -------+-----
        total  |   13
        75+    |   45
        """,
        lambda t: [100 * d.total, *(100 * m.rate for m in d.margins)],
        [13, 45],
    )


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
        "taux.csv, ligne 2, colonne annee, valeur « 3023 » : une année est un nombre entre 1990 et 2035.",
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
