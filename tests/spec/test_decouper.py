"""Une étude peut se faire sur des zones à soi : un fichier dit, à chaque ligne, la zone, son nom et le code
qui la compose.

Une faute refuse le fichier entier : un découpage à moitié lu compterait deux fois, ou oublierait, des
habitants.
"""

from types import SimpleNamespace

import numpy as np

from maillage.publishing.territory.sentences import unit_of
from maillage.statistics.need import population as frames
from maillage.statistics.zones.territories import gazetteer
from maillage.statistics.zones.zoning import by, from_file, usual

title = "Découper un territoire en zones"


def read(content: bytes):
    return from_file(
        content, name="zones.csv", territory=gazetteer().get("200040715"), iris=frames.sources().rp2021
    )


def test_a_zone_is_made_of_communes_or_of_iris(spec):
    """Une zone réunit des communes ou des IRIS ; ce qui n’est dans aucune zone est compté à part.

    zone | nom  || réponse
    -----+------++--------
    N    | Nord || Nord
    S    | Sud  || Sud
    """
    zoning = read(b"code_zone,nom_zone,code\nN,Nord,38382\nN,Nord,38423\nS,Sud,38151\n")
    spec(lambda t: [zone.name for zone in zoning.zones])
    assert len(zoning.left_out) > 0


def test_a_zone_is_named_by_any_of_its_rows(spec):
    """Le nom d’une zone peut n’être écrit qu’une fois, à n’importe laquelle de ses lignes.

    zone | nom  || réponse
    -----+------++--------
    N    | Nord || Nord
    S    | Sud  || Sud
    """
    zoning = read(b"code_zone,nom_zone,code\nN,,38382\nN,Nord,38423\nS,Sud,38151\nS,,38485\n")
    spec(lambda t: [zone.name for zone in zoning.zones])


def test_the_table_of_zones_of_a_study_is_a_file_of_zones(spec):
    """Le zones.csv téléchargé d’une étude se dépose tel quel : chaque ligne y est une zone, fût-elle une commune
    réunie à une autre depuis le recensement (Pléven, dans Val-d’Arguenon).

    zone      | nom    || réponse
    ----------+--------++--------
    221720000 | Zone 1 || Zone 1
    222000000 | Zone 2 || Zone 2
    222370000 | Zone 3 || Zone 3
    """
    codes = ["221720000", "222000000", "222370000"]
    rows = "".join(f"{code},Zone {n},commune,900\n" for n, code in enumerate(codes, 1))
    zoning = from_file(
        f"\ufeffcode,nom,maille,population\n{rows}".encode(),
        name="zones.csv",
        territory=gazetteer().get("200068989"),
        iris=frames.sources().rp2021,
    )
    spec(lambda t: [zone.name for zone in zoning.zones])


def test_the_word_for_a_zone_says_what_it_is(spec):
    """Le recensement ne coupe pas les petites communes : leurs zones s’appellent des communes, non des quartiers.

    Chamrousse et l’Oisans n’ont que des communes entières ; Louvroil est coupée en quartiers ; la métropole réunit des
    quartiers et des petites communes, qui sont ensemble des zones.

    code        || réponse
    ------------++------------
    c 38567     || commune
    c 59365     || quartier
    c 243800745 || commune
    c 200040715 || zone
    c 38        || commune
    c R84       || département
    """

    def word(code: str) -> str:
        zoning = usual(gazetteer().get(code), frames.sources().rp2021)
        zones = [SimpleNamespace(zone=zone) for zone in zoning.zones]
        return unit_of(SimpleNamespace(request=SimpleNamespace(zoning=zoning), zones=zones))

    spec.rows(lambda code: word(code.removeprefix("c ")))


def test_communes_merged_since_the_census_keep_their_names(spec):
    """Val-d’Usiers réunit trois communes du recensement de 2021 : chacune garde son nom, plutôt qu’un code. Celle qui n’a
    changé que de nom prend celui d’aujourd’hui.

    code    || réponse
    --------++---------------------------------------------
    c 25060 || Bians-les-Usiers, Goux-les-Usiers, Sombacour
    c 39434 || Poligny, Vaux-sur-Poligny
    c 01138 || Culoz-Béon
    """

    def names(code: str) -> str:
        return ", ".join(zone.name for zone in usual(gazetteer().get(code), frames.sources().rp2021).zones)

    spec.rows(lambda code: names(code.removeprefix("c ")))


