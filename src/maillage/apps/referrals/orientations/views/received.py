"""The referrals that a structure receives and sends: lists by what is due, one of them, a gesture a row."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.memberships.access import holds_territory, structures_with
from maillage.apps.directory.places.actions import links
from maillage.apps.people.actes import access as actes_access
from maillage.apps.people.actes.queries import lists as acts
from maillage.apps.people.persons import rules as purposes
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages.queries import leaves
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import agreements, answers, noting, nudges, sending
from maillage.apps.referrals.orientations.forms.share import AGREED, REFUSED
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.queries import lists, matching, pressing, structure_measures
from maillage.apps.referrals.orientations.queries import people as people_queries
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.views import answering
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.web.refusals import error_texts
from maillage.words.wording import count, listing, of, spaced

READS = (access.SEE, access.SEE_OWN, access.ANSWER)
MANY = 100  # referrals answered at once


@holding(*READS)
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Received referrals, by next task; the room of our places, and a year in a line."""
    if not _receives(request.user):
        return redirect("orientations_given")  # they only send
    context = _list_context(request, referral_detail.RECEIVER, timezone.now())
    return render(request, "orientations/lists/received.html", context)


def _receives(user: Visitor) -> bool:
    """Return True if somebody may have received: their structures did once, or have places."""
    return access.received_by(user).exists() or structure_measures.places_for(user).exists()


@holding(access.SEE, access.SEE_OWN)
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Sent referrals: those back to the sender first, then those awaited."""
    context = _list_context(request, referral_detail.SENDER, timezone.now())
    return render(request, "orientations/lists/given.html", context)


def _list_context(request: HttpRequest, side: str, at: datetime) -> dict[str, Any]:
    receives = side == referral_detail.RECEIVER
    section = request.GET.get("section", "")
    section = section if section in (lists.RECEIVED if receives else lists.SENT_SECTIONS) else ""
    read = referral_detail.received if receives else referral_detail.sent
    page = read(request.user, at, start=whole_number(request.GET.get("depuis", "")) or 0, section=section)
    context = {
        "sections": page.sections,
        "page": page,
        "section": section,
        "examples": any(row.orientation.example for each in page.sections for row in each.rows),
        "side": side,
    }
    if not receives:
        return context | {
            "year": structure_measures.sent(request.user, at),
            "table": "orientations_given_table",
            "receives": _receives(request.user),
        }
    return context | {
        "waiting": sum(page.counts[name] for name in ("answer", "today", "unknown")),
        "rooms": structure_measures.rooms(request.user, at),
        "several": "plusieurs" in request.GET,
        "meant": referral_detail.UNUSUAL_HOUR,
        "year": structure_measures.received(request.user, at),
        "table": "orientations_received_table",
        "today": timezone.localdate(at),
    }


@holding(*READS)
@require_safe
def table(request: HttpRequest, side: str) -> HttpResponse:
    """Table of received or sent referrals, in the words of DORA, without a person."""
    rows = {referral_detail.RECEIVER: access.received_by, referral_detail.SENDER: access.sent_by}
    response = HttpResponse(
        lists.dora_table(rows[side](request.user)), content_type="text/csv; charset=utf-8"
    )
    named = "recues" if side == referral_detail.RECEIVER else "envoyees"
    response["Content-Disposition"] = f'attachment; filename="orientations-{named}.csv"'
    return response


@holding(*READS)
@require_safe
def orientation(request: HttpRequest, pk: int) -> HttpResponse:
    """One referral, beside its list on a wide screen. Opening it is written."""
    row = _readable(request, pk)
    at = timezone.now()
    side = _side(request, row)
    if side == referral_detail.RECEIVER and access.may_answer(account_of(request), row):
        row = answers.see(row, by=account_of(request), at=at)
    if row.person is not None:
        structure = row.to_structure_id if side == referral_detail.RECEIVER else row.from_structure_id
        answers.opened(row, by=account_of(request), structure=structure, at=at)
    return _one(request, _readable(request, pk), side, at)


def _one(
    request: HttpRequest,
    row: Orientation,
    side: str,
    at: datetime,
    *,
    error: Refused | None = None,
    unread: answering.Unread | None = None,
) -> HttpResponse:
    known = row.person if side == referral_detail.RECEIVER or access.still_helps(request.user, row) else None
    context = _list_context(request, side, at) | {
        "row": row,
        "detail": referral_detail.detail(row, side, at),
        "chosen": row.pk,
        "error": error,
        "unread": unread,
        "icons": referral_detail.ICONS,
        "answer_address": reverse("orientation_answer", args=[row.pk]),
        "sides": access.sides_of(request.user, row),
        "steps": referral_detail.path_of(row, request.user),
        "agreed": AGREED.items(),
        "sentence": purposes.PURPOSES[purposes.SHARE].words,
        "same": people_queries.same_help(known, row.need, row.procedure, user=request.user, but=row),
    }
    if cycle.RECEIVER in context["sides"]:
        context["relays"] = not access.may_answer(account_of(request), row)
        context |= answering.forms(row, at, opened_verb=request.GET.get("faire", ""), unread=unread)
        context |= _act_of(request, row)
    status = 400 if error or unread else 200
    return render(request, "orientations/lists/one.html", context, status=status)


def _act_of(request: HttpRequest, row: Orientation) -> dict[str, Any]:
    """Return the act that tells an outcome, or the minutes with which it becomes one in a gesture."""
    if row.served_at is None or not actes_access.may_note(account_of(request), row.to_structure_id):
        return {}
    same_day_acts = acts.telling(row.person, row.to_structure_id, timezone.localdate(row.served_at))
    act = row.act or same_day_acts.first()
    if act is not None:
        return {"act": act}
    return {"act_minutes": (row.minutes,) if row.minutes else cycle.ACT_MINUTES}


@holding(*READS)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the answer of the place; or its answer as noted by the sender."""
    row = _readable(request, pk)
    if not (access.may_relay(request.user, row) or access.received_by(request.user).filter(pk=pk).exists()):
        raise Http404
    at, side = timezone.now(), _side(request, row)
    try:
        sentence = answering.answer(
            request.POST, row, by=account_of(request), at=at, was=request.POST.get("vu", "")
        )
    except answering.Unread as unread:
        return _one(request, row, side, at, unread=unread)
    except Refused as error:
        return _one(request, _readable(request, pk), side, at, error=error)
    if not sentence:
        raise Http404
    messages.success(request, sentence)
    if request.POST.get("suite") == "liste":
        return redirect("orientations")
    return redirect("orientation", pk)


