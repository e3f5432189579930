"""Folders of modules of a reader: those of the territories around their structure, then its own."""

from collections.abc import Sequence

from maillage.apps.directory.memberships.access import communes_of, holding_all, seat_of
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import access
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import scope_of
from maillage.apps.people.persons.models import Person


def of_structure(structure: Structure | None, followed: str = "") -> Sequence[str]:
    """Return the territories around a structure that have modules, the widest first, then the structure if it
    has some. followed: the territory whose link was followed, for whoever has no structure.
    """
    known, writing = contents.adapting(), contents.writing()
    home = seat_of(structure) or (communes_of(followed) if followed in known else None)
    scope = scope_of(structure.pk) if structure is not None else ""
    return (*holding_all(home or (), known), *([scope] if scope in writing else []))


def of_scope(scope: str) -> Sequence[str]:
    """Return the scopes whose modules are read through the link of a territory or of a structure."""
    return of_structure(access.scope_structure(scope), scope)


def of_person(person: Person) -> Sequence[str]:
    """Return the scopes whose modules are read with a card, whatever the browser that sends it."""
    if not contents.adapting() and not contents.writing():
        return ()
    return of_structure(access.home_of_person(person))
