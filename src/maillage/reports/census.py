"""The census of a territory in figures: what is there, who carries it, what it gives, and what nobody said.

Everything here is counted, place by place; each share says among how many it is taken, and places that say nothing of a
question are never among them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.pipeline.offer.sheet import Sheet, practices
from maillage.reference import offer
from maillage.reports import fit, opening, wording

Json = dict[str, Any]
FEWEST_ALIKE = 3  # places of a type before saying whether they give the same
OLD = 365  # days


@dataclass(frozen=True, slots=True)
class Row:
    """A place as the census counts it. structure: what tells one structure from another; source: who gave its sheet."""

    id: str
    name: str
    commune: str
    structure: str
    structure_name: str
    kind: str
    sheet: Sheet
    last_said: date | None
    source: str = ""


def told(rows: Sequence[Row], *, inhabitants: Mapping[str, int], names: Mapping[str, str], on: date) -> Json:
    """Return a census as a reader sees it.

    inhabitants, names: by commune of the territory; the most populated one is its centre.
    """
    said = {row.id: practices(row.sheet) for row in rows}
    talking = [row for row in rows if said[row.id] or row.sheet.get("sans")]
    centre = max(inhabitants, key=lambda code: (inhabitants[code], code), default="")
    total = sum(inhabitants.values())
    in_centre = sum(row.commune == centre for row in rows)
    free = [row for row in rows if _prices(row.sheet, said[row.id])]
    given = _practices(talking, said)
    return {
        "source": _sources(rows, on),
        "lieux": len(rows),
        "structures": len({row.structure for row in rows}),
        "muets": len(rows) - len(talking),
        "parlants": len(talking),
        "pour_10000": wording.number(10_000 * len(rows) / total, 1) if total else "",
        "centre": {
            "nom": names.get(centre, ""),
            "lieux": in_centre,
            "part": _share(in_centre, len(rows)),
            "part_habitants": _share(inhabitants.get(centre, 0), total),
        },
        "gratuit": _of(sum(_prices(r.sheet, said[r.id]) == {"free"} for r in free), len(free)),
        "horaires": _of(sum("horaires" in row.sheet for row in rows), len(rows)),
        "telephone": _of(sum("telephone" in row.sheet for row in rows), len(rows)),
        "recents": _of(sum(_recent(row, on) for row in rows), len(rows)),
        "soir_ou_samedi": _of(
            sum(_late(str(row.sheet["horaires"].get("osm", ""))) for row in rows if "horaires" in row.sheet),
            sum("horaires" in row.sheet for row in rows),
        ),
        "hors_les_murs": sum(bool(row.sheet.get("hors_les_murs")) for row in rows),
        "types": _kinds(rows),
        "pratiques": given,
        "jamais_dites": wording.listing([wording.lower_first(each["libelle"]) for each in given if not each["dite"]]),
        "egalite": _alike(talking, said),
        "fragiles": fit.told([(r.name, r.commune, r.kind, r.sheet, said[r.id]) for r in rows], names),
        "communes": _communes(rows, inhabitants, names),
        "acteurs": _actors(rows, said),
    }


def _sources(rows: Sequence[Row], on: date) -> str:
    """Return who gave the sheets, how many each, when they were last said, and the day of the count, in a sentence."""
    givers = Counter(row.source for row in rows if row.source).most_common()
    who = wording.listing([f"{name} ({wording.count(n, 'lieu', 'lieux')})" for name, n in givers])
    years = sorted({row.last_said.year for row in rows if row.last_said})
    when = "" if not years else f", dites en {years[0]}" if len(years) == 1 else f", dites de {years[0]} à {years[-1]}"
    silent = sum(row.last_said is None for row in rows)
    undated = f" ; {wording.count(silent, 'fiche', 'fiches')} sans date" if silent and years else ""
    return f"Compté le {opening.said(on)}. Fiches de {who}{when}{undated}." if who else f"Compté le {opening.said(on)}."


def _share(part: float, whole: float) -> str:
    return wording.share(part / whole) if whole else "—"


def _of(part: int, whole: int) -> Json:
    """Return a share that says among how many it is taken."""
    return {"n": part, "sur": whole, "part": _share(part, whole), "valeur": part / whole if whole else None}


def _prices(sheet: Sheet, said: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {*sheet.get("frais_a_charge", ()), *(price for each in said.values() for price in each.get("frais", ()))}


def _recent(row: Row, on: date) -> bool:
    return row.last_said is not None and (on - row.last_said).days < OLD


def _late(osm: str) -> bool:
    """Return whether hours reach the evening (19 h) or the week-end."""
    return "Sa" in osm or "Su" in osm or any(f"-{hour}:" in osm for hour in (19, 20, 21, 22))


def _kinds(rows: Sequence[Row]) -> list[Json]:
    places = Counter(row.kind for row in rows)
    structures = Counter(kind for kind, _ in {(row.kind, row.structure) for row in rows})
    return [
        {
            "libelle": offer.kinds()[kind].label,
            "lieux": n,
            "structures": structures[kind],
            "part": _share(n, len(rows)),
            "barre": round(100 * n / len(rows)),
        }
        for kind, n in sorted(places.items(), key=lambda each: (-each[1], each[0]))
    ]


def _practices(talking: Sequence[Row], said: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Json]:
    """Return each practice: offered today, in project, among the places that say something; and how, when they say it.

    barre: its length in a chart, out of 100.
    """
    out = []
    for practice in offer.practices().values():
        found = [said[row.id][practice.id] for row in talking if practice.id in said[row.id]]
        states = Counter(each.get("state", "offered") for each in found)
        today = [each for each in found if each.get("state") == "offered"]
        out.append(
            {
                "id": practice.id,
                "libelle": practice.label,
                "dite": bool(found) or any(practice.id in row.sheet.get("sans", ()) for row in talking),
                "aujourdhui": states["offered"],
                "en_projet": states["planned"],
                "part": _share(states["offered"], len(talking)),
                "barre": round(100 * states["offered"] / len(talking)) if talking else 0,
                "comment": _how(practice.id, today),
            }
        )
    return out


def _how(practice: str, today: Sequence[Mapping[str, Any]]) -> str:
    """Return how a practice is given, counting apart the places that do not say."""
    asked = {"wifi": "endroit", "libre_acces": "accompagnement", "formation": "publics"}.get(practice)
    if asked is None or not today:
        return ""
    words = {
        "indoor": "en intérieur",
        "outdoor": "en plein air",
        "alone": "en autonomie",
        "person": "avec quelqu’un",
        "group": "en groupe",
    }
    counts = Counter(words.get(slug, "avec conditions de public") for each in today for slug in each.get(asked, ()))
    silent = sum(not each.get(asked) for each in today)
    parts = [f"{n} {label}" for label, n in counts.most_common()]
    if silent:
        parts.append(f"{silent} ne le disent pas" if silent > 1 else "1 ne le dit pas")
    return ", ".join(parts)


def _alike(talking: Sequence[Row], said: Mapping[str, Mapping[str, Any]]) -> list[Json]:
    """Return, for each type with a few places, whether they give the same things: the mean share of places per practice."""
    out = []
    for kind in sorted({row.kind for row in talking}):
        places = [row for row in talking if row.kind == kind]
        if len(places) < FEWEST_ALIKE:
            continue
        given = Counter(p for row in places for p, each in said[row.id].items() if each.get("state") == "offered")
        everywhere = [offer.practices()[p].label for p, n in given.items() if n == len(places)]
        mean = sum(given.values()) / len(given) / len(places) if given else 0.0
        out.append(
            {
                "type": offer.kinds()[kind].label,
                "lieux": len(places),
                "partout": wording.listing(sorted(everywhere)) if everywhere else "aucune pratique",
                "moyenne": wording.share(mean),
            }
        )
    return out


def _communes(rows: Sequence[Row], inhabitants: Mapping[str, int], names: Mapping[str, str]) -> list[Json]:
    counts = Counter(row.commune for row in rows)
    return [
        {
            "code": code,
            "nom": names.get(code, code),
            "habitants": wording.number(inhabitants[code]),
            "lieux": counts[code],
            "habitants_par_lieu": wording.number(inhabitants[code] / counts[code]) if counts[code] else "—",
        }
        for code in sorted(inhabitants, key=lambda code: (-inhabitants[code], code))
    ]


def _actors(rows: Sequence[Row], said: Mapping[str, Mapping[str, Any]]) -> list[Json]:
    """Return the actors of the territory: each structure, its places, and what each gives."""
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row.structure, []).append(row)
    out = []
    for members in by.values():
        out.append(
            {
                "nom": members[0].structure_name,
                "type": offer.kinds()[members[0].kind].label,
                "lieux": [
                    {
                        "id": row.id,
                        "nom": row.name,
                        "pratiques": [
                            {"libelle": offer.practices()[p].label, "etat": each.get("state", "offered")}
                            for p, each in said[row.id].items()
                        ],
                    }
                    for row in members
                ],
            }
        )
    return sorted(out, key=lambda actor: (-len(actor["lieux"]), actor["nom"]))
