"""Missions and volunteers, for the structures that welcome them, and for volunteers with an account."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.memberships.access import current
from maillage.apps.directory.places.forms.places import lieux_of
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import hours as hours_actions
from maillage.apps.volunteering.volunteers.actions import meetings
from maillage.apps.volunteering.volunteers.actions import missions as actions
from maillage.apps.volunteering.volunteers.forms.missions import (
    CharterForm,
    HoursForm,
    MeetingForm,
    MissionForm,
    SupervisorForm,
    from_gap,
    hours_form,
    languages,
)
from maillage.apps.volunteering.volunteers.models import Engagement, Volunteer
from maillage.apps.volunteering.volunteers.queries import missions as queries
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing import assistance
from maillage.web import refusals
from maillage.web.long_lists import Choice, back, long_list, report, selection
from maillage.web.withdrawal import was_withdrawn
from maillage.words.wording import series


@holding(access.MANAGE)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Volunteers by what is to be done, the missions of one's structures, the gaps around them."""
    at = timezone.localtime()
    structures = list(access.structures_for(request.user))
    lines = long_list(
        request,
        queries.lines(request.user, at.date()),
        words=lambda line: line.words,
        choices=[Choice("etape", "Où cela en est", "Tout", lambda line: line.section, queries.SECTIONS)],
        day=lambda line: line.row.ends_on if line.section == queries.CLOSED else None,
    )
    parts: dict[str, list[Any]] = {}
    for line in lines.page:
        parts.setdefault(line.section, []).append(line.row)
    context = {
        "lines": lines,
        "sections": [(id, title, parts[id]) for id, title in queries.PEOPLE.items() if id in parts],
        "alone": queries.without_supervisor(access.engagements_for(request.user), at),
        "to_confirm": [
            (each, assistance.duration(vars(each)["pending"])) for each in queries.to_confirm(request.user)
        ],
        "missions": queries.suited_to_each(parts.get(queries.OPENED, ()), at.date()),
        "available": queries.available_near(request.user),
        "closed": parts.get(queries.CLOSED, ()),
        "gaps": queries.gaps_around(structures[0]) if structures else [],
        "tab": "benevoles",
    }
    return render(request, "volunteers/missions/index.html", context)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A mission to write, from a gap: `?manque=`."""
    at = timezone.localtime()
    structures = list(access.structures_for(request.user))
    if not structures:
        raise Http404
    key = request.POST.get("manque", "") or request.GET.get("manque", "")
    gap = queries.gap_of(structures[0], key) if key else None
    initial = from_gap(gap, at.date(), get_random_string(24))
    form = MissionForm(request.POST or None, structures=structures, initial=initial)
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.publish(
                form.structure,
                form.values(gap),
                token=form.cleaned_data["jeton"],
                by=account_of(request),
                at=at,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "La mission est publiée : chacun la lit, et peut se proposer.")
            return redirect("mission", row.pk)
    context = {"form": form, "gap": gap, "error": error, "tab": "benevoles"}
    status = 400 if error or form.errors else 200
    return render(request, "volunteers/missions/new.html", context, status=status)


@holding(access.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def mission(request: HttpRequest, pk: int) -> HttpResponse:
    """One mission: who is on it, whom it suits; closing it, inviting somebody to be met."""
    row = get_object_or_404(access.missions_for(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    if request.method == "POST" and request.POST.get("geste") == "clore":
        with refusals.as_message(request):
            row = actions.close(row, was=was_withdrawn(request), by=by, at=at)
            messages.success(
                request,
                "La mission n’est plus proposée. Vous pouvez la remettre."
                if row.closed_at
                else "La mission est de nouveau proposée.",
            )
        return redirect("mission", row.pk)
    if request.method == "POST":
        number = whole_number(request.POST.get("benevole", ""), ROWS) or 0
        suited = {each.volunteer.pk: each.volunteer for each in queries.suited_to(row, at.date())}
        if number not in suited:
            raise Http404
        with refusals.as_message(request):
            engagement = actions.engage(suited[number], row, by=by, at=at)
            return redirect("engagement", engagement.pk)
        return redirect("mission", row.pk)
    context = {
        "row": row,
        "town": queries.town(row.commune),
        "days": [words for key, words in rules.HALF_DAYS.items() if key in row.half_days],
        "skills": [rules.SKILLS[each] for each in row.skills if each in rules.SKILLS],
        "languages": [name for id, name in languages() if id in row.languages],
        "engagements": queries.engagements(access.engagements_for(request.user).filter(mission=row)),
        "suited": queries.suited_to(row, at.date()),
        "is_open": row.closed_at is None and row.ends_on >= at.date(),
        "tab": "benevoles",
    }
    return render(request, "volunteers/missions/mission.html", context)


@holding(access.MANAGE)
@require_safe
def engagement(request: HttpRequest, pk: int) -> HttpResponse:
    """A volunteer on a mission: what comes next, their hours."""
    return _page(request, _engagement(request, pk))


@holding(access.MANAGE)
@require_safe
def of_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The engagement of an appointment of the agenda: what came of the meeting is said there."""
    row = get_object_or_404(access.engagements_for(request.user), appointment=pk)
    return redirect("engagement", row.pk)


