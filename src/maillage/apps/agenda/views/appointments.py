"""The appointments that professionals give: the day and its end, a new one, one of them, mailboxes."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointments, mailbox, series
from maillage.apps.agenda.actions import permanences as opening
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.forms.appointments import AppointmentForm, MailboxForm, MoveForm
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_book, permanences
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import mailboxes as mailboxes_book
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import mailbox as boxes
from maillage.apps.agenda.rules import workshops
from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole
from maillage.web import refusals
from maillage.words.dates import in_words
from maillage.words.wording import count as counted
from maillage.words.wording import listing, lower_first, spaced

HELPS = (access.SEE, access.SEE_OWN)
FREE_DAYS = 6  # days with a free slot, offered to who gives an appointment


@holding(*HELPS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """A day: who comes, what is free, what was never told; then what comes."""
    at = timezone.now()
    today = timezone.localdate(at)
    on = _day(request.GET.get("jour", "")) or today
    lines = appointment_book.of_day(request.user, on, at)
    context = {
        "on": on,
        "today": today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "lines": lines,
        "to_end": [each for each in lines if each.tickable and each.appointment.state == rules.BOOKED],
        "untold": appointment_book.untold(request.user, today, at) if on == today else [],
        "free": appointment_book.free(request.user, on, at) if on >= today else [],
        "coming": appointment_book.coming(request.user, on, at),
        "permanences": permanences.details(
            access.permanences_for(request.user).prefetch_related("closures"), at
        ),
        "structures": list(access.receiving_for(request.user)),
        "boxes_late": mailboxes_book.late(request.user, at),
    }
    return render(request, "agenda/appointments/index.html", context)


@holding(*HELPS)
@require_POST
def end_day(request: HttpRequest) -> HttpResponse:
    """One tap for one person; or the end of the day, with what was said of each."""
    at, on = timezone.now(), _day(request.POST.get("jour", "")) or timezone.localdate()
    back = f"{reverse('appointments')}?jour={on.isoformat()}"
    for field, came in (("venue", True), ("absente", False), ("rien", None)):
        if field in request.POST:
            row = _own_appointment(request, whole(request.POST[field], ROWS) or 0)
            with refusals.as_message(request):
                appointments.tick(row, came, by=account_of(request), at=at)
            return redirect(f"{back}#rdv-{row.pk}")
    rows = [each.appointment for each in appointment_book.of_day(request.user, on, at)]
    with refusals.as_message(request):
        is_closing = request.POST.get("geste") == "clore-absentes"
        n = opening.end_day(rows, {}, by=account_of(request), at=at, is_rest_absent=is_closing)
        n_left = sum(each.state == rules.BOOKED and each.starts_at > at for each in rows)
        messages.success(request, spaced(_ended(sum(each.state == rules.CAME for each in rows), n, n_left)))
    return redirect(back)


def _ended(came: int, absent: int, n_left: int) -> str:
    """Return the sentence on the attendance of a day; n_left: attendees still expected, the day is not
    over then.
    """
    parts = [counted(came, "personne venue", "personnes venues") if came else "personne n’est venu"]
    if absent:
        parts.append(counted(absent, "personne notée absente", "personnes notées absentes"))
    sentence = ", ".join(parts)
    if not n_left:
        return f"La journée est close : {sentence}."
    expected = counted(n_left, "personne est attendue", "personnes sont attendues")
    return f"Jusqu’ici : {sentence}. {expected} encore."


# -------------------------------------------------------------------------------------------------- a new one


@holding(*HELPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Giving an appointment: in a free slot, or at any moment; once, or again and again."""
    at = timezone.now()
    person, permanence = _person(request), _permanence(request)
    form = _form(request, person, permanence, at)
    refused = None
    if form.is_bound and form.is_valid():
        try:
            booked = _book(request, form, at)
        except Refused as error:
            refused = error
        else:
            messages.success(request, spaced(_booked_sentence(booked)))
            _warn_of_an_end(request, booked.booked)
            first = booked.booked[0]
            return redirect(f"{reverse('appointments')}?jour={words.local(first).date()}#rdv-{first.pk}")
    context = {
        "form": form,
        "person": person,
        "permanence": permanence,
        "days": permanences.free_days(permanence, at, most=FREE_DAYS, alone=False) if permanence else [],
        "chosen": request.POST.get("quand", "") or request.GET.get("quand", ""),
        "permanences": list(access.permanences_for(request.user).filter(stopped_at__isnull=True)),
        "structures": list(form.structures.values()),
        "refused": refused,
        "kept": request.GET.urlencode(),
    }
    status = 400 if form.errors or refused else 200
    return render(request, "agenda/appointments/new.html", context, status=status)


