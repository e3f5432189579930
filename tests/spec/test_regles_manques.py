"""Chaque manque d’une zone est trouvé par une règle : quand elle tient, et la phrase que le territoire lit.

« ? » : le nombre n’est pas publié. Une règle ne dit rien de ce qu’elle ne sait pas.
"""

from collections.abc import Callable
from typing import Any

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.offer import diagnosis_lines
from maillage.reference.travel import CAR
from maillage.statistics.offer import gap_rules
from maillage.statistics.offer.gap_rules import Gap, Supply, ZoneGaps
from maillage.statistics.offer.reach import Reach
from maillage.statistics.offer.travel import on_foot, travel_by

title = "Les règles qui trouvent ce qui manque"

LINE = "formation"
ALONE, HELPED = "libre_acces_autonome", "libre_acces_accompagne"
UNKNOWN = Withheld(reason="Trop peu.", unit="personnes", universe="", n=0, method="portee")


def figure(row: dict[str, str], name: str, otherwise: float) -> Figure:
    """The figure drawn in a column, its bounds in the columns « basse » and « haute » when they are drawn."""
    cell = row.get(name, str(otherwise))
    if cell == "?":
        return UNKNOWN
    low, high = (float(row.get(f"{name} {bound}", cell)) for bound in ("basse", "haute"))
    return Estimate(
        value=float(cell),
        low=low,
        high=high,
        unit="personnes",
        universe="",
        n=1_000,
        method="portee",
        sources=(),
    )


def gap(row: dict[str, str]) -> Gap:
    """One line of the offer as a row draws it; what it does not draw gives no rule a reason to hold."""
    supply = figure(row, "offre", 100)
    figures = {
        **dict.fromkeys(("need", "missing", "residents", "residents_share"), UNKNOWN),
        "reached": figure(row, "à portée", 80),
        "unsure": figure(row, "incertaines", 0),
        "share": figure(row, "part", 80),
        "straight": figure(row, "directs", 80),
        "winding": figure(row, "sinueux", 80),
    }
    return Gap(
        reach=Reach(
            code="", name="", offer=LINE, public="tous", unplaced=0, coarse=0, nearest=None, **figures
        ),
        inside=int(row.get("lieux", 1)),
        perhaps=int(row.get("peut-être", 0)),
        reserved=int(row.get("réservés", 0)),
        supply=(
            supply
            if isinstance(supply, Withheld)
            else Supply(value=supply.value, low=supply.low, high=supply.high, basis="lieux", universe="", n=1)
        ),
    )


def rows(t: dict[str, Any]) -> list[dict[str, str]]:
    columns = {name: [str(cell) for cell in values.tolist()] for name, values in t.items()}
    columns = {name: [cell.removesuffix(".0") for cell in cells] for name, cells in columns.items()}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def zones(t: dict[str, Any]) -> dict[str, ZoneGaps]:
    """The zones of a drawing, by name; a zone drawn on several rows has one line of the offer on each."""
    out: dict[str, dict[str, Gap]] = {}
    cells = {}
    for row in rows(t):
        out.setdefault(row["zone"], {})[row.get("offre donnée", LINE)] = gap(row)
        cells[row["zone"]] = row.get("case")
    return {name: ZoneGaps(code=name, name=name, gaps=lines, cell=cells[name]) for name, lines in out.items()}


def finds(id: str, offer: str = LINE) -> Callable[[dict[str, Any]], list[str]]:
    """Return a rule's sentence on each zone of a drawing that it finds, then its condition."""
    rule = next(rule for rule in gap_rules.rules(on_foot()) if rule.id == id)

    def call(t: dict[str, Any]) -> list[str]:
        drawn = zones(t)
        total = drawn.pop("ensemble", ZoneGaps(code="", name="", gaps={}, cell=None))
        sentences = [
            f"{name} : {rule.sentence}" for name, zone in drawn.items() if rule.holds(zone, total, offer)
        ]
        return [*sentences, f"La règle : {rule.condition}"]

    return call


def test_nobody_has_a_place_within_a_walk(spec):
    """Personne n’a de lieu à portée de marche, à aucun tirage.

    La part des personnes concernées qui ont un lieu à portée, en pour cent, et sa borne haute.

    zone    | part | part haute
    --------+------+-----------
    Corenc  |    0 |          0
    Poisat  |    0 |          2
    Meylan  |    ? |          ?
    """
    spec(
        finds("personne-a-portee"),
        [
            "Corenc : Aucun lieu à portée de marche, d’après nos calculs.",
            (
                "La règle : À aucun tirage, une personne concernée n’a de lieu à 30 minutes à pied, même si ceux"
                " qui ne le disent pas le proposaient tous."
            ),
        ],
    )


