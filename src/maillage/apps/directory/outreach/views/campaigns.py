"""Rounds of confirmations: opening one, calling, writing, closing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.actions import campaigns as actions
from maillage.apps.directory.outreach.models import Campaign
from maillage.apps.directory.outreach.queries import campaigns, letters
from maillage.apps.directory.places import access as directory_access
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.codes import in_halves
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.web import refusals
from maillage.words.dates import MONTHS
from maillage.words.wording import count

MOST = 2_000


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The campaigns, and a new one: first how many sheets it would hold, then opened."""
    at = timezone.localtime()
    values = request.POST if request.method == "POST" else request.GET
    name, territory_text = values.get("nom", "").strip()[:120], values.get("territoire", "").strip()[:100]
    most = values.get("au_plus", "").strip()
    slugs = values.getlist("fiches")[:MOST]
    context: dict[str, Any] = {
        "campaigns": campaigns.campaigns(request.user),
        "slugs": slugs,
        "name": name or f"Confirmations de {MONTHS[at.month - 1]} {at.year}",
        "typed": territory_text,
        "most": most,
    }
    if "territoire" in values:
        try:
            ground = campaigns.ground_named(territory_text)
            if not directory_access.holds(request.user, ground.lieux_communes if ground else ()):
                raise Refused(
                    "La campagne n’est pas prête.",
                    why="Ce territoire dépasse celui que vous coordonnez.",
                    do="Écrivez le nom de votre territoire, ou d’une de ses communes.",
                )
            if most and not whole_number(most, MOST):
                raise Refused(
                    "La campagne n’est pas prête.",
                    why=f"« {most[:20]} » n’est pas un nombre de fiches.",
                    do=f"Écrivez un nombre de 1 à {MOST}, ou videz la case.",
                )
            eligible_places = (
                campaigns.chosen(ground, slugs) if slugs else campaigns.to_confirm(ground, on=at.date())
            )
            lieux = eligible_places[: whole_number(most, MOST) or MOST]
            if request.method == "POST":
                place = ground.place if ground else ""
                opened = actions.open_round(
                    name=name, territory=place, lieux=lieux, by=account_of(request), at=at
                )
                messages.success(request, f"Campagne ouverte : {count(len(lieux), 'fiche')} à confirmer.")
                return redirect("campaign", opened.pk)
        except Refused as error:
            context["error"] = error
        else:
            first = [(lieu, places.fresh(lieu, at.date()).words) for lieu in lieux[:5]]
            context |= {
                "asked": True,
                "due": len(eligible_places),
                "n": len(lieux),
                "first": first,
                "ground": ground,
            }
    return render(
        request, "outreach/campaigns/index.html", context, status=400 if "error" in context else 200
    )


@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """A campaign: whom to call, what to ask, what they said."""
    row = _campaign(request, pk)
    at = timezone.localtime()
    start = request.GET.get("a_partir", "")
    page = campaigns.sheets(row, request.user, at, whole_number(start) or 0)
    lines = [(title, [(line, _draft(request, line)) for line in section]) for title, section in page.sections]
    ready = letters.ready(row, request.user, at=at)
    context = {
        "campaign": row,
        "shown": page,
        "sections": lines,
        "first": len(ready.first),
        "again": len(ready.again),
        "written": letters.written(row),
    }
    return render(request, "outreach/campaigns/campaign.html", context)


def _draft(request: HttpRequest, line: campaigns.Line) -> campaigns.Draft | None:
    if not line.code:
        return None
    address = request.build_absolute_uri(reverse("personal", args=[line.code]))
    return campaigns.draft(line.call.lieu, address, signed=str(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Note what a call gave."""
    current = _campaign(request, pk)
    calls = access.calls_for(request.user, current).select_related("campaign", "lieu")
    row = get_object_or_404(calls, lieu__slug=code)
    if request.method == "GET":  # a session that ended in between: the person signs in, and chooses again
        return redirect("campaign", current.pk)
    state = request.POST.get("etat", "")
    with refusals.as_message(request):
        actions.answer(
            row, state, note=request.POST.get("note", ""), by=account_of(request), at=timezone.localtime()
        )
        messages.success(request, f"« {row.lieu.name} » : {rules.CALL_STATES[state]}.")
    return redirect("campaign", current.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def give_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the personal links that are missing."""
    row = _campaign(request, pk)
    if request.method == "POST":
        with refusals.as_message(request):
            n = actions.give_links(row, by=account_of(request), at=timezone.localtime())
            messages.success(request, f"{n} lien{'s' * (n > 1)} prêt{'s' * (n > 1)}.")
    return redirect("campaign", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to those who have an address, and remind those who let a week pass."""
    row = _campaign(request, pk)

    def write(lieu: Lieu) -> campaigns.Draft:
        address = request.build_absolute_uri(reverse("personal", args=[in_halves(lieu.code or "")]))
        return campaigns.draft(lieu, address, signed=str(request.user))

    if request.method == "POST":
        with refusals.as_message(request):
            n = actions.send(row, write=write, by=account_of(request), at=timezone.localtime())
            plural = "s" * (n > 1)
            messages.success(
                request, f"{n} message{plural} prêt{plural} : {'ils partent' if n > 1 else 'il part'}."
            )
    return redirect("campaign", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a campaign."""
    row = _campaign(request, pk)
    if request.method == "POST":
        with refusals.as_message(request):
            actions.close(row, by=account_of(request), at=timezone.localtime())
            messages.success(request, f"« {row.name} » est close. Ce qui a été noté reste lisible.")
    return redirect("campaign", row.pk)


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    """Return a campaign; to a stranger, none exists."""
    return get_object_or_404(access.campaigns_for(request.user), pk=pk)
