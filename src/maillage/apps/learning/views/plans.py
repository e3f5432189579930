"""Doing it for real: papers, addresses, a date; then the question, answered by a link, by card, or by
whoever helps.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places.queries.seats import seat
from maillage.apps.learning import access, rules
from maillage.apps.learning.actions import plans as actions
from maillage.apps.learning.forms.plans import AnswerForm, PlanForm
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries import plans as queries
from maillage.apps.learning.queries.progress import services
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, holding, once_more
from maillage.kernel.errors import Refused
from maillage.web import refusals

PLANS_AN_HOUR = 60
OF_ANOTHER = Refused(
    "Ce projet n’a pas été noté.",
    why="Cette page était celle d’une autre carte.",
    do="Regardez au nom de qui elle est maintenant, puis recommencez.",
)
TOO_MANY = Refused(
    "Ce projet n’a pas été noté.",
    why="Cet appareil en a noté beaucoup en une heure.",
    do="Gardez la liste des papiers, et revenez dans une heure.",
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def real(request: HttpRequest, id: str) -> HttpResponse:
    """A real procedure: papers to have, where to go, and the plan, for oneself."""
    return _real(request, id, None)


@holding(access.SEE, access.SEE_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def real_for(request: HttpRequest, id: str, pk: int) -> HttpResponse:
    """The same, for a person one helps."""
    return _real(request, id, get_object_or_404(people_for(request.user), pk=pk))


def _real(request: HttpRequest, id: str, helped: Person | None) -> HttpResponse:
    module = contents.module(id)
    if module is None or module.service is None:
        raise Http404
    at = timezone.now()
    person = helped or access.learner(request, at)
    form = PlanForm(request.POST if request.method == "POST" else None)
    plan: Plan | None = None
    if form.is_bound and not once_more(request, "projets", PLANS_AN_HOUR):
        return refusals.page(request, TOO_MANY, status=429)
    is_same_person = helped is not None or access.is_same_card(request, person)
    if form.is_bound and not is_same_person:
        messages.error(request, " ".join(OF_ANOTHER.sentences))
    elif form.is_bound and form.is_valid():
        structure = queries.in_whose_name(request.user, person, helped=helped is not None)
        with refusals.as_message(request):
            plan = actions.make(
                module,
                on=form.cleaned_data["le"],
                together=form.cleaned_data["avec"],
                person=person,
                structure=structure,
                commune=seat(structure) if structure else "",
                by=account_of(request) if helped else None,
                at=at,
            )
    context: dict[str, Any] = {
        "module": module,
        "service": module.service,
        "form": form,
        "person": person,
        "plan": plan,
    }
    context |= {"helped": helped, "card": access.token(person) if person is not None else ""}
    if plan is not None:
        context["link"] = request.build_absolute_uri(reverse("plan_answer", args=[plan.token]))
        context["together"] = rules.WITH[plan.together]
    return render(
        request, "learning/real.html", context, status=400 if form.is_bound and plan is None else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Outcome of a plan, answered by whoever has its link: nobody is named on the page."""
    plan = queries.by_token(token)
    if plan is None:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None, steps=queries.steps(plan))
    reply = ""
    if form.is_bound and form.is_valid():
        plan = actions.answer(
            plan, form.cleaned_data["reponse"], blocked=form.cleaned_data["ecran"], at=timezone.now()
        )
        reply = rules.next_words(plan.answer)
    context = {"plan": plan, "module": contents.module(plan.module), "form": form, "reply": reply}
    return render(
        request, "learning/answer.html", context, status=400 if form.is_bound and form.errors else 200
    )


@holding(access.SEE, access.SEE_OWN)
@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """The questions to ask today, those that come, and what was answered."""
    on = timezone.localdate()
    first, n = queries.to_ask(request.user, on)
    context = {
        "to_ask": first,
        "n_more": n - len(first),
        "coming": queries.coming(request.user, on),
        "answered": queries.answered(request.user),
        "answers": rules.ANSWERS,
        "services": services(),
    }
    return render(request, "learning/team/follow.html", context)


@holding(access.SEE, access.SEE_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a person what came of their plan, and note it."""
    plan = get_object_or_404(access.plans_for(request.user), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, steps=queries.steps(plan))
    if form.is_bound and form.is_valid():
        answer = form.cleaned_data["reponse"]
        actions.answer(
            plan, answer, blocked=form.cleaned_data["ecran"], by=account_of(request), at=timezone.now()
        )
        messages.success(request, f"C’est noté. {rules.next_words(answer)}")
        return redirect("plans")
    context = {"plan": plan, "module": contents.module(plan.module), "form": form}
    return render(request, "learning/team/ask.html", context, status=400 if form.is_bound else 200)