def test_most_people_are_far(spec):
    """Plus de la moitié des personnes sont loin de tout lieu, même à la borne haute de la part à portée.

    À 0 tout juste, la règle « personne à portée » le dit déjà ; à 50 tout juste, ce n’est pas plus de la
    moitié.

    zone    | part | part haute
    --------+------+-----------
    Corenc  |   30 |         49
    Poisat  |   30 |         50
    Meylan  |    0 |          0
    Gières  |    0 |          2
    Eybens  |    ? |          ?
    """
    spec(
        finds("hors-de-portee"),
        [
            "Corenc : Plus de la moitié des personnes concernées n’ont aucun lieu à portée de marche.",
            "Gières : Plus de la moitié des personnes concernées n’ont aucun lieu à portée de marche.",
            (
                "La règle : La borne haute de la part à portée est sous 50 %, sans être nulle, même si les lieux"
                " qui ne le disent pas le proposaient tous."
            ),
        ],
    )


def test_most_people_reach_only_places_without_an_address(spec):
    """La plupart des personnes à portée ne le sont que par des lieux dont l’adresse n’est pas connue.

    Les personnes à portée, et celles d’entre elles qui n’y sont que par de tels lieux : plus de la moitié,
    pas la moitié.

    zone    | à portée | incertaines
    --------+----------+------------
    Corenc  |      100 |         100
    Poisat  |      100 |          51
    Meylan  |      100 |          50
    Gières  |        0 |           0
    Eybens  |        ? |          10
    Seyssin |       10 |           ?
    """
    spec(
        finds("portee-incertaine"),
        [
            "Corenc : La plupart n’ont à portée que des lieux dont l’adresse n’est pas connue.",
            "Poisat : La plupart n’ont à portée que des lieux dont l’adresse n’est pas connue.",
            (
                "La règle : Plus de la moitié des personnes à portée ne le sont que par des lieux connus par"
                " leur commune seule."
            ),
        ],
    )


def test_all_depends_on_the_path(spec):
    """À la limite de la marche, tout dépend du chemin : la moitié à portée s’il est direct, moins s’il est
    sinueux.

    La part à portée, en pour cent, par des chemins directs et par des chemins sinueux.

    zone    | directs | sinueux
    --------+---------+--------
    Corenc  |      60 |      40
    Poisat  |      50 |      49
    Meylan  |      60 |      50
    Gières  |      49 |      40
    Eybens  |       ? |      40
    Seyssin |      60 |       ?
    """
    spec(
        finds("a-la-limite"),
        [
            "Corenc : À la limite de la marche : tout dépend du chemin.",
            "Poisat : À la limite de la marche : tout dépend du chemin.",
            (
                "La règle : La moitié des personnes sont à portée par des chemins directs (détour de 1,2),"
                " moins par des chemins sinueux (1,4)."
            ),
        ],
    )


def test_the_offer_is_scarce(spec):
    """L’offre est rare où, même à sa borne haute, chacun en a moins de la moitié de ce qu’il en a dans
    l’ensemble.

    L’offre pour 1 000 personnes concernées. Sans aucune offre, d’autres règles parlent.

    zone     | offre | offre haute
    ---------+-------+------------
    Corenc   |    30 |          49
    Poisat   |    30 |          50
    Meylan   |     0 |           0
    Gières   |     0 |           1
    Eybens   |     ? |           ?
    ensemble |   100 |         120
    """
    spec(
        finds("offre-rare"),
        [
            "Corenc : Moitié moins d’offre par personne concernée que dans l’ensemble.",
            "Gières : Moitié moins d’offre par personne concernée que dans l’ensemble.",
            (
                "La règle : La borne haute de l’offre pour 1 000 personnes concernées est sous la moitié de"
                " celle de l’ensemble."
            ),
        ],
    )


def test_an_unknown_whole_makes_nothing_scarce(spec):
    """Si l’offre de l’ensemble n’est pas publiée, aucune zone n’est dite moins bien pourvue.

    zone     | offre
    ---------+------
    Corenc   |     1
    ensemble |     ?
    """
    spec(
        finds("offre-rare"),
        [
            "La règle : La borne haute de l’offre pour 1 000 personnes concernées est sous la moitié de celle"
            " de l’ensemble."
        ],
    )


def test_zone_is_reserved_when_all_its_places_are(spec):
    """Les lieux de la zone sont réservés à certains publics quand aucun autre n’y est, ni n’y est peut-être.

    Les lieux de la zone qui donnent cette offre : ouverts à tous, peut-être dans la zone, réservés à un
    public.

    zone    | lieux | peut-être | réservés
    --------+-------+-----------+---------
    Corenc  |     0 |         0 |        1
    Poisat  |     0 |         0 |        0
    Meylan  |     1 |         0 |        1
    Gières  |     0 |         1 |        1
    """
    spec(
        finds("reserve"),
        [
            "Corenc : Les lieux de la zone sont réservés à certains publics.",
            (
                "La règle : Chaque lieu de la zone qui donne cette offre la garde pour un public, et aucun ne se"
                " tait."
            ),
        ],
    )


