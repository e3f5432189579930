"""Reminders of a person, past and to come, stopped when they say so."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.accounts.access import account_of, rights_of
from maillage.apps.orientations.actions.reminders import to_come
from maillage.apps.orientations.views.people import SEES, acting_for
from maillage.apps.people import access
from maillage.apps.reminders.actions import tasks
from maillage.apps.reminders.queries import lists
from maillage.web import refusals

GESTURES = {
    "plus": (tasks.refuse, "C’est noté : plus aucun rappel ne part."),
    "encore": (tasks.accept, "C’est noté : les rappels partent de nouveau."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The reminders of a person for the structures one acts for."""
    person = get_object_or_404(access.people_for(request.user), pk=pk)
    at = timezone.now()
    if request.method == "POST":
        if request.POST.get("geste") not in GESTURES:
            raise Http404
        act, confirmation = GESTURES[request.POST["geste"]]
        with refusals.as_message(request):
            act(person, by=account_of(request), at=at, acting=acting_for(request, person))
            messages.success(request, confirmation)
        return redirect("person_reminders", pk)
    rights = rights_of(request.user)
    own_structures = frozenset(id for right in SEES for id in rights.structures(right))
    context = {
        "person": person,
        "refusal": lists.refusal(person),
        "to_come": to_come(person, at, structures=own_structures),
        "planned": lists.of_person(person, at, structures=own_structures),
    }
    return render(request, "orientations/people/reminders.html", context)
