"""The load of acts in a territory: where the time goes, on whom it falls, what learning would cost."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.forms.filters import AssumptionForm
from maillage.apps.people.actes.queries import load as queries
from maillage.apps.platform.accounts.access import holding, rights_of
from maillage.kernel.estimate import Withheld
from maillage.words import wording
from maillage.words.dates import in_words

YEAR = timedelta(days=365)


@holding(access.MEASURES)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Minutes by month and by type of structure; the part of social workers; in place against learning."""
    form = AssumptionForm(request.GET, initial={})
    since, until, assumptions = form.period(timezone.localdate(), YEAR)
    initial = {"du": since, "au": until, "place": assumptions.in_place, "apprendre": assumptions.learning}
    initial = {name: int(value) if isinstance(value, float) else value for name, value in initial.items()}
    result = queries.load(rights_of(request.user).communes(access.MEASURES), since, until, assumptions)
    context: dict[str, Any] = {
        "form": AssumptionForm(initial | {"places": int(assumptions.seats)}),
        "load": result,
        "since": in_words(since),
        "until": in_words(until),
        "kinds": rules.KINDS.values(),
        "tables": [("Par mois", "Mois", result.months), ("Par type de structure", "Type", result.kinds)],
        "given": assumptions,
        "cost": result.cost,
    }
    if isinstance(result.social, Withheld):
        context["social_withheld"] = result.social.reason
    else:
        context["social"] = wording.survey_share(result.social)
        context["social_n"] = result.social.n
    return render(request, "actes/load.html", context)
