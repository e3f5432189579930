"""The workshops that professionals run: the week, planning, one group, one course, papers, the Coop."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda import access
from maillage.apps.agenda.actions import planning, seats
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.forms import space as forms
from maillage.apps.agenda.forms.public import read_day
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import exports, outlines, public, rooms, space, words
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.modules.outlines import Outline
from maillage.web import refusals
from maillage.web.overwrites import as_compared
from maillage.words.wording import count, listing, of, spaced

BLANK_LINES = 20  # of an attendance sheet


@holding(access.MANAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Workshops: pending ones first, then those to come; or a week, day by day."""
    at = timezone.now()
    context: dict[str, Any] = {
        "at": at,
        "calls": space.to_call(request.user, at),
        "today": timezone.localdate(at),
    }
    if "semaine" in request.GET:
        day = read_day(request.GET["semaine"]) or timezone.localdate(at)
        monday = day - timedelta(days=day.weekday())
        context |= {
            "days": space.week(request.user, monday, at),
            "monday": monday,
            "before": monday - timedelta(days=7),
            "after": monday + timedelta(days=7),
        }
    else:
        context["sections"] = space.sections(request.user, at)
    context["structures"] = list(access.structures_for(request.user))
    return render(request, "agenda/space/index.html", context)


# --------------------------------------------------------------------------------------------------- planning


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a workshop, from an outline or from nothing."""
    chosen = outlines.read_by(request.user).get(request.GET.get("trame", ""))
    if chosen is not None and chosen.meetings:
        return redirect(f"{reverse('course_new')}?trame={chosen.id}")
    form = forms.PlanForm(request.POST or None, user=request.user, initial=_initial(request, chosen))
    if form.is_bound and form.is_valid():
        drop_in = form.cleaned_data["sans_inscription"]
        with refusals.in_form(form):
            row = planning.plan(
                by=account_of(request),
                structure=form.chosen_structure(),
                values=form.values(),
                at=timezone.now(),
                format=rules.OPEN if drop_in else rules.ONE_OFF,
            )
            messages.success(
                request, "L’atelier est planifié. Il n’est pas encore public : publiez-le quand il est prêt."
            )
            return redirect("workshop_run", row.pk)
    context = {"form": form, "outline": chosen}
    return render(request, "agenda/space/plan.html", context, status=400 if form.errors else 200)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_course(request: HttpRequest) -> HttpResponse:
    """Plan all the meetings of a course at once."""
    chosen = outlines.read_by(request.user).get(request.GET.get("trame", ""))
    form = forms.CourseForm(request.POST or None, user=request.user, initial=_initial(request, chosen))
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            row = planning.plan_course(
                by=account_of(request),
                structure=form.chosen_structure(),
                values=form.values(),
                meetings=form.meetings(),
                at=timezone.now(),
            )
            messages.success(request, "Le parcours est planifié. Relisez les dates, puis publiez-le.")
            return redirect("course", row.pk)
    context = {"form": form, "outline": chosen, "course": True}
    return render(request, "agenda/space/plan.html", context, status=400 if form.errors else 200)


def _initial(request: HttpRequest, chosen: Outline | None) -> dict[str, Any]:
    day = read_day(request.GET.get("jour", "")) or timezone.localdate() + timedelta(days=7)
    empty = {"jour": day, "heure": "14:00", "fin": "16:00", "places": 8, "langue": "fr", "fois": 5}
    return {
        **empty,
        **({k: v for k, v in forms.from_outline(chosen).items() if v is not None} if chosen else {}),
    }


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a workshop; those registered are told when the day, the hour or the place changes."""
    row = _own_workshop(request, pk)
    form = forms.PlanForm(
        request.POST or None, user=request.user, workshop=row, initial=forms.from_workshop(row)
    )
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            notified = planning.change(
                row,
                form.values(),
                by=account_of(request),
                at=timezone.now(),
                number=form.cleaned_data["lu"],
            )
            messages.success(request, spaced(f"L’atelier est changé.{_notice(notified)}"))
            return redirect("workshop_run", row.pk)
    context = {"form": form, "workshop": row, "outline": outlines.of(row)}
    return render(request, "agenda/space/plan.html", context, status=400 if form.errors else 200)


