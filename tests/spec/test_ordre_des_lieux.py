"""L’ordre des lieux : d’abord ceux que l’on peut appeler, ou dont on sait quand venir."""

from maillage.apps.directory.places import rules

title = "Ranger les lieux à portée"


def is_yes(cell: str) -> bool:
    return cell == "oui"


def test_doubt_about_a_place(spec):
    """Un lieu que personne ne peut appeler, et dont on ignore les horaires, vient après tous les autres (2). Avant
    lui, ceux auxquels manquent deux de ces trois choses (1) : un téléphone, des horaires d’une fiche qui n’est
    pas ancienne, ce qu’on y trouve.

    téléphone | horaires | fiche ancienne | ce qu’on y trouve || réponse
    ----------+----------+----------------+-------------------++------
    oui       | oui      | non            | oui               || 0
    non       | oui      | non            | oui               || 0
    oui       | non      | non            | oui               || 0
    oui       | non      | oui            | non               || 1
    non       | oui      | oui            | oui               || 1
    non       | non      | non            | oui               || 2
    non       | non      | oui            | non               || 2
    """
    spec.rows(
        lambda phone, hours, old, what: rules.doubt(
            has_phone=is_yes(phone), has_hours=is_yes(hours), is_old=is_yes(old), says_what=is_yes(what)
        )
    )


def test_metres_beyond_a_walk(spec):
    """Au-delà de la marche, l’ordre est celui de la distance. Chaque silence compte comme un quart plus loin : ne
    pouvoir ni appeler ni savoir quand venir ; ne pas savoir ce qu’on y trouve.

    mètres | téléphone | horaires | ce qu’on y trouve || réponse
    -------+-----------+----------+-------------------++------------
    8000   | oui       | non      | oui               || 8000
    8000   | non       | oui      | oui               || 8000
    8000   | non       | non      | oui               || 10000
    8000   | oui       | oui      | non               || 10000
    8000   | non       | non      | non               || 12500
    """
    spec.rows(
        lambda metres, phone, hours, what: rules.apparent_metres(
            float(metres), has_phone=is_yes(phone), has_hours=is_yes(hours), says_what=is_yes(what)
        )
    )


def test_minutes_of_a_walk_to_a_closed_place(spec):
    """À pied, un lieu fermé à l’heure où l’on y arriverait compte comme cinq minutes plus loin.

    minutes | ouvert à l’arrivée || réponse
    --------+--------------------++------------
    9       | oui                || 9
    9       | non                || 14
    """
    spec.rows(lambda minutes, is_open: rules.apparent_minutes(float(minutes), is_open=is_yes(is_open)))
