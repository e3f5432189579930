"""Ce qu’un mandat permet : à quelle structure, pour quelle démarche, quel jour ; sinon, ce qui est répondu."""

from datetime import date

from maillage.apps.people.mandats.rules import frame
from maillage.words.dates import read

title = "Faire à la place : ce que permet un mandat"
OWN_STRUCTURE, OTHER_STRUCTURE = 1, 2
FAMILIES = {"prime-activite": "social", "rsa": "social", "logement-social": "logement", "inconnue": ""}


def test_how_long_a_mandate_lasts(spec):
    """Un mandat dure un jour, un mois, six mois ou un an du calendrier. Le premier et le dernier jour
    comptent : du 9 novembre au 8 mai. Quand le mois de la fin n’a pas ce jour, il finit le dernier jour de ce
    mois.

    durée    | commence   | dernier jour || réponse
    ---------+------------+--------------++-----------
    day      | 2026-11-09 | 2026-11-09   || 2026-11-09
    day      | 2028-02-29 | 2028-02-29   || 2028-02-29
    month    | 2026-11-09 | 2026-12-08   || 2026-12-08
    month    | 2027-02-01 | 2027-02-28   || 2027-02-28
    month    | 2027-01-31 | 2027-02-28   || 2027-02-28
    semester | 2026-11-09 | 2027-05-08   || 2027-05-08
    semester | 2026-08-29 | 2027-02-28   || 2027-02-28
    semester | 2027-08-29 | 2028-02-28   || 2028-02-28
    semester | 2027-08-30 | 2028-02-29   || 2028-02-29
    year     | 2026-11-09 | 2027-11-08   || 2027-11-08
    year     | 2028-02-29 | 2029-02-28   || 2029-02-28
    year     | 2027-03-01 | 2028-02-29   || 2028-02-29
    """
    spec.rows(lambda duration, day: str(frame.ends_on(date.fromisoformat(day), duration)))


def test_where_a_mandate_stands(spec):
    """Ni le premier ni le dernier jour n’est perdu. Un mandat arrêté ou fini ne recommence jamais.

    signé | arrêté | commence   | finit      | aujourd’hui || réponse
    ------+--------+------------+------------+-------------++-------------
    non   | non    | 2026-11-09 | 2026-12-09 | 2026-11-20  || à signer
    oui   | non    | 2026-11-09 | 2026-12-09 | 2026-11-08  || pas commencé
    oui   | non    | 2026-11-09 | 2026-12-09 | 2026-11-09  || en cours
    oui   | non    | 2026-11-09 | 2026-12-09 | 2026-12-09  || en cours
    oui   | non    | 2026-11-09 | 2026-12-09 | 2026-12-10  || fini
    oui   | oui    | 2026-11-09 | 2026-12-09 | 2026-11-20  || arrêté
    oui   | oui    | 2026-11-09 | 2026-12-09 | 2027-11-20  || arrêté
    """
    spec(
        lambda t: [
            frame.STATES[
                frame.state(
                    signed=t["signé"][k] == "oui",
                    withdrawn=t["arrêté"][k] == "oui",
                    starts_on=read(str(t["commence"][k])),
                    ends_on=read(str(t["finit"][k])),
                    today=date.fromisoformat(str(t["aujourd’hui"][k])),
                )
            ]
            for k in range(len(t["signé"]))
        ]
    )


def judged(t, k: int) -> str:
    """Return the verdict on a line: one mandate, one procedure, one day."""
    end = read(str(t["finit"][k]))
    mandate = frame.Frame(
        structure=OWN_STRUCTURE if t["donné à"][k] == "nous" else OTHER_STRUCTURE,
        starts_on=date(2026, 11, 9),
        ends_on=end,
        signed=t["état"][k] != "préparé",
        withdrawn_on=date(2026, 11, 15) if t["état"][k] == "arrêté" else None,
        permitted=frozenset() if t["état"][k] == "retirée" else frozenset({str(t["permet"][k])}),
        revoked={str(t["permet"][k]): date(2026, 11, 16)} if t["état"][k] == "retirée" else {},
    )
    procedure = str(t["démarche"][k])
    verdict = frame.judge(
        [mandate] if t["état"][k] != "aucun" else [],
        structure=OWN_STRUCTURE,
        procedure=procedure,
        family=FAMILIES[procedure],
        on=date.fromisoformat(str(t["le"][k])),
    )
    return f"{'oui' if verdict.allowed else 'non'} : {verdict.why}"


