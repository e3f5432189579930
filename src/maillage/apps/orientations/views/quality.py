"""What the diagnosis is worth, with what became of its proposals: the page of a feature below, completed here."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maillage.apps.autonomy.views import quality
from maillage.apps.orientations.queries.measures import after_a_diagnosis


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return quality.answer(request, followed=after_a_diagnosis())
