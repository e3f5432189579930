"""Choose with a person what a place may read of them, note their agreement, and send the referral."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as purposes
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.messages.queries import leaves, leaving
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.access import TypedPage
from maillage.apps.referrals.orientations.actions import agreements, drafts, sending
from maillage.apps.referrals.orientations.forms.share import SendForm
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.queries import matching, timeline
from maillage.apps.referrals.orientations.queries import people as people_queries
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.views.new import (
    NEED_FIELD,
    SEES,
    Need,
    Proposed,
    draft_of,
    need_of_row,
    need_page,
    need_query,
    not_followed,
    prepared,
    read_need,
    step_before,
    suitability_text,
    typed_need,
)
from maillage.apps.referrals.orientations.views.typed import show_again, typed_again
from maillage.kernel.errors import Refused
from maillage.words.wording import listing


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_again
def share(request: HttpRequest, typed_page: TypedPage) -> HttpResponse:
    """Fields that the place chosen will read; the agreement; how it is notified. Then the referral leaves:
    nothing of it is stored before.
    """
    if not typed_page.fields:
        return redirect("orientation_new")
    at, posted = timezone.now(), typed_need(typed_page.fields)
    for row in filter(None, (draft_of(request, posted), step_before(request, posted))):
        if not access.still_helps(request.user, row):
            return not_followed(request, row)
    need, lieu = read_need(request, posted, at), chosen_place(typed_page.fields.get("lieu", ""))
    if need is None or lieu is None:
        return need_page(request, typed_page, at)
    return _page(request, typed_page, need, lieu, at)


@holding(*SEES)
@require_safe
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a draft that an earlier version left."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    if row.state != cycle.DRAFT:
        return redirect("orientation", pk)
    return _again(request, row, row.place, {"brouillon": pk})


@holding(*SEES)
@require_POST
def proposed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on to the place proposed instead: the same need, a new agreement to ask for; once."""
    sent_rows = access.sent_by(request.user)
    row = get_object_or_404(sent_rows.select_related("proposed"), pk=pk)
    after = sent_rows.filter(path=row.path_id, position__gt=row.position, lieu=row.proposed or 0).exclude(
        state=cycle.CANCELLED
    )
    already = after.order_by("position").last()
    if already is not None:
        return redirect("orientation_send", already.pk)
    return _again(request, row, row.proposed, {"suite": pk})


def _again(
    request: HttpRequest, row: Orientation, lieu: Lieu | None, named: Mapping[str, int]
) -> HttpResponse:
    """Answer with what a place will read, for the need of another referral; with the need itself when the
    place left the directory.
    """
    if not access.still_helps(request.user, row):
        return not_followed(request, row)
    posted, at = QueryDict(mutable=True), timezone.now()
    for name, value in {**need_of_row(row), **named}.items():
        if value:
            posted[name] = str(value)
    need = read_need(request, posted, at)
    if need is None or lieu is None:
        (name, number), *_ = named.items()
        return redirect(f"{reverse('orientation_new')}?{name}={number}")
    typed_page = TypedPage(chosen_fields(posted, lieu), None, is_full=False)
    if request.method == "POST":
        return show_again(request, "orientation_sharing", at, fields=typed_page.fields)
    return _page(request, typed_page, need, lieu, at)


def chosen_fields(need: QueryDict, lieu: Lieu) -> QueryDict:
    """Return the fields that choose a place for a need."""
    fields = QueryDict(mutable=True)
    fields[NEED_FIELD], fields["lieu"] = need_query(need), lieu.slug
    return fields


def chosen_place(slug: str) -> Lieu | None:
    """Return a place as it is today: merged since, perhaps, the person answers to who would read it."""
    lieu = Lieu.objects.filter(slug=slug).first()
    while lieu is not None and lieu.merged_into is not None:
        lieu = lieu.merged_into
    return lieu


