"""Appointments for everybody: the permanences, a free slot taken with a first name, one's own appointment,
the calendars; and how to read one's mailbox.
"""

import secrets
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.forms.public import BookForm, read_day
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import calendar, permanences
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries import places, where
from maillage.apps.platform.accounts.access import count, counted, once_more
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS
from maillage.web import printing, refusals
from maillage.words.languages import say, spoken, to_say

TOO_MANY = Refused(
    to_say("Le rendez-vous n’est pas pris."),
    why=to_say("Trop de rendez-vous ont été pris depuis votre connexion cette heure-ci."),
    do=to_say("Attendez une heure, ou appelez le lieu."),
)
BLANK_LINES = range(3)  # of the paper, under each question
UNKNOWN = Refused(
    to_say("Ce lien n’est plus valable."),
    why=to_say("Il est mal recopié, ou le rendez-vous a été effacé."),
    do=to_say("Ouvrez le lien de votre message. Sinon, appelez le lieu."),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The permanences where one books alone, around a place when one is asked."""
    text = request.GET.get("ou", "")[:100].strip()
    answer = where.find(text) if text else where.Answer()
    communes = answer.spot.communes if answer.spot else ()
    context = {
        "ou": answer.spot.label if answer.spot else text,
        "choices": [(choice, urlencode({"ou": choice.label})) for choice in answer.choices],
        "unknown": bool(text) and answer.spot is None and not answer.choices,
        "found": permanences.published(timezone.now(), communes, request.GET.get("page")),
    }
    return render(request, "agenda/public/permanences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def permanence(request: HttpRequest, pk: int) -> HttpResponse:
    """One permanence: its next free slots, and a first name to take one."""
    row = get_object_or_404(access.published_permanences(), pk=pk)
    at = timezone.now()
    detail = permanences.detail(row, at)
    form = BookForm(request.POST if request.method == "POST" else None, kinds=detail.kinds)
    no = None
    if form.is_bound and form.is_valid():
        if not once_more(request, "rendez-vous", access.BOOKINGS_AN_HOUR):
            return refusals.page(request, TOO_MANY, status=429)
        try:
            cleaned = form.cleaned_data
            way, contact = cleaned["contact"]
            draft = rules.Draft(
                kind=cleaned["pour"],
                starts_at=cleaned["quand"],
                name=cleaned["prenom"],
                channel=rules.LINK,
                way=way,
                contact=contact,
                language=spoken().code,
                key=cleaned["cle"],
            )
            appointment = appointments.book(draft, structure=row.structure, permanence=row, at=at)
        except Refused as error:
            no = error
        else:
            link = reverse("appointment_mine", args=[access.link_of_appointment(appointment)])
            return redirect(f"{link}?merci=1")
    days = permanences.free_days(row, at, after=read_day(request.GET.get("apres", "")))
    context = {
        "shown": detail,
        "permanence": row,
        "days": days,
        "more": days[-1].on.isoformat() if len(days) == permanences.MAX_DAYS_ON_PAGE else "",
        "form": form,
        "chosen": request.POST.get("quand", ""),
        "refused": no,
        "phones": _phones(row),
        "key": form["cle"].value() or secrets.token_hex(16),
    }
    return render(request, "agenda/public/permanence.html", context, status=400 if form.errors or no else 200)


def _phones(row: Permanence | Appointment) -> list[places.Phone]:
    return places.phones(row.lieu.sheet)[:1] if row.lieu is not None else []


@require_safe
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """One permanence, for a calendar: each time it comes back, without the days when it is not held."""
    row = get_object_or_404(permanences.in_feed(), pk=pk)
    return _calendar(calendar.of_permanences([row], row.title, timezone.now()))


@require_safe
def feed_of_structure(request: HttpRequest, pk: int) -> HttpResponse:
    """The permanences of a structure, those it stopped too: calendars take them off."""
    rows = list(permanences.in_feed().filter(structure=pk)) if pk <= ROWS else []
    if not rows:
        raise Http404
    name = f"Rendez-vous : {get_object_or_404(Structure, pk=pk)}"
    return _calendar(calendar.of_permanences(rows, name, timezone.now()))


def _calendar(content: bytes, *, public: bool = True) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="rendez-vous.ics"'
    response["Cache-Control"] = "public, max-age=600" if public else "no-store"
    return response


# ------------------------------------------------------------------------------------------ one's appointment


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_appointment(request: HttpRequest, code: str) -> HttpResponse:
    """Show a person's appointment, by their link: they cancel it, or take it back while it is free."""
    row = _of_link(request, code)
    if isinstance(row, HttpResponse):
        return row
    at = timezone.now()
    if request.method == "POST":
        try:
            if request.POST.get("geste") == "reprendre":
                appointments.put_back(row, at=at, token=code)
                messages.success(request, say("Votre rendez-vous est de nouveau pris."))
            elif request.POST.get("geste") == "rendre":
                appointments.cancel(row, at=at, token=code)
                messages.success(request, say("C’est noté : vous ne venez pas. Merci de l’avoir dit."))
        except Refused as error:
            messages.error(request, " ".join(say(each) for each in error.sentences))
        return redirect("appointment_mine", code)
    context = {
        "row": row,
        "code": code,
        "day": words.day(row),
        "clock": words.clock(row),
        "where": words.where(row),
        "helper": words.helper(row),
        "about": words.about(row),
        "coming": row.starts_at > at,
        "new": "merci" in request.GET,
        "again": access.published_permanences().filter(appointments=row).first(),
        "phones": _phones(row),
        "address": printing.address(request, request.path) or request.build_absolute_uri(request.path),
    }
    return render(request, "agenda/public/appointment.html", context)


@never_cache
@require_safe
def mine_in_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """A person's appointment, to add to their calendar."""
    row = _of_link(request, code)
    return row if isinstance(row, HttpResponse) else _calendar(calendar.of_appointment(row), public=False)


def _of_link(request: HttpRequest, code: str) -> Appointment | HttpResponse:
    """Return the appointment of a link, or a page of refusal; few wrong links may be tried."""
    if counted(request, "liens") >= access.LINKS_AN_HOUR:
        return refusals.page(request, UNKNOWN, status=429)
    appointment = (
        Appointment.objects.filter(token=access.digest(code))
        .select_related("structure", "permanence", "lieu", "helper", "person")
        .first()
    )
    if appointment is None:
        count(request, "liens")
        return refusals.page(request, UNKNOWN, status=404)
    return appointment


# ---------------------------------------------------------------------------------------------- one's mailbox
# For the person and who helps them: nothing is typed there, nothing is stored.


@require_safe
def mailbox_guide(request: HttpRequest) -> HttpResponse:
    """Open one's mailbox, step by step."""
    return render(request, "agenda/mailbox/guide.html")


@require_safe
def mailbox_paper(request: HttpRequest) -> HttpResponse:
    """The sheet that keeps secrets at home: printed blank, filled by hand."""
    return render(request, "agenda/mailbox/paper.html", {"lines": BLANK_LINES})


@require_safe
def mailbox_safety(request: HttpRequest) -> HttpResponse:
    """Advice on a doubtful message, before and after one acted on it."""
    return render(request, "agenda/mailbox/safety.html")
