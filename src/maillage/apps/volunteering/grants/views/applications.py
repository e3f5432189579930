"""Applications: written by a pair, judged, decided, followed."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST

from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.volunteering.grants import access, actions, queries, rules
from maillage.apps.volunteering.grants.forms import (
    ApplyForm,
    DecisionForm,
    FollowForm,
    ProjectForm,
    ScoreForm,
)
from maillage.apps.volunteering.grants.models import GrantApplication, Juror
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.web import refusals

MOST_VERSIONS = 10**6
ANY = (access.LEADS, access.APPLIES, "people.see", "people.mine", "measures.see", "directory.edit")


@holding(access.APPLIES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """A project to write, with another structure."""
    call = get_object_or_404(access.published(), pk=pk)
    structures = list(access.structures_for(request.user))
    is_open = queries.state(call, timezone.localdate()) == rules.OPEN
    if not structures or not (is_open or request.method == "POST"):  # too late, what was typed is not lost
        raise Http404
    form = ApplyForm(request.POST or None, structures=structures, initial={"token": get_random_string(24)})
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.write(
                call,
                token=form.cleaned_data["token"],
                by=account_of(request),
                at=timezone.now(),
                **form.pair,
                **form.project,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, "Le projet est enregistré. L’autre structure doit dire oui avant le dépôt."
            )
            return redirect("grant_application", row.pk)
    context = {"form": form, "error": error, "call": call}
    return render(request, "grants/apply.html", context, status=400 if error or form.errors else 200)


@holding(*ANY)
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """A project: read by its pair, by who leads the call, by its jury; changed by its pair until it is
    submitted.
    """
    row = get_object_or_404(access.applications_for(request.user, timezone.localdate()), pk=pk)
    sides = queries.own_side(request.user, row)
    form, error = None, None
    if sides and row.state == rules.WRITTEN:
        current = {key: getattr(row, key) for key in ("title", "what", "public", "amount")}
        form = ProjectForm(request.POST or None, initial=current)
        if form.is_bound and form.is_valid():
            version = whole_number(request.POST.get("version", ""), MOST_VERSIONS) or 0
            by_social = "social" in sides if len(sides) == 1 else None
            try:
                actions.change(
                    row, version=version, by_social=by_social, at=timezone.now(), **form.cleaned_data
                )
            except Refused as refused:
                error = refused
            else:
                messages.success(request, "Le projet est enregistré. L’autre structure doit redire oui.")
                return redirect("grant_application", row.pk)
    return _page(request, row, sides, form=form, error=error)


def _page(
    request: HttpRequest,
    row: GrantApplication,
    sides: set[str],
    *,
    form: ProjectForm | None = None,
    error: Refused | None = None,
    score: ScoreForm | None = None,
    decision: DecisionForm | None = None,
    follow: FollowForm | None = None,
) -> HttpResponse:
    juror = access.juror(request.user, row.call)
    leads = access.led_by(request.user).filter(pk=row.call_id).exists()
    tied = juror is not None and queries.has_conflict(juror, row)
    opinion = queries.opinion(juror, row) if juror and not tied else None
    decided = getattr(row, "decision", None)
    is_judged = queries.state(row.call, timezone.localdate()) == rules.JUDGED
    judges = juror is not None and not tied and is_judged and row.state == rules.SUBMITTED and not sides
    context = {
        "row": row,
        "sides": sides,
        "other_agrees": _writer(row) not in sides and bool(sides),
        "form": form,
        "error": error,
        "why_not": rules.ineligible(queries.pair(row)) if row.state == rules.WRITTEN else [],
        "juror": juror,
        "tied": tied,
        "score": score
        or (
            ScoreForm(
                initial={**(opinion.marks if opinion else {}), "words": opinion.words if opinion else ""}
            )
            if judges
            else None
        ),
        "leads": leads,
        "scores": row.scores.select_related("juror__account") if leads and not sides else [],
        "conflicts": row.conflicts.select_related("juror__account") if leads else [],
        "merit": rules.merit([each.marks for each in row.scores.all()]) if leads and not sides else None,
        "cannot": rules.may_decide(row.call.jurors.count(), row.conflicts.count(), row.scores.count()),
        "decision": decided,
        "reads_decision": decided is not None and (leads or row.call.decided_at is not None),
        "decide": decision
        or (DecisionForm() if leads and is_judged and row.state == rules.SUBMITTED else None),
        "follow": follow
        or (
            FollowForm(initial={"on": timezone.localdate()})
            if decided is not None
            and decided.granted
            and row.call.decided_at is not None
            and (leads or sides)
            else None
        ),
        "follow_ups": row.follow_ups.all(),
    }
    forms = (form, score, decision, follow)
    failed = error is not None or any(each is not None and each.errors for each in forms)
    return render(request, "grants/application.html", context, status=400 if failed else 200)


def _writer(row: GrantApplication) -> str:
    return "social" if row.written_by_social else "digital"


@holding(*ANY)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree, submit, withdraw, for its pair; judge or declare a tie, for its jury; decide, for who leads."""
    row = get_object_or_404(access.applications_for(request.user, timezone.localdate()), pk=pk)
    sides = queries.own_side(request.user, row)
    what = request.POST.get("geste", "")
    with refusals.as_message(request):
        if what in PAIR and sides:
            return PAIR[what](request, row, sides)
        juror = access.juror(request.user, row.call)
        if what == "lien" and juror is not None:
            actions.declare(juror, row, why=request.POST.get("pourquoi", ""), at=timezone.now())
            messages.success(request, "Votre lien est déclaré : vous ne jugez pas ce projet.")
        elif what == "avis" and juror is not None and not sides:
            return _judge(request, row, sides, juror)
        elif what == "decider" and access.led_by(request.user).filter(pk=row.call_id).exists():
            return _decide(request, row, sides)
    return redirect("grant_application", row.pk)


