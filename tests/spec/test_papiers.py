"""Les papiers gardés : pour quelle démarche, jusqu’à quel jour, montrés à qui ; et le coffre qui convient."""

from datetime import date

from maillage.apps.people.documents import rules as documents_rules

title = "Garder des papiers : pour quoi, jusqu’à quand, montrés à qui"


def test_what_a_paper_serves(spec):
    """Un papier gardé pour une démarche sert à elle seule. Gardé pour une famille, il sert à chacune de ses
    démarches. Une démarche que personne ne connaît n’est servie que sous son nom.

    gardé pour | démarche         | sert
    -----------+------------------+-----
    rsa        | rsa              | True
    social     | rsa              | True
    rsa        | prime-activite   | False
    logement   | rsa              | False
    rsa        | social           | False
    inconnue   | inconnue         | True
    social     | inconnue         | False
    """
    spec.rows(
        lambda purposes, procedure: documents_rules.serves(purposes, procedure),
        [True, True, False, False, False, True, False],
    )


def test_share_of_a_paper_ends_before_its_erasure(spec):
    """Un partage ne dépasse jamais le jour où le papier s’efface.

    noté le    | jours | le papier s’efface après | dernier jour || réponse
    -----------+-------+--------------------------+--------------++-----------
    2026-11-22 | 7     | 2026-12-22               | 2026-11-29   || 2026-11-29
    2026-11-22 | 30    | 2026-12-22               | 2026-12-22   || 2026-12-22
    2026-11-22 | 90    | 2026-12-22               | 2026-12-22   || 2026-12-22
    2028-02-25 | 7     | 2028-05-25               | 2028-03-03   || 2028-03-03
    """
    spec.rows(
        lambda day, days, limit: str(
            documents_rules.until(date.fromisoformat(day), int(days), limit=date.fromisoformat(limit))
        )
    )


def test_where_a_sharing_stands(spec):
    """Le dernier jour compte en entier. Arrêté, un partage ne recommence pas.

    dernier jour | arrêté | aujourd’hui | état      || réponse
    -------------+--------+-------------+-----------++----------
    2026-11-29   | non    | 2026-11-28  | running   || running
    2026-11-29   | non    | 2026-11-29  | running   || running
    2026-11-29   | non    | 2026-11-30  | ended     || ended
    2026-11-29   | oui    | 2026-11-28  | withdrawn || withdrawn
    2026-11-29   | oui    | 2026-11-30  | withdrawn || withdrawn
    """
    spec.rows(
        lambda end, stopped, today: documents_rules.share_state(
            withdrawn=stopped == "oui", ends_on=date.fromisoformat(end), today=date.fromisoformat(today)
        )
    )


def test_which_safe_suits(spec):
    """Un coffre convient quand la personne a tout ce qu’il demande. Ce qu’aucune source ne dit, ou qui est
    demandé parfois, est à demander. Une copie sur papier convient toujours.

    elle a                    | reconnect | borne | digiposte | espace-sante | banque | papier
    --------------------------+-----------+-------+-----------+--------------+--------+-------
    rien                      | lacks     | ask   | lacks     | lacks        | lacks  | suits
    helper                    | ask       | ask   | lacks     | lacks        | lacks  | suits
    email                     | lacks     | suits | ask       | lacks        | lacks  | suits
    email phone               | lacks     | suits | suits     | lacks        | lacks  | suits
    rights                    | lacks     | ask   | lacks     | ask          | lacks  | suits
    helper email phone bank   | suits     | suits | suits     | lacks        | suits  | suits
    """
    spec.rows(
        lambda cell: _verdicts(cell),
        [
            "lacks ask lacks lacks lacks suits",
            "ask ask lacks lacks lacks suits",
            "lacks suits ask lacks lacks suits",
            "lacks suits suits lacks lacks suits",
            "lacks ask lacks ask lacks suits",
            "suits suits suits lacks suits suits",
        ],
    )


def _verdicts(has: str) -> str:
    verdict_by_safe = {ranked.safe.id: ranked.verdict for ranked in documents_rules.ranking(set(has.split()))}
    return " ".join(
        verdict_by_safe[id] for id in ("reconnect", "borne", "digiposte", "espace-sante", "banque", "papier")
    )
