"""Les horaires se tapent comme on parle. Maillage les écrit en OSM, garde le texte, et dit ce qu’il a deviné
ou laissé.

Le mot est « lu » quand tout a été compris, « réparé » quand seule la forme était fausse, « à vérifier »
sinon.
"""

from maillage.sources.offer.clean.cleaned import LABELS
from maillage.sources.offer.clean.hours import clean, week

title = "Lire des horaires tapés à la main"


def read(t: dict) -> dict:
    cleaned_hours = [clean(text) for text in t["tapé"]]
    return {"OSM": [x.value.osm for x in cleaned_hours], "mot": [LABELS[x.word] for x in cleaned_hours]}


def test_days_and_times_in_any_spelling(spec):
    """Les jours et les heures, quelle que soit l’écriture.

    Les heures vont par deux, quel que soit ce qui les sépare.

    tapé                                                              || OSM                                        | mot
    ------------------------------------------------------------------++--------------------------------------------+-----
    Du lundi au vendredi, de 8h45 à 12h15 et 14h à 17h30              || Mo-Fr 08:45-12:15,14:00-17:30              | lu
    LUNDI 9H30/12H30                                                  || Mo 09:30-12:30                             | lu
    mardi 14-18 / mercredi 10-12/14-18                                || Tu 14:00-18:00; We 10:00-12:00,14:00-18:00 | lu
    Lundi-mardi-vendredi : 13h30 - 17h15 mercredi et jeudi 8h30 - 12h || Mo,Tu,Fr 13:30-17:15; We,Th 08:30-12:00    | lu
    lu au ve 09:00 19:00                                              || Mo-Fr 09:00-19:00                          | lu
    9h-19h du lundi au samedi                                         || Mo-Sa 09:00-19:00                          | lu
    Tous les jours 9h-20h                                             || Mo-Su 09:00-20:00                          | lu
    """
    spec(read)


def test_closed_and_exceptions(spec):
    """Fermé, sauf, jusqu’à : une exception corrige ce qui a été dit.

    tapé
    ------------------------------------------------------------------
    Lundi au vendredi 9h-12h et 14h-17h sauf le mercredi, de 9h à 12h
    Tous les jours sauf le dimanche de 9h à 19h
    Lundi au vendredi 9h-17h (jusqu'à 19h le mardi)
    Lundi au vendredi 9h-17h, fermé les jours fériés
    lundi : fermé au public le matin / 13 h 45 – 17 h 30
    lundi matin : fermé ; après-midi : 14h-17h
    """
    spec(
        read,
        """
        OSM                                                    | mot
        -------------------------------------------------------+-----
        Mo,Tu,Th,Fr 09:00-12:00,14:00-17:00; We 09:00-12:00    | lu
        Mo-Sa 09:00-19:00; Su off                              | lu
        Mo,We-Fr 09:00-17:00; Tu 09:00-19:00                   | lu
        Mo-Fr 09:00-17:00; PH off                              | lu
        Mo 13:45-17:30                                         | lu
        Mo 14:00-17:00                                         | lu
        """,
    )


def test_hours_with_an_end_alone_and_a_part_of_a_month(spec):
    """« Le vendredi jusqu’à 16 h » : le vendredi est ouvert, on ne sait pas à partir de quand. Deux semaines d’août ne
    ferment pas août, et n’y réduisent pas l’année.

    tapé
    ----------------------------------------------------------------
    du lundi au jeudi 8h30-12h / 13h30-17h, le vendredi jusqu’à 16h
    lundi au jeudi 9h-17h et vendredi jusqu’à 16h30
    lundi-vendredi 8h-12h, fermeture 2 semaines en août
    lundi 8h-12h, fermé la première quinzaine d’août
    lundi 8h-12h, fermé en août
    """
    spec(
        read,
        """
        OSM                                                            | mot
        ---------------------------------------------------------------+-----------
        Mo-Th 08:30-12:00,13:30-17:00; Fr unknown "jusqu’à 16 h"       | à vérifier
        Mo-Th 09:00-17:00; Fr unknown "jusqu’à 16 h 30"                | à vérifier
        Mo-Fr 08:00-12:00 "fermeture 2 semaines en août"               | à vérifier
        Mo 08:00-12:00 "fermé la première quinzaine d'août"            | à vérifier
        Mo 08:00-12:00; Aug off                                        | lu
        """,
    )