def _page(request: HttpRequest, typed_page: TypedPage, need: Need, lieu: Lieu, at: datetime) -> HttpResponse:
    fields = typed_page.fields
    try:
        row = drafts.sketch(need.values(lieu), by=account_of(request), at=at)
    except Refused as refusal:
        return need_page(request, replace(typed_page, refusal=refusal), at)
    is_sent = fields.get("geste") == "envoyer"
    if NEED_FIELD in fields and not is_sent:  # typed before another place was chosen
        row.note, row.availability = fields.get("mot", ""), fields.get("jours", "")
    form = _send_form(fields if is_sent else None, row, at)
    if request.method == "POST":
        return _posted(request, need, lieu, form, at)
    context: dict[str, Any] = {}
    if typed_page.refusal is not None:
        context["error"] = typed_page.refusal
    if typed_page.is_full:
        neighbours = matching.instead(lieu, row.need, at)
        context["instead"] = [Proposed(each, suitability_text(each)) for each in neighbours]
    context |= {
        "row": row,
        "name": referral_detail.name_of(row, referral_detail.SENDER),
        "place": places.full_address(lieu.sheet),
        "phones": places.phones(lieu.sheet),
        "need_query": need_query(typed_need(fields)),
        "form": form,
        "sentence": purposes.PURPOSES[purposes.SHARE].words,
        "write": purposes.PURPOSES[purposes.WRITE].words,
        "script": form.script(by=account_of(request)),
        "same": people_queries.same_help(row.person, row.need, row.procedure, user=request.user),
    }
    status = 400 if form.errors or "error" in context else 200
    return render(request, "orientations/new/send.html", context, status=status)


def _posted(request: HttpRequest, need: Need, lieu: Lieu, form: SendForm, at: datetime) -> HttpResponse:
    """Send the referral when that is asked and may be; else show what was posted again."""
    refusal: Refused | None = None
    fields: QueryDict = request.POST
    if form.is_bound and form.is_valid():
        try:
            if fields.get("vu", "") not in ("", str(lieu.structure_id)):
                raise drafts.Reread(
                    "L’orientation n’est pas partie.",
                    why="Le lieu a changé de structure depuis que cette page est ouverte.",
                    do="Relisez avec la personne ce que le lieu va lire, puis notez ce qu’elle répond.",
                )
            sent_row = _send(request, need, lieu, form, at)
        except drafts.Reread as error:  # what they said yes to is not what would leave: asked again
            refusal, fields = error, SendForm.unanswered(fields)
        except Refused as error:
            refusal = error
        else:
            access.drop_need(request)
            return redirect("orientation_sent", sent_row.pk)
    return show_again(request, "orientation_sharing", at, refusal=refusal, fields=fields)


def _send_form(data: Any, row: Orientation, at: datetime) -> SendForm:
    ways = referral_detail.ways_to_tell(row, timezone.localdate(at))
    return SendForm(data, row=row, reads=referral_detail.shared(row, everything=True), ways=ways)


@transaction.atomic
def _send(request: HttpRequest, need: Need, lieu: Lieu, form: SendForm, at: datetime) -> Orientation:
    """Store the referral with what is shared and what was agreed, and send it; nothing of it is stored when
    it may not leave.
    """
    user, row = account_of(request), prepared(request, need, lieu, at)
    if row.state != cycle.DRAFT:
        return row  # somebody clicked twice
    row = drafts.amend(row, form.values(), by=user, at=at)
    if row.person is not None:
        agrees = form.agreed
        how = form.cleaned_data["accord"] if agrees else "read"
        consent_values: dict[str, Any] = {"how": how, "by": user, "at": at, "acting": row.from_structure_id}
        agreements.answer(
            row.person, purpose=purposes.SHARE, agrees=agrees, structure=lieu.structure, **consent_values
        )
        if form.may_write is not None:
            agreements.answer(row.person, purpose=purposes.WRITE, agrees=form.may_write, **consent_values)
    mail = form.cleaned_data.get("adresse", "")
    return sending.send(row, by=user, at=at, channel=form.cleaned_data["canal"], mail=mail)


@holding(*SEES)
@require_safe
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the card to print, what happens next, who must act; and another step if one is needed."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    if row.state == cycle.DRAFT:
        return redirect("orientation_send", pk)
    referral = referral_detail.detail(row, referral_detail.SENDER, timezone.now())
    sent_on = timezone.localdate(row.sent_at)
    reminder_days = cycle.reminders(sent_on, row.expires_on).values()
    context = {
        "row": row,
        "detail": referral,
        "steps": referral_detail.path_of(row, request.user),
        "reminders": listing([referral_detail.short(day, sent_on) for day in reminder_days]),
        "mail_leaves": leaves("email"),
        "is_place_told": leaves("email") if row.example else bool(leaving([timeline.first_mail(row)])),
        "place_mail": timeline.place_mail(row),
        "has_secret": row.person is not None and people.secret_of(row.person) is not None,
        "helps": access.still_helps(request.user, row),
        "holder": timeline.holder(row),
    }
    return render(request, "orientations/new/sent.html", context)
