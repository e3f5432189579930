"""maillage boucle: the loop of a territory, zone by zone, from what people need to what the plan answers."""

import argparse
from typing import Any

from maillage.cli.platform_study import computed
from maillage.cli.words import Steps, print_json


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
    print(f"La boucle : {written['territoire']['nom']}, du {written['du']} au {written['au']}")
    if found.activity.examples:
        print("Activité inventée, pour l’exemple.")
    for sentence in written["phrases"]:
        print(f"- {sentence}")
    for zone in written["zones"]:
        print(_line(zone))
    return 0


def _study(code: str) -> tuple[Any, Any]:
    """Return the study of a territory and what is read of it, computed now when there is none."""
    from maillage.apps.dossiers import queries as dossiers
    from maillage.apps.plans.queries.overview import reading_of
    from maillage.apps.territories import queries as territories

    place = territories.canonical(code)
    study, reading = dossiers.latest(place), reading_of(place)
    if study is not None and reading is not None:
        return study, reading
    study, _ = computed(place, Steps())
    return study, dossiers.reading(study)


def _line(zone: dict[str, Any]) -> str:
    """Return a zone on one line: each link, or why it is missing."""
    parts = [f"{name} {_told(zone[name])}" for name in ("besoin", "orientation", "action", "effet")]
    away = zone["offre"].get("sans_aide_a_pied") or zone["offre"]
    parts.insert(1, f"sans aide à pied {_told(away)}")
    plan = ", ".join(each["titre"] for each in zone["plan"]) or "rien de prévu"
    return f"{zone['code']:<10} {zone['nom']} : {' ; '.join(parts)} ; plan : {plan}"


def _told(link: dict[str, Any]) -> str:
    between = f"[{link['bas']:.0f}–{link['haut']:.0f}]" if link.get("bas") is not None else ""
    if link["valeur"] is None:
        return between or f"({link['motif'].rstrip('.')})"
    return f"{link['valeur']:.0f} {between}".strip()