def _engagement(request: HttpRequest, pk: int) -> Engagement:
    return get_object_or_404(access.engagements_for(request.user), pk=pk)


def _page(request: HttpRequest, row: Engagement, form: Any = None) -> HttpResponse:
    at = timezone.localtime()
    (engagement,) = queries.engagements(access.engagements_for(request.user).filter(pk=row.pk))
    suited = queries.suited(row.volunteer, [row.mission], at.date())
    context = {
        "row": engagement,
        "reasons": suited[0].match.reasons if suited else (),
        "languages": [name for id, name in languages() if id in row.volunteer.languages],
        "meeting": vars(engagement)["meeting"],
        "form": form or _next_form(request, engagement, None),
        "hours_form": HoursForm(initial={"jour": at.date(), "jeton": get_random_string(24)}),
        "confirmed": assistance.duration(vars(engagement)["minutes"] or 0),
        "pending": assistance.duration(vars(engagement)["pending"]) if vars(engagement)["pending"] else "",
        "hours": [(each, assistance.duration(each.minutes)) for each in engagement.hours.all()],
        "shows_contact": row.state in rules.MET,
        "charter_lines": rules.CHARTER_LINES,
        "structure_lines": rules.STRUCTURE_LINES,
        "attested": next(iter(vars(engagement)["papers"]), None),
        "tab": "benevoles",
    }
    failed = form is not None
    return render(request, "volunteers/missions/engagement.html", context, status=400 if failed else 200)


def _next_form(request: HttpRequest, row: Engagement, sent: Any) -> Any:
    """Return the form of what comes next for a volunteer, None when nothing is typed."""
    today = timezone.localdate()
    structure = row.mission.structure
    if row.state in (rules.PROPOSED, rules.MEETING):
        by = account_of(request)
        helpers = list(access.supervisors(structure, today))
        return MeetingForm(sent, row=row, lieux=lieux_of([structure]), helpers=helpers, by=by)
    if row.state == rules.CHARTER:
        return CharterForm(
            sent,
            supervisors=list(access.supervisors(structure, today)),
            accounts=_volunteer_accounts(structure, today),
            initial={"signee": today},
        )
    if row.state == rules.ACTIVE:
        initial = {"encadre": str(row.supervisor_id)}
        return SupervisorForm(sent, supervisors=list(access.supervisors(structure, today)), initial=initial)
    return None


def _volunteer_accounts(structure: Structure, today: Any) -> list[User]:
    roles = current(today).filter(structure=structure, role="benevole").values("user")
    return list(User.objects.filter(pk__in=roles, is_active=True).order_by("name", "pk"))


