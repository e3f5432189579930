"""The person of a request about rights."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from maillage.apps.accounts.access import holding
from maillage.apps.directory.models import Structure
from maillage.apps.droits import access
from maillage.apps.droits.models import Fact
from maillage.apps.droits.queries import lines
from maillage.apps.droits.queries.lines import Line
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person

helping = holding(*access.HELPS)


def person_of(request: HttpRequest, pk: int) -> Person:
    """Return a person the user sees, or 404."""
    return get_object_or_404(people_for(request.user), pk=pk)


def structure_of(request: HttpRequest, person: Person) -> Structure | None:
    """Return the structure on whose behalf a user helps a person."""
    return next(iter(access.helping(request.user, person)), None)


def line_of(request: HttpRequest, person: Person, procedure: str) -> Line:
    """Return one procedure of a person who agrees that it be followed, or 404."""
    row = lines.one(request.user, person, procedure, timezone.localdate())
    if row is None or not lines.follows(person):
        raise Http404
    return row


def fact_of(request: HttpRequest, person: Person, pk: int) -> Fact:
    """Return a fact told for one of the user’s structures, or 404."""
    return get_object_or_404(access.facts_for(request.user, person), pk=pk)