def _book(request: HttpRequest, form: AppointmentForm, at: datetime) -> series.Series:
    """Give one appointment, or a series of them."""
    cleaned = form.cleaned_data
    return series.plan(
        form.draft(),
        every=cleaned.get("rythme") or min(rules.EVERY),
        times=cleaned["fois"] if cleaned.get("rythme") else 1,
        structure=form.chosen_structure(),
        by=account_of(request),
        at=at,
        person=form.chosen_person(),
        permanence=form.permanence,
        lieu=form.chosen_lieu(),
        helper=form.chosen_helper(),
    )


def _booked_sentence(booked: series.Series) -> str:
    first = booked.booked[0]
    sentence = f"Rendez-vous donné : {first.called}, {words.when(first)}."
    if len(booked.booked) > 1:
        n_next = len(booked.booked) - 1
        sentence += f" Et {n_next} autre{'s' if n_next > 1 else ''} ensuite."
    if booked.skipped:
        why: dict[str, list[str]] = {}
        for day, reason in booked.skipped:
            why.setdefault(lower_first(reason.rstrip(".")), []).append(in_words(day))
        sentence += f" Sautés : {' ; '.join(f'{listing(days)} ({reason})' for reason, days in why.items())}."
    return sentence


def _warn_of_an_end(request: HttpRequest, rows: Sequence[Appointment]) -> None:
    """Say the first of some appointments on whose day whoever receives no longer acts for the structure."""
    for row in rows:
        team = access.colleagues([row.structure], words.local(row).date()) if row.structure else None
        if row.helper is not None and team is not None and not team.filter(pk=row.helper_id).exists():
            sentence = f"{row.helper} n’aura plus de rôle ici {words.when(row)} : choisissez qui recevra."
            messages.warning(request, spaced(sentence))
            return


def _form(
    request: HttpRequest, person: Person | None, permanence: Permanence | None, at: datetime
) -> AppointmentForm:
    structures = list(access.receiving_for(request.user))
    if not structures:
        raise Http404
    allowed_structures = [permanence.structure] if permanence is not None else structures
    user = account_of(request)
    initial: dict[str, Any] = {
        "cle": secrets.token_hex(16),
        "pour": request.GET.get("pour", rules.PROCEDURE),
        "jour": _day(request.GET.get("jour", "")) or timezone.localdate(at),
        "aidant": str(user.pk),
        "ou": rules.HERE,
        "pris": rules.COUNTER,
    }
    return AppointmentForm(
        request.POST or None,
        structures=structures,
        lieux=_lieux(allowed_structures),
        helpers=list(access.colleagues(allowed_structures, timezone.localdate(at))),
        permanence=permanence,
        person=person,
        initial=initial,
    )


def _lieux(structures: list[Structure]) -> list[Lieu]:
    return list(Lieu.objects.filter(structure__in=structures, state=directory.PUBLISHED).order_by("name"))


def _person(request: HttpRequest) -> Person | None:
    """Return the person whom the page is for, None for nobody; 404 for one that the user does not see."""
    typed = request.POST.get("personne", "") or request.GET.get("personne", "")
    if not typed:
        return None
    return get_object_or_404(people_for(request.user), pk=whole(typed, ROWS) or 0)


def _permanence(request: HttpRequest) -> Permanence | None:
    typed = request.POST.get("permanence", "") or request.GET.get("permanence", "")
    if not typed:
        return None
    return get_object_or_404(access.permanences_for(request.user), pk=whole(typed, ROWS) or 0)


