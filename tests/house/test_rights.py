"""The matrix: every address, every role, every row: one's own, another structure's, another territory's. 404
for what is not yours.

Whoever adds an address says here who opens it: an address that is in no table fails.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy, deepcopy
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, transaction
from django.http import HttpResponseNotFound
from django.urls import ResolverMatch, URLResolver, get_resolver, reverse

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import exports
from maillage.apps.learning import access as learning
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.rules.rights import RIGHTS
from maillage.apps.territories.models import Marking, Perimeter
from maillage.kernel.errors import Refused
from maillage.manage.sign_in.adapter import Backend
from maillage.modules import authoring
from maillage.publishing.page import drawings
from tests.support.matrix import (
    FILES,
    HOLDS,
    KINDS,
    LISTS,
    OPEN,
    PLATFORM,
    REACHES,
    ROWS,
    SENT,
    SEPARATELY_TESTED,
)
from tests.support.routes import address_of, routes
from tests.support.world import SEATS

pytestmark = pytest.mark.django_db


def test_every_address_says_who_opens_it():
    listed_names = {*LISTS, *ROWS, *FILES, *PLATFORM, *OPEN}
    silent = [route for route, name in routes() if route.startswith("espace/") and name not in listed_names]
    assert silent == []
    names = {name for _, name in routes()}
    assert listed_names - names == set()


def test_a_name_leads_to_one_page():
    """Two pages of one name: each link to it leads to the last one."""
    alone = {"services", "search", "sources"}  # pages of the API, under a name of their own
    named = Counter(name for _, name in routes() if name and name not in alone)
    assert [name for name, n in named.items() if n > 1 and name != "values"] == []


@pytest.fixture(autouse=True)
def _bare_refusals(monkeypatch) -> None:
    """Answer a refusal without its page, which has its own tests: its status alone is read here, eight thousand
    times.
    """
    monkeypatch.setattr("maillage.manage.urls.handler404", lambda request, exception: HttpResponseNotFound())
    monkeypatch.setattr(get_resolver(), "resolve", _answered_by)


@cache
def _answered_by(address: str) -> ResolverMatch:
    """Return the route of an address, resolved once for the ten roles that read and write it: a tenth of the time."""
    return URLResolver.resolve(get_resolver(), address)


@pytest.fixture
def enter(client, world, monkeypatch) -> Callable[[str], None]:
    """Sign in with a role. What a request changes is put back, so that its session, its account and what this one may
    do are what they were: they are read once for the fifteen hundred requests of a role, a third of the time.
    """

    def read_once(owner: Any, name: str, key: str, copied: Callable[[Any], Any] = copy) -> None:
        read, known = getattr(owner, name), {}

        def again(self: Any, *arguments: Any) -> Any:
            which = getattr(self, key, None), arguments
            if which not in known:
                known[which] = read(self, *arguments)
            return copied(known[which])

        monkeypatch.setattr(owner, name, again)

    def sign_in(role: str) -> None:
        if role != "nobody":
            client.force_login(world.users[role])
            client.get("/espace/")
            read_once(SessionStore, "load", "session_key", deepcopy)
            read_once(Backend, "get_user", "")
            read_once(memberships, "rights_from_roles", "pk")

    return sign_in


def ask(client, method: str, address: str, sent: dict[str, str] | None = None) -> int:
    """Ask, and put everything back as it was."""
    with transaction.atomic():
        status = getattr(client, method)(address, sent or {}).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.slow("every address with a row, by every kind of row, read and written")
@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_a_row_that_is_not_yours_does_not_exist(client, world, enter, role):
    enter(role)
    wrong = []
    for name, (needed, sort) in ROWS.items():
        for kind in KINDS:
            reached = role != "nobody" and bool(needed & HOLDS[role]) and kind in REACHES[role]
            wrong += tried(
                client, name, world.rows[kind][sort], kind, reached=reached, stranger=role == "nobody"
            )
    for name, sort in PLATFORM.items():
        reached = "run" in HOLDS.get(role, ())
        wrong += tried(
            client, name, world.rows["own"][sort], "platform", reached=reached, stranger=role == "nobody"
        )
    assert wrong == []


def tried(
    client, name: str, filled: dict[str, Any], kind: str, *, reached: bool, stranger: bool
) -> list[str]:
    """Return a line when an address answers a reading or a writing otherwise than it should, else nothing."""
    address = reverse(name, kwargs=filled)
    got = {"get": ask(client, "get", address), "post": ask(client, "post", address, SENT.get(name))}
    if reached:  # one of the two is answered; the other may not be a way in
        right = any(status not in (403, 404, 405, 500) for status in got.values()) and 404 not in (
            got["get"],
        )
    else:
        right = all(status in (404, 405, *((302,) if stranger else ())) for status in got.values())
    return [] if right else [f"{name} ({kind}) {'should open' if reached else 'should not exist'}: {got}"]


PROVEN = [role for role in HOLDS if role != "pedagogie"]  # sees people or their answers, or decides who does


@pytest.mark.parametrize("role", PROVEN)
def test_a_password_alone_opens_no_address_of_the_space(client, world, enter, role):
    User.objects.filter(pk=world.users[role].pk).update(is_demonstration=False)
    world.users[role].refresh_from_db()
    enter(role)
    space = [route for route, _ in routes() if route.startswith("espace/")]
    opened = []
    for route in space:
        for method in ("get", "post"):
            answer = getattr(client, method)(address_of(route))
            if not answer.headers.get("Location", "").startswith(reverse("mfa_index")):
                opened.append(f"{method} {route}: {answer.status_code}")
    assert opened == []


@pytest.mark.parametrize("role", HOLDS)
def test_a_right_reaches_what_its_role_reaches_and_no_further(world, role):
    """Ce qu’un geste demande d’une structure ou d’une commune : la sienne, celle d’à côté, celle d’un autre territoire."""
    role_rights = memberships.rights_from_roles(world.users[role])
    structures = {
        kind: Lieu.objects.filter(name=f"Lieu {kind}").earliest("pk").structure_id for kind in KINDS
    }
    of_territory = role in ("coordination", "pedagogie", "analyste", "administration")
    where = REACHES[role] if of_territory else set()
    granted_rights = [right for right in RIGHTS if role_rights.any(right)]
    assert granted_rights
    for right in granted_rights:
        reached = {kind for kind in KINDS if role_rights.may(right, commune=SEATS[kind][0])}
        assert reached == where, f"{right}: communes"
        reached = {kind for kind in KINDS if role_rights.may(right, structure=structures[kind])}
        assert reached == (set(KINDS) if role == "administration" else {"own"} - where), (
            f"{right}: structures"
        )
        assert role_rights.may(right) == (role == "administration"), f"{right}: nowhere"
    assert not any(
        role_rights.may(right, structure=structures["own"]) for right in RIGHTS if right not in granted_rights
    )


@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_a_list_opens_to_who_holds_it(client, enter, role):
    enter(role)
    wrong = []
    for name, needed in LISTS.items():
        got = ask(client, "get", reverse(name))
        if role == "nobody":
            right = got in (302, 405)
        elif "all" in needed or needed & HOLDS[role]:
            right = got in (200, 302, 405)
        else:
            right = got in (404, 405)
        if not right:
            wrong.append(f"{name}: {got}")
    assert wrong == []


@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_the_files_of_the_platform_open_to_who_holds_a_territory(client, world, enter, role, home):
    own = learning.scopes_of(world.users["formation"])[0]
    authoring_again(own)
    enter(role)
    wrong = []
    for name, (needed, filled) in FILES.items():
        queries = {"module_drawing": "?ou=etapes 1 › dessins 1", "module_take": f"?de={own}"}
        address = reverse(name, kwargs=filled) + queries.get(name, "")
        sent = {"langue": "uk", "de": own}
        got = {"get": ask(client, "get", address), "post": ask(client, "post", address, sent)}
        if role == "nobody":
            right = set(got.values()) <= {302, 405}
        elif needed & HOLDS[role]:
            right = any(status in (200, 302, 400, 409) for status in got.values()) and 404 not in got.values()
        else:
            right = set(got.values()) <= {404, 405}
        authoring_again(own)
        if not right:
            wrong.append(f"{name}: {got}")
    assert wrong == []


FORMULA = ' "=HYPERLINK(1)'


def test_no_file_that_a_page_gives_holds_a_formula(client, world):
    """Whatever the names say, in each table of each archive; an account of each role asks what it may."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.name in ("name", "title", "lieu_name", "operator") and not column.choices:
                with suppress(IntegrityError), transaction.atomic():
                    model._base_manager.update(**{column.name: FORMULA})
    for lieu in Lieu.objects.all():
        Lieu.objects.filter(pk=lieu.pk).update(sheet=lieu.sheet | {"nom": FORMULA})
    tables: dict[str, list[str]] = {}
    for name, filled in (
        *((name, world.rows["own"][sort]) for name, (_, sort) in ROWS.items()),
        *((name, {}) for name in LISTS),
        *(("data_file", {"name": name}) for name in exports.FILES),
    ):
        address = reverse(name, kwargs=filled)
        if not re.search(r"\.(csv|xlsx|zip)$", address):
            continue
        answers = (client.get(address) for role in HOLDS if not client.force_login(world.users[role]))
        opened = next((answer for answer in answers if answer.status_code == 200), None)
        if opened is not None:
            tables |= {f"{name} {part}": cells for part, cells in cells_of(opened.getvalue(), address)}
    formulas = [
        (part, cell) for part, cells in tables.items() for cell in cells if cell.strip(' "').startswith("=")
    ]
    assert formulas == []
    assert sum(f"'{FORMULA}" in cells for cells in tables.values()) >= 10, sorted(tables)


