"""Un recensement se lit : le centre et le reste, ce que les lieux d’un même type ont en commun."""

from datetime import date

import pytest

from maillage.publishing.directory import census

title = "Lire un recensement"
NAMES = {"59392": "Maubeuge", "59291": "Hautmont", "59324": "Jeumont", "59365": "Louvroil"}
PEOPLE = {"59392": 30_000, "59291": 10_000, "59324": 10_000, "59365": 10_000}


def places(t) -> list[census.Row]:
    columns = (t[name].tolist() for name in ("type", "commune", "pratiques"))
    return [
        census.Row(
            id=str(k), name=f"Lieu {k}", commune=f"{commune:.0f}", structure="", structure_name="", kind=kind,
            sheet={"practices": {id: {"state": "offered"} for id in practice_ids.split()}}, last_confirmed=None,
        )
        for k, (kind, commune, practice_ids) in enumerate(zip(*columns, strict=True))
    ]  # fmt: skip


def read(t) -> census.CensusReading:
    return census.census_page(places(t), inhabitants=PEOPLE, names=NAMES, on=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("recent", "dated", "total", "sentence"),
    [
        (0, 0, 3, "Les 3 fiches de lieux sont de date inconnue."),
        (0, 2, 3, "Aucune des 3 fiches de lieux n’a moins d’un an ; 1 est de date inconnue."),
        (1, 1, 3, "1 des 3 fiches de lieux a moins d’un an ; 2 sont de date inconnue."),
        (2, 3, 3, "2 des 3 fiches de lieux ont moins d’un an."),
        (3, 3, 3, "Les 3 fiches de lieux ont moins d’un an."),
        (0, 0, 1, "La seule fiche de lieu est de date inconnue."),
        (0, 1, 1, "La seule fiche de lieu a plus d’un an."),
        (1, 1, 1, "La seule fiche de lieu a moins d’un an."),
    ],
)
def test_l_age_des_fiches_se_dit_partout_dans_les_memes_mots(recent, dated, total, sentence):
    """L’annuaire, la page des lieux et la boucle donnaient trois réponses ; une seule fiche n’est pas « des 1 fiche »."""
    assert census.recent_words(recent, dated, total).replace("\xa0", " ") == sentence


def test_un_departement_que_personne_n_a_recense_ne_compte_pas(spec):
    """Un recensement de l’Isère ne dit rien de Lyon : « 0 % des lieux » n’y serait que du silence."""
    people = {"38185": 150_000, "38151": 50_000, "69123": 500_000, "01053": 40_000}
    names = {"38185": "Grenoble", "38151": "Échirolles", "69123": "Lyon", "01053": "Bourg-en-Bresse"}

    def centre_texts(t):
        page = census.census_page(places(t), inhabitants=people, names=names, on=date(2026, 11, 20))
        return [page.centre.name, page.centre.residents_share, page.per_10000, page.only]

    spec(
        """
        type         | commune | pratiques
        -------------+---------+-----------
        association  | 38185   | formation
        mairie       | 38151   | wifi
        """,
        lambda t: [each.replace("\xa0", " ") for each in centre_texts(t)],
        [
            "Grenoble",
            "75 %",
            "0,1 lieu",
            "Recensé dans ce département seulement : Isère. L’annuaire ne sait rien des 2 autres départements.",
        ],
    )
    spec(
        """
        type         | commune | pratiques
        -------------+---------+-----------
        association  | 38185   | formation
        mairie       | 38151   | wifi
        mairie       | 69123   | wifi
        """,
        lambda t: [each.replace("\xa0", " ") for each in centre_texts(t)],
        [
            "Lyon",
            "71 %",
            "0,0 lieu",
            "Recensé dans ces départements seulement : Isère et Rhône. L’annuaire ne sait rien de l’autre département.",
        ],
    )


def test_le_centre_et_le_reste(spec):
    """J-021 : la commune la plus peuplée a plus que sa part de lieux ; ailleurs, des mairies font l’ancrage. Un type
    présent dans une seule autre commune n’ancre rien.

    type         | commune | pratiques
    -------------+---------+-----------
    association  | 59392   | formation
    association  | 59392   | formation
    association  | 59392   | assistance
    mairie       | 59392   | wifi
    mairie       | 59291   | wifi
    mairie       | 59324   | wifi
    bibliotheque | 59324   | wifi
    bibliotheque | 59324   | wifi
    """
    spec(
        lambda t: [
            (centre := read(t).centre).name,
            centre.share.replace("\xa0", " "),
            centre.residents_share.replace("\xa0", " "),
            centre.elsewhere.replace("\xa0", " "),
        ],
        [
            "Maubeuge",
            "50 %",
            "50 %",
            "Ailleurs, des lieux dans 2 des 3 autres communes ; ce qui y ancre l’offre : mairie ou service de la ville, dans 2.",
        ],
    )


