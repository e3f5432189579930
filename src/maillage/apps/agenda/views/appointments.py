"""The appointments that professionals give: the day and its end, a new one, one of them, mailboxes."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointments, mailbox, series
from maillage.apps.agenda.actions import permanences as opening
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.forms.appointments import AppointmentForm, MailboxForm, MoveForm
from maillage.apps.agenda.forms.public import read_day
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_book, permanences
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import mailbox as boxes
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
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
    on = read_day(request.GET.get("jour", "")) or today
    lines, doors = appointment_book.of_day(request.user, on, at), access.permanences_for(request.user)
    booked = [each for each in lines if each.appointment.state == rules.BOOKED]
    context = {
        "on": on,
        "today": today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "lines": lines,
        "to_end": [each for each in booked if each.tickable],
        "booked": booked,
        "untold": appointment_book.untold(request.user, today, at) if on == today else [],
        "free": appointment_book.free(request.user, on, at) if on >= today else [],
        "coming": appointment_book.coming(request.user, on, at),
        "permanences": permanences.details(doors.prefetch_related("closures"), at),
        "structures": list(access.receiving_for(request.user)),
        "rdv_is_on": bool(settings.RDV["client_id"]),
        "boxes_late": appointment_book.late_mailboxes(request.user, at),
    }
    return render(request, "agenda/appointments/index.html", context)


@holding(*HELPS)
@require_POST
def end_day(request: HttpRequest) -> HttpResponse:
    """One tap for one person; or the end of the day, with what was said of each."""
    at, on = timezone.now(), read_day(request.POST.get("jour", "")) or timezone.localdate()
    back = f"{reverse('appointments')}?jour={on.isoformat()}"
    for field, came in (("venue", True), ("absente", False), ("rien", None)):
        if field in request.POST:
            row = _own_appointment(request, whole_number(request.POST[field], ROWS) or 0)
            with refusals.as_message(request):
                appointments.tick(row, came, by=account_of(request), at=at)
            return redirect(f"{back}#rdv-{row.pk}")
    rows = [each.appointment for each in appointment_book.of_day(request.user, on, at)]
    with refusals.as_message(request):
        is_closing = request.POST.get("geste") == "clore-absentes"
        n = opening.end_day(rows, {}, by=account_of(request), at=at, is_rest_absent=is_closing)
        n_came = sum(each.state == rules.CAME for each in rows)
        n_left = sum(each.state == rules.BOOKED and each.starts_at > at for each in rows)
        sentence = counted(n_came, "personne venue", "personnes venues") if n_came else "personne n’est venu"
        if n:
            sentence += f", {counted(n, 'personne notée absente', 'personnes notées absentes')}"
        if n_left:
            expected = counted(n_left, "personne est attendue", "personnes sont attendues")
            messages.success(request, spaced(f"Jusqu’ici : {sentence}. {expected} encore."))
        else:
            messages.success(request, spaced(f"La journée est close : {sentence}."))
    return redirect(back)


# -------------------------------------------------------------------------------------------------- a new one


@holding(*HELPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Give an appointment: in a free slot, or at any moment; once, or again and again."""
    at = timezone.now()
    person: Person | None = _chosen(request, "personne", people_for(request.user))
    permanence: Permanence | None = _chosen(request, "permanence", access.permanences_for(request.user))
    form = _form(request, person, permanence, at)
    refused = None
    if form.is_bound and form.is_valid():
        try:
            booked = series.plan(
                form.draft(),
                every=form.cleaned_data.get("rythme") or min(rules.EVERY),
                times=form.cleaned_data["fois"] if form.cleaned_data.get("rythme") else 1,
                structure=form.chosen_structure(),
                by=account_of(request),
                at=at,
                person=form.chosen_person(),
                permanence=permanence,
                lieu=form.chosen_lieu(),
                helper=form.chosen_helper(),
            )
        except Refused as error:
            refused = error
        else:
            messages.success(request, spaced(_booked_sentence(booked)))
            _warn_of_an_end(request, booked.rows)
            first = booked.rows[0]
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
    }
    status = 400 if form.errors or refused else 200
    return render(request, "agenda/appointments/new.html", context, status=status)


