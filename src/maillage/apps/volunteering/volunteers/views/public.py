"""Proposing oneself as a volunteer, without account nor e-mail; one's own page, opened by a code."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places.forms.places import read_commune
from maillage.apps.platform.accounts.access import count, counted, once_more
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import hours as hours_actions
from maillage.apps.volunteering.volunteers.actions import meetings
from maillage.apps.volunteering.volunteers.actions import missions as actions
from maillage.apps.volunteering.volunteers.forms.missions import (
    HoursForm,
    MomentForm,
    ProposalForm,
    hours_form,
    languages,
)
from maillage.apps.volunteering.volunteers.models import Attestation, Engagement, Hours, Mission, Volunteer
from maillage.apps.volunteering.volunteers.queries import missions as queries
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.apps.volunteering.volunteers.views.attestations import paper
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing.assistance import duration
from maillage.web import refusals
from maillage.web.refusals import error_texts
from maillage.words.languages import say, to_say

LIMIT, CODES = "benevoles", "benevoles-codes"
PAGE = 40
TOO_MANY = Refused(
    to_say("Votre proposition n’est pas partie."),
    why=to_say("Beaucoup sont déjà parties de cette connexion en une heure."),
    do=to_say("Revenez dans une heure, ou allez voir la structure."),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The missions that look for somebody, near a commune when one is typed."""
    today = timezone.localdate()
    typed = request.GET.get("ou", "").strip()[:100]
    unknown, commune = False, ""
    if typed:
        try:
            commune = read_commune(typed)
        except ValidationError:
            unknown = True
    rows = queries.opened(today)
    if commune:  # of all of them: the latest ones of a country are seldom near
        near = [(queries.km_between(row, commune), row) for row in rows]
        near_enough = [(km, row) for km, row in near if km is None or km <= rules.FURTHEST_KM]
        listed = sorted(
            near_enough,
            key=lambda near_mission: (near_mission[0] is None, near_mission[0] or 0.0, near_mission[1].pk),
        )
    else:
        listed = [(None, row) for row in rows[:PAGE]]
    context = {
        "rows": [(row, queries.town(row.commune), None if km is None else round(km)) for km, row in listed],
        "n_found": sum(km is not None for km, _ in listed),
        "more": 0 if commune else max(rows.count() - PAGE, 0),
        "typed": typed,
        "unknown": unknown,
        "near": rules.FURTHEST_KM if commune else None,
    }
    return render(request, "volunteers/public/index.html", context)


