"""Quand deux lignes sont proposées comme un seul lieu, et quand elles ne le sont pas."""

from maillage.statistics.engine.duplicates import Place, between

title = "Un lieu écrit deux fois"

DECISION_WORDS = {"meme": "la même", "a_voir": "à voir"}
GRENOBLE_POINT = 45.1880, 5.7240


def decisions(t: dict) -> list[str]:
    """Return, in French, what is said of the two places of each row, which are in one commune."""
    empty = [""] * len(t["un lieu"])
    rows = zip(
        t["un lieu"],
        t["à"],
        t["l’autre"],
        t["aussi à"],
        t.get("téléphones", empty),
        t.get("sa commune", empty),
        strict=True,
    )
    return [_decision(*row) for row in rows]


def _decision(name: str, address: str, other: str, there: str, phones: str, commune: str) -> str:
    numbers = {"le même": ("0476000001",) * 2, "deux": ("0476000001", "0476000002")}.get(phones, ("", ""))
    one = _place(name, address, numbers[0], "38499", "Susville")
    two = _place(other, there, numbers[1], *(("38269", commune) if commune else ("38499", "Susville")))
    pairs = between([one], [two])
    return DECISION_WORDS[pairs[0].decision] if pairs else "deux lieux"


def _place(name: str, address: str, phone: str, code: str, commune: str) -> Place:
    return Place(
        nom=name,
        adresse=address,
        code_insee=code,
        code_postal="38350",
        latitude=None,
        longitude=None,
        precise=False,
        pivot="",
        telephones=(phone,) if phone else (),
        courriels=(),
        sites=(),
        typologies=frozenset(),
        itinerant=False,
        commune=commune,
    )


def test_a_kind_of_place_has_many_names(spec):
    """Un sigle, son nom développé, un label et celui qui l’a remplacé disent un même genre de lieu.

    Les deux lieux sont à la même adresse.

    un lieu                       | à               | l’autre                     | aussi à
    ------------------------------+-----------------+-----------------------------+---------------
    Médiathèque municipale        | 17 rue de Blaton | BM                         | 17 r. de Blaton
    Relais lecture d’Aplemont     | 24 rue des Œillets | Bibliothèque d’Aplemont  | 24 r. des Œillets
    Bibliothèque universitaire    | 25 rue Lebon    | BU                          | 25 rue Lebon
    Maison de Services Au Public  | 2 rue du Bourg  | France Services             | 2 rue du Bourg
    Foyer Jeunes Travailleurs Darwin | 3 rue Darwin | FJT Darwin                  | 3 rue Darwin
    Maison de la justice et du droit | 8 rue Sicre  | MJD                         | 8 rue Sicre
    FS de Susville                | 17 rue du Drac  | Maison France Services de Susville | rue du Drac
    Tiers-lieu La Cordée          | 10 place Coty   | Coworking La Cordée         | 10 pl. Coty
    École de la 2e chance         | 4 rue Zola      | E2C                         | 4 rue Zola
    Centre d’accueil de demandeurs d’asile Adoma | 3 rue Péri | CADA Adoma       | 3 rue Péri
    Le Bus numérique              | place du Marché | Bus numérique de Susville   | pl. du Marché
    """
    spec(decisions, ["la même"] * 11)


def test_two_services_named_after_one_spot_are_two_places(spec):
    """Deux genres à une même porte font deux lieux ; un seul genre connu, et un autre téléphone ou un autre
    numéro dans la rue : deux lieux aussi.

    Un téléphone que personne d’autre n’a les rapproche.

    un lieu                  | à               | l’autre                    | aussi à          | téléphones
    -------------------------+-----------------+----------------------------+------------------+-----------
    Bibliothèque Pagnol      | rue Willot      | Groupe scolaire Pagnol     | rue Willot       |
    Caf du Nord              | 58 bd Pasteur   | CARSAT Nord                | 58 bd Pasteur    |
    Mairie de Susville       | 1 place Coty    | Mairie annexe de Susville  | 1 place Coty     |
    Réussir en Sambre        | 20 av Lamartine | Mission locale Sambre      | 20 av Lamartine  | deux
    Bibliothèque La Ponatière Sud | 6 rue Couturier | La Ponatière          | 2 rue Couturier  |
    Fablab de la Gare        | place Coty      | La Gare                    | place Coty       | le même
    """
    spec(decisions, ["deux lieux"] * 5 + ["la même"])