def test_each_part_of_the_year_has_its_own_hours(spec):
    """Ce qui est dit d’une partie de l’année ne change rien au reste de l’année.

    Sans jours, une période vaut pour tous ceux qui précèdent, à vérifier.

    tapé
    ----------------------------------------------------------------------------------------
    Mardi au samedi 10h-18h (17h de novembre à mars)
    D’octobre à mai mercredi 14h-17h. De juin à septembre du mardi au jeudi 10h-18h
    Mai et juin : tous les jours sauf le jeudi 9h-18h. Juillet : tous les jours 9h-11h
    Mardi 9h-12h, jeudi 14h-17h, en août 9h-11h
    """
    spec(
        read,
        """
        OSM                                                                             | mot
        --------------------------------------------------------------------------------+-----------
        Tu-Sa 10:00-18:00; Nov-Mar Tu-Sa 10:00-17:00                                    | lu
        Jun-Sep Tu-Th 10:00-18:00; Oct-May We 14:00-17:00                               | lu
        May,Jun Th off; Jul Mo-Su 09:00-11:00; May,Jun Mo-We,Fr-Su 09:00-18:00          | lu
        Tu 09:00-12:00; Th 14:00-17:00; Aug Tu,Th 09:00-11:00 "jours à vérifier"        | à vérifier
        """,
    )


def test_each_line_has_its_own_place(spec):
    """Une ligne qui nomme un lieu ou un service le garde : il n’est pas celui des autres lignes.

    tapé
    -----------------------------------------------------------------------------
    Dépôt le lundi de 9h à 11h. Vente jeudi 14h-16h
    Mardi 10h-12h salle des Tilleuls / vendredi 14h-16h école du Pont
    """
    spec(
        read,
        """
        OSM                                                                | mot
        -------------------------------------------------------------------+-----------
        Mo 09:00-11:00 "Dépôt"; Th 14:00-16:00 "Vente"                     | à vérifier
        Tu 10:00-12:00 "salle des Tilleuls"; Fr 14:00-16:00 "école du Pont"| à vérifier
        """,
    )


def test_some_days_of_the_month_some_weeks(spec):
    """Certains jours du mois, une semaine sur deux.

    tapé                                           || OSM                         | mot
    -----------------------------------------------++-----------------------------+-----------
    Le 1er et le 3e jeudi du mois de 14h à 16h     || Th[1,3] 14:00-16:00         | lu
    dernier vendredi de chaque mois, 14h-16h       || Fr[-1] 14:00-16:00          | lu
    les mardis des semaines impaires de 9h à 12h   || week 1-53/2 Tu 09:00-12:00  | lu
    mardi 9h-12h (sem. paires)                     || week 2-52/2 Tu 09:00-12:00  | lu
    1er mardi matin du mois                        || Tu[1] unknown "le matin"    | à vérifier
    """
    spec(read)


def test_appointments_and_holidays_are_comments(spec):
    """Rendez-vous et vacances deviennent un commentaire.

    Sans heures, l’état est inconnu : ni ouvert, ni fermé. Il n’y a pas de calendrier scolaire : les vacances
    sont à vérifier.

    tapé
    -----------------------------------------------------------
    Mardi 14h-17h (sur rendez-vous)
    lundi sur rendez vous au 03.21.89.04.66
    Lundi 9h-12h sans rendez-vous, 14h-17h avec rendez-vous
    Mercredi 9h-12h. Fermé pendant les vacances de Noël.
    """
    spec(
        read,
        """
        OSM                                                   | mot
        ------------------------------------------------------+-----------
        Tu 14:00-17:00 "sur rendez-vous"                      | lu
        Mo unknown "sur rendez-vous"                          | réparé
        Mo 09:00-12:00, Mo 14:00-17:00 "sur rendez-vous"      | lu
        We 09:00-12:00 "Fermé pendant les vacances de Noël"   | à vérifier
        """,
    )