@require_safe
def mission(request: HttpRequest, pk: int) -> HttpResponse:
    """One mission, as anybody reads it."""
    today = timezone.localdate()
    row = get_object_or_404(Mission.objects.select_related("structure", "lieu"), pk=pk)
    context = {
        "row": row,
        "town": queries.town(row.commune),
        "days": [words for key, words in rules.half_days() if key in row.half_days],
        "skills": [say(rules.SKILLS[each]) for each in row.skills if each in rules.SKILLS],
        "languages": [name for id, name in languages() if id in row.languages],
        "is_open": queries.opened(today).filter(pk=row.pk).exists(),
    }
    return render(request, "volunteers/public/mission.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose oneself, for a mission or for none yet: `?mission=`."""
    number = whole_number(request.POST.get("mission", "") or request.GET.get("mission", ""), ROWS) or 0
    chosen = queries.opened(timezone.localdate()).filter(pk=number).first()
    form = ProposalForm(request.POST or None, initial={"jeton": get_random_string(24), "langues": ["fr"]})
    error = actions.CLOSED if number and chosen is None else None
    if form.is_bound and form.is_valid() and error is None:
        if form.cleaned_data["site"] or not once_more(request, LIMIT, access.PROPOSALS_AN_HOUR):
            return refusals.page(request, TOO_MANY, status=429)
        try:
            row = actions.propose(
                form.values, token=form.cleaned_data["jeton"], mission=chosen, at=timezone.localtime()
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, say("C’est noté. Gardez votre code : il ouvre votre page."))
            return redirect("volunteer_page", codes.in_halves(row.code))
    context = {"form": form, "mission": chosen, "error": error}
    status = 400 if error or form.errors else 200
    return render(request, "volunteers/public/propose.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Type one's code."""
    if request.method != "POST":
        return render(request, "volunteers/public/code.html", {})
    code = codes.read(request.POST.get("code", "")[:20])
    if counted(request, CODES) < access.CODES_AN_HOUR and Volunteer.objects.filter(code=code).exists():
        return redirect("volunteer_page", codes.in_halves(code))
    count(request, CODES)
    too_many = counted(request, CODES) > access.CODES_AN_HOUR
    context = {"unknown": True, "too_many": too_many, "typed": request.POST.get("code", "")[:20]}
    return render(request, "volunteers/public/code.html", context, status=429 if too_many else 404)


def _volunteer(request: HttpRequest, typed: str) -> Volunteer:
    """Return the volunteer of a code; wrong ones are counted, and stop after twenty in an hour."""
    code = codes.read(typed[:20])
    volunteer = Volunteer.objects.filter(code=code).first() if code else None
    if volunteer is None or counted(request, CODES) >= access.CODES_AN_HOUR:
        count(request, CODES)
        raise Http404
    return volunteer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a volunteer: where each mission stands, their hours, what they may take back or erase."""
    row = _volunteer(request, code)
    at = timezone.localtime()
    if request.method == "POST":
        if request.POST.get("geste") == "effacer" and request.POST.get("confirme") == "oui":
            actions.forget(row, by=None, at=at)
            messages.success(
                request, say("Tout est effacé : votre proposition, vos heures, vos attestations.")
            )
            return redirect("volunteers_public")
        try:
            _gesture(request, row)
        except Refused as refused:
            messages.error(request, " ".join(say(engagement) for engagement in refused.sentences))
        return redirect("volunteer_page", codes.in_halves(row.code))
    engagements = queries.engagements(access.engagements_of(row))
    for engagement in engagements:  # each form has its own fields
        vars(engagement).update(
            moment_form=MomentForm(auto_id=f"autre-{engagement.pk}-%s"),
            hours_form=hours_form(engagement, at.date()),
        )
    open_missions = queries.opened(at.date()).exclude(engagements__volunteer=row)
    context = {
        "row": row,
        "code": codes.in_halves(row.code),
        "town": queries.town(row.commune),
        "engagements": [
            (
                engagement,
                duration(vars(engagement)["minutes"] or 0),
                [(hour, duration(hour.minutes)) for hour in engagement.hours.all()],
            )
            for engagement in engagements
        ],
        "suited": queries.suited(row, open_missions, at.date())[:6],
        "erased_after": rules.UNMET.days // 30,
    }
    return render(request, "volunteers/public/page.html", context)


def _gesture(request: HttpRequest, row: Volunteer) -> None:
    """Do what a volunteer asks from their page; Http404 for what is not theirs."""
    step, at = request.POST.get("geste", ""), timezone.localtime()
    number = whole_number(request.POST.get("ligne", ""), ROWS) or 0
    own_engagements = access.engagements_of(row)
    if step == "proposer":
        mission = get_object_or_404(queries.opened(at.date()), pk=number)
        actions.engage(row, mission, by=None, at=at)
        messages.success(request, say("Votre proposition est partie."))
    elif step == "renoncer":
        actions.decline(get_object_or_404(own_engagements, pk=number), by=None, at=at, code=row.code)
        messages.success(request, say("C’est noté : vous n’êtes plus sur cette mission."))
    elif step == "oter":
        hours = Hours.objects.filter(engagement__volunteer=row, pk=number).first()
        if hours is None:
            raise hours_actions.REMOVED_HOURS
        hours_actions.remove(hours, by=None, at=at, volunteer=True)
        messages.success(request, say("Ces heures sont retirées."))
    elif step == "heures":
        form = HoursForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(say(text) for text in error_texts(form)))
            return
        hours_actions.note(
            get_object_or_404(own_engagements, pk=number),
            on=form.cleaned_data["jour"],
            minutes=form.minutes,
            token=form.cleaned_data["jeton"],
            at=at,
            volunteer=True,
        )
        messages.success(request, say("Vos heures sont notées. La structure les confirme."))
    elif step in ("pas-venir", "revenir", "autre-moment"):
        _meeting_gesture(request, get_object_or_404(own_engagements, pk=number), step)
    elif step == "attester":
        hours_actions.attest(get_object_or_404(own_engagements, pk=number), by=None, at=at)
        messages.success(request, say("Votre attestation est prête, plus bas."))
    elif step == "effacer":
        messages.error(request, say("Rien n’est effacé. Cochez la case pour dire que vous êtes sûr."))
    else:
        raise Http404


def _meeting_gesture(request: HttpRequest, row: Engagement, step: str) -> None:
    """Say that one does not come to the first meeting, comes after all, or would rather come another day."""
    at = timezone.localtime()
    if step == "pas-venir":
        meetings.cancel(row, by=None, at=at)
        messages.success(
            request, say("C’est noté : vous ne venez pas. Proposez un autre moment si vous voulez.")
        )
    elif step == "revenir":
        meetings.put_back(row, by=None, at=at)
        messages.success(request, say("C’est noté : on vous attend."))
    else:
        form = MomentForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(say(text) for text in error_texts(form)))
            return
        meetings.wish(row, wished_at=form.moment(row.mission.commune), at=at)
        messages.success(request, say("C’est demandé. La structure dira oui, ou donnera un autre jour."))


@never_cache
@require_safe
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """All that is known of a volunteer, for them."""
    personal_data = queries.copy_of(_volunteer(request, code))
    response = JsonResponse(personal_data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response


@never_cache
@require_safe
def attestation(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """An attestation of hours, taken by the volunteer."""
    row = _volunteer(request, code)
    aidant_numbers = access.engagements_of(row).filter(aidant__isnull=False).values("aidant")
    attestations = Attestation.objects.filter(aidant__in=aidant_numbers, withdrawn_at=None).exclude(code="")
    return paper(request, get_object_or_404(attestations.select_related("structure"), pk=pk))
