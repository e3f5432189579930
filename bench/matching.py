"""Duplicates among places of a made-up country, beside every pair of each commune read with the rule in
use elsewhere.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz, utils

from bench.timing import Measure, seconds
from maillage.sources.cog import communes
from maillage.statistics.engine.chance import generator
from maillage.statistics.engine.duplicates import KINDS, Place, within

SIZES = (20_000, 100_000)
TRIAL = {"sizes": (400, 2_000)}
COPIES = 0.1  # share of places written a second time, otherwise
RULE_WITHIN, RULE_BETWEEN = 90, 83  # in one source, between two
RULE_SAME = 0.0004  # degrees

FIRST = (
    "Jean",
    "Paul",
    "Marie",
    "Louis",
    "Simone",
    "Georges",
    "Pierre",
    "André",
    "Jacques",
    "Rosa",
    "Olympe",
    "Victor",
)
LAST = (
    "Moulin",
    "Éluard",
    "Curie",
    "Aragon",
    "Veil",
    "Brassens",
    "Malraux",
    "Prévert",
    "Parks",
    "Hugo",
    "Zola",
    "Aubrac",
)
NETWORKS = (
    "Emmaüs Connect",
    "Secours populaire",
    "Restos du cœur",
    "Familles rurales",
    "ADMR",
    "Croix-Rouge",
    "APF",
)
WAYS = ("rue", "avenue", "place", "boulevard", "chemin", "allée")


def rule_score(a: Place, b: Place) -> int:
    """Return, 0 to 100, the mean likeness of streets, names and points in degrees; a missing point counts
    as the same.
    """
    distance = 0.0
    if None not in (a.latitude, a.longitude, b.latitude, b.longitude):
        distance = math.dist((a.latitude or 0, a.longitude or 0), (b.latitude or 0, b.longitude or 0))
    near = 100 if distance < RULE_SAME else math.floor(100 / (1000 * distance + 1))
    streets, names = (
        round(fuzz.ratio(one, other, processor=utils.default_process))
        for one, other in ((a.adresse, b.adresse), (a.nom, b.nom))
    )
    return math.floor((streets + names + near) / 3)


def rule_pairs(places: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that rule compares: those of one commune, whose kinds of place are not foreign to
    one another.
    """
    of_commune = defaultdict(list)
    for k, place in enumerate(places):
        if place.code_insee:
            of_commune[place.code_insee].append(k)
    for rows in of_commune.values():
        for a, b in combinations(rows, 2):
            one, other = places[a].typologies, places[b].typologies
            if not one or not other or one & other or {*one, *other} == {"RFS", "PIMMS"}:
                yield a, b


def country(n: int) -> list[Place]:
    """Return n places, one in ten of them written twice: few names, large towns, bare town halls,
    networks, missing cells.
    """
    chance = generator(1, "matching", n)
    table = communes()
    codes, names = table["code"].tolist(), table["name"].tolist()
    size = chance.permutation(
        1 / (np.arange(len(codes)) + 5.0)
    )  # the largest town holds a fiftieth of the country
    where = chance.choice(len(codes), n, p=size / size.sum())
    centres = np.column_stack([chance.uniform(43, 50, len(codes)), chance.uniform(-1, 7, len(codes))])
    points = centres[where] + chance.normal(0, 0.02, (n, 2))
    kinds = list(KINDS)
    out: list[Place] = []
    for k, town in enumerate(where.tolist()):
        if len(out) >= n:
            break
        draw = chance.integers(0, 1_000_000, 8).tolist()
        full_name = f"{FIRST[draw[0] % len(FIRST)]} {LAST[draw[1] % len(LAST)]}"
        named = (full_name, f"de {names[town]}", NETWORKS[draw[2] % len(NETWORKS)])[min(draw[3] % 5 // 2, 2)]
        place = Place(
            nom=f"{kinds[draw[4] % len(kinds)].capitalize()} {named}",
            adresse=(
                f"{1 + draw[5] % 90} {WAYS[draw[6] % len(WAYS)]} {FIRST[draw[7] % len(FIRST)]}"
                f" {LAST[draw[0] % len(LAST)]}"
            ),
            code_insee=codes[town],
            code_postal=f"{codes[town][:2]}{draw[1] % 10}00",
            latitude=float(points[k, 0]),
            longitude=float(points[k, 1]),
            precise=draw[2] % 4 > 0,
            pivot="",
            telephones=(f"+33{400_000_000 + draw[3] * 97 % 90_000_000}",) if draw[4] % 3 else (),
            courriels=(),
            sites=(f"https://www.{draw[5] % max(n // 3, 1)}.fr/",) if draw[6] % 2 else (),
            typologies=frozenset(),
            itinerant=False,
            commune=names[town],
        )
        out.append(place)
        if draw[7] < COPIES * 1_000_000:
            short = place.adresse.upper().replace("AVENUE", "AV").replace("BOULEVARD", "BD")
            out.append(replace(place, nom=place.nom.upper(), adresse=short, telephones=()))
    return out[:n]


def measures(*, sizes: tuple[int, int] = SIZES) -> list[Measure]:
    """Return the times of both sizes, then how time grows; past the first, the time of the loop follows
    its pairs.
    """
    rows, times = [], []
    pace = 0.0  # seconds a pair, read by the rule
    for n in sizes:
        places = country(n)
        n_found = len(within(places))
        times.append(seconds(lambda places=places: within(places)))  # type: ignore[misc]  # mypy infers no lambda with a default
        pairs = list(rule_pairs(places))
        if not pace:
            pace = seconds(
                lambda places=places, pairs=pairs: [  # type: ignore[misc]  # mypy infers no lambda with a default
                    rule_score(places[a], places[b]) for a, b in pairs
                ]
            )
            pace /= len(pairs)
        rows.append(
            Measure(
                f"doublons : {n} lieux",
                times[-1],
                f"toutes les paires d’une commune ({len(pairs)} paires, temps mis à l’échelle)",
                pace * len(pairs),
                f"{n_found} paires proposées",
            )
        )
    small, large = sizes
    rows.append(
        Measure(
            "doublons : croissance",
            times[1],
            f"{large // small} fois le temps de {small} lieux",
            large / small * times[0],
            f"{large} lieux contre {small}",
        )
    )
    return rows