def test_what_may_be_done_in_the_place_of_somebody(spec):
    """Une démarche se fait à la place d’une personne si un mandat en cours, donné à cette structure, nomme la
    démarche ou sa famille. Sinon, la réponse dit pourquoi.

    démarche        | permet         | donné à | état    | finit      | le
    ----------------+----------------+---------+---------+------------+-----------
    prime-activite  | prime-activite | nous    | signé   | 2026-12-09 | 2026-11-20
    prime-activite  | social         | nous    | signé   | 2026-12-09 | 2026-12-09
    rsa             | prime-activite | nous    | signé   | 2026-12-09 | 2026-11-20
    logement-social | social         | nous    | signé   | 2026-12-09 | 2026-11-20
    prime-activite  | social         | nous    | signé   | 2026-12-09 | 2026-12-10
    prime-activite  | social         | nous    | signé   | 2026-12-09 | 2026-11-08
    prime-activite  | social         | nous    | préparé | 2026-12-09 | 2026-11-20
    prime-activite  | social         | nous    | arrêté  | 2026-12-09 | 2026-11-20
    prime-activite  | social         | nous    | retirée | 2026-12-09 | 2026-11-20
    prime-activite  | social         | eux     | signé   | 2026-12-09 | 2026-11-20
    prime-activite  | social         | eux     | signé   | 2026-12-09 | 2026-12-10
    prime-activite  | social         | nous    | aucun   | 2026-12-09 | 2026-11-20
    inconnue        | social         | nous    | signé   | 2026-12-09 | 2026-11-20
    """
    spec(
        lambda t: [judged(t, k) for k in range(len(t["le"]))],
        [
            "oui : Le mandat permet cette démarche jusqu’au 9 décembre 2026.",
            "oui : Le mandat permet cette démarche jusqu’au 9 décembre 2026.",
            "non : Le mandat en cours ne comprend pas cette démarche.",
            "non : Le mandat en cours ne comprend pas cette démarche.",
            "non : Le mandat est fini depuis le 9 décembre 2026.",
            "non : Le mandat ne commence que le 9 novembre 2026.",
            "non : Le mandat est préparé, mais pas signé.",
            "non : La personne a arrêté ce mandat le 15 novembre 2026.",
            "non : La personne a retiré cette démarche du mandat le 16 novembre 2026.",
            "non : Le mandat de cette personne est donné à une autre structure.",
            "non : La personne n’a pas signé de mandat.",
            "non : La personne n’a pas signé de mandat.",
            "non : Cette démarche n’est pas connue.",
        ],
    )


def test_one_procedure_taken_back_leaves_its_family(spec):
    """La personne retire une démarche d’une famille qu’elle permet : les autres restent permises.

    démarche       || réponse
    ---------------++--------
    prime-activite || oui
    rsa            || non
    """
    mandate = frame.Frame(
        structure=OWN_STRUCTURE,
        starts_on=date(2026, 11, 9),
        ends_on=date(2026, 12, 9),
        permitted=frozenset({"social"}),
        revoked={"rsa": date(2026, 11, 16)},
    )
    spec.rows(
        lambda cell: (
            "oui"
            if frame.judge(
                [mandate], structure=OWN_STRUCTURE, procedure=cell, family="social", on=date(2026, 11, 20)
            ).allowed
            else "non"
        )
    )


def by_helper(t, k: int) -> str:
    """Return the verdict for a helper of the structure, under a mandate that names Leïla, or everybody."""
    known = {"Leïla": 1, "Karim": 2}
    names = [known[name] for name in str(t["nomme"][k]).split(" et ") if name in known]
    photographed = str(t["photo avant"][k])
    mandate = frame.Frame(
        structure=OWN_STRUCTURE,
        starts_on=date(2026, 11, 9),
        ends_on=date(2027, 5, 8),
        permitted=frozenset({"social"}),
        helpers=None if t["nomme"][k] == "la structure" else frozenset(names),
        named=str(t["nomme"][k]),
        photograph_before=None if photographed == "jointe" else date.fromisoformat(photographed),
    )
    verdict = frame.judge(
        [mandate],
        structure=OWN_STRUCTURE,
        procedure="rsa",
        family="social",
        on=date(2026, 11, 20),
        helper=known[str(t["agit"][k])],
    )
    return f"{'oui' if verdict.allowed else 'non'} : {verdict.why}"


def test_who_acts_under_a_mandate(spec):
    """Un mandat est donné à une structure (Aidants Connect), et dit qui agit : les aidants qu’il nomme, ou tous. Un
    papier signé sans sa photographie permet sept jours ; après, plus rien tant qu’elle n’est pas jointe.

    nomme          | agit  | photo avant || réponse
    ---------------+-------+-------------++-----------------------------------------------------------
    Leïla          | Leïla | jointe      || oui : Le mandat permet cette démarche jusqu’au 8 mai 2027.
    Leïla          | Karim | jointe      || non : Ce mandat ne vous nomme pas. Qui agit : Leïla.
    Leïla et Karim | Karim | jointe      || oui : Le mandat permet cette démarche jusqu’au 8 mai 2027.
    la structure   | Karim | jointe      || oui : Le mandat permet cette démarche jusqu’au 8 mai 2027.
    personne       | Leïla | jointe      || non : Ce mandat ne vous nomme pas. Qui agit : personne.
    Leïla          | Leïla | 2026-11-20  || oui : Le mandat permet cette démarche jusqu’au 8 mai 2027.
    Leïla          | Leïla | 2026-11-19  || non : Le papier signé n’a pas été photographié à temps.
    """
    spec(lambda t: [by_helper(t, k) for k in range(len(t["nomme"]))])
