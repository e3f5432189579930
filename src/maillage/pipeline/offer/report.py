"""The report of a read file, as JSON: what the command prints, what the page shows, what an import keeps."""

from collections import Counter
from typing import Any

from maillage.pipeline.offer.clean.cleaned import LABELS
from maillage.pipeline.offer.read import Result
from maillage.reference.sheet import is_silent

MOST_ROWS = 2_000  # rows told one by one; beyond, the counts by column remain whole
MOST_FINDINGS = 50  # told by an import; « maillage offre verifier » tells them all
MOST_VALUES = 500  # values that are known and add nothing


def of(result: Result) -> dict[str, Any]:
    """Return the report of a file: its form, what was said of it, each column, each row that somebody should
    look at.
    """
    lines = [
        {
            "ligne": row.line,
            "numero": row.number,
            "nom": row.sheet.get("nom", ""),
            "refus": row.refused,
            "cellules": [
                {
                    "colonne": r.column,
                    "champ": r.field,
                    "mot": LABELS[r.word],
                    "valeur": r.value[:200],
                    "devenu": r.became[:200],
                    "raison": r.reason,
                }
                for r in row.remarks
                if r.word in ("mended", "doubtful", "refused")
            ],
        }
        for row in result.rows
        if row.refused or row.doubtful
    ]
    return {
        "fichier": result.name,
        "forme": result.form,
        "correspondance": result.correspondence.id,
        "titre": result.correspondence.title,
        "lus": result.n_read,
        "gardes": len(result.accepted),
        "refuses": result.n_refused,
        "reunis": result.united,
        "a_verifier": sum(row.doubtful for row in result.accepted),
        "disent_leur_offre": says_an_offer(result),
        "notes": list(result.notes),
        "colonnes_non_lues": list(result.unread),
        "colonnes_a_preciser": [
            {"colonne": column, "valeurs": [{"valeur": value[:200], "fois": n} for value, n in words]}
            for column, words in result.unexplained
        ],
        "colonnes_laissees": list(result.ignored),
        "valeurs_sans_effet": [
            {"colonne": column, "valeur": value[:200], "fois": n}
            for column, value, n in result.idle[:MOST_VALUES]
        ],
        "valeurs_sans_effet_non_montrees": max(len(result.idle) - MOST_VALUES, 0),
        "colonnes": _columns(result),
        "lignes_illisibles": [
            {"ligne": f.line, "colonne": f.column, "valeur": f.value, "raison": f.reason, "que_faire": f.do}
            for f in result.faults
        ],
        "lignes": lines[:MOST_ROWS],
        "lignes_non_montrees": max(len(lines) - MOST_ROWS, 0),
    }


def says_an_offer(result: Result) -> int:
    """Return how many of the places kept say something of their offer."""
    return sum(not is_silent(row.sheet) for row in result.accepted)


def findings(result: Result) -> dict[str, Any]:
    """Return the first things to look at, refused rows before doubtful cells, and how many there are."""
    findings_list: list[dict[str, Any]] = [
        {
            "ligne": f.line,
            "colonne": f.column,
            "valeur": f.value[:200],
            "mot": LABELS["refused"],
            "raison": f.reason,
        }
        for f in result.faults
    ]
    for row in result.rows:
        if row.refused:
            name = str(row.sheet.get("nom", ""))
            findings_list.append(
                {
                    "ligne": row.line,
                    "colonne": "",
                    "valeur": name,
                    "mot": LABELS["refused"],
                    "raison": row.refused,
                }
            )
    refused = len(findings_list)
    findings_list += [
        {"ligne": row.line, "colonne": column, "valeur": value, "mot": LABELS[word], "raison": reason}
        for row in result.rows
        if not row.refused
        for column, value, word, reason in dict.fromkeys(
            (r.column, r.value[:200], r.word, r.reason)  # a point is two fields, and one thing to look at
            for r in row.remarks
            if r.word in ("doubtful", "refused")
        )
    ]
    first = sorted(findings_list[:refused], key=lambda finding: finding["ligne"]) + findings_list[refused:]
    return {"constats": first[:MOST_FINDINGS], "constats_total": len(findings_list)}


def _columns(result: Result) -> list[dict[str, Any]]:
    """Return one row per column read: how its cells were taken, and the reasons most often given."""
    times = Counter(
        (r.column, r.field, r.word, r.reason) for row in result.rows for r in row.remarks if r.reason
    )
    reasons: dict[tuple[str, str], Counter[str]] = {}
    for (column, name, word, reason), n in times.items():
        reasons.setdefault((column, name), Counter())[f"{LABELS[word]} : {reason}"] = n
    return [
        {
            "colonne": column,
            "champ": field,
            **{LABELS[word]: counts[word] for word in ("read", "mended", "doubtful", "refused")},
            "raisons": [
                {"raison": why, "fois": n}
                for why, n in reasons.get((column, field), Counter()).most_common(5)
            ],
        }
        for (column, field), counts in result.by_column().items()
    ]