# ------------------------------------------------------------------------------------------------ one of them


@holding(*HELPS)
@require_safe
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment: what was agreed, what may be done, what was read in the mailbox."""
    return _page(request, _own_appointment(request, pk))


def _page(request: HttpRequest, row: Appointment, *, form: MailboxForm | None = None) -> HttpResponse:
    at = timezone.now()
    noted = getattr(row, "mailbox", None)
    context = {
        "row": row,
        "line": appointment_book.line(row, at),
        "day": words.day(row),
        "where": words.where(row),
        "coming": row.starts_at > at,
        "noted": noted,
        "mailbox": form or MailboxForm(initial=_mailbox(row)),
        "move": MoveForm(initial={"jour": words.local(row).date(), "heure": words.local(row).time()}),
        "days": permanences.free_days(row.permanence, at, most=FREE_DAYS, alone=False)
        if row.permanence is not None
        else [],
        "series": [appointment_book.line(each, at) for each in appointment_book.of_series(row)],
        "series_coming": len(appointment_book.coming_of_series(row, at)),
        "series_cancelled": len(appointment_book.cancelled_together(row, at)),
        "next": noted.next if noted is not None else None,
        "next_when": words.when(noted.next) if noted is not None and noted.next is not None else "",
        "next_coming": noted is not None and noted.next is not None and noted.next.starts_at > at,
        "link": request.build_absolute_uri(
            reverse("appointment_mine", args=[access.link_of_appointment(row)])
        )
        if row.starts_at > at
        else "",
        "sheet": row.person is not None and people_for(request.user).filter(pk=row.person.pk).exists(),
    }
    return render(request, "agenda/appointments/one.html", context, status=400 if form else 200)


@holding(*HELPS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel, put back, move, tell who came, note a mailbox."""
    row, at, by = _own_appointment(request, pk), timezone.now(), account_of(request)
    gesture = request.POST.get("geste", "")
    if gesture == "boite":
        return _note_mailbox(request, row, at)
    with refusals.as_message(request):
        if gesture in ("annuler", "annuler-personne"):
            decided_by = rules.PERSON if gesture == "annuler-personne" else rules.STRUCTURE
            _, notified = appointments.cancel(
                row, by=by, at=at, decided_by=decided_by, reason=request.POST.get("raison", "")[:300]
            )
            messages.success(request, spaced(f"Le rendez-vous est annulé. {_notice(notified)}".strip()))
        elif gesture == "annuler-serie":
            done = series.cancel(row, by=by, at=at, reason=request.POST.get("raison", "")[:300])
            n = counted(len(done.rows), "rendez-vous est annulé", "rendez-vous sont annulés")
            messages.success(request, spaced(f"{n}. {_notice(done.notified)}".strip()))
        elif gesture == "remettre-serie":
            done = series.put_back(row, by=by, at=at)
            n = counted(len(done.rows), "rendez-vous est de nouveau pris", "rendez-vous sont de nouveau pris")
            lost = listing([in_words(day) for day, _ in done.skipped])
            lost = f"Restent annulés, l’heure n’est plus libre : {lost}. " if lost else ""
            messages.success(request, spaced(f"{n}. {lost}{_notice(done.notified)}".strip()))
        elif gesture == "remettre":
            _, notified = appointments.put_back(row, by=by, at=at)
            messages.success(
                request, spaced(f"Le rendez-vous est de nouveau pris. {_notice(notified)}".strip())
            )
        elif gesture in ("sans-suite", "avec-suite"):
            _next_time(request, row, gesture == "avec-suite", at)
        elif gesture == "deplacer":
            _move(request, row, at)
        elif gesture in ("venue", "absente", "rien"):
            came = {"venue": True, "absente": False, "rien": None}[gesture]
            appointments.tick(row, came, by=by, at=at)
        else:
            raise Http404
    return redirect("appointment", pk)


