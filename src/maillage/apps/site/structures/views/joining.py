"""Joining the network, without an account: what one gains, the application, its code; the answer."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.memberships.access import current
from maillage.apps.directory.memberships.actions.recoveries import digest
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import account_of, count, counted, holding
from maillage.apps.platform.messages.queries import leaves
from maillage.apps.site.structures import access
from maillage.apps.site.structures.actions import joining as actions
from maillage.apps.site.structures.forms.joining import (
    ApplicationForm,
    CodeForm,
    HandoverForm,
    StartForm,
    WelcomeForm,
)
from maillage.apps.site.structures.models import Application, Handover
from maillage.apps.site.structures.queries import joining as queries
from maillage.apps.site.structures.queries import profiles
from maillage.apps.site.structures.rules import joining as rules
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.web.long_lists import back, long_list, report, selection
from maillage.words.languages import say, to_say

TOO_MANY = Refused(
    to_say("Votre demande n’est pas partie."),
    why=to_say("Trop de demandes sont venues de votre connexion cette heure-ci."),
    do=to_say("Revenez dans une heure. Ce que vous avez écrit n’est pas gardé ici."),
)
WRONG_CODES = Refused(
    to_say("Trop de codes faux ont été essayés."),
    why=to_say("C’est pour protéger les accès de tous."),
    do=to_say("Revenez dans une heure, avec votre papier."),
)
CODE = "code_d_entree"  # of the session: shown on one page, for the time to write it down
CODE_LIFETIME = timedelta(minutes=15)  # then a shared computer shows it to nobody


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Name and place of a structure that joins; then its benefits."""
    form = StartForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "parts": rules.PARTS}
    if form.is_bound and form.is_valid():
        code, choices = queries.commune_of(form.cleaned_data["ou"])
        if code:
            return redirect(f"{reverse('join_apply', args=[code])}?{request.GET.urlencode()}")
        if choices:
            context |= {"choices": choices, "name": form.cleaned_data["nom"]}
        else:
            form.add_error(
                "ou", say("Cette commune n’est pas reconnue. Vérifiez son nom, ou écrivez son code postal.")
            )
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "network/start.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, commune: str) -> HttpResponse:
    """Benefits of joining for a structure of this commune, and its application."""
    name = (request.POST.get("nom") or request.GET.get("nom", "")).strip()[:150]
    if not name:
        return redirect("join")
    at = timezone.localtime()
    gain = queries.gain(commune, at)
    if not gain.name:
        raise Http404
    form = ApplicationForm(
        request.POST or None,
        alike=queries.alike(name, commune),
        initial={"jeton": get_random_string(24)},
    )
    error = None
    if form.is_bound and form.is_valid():
        if not access.may_apply(request):
            return refusals.page(request, TOO_MANY, status=429)
        try:
            _, code = actions.apply(name=name, commune=commune, at=at, **form.values)
        except Refused as refused:
            error = refused
        else:
            if code:
                request.session[CODE] = [code, at.isoformat()]
            return redirect("join_sent")
    context = {"form": form, "gain": gain, "name": name, "error": error, "asks": rules.ASKS}
    return render(request, "network/apply.html", context, status=400 if error or form.errors else 200)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The code to write on paper, once."""
    code = ""
    match request.session.get(CODE):
        case [held, since] if abs(timezone.now() - datetime.fromisoformat(since)) < CODE_LIFETIME:
            code = held
    if not code:
        request.session.pop(CODE, None)
        return redirect("join_follow")
    return render(request, "network/sent.html", {"code": code, "within": rules.ANSWER_WITHIN.days})


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Follow-up of an application, with its code; then the account that it opens."""
    form = CodeForm(request.POST or None)
    if form.is_bound and counted(request, "codes-entree") >= rules.WRONG_CODES_AN_HOUR:
        return refusals.page(request, WRONG_CODES, status=429)
    if not (form.is_bound and form.is_valid()):
        status = 400 if form.errors else 200
        return render(request, "network/follow.html", {"form": form}, status=status)
    code = form.cleaned_data["code"]
    row = queries.by_code(digest(code))
    if row is None:
        count(request, "codes-entree")
        form.add_error("code", say("Ce code n’est pas valable. Vérifiez chaque signe sur votre papier."))
        return render(request, "network/follow.html", {"form": form}, status=400)
    request.session.pop(CODE, None)
    if request.POST.get("geste") == "ouvrir":
        try:
            token = actions.open_account(row, at=timezone.localtime())
        except Refused as refused:
            return refusals.page(request, refused, status=409)
        return redirect("invitation", token)
    context = {"form": form, "found": row, "code": code, "parts": rules.parts_text(row.parts)}
    return render(request, "network/follow.html", context)