def test_a_name_without_a_word_of_its_own_is_not_the_commune(spec):
    """Toutes les portes d’une commune portent son nom : « Site de Susville » n’est pas le point d’information de la
    même porte, quand l’autre fichier dit la commune autrement.

    un lieu          | à                | l’autre                            | aussi à          || réponse
    -----------------+------------------+------------------------------------+------------------++-----------
    Site de Susville | 10 quai Jobez    | Point Information Jeunesse Susville | 10 quai Jobez   || deux lieux
    Site de Susville | 10 quai Jobez    | Info Jeunesse Isère Susville IJI   | 10 quai Jobez    || deux lieux
    Susville         | 10 quai Jobez    | Susville                           | 10 quai Jobez    || la même
    """
    spec(lambda t: [_elsewhere(*row) for row in zip(*(t[name] for name in t), strict=True)])


def _elsewhere(name: str, address: str, other: str, there: str) -> str:
    """Return the decision on two places of one code, whose files name its commune differently."""
    one, two = (
        _place(name, address, "", "38499", "Susville"),
        _place(other, there, "", "38499", "Val de Bonne"),
    )
    pairs = between([one], [two])
    return DECISION_WORDS[pairs[0].decision] if pairs else "deux lieux"


def test_a_mistyped_commune_a_number_or_a_hyphen_is_still_the_name(spec):
    """Une faute dans le nom de la commune, un nom qui n’est qu’un nombre, un trait d’union, une initiale de
    prénom dans la rue ne séparent pas deux lieux.

    un lieu                     | à               | l’autre                | aussi à                   || réponse
    ----------------------------+-----------------+------------------------+---------------------------++--------
    Bibliothèque de Suvsille    | 31 rue E. Cougneau | Médiathèque de Susville | 31 rue Émile Cougneau ||       1
    Le 139                      | 139 cours Coty  | 139, espace de coworking | 139 crs Coty            ||       1
    Demo-TIC                    | 8 Grande Rue    | DEMOTIC                | 8 Grande-Rue              ||       1
    """
    spec(lambda t: [decision != "deux lieux" for decision in decisions(t)])


def test_place_filed_under_the_commune_of_its_seat_is_matched_by_name(spec):
    """Un fichier donne la commune du siège : le nom dit la vraie, le genre et l’adresse parlent.

    un lieu            | à                   | l’autre         | aussi à           | sa commune || réponse
    -------------------+---------------------+-----------------+-------------------+------------++-----------
    Mairie de Susville | 18 impasse du Stade | MAIRIE SUSVILLE | 18 imp. du Stade  | La Mure    || la même
    Mairie de Susville | 18 impasse du Stade | MAIRIE          | 4 rue de l’Église | La Mure    || deux lieux
    """
    spec(decisions)


def test_a_seat_and_its_annexe_at_another_address_are_two_places(spec):
    """Une annexe à une autre adresse n’est pas le siège, même au même téléphone.

    un lieu    | à                   | l’autre           | aussi à            | téléphones || réponse
    -----------+---------------------+-------------------+--------------------+------------++-----------
    Le Plateau | 74 rue France       | Le Plateau-Annexe | 3 rue Thomas       | le même    || deux lieux
    Le Plateau | 74 rue France       | Le Plateau        | 74 r France        | le même    || la même
    """
    spec(decisions)


def test_one_kind_in_one_commune_is_always_compared(spec):
    """Une caisse qui dit son nom entier et une adresse écrite dans un autre ordre est comparée quand même.

    un lieu | à                                   | l’autre                      | aussi à                         || réponse
    --------+-------------------------------------+------------------------------+---------------------------------++--------
    CPAM    | Boulevard de Lessines (Centre Pompidou) | CPAM du Hainaut, accueil | Centre Pompidou, bd de Lessines || à voir
    """
    spec(decisions)