def test_the_only_place_has_no_address(spec):
    """Un lieu est peut-être dans la zone quand on ne connaît que sa commune, et qu’aucun n’y est sûrement.

    zone    | lieux | peut-être | réservés
    --------+-------+-----------+---------
    Corenc  |     0 |         1 |        0
    Poisat  |     1 |         1 |        0
    Meylan  |     0 |         0 |        0
    Gières  |     0 |         2 |        1
    """
    spec(
        finds("lieu-mal-situe"),
        [
            "Corenc : Peut-être un lieu dans la zone : son adresse n’est pas connue.",
            "Gières : Peut-être un lieu dans la zone : son adresse n’est pas connue.",
            "La règle : Le seul lieu possible n’est connu que par sa commune.",
        ],
    )


def test_no_place_at_all(spec):
    """Une zone n’est sans lieu que si rien n’y donne cette offre : ni pour tous, ni peut-être, ni pour
    quelques-uns.

    zone    | lieux | peut-être | réservés
    --------+-------+-----------+---------
    Corenc  |     0 |         0 |        0
    Poisat  |     1 |         0 |        0
    Meylan  |     0 |         1 |        0
    Gières  |     0 |         0 |        1
    """
    spec(
        finds("sans-formation"),
        [
            "Corenc : Aucune formation dans la zone.",
            (
                "La règle : Aucun lieu recensé dans la zone ne donne cette offre, et aucun ne se tait. Un lieu"
                " de la zone voisine peut être à portée de marche."
            ),
        ],
    )


def test_each_line_of_the_offer_has_its_sentence(spec):
    """Chaque ligne de l’offre a sa règle, et dit ce qui manque dans ses mots.

    règle                       || réponse
    ----------------------------++---------------------------------------------------------------------------
    sans-wifi                   || Wifi ouvert à tous : Aucun wifi ouvert à tous dans la zone.
    sans-libre-acces-autonome   || Libre accès autonome : Aucun lieu d’accès libre autonome dans la zone.
    sans-libre-acces-accompagne || Libre accès accompagné : Aucun lieu d’accès libre accompagné dans la zone.
    sans-formation              || Formation : Aucune formation dans la zone.
    sans-equipement-solidaire   || Équipement solidaire : Aucun équipement solidaire dans la zone.
    sans-reparation             || Réparation : Aucun lieu de réparation dans la zone.
    sans-assistance             || Aide aux démarches : Aucune aide aux démarches dans la zone.
    sans-orientation            || Orientation : Aucun lieu qui oriente dans la zone.
    """

    def call(t: dict[str, Any]) -> list[str]:
        by_id = {rule.id: rule for rule in gap_rules.rules(on_foot())}
        some = [by_id[id] for id in t["règle"].tolist()]
        assert [rule.offers for rule in some] == [(line,) for line in diagnosis_lines()]
        return [f"{diagnosis_lines()[rule.offers[0]].label} : {rule.sentence}" for rule in some]

    spec(call)


def test_each_title_says_what_its_rule_tests_by_car(spec):
    """En voiture, une zone sans lieu n’est dans la liste que si rien n’assure un lieu à portée de la plupart : le
    titre le dit. La part à portée, et sa borne basse, en pour cent.

    zone   | lieux | part | part basse | part haute
    -------+-------+------+------------+-----------
    Corenc |     0 |   80 |         60 |        90
    Poisat |     0 |   60 |         40 |        80
    Meylan |     0 |   10 |          0 |        20
    Gières |     1 |   10 |          0 |        20
    """

    def call(t: dict[str, Any]) -> list[str]:
        rule = next(rule for rule in gap_rules.rules(travel_by(CAR)) if rule.id == "sans-formation")
        drawn = zones(t)
        return [f"{name} : {rule.sentence}" for name, zone in drawn.items() if rule.holds(zone, zone, LINE)]

    spec(
        call,
        [
            "Poisat : Aucune formation dans la zone, ni à coup sûr à portée de voiture pour la plupart.",
            "Meylan : Aucune formation dans la zone, ni à coup sûr à portée de voiture pour la plupart.",
        ],
    )


