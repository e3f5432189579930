"""Pages of the offers and requests of structures, their answers, and partnerships."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access
from maillage.apps.community.actions import listings as actions
from maillage.apps.community.forms.listings import ListingForm, MessageForm, PartnerForm, SearchForm, usual
from maillage.apps.community.models import Listing
from maillage.apps.community.queries import listings as queries
from maillage.apps.community.rules import listings as rules
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.web.long_lists import PAGE


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The open listings, those of one's structures with what answers them, and the messages that wait."""
    on, form = timezone.localdate(), SearchForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = queries.chosen(
        queries.opened(on),
        side=filters.get("cote", ""),
        kind=filters.get("quoi", ""),
        words=filters.get("mots", ""),
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "is_asked": any(filters.values()),
        "ours": queries.matches_of(
            queries.opened(on).filter(structure__in=access.structures_for(request.user)), on=on
        ),
        "waiting": queries.unanswered(request.user),
        "may_write": access.structures_for(request.user).exists(),
        "leads": access.leads(request.user),
        "tab": "annonces",
    }
    return render(request, "community/listings.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A listing to publish; who acts for no structure is told why there is none."""
    structures, at = list(access.structures_for(request.user)), timezone.localtime()
    if not structures:
        messages.info(request, "Une annonce se publie au nom d’une structure : elle seule y répond.")
        return redirect("network")
    form = ListingForm(
        request.POST or None, structures=structures, initial=usual(at.date(), get_random_string(24))
    )
    error = None
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            row = actions.publish(
                form.structure,
                side=clean["cote"],
                kind=clean["quoi"],
                words=clean["mots"],
                half_days=tuple(clean["demi_journees"]),
                starts_on=clean["commence"],
                ends_on=clean["jusque"],
                token=clean["jeton"],
                by=account_of(request),
                at=at,
                **form.where,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "L’annonce est publiée : les structures du réseau la voient.")
            return redirect("listing", row.pk)
    context = {"form": form, "error": error, "tab": "annonces"}
    return render(request, "community/new.html", context, status=400 if error or form.errors else 200)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """A listing: what answers it, for its structure; a message to write to it, for the others."""
    row = get_object_or_404(Listing.objects.select_related("structure", "lieu"), pk=pk)
    at, structures = timezone.localtime(), list(access.structures_for(request.user))
    is_own = access.listings_for(request.user).filter(pk=row.pk).exists()
    other_structures = [each for each in structures if each.pk != row.structure_id]
    is_open = row.closed_at is None and row.ends_on >= at.date()
    if not is_open and not is_own and not access.replies_for(request.user).filter(listing=row).exists():
        raise Http404
    form = (
        MessageForm(request.POST or None, structures=other_structures)
        if other_structures and is_open
        else None
    )
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.reply(row, form.structure, words=form.cleaned_data["mots"], by=account_of(request), at=at)
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, "Votre message est parti. La réponse se lira ici, et dans « Aujourd’hui »."
            )
            return redirect("listing", row.pk)
    context: dict[str, Any] = {
        "row": row,
        "town": queries.town(row),
        "form": form,
        "error": error,
        "is_ours": is_own,
        "is_open": is_open,
        "may_reopen": row.closed_at is not None and row.ends_on >= at.date(),
        "found": queries.matches(row, on=at.date()) if is_own and is_open else [],
        "replies": access.replies_for(request.user).filter(listing=row),
        "closings": rules.CLOSED,
        "tab": "annonces",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "community/listing.html", context, status=400 if failed else 200)


@holding(*access.KEEPS)
@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a listing of one's own, or put it back."""
    row = get_object_or_404(access.listings_for(request.user), pk=pk)
    at, because = timezone.localtime(), request.POST.get("geste", "")
    with refusals.as_message(request):
        if because in rules.CLOSED:
            actions.close(row, because=because, by=account_of(request), at=at)
            messages.success(request, "L’annonce est close. Vous pouvez encore la remettre.")
        elif because == "remettre":
            actions.reopen(row, by=account_of(request), at=at)
            messages.success(request, "L’annonce est de nouveau ouverte.")
    return redirect("listing", row.pk)


@holding(*access.KEEPS)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes or no to a message received."""
    row = get_object_or_404(access.received_by(request.user), pk=pk)
    yes = request.POST.get("reponse") == "oui"
    with refusals.as_message(request):
        actions.answer(
            row,
            yes=yes,
            words=request.POST.get("mots", ""),
            by=account_of(request),
            at=timezone.localtime(),
        )
        messages.success(
            request,
            f"C’est oui : « Qui travaille avec qui » le montre, avec {row.structure.name}."
            if yes
            else f"C’est non : {row.structure.name} lira votre réponse.",
        )
    return redirect("listing", row.listing_id)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ties(request: HttpRequest) -> HttpResponse:
    """Partnerships: structure by structure, then each one; one to note."""
    structures = list(access.structures_for(request.user))
    form = PartnerForm(request.POST or None, structures=structures) if structures else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            actions.work_together(
                form.structure,
                clean["avec"],
                about=clean["propos"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, f"C’est noté : vous travaillez avec {clean['avec'].name}.")
            return redirect("network_ties")
    nodes, rows = queries.network(), list(queries.current())
    context = {
        "form": form,
        "error": error,
        "nodes": nodes,
        "rows": rows,
        "drawing": queries.drawing(nodes, rows) if nodes else None,
        "most_drawn": queries.MOST_DRAWN,
        "ours": set(access.partnerships_for(request.user).values_list("pk", flat=True)),
        "tab": "liens",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "community/ties.html", context, status=400 if failed else 200)


@holding(*access.KEEPS)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a partnership is over."""
    row = get_object_or_404(access.partnerships_for(request.user), pk=pk)
    actions.part(row, by=account_of(request), at=timezone.localtime())
    messages.success(request, "C’est noté : ce partenariat est terminé.")
    return redirect("network_ties")