@holding(access.MANAGE)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step of a volunteer, or one taken back."""
    row = _engagement(request, pk)
    step = request.POST.get("geste", "")
    plain = {
        "rencontre-faite": (meetings.confirm, "La rencontre est notée. La charte vient ensuite."),
        "absent": (meetings.miss, "C’est noté. Donnez un autre jour, ou ne donnez pas suite."),
        "annuler-rencontre": (meetings.cancel, "La rencontre est annulée. Vous pouvez la remettre."),
        "remettre-rencontre": (meetings.put_back, "La rencontre est remise, au même moment."),
        "accepter": (meetings.accept, "La rencontre change : c’est le moment que la personne proposait."),
        "finir": (actions.end, "La mission est finie. Ses papiers et mandats lui sont fermés."),
        "reprendre": (actions.resume, "La mission reprend."),
        "decliner": (actions.decline, "C’est noté : la personne lira que vous ne donnez pas suite."),
        "reconsiderer": (actions.reconsider, "La proposition est de nouveau à rencontrer."),
    }
    if step in plain:
        act, words = plain[step]
        with refusals.as_message(request):
            act(row, by=account_of(request), at=timezone.localtime())
            messages.success(request, words)
        return redirect("engagement", row.pk)
    if step == "attester":
        with refusals.as_message(request):
            attestation = hours_actions.attest(row, by=account_of(request), at=timezone.localtime())
            return redirect("attestation_pdf", attestation.pk)
        return redirect("engagement", row.pk)
    return _typed(request, row, step)


def _typed(request: HttpRequest, row: Engagement, step: str) -> HttpResponse:
    """Answer the gestures that come with a form."""
    by, at = account_of(request), timezone.localtime()
    form: Any = HoursForm(request.POST) if step == "heures" else _next_form(request, row, request.POST)
    expected = {"rencontrer": MeetingForm, "signer": CharterForm, "encadrer": SupervisorForm}
    if step != "heures" and step not in expected:
        raise Http404
    if step != "heures" and not isinstance(form, expected[step]):  # a colleague went on meanwhile
        messages.error(
            request,
            f"Rien n’a changé. Quelqu’un a déjà noté la suite : {row.get_state_display()}. Relisez la page.",
        )
        return redirect("engagement", row.pk)
    if not form.is_valid():
        if step == "heures":
            messages.error(request, " ".join(error for each in form.errors.values() for error in each))
            return redirect("engagement", row.pk)
        return _page(request, row, form)
    with refusals.as_message(request):
        if step == "heures":
            hours_actions.note(
                row,
                on=form.cleaned_data["jour"],
                minutes=form.minutes,
                token=form.cleaned_data["jeton"],
                by=by,
                at=at,
            )
            messages.success(request, "Les heures sont notées et confirmées.")
        elif step == "rencontrer":
            meetings.plan(row, **form.values, by=by, at=at)
            messages.success(request, "Le jour de la rencontre est donné : la personne le lit avec son code.")
        elif step == "signer":
            actions.sign(row, **form.values, by=by, at=at)
            messages.success(request, "La mission commence. La personne fait partie de l’équipe.")
        else:
            actions.supervise(row, supervisor=form.supervisor, by=by, at=at)
            messages.success(request, "C’est changé.")
    return redirect("engagement", row.pk)


@holding(access.MANAGE)
@require_safe
def charter(request: HttpRequest, pk: int) -> HttpResponse:
    """The charter to sign, on paper."""
    row = _engagement(request, pk)
    content = assistance.charter(
        row.volunteer.name,
        row.mission.structure.name,
        str(row.supervisor or ""),
        volunteer=rules.CHARTER_LINES,
        promised=rules.STRUCTURE_LINES,
        version=row.charter or rules.CHARTER_VERSION,
        on=timezone.localdate(),
        example=row.volunteer.example,
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="charte.pdf"'
    return response


@holding(access.MANAGE)
@require_POST
def hours_gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm hours that a volunteer noted, or take off those noted by mistake."""
    row = access.hours_for(request.user).filter(pk=pk).first()
    number = row.engagement_id if row is not None else whole_number(request.POST.get("sur", ""), ROWS)
    engaged = _engagement(request, number or 0).pk
    by, at = account_of(request), timezone.localtime()
    with refusals.as_message(request):
        if row is None:
            raise hours_actions.REMOVED_HOURS
        if request.POST.get("geste") == "oter":
            hours_actions.remove(row, by=by, at=at)
            messages.success(request, "Ces heures ne comptent plus.")
        else:
            hours_actions.confirm(row, by=by, at=at)
            messages.success(request, "Les heures sont confirmées.")
    return redirect("engagement", engaged)


@holding(access.MANAGE)
@require_POST
def hours_several(request: HttpRequest) -> HttpResponse:
    """Confirm all the hours that several volunteers noted."""
    by, at = account_of(request), timezone.localtime()
    chosen = access.hours_for(request.user).filter(engagement__in=selection(request), confirmed_at=None)
    rows = []
    for row in chosen:
        with suppress(Refused):  # taken off meanwhile
            hours_actions.confirm(row, by=by, at=at)
            rows.append(row)
    names = {str(row.engagement.volunteer) for row in rows}
    report(
        request,
        rows,
        len(rows),
        {},
        success=f"Heures confirmées pour {series(sorted(names))}. Une erreur ? Retirez-les sur leur fiche.",
    )
    return back(request, "volunteers")


@holding(access.SEE_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """The missions of a volunteer who has an account: who answers for them, and their hours."""
    at = timezone.localtime()
    rows = queries.engagements(access.own_engagements(request.user))
    number = whole_number(request.POST.get("mission", ""), ROWS)
    forms = {
        each.pk: hours_form(each, at.date(), request.POST if each.pk == number else None) for each in rows
    }
    chosen = next((each for each in rows if each.pk == number), None)
    if request.method == "POST" and chosen is None:
        raise Http404
    form = forms[chosen.pk] if chosen is not None else None
    if chosen is not None and form is not None and form.is_valid():
        with refusals.as_message(request):
            hours_actions.note(
                chosen,
                on=form.cleaned_data["jour"],
                minutes=form.minutes,
                token=form.cleaned_data["jeton"],
                by=account_of(request),
                at=at,
                volunteer=True,
            )
            messages.success(request, "Vos heures sont notées. La structure les confirme.")
        return redirect("own_missions")
    context = {
        "rows": [
            (
                each,
                assistance.duration(vars(each)["minutes"] or 0),
                assistance.duration(vars(each)["pending"]) if vars(each)["pending"] else "",
                forms[each.pk],
            )
            for each in rows
        ],
        "form": form,
        "volunteer": Volunteer.objects.filter(user=request.user.pk).first(),
        "tab": "mienne",
    }
    return render(
        request, "volunteers/missions/own.html", context, status=400 if form and form.errors else 200
    )
