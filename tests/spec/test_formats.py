"""Ce que disent les fichiers que l’on tire de l’annuaire, quel que soit le format.

La page « Ce que chaque format perd » dit le reste, champ par champ."""

from datetime import date

from maillage.publishing.directory.formats import hsds, lmn
from maillage.publishing.directory.formats.published import Published, freshness

title = "Exporter l’annuaire"


def lieu(day="2026-05-02", **sheet):
    known = {field: str(value) for field, value in sheet.items() if value}
    return Published(known["nom"], known, "s", "Ville", date.fromisoformat(day), None, "Ville")


def test_freshness_has_four_degrees(spec):
    """Plus on a parlé récemment d’un lieu, plus il est frais : 4 sous six mois, 3 sous douze, 2 sous
    dix-huit, 1 au-delà, 0 si la date est à venir.

    mis à jour le | vu le      || réponse
    --------------+------------++--------
    2026-06-01    | 2026-11-20 ||       4
    2026-05-20    | 2026-11-20 ||       3
    2025-11-20    | 2026-11-20 ||       2
    2025-05-20    | 2026-11-20 ||       1
    2026-11-21    | 2026-11-20 ||       0
    """
    spec.rows(
        lambda updated_on, viewed_on: freshness(lieu(updated_on, nom="L"), on=date.fromisoformat(viewed_on))
    )


def test_place_lacking_a_required_column_is_reported(spec):
    """Un lieu à qui il manque une colonne exigée reste hors du fichier, et une phrase le dit ; un code
    Insee impossible ne retire que sa case.

    nom         | commune  | code_postal | code_insee | adresse
    ------------+----------+-------------+------------+-------------
    La Fabrique | Grenoble | 38000       | 38185      | 12 rue Thiers
    Le Bus      | Grenoble | 38000       | 38185      |
    Le Lien     | Bastia   | 20200       | 20033      | 3 rue Neuve
    """
    spec(
        lambda t: [
            remark.sentence
            for remark in lmn.rows(
                lieu(**dict(zip(t, map(str, row), strict=True)))
                for row in zip(*map(cells, t.values()), strict=True)
            )[1]
        ],
        [
            "Le Bus (Le Bus) : adresse manquante, colonne exigée par le format",
            "Le Lien (Le Lien) : Code Insee « 20033 » : forme refusée par le format, colonne laissée vide",
        ],
    )


def cells(column):
    return [f"{value:.0f}" if isinstance(value, float) else value for value in column.tolist()]


def test_hours_of_a_plain_week_become_days_and_times(spec):
    """Une semaine simple devient des jours et des heures ; ce qu’une semaine ne dit pas reste en toutes
    lettres.

    horaires                             || réponse
    -------------------------------------++------------------------
    Mo-Fr 09:00-12:00; We 14:00-16:00    || MO,TU,TH,FR 09:00-12:00
    Mo[1] 10:00-12:00                    || WE 14:00-16:00
    """
    spec(
        lambda t: [
            f"{days} {opens}-{closes}" for osm in t["horaires"] for days, opens, closes in hsds.weekly(osm)
        ]
    )