# ---------------------------------------------------------------------------------------- the coordination


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def applications(request: HttpRequest) -> HttpResponse:
    """The applications of a territory: those to answer, then those answered; several refused at once."""
    if not access.holds_territory(request.user):
        raise Http404
    at, rows = timezone.localtime(), access.applications_for(request.user)
    if request.method == "POST":
        _refuse_several(request, list(rows.filter(state=rules.PENDING, pk__in=selection(request))))
        return back(request, "applications")
    pending = [
        (row, commune_name(row.commune), at - row.made_at > rules.ANSWER_WITHIN)
        for row in rows.filter(state=rules.PENDING)
    ]
    context = {
        "pending": long_list(request, pending, words=lambda pair: f"{pair[0].name} {pair[1]}"),
        "engagement": profiles.engagement(request.user),
        "answered": rows.exclude(state=rules.PENDING).order_by("-decided_at", "-pk")[:60],
        "tab": "entrees",
    }
    return render(request, "network/applications.html", context)


def _refuse_several(request: HttpRequest, rows: list[Application]) -> None:
    by, at, failed = account_of(request), timezone.localtime(), dict[str, list[str]]()
    for row in rows:
        try:
            actions.refuse(row, reason=request.POST.get("raison", ""), by=by, at=at)
        except Refused as refused:
            failed.setdefault(" ".join(refused.sentences[1:]), []).append(row.name)
    done = len(rows) - sum(map(len, failed.values()))
    success = "Demande refusée." if done == 1 else f"{done} demandes refusées."
    report(
        request, rows, done, failed, success=f"{success} Une erreur se reprend plus bas, demande par demande."
    )


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: welcome it, refuse it, take it up again."""
    row = get_object_or_404(access.applications_for(request.user), pk=pk)
    at = timezone.localtime()
    known = _known(row)
    geste = request.POST.get("geste", "")
    form = WelcomeForm(request.POST if geste == "accueillir" else None, structures=known)
    if geste == "accueillir" and form.is_valid():
        with refusals.as_message(request):
            actions.welcome(
                row,
                check=form.cleaned_data["verifiee"],
                structure=form.structure,
                by=account_of(request),
                at=at,
            )
            messages.success(request, "La structure est accueillie. Son code ouvre maintenant un compte.")
        return redirect("application", pk)
    if geste in ("refuser", "reprendre"):
        with refusals.as_message(request):
            if geste == "refuser":
                actions.refuse(row, reason=request.POST.get("raison", ""), by=account_of(request), at=at)
                messages.success(request, "La demande est refusée. La structure lira pourquoi.")
            else:
                actions.reconsider(row, by=account_of(request), at=at)
                messages.success(request, "La demande est de nouveau à lire.")
        return redirect("application", pk)
    context = {
        "row": row,
        "form": form,
        "town": commune_name(row.commune),
        "parts": rules.parts_text(row.parts),
        "teams": [(each, queries.team_of(each, at)) for each in known],
        "mail_leaves": leaves("email"),
        "is_open": row.invitation is not None and row.invitation.used_at is not None,
        "tab": "entrees",
    }
    return render(request, "network/application.html", context, status=400 if form.errors else 200)


def _known(row: Any) -> list[Structure]:
    """Return the structures of the directory that an application may be: the one it chose first."""
    by_pk = {row.lieu.structure_id: row.lieu.structure} if row.lieu is not None else {}
    by_pk |= {each.pk: each for each in queries.same_named(row) if each.pk not in by_pk}
    return list(by_pk.values())


# -------------------------------------------------------------------------------------------- handing over


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """A referent who leaves: who follows, until when; the link shown once."""
    user, at = account_of(request), timezone.localtime()
    memberships = {
        str(each.structure_id): each
        for each in current(at.date()).filter(user=user, role=actions.REFERENT).select_related("structure")
    }
    if not memberships:
        raise Http404
    form = HandoverForm(
        request.POST or None,
        structures={pk: str(membership.structure) for pk, membership in memberships.items()},
    )
    error = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            row, token = actions.hand_over(
                memberships[clean["structure"]],
                for_whom=clean["pour_qui"],
                leaves_on=clean["jusquau"],
                by=user,
                at=at,
            )
        except Refused as refused:
            error = refused
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[token]))
            return render(request, "network/handover_link.html", {"row": row, "link": link})
    context = {"form": form, "error": error, "rows": access.handovers_for(user).filter(ended_at=None)}
    return render(request, "network/handover.html", context, status=400 if error or form.errors else 200)


@holding(access.MANAGE)
@require_POST
def handover_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a handover off."""
    row: Handover = get_object_or_404(access.handovers_for(account_of(request)), pk=pk)
    actions.cancel_handover(row, by=account_of(request), at=timezone.localtime())
    messages.success(request, "Le relais est annulé : vous restez responsable, et le lien ne s’ouvre plus.")
    return redirect("handover")