def cells_of(content: bytes, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables of a file by name, and the cells of each."""
    if name.endswith((".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                assert not part.startswith("xl/worksheets") or b"<f>" not in archive.read(part), name
                yield from cells_of(archive.read(part), part)
    elif name.endswith(".csv"):
        yield name, [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


def authoring_again(scope: str) -> None:
    """Put back the module that a gesture may have taken away. scope: of the structure that writes one too."""
    for module_folder in (
        contents.folder_of("38").parents[1],
        contents.folder_of("38"),
        contents.folder_of(scope),
    ):
        with suppress(Refused):
            authoring.adapt(module_folder, "tenir-la-souris", drawings=frozenset(drawings.names()))


def test_every_other_address_with_a_row_answers_a_stranger_without_it(client, db):
    """Une page publique, la connexion, ou 404 ; jamais la ligne de quelqu’un."""
    tried_ = 0
    for route, name in routes():
        if "<" in route and name not in ROWS:
            address = address_of(route)
            assert client.get(address).status_code in (302, 404, 405) or SEPARATELY_TESTED.match(route), (
                address
            )
            assert client.post(address).status_code in (302, 403, 404, 405) or SEPARATELY_TESTED.match(
                route
            ), address
            tried_ += 1
    assert tried_ > 12
    assert not Perimeter.objects.exists()
    assert not Marking.objects.exists()
