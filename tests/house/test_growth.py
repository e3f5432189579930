"""The queries of a page do not follow the number of rows: every address, for every role, with the rows of
a small world, then with each of them four times.
"""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.urls import get_resolver, reverse

from tests.house.test_rights import HOLDS, LISTS, REACHES, ROWS, World, once, routes, world
from tests.support import copies
from tests.support.profile import some

__all__ = ["once", "world"]  # the rows of everybody
pytestmark = pytest.mark.django_db
TIMES = 3
# The space has its own test; a page printed for a whole country is made beside.
APART = ("espace/", "compte/", "deconnexion", "accounts/")
PUBLIC = {
    **dict.fromkeys(("lieu", "lieu_print", "lieu_cards"), "lieu"),
    **dict.fromkeys(("paper", "indicators"), "place"),
    **dict.fromkeys(("workshop", "workshop_calendar", "workshop_poster"), "workshop"),
    **dict.fromkeys(("permanence_public", "permanence_calendar"), "permanence"),
    **dict.fromkeys(("workshops_of_structure", "permanences_of_structure"), "team"),
    "grant_public": "grant",
}
# Roles that reach together every address of the space: who reaches no other reads the same pages.
EVERY_ADDRESS = ["gestionnaire", "coordination", "formation", "benevole", "administration"]
BESIDE = 2  # queries: a plural, a page that follows
# Addresses that another role has read: what a process reads once for all, it has. The first to read one reads it twice.
READ: set[str] = set()


@pytest.mark.complete
@pytest.mark.slow("every address of the space, before and after there is more of everything")
@pytest.mark.parametrize("role", some(EVERY_ADDRESS, "gestionnaire", "coordination"))
def test_the_queries_of_a_page_of_the_space_do_not_follow_its_rows(client, world, role):
    client.force_login(world.users[role])
    wrong = grown(client, list(pages_of(world, role)))
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow("every public address, before and after there is more of everything")
def test_the_queries_of_a_public_page_do_not_follow_its_rows(client, world):
    wrong = grown(client, list(public(world)))
    assert not wrong, "\n".join(wrong)


def test_some_roles_reach_together_every_address_of_the_space():
    assert set().union(*(HOLDS[role] for role in EVERY_ADDRESS)) == set().union(*HOLDS.values())


def pages_of(world: World, role: str) -> Iterator[str]:
    """Yield the addresses that a role opens, with its own rows."""
    for name, needed in LISTS.items():
        if "all" in needed or needed & HOLDS[role]:
            yield reverse(name)
    for name, (needed, sort) in ROWS.items():
        if needed & HOLDS[role] and "own" in REACHES[role]:
            yield reverse(name, kwargs=world.rows["own"][sort])


def public(world: World) -> Iterator[str]:
    """Yield the addresses that ask for nothing, then those of a row."""
    for route, name in routes(get_resolver().url_patterns):
        if "<" not in route and name and not route.startswith(APART):
            yield f"/{route}"
    for name, sort in PUBLIC.items():
        yield reverse(name, kwargs=world.rows["own"][sort])


def grown(client, addresses: list[str]) -> list[str]:
    """Return the addresses whose queries grew with the rows, and the query made once more for each."""
    before = {each: made for each in addresses if (made := queries(client, each)) is not None}
    before = {each: made if each in READ else queries(client, each) or made for each, made in before.items()}
    READ.update(before)
    assert len(before) > len(addresses) // 3, "few of these addresses answer a reading"
    assert copies.multiply(TIMES) > TIMES * 100
    for cache in ("default", "reads"):
        caches[cache].clear()
    wrong = []
    for address, least in before.items():
        after = queries(client, address)
        if after is not None and len(after) > len(least) + BESIDE:
            after = min(after, queries(client, address) or after, key=len)
        if after is not None and len(after) > len(least) + BESIDE:
            wrong.append(f"{address}: {len(least)} → {len(after)}, {copies.repeated(after, least)}")
    return wrong


def queries(client, address: str) -> list[str] | None:
    """Return the queries that a page makes; None for what is not a page, or does not answer a reading."""
    with transaction.atomic():
        with connection.execute_wrapper(counted := copies.Queries()):
            answer = client.get(address)
            if answer.streaming:
                list(answer.streaming_content)
        transaction.set_rollback(True)
    return counted.made if answer.status_code == 200 else None
