"""A sheet in the hands of whoever runs the place: by its code, without an account; on paper, and typed in
from it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.actions import links as actions
from maillage.apps.directory.places.forms.personal import (
    BOXES,
    ONLINE,
    ClosureForm,
    CodeForm,
    FullForm,
    SheetForm,
)
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import doubts, history, links, places
from maillage.apps.platform.accounts.access import count, counted, holding
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.reference import offer
from maillage.web import printing, refusals
from maillage.web.withdrawal import was_withdrawn
from maillage.words.opening import date_text
from maillage.words.wording import listing, lower_first

WRONG_AN_HOUR = 30  # codes that open nothing, from one connection
WRONG = Refused(
    "Ce code n’ouvre aucune fiche.",
    why="Il a été mal recopié, ou remplacé par un nouveau.",
    do="Vérifiez ses 8 signes, ou demandez-le à la personne qui vous l’a donné.",
)
TOO_MANY = Refused(
    "Trop de codes ont été essayés depuis votre connexion.",
    why="Cette limite protège les fiches de ceux qui essaieraient des codes au hasard.",
    do="Attendez une heure, puis recommencez.",
)
PUBLIC_FIELDS = {  # what a person reads of a field that was written or that awaits
    "rhythm": "le rythme",
    "text": "votre message",
    "practices": "ce qu’on y trouve",
    "fermetures": "la fermeture",
}


# ------------------------------------------------------------------------------------------------------ codes


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code of a sheet."""
    if request.method == "GET":
        return render(request, "directory/personal/code.html", {"form": CodeForm()})
    typed = request.POST.get("code", "")
    if not _may_try(request):
        return refusals.page(request, TOO_MANY, status=429)
    lieu = links.by_code(typed)
    return (
        _unknown(request, typed) if lieu is None else redirect("personal", codes.in_halves(codes.read(typed)))
    )


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass a view the place that a code opens. A wrong, old or made-up code always gets the same answer."""

    @never_cache
    @wraps(view)
    def answer(request: HttpRequest, code: str) -> HttpResponse:
        if not _may_try(request):
            return refusals.page(request, TOO_MANY, status=429)
        lieu = links.by_code(code)
        if lieu is None:
            return _unknown(request, code)
        response = view(request, lieu, codes.in_halves(codes.read(code)))
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer


def _unknown(request: HttpRequest, typed: str) -> HttpResponse:
    count(request, "codes")
    context = {"form": CodeForm(), "error": WRONG}
    return render(request, "directory/personal/code.html", context, status=404)


def _may_try(request: HttpRequest) -> bool:
    """Allow one more code this hour to a client: only failed attempts count."""
    return counted(request, "codes") < WRONG_AN_HOUR


# ------------------------------------------------------------------------------------------------------ sheet


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, lieu: Lieu, code: str) -> HttpResponse:
    """A sheet in plain words, and what its structure may say of it."""
    if request.method == "POST":
        gesture = POST_ACTIONS.get(request.POST.get("dire", ""))
        if gesture is None:
            return redirect("personal", code)
        closure = ClosureForm(request.POST)
        closure.is_valid()
        try:
            messages.success(request, gesture(lieu, request, closure, timezone.localtime()))
        except Refused as error:
            return _sheet(request, lieu, code, error=error, closure=closure, status=400)
        return redirect("personal", code)
    return _sheet(request, lieu, code)


def _sheet(
    request: HttpRequest,
    lieu: Lieu,
    code: str,
    *,
    error: Refused | None = None,
    closure: ClosureForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = timezone.localtime().replace(tzinfo=None)
    to_confirm_by = rules.confirm_by(lieu.confirmed_on, lieu.rhythm)
    context = {
        "lieu": lieu,
        "code": code,
        "shown": places.detail(lieu, at),
        "remaining": doubts.in_words(lieu),
        "expected": places.room_expected(lieu, at.date()),
        "error": error,
        "closure": closure or ClosureForm(),
        "closures": _closures(lieu, at.date()),
        "untils": _untils(at.date()),
        "rhythms": rules.RHYTHMS.items(),
        "due": date_text(to_confirm_by) if to_confirm_by and to_confirm_by > at.date() else "",
        "late": to_confirm_by is None or to_confirm_by <= at.date(),
        "open_dire": request.POST.get("dire", ""),
    }
    return render(request, "directory/personal/sheet.html", context, status=status)


def _closures(lieu: Lieu, on: date) -> list[dict[str, str]]:
    """Return the closures to come: their days as stored, and in words."""
    coming = [each for each in lieu.sheet.get("fermetures", ()) if each["au"] >= on.isoformat()]
    return [
        {**closure, "words": history.closure(closure)}
        for closure in sorted(coming, key=lambda closure: str(closure["du"]))
    ]


def _untils(on: date) -> list[tuple[str, str]]:
    """Return the usual ends of a closure that starts today: its last day, and its label."""
    sunday, later = on + timedelta(days=6 - on.weekday()), on + timedelta(days=13)
    ends = [
        (on, "Aujourd’hui seulement"),
        (sunday, f"Jusqu’à dimanche {places.short(sunday.isoformat())}"),
        (later, f"Deux semaines, jusqu’au {places.short(later.isoformat())}"),
    ]
    return [(end.isoformat(), words) for n, (end, words) in enumerate(ends) if n != 1 or end != on]


def _confirm(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    actions.confirm(lieu, at=at)
    if remaining := doubts.in_words(lieu):
        return f"Merci. Votre fiche est confirmée aujourd’hui, sauf ce qui reste à vérifier : {remaining}."
    return "Merci. Votre fiche est confirmée aujourd’hui. Les habitants et le réseau le voient déjà."


def _full(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    room_on = FullForm(request.POST).room_on()
    actions.say_full(lieu, True, room_on=room_on, was=was_withdrawn(request), at=at)
    return "C’est noté : complet. La fiche le dit déjà. Revenez ici quand il y a de nouveau de la place."


def _room(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    actions.say_full(lieu, False, at=at)
    return "C’est noté : il y a de nouveau de la place."


def _close(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    on = at.date()
    days = closure.closure(on=on) if closure.is_valid() else None
    if days is None:
        raise Refused(
            "La fermeture n’a pas été notée.",
            why="Ses dates manquent, ou n’existent pas.",
            do="Choisissez le premier et le dernier jour.",
        )
    actions.close(lieu, days, at=at)
    return "C’est noté. La fiche dit ces jours de fermeture."


def _reopen(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    actions.reopen(lieu, request.POST.get("du", ""), request.POST.get("au", ""), at=at)
    return "C’est noté : cette fermeture est retirée."


def _rhythm(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    months = whole_number(request.POST.get("rythme", "")) or 0
    actions.set_rhythm(lieu, months, at=at)
    return f"C’est noté. Nous vous redemanderons {rules.RHYTHMS[months]}."


def _ended(lieu: Lieu, request: HttpRequest, closure: ClosureForm, at: datetime) -> str:
    actions.say_ended(lieu, request.POST.get("pourquoi", ""), at=at)
    return "Merci de l’avoir dit. Une personne du réseau va vérifier, puis retirer la fiche."


POST_ACTIONS: dict[str, Callable[[Lieu, HttpRequest, ClosureForm, datetime], str]] = {
    "rien": _confirm,
    "complet": _full,
    "place": _room,
    "ferme": _close,
    "rouvre": _reopen,
    "rythme": _rhythm,
    "fini": _ended,
}


# ---------------------------------------------------------------------------------------------------- correct


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, lieu: Lieu, code: str) -> HttpResponse:
    """Correct the fields of a sheet."""
    at = timezone.localtime()
    form = SheetForm(request.POST or None, lieu=lieu, boxes=ONLINE, on=at.date())
    error = None
    if form.is_bound and form.is_valid():
        try:
            done = actions.correct(lieu, form.correction(), at=at)
        except Refused as raised:
            error = raised
        else:
            _tell(request, form, done)
            return redirect("personal", code)
    context = {"lieu": lieu, "code": code, "form": form, "error": error, "icons": offer.practices()}
    return render(
        request, "directory/personal/correct.html", context, status=400 if form.errors or error else 200
    )


def _tell(request: HttpRequest, form: SheetForm, done: actions.Done) -> None:
    """Report the result of a correction: written, pending, and what was only partly understood."""
    if done.written:
        messages.success(request, f"C’est corrigé : {_fields(done.written)}. Les habitants le lisent déjà.")
    elif done.confirmed:
        messages.success(request, "Merci. Votre fiche est confirmée aujourd’hui.")
    if done.awaiting:
        words = (
            f"{_fields(done.awaiting)}. Une personne du réseau vérifie d’abord, pour que le lieu reste bien"
            " trouvé."
        )
        messages.info(request, f"Nous avons bien reçu : {words}")
    for note in form.notes:
        messages.warning(request, note)


def _fields(names: tuple[str, ...]) -> str:
    labels = history.labels()
    return listing(
        [PUBLIC_FIELDS.get(name) or lower_first(labels[name]) for name in names if name != "code_insee"]
    )


# ------------------------------------------------------------------------------------------------------ paper


@opened
@require_safe
def paper(request: HttpRequest, lieu: Lieu, code: str) -> HttpResponse:
    """The sheet on one page of A4, with boxes to fill by hand."""
    on = timezone.localtime().date()
    form = SheetForm(lieu=lieu, boxes=BOXES, on=on)
    address = printing.address(request, reverse("personal", args=[code]))
    context = {
        "lieu": lieu,
        "code": code,
        "hours": places.plain(form["horaires"].initial) if "horaires" in form.fields else "",
        "boxes": {f"b{group.box.number}": group for group in form.groups},
        "url": address,
        "qr": segno.make(address, error="m").svg_data_uri(border=0) if address else "",
        "on": date_text(on),
    }
    return render(request, "directory/personal/paper.html", context)


@holding("directory.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def typed_back(request: HttpRequest) -> HttpResponse:
    """A paper sheet typed back by who may change the place: its code, the numbers of the boxes that changed,
    then these boxes only.
    """
    code_form = CodeForm(request.GET or None)
    context: dict[str, Any] = {"asked": code_form, "boxes": BOXES.values()}
    if not code_form.is_bound or not code_form.is_valid():
        return render(request, "directory/personal/typed.html", context)
    paper_code = code_form.cleaned_data["code"]
    lieu = links.by_code(paper_code)
    if lieu is None or not access.managed_by(request.user).filter(pk=lieu.pk).exists():
        return render(request, "directory/personal/typed.html", context | {"error": WRONG}, status=404)
    at = timezone.localtime()
    boxes = code_form.cleaned_data["cases"]
    form = SheetForm(request.POST or None, lieu=lieu, boxes=boxes, on=at.date())
    context |= {
        "lieu": lieu,
        "form": form,
        "code": codes.in_halves(codes.read(paper_code)),
        "icons": offer.practices(),
    }
    if form.is_bound and form.is_valid():
        by = f"{links.STRUCTURE}, sur papier ({request.user})"[:120]
        try:
            if boxes:
                done = actions.correct(lieu, form.correction(), by=by, at=at)
                _tell_typed(request, form, lieu, done)
            else:
                actions.confirm(lieu, by=by, at=at)
                messages.success(request, f"« {lieu.name} » est confirmé. À la feuille suivante.")
        except Refused as raised:
            context["refused"] = raised
        else:
            return redirect("paper_back")
    return render(
        request,
        "directory/personal/typed.html",
        context,
        status=400 if form.errors or "refused" in context else 200,
    )


def _tell_typed(request: HttpRequest, form: SheetForm, lieu: Lieu, done: actions.Done) -> None:
    parts = [
        f"enregistré : {_fields(done.written)}" if done.written else "",
        f"à valider dans les propositions : {_fields(done.awaiting)}" if done.awaiting else "",
        "le reste est confirmé" if done.confirmed else "",
    ]
    messages.success(request, f"« {lieu.name} », {' ; '.join(filter(None, parts))}. À la feuille suivante.")
    for note in form.notes:
        messages.warning(request, note)


# ------------------------------------------------------------------------------------------------------- link


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, place: str) -> HttpResponse:
    """The personal link of a place: to give, to print, to renew."""
    lieu = get_object_or_404(access.managed_by(request.user), slug=place)
    if request.method == "POST":
        actions.make(lieu, by=str(request.user), at=timezone.localtime())
        messages.success(request, "Le lien est prêt. S’il y en avait un avant, il ne s’ouvre plus.")
        return redirect("personal_link", lieu.slug)
    context: dict[str, Any] = {"lieu": lieu}
    if lieu.code:
        code = codes.in_halves(lieu.code)
        context |= {"code": code, "address": request.build_absolute_uri(reverse("personal", args=[code]))}
    return render(request, "directory/personal/link.html", context)
