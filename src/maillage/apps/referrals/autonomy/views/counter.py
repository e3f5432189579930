"""The four questions of a counter: one screen, one advice, and only the advice is counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.apps.referrals.autonomy import access, rules
from maillage.apps.referrals.autonomy.forms.answers import ScreeningForm
from maillage.apps.referrals.autonomy.views.questions import count
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest) -> HttpResponse:
    """Four questions said aloud, and what to propose."""
    answers = ScreeningForm(request.POST).answers
    context = {
        "opening": bilan.screening_opening(),
        "questions": [
            (
                question,
                [(option, answers.get(id) == option.id) for option in question.options.values()],
                answers.get(id),
            )
            for id, question in bilan.screening().items()
        ],
        "unknown": bilan.unknown(),
    }
    if request.method == "POST" and not any(answers.values()):
        context["empty"] = True
    elif request.method == "POST":
        verdict = bilan.verdicts()[engine.screening(answers)]
        structures = list(
            access.structures_for(request.user)[:2]
        )  # the advice counts for a counter only when there is no doubt which
        count(request, rules.VERDICT, verdict.id, structure=structures[0] if len(structures) == 1 else None)
        context["verdict"] = verdict
    return render(request, "autonomy/screening.html", context, status=400 if context.get("empty") else 200)
