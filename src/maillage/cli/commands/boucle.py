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


def run(options: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from maillage.apps.pilotage.queries import document, loop

    study, reading = _study(options.code)
    local_loop = loop.loop(AnonymousUser(), study, reading, on=timezone.localdate())
    document_json = document.loop_json(study, local_loop)
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
    for row, zone in zip(local_loop.rows, document_json["zones"], strict=True):
        print(f"{zone['code']:<10} {zone['nom']} : {_estimates(row)} ; {_counts(zone)} ; {_plan(row)}")
    for commune in document_json["communes"]:
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
    """Return the estimates of a zone, rounded as its page prints them, or the reason of their absence."""
    need, gap = row.need, row.gap
    people = _with_interval(need.people, need.between) if not need.reason else f"({need.reason.rstrip('.')})"
    away = _with_interval(gap.missing, gap.missing_between) if gap is not None else f"({row.no_gap})"
    return f"besoin {people} ; sans aide à portée {away}"


def _with_interval(value: str, between: str) -> str:
    return " ".join(filter(None, (value, f"[{between}]" if between else "")))


def _counts(links: dict[str, Any]) -> str:
    """Return the counts of a zone or a commune, or the reason of their absence."""
    return " ; ".join(f"{name} {_count_text(links[name])}" for name in ("orientation", "action", "effet"))


def _count_text(link: dict[str, Any]) -> str:
    if link["valeur"] is not None:
        return number(link["valeur"])
    acts = link.get("details", {}).get("acts")  # an action without any referral
    acts_text = f"{count(acts, 'acte d’aide', 'actes d’aide')} " if isinstance(acts, int) else ""
    return f"{acts_text}({link['motif'].rstrip('.')})"


def _plan(row: "ZoneLoop") -> str:
    titles = ", ".join(f"{each.action.title.rstrip('.')} ({each.action.standing_words})" for each in row.plan)
    instead, explanation = row.plan_words
    return f"plan : {' ; '.join(filter(None, (titles or lower_first(instead), explanation)))}"