def _booked_sentence(booked: series.Series) -> str:
    first = booked.rows[0]
    sentence = f"Rendez-vous donné : {first.called}, {words.when(first)}."
    if n_next := len(booked.rows) - 1:
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
        if row.helper is not None and team is not None and not team.filter(pk=row.helper.pk).exists():
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
    lieux = Lieu.objects.filter(structure__in=allowed_structures, state=directory.PUBLISHED).order_by("name")
    initial = {
        "cle": secrets.token_hex(16),
        "pour": request.GET.get("pour", rules.PROCEDURE),
        "jour": read_day(request.GET.get("jour", "")) or timezone.localdate(at),
        "aidant": str(account_of(request).pk),
        "ou": rules.ON_SITE,
        "pris": rules.COUNTER,
    }
    return AppointmentForm(
        request.POST or None,
        structures=structures,
        lieux=list(lieux),
        helpers=list(access.colleagues(allowed_structures, timezone.localdate(at))),
        permanence=permanence,
        person=person,
        initial=initial,
    )


def _chosen(request: HttpRequest, name: str, rows: QuerySet[Any]) -> Any:
    """Return the row that the page is for, None for none; 404 for one that the user does not see."""
    typed = request.POST.get(name, "") or request.GET.get(name, "")
    return get_object_or_404(rows, pk=whole_number(typed, ROWS) or 0) if typed else None


# ------------------------------------------------------------------------------------------------ one of them


@holding(*HELPS)
@require_safe
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment: what was agreed, what may be done, what was read in the mailbox."""
    return _page(request, _own_appointment(request, pk))


def _page(request: HttpRequest, row: Appointment, *, form: MailboxForm | None = None) -> HttpResponse:
    at = timezone.now()
    noted = getattr(row, "mailbox", None)
    next_row = noted.next if noted is not None else None
    days = permanences.free_days(row.permanence, at, most=FREE_DAYS, alone=False) if row.permanence else []
    own_page = reverse("appointment_mine", args=[access.link_of_appointment(row)])
    context = {
        "row": row,
        "line": appointment_book.line(row, at),
        "conflict": row.rdv.conflict if row.channel == rules.RDV and hasattr(row, "rdv") else "",
        "day": words.day(row),
        "where": words.where(row),
        "coming": row.starts_at > at,
        "noted": noted,
        "mailbox": form or _mailbox_form(row),
        "move": MoveForm(initial={"jour": words.local(row).date(), "heure": words.local(row).time()}),
        "days": days,
        "series": [appointment_book.line(each, at) for each in appointment_book.of_series(row)],
        "series_coming": len(appointment_book.coming_of_series(row, at)),
        "series_cancelled": len(appointment_book.cancelled_together(row, at)),
        "next": next_row,
        "next_when": words.when(next_row) if next_row is not None else "",
        "next_coming": next_row is not None and next_row.starts_at > at,
        "link": request.build_absolute_uri(own_page) if row.starts_at > at else "",
        "sheet": row.person is not None and people_for(request.user).filter(pk=row.person.pk).exists(),
    }
    return render(request, "agenda/appointments/one.html", context, status=400 if form else 200)


@holding(*HELPS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel, put back, move, tell who came, note a mailbox."""
    row, at, by = _own_appointment(request, pk), timezone.now(), account_of(request)
    gesture, reason = request.POST.get("geste", ""), request.POST.get("raison", "")[:300]
    if gesture == "boite":
        return _note_mailbox(request, row, at)
    with refusals.as_message(request):
        if gesture in ("annuler", "annuler-personne"):
            decided_by = rules.PERSON if gesture == "annuler-personne" else rules.STRUCTURE
            _, notified = appointments.cancel(row, by=by, at=at, decided_by=decided_by, reason=reason)
            messages.success(request, spaced(f"Le rendez-vous est annulé.{_notice(notified)}"))
        elif gesture == "annuler-serie":
            done = series.cancel(row, by=by, at=at, reason=reason)
            n = counted(len(done.rows), "rendez-vous est annulé", "rendez-vous sont annulés")
            messages.success(request, spaced(f"{n}.{_notice(done.notified)}"))
        elif gesture == "remettre-serie":
            done = series.put_back(row, by=by, at=at)
            n = counted(len(done.rows), "rendez-vous est de nouveau pris", "rendez-vous sont de nouveau pris")
            lost = listing([in_words(day) for day, _ in done.skipped])
            lost = f" Restent annulés, l’heure n’est plus libre : {lost}." if lost else ""
            messages.success(request, spaced(f"{n}.{lost}{_notice(done.notified)}"))
        elif gesture == "remettre":
            _, notified = appointments.put_back(row, by=by, at=at)
            messages.success(request, spaced(f"Le rendez-vous est de nouveau pris.{_notice(notified)}"))
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
    messages.success(request, spaced(f"Le prochain rendez-vous {outcome}.{_notice(notified)}"))


