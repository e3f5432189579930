"""The report of a read file, as JSON: what the command prints, what the page shows, what an import keeps."""

import re
from collections import Counter
from datetime import date
from typing import Any

from maillage.reference.sheet import OLD_MONTHS, is_silent
from maillage.sources.offer.clean import commune
from maillage.sources.offer.clean.cleaned import LABELS
from maillage.sources.offer.read import Result
from maillage.sources.offer.row_reader import TOWN_FIELDS, UNPLACED, Read, Remark, lacks_point
from maillage.words.wording import count, listing

MOST_ROWS = 2_000  # rows told one by one; beyond, the counts by column remain whole
MOST_FINDINGS = 50  # told by an import; « maillage offre verifier » tells them all
MOST_REASONS = 20  # told of a kind of doubt
MOST_AREAS = 3  # départements named
MOST_VALUES = 500  # values that are known and add nothing

POINT_FIELDS = ("latitude", "longitude")
CONTRADICTS = re.compile(  # in a reason, that two cells of a place do not say the same spot
    r"tombe à|le reste dit|a pour code postal|l’adresse dit|est celui de|n’est pas celui de"
    rf"|{commune.OTHER_AREA}"
)
UNSURE_COMMUNE, CONTRADICTION, OLD, OTHER = "commune", "contradiction", "old", "other"
DOUBT_KINDS = {  # what each kind is called, and the one thing that settles it
    UNSURE_COMMUNE: ("Commune à confirmer", "Ajoutez son code Insee, puis importez de nouveau."),
    CONTRADICTION: (
        "Cases qui se contredisent",
        "Corrigez la case fausse, puis importez de nouveau.",
    ),
    OLD: ("Date ancienne", "Demandez à ces lieux de confirmer leur fiche."),
    OTHER: ("Cases à relire", "Corrigez-les, ou confirmez les fiches après l’import."),
}


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
        "sans_point": unplaced_text(result),
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


def near_towns(result: Result) -> dict[tuple[str, str], str]:
    """Return, by (column, name typed), the commune whose name is nearly the one that refuses a row: the only
    such one of the département of the other rows, or of France.
    """
    areas = {commune.departement(str(row.sheet.get("code_insee", ""))) for row in result.accepted} - {""}
    area = areas.pop() if len(areas) == 1 else ""
    typed = {
        (remark.column, remark.value)
        for row in result.rows
        if row.refused.startswith(UNPLACED)
        for remark in row.remarks
        if remark.field == "commune" and remark.word == "refused" and remark.column
    }
    near = {(column, text): commune.only_near(text, area) for column, text in sorted(typed)}
    return {typed_name: name for typed_name, name in near.items() if name}


def doubts(result: Result, *, today: date) -> list[dict[str, Any]]:
    """Return the doubts about the places kept, by kind: how many places (`lieux`), what to do of them all
    (`geste`), the most frequent reasons as (column, reason, how many places), and how many others (`autres`).

    Places without a point are not here: `unplaced_text` counts them. An old date is told, and marks no row.
    """
    reasons: dict[str, Counter[tuple[str, str]]] = {kind: Counter() for kind in DOUBT_KINDS}
    n_places: Counter[str] = Counter()
    limit = _months_before(today, OLD_MONTHS)
    for row in result.accepted:
        of_row: dict[tuple[str, str], str] = {}
        remarks = [remark for remark in _to_check(row) if not lacks_point(remark)]
        conflicts = any(_contradicts(remark) for remark in remarks)
        for remark in remarks:
            kind = (CONTRADICTION if conflicts else UNSURE_COMMUNE) if remark.field in TOWN_FIELDS else ""
            of_row[remark.column, remark.reason] = CONTRADICTION if _contradicts(remark) else kind or OTHER
        if "" < str(row.sheet.get("date_maj", "")) <= limit:
            of_row["", f"mis à jour il y a plus de {OLD_MONTHS} mois"] = OLD
        for pair, kind in of_row.items():
            reasons[kind][pair] += 1
        n_places.update(set(of_row.values()))
    return [
        {
            "sorte": label,
            "geste": gesture,
            "lieux": n_places[kind],
            "raisons": [(*pair, n) for pair, n in reasons[kind].most_common(MOST_REASONS)],
            "autres": max(len(reasons[kind]) - MOST_REASONS, 0),
        }
        for kind, (label, gesture) in DOUBT_KINDS.items()
        if n_places[kind]
    ]


def _contradicts(remark: Remark) -> bool:
    return remark.field in (*TOWN_FIELDS, *POINT_FIELDS, "adresse") and bool(
        CONTRADICTS.search(remark.reason)
    )


def _to_check(row: Read) -> list[Remark]:
    """Return the remarks of a row that somebody should look at; a point is two cells, and one thing to look
    at, as are a commune and the codes deduced from it.
    """
    remarks = [remark for remark in row.remarks if remark.word in ("doubtful", "refused")]
    reason_by_field = {remark.field: remark.reason for remark in remarks}

    def follows(remark: Remark) -> bool:
        if remark.field == "longitude":
            return remark.reason == reason_by_field.get("latitude")
        return remark.field in TOWN_FIELDS[1:] and not remark.value and "commune" in reason_by_field

    return [remark for remark in remarks if not follows(remark)]


def _months_before(day: date, n: int) -> str:
    """Return the day some months before, as the text of a sheet's dates, to compare with them.

    >>> _months_before(date(2026, 11, 30), 18)
    '2025-05-30'
    """
    year, month = divmod(day.year * 12 + day.month - 1 - n, 12)
    return f"{year}-{month + 1:02}-{day.day:02}"


def unplaced(result: Result) -> tuple[int, int]:
    """Return how many of the places kept stand at the centre of their commune for lack of a point, and how
    many of these have an address, which the file of addresses of their département would place.
    """
    rows = [row for row in result.accepted if any(map(lacks_point, row.remarks))]
    return len(rows), sum("adresse" in row.sheet for row in rows)


def unplaced_text(result: Result) -> str:
    """Return how many places have no point, and the cure; '' when each has one."""
    n, n_addressed = unplaced(result)
    if not n:
        return ""
    codes = sorted({commune.departement(str(row.sheet.get("code_insee", ""))) for row in result.accepted})
    area = f"du département {codes[0]}" if len(codes) == 1 else f"des départements {listing(codes)}"
    area = area if len(codes) <= MOST_AREAS else "de leurs départements"
    stand = "chacun est placé au centre de sa commune" if n > 1 else "il est placé au centre de sa commune"
    text = f"{count(n, 'lieu n’a', 'lieux n’ont')} pas de coordonnées : {stand}."
    if n_addressed:
        text += (
            f" {count(n_addressed, 'lieu a une adresse', 'lieux ont une adresse')} : chargez les adresses"
            f" {area} (« maillage adresses charger », ou la page « Adresses » de l’annuaire), puis importez"
            " de nouveau ce fichier."
        )
    if n_addressed < n:
        text += f" {count(n - n_addressed, 'lieu attend son adresse', 'lieux attendent leur adresse')}."
    return text


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
            (r.column, r.value[:200], r.word, r.reason) for r in _to_check(row)
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
