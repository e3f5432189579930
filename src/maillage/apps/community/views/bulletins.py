"""The bulletin of the network, the news it carries, and the calendar of services that change."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access
from maillage.apps.community.actions import bulletins as actions
from maillage.apps.community.forms.bulletins import BulletinForm, ChangeForm, NewsForm
from maillage.apps.community.models import Bulletin
from maillage.apps.community.queries import bulletins as queries
from maillage.apps.community.rules import bulletins as rules
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.web.long_lists import PAGE, long_list
from maillage.web.withdrawal import was_withdrawn


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The published bulletins, one's own news, and what waits for the next one."""
    leads = access.leads(request.user)
    bulletins = long_list(
        request,
        queries.published(),
        words=lambda row: f"{row.title} {row.published_at:%Y}",
        day=lambda row: row.published_at and row.published_at.date(),
    )
    context = {
        "list": bulletins,
        "page": bulletins.page,
        "own": queries.own_news(request.user)[:PAGE],
        "pending": queries.pending_news(request.user)[:PAGE] if leads else [],
        "drafts": queries.drafts(request.user) if leads else [],
        "leads": leads,
        "may_write": leads or access.structures_for(request.user).exists(),
        "tab": "bulletin",
    }
    return render(request, "community/bulletins/index.html", context)


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def news(request: HttpRequest) -> HttpResponse:
    """News for the next bulletin."""
    structures, leads = list(access.structures_for(request.user)), access.leads(request.user)
    if not (structures or leads):
        raise Http404
    initial = {"jeton": get_random_string(24)}
    form, error = NewsForm(request.POST or None, structures=structures, leads=leads, initial=initial), None
    if form.is_bound and form.is_valid():
        clean, structure = form.cleaned_data, form.structure
        try:
            actions.write_news(
                structure,
                title=clean["titre"],
                words=clean["mots"],
                link=clean["adresse"],
                commune=access.commune_of(structure) if structure else access.seat_of(request.user),
                token=clean["jeton"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "La nouvelle attend le prochain bulletin.")
            return redirect("bulletins")
    context = {"form": form, "error": error, "tab": "bulletin"}
    return render(
        request, "community/bulletins/news.html", context, status=400 if error or form.errors else 200
    )


@holding(*access.KEEPS)
@require_POST
def withdraw_news(request: HttpRequest, pk: int) -> HttpResponse:
    """Take news of ours off, or put them back."""
    row = get_object_or_404(access.news_for(request.user), pk=pk)
    try:
        row = actions.withdraw_news(
            row, was=was_withdrawn(request), by=account_of(request), at=timezone.localtime()
        )
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    else:
        messages.success(
            request, "La nouvelle est retirée." if row.withdrawn_at else "La nouvelle est remise."
        )
    return redirect("bulletins")


@holding(access.LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A bulletin to prepare: what it may carry is ticked, one unticks."""
    if not access.leads(request.user):
        raise Http404
    at, by = timezone.localtime(), account_of(request)
    items = queries.items(by, at)
    initial = {"jeton": get_random_string(24), "titre": "Le bulletin du réseau"}
    form, error = BulletinForm(request.POST or None, items=items, initial=initial), None
    if form.is_bound and form.is_valid():
        try:
            row = actions.prepare(
                title=form.cleaned_data["titre"],
                opening=form.cleaned_data["ouverture"],
                keys=form.keys,
                commune=access.seat_of(request.user),
                token=form.cleaned_data["jeton"],
                by=by,
                at=at,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, "Le bulletin est prêt. Relisez-le : personne d’autre ne le voit encore."
            )
            return redirect("bulletin", row.pk)
    context = {"form": form, "error": error, "has_items": bool(items), "tab": "bulletin"}
    return render(
        request, "community/bulletins/new.html", context, status=400 if error or form.errors else 200
    )


@holding(*access.MEMBERS)
@require_safe
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """One bulletin, to read and to print."""
    row = get_object_or_404(Bulletin, pk=pk)
    is_editable = access.bulletins_for(request.user).filter(pk=row.pk).exists()
    if row.published_at is None and not is_editable:
        raise Http404
    sections = [(words, row.contents[key]) for key, words in rules.SECTIONS.items() if row.contents.get(key)]
    context = {"row": row, "sections": sections, "is_ours": is_editable, "tab": "bulletin"}
    return render(request, "community/bulletins/bulletin.html", context)


@holding(*access.MEMBERS)
@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A published bulletin as PDF, to print and to leave on a table."""
    row = get_object_or_404(queries.published(), pk=pk)
    content = queries.pdf(row, timezone.localdate(row.published_at))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="bulletin-du-reseau.pdf"'
    return response


@holding(access.LEADS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a bulletin, or erase it before."""
    row = get_object_or_404(access.bulletins_for(request.user), pk=pk)
    by, at = account_of(request), timezone.localtime()
    try:
        if request.POST.get("geste") == "effacer":
            actions.discard(row, by=by, at=at)
            messages.success(request, "Le bulletin est effacé. Ses nouvelles attendent le suivant.")
            return redirect("bulletins")
        actions.publish(row, by=by, at=at)
        messages.success(request, "Le bulletin est publié : le réseau le lit, et les abonnés le reçoivent.")
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("bulletin", row.pk)


# --------------------------------------------------------------------------------------- services that change


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def service_changes(request: HttpRequest) -> HttpResponse:
    """The calendar of services that change; who leads a territory writes in it."""
    at, leads = timezone.localtime(), access.leads(request.user)
    if request.method == "POST" and not leads:
        raise Http404
    initial = {"jeton": get_random_string(24), "debut": at.date()}
    form, error = (ChangeForm(request.POST or None, initial=initial) if leads else None), None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.note_change(
                **form.values, commune=access.seat_of(request.user), by=account_of(request), at=at
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "C’est noté : le public le lit aussi, sur « Démarches en ligne ».")
            return redirect("service_changes")
    rows = queries.changes()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    editable = set(access.changes_for(request.user).values_list("pk", flat=True)) if leads else set()
    context: dict[str, Any] = {
        "page": page,
        "mine": editable,
        "withdrawn": access.changes_for(request.user).exclude(withdrawn_at=None) if leads else [],
        "ongoing": {row.pk for row in queries.ongoing(rows, at)},
        "form": form,
        "error": error,
        "tab": "calendrier",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "community/bulletins/changes.html", context, status=400 if failed else 200)


@holding(access.LEADS)
@require_POST
def change_gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that an outage is over, take a change off the calendar, or put it back."""
    row = get_object_or_404(access.changes_for(request.user), pk=pk)
    by, at, was = account_of(request), timezone.localtime(), was_withdrawn(request)
    try:
        if request.POST.get("geste") == "fini":
            row = actions.end_outage(row, was=was, by=by, at=at)
            messages.success(
                request, "Le service répond de nouveau." if row.ends_on else "La panne continue."
            )
        else:
            row = actions.withdraw_change(row, was=was, by=by, at=at)
            messages.success(
                request,
                "Ce changement n’est plus au calendrier. Vous pouvez le remettre."
                if row.withdrawn_at
                else "Ce changement est de nouveau au calendrier.",
            )
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("service_changes")
