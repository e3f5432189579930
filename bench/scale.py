"""Every page of every role, in made countries of several sizes: times, queries, weight of the page; on both
engines. Pages are those that links lead to, from the home of each role.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import Any

from bench import demonstration
from bench.timing import ENGINES, POSTGRESQL, SQLITE, Measure, on_each_engine, script

SHARES = (0.1, 1 / 3, 1.0)  # of a country of a hundred départements
REQUESTS = 20
LIMITS = {SQLITE: 0.4, POSTGRESQL: 0.2}  # seconds, p95
HEAVY = 300_000  # bytes of HTML
SPARE_QUERIES = 2  # queries: a page that follows, a figure that may be told
# Accounts of the demonstration; "" for a visitor.
ROLES = (
    *("", "aidant", "travail-social", "benevole", "formation", "structure"),
    *("coordination", "analyste", "administration"),
)
MOST = 400  # pages of a role
TRIAL = {
    "shares": (0.0004, 0.0008),
    "requests": 1,
    "roles": ("benevole",),
    "most": 12,
    "engines": (SQLITE,),
}
Pages = dict[tuple[str, str], dict[str, Any]]


def measures(
    *,
    shares: Sequence[float] = SHARES,
    requests: int = REQUESTS,
    roles: Sequence[str] = ROLES,
    most: int = MOST,
    engines: Sequence[str] = ENGINES,
) -> Iterator[Measure]:
    """Yield the costs of the pages of each role in the largest country, beside the smallest; then each page
    that is over a limit, or whose queries follow the size.
    """
    settings = {"REQUESTS": requests, "ROLES": ",".join(roles), "MOST": most}
    return on_each_engine(partial(_measured, shares=shares, roles=roles, settings=settings), engines)


def _measured(
    engine: str, database: str, *, shares: Sequence[float], roles: Sequence[str], settings: dict[str, object]
) -> Iterator[Measure]:
    pages_by_size: list[tuple[str, Pages, float]] = []
    with nullcontext() if database else demonstration.demonstration_home() as first:
        for number, share in enumerate(shares):
            report = _page_costs(first, database and _own_database(database, number), SHARE=share, **settings)
            pages = {(page["role"], page["name"]): page for page in report["pages"]}
            pages_by_size.append((f"{report['rows']} lignes", pages, report["made"]))
    (little, before, _), (much, after, seconds_to_fill) = pages_by_size[0], pages_by_size[-1]
    yield Measure(
        f"fabriquer un pays, {engine}",
        seconds_to_fill,
        f"le plus petit : {little}",
        pages_by_size[0][2],
        f"{much}, un seul fil",
    )
    for role in roles:
        yield from _of_role(role or "visiteur", engine, little, much, [
            (before[key], page) for key, page in after.items() if key[0] == role and key in before
        ])  # fmt: skip


def _page_costs(first: Path | None, database: str, **values: object) -> dict[str, Any]:
    """Return the costs of the pages of a made country, in a copy of a home folder or in an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        if first is not None:
            copytree(first, folder, dirs_exist_ok=True)
        printed = script("bench.scale_script", home=folder, database=database, **values)
    report: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return report


def _of_role(
    role: str, engine: str, little: str, much: str, pages: list[tuple[dict[str, Any], dict[str, Any]]]
) -> Iterator[Measure]:
    """Yield the page that takes longest of a role, and those over a limit."""
    if not pages:
        return
    pages.sort(key=lambda both: -both[1]["p95"])
    wrong = [
        (was, now)
        for was, now in pages
        if now["p95"] > LIMITS[engine]
        or now["bytes"] > HEAVY
        or now["queries"] > was["queries"] + SPARE_QUERIES
    ]
    former, slowest = pages[0]
    yield Measure(
        f"{role}, la plus lente de {len(pages)} pages, {engine}, p95",
        slowest["p95"],
        f"la même page, {little}",
        former["p95"],
        f"{much} ; {slowest['address']} ; {len(wrong)} pages au-dessus d’une limite",
    )
    for was, now in wrong:
        yield Measure(
            f"{role}, {now['address']}, {engine}, p95",
            now["p95"],
            f"la même page, {little}",
            was["p95"],
            f"{much} ; {was['queries']} puis {now['queries']} requêtes ; {now['bytes'] / 1000:.0f} ko ;"
            f" processeur {1000 * now['cpu']:.0f} ms",
        )


def _own_database(database: str, number: int) -> str:
    """Return the address of a database of its own on the same server."""
    from urllib.parse import urlsplit, urlunsplit

    import psycopg

    name = f"echelle_{number}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    parts = urlsplit(database)
    return urlunsplit(parts._replace(path=f"/{name}"))
