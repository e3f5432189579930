"""maillage boucle: the loop of a territory, zone by zone, from what people need to what the plan answers."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from maillage.manage.platform_study import computed, up_to_date
from maillage.manage.words import print_json
from maillage.publishing.territory.certainty import upper_first
from maillage.words import rich
from maillage.words.opening import date_text
from maillage.words.wording import count, lower_first, number

if TYPE_CHECKING:
    from maillage.apps.dossiers.models import Study
    from maillage.apps.steering.pilotage.queries.loop import Loop, ZoneLoop


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="un code officiel, ou l’adresse d’un périmètre gardé")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from maillage.apps.steering.pilotage.queries import document, loop

    local_loop = loop.loop(AnonymousUser(), _study(options.code), on=timezone.localdate())
    document_json, reading = document.loop_json(local_loop), local_loop.reading
    if options.json:
        print_json(document_json)
        return 0
    days = (date_text(day) for day in (local_loop.activity.since, local_loop.activity.until))
    print(f"La boucle : {document_json['territoire']['nom']}, du {' au '.join(days)}")
    if local_loop.activity.examples:
        print("Activité inventée, pour l’exemple.")
    for note in () if reading.withheld else reading.contradicted:
        print(rich.bare(note))
    for sentence in document_json["phrases"]:
        print(f"- {sentence}")
    bound = "au moins " if document_json["comptes_par_lots_de"] else ""
    reasons: dict[str, str] = {}  # each reason → its letter, said once under the table
    columns = [name for name in COLUMNS if name in local_loop.columns]
    lines = [("code", "zone", "besoin", *(COLUMNS[name] for name in columns), "plan")]
    for row, zone in zip(local_loop.rows, document_json["zones"], strict=True):
        cells = (_cell(name, zone, row, bound, reasons) for name in columns)
        lines.append((zone["code"], zone["nom"], _need(row, reasons), *cells, _plan(row, reasons)))
    for commune in document_json["communes"] if local_loop.n_links else ():
        counts = ("" if name == "offre" else _count_text(commune[name], bound, reasons) for name in columns)
        name = f"{commune['nom']} ({count(len(commune['zones']), 'zone')})"
        lines.append(("", name, "", *counts, ""))
    print()
    print(_table(lines))
    _print_notes(local_loop, reasons)
    return 0


COLUMNS = {
    "offre": "sans aide à portée",
    "orientation": "orientation",
    "action": "action",
    "effet": "effet",
}  # those that a row may lack
WIDEST = 34  # letters of a name, past which it is cut


def _table(lines: Sequence[tuple[str, ...]]) -> str:
    """Return lines of cells as columns that stand under each other."""
    short_lines = [
        (code, name if len(name) <= WIDEST else f"{name[: WIDEST - 1]}…", *cells)
        for code, name, *cells in lines
    ]
    widths = [max(map(len, column)) for column in zip(*short_lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in short_lines
    )


def _print_notes(local_loop: "Loop", reasons: dict[str, str]) -> None:
    """Write what the cells of the table stand for: the reasons, then the actions."""
    print()
    if local_loop.empty_words:
        print(local_loop.empty_words)
    for reason, letter in reasons.items():
        print(f"({letter}) {upper_first(reason)}.")
    actions = {each.action.label: each for row in local_loop.rows for each in row.plan}
    actions |= {each.action.label: each for each in local_loop.everywhere}
    for label, planned in sorted(actions.items()):
        where = ", tout le territoire" if planned in local_loop.everywhere else ""
        title = planned.action.title.rstrip(".")
        print(f"{label} {title} ({planned.action.standing_words}{where})")


def _letter(reason: str, reasons: dict[str, str]) -> str:
    """Return the mark of a reason, the same wherever it stands."""
    return f"({reasons.setdefault(reason.rstrip('.'), chr(ord('a') + len(reasons)))})" if reason else "–"


def _study(code: str) -> "Study":
    """Return the study of a territory by the zones that its pages name, computed now when there is none."""
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.territories import queries as territories

    place = dossiers.zones_place(territories.canonical(code))
    study = dossiers.latest(place)
    if study is None or dossiers.is_lost(study):
        study, _ = computed(place)
    elif up_to_date(study):
        study.refresh_from_db()
    return study


def _need(row: "ZoneLoop", reasons: dict[str, str]) -> str:
    """Return the need of a zone, rounded as its page prints it, or the mark of the reason of its absence."""
    if row.need.reason:
        return _letter(row.need.reason, reasons)
    return _with_interval(row.need.people, row.need.between)


def _cell(name: str, zone: dict[str, Any], row: "ZoneLoop", bound: str, reasons: dict[str, str]) -> str:
    """Return the cell of a zone in a column of `COLUMNS`. bound: the words before a count, which goes by
    whole batches.
    """
    if name != "offre":
        return _count_text(zone[name], bound, reasons)
    return (
        _letter(row.no_gap, reasons)
        if row.gap is None
        else _with_interval(row.gap.missing, row.gap.missing_between)
    )


def _with_interval(value: str | None, between: str | None) -> str:
    return " ".join(filter(None, (value, f"[{between}]" if between else "")))


def _count_text(link: dict[str, Any], bound: str, reasons: dict[str, str]) -> str:
    if link["valeur"] is not None:
        return f"{bound}{number(link['valeur'])}"
    acts = link.get("details", {}).get("acts")  # an action without any referral
    acts_text = f"{bound}{count(acts, 'acte d’aide', 'actes d’aide')} " if isinstance(acts, int) else ""
    return f"{acts_text}{_letter(link['motif'], reasons)}"


def _plan(row: "ZoneLoop", reasons: dict[str, str]) -> str:
    """Return the numbers of the actions that name a zone, and the mark of what they leave."""
    instead, explanation = row.plan_words
    labels = ", ".join(each.action.label for each in row.plan)
    words = explanation if labels else " : ".join(filter(None, (lower_first(instead), explanation)))
    return " ".join(filter(None, (labels, _letter(words, reasons) if words else "")))
