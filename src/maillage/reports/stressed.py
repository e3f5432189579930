"""Three points that those who know an offer best stress: where to buy, where to go online with help, what is built together.

Each stands beside what is counted or published of it; when nothing is, the page says so, and nobody's word fills the gap.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.reports import findings
from maillage.reports.findings import Said
from maillage.reports.grid import UNKNOWN, Answered, Surveyed
from maillage.reports.wording import count

Json = dict[str, Any]
POINTS = (  # finding, title, line of the offer that counts it
    ("no_sale", "Acheter, emprunter ou recevoir du matériel", "equipement_solidaire"),
    ("no_helped_access", "Un libre accès avec quelqu’un à côté", "libre_acces_accompagne"),
    ("alone", "Construire et animer ensemble", ""),
)
TOGETHER = (("partenariat", "oui", "Travaillent en partenariat"), ("accueillir", "oui", "Accueilleraient des partenaires"))


def told(lines: Sequence[Mapping[str, Any]], surveyed: Surveyed, said: Sequence[Said]) -> list[Json]:
    """Return the three points: title, what is known, and who says it is lacking, in words.

    lines: those of the offer of a territory, as a study tells them. surveyed: what published surveys of it say.
    """
    by = {line["id"]: line for line in lines}
    return [
        {
            "titre": title,
            "preuve": _counted(by.get(line)) if line else _together(surveyed),
            "dit": _said([each for each in said if each.kind == kind]),
        }
        for kind, title, line in POINTS
    ]


def _counted(line: Mapping[str, Any] | None) -> str:
    if line is None or line["etat"] == UNKNOWN:
        return "Donnée manquante : ce recensement n’en dit rien."
    return f"Lieux : {line['lieux_dits']} (comptés). Personnes concernées qui en ont un à pied : {line['part']} ({line['part_entre']}, estimé)."


def _together(surveyed: Surveyed) -> str:
    found: list[tuple[str, Answered]] = [
        (words, each)
        for *key, words in TOGETHER
        if (each := surveyed.get(("structures", *key)))  # type: ignore[arg-type]
    ]
    if not found:
        return "Donnée manquante : une enquête publiée auprès des structures le dirait."
    figures = " ".join(f"{words} : {each.figure}." for words, each in found)
    return f"{figures} Base : {found[0][1].among}."


def _said(rows: Sequence[Said]) -> str:
    if not rows:
        return "personne ne l’a noté ici."
    parted = findings.gap(rows)
    return f"{count(len(rows), 'témoignage')}.{' ' if parted else ''}{parted}"
