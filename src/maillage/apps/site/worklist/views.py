"""The page of the day, and the page of notifications."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.platform.accounts.access import account_of, rights_of
from maillage.apps.platform.accounts.rules import worklist as worklist_rules
from maillage.apps.platform.messages import queries as outbox
from maillage.apps.site.worklist import actions, queries, rules
from maillage.apps.site.worklist.forms import NotificationForm, initial
from maillage.apps.steering.pilotage.queries.home import home_loop
from maillage.apps.volunteering.volunteers.queries import missions
from maillage.kernel.errors import Refused


@login_required
@require_safe
def space(request: HttpRequest) -> HttpResponse:
    """Today: what needs this account, its hours, its good news; what presses in the territory that it steers;
    then every tool.
    """
    user, at = account_of(request), timezone.localtime()
    readings = queries.pending_readings(user, at)
    items = queries.lines(user, at, readings)
    rights = rights_of(user)
    helps = rights.any("people.see", "people.mine")
    leads = helps and rights.any("members.manage")
    steps = queries.first_steps(user, at)
    groups = queries.groups(items, at.date())
    pressing = queries.take_first(groups) if helps else None
    alone = queries.only_runs_platform(user)
    platform = queries.platform(user, at, alone=alone)
    rest: list[queries.Group] = []
    if alone:
        groups, rest = queries.split_platform(groups)
    heading = platform[0].words if alone else worklist_rules.heading(len(items) + len(platform))
    context = {
        "today": at,
        "platform": platform,
        "rest": rest,
        "n_rest": sum(len(group.rows) for group in rest),
        "roles": memberships.roles_of(user),
        "steps": steps,
        "heading": "Vos premiers pas" if steps and steps.goal == queries.TO_REFERRAL else heading,
        "lead": "" if alone else worklist_rules.lead(items, at.date()),
        "groups": groups,
        "leads": leads,
        "pressing": pressing,
        "struck": queries.undo(user, at, readings),
        "day": queries.day(user, at, readings),
        "missions": missions.running(user) if helps else (),
        "recent": queries.recent(user) if helps else (),
        "news": queries.news(user, at, readings),
        "steered": None if alone else home_loop(user, at.date()),
        "helps": helps,
    }
    return render(request, "worklist/space.html", context)


@login_required
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put good news, or the list of the first steps, away for good."""
    actions.dismiss(request.POST.get("nouvelle", ""), by=account_of(request), at=timezone.localtime())
    return redirect("space")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """The notifications of an account: their subjects, way and rhythm."""
    user = account_of(request)
    form = NotificationForm(request.POST or None, initial=initial(queries.preference(user)))
    refused = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.choose(
                by=user,
                rhythm=values["rythme"],
                way=values["moyen"],
                phone=values["numero"],
                hour=values["heure"],
                weekend=values["week_end"],
                groups=values["sortes"],
                at=timezone.localtime(),
            )
        except Refused as error:
            refused = error
        else:
            messages.success(request, "C’est noté. Vous pouvez changer d’avis à tout moment.")
            return redirect("notifications")
    context = {
        "form": form,
        "refused": refused,
        "silent": [each for each in rules.WAYS if not outbox.leaves(each)],
    }
    status = 400 if refused or form.errors else 200
    return render(request, "worklist/notifications.html", context, status=status)