def _notice(notified: Notified) -> str:
    """Return the sentences on the notified attendees, and on those to call, which follow another one."""
    n, sentence = notified.reached, ""
    if n:
        sentence = f" {count(n, 'personne prévenue', 'personnes prévenues')}."
    if notified.to_call:
        sentence += f" À prévenir vous-même : {listing(list(notified.to_call))}."
    return sentence


# ------------------------------------------------------------------------------------------------ one of them


@holding(access.MANAGE)
@require_safe
def workshop(request: HttpRequest, pk: int) -> HttpResponse:
    """One workshop: its seats, its attendance, its report."""
    return _page(request, _own_workshop(request, pk))


def _page(request: HttpRequest, row: Workshop, **more: Any) -> HttpResponse:
    at = timezone.now()
    row = rooms.counted(row)
    group = space.group(row, at)
    day, today = words.local(row).date(), at.astimezone(row.zone).date()
    context = {
        "workshop": row,
        "shown": public.detail(row),
        "group": group,
        "names": forms.NamesForm(user=request.user, initial={"cle": secrets.token_hex(16)}),
        "leads": access.may_lead(request.user, row.structure_id),
        "ticking": row.cancelled_at is None and day <= today,
        "over": row.ends_at <= at,
        "begun": row.starts_at <= at,
        "outline": outlines.of(row),
        "siblings": space.siblings(row),
        "address": request.build_absolute_uri(reverse("workshop", args=[row.pk])),
    }
    if context["begun"]:
        context |= {"next": space.next_for(row, request.user, at), "went_on": space.went_on(row)}
        context["again"] = space.to_ask_again(group, request.user)
    context |= more
    bad = "names" in more or more.get("error") is not None
    return render(request, "agenda/space/workshop.html", context, status=400 if bad else 200)


@holding(access.MANAGE)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish, hide, cancel or report a workshop, or propose what comes next."""
    row, at, by = _own_workshop(request, pk), timezone.now(), account_of(request)
    gesture = request.POST.get("geste", "")
    if gesture == "compte-rendu":
        # Store the report; a refused one stays in its field.
        words, compared_words = request.POST.get("mots", "")[:4000], request.POST.get("etait")
        try:
            planning.report(row, words=words, compared_words=compared_words, by=account_of(request), at=at)
        except Refused as error:
            row.refresh_from_db()
            is_rewritten = compared_words is not None and as_compared(row.report) != as_compared(
                compared_words
            )
            return _page(request, row, error=error, report=words, theirs=row.report if is_rewritten else "")
        messages.success(request, "Le compte rendu est gardé.")
        return redirect("workshop_run", row.pk)
    with refusals.as_message(request):
        if gesture == "publier":
            n = planning.publish(row, by=by, at=at)
            published = "le voit" if n < 2 else f"voit les {n} séances"
            messages.success(request, f"C’est publié : tout le monde {published}.")
        elif gesture == "cacher":
            planning.hide(row, by=by, at=at)
            messages.success(request, "Plus personne ne le voit, hors de votre structure.")
        elif gesture in ("annuler", "annuler-tout"):
            reason, is_all = request.POST.get("raison", ""), gesture == "annuler-tout"
            notified = planning.cancel(row, by=by, at=at, reason=reason, whole_series=is_all)
            messages.success(request, spaced(f"C’est annulé.{_notice(notified)}"))
        elif gesture == "suite":
            _go_on(request, row, at)
        else:
            raise Http404
    return redirect("workshop_run", pk)


def _go_on(request: HttpRequest, row: Workshop, at: datetime) -> None:
    """Let the participants who came continue in a course, or at another workshop."""
    to = get_object_or_404(
        access.workshops_for(request.user), pk=whole_number(request.POST.get("vers", ""), ROWS) or 0
    )
    chosen = space.seats_of(row, [whole_number(pk, ROWS) or 0 for pk in request.POST.getlist("place")])
    if not chosen:
        raise Refused(
            "Personne n’a été inscrit.", why="Aucun nom n’est coché.", do="Cochez-en, puis recommencez."
        )
    new_seats = seats.carry_on(chosen, to=to, by=account_of(request), at=at)
    n_waitlisted = sum(each.status == rules.WAIT_LISTED for each in new_seats)
    sentence = f"{count(len(new_seats), 'personne inscrite', 'personnes inscrites')} à « {to.course or to} »."
    waitlisted = f" Dont {n_waitlisted} en attente." if n_waitlisted else ""
    messages.success(request, spaced(sentence + waitlisted))


@holding(access.MANAGE)
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down several people at once: at the counter, by telephone, from a paper."""
    row, at = _own_workshop(request, pk), timezone.now()
    form = forms.NamesForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, row, names=form)
    new_seats: list[Seat] = []
    try:
        with transaction.atomic():
            for rank, written in enumerate(form.cleaned_data["noms"]):
                new_seats.append(
                    seats.book(
                        workshop=row,
                        name=written.name,
                        way=written.way,
                        contact=written.contact,
                        person=written.person,
                        learner=form.learner(rank),
                        channel=form.cleaned_data["voie"],
                        by=account_of(request),
                        at=at,
                    )
                )
    except Refused as error:
        form.add_error("noms", " ".join(error.sentences))
        return _page(request, row, names=form)
    waitlisted_names = [each.name for each in new_seats if each.status == rules.WAIT_LISTED]
    sentence = f"{count(len(new_seats), 'personne inscrite', 'personnes inscrites')}."
    waitlisted = f" En attente : {listing(waitlisted_names)}." if waitlisted_names else ""
    messages.success(request, spaced(sentence + waitlisted))
    return redirect(f"{reverse('workshop_run', args=[pk])}#places")