def _next_time(request: HttpRequest, row: Appointment, wanted: bool, at: datetime) -> None:
    """Cancel the appointment that a mailbox record booked, or put it back, without leaving the record."""
    noted = getattr(row, "mailbox", None)
    if noted is None or noted.next is None:
        raise Http404
    act = appointments.put_back if wanted else appointments.cancel
    _, notified = act(noted.next, by=account_of(request), at=at)
    outcome = "est de nouveau pris" if wanted else "est annulé"
    messages.success(request, spaced(f"Le prochain rendez-vous {outcome}. {_notice(notified)}".strip()))


def _move(request: HttpRequest, row: Appointment, at: datetime) -> None:
    """Move to the slot that was chosen, or to the day and hour that were typed."""
    form = MoveForm(request.POST)
    moment = form.moment(row.commune)
    if moment is None:
        raise Refused(
            "Le rendez-vous n’a pas été déplacé.",
            why="Le jour ou l’heure manque, ou n’existe pas.",
            do="Choisissez les deux.",
        )
    permanence = row.permanence if request.POST.get("quand") else None
    moved, notified = appointments.move(
        row, starts_at=moment, permanence=permanence, by=account_of(request), at=at
    )
    messages.success(request, spaced(f"Déplacé : {words.when(moved)}. {_notice(notified)}".strip()))
    _warn_of_an_end(request, [moved])


def _mailbox(row: Appointment) -> dict[str, Any]:
    """Return the note of a mailbox at an appointment, by the fields of its form."""
    noted = getattr(row, "mailbox", None)
    if noted is None:
        return {}
    return {
        "lus": noted.read,
        "repondus": noted.answered,
        "fait": noted.done,
        "prochaine": noted.next_on,
    }


def _note_mailbox(request: HttpRequest, row: Appointment, at: datetime) -> HttpResponse:
    form = MailboxForm(request.POST, initial=_mailbox(row))
    if not form.is_valid():
        return _page(request, row, form=form)
    cleaned = form.cleaned_data
    try:
        noted = mailbox.note(
            row,
            read=cleaned["lus"],
            answered=cleaned["repondus"],
            done=cleaned["fait"],
            next_on=cleaned["prochaine"],
            by=account_of(request),
            at=at,
        )
    except Refused as error:
        form.add_error(None, " ".join(error.sentences))
        return _page(request, row, form=form)
    messages.success(request, spaced(_noted(noted)))
    return redirect("appointment", row.pk)


def _noted(noted: mailbox.Noted) -> str:
    sentence = "C’est gardé : des nombres et quelques mots, aucun message."
    if noted.next is not None:
        return f"{sentence} Prochain rendez-vous : {words.when(noted.next)}."
    return (
        f"{sentence} Le prochain rendez-vous n’est pas pris : {lower_first(noted.why)}"
        if noted.why
        else sentence
    )


def _notice(notified: Notified) -> str:
    """Return the sentence on the notified person, and on those to call."""
    if notified.to_call:
        return f"À prévenir vous-même : {listing(list(notified.to_call))}."
    return "La personne est prévenue." if notified.reached else ""


def _own_appointment(request: HttpRequest, pk: int) -> Appointment:
    """Return an appointment that the user sees, or 404."""
    return get_object_or_404(access.appointments_for(request.user).select_related("mailbox__next"), pk=pk)


# -------------------------------------------------------------------------------------------------- mailboxes


@holding(*HELPS)
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    """The people whose mailbox is read with them, those not looked at for the longest first."""
    view = request.GET.get("voir", "")
    book = mailboxes_book.book(request.user, timezone.now(), view, request.GET.get("page"))
    context = {
        "book": book,
        "page": book.page,
        "late": [each for each in book.boxes if each.late],
        "others": [each for each in book.boxes if not each.late],
        "after": boxes.not_read_for(),
        "views": mailboxes_book.VIEWS.items(),
        "view": view if view in mailboxes_book.VIEWS else "",
    }
    return render(request, "agenda/appointments/mailboxes.html", context)


def _day(text: str) -> date | None:
    try:
        return day if (day := date.fromisoformat(text)).year in workshops.YEARS else None
    except ValueError:
        return None
