"""The dashboards of a country that helps a million people: each page, what is counted after a day of work,
and everything counted again; PostgreSQL, beside the same counts read from the rows.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import POSTGRESQL, SQLITE, Measure, on_each_engine, script

STRUCTURES, AIDANTS, LEARNERS, REFERRALS, REQUESTS = 9_000, 30_000, 1_000_000, 400_000, 200
PLACES = ("38", "france")  # a département, the country
TRIAL = {
    "structures": 30,
    "aidants": 60,
    "learners": 400,
    "referrals": 300,
    "requests": 2,
    "places": ("38158",),
    "engines": (SQLITE,),
}


def measures(
    *,
    structures: int = STRUCTURES,
    aidants: int = AIDANTS,
    learners: int = LEARNERS,
    referrals: int = REFERRALS,
    requests: int = REQUESTS,
    places: Sequence[str] = PLACES,
    engines: Sequence[str] = (POSTGRESQL,),
) -> Iterator[Measure]:
    """Yield the time of each dashboard, of the counts of a day of work, and of all of them again."""
    sizes = {"STRUCTURES": structures, "AIDANTS": aidants, "LEARNERS": learners, "REFERRALS": referrals}
    settings = {"REQUESTS": requests, "PLACES": ",".join(places)}
    return on_each_engine(partial(_measured, sizes=sizes, settings=settings), engines)


def _measured(
    engine: str, database: str, *, sizes: dict[str, int], settings: dict[str, object]
) -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        report = json.loads(
            script("bench.steering_script", home=folder, database=database, **sizes, **settings).splitlines()[
                -1
            ]
        )
    size = (
        f"{sizes['STRUCTURES']} structures, {sizes['AIDANTS']} aidants, {sizes['LEARNERS']} personnes qui"
        f" apprennent, {sizes['REFERRALS']} orientations"
    )
    for page in report["pages"]:
        yield Measure(
            f"{page['name']}, {engine}, p95",
            page["p95"],
            "la première demande de toutes, qui compte sur place",
            page["first"],
            f"{size}, servie par deux programmes, {page['queries']} requêtes, médiane"
            f" {1000 * page['median']:.0f} ms",
        )
    for name, key in (
        ("compter à nouveau après une journée de travail", "day"),
        ("tout compter à nouveau", "whole"),
    ):
        yield Measure(
            f"{name}, {engine}",
            report[key],
            "chaque ligne lue et additionnée en Python, une somme par jour et par commune",
            report["naive"],
            f"{size}, {report['counts']} sommes gardées, processeur de Python {report[f'{key}_cpu']:.1f} s",
        )