def _write_form(request: HttpRequest, form: Form, write: Callable[[], object], message: str) -> bool:
    """Return True if the form was written; the reasons of a refusal are added to it."""
    if not form.is_valid():
        return False
    try:
        write()
    except Refused as refused:
        form.add_error(None, " ".join(refused.sentences))
        messages.error(request, " ".join(refused.sentences))
        return False
    messages.success(request, message)
    return True


def _judge(request: HttpRequest, row: GrantApplication, sides: set[str], juror: Juror) -> HttpResponse:
    form = ScoreForm(request.POST)

    def write() -> None:
        actions.score(juror, row, marks=form.marks, words=form.cleaned_data["words"], at=timezone.now())

    if _write_form(request, form, write, "Votre avis est pris. Vous pouvez le changer jusqu’aux décisions."):
        return redirect("grant_application", row.pk)
    return _page(request, row, sides, score=form)


def _decide(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    form = DecisionForm(request.POST)

    def write() -> None:
        clean = form.cleaned_data
        actions.decide(
            row,
            granted=clean["granted"] == "oui",
            amount=clean["amount"] or 0,
            why=clean["why"],
            read=request.POST.get("lue"),
            by=account_of(request),
            at=timezone.now(),
        )

    message = "La décision est écrite. Elle se lira quand vous publierez toutes les décisions."
    if _write_form(request, form, write, message):
        return redirect("grant", row.call_id)
    return _page(request, row, sides, decision=form)


def _agree(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    if _writer(row) not in sides or len(sides) > 1:
        version = whole_number(request.POST.get("version", ""), MOST_VERSIONS)
        actions.agree(row, version=version, by=account_of(request), at=timezone.now())
        messages.success(request, "C’est oui : le projet est porté par vous deux.")
    return redirect("grant_application", row.pk)


def _submit(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    actions.submit(row, by=account_of(request), at=timezone.now())
    messages.success(request, "Le projet est déposé. Le jury le lira après le dernier jour.")
    return redirect("grant_application", row.pk)


def _withdraw(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    actions.withdraw(row, by=account_of(request), at=timezone.now())
    messages.success(request, "Le projet est retiré. Tant que l’appel est ouvert, vous pouvez le remettre.")
    return redirect("grant_application", row.pk)


def _put_back(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    actions.put_back(row, by=account_of(request), at=timezone.now())
    messages.success(request, "Le projet est de nouveau en cours d’écriture. Déposez-le quand il est prêt.")
    return redirect("grant_application", row.pk)


def _follow(request: HttpRequest, row: GrantApplication, sides: set[str]) -> HttpResponse:
    form = FollowForm(request.POST)

    def write() -> None:
        clean = form.cleaned_data
        actions.follow(
            row,
            on=clean["on"],
            words=clean["words"],
            people=clean["people"],
            goes_on=not clean["ends"],
            by=account_of(request),
            at=timezone.now(),
        )

    if _write_form(request, form, write, "C’est noté : la page de l’appel le dit aussi."):
        return redirect("grant_application", row.pk)
    return _page(request, row, sides, follow=form)


PAIR = {"accord": _agree, "deposer": _submit, "retirer": _withdraw, "remettre": _put_back, "suivre": _follow}
