"""Les papiers gardés : pour quelle démarche, jusqu’à quel jour, montrés à qui ; et le coffre qui convient."""

from datetime import date

from maillage.apps.documents.rules import choice, papers

title = "Garder des papiers : pour quoi, jusqu’à quand, montrés à qui"


def test_what_a_paper_serves(spec):
    """Un papier gardé pour une démarche sert à elle seule. Gardé pour une famille, il sert à chacune de ses
    démarches. Une démarche que personne ne connaît n’est servie que sous son nom.
    """
    spec(
        """
        gardé pour | démarche         | sert
        -----------+------------------+-----
        rsa        | rsa              | True
        social     | rsa              | True
        rsa        | prime-activite   | False
        logement   | rsa              | False
        rsa        | social           | False
        inconnue   | inconnue         | True
        social     | inconnue         | False
        """,
        lambda t: [
            papers.serves(purposes, procedure)
            for purposes, procedure in zip(t["gardé pour"].tolist(), t["démarche"].tolist(), strict=True)
        ],
        [True, True, False, False, False, True, False],
    )


def test_share_of_a_paper_ends_before_its_erasure(spec):
    """Un partage ne dépasse jamais le jour où le papier s’efface."""
    spec(
        """
        noté le    | jours | le papier s’efface après | dernier jour
        -----------+-------+--------------------------+-------------
        2026-11-22 | 7     | 2026-12-22               | 2026-11-29
        2026-11-22 | 30    | 2026-12-22               | 2026-12-22
        2026-11-22 | 90    | 2026-12-22               | 2026-12-22
        2028-02-25 | 7     | 2028-05-25               | 2028-03-03
        """,
        lambda t: [
            str(papers.until(date.fromisoformat(day), int(days), limit=date.fromisoformat(limit)))
            for day, days, limit in zip(
                t["noté le"].tolist(),
                t["jours"].tolist(),
                t["le papier s’efface après"].tolist(),
                strict=True,
            )
        ],
        ["2026-11-29", "2026-12-22", "2026-12-22", "2028-03-03"],
    )


def test_where_a_sharing_stands(spec):
    """Le dernier jour compte en entier. Arrêté, un partage ne recommence pas."""
    spec(
        """
        dernier jour | arrêté | aujourd’hui | état
        -------------+--------+-------------+----------
        2026-11-29   | non    | 2026-11-28  | running
        2026-11-29   | non    | 2026-11-29  | running
        2026-11-29   | non    | 2026-11-30  | ended
        2026-11-29   | oui    | 2026-11-28  | withdrawn
        2026-11-29   | oui    | 2026-11-30  | withdrawn
        """,
        lambda t: [
            papers.share_state(
                withdrawn=stopped == "oui", ends_on=date.fromisoformat(end), today=date.fromisoformat(today)
            )
            for end, stopped, today in zip(
                t["dernier jour"].tolist(), t["arrêté"].tolist(), t["aujourd’hui"].tolist(), strict=True
            )
        ],
        ["running", "running", "ended", "withdrawn", "withdrawn"],
    )


def test_which_safe_suits(spec):
    """Un coffre convient quand la personne a tout ce qu’il demande. Ce qu’aucune source ne dit, ou qui est
    demandé parfois, est à demander. Une copie sur papier convient toujours.
    """
    spec(
        """
        elle a                    | reconnect | borne | digiposte | espace-sante | banque | papier
        --------------------------+-----------+-------+-----------+--------------+--------+-------
        rien                      | lacks     | ask   | lacks     | lacks        | lacks  | suits
        helper                    | ask       | ask   | lacks     | lacks        | lacks  | suits
        email                     | lacks     | suits | ask       | lacks        | lacks  | suits
        email phone               | lacks     | suits | suits     | lacks        | lacks  | suits
        rights                    | lacks     | ask   | lacks     | ask          | lacks  | suits
        helper email phone bank   | suits     | suits | suits     | lacks        | suits  | suits
        """,
        lambda t: [_verdicts(each) for each in t["elle a"].tolist()],
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
    verdict_by_safe = {ranked.safe.id: ranked.verdict for ranked in choice.ranking(set(has.split()))}
    return " ".join(
        verdict_by_safe[id] for id in ("reconnect", "borne", "digiposte", "espace-sante", "banque", "papier")
    )