def test_no_usual_zone_is_called_by_a_code():
    """Dans tout le pays, une zone et sa commune ont un nom."""
    iris = frames.sources().rp2021
    codes = {*iris["commune"].tolist(), *iris["published"].tolist()}
    zones = by("iris", np.arange(len(iris)), iris).zones
    assert not [zone for zone in zones if {zone.name, zone.place} & codes or not zone.name]


def test_an_unknown_code(refusal):
    """Un code inconnu."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,38382
        S,Sud,38999
        """,
        read,
        "zones.csv, ligne 3, colonne code, valeur « 38999 » : ce code n’est ni un IRIS ni une commune du"
        " recensement de 2021.",
        why="aucun fichier n’a été écrit",
        do="Corrigez cette ligne",
    )


def test_a_code_outside_the_territory(refusal):
    """Un code qui existe, mais hors du territoire étudié."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,69123
        """,
        read,
        "zones.csv, ligne 2, colonne code, valeur « 69123 » : ce code existe, mais hors de"
        " Grenoble-Alpes-Métropole (200040715).",
    )


def test_a_code_in_two_zones(refusal):
    """Un code donné à deux zones."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,38382
        S,Sud,38382
        """,
        read,
        "zones.csv, ligne 3, colonne code, valeur « 38382 » : ce code est déjà dans la zone N (ligne 2).",
    )


def test_an_iris_and_its_commune(refusal):
    """Un IRIS et sa commune, donnés tous les deux."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,38185
        S,Sud,381850101
        """,
        read,
        "zones.csv, ligne 3, colonne code, valeur « 381850101 » : l’IRIS et sa commune sont donnés tous les"
        " deux (ligne 2, code 38185).",
    )


def test_an_empty_zone(refusal):
    """Une zone sans code."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,
        """,
        read,
        "zones.csv, ligne 2, colonne code, valeur «  » : la zone est vide : aucun IRIS ni commune n’est"
        " donné.",
    )


def test_no_row(refusal):
    """Un fichier sans ligne."""
    refusal("code_zone,nom_zone,code", read, "zones.csv : aucune ligne sous l’en-tête.")


def test_a_zone_code_that_cannot_name_a_file(refusal):
    """Un code de zone qui ne peut pas nommer une fiche."""
    refusal(
        """
        code_zone,nom_zone,code
        ../secret,Nord,38382
        """,
        read,
        "zones.csv, ligne 2, colonne code_zone, valeur « ../secret » : un code de zone a 1 à 20 lettres sans"
        " accent, chiffres, tirets ou soulignés.",
    )


def test_two_names_for_one_zone(refusal):
    """Une zone qui change de nom d’une ligne à l’autre."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,38382
        N,Le Nord,38423
        """,
        read,
        "zones.csv, ligne 3, colonne nom_zone, valeur « Le Nord » : la zone N s’appelle déjà « Nord ».",
    )


def test_a_missing_column(refusal):
    """Une colonne qui manque."""
    refusal(
        """
        code_zone,code
        N,38382
        """,
        read,
        "zones.csv, ligne 1 : la colonne « nom_zone » manque.",
        do="code_zone;nom_zone;code",
    )


def test_duplicate_column_is_refused(refusal):
    """Une colonne donnée deux fois."""
    refusal(
        """
        code_zone,nom_zone,code,code
        N,Nord,38382,38423
        """,
        read,
        "zones.csv, ligne 1 : la colonne « code » est donnée 2 fois.",
        do="qu’une",
    )


def test_a_line_that_is_no_csv(refusal):
    """Un fichier abîmé."""
    refusal(
        "code_zone,nom_zone,code",
        lambda content: read(content + b"N,Nord,38382\n" + b"x" * 200_000 + b"\n"),
        "zones.csv, ligne 3 : cette ligne n’est pas du CSV lisible.",
        do="tableur",
    )


def test_a_wrong_encoding(refusal):
    """Un fichier enregistré dans un autre encodage."""
    refusal(
        "code_zone,nom_zone,code",
        lambda content: read(content + "E,Échirolles,38151\n".encode("latin-1")),
        "zones.csv, ligne 2 : le fichier n’est pas en UTF-8 (octet 0xC9).",
        do="CSV UTF-8",
    )


def test_a_leading_zero_lost_by_a_spreadsheet(refusal):
    """Un zéro de tête perdu par un tableur."""
    refusal(
        """
        code_zone,nom_zone,code
        N,Nord,1004
        """,
        read,
        "zones.csv, ligne 2, colonne code, valeur « 1004 » : le zéro de tête est perdu : 01004. Exportez la"
        " colonne en texte.",
    )