def _move(request: HttpRequest, row: Appointment, at: datetime) -> None:
    """Move to the slot that was chosen, or to the day and hour that were typed."""
    moment = MoveForm(request.POST).moment(row.commune)
    if moment is None:
        raise Refused(
            "Le rendez-vous n’a pas été déplacé.",
            why="Le jour ou l’heure manque, ou n’existe pas.",
            do="Choisissez les deux.",
        )
    door, by = row.permanence if request.POST.get("quand") else None, account_of(request)
    moved, notified = appointments.move(row, starts_at=moment, permanence=door, by=by, at=at)
    messages.success(request, spaced(f"Déplacé : {words.when(moved)}.{_notice(notified)}"))
    _warn_of_an_end(request, [moved])


def _mailbox_form(row: Appointment, data: QueryDict | None = None) -> MailboxForm:
    """Return the form of the note of a mailbox at an appointment."""
    noted, initial = getattr(row, "mailbox", None), {}
    if noted is not None:
        initial = {"lus": noted.read, "repondus": noted.answered, "fait": noted.done}
        initial["prochaine"] = noted.next_on
    return MailboxForm(data, initial=initial)


def _note_mailbox(request: HttpRequest, row: Appointment, at: datetime) -> HttpResponse:
    form = _mailbox_form(row, request.POST)
    if form.is_valid():
        cleaned, by = form.cleaned_data, account_of(request)
        counts = {"read": cleaned["lus"], "answered": cleaned["repondus"]}
        with refusals.in_form(form):
            noted = mailbox.note(
                row, **counts, done=cleaned["fait"], next_on=cleaned["prochaine"], by=by, at=at
            )
            sentence = "C’est gardé : des nombres et quelques mots, aucun message."
            if noted.next is not None:
                sentence += f" Prochain rendez-vous : {words.when(noted.next)}."
            elif noted.why:
                sentence += f" Le prochain rendez-vous n’est pas pris : {lower_first(noted.why)}"
            messages.success(request, spaced(sentence))
            return redirect("appointment", row.pk)
    return _page(request, row, form=form)


def _notice(notified: Notified) -> str:
    """Return the sentence on the notified person, or on those to call, which follows another one."""
    if notified.to_call:
        return f" À prévenir vous-même : {listing(list(notified.to_call))}."
    return " La personne est prévenue." if notified.reached else ""


def _own_appointment(request: HttpRequest, pk: int) -> Appointment:
    return get_object_or_404(access.appointments_for(request.user).select_related("mailbox__next"), pk=pk)


# -------------------------------------------------------------------------------------------------- mailboxes


@holding(*HELPS)
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    """The people whose mailbox is read with them, those not looked at for the longest first."""
    view = request.GET.get("voir", "")
    book = appointment_book.mailboxes(request.user, timezone.now(), view, request.GET.get("page"))
    context = {
        "book": book,
        "page": book.page,
        "late": [each for each in book.boxes if each.late],
        "others": [each for each in book.boxes if not each.late],
        "after": boxes.not_read_for(),
        "views": appointment_book.VIEWS.items(),
        "view": view if view in appointment_book.VIEWS else "",
    }
    return render(request, "agenda/appointments/mailboxes.html", context)