def test_valid_osm_is_unchanged_and_faulty_osm_is_mended(spec):
    """L’OSM valide est gardé tel quel, l’OSM fautif est redressé.

    tapé                                        || OSM                                  | mot
    --------------------------------------------++--------------------------------------+-----------
    Mo-Fr 8:30-17:30; PH off                    || Mo-Fr 8:30-17:30; PH off             | lu
    Mo - Fr 09:00 - 12:00                       || Mo-Fr 09:00-12:00                    | réparé
    Mo-Fr 14h00-19h00;Sa 14h00-18h00            || Mo-Fr 14:00-19:00; Sa 14:00-18:00    | réparé
    Mo-Fr 09:00-12:00; 14:00-17:00              || Mo-Fr 09:00-12:00; 14:00-17:00       | à vérifier
    """
    spec(read)


def test_nothing_is_thrown_away(spec):
    """Ce qui n’est pas compris est montré.

    tapé
    -------------------------------------------
    Samedi 10h-12h30 (relais La Poste)
    lundi 14h-12h, jeudi 9h-12h
    Ateliers sur réservation et accès libre
    """
    spec(
        lambda t: {
            "OSM": [clean(x).value.osm for x in t["tapé"]],
            "laissé": [clean(x).value.unread for x in t["tapé"]],
        },
        """
        OSM                                               | laissé
        --------------------------------------------------+----------------------------------------
        Sa 10:00-12:30 "relais La Poste"                  | relais La Poste
        Mo unknown "14h-12h"; Th 09:00-12:00              | 14h-12h
                                                          | Ateliers sur réservation et accès libre
        """,
    )


def test_hours_that_nobody_can_place_are_never_firm(spec):
    """Une heure que rien ne place n’est jamais donnée comme sûre : elle garde son doute, écrit à côté d’elle.

    Un texte qui dit que le lieu ne reçoit plus ne donne aucune heure.

    tapé                                                   || OSM                                                     | mot
    -------------------------------------------------------++---------------------------------------------------------+-----------
    10h-12h et 15h-17h                                     || Mo-Fr 10:00-12:00,15:00-17:00 "jours non précisés"      | à vérifier
    le mardi de 8h45 à 11h45 et                            || Tu 08:45-11:45 "texte coupé"                            | à vérifier
    Valbert : lundi 9h-11h, Monteil : mardi 14h-16h        || Mo 09:00-11:00 "Valbert"; Tu 14:00-16:00 "Monteil"      | à vérifier
    24 h sur 24, membres du club seulement                 || Mo-Su 00:00-24:00 "membres du club seulement"           | à vérifier
    N’accueille plus de public depuis mai. Mardi 9h-12h    ||                                                         | à vérifier
    Mardi au vendredi 9h-18h, fermeture à 16h30 le jeudi   || Tu,We,Fr 09:00-18:00; Th 09:00-16:30                    | lu
    Jeudi 9h30-11h30 (1er du mois)                         || Th[1] 09:30-11:30                                       | lu
    """
    spec(read)


def test_a_reason_says_what_was_guessed(spec):
    """La raison dit ce qui a été deviné.

    tapé                               || réponse
    -----------------------------------++---------------------------------------------------------------
    8h30 à 12h - 13h30 à 17h           || aucun jour n’est écrit : lu du lundi au vendredi
    Lundi 9h-12h, 11h-14h              || lundi : deux plages se chevauchent, 11:00-14:00 et 09:00-12:00
    lundi après-midi 2h-5h             || « 2h-5h » lu comme des heures de l’après-midi
    """
    spec.rows(lambda x: clean(x).reason)


def test_a_column_for_each_half_day(spec):
    """Un tableau à une colonne par demi-journée : un tiret se lit fermé, une case vide ne dit rien.

    jour | matin  | après-midi
    -----+--------+-----------
    Mo   | 9h-12h | 14h18h
    Tu   | 9h-12h | -
    We   | -      | -
    """
    spec(
        lambda t: week({f"{day} {half}": text for half, name in (("am", "matin"), ("pm", "après-midi"))
                        for day, text in zip(t["jour"], t[name], strict=True)}).value.osm,
        "Mo 09:00-12:00,14:00-18:00; Tu 09:00-12:00; We off")  # fmt: skip