@holding(*actes_access.HELPS)
@require_POST
def note_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Note the outcome as an act, in one gesture."""
    row = get_object_or_404(access.received_by(request.user), pk=pk)
    with refusals.as_message(request):
        act = noting.note_act(
            row,
            by=account_of(request),
            at=timezone.now(),
            minutes=whole_number(request.POST.get("minutes", "")),
        )
        (line,) = acts.lines([act], account_of(request))
        messages.success(request, f"Noté. {line.sentence}.")
    return redirect("orientation", pk)


FOLLOWED = {
    "remind": (sending.remind, "Relance notée."),
    "called": (sending.remind, "Appel noté."),
    "cancel": (sending.cancel, "C’est annulé."),
    "unsolved": (
        sending.unsolved,
        "C’est noté : aucun lieu ne convient. Ce manque est compté, sans nom, dans le diagnostic.",
    ),
    "close": (sending.close, "C’est terminé."),
}


@holding(*READS)
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the next step of the sender: ask again, stop, note that nothing suits, end."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    verb = request.POST.get("geste", "")
    if verb not in FOLLOWED:
        raise Http404
    act, outcome = FOLLOWED[verb]
    with refusals.as_message(request):
        followed = act(row, by=account_of(request), at=timezone.now(), was=request.POST.get("vu", ""))
        messages.success(request, spaced(f"{outcome} {_notified_words(verb, followed)}".strip()))
    if request.POST.get("suite") == "liste":
        return redirect("orientations_given")
    return redirect("orientation", pk)


@holding(access.SEE, access.SEE_OWN)
@require_POST
def share_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the answer of the person, when another structure runs the place since the referral."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    how = request.POST.get("accord", "")
    if how not in AGREED:
        messages.error(
            request, "Rien n’a changé. Il manque sa réponse : lisez-lui la phrase, puis notez ce qu’elle dit."
        )
        return redirect(f"{reverse('orientation', args=[pk])}?cote=envoi")
    with refusals.as_message(request):
        agrees, user = how != REFUSED, account_of(request)
        agreements.share_again(row, how=how if agrees else "read", agrees=agrees, by=user, at=timezone.now())
        if agrees:
            messages.success(request, "C’est oui : le lieu lit de nouveau ce qu’elle partage.")
        else:
            messages.success(request, "C’est non : rien n’est montré au lieu.")
    return redirect(f"{reverse('orientation', args=[pk])}?cote=envoi")


def _notified_words(verb: str, row: Orientation) -> str:
    if verb == "remind":
        if not row.token:
            return "Ce lieu n’a pas d’e-mail : appelez-le."
        if leaves("email"):
            return "Le lieu reçoit un e-mail."
        return "Aucun e-mail ne peut être envoyé depuis ce serveur : appelez le lieu."
    if verb == "cancel" and row.sent_at is not None:  # the person is not named: they may be followed no more
        place = "Prévenez le lieu s’il l’attendait."
        if row.token and leaves("email"):
            place = "Le lieu est prévenu que personne ne vient."
        return f"{place} {referral_detail.informed(row, side=referral_detail.RECEIVER)}".strip()
    return ""


@holding(access.ANSWER)
@require_http_methods(["POST"])
def several(request: HttpRequest) -> HttpResponse:
    """The same answer to several referrals: each goes through or says why not."""
    at = timezone.now()
    chosen = [whole_number(pk, ROWS) for pk in request.POST.getlist("cochee")][:MANY]
    rows = list(access.received_by(request.user).filter(pk__in=filter(None, chosen)))
    done: list[Orientation] = []
    refused_by_reason: dict[str, list[str]] = {}  # why, and which
    for row in rows:
        try:
            was = request.POST.get(f"vu-{row.pk}", "")
            if answering.answer(request.POST, row, by=account_of(request), at=at, was=was):
                done.append(row)
        except Refused as error:
            refused_by_reason.setdefault(error.why, []).append(f"n° {row.pk}")
        except answering.Unread as unread:
            why = " ".join(error_texts(unread.form))
            refused_by_reason.setdefault(why, []).append(f"n° {row.pk}")
    if not rows:
        messages.warning(
            request, "Rien n’a changé : aucune ligne n’était cochée. Cochez-en, puis recommencez."
        )
    if done:
        verb = request.POST.get("geste", "")
        people = f"{WORDS.get(verb, 'C’est noté')} : {count(len(done), 'personne')}."
        sentence = f"{people} {referral_detail.informed_of(done)}"
        messages.success(request, spaced(f"{sentence} {BACK.get(verb, '')}".strip()))
    if refused_by_reason:
        refusals = " ".join(f"{', '.join(which)} : {why}" for why, which in refused_by_reason.items())
        messages.error(request, spaced(f"Sans changement : {refusals}"))
        return redirect(f"{reverse('orientations')}?plusieurs=1")
    return redirect("orientations")


WORDS = {
    "accept": "C’est oui",
    "absent": "Absence notée",
    "date": "Même rendez-vous donné",
    "came": "Venue notée",
}
# How to go back on an answer: what each sheet offers next, as after the same gesture alone.
BACK = {
    "accept": "Une erreur ? Sur la fiche de la personne : donner une date, ou refuser.",
    "absent": "Une erreur ? Sur la fiche de la personne : venue finalement, ou une autre date.",
    "date": "Une erreur ? Sur la fiche de la personne : changer la date.",
}


@holding(access.ANSWER)
@require_POST
def room(request: HttpRequest) -> HttpResponse:
    """Say that a place takes nobody more, or that it does again. It is written on its sheet at once."""
    lieu = get_object_or_404(structure_measures.places_for(request.user), slug=request.POST.get("lieu", ""))
    full, at = request.POST.get("geste") == "complet", timezone.localtime()
    with refusals.as_message(request):
        links.say_full(lieu, full, by=str(request.user), at=at)
        if full:
            near = [each.lieu.name for each in matching.instead(lieu, request.POST.get("besoin", ""), at)]
            more = f" On propose à la place : {listing(near)}." if near else ""
            messages.success(
                request, spaced(f"Complet : c’est noté. Plus personne ne vous est envoyé.{more}")
            )
        else:
            messages.success(
                request, "Signaler qu’il y a de la place : c’est noté. On peut vous envoyer des personnes."
            )
    return redirect("orientations")


NUDGED_WORDS = {
    pressing.WRITTEN: "Un message part dans 10 minutes.",
    pressing.CALLED: "Votre appel est noté.",
    pressing.SIMULATED: "Personnes inventées : aucun message ne part.",
}


@holding(pressing.LEADS)
@require_POST
def nudge(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind one structure, or take its reminder back; another territory's does not exist."""
    if not holds_territory(request.user):
        raise Http404
    get_object_or_404(structures_with(request.user, pressing.LEADS), pk=pk)
    by, at = account_of(request), timezone.localtime()
    with refusals.as_message(request):
        if request.POST.get("geste") == "annuler":
            row = nudges.take_back(pk, by=by, at=at)
            messages.success(request, f"La relance {of(row.name)} est annulée : rien ne part.")
            return redirect("space")
        place = nudges.nudge(pk, by=by, at=at)
        sentence = f"{place.name} est relancé. {NUDGED_WORDS[place.way]} Il ne revient ici que dans 7 jours."
        messages.success(request, sentence)
    return redirect("space")


def _readable(request: HttpRequest, pk: int) -> Orientation:
    """Return a referral one may read; for anybody else, it does not exist."""
    return get_object_or_404(access.orientations_for(request.user), pk=pk)


def _side(request: HttpRequest, row: Orientation) -> str:
    """Return the side somebody plays: the place, if it was sent to them; `?cote=envoi` for both."""
    receives = row.sent_at is not None and access.received_by(request.user).filter(pk=row.pk).exists()
    gives = access.may_give(request.user, row)
    is_sending_side = request.GET.get("cote") == "envoi"
    return (
        referral_detail.RECEIVER if receives and not (gives and is_sending_side) else referral_detail.SENDER
    )
