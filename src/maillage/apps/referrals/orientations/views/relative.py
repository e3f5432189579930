"""Helping somebody close, without account: four questions, a place, a card.

Only how many advices were given is written, unless the relative agrees to be counted and followed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places.access import lieux_for
from maillage.apps.people.persons import access
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import once_more
from maillage.apps.referrals.autonomy import access as autonomy_access
from maillage.apps.referrals.autonomy import actions as autonomy
from maillage.apps.referrals.autonomy import rules as diagnoses
from maillage.apps.referrals.autonomy.forms.answers import ScreeningForm
from maillage.apps.referrals.orientations.actions import sending
from maillage.apps.referrals.orientations.forms.need import RELATIVE_NEEDS, WhereForm
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import matching
from maillage.apps.referrals.orientations.rules.matching import PersonNeed
from maillage.apps.referrals.orientations.views import new, paper
from maillage.kernel.errors import Refused
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from maillage.words.languages import say, to_say

FOLLOWED_AN_HOUR = 10
MAX_PLACES = 6
KEY = "proche"  # of the session: the card that this browser had made
DISPLAY_TIME = timedelta(minutes=20)  # to print it: the next person at that computer must not read it
TOO_MANY = Refused(
    to_say("Nous ne pouvons pas suivre plus de parcours cette heure-ci."),
    why=to_say("Trop de demandes viennent de votre connexion."),
    do=to_say("Imprimez la carte sans suivi, ou attendez une heure."),
)


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice to a relative from four answers. need: the first to look for, '' for none."""

    title: str
    says: str
    need: str


ADVICES = {
    "procedure": Advice(
        to_say("D’abord, le papier à faire."),
        to_say("Il y a une date. Trouvez un lieu qui aide avant. Vous pouvez y aller ensemble."),
        "assistance",
    ),
    "bilan": Advice(
        to_say("Quelqu’un peut l’aider, près de chez lui."),
        to_say("Il n’a pas à tout faire seul, et vous non plus. Un lieu peut faire avec lui."),
        "assistance",
    ),
    "places": Advice(
        to_say("Un lieu proche peut suffire."),
        to_say("Il sait déjà faire des choses. Un ordinateur et quelqu’un à côté aident quand ça bloque."),
        "libre_acces",
    ),
    "nothing": Advice(
        to_say("Rien ne presse."),
        to_say("Si un jour ça bloque, vous saurez où aller. Gardez la carte d’un lieu."),
        "",
    ),
}


@require_safe
def opening(request: HttpRequest) -> HttpResponse:
    """Start of a relative: ask, find, print; three gestures, and the data never stored."""
    return render(request, "orientations/relative/opening.html", {"form": WhereForm()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Ask a relative the four questions of a counter. Only the advice is counted, never the answers."""
    if request.method == "POST":
        answers = ScreeningForm(request.POST).answers
        if not any(answers.values()):
            return redirect("relative_questions")  # nothing was said: asked again, and nothing is counted
        verdict = engine.screening(answers)
        if autonomy_access.may_count(request):
            autonomy.count(diagnoses.VERDICT, verdict, on=timezone.localdate())
        return redirect(f"{reverse('relative_advice')}?conseil={verdict}")
    context = {"questions": bilan.screening().values(), "unknown": bilan.unknown()}
    return render(request, "orientations/relative/questions.html", context)


@require_safe
def advice(request: HttpRequest) -> HttpResponse:
    """Advice on the first thing to do, in a sentence, and where to look."""
    advice = ADVICES.get(request.GET.get("conseil", ""))
    if advice is None:
        return redirect("relative")
    face = {"procedure": "reveil", "bilan": "a-deux", "places": "batiment", "nothing": "sourire"}
    context = {
        "advice": advice,
        "form": WhereForm(initial={"besoin": advice.need or "assistance"}),
        "face": face[request.GET["conseil"]],
    }
    return render(request, "orientations/relative/advice.html", context)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places that suit, around where the person lives; each says why."""
    form = WhereForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        spot, answer = new.find_spot(form.cleaned_data["ou"])
        if spot is None:
            none = say("Nous ne connaissons pas cet endroit. Écrivez une commune ou un code postal.")
            form.add_error("ou", say("Plusieurs endroits ont ce nom. Lequel ?") if answer.choices else none)
            context["choices"] = answer.choices
        else:
            person_need = PersonNeed(need=form.cleaned_data["besoin"], minutes=form.cleaned_data["marche"])
            matches = matching.match(person_need, spot, timezone.now(), limit=MAX_PLACES)
            context |= {"found": matches, "spot": spot, "ou": spot.label}
    status = 400 if form.is_bound and form.errors and not context.get("choices") else 200
    return render(request, "orientations/relative/places.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest, place: str) -> HttpResponse:
    """Show a chosen place: print its card, or have the way counted and followed by a nameless code."""
    lieu = get_object_or_404(lieux_for(request.user), slug=place, state="published")
    data = request.POST if request.method == "POST" else request.GET
    need = data.get("besoin", "")
    if need not in RELATIVE_NEEDS:
        raise Http404
    error = None
    if request.method == "POST":
        if not once_more(request, "proches", FOLLOWED_AN_HOUR):
            error = TOO_MANY
        else:
            try:
                at = timezone.now()
                row = sending.follow_relative(lieu=lieu, need=need, at=at, already=_carried(request))
            except Refused as refused:
                error = refused
            else:
                if row.person is None:
                    raise ValueError(f"referral {row.pk} was made for nobody")
                access.open_card(request, row.person, at, key=KEY)
                return redirect("relative_card")
    context = {
        "lieu": lieu,
        "need": need,
        "error": error,
        "shown": paper.on_paper(request, lieu, row=None, person=None)["shown"],
    }
    return render(request, "orientations/relative/chosen.html", context, status=400 if error else 200)


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """The card: of the place alone, or with the code of a way that is followed."""
    slug = request.GET.get("lieu", "")
    row = None if slug else _followed(request)
    lieu = row.lieu if row is not None else None
    if slug:
        lieu = get_object_or_404(lieux_for(request.user), slug=slug, state="published")
    if lieu is None:
        return redirect("relative")
    back = {"back": reverse("relative"), "back_words": say("Aider un proche"), "relative": True}
    person = row.person if row is not None else None
    context = paper.on_paper(request, lieu, row=row, person=person) | back
    return render(request, "orientations/paper/card.html", context)


def _followed(request: HttpRequest) -> Orientation | None:
    """Return the way that this browser had followed a moment ago, made by nobody's account."""
    carried_rows = Orientation.objects.filter(person=_carried(request) or 0, sender=None, from_structure=None)
    return carried_rows.select_related("lieu", "lieu__structure", "person").first()


def _carried(request: HttpRequest) -> Person | None:
    return access.card_in(request, timezone.now(), key=KEY, open_for=DISPLAY_TIME)
