"""Calling back the persons received a month or two ago."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import recalls as actions
from maillage.apps.agenda.queries import recalls as queries
from maillage.apps.agenda.rules.recalls import OUTCOMES
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number


@holding(access.SEE, access.SEE_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def recalls(request: HttpRequest) -> HttpResponse:
    """Show the persons to call back, and record the outcome."""
    at = timezone.now()
    if request.method == "POST":
        pk = whole_number(request.POST.get("personne", ""), ROWS)
        person = get_object_or_404(people_for(request.user), pk=pk)
        outcome = request.POST.get("suite", "")
        try:
            actions.settle(person, outcome, by=account_of(request), at=at)
            messages.success(request, f"{person} : {OUTCOMES[outcome].lower()}, c’est noté.")
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
        return redirect("recalls")
    visible_numbers = set(people_for(request.user).values_list("pk", flat=True))
    recall_rows = [
        recall for recall in queries.pending_recalls(request.user, at) if recall.person.pk in visible_numbers
    ]
    return render(
        request, "agenda/appointments/recalls.html", {"recalls": recall_rows, "outcomes": OUTCOMES.items()}
    )
