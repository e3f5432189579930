"""Le très haut débit par commune, lu dans un fichier de l’Arcep : ce qui se compte, ce qui est refusé, ce qui
est laissé de côté.
"""

import gzip

from maillage.kernel.errors import Refused
from maillage.sources import markings

title = "Lire la connexion des communes"

NOTICE = "Version beta : les données sont présentées en l’état"
HEADER = (
    "code_insee;nom_com;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_hd8;elig_thd30;elig_thd100;elig_thd1g;date"
)
GOOD = [f"{code};Une commune;10;logloc;2;0;0;3;1;1;3;2019-09-30" for code in range(38151, 38156)]


def answer(content: bytes, name: str = "debit.csv") -> str:
    """The year and the part of each commune of Isère that is written, or the refusal, then what was left."""
    try:
        marking = markings.read(content, name=name)
    except Refused as refused:
        return f"refusé : {refused.what}"
    shares = [
        f"{code} {100 * share:.0f} % de {marking.premises[code]}"
        for code, share in sorted(marking.shares.items())
        if code not in {row[:5] for row in GOOD[1:]}
    ]
    return f"{marking.generation} ; {', '.join(shares)}" + (f" ; {marking.doubt}" if marking.doubt else "")


def written(*rows: str, header: str = HEADER, notice: str = NOTICE) -> bytes:
    return "\n".join([notice, header, *rows]).encode()


def test_counts_of_premises_are_added_at_their_latest_date():
    """Les locaux qui peuvent avoir 30 Mbit/s ou plus s’ajoutent, sous une ligne d’avertissement ou non, avec
    des points-virgules ou des virgules, compressé ou non ; seule la dernière date compte, et seules les
    lignes de tous les locaux.
    """
    rows = [
        *GOOD,
        "38151;x;10;logloc;10;0;0;0;0;0;0;2018-06-30",
        "38151;x;4;logement;4;0;0;0;0;0;0;2019-09-30",
    ]
    content, expected = written(*rows), "2019 ; 38151 50 % de 10"
    assert answer(content) == expected
    assert answer(gzip.compress(content), "debit.csv.gz") == expected
    assert answer(content.split(b"\n", 1)[1].replace(b";", b",")) == expected
    assert answer(written(*rows, GOOD[0])) == expected, "a row twice says it once"


def test_merged_communes_add_their_premises_up():
    """Arzay et Semons comptent dans Porte-des-Bonnevaux, à laquelle elles sont réunies ; les arrondissements de
    Lyon comptent dans Lyon ; une commune sans local n’a pas de part.
    """
    rows = [
        "38016;Arzay;10;logloc;0;0;0;0;10;0;0;2019-09-30",
        "38479;Semons;30;logloc;0;0;30;0;0;0;0;2019-09-30",
        "69381;Lyon 1er;10;logloc;0;0;0;0;0;0;10;2019-09-30",
        "69382;Lyon 2e;30;logloc;30;0;0;0;0;0;0;2019-09-30",
        "38185;Grenoble;0;logloc;0;0;0;0;0;0;0;2019-09-30",
    ]
    assert answer(written(*GOOD, *rows)) == ("2019 ; 38151 50 % de 10, 38479 25 % de 40, 69123 25 % de 40")


def test_a_wrong_row_is_left_with_its_line_and_its_value(spec):
    """Une ligne fausse est laissée, avec son numéro et de quoi la corriger ; les autres restent. Une commune
    donnée deux fois, avec deux nombres, n’est pas lue du tout.

    fautes                                                 || réponse
    -------------------------------------------------------++-----------------------------------------------
    38185;G;10;logloc;2;0;0;3;1;1;trois;2019-09-30         || colonne elig_thd1g, valeur « trois » : ce n’est pas un nombre de locaux.
    38185;G;10;logloc;2;0;0;3;1;1;-3;2019-09-30            || colonne elig_thd1g, valeur « -3 » : ce n’est pas un nombre de locaux.
    38185;G;10;logloc;0;0;0;0;0;0;14;2019-09-30            || colonne nbr, valeur « 10 » : les classes de débit comptent ensemble 14 locaux.
    38185;G;10;logloc;10;8;8;8;8;8;8;2019-09-30            || colonne nbr, valeur « 10 » : les classes de débit comptent ensemble 58 locaux.
    38185;G;10;logloc;2;0;0;3;1;1;3;septembre              || colonne date, valeur « septembre » : ce n’est pas une date.
    1004;G;10;logloc;2;0;0;3;1;1;3;2019-09-30              || colonne code_insee, valeur « 1004 » : le zéro de tête est perdu.
    38999;G;10;logloc;2;0;0;3;1;1;3;2019-09-30             || colonne code_insee, valeur « 38999 » : cette commune n’est pas connue, et rien ne dit ce qu’elle est devenue.
    38155;G;10;logloc;10;0;0;0;0;0;0;2019-09-30            || colonne code_insee, valeur « 38155 » : cette commune est déjà à la ligne 7, avec d’autres nombres.
    """
    correct = [f"{code};x;10;logloc;2;0;0;3;1;1;3;2019-09-30" for code in range(26001, 26021)]

    def call(fautes: str) -> str:
        marking = markings.read(written(*GOOD, fautes, *correct), name="debit.csv")
        bad = fautes.split(";", 1)[0]
        assert bad not in marking.shares and "38151" in marking.shares
        unread, fault = marking.doubt.split(". debit.csv, ligne 8, ")
        assert unread == "1\u00a0ligne n’a pas été lue"
        return fault.split(". ")[0].replace("\u00a0", " ").removesuffix(".") + "."

    spec.rows(call)


def test_a_file_that_does_not_count_premises_is_refused():
    """Un taux qui dit le contraire de son nom, une couverture mobile qui ne dit pas de quoi, un fichier vide,
    un autre fichier, des classes qui se recouvrent : refusés, avec ce qui ne va pas.
    """
    overlapping = [row.replace(";2;0;0;3;1;1;3;", ";0;10;10;9;8;5;3;") for row in GOOD]
    for content, reason in (
        (
            b"CODE_INSEE,DEP,LIBCOM,TAUX_COUVERTURE_THD\n67017,67,B,6.75\n",
            "TAUX_COUVERTURE_THD n’est pas reprise",
        ),
        (b"CODE_INSEE,LIBCOM,DEP,COUVERTURE_MOBILE\n01001,A,01,0.5\n", "COUVERTURE_MOBILE n’est pas reprise"),
        (b"", "le fichier est vide"),
        (written(), "aucune ligne sous l’en-tête"),
        (b"nom,adresse\nMairie,rue\n", "la colonne « code » manque"),
        (written(*GOOD, header=HEADER.replace("inel_hd;", "inel;")), "la colonne « inel_hd » manque"),
        (written(*overlapping), "les classes de débit comptent ensemble 45"),
        (gzip.compress(written(*GOOD))[:40], "l’archive est abîmée"),
        (written(*(row.replace("logloc", "logement") for row in GOOD)), "aucune ligne datée"),
    ):
        assert reason in answer(content).replace("\u00a0", " ")
