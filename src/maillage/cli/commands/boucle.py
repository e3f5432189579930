"""maillage boucle: the loop of a territory, zone by zone, from what people need to what the plan answers."""

import argparse
from typing import TYPE_CHECKING, Any

from maillage.cli.platform_study import computed, up_to_date
from maillage.cli.words import print_json
from maillage.words import rich
from maillage.words.opening import date_text
from maillage.words.wording import count, lower_first, number

if TYPE_CHECKING:
    from maillage.apps.pilotage.queries.loop import ZoneLoop


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="un code officiel, ou l’adresse d’un périmètre gardé")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from maillage.apps.pilotage.queries import document, loop

    study, reading = _study(given.code)
    found = loop.loop(AnonymousUser(), study, reading, on=timezone.localdate())
    written = document.loop_json(study, found)
    if given.json:
        print_json(written)
        return 0
    days = (date_text(day) for day in (found.activity.since, found.activity.until))
    print(f"La boucle : {written['territoire']['nom']}, du {' au '.join(days)}")
    if found.activity.examples:
        print("Activité inventée, pour l’exemple.")
    for note in () if reading.withheld else reading.contradicted:
        print(rich.bare(note))
    for sentence in written["phrases"]:
        print(f"- {sentence}")
    for row, zone in zip(found.rows, written["zones"], strict=True):
        print(f"{zone['code']:<10} {zone['nom']} : {_estimates(row)} ; {_counts(zone)} ; {_plan(row)}")
    for commune in written["communes"]:
        print(f"{'':<10} {commune['nom']} ({count(len(commune['zones']), 'zone')}) : {_counts(commune)}")
    return 0


def _study(code: str) -> tuple[Any, Any]:
    """Return the study of a territory and what is read of it, computed now when there is none."""
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.plans.queries.overview import reading_of
    from maillage.apps.territories import queries as territories

    place = territories.canonical(code)
    study, reading = dossiers.latest(place), reading_of(place)
    if study is not None and reading is not None:
        return (study, dossiers.reading(study)) if up_to_date(study) else (study, reading)
    study, _ = computed(place)
    return study, dossiers.reading(study)


def _estimates(row: "ZoneLoop") -> str:
    """Return what is estimated of a zone, rounded as its page prints it, or why it is not."""
    need, gap = row.need, row.gap
    people = _beside(need.people, need.between) if not need.reason else f"({need.reason.rstrip('.')})"
    away = _beside(gap.missing, gap.missing_between) if gap is not None else f"({row.no_gap})"
    return f"besoin {people} ; sans aide à portée {away}"


def _beside(value: str, between: str) -> str:
    return " ".join(filter(None, (value, f"[{between}]" if between else "")))


def _counts(links: dict[str, Any]) -> str:
    """Return what is counted of a zone or a commune, or why it is not."""
    return " ; ".join(f"{name} {_told(links[name])}" for name in ("orientation", "action", "effet"))


def _told(link: dict[str, Any]) -> str:
    if link["valeur"] is not None:
        return number(link["valeur"])
    acts = link.get("details", {}).get("acts")  # an action without any referral
    told = f"{count(acts, 'acte d’aide', 'actes d’aide')} " if isinstance(acts, int) else ""
    return f"{told}({link['motif'].rstrip('.')})"


def _plan(row: "ZoneLoop") -> str:
    titles = ", ".join(f"{each.action.title.rstrip('.')} ({each.action.standing_words})" for each in row.plan)
    instead, beside = row.plan_words
    return f"plan : {' ; '.join(filter(None, (titles or lower_first(instead), beside)))}"