@pytest.mark.parametrize(
    ("inhabitants", "expected_text"),
    [({"59392": 1}, ""), ({"59392": 2, "59291": 1}, "Ailleurs, aucun lieu connu : 1 autre commune.")],
)
def test_sans_reste_rien_n_est_dit(inhabitants, expected_text):
    """J-021 : une seule commune n’a pas d’ailleurs ; sans lieu connu ailleurs, cela se dit, et n’est pas un zéro d’offre."""
    row = census.Row("1", "Lieu", "59392", "", "", "association", {}, None)
    page = census.census_page([row], inhabitants=inhabitants, names=NAMES, on=date(2026, 11, 20))
    assert page.centre.elsewhere.replace("\xa0", " ") == expected_text


def test_des_lieux_de_meme_type_offrent_ils_la_meme_chose(spec):
    """J-022 : trois lieux d’une ville offrent tous la même chose, trois associations rien de commun. Deux lieux ne disent
    rien d’un type.

    type         | commune | pratiques
    -------------+---------+--------------------
    mairie       | 59392   | formation wifi
    mairie       | 59291   | formation wifi
    mairie       | 59324   | formation wifi
    association  | 59392   | formation
    association  | 59291   | assistance
    association  | 59324   | vente
    bibliotheque | 59324   | wifi
    bibliotheque | 59392   | wifi
    """
    spec(
        lambda t: [
            f"{each.kind} : {each.everywhere} ; {each.mean}".replace("\xa0", " ") for each in read(t).alike
        ],
        [
            "Association : aucune pratique ; 33 %",
            "Mairie ou service de la ville : Cours et ateliers ; Wifi ; 100 %",
        ],
    )


def test_le_soir_et_le_week_end_se_lisent_dans_les_heures(spec):
    """« Sauf vacances » n’est pas un samedi, « Sa off » non plus. Ouvrir jusqu’à 19 h n’est pas ouvrir le soir. Un lieu
    dont les heures ne sont pas connues ne compte ni pour ni contre.

    horaires
    ---------------------------------------------------
    Mo-Fr 09:00-12:00 "Sauf vacances"
    Mo-Fr 09:00-12:00; Sa off
    Mo-Fr 09:00-19:00
    Mo-Fr 09:00-12:00; Sa unknown "horaires à confirmer"
    Mo 17:00-20:00
    Mo 20:00-24:00
    09:00-17:00
    Sa[1] 10:00-12:00
    unknown "Sur rendez-vous"
    """

    def opening_counts(t):
        opening_lines = [
            census.census_page(
                [census.Row("1", "Lieu", "59392", "", "", "mairie", {"horaires": {"osm": osm}}, None)],
                inhabitants=PEOPLE,
                names=NAMES,
                on=date(2026, 11, 20),
            ).shares.evening_or_weekend
            for osm in t["horaires"].tolist()
        ]
        return [f"{each.n} sur {each.among}" for each in opening_lines]

    spec(opening_counts, [*["0 sur 1"] * 3, *["1 sur 1"] * 5, "0 sur 0"])


def test_une_pratique_compte_des_lieux(spec):
    """Un lieu qui garde ses cours à trois publics est un lieu, pas trois.

    lieu | gardés à
    -----+----------------------
    A    | seniors jeunes femmes
    B    | seniors
    C    |
    """

    def practice_texts(t):
        publics = [cell.split() for cell in t["gardés à"].tolist()]
        rows = [
            census.Row(
                id=str(k),
                name=f"Lieu {k}",
                commune="59392",
                structure="",
                structure_name="",
                kind="mairie",
                sheet={"practices": {"formation": {"state": "offered", "publics": publics_of_place}}},
                last_confirmed=None,
            )
            for k, publics_of_place in enumerate(publics)
        ]
        page = census.census_page(rows, inhabitants=PEOPLE, names=NAMES, on=date(2026, 11, 20))
        return [each.how for each in page.practices if each.id == "formation"]

    spec(practice_texts, ["2 avec conditions de public, 1 ne le dit pas"])


def test_words_typed_freely_are_counted_apart():
    """Ce qu’un texte libre ne nomme pas est inconnu : la page dit combien de lieux sont lus ainsi."""
    sheets = [
        {"practices": {"wifi": {"state": "offered"}}, "texte_libre": True},
        {"practices": {"wifi": {"state": "offered"}}},
        {"texte_libre": True},
    ]
    rows = [
        census.Row(str(n), f"Lieu {n}", "59392", "", "", "mairie", sheet, None)
        for n, sheet in enumerate(sheets)
    ]
    page = census.census_page(rows, inhabitants=PEOPLE, names=NAMES, on=date(2026, 11, 20))
    assert (page.n_free_text, page.n_talking) == (1, 2)