def test_no_free_access_of_any_kind(spec):
    """Sans accès libre : ni autonome ni accompagné, ni réservé, ni peut-être.

    zone   | offre donnée           | lieux | peut-être | réservés
    -------+------------------------+-------+-----------+---------
    Corenc | libre_acces_autonome   |     0 |         0 |        0
    Corenc | libre_acces_accompagne |     0 |         0 |        0
    Poisat | libre_acces_autonome   |     1 |         0 |        0
    Poisat | libre_acces_accompagne |     0 |         0 |        0
    Meylan | libre_acces_autonome   |     0 |         0 |        0
    Meylan | libre_acces_accompagne |     1 |         0 |        0
    Gières | libre_acces_autonome   |     0 |         0 |        1
    Gières | libre_acces_accompagne |     0 |         0 |        0
    Eybens | libre_acces_autonome   |     0 |         0 |        0
    Eybens | libre_acces_accompagne |     0 |         1 |        0
    """
    spec(
        finds("sans-acces-libre", ""),
        [
            "Corenc : Aucun accès libre, ni autonome ni accompagné, dans la zone.",
            (
                "La règle : Aucun lieu recensé dans la zone n’a d’ordinateurs en libre accès, et aucun ne se"
                " tait."
            ),
        ],
    )


def test_digital_need_without_social_need(spec):
    """La précarité numérique est élevée, la sociale non : la case que le diagnostic donne à la zone le dit.

    zone    | case
    --------+----------
    Corenc  | numerique
    Poisat  | sociale
    Meylan  | les_deux
    Gières  | aucune
    """
    spec(
        finds("precarite-numerique-non-sociale", ""),
        [
            "Corenc : Précarité numérique probablement élevée, précarité sociale non.",
            (
                "La règle : À 8 chances sur 10 ou plus, face à la France métropolitaine : classe numérique élevée ou très"
                " élevée, classe sociale moyenne ou moins."
            ),
        ],
    )


def test_social_need_without_digital_need(spec):
    """La précarité sociale est élevée, la numérique non.

    zone    | case
    --------+----------
    Corenc  | numerique
    Poisat  | sociale
    Meylan  | les_deux
    Gières  | aucune
    """
    spec(
        finds("precarite-sociale-non-numerique", ""),
        [
            "Poisat : Précarité sociale élevée, précarité numérique probablement non.",
            (
                "La règle : À 8 chances sur 10 ou plus, face à la France métropolitaine : classe sociale élevée ou très élevée, classe numérique"
                " moyenne ou moins."
            ),
        ],
    )


def test_both_needs(spec):
    """Les deux précarités sont élevées ensemble.

    zone    | case
    --------+----------
    Corenc  | numerique
    Poisat  | sociale
    Meylan  | les_deux
    Gières  | aucune
    """
    spec(
        finds("deux-precarites", ""),
        [
            "Meylan : Les deux précarités sont probablement élevées.",
            (
                "La règle : À 8 chances sur 10 ou plus, face à la France métropolitaine : classes numérique et sociale élevées ou très élevées toutes"
                " les deux."
            ),
        ],
    )


def test_rules_have_an_order(spec):
    """Les règles vont de la plus forte à la plus faible : pour une ligne de l’offre, la première qui tient
    parle seule.

    Sept règles valent pour chaque ligne de l’offre, huit pour une ligne chacune, cinq pour la zone entière. Deux
    disent seulement qu’on ne sait pas.

    règle                           || réponse
    --------------------------------++--------------------------------
    a-la-limite                     || personne-a-portee
    deux-precarites                 || hors-de-portee
    hors-de-portee                  || portee-incertaine
    lieu-mal-situe                  || a-la-limite
    offre-rare                      || offre-rare
    personne-a-portee               || reserve
    portee-incertaine               || lieu-mal-situe
    precarite-numerique-non-sociale || sans-wifi
    precarite-sociale-non-numerique || sans-libre-acces-autonome
    reserve                         || sans-libre-acces-accompagne
    sans-acces-libre                || sans-formation
    sans-assistance                 || sans-equipement-solidaire
    sans-equipement-solidaire       || sans-reparation
    sans-formation                  || sans-assistance
    sans-libre-acces-accompagne     || sans-orientation
    sans-libre-acces-autonome       || sans-acces-libre
    sans-orientation                || precarite-numerique-non-sociale
    sans-reparation                 || precarite-sociale-non-numerique
    sans-wifi                       || deux-precarites
    """

    def call(t: dict[str, Any]) -> list[str]:
        drawn, ordered_rules = set(t["règle"].tolist()), gap_rules.rules(on_foot())
        assert all(rule.offers == tuple(diagnosis_lines()) for rule in ordered_rules[:7])
        assert all(rule.offers == ("",) for rule in ordered_rules[-5:])
        return [rule.id for rule in ordered_rules if rule.id in drawn]

    spec(call)