@holding(access.MANAGE)
@require_POST
def tick(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap for one seat, which the same tap takes back; or all at once."""
    row, at = _own_workshop(request, pk), timezone.now()
    came = forms.ticked(request.POST)
    anonymous = None
    if request.POST.get("geste") == "tous":
        came = dict.fromkeys(space.unticked(row), True)
    elif request.POST.get("geste") == "anonymes":
        anonymous = whole_number(request.POST.get("anonymes", ""), rules.MOST_SEATS)
        if anonymous is None:
            messages.error(
                request,
                f"Rien n’a changé. Ce nombre n’est pas reconnu. Écrivez un nombre de 0 à {rules.MOST_SEATS}.",
            )
            return redirect("workshop_run", pk)
    with refusals.as_message(request):
        seats.tick(row, came, by=account_of(request), at=at, anonymous=anonymous)
    target = f"place-{next(iter(came))}" if len(came) == 1 else "places"
    return redirect(f"{reverse('workshop_run', args=[pk])}#{target}")


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """One seat: given up or taken again; why somebody stops, what was proposed; their own link."""
    seat = get_object_or_404(access.seats_for(request.user), pk=pk)
    at = timezone.now()
    note = {"arret": seat.stopped_because, "arret_mots": seat.stopped_words}
    note |= {"suite": seat.next_proposed, "suite_mots": seat.next_words}
    form = forms.NoteForm(request.POST or None, initial=note)
    if request.method == "POST" and request.POST.get("geste") in ("rendre", "reprendre"):
        with refusals.as_message(request):
            _give_up_or_put_back(request, seat, at)
        return redirect(f"{reverse('workshop_run', args=[seat.workshop_id])}#places")
    if form.is_bound and form.is_valid():
        cleaned = form.cleaned_data
        try:
            seats.note(
                seat,
                by=account_of(request),
                at=at,
                because=cleaned["arret"],
                words=cleaned["arret_mots"],
                then=cleaned["suite"],
                then_words=cleaned["suite_mots"],
            )
        except Refused as error:
            form.add_error("arret_mots", " ".join(error.sentences))
        else:
            messages.success(request, "C’est gardé.")
            return redirect(f"{reverse('workshop_run', args=[seat.workshop_id])}#place-{seat.pk}")
    context = {
        "seat": seat,
        "form": form,
        "workshop": seat.workshop,
        "link": request.build_absolute_uri(reverse("seat", args=[access.link_of(seat)])),
        "begun": seat.workshop.starts_at <= at,
    }
    return render(request, "agenda/space/seat.html", context, status=400 if form.errors else 200)


def _give_up_or_put_back(request: HttpRequest, seat: Seat, at: datetime) -> None:
    """Give a seat up, or take it again; with those that follow in its course when it is asked."""
    if request.POST["geste"] == "reprendre":
        back = seats.put_back(seat, by=account_of(request), at=at)
        where = "sur la liste d’attente" if back.status == rules.WAIT_LISTED else "à sa place"
        messages.success(request, f"{seat.name or 'Cette personne'} est de nouveau {where}.")
        return
    chosen_seats = space.following(seat, at) if "toutes" in request.POST else [seat]
    _, notified = seats.give_up(chosen_seats, at=at, by=account_of(request))
    freed = f"La place {of(seat.name or 'cette personne')} est libre."
    messages.success(request, spaced(freed + _notice(notified)))


# --------------------------------------------------------------------------------------------------- a course


@holding(access.MANAGE)
@require_safe
def course(request: HttpRequest, pk: int) -> HttpResponse:
    """One course: the group on one line, who comes no more since which meeting, and why."""
    row = get_object_or_404(access.courses_for(request.user), pk=pk)
    at = timezone.now()
    course = space.course(row, at)
    standing = [each.workshop for each in course.meetings if each.workshop.cancelled_at is None]
    context = {
        "course": row,
        "follow_up": course,
        "at": at,
        "first": next(iter(standing), None),
        "hidden": any(each.published_at is None for each in standing),
        "n_meetings": len(standing),
        "leads": access.may_lead(request.user, row.structure_id),
        "outline": outlines.of(row),
        "hours": sum(each.minutes for each in standing) / 60,
    }
    return render(request, "agenda/space/course.html", context)


# ----------------------------------------------------------------------------------------------------- papers


@holding(access.MANAGE)
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The attendance sheet to print: names and a line to sign, or numbers alone."""
    row = rooms.counted(_own_workshop(request, pk))
    nameless = "anonyme" in request.GET
    group = space.group(row, timezone.now())
    names = [] if nameless else [place.seat.name for place in group.booked]
    lines = max(row.capacity, len(names)) if row.capacity <= BLANK_LINES else max(BLANK_LINES, len(names))
    context = {
        "workshop": row,
        "shown": public.detail(row),
        "nameless": nameless,
        "waiting": [] if nameless else [place.seat.name for place in group.wait_list],
        "lines": [(n + 1, names[n] if n < len(names) else "") for n in range(lines)],
    }
    return render(request, "agenda/space/sheet.html", context)


@holding(access.MANAGE)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Export of workshops for the Coop: meaning of each column, and the file."""
    since, until = forms.PeriodForm(request.GET).period(timezone.localdate())
    rows = exports.declared_workshops(request.user, since, until)
    context = {
        "since": since,
        "until": until,
        "rows": rows,
        "columns": rules.COOP_COLUMNS,
        "people": sum(vars(row)["n_came"] + row.anonymous for row in rows),
        "untold": exports.untold(request.user, since, until, timezone.now()),
    }
    return render(request, "agenda/space/export.html", context)


@holding(access.MANAGE)
@require_safe
def coop(request: HttpRequest) -> HttpResponse:
    """The file itself."""
    since, until = forms.PeriodForm(request.GET).period(timezone.localdate())
    content = exports.coop(exports.declared_workshops(request.user, since, until))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ateliers-coop-{since}-{until}.csv"'
    return response


def _own_workshop(request: HttpRequest, pk: int) -> Workshop:
    return get_object_or_404(access.workshops_for(request.user), pk=pk)
