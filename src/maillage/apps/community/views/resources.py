"""The resources that structures share, and how they went."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community import access
from maillage.apps.community.actions import resources as actions
from maillage.apps.community.forms.resources import ResourceForm, UseForm, WantedForm
from maillage.apps.community.models import Resource
from maillage.apps.community.queries import resources as queries
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web.long_lists import PAGE
from maillage.web.withdrawal import was_withdrawn


@holding(*access.MEMBERS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The shared resources, those that a search keeps."""
    form = WantedForm(request.GET)
    wanted, query = form.wanted, request.GET.copy()
    query.pop("page", None)
    page = Paginator(queries.chosen(wanted), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, queries.procedure_label(row.procedure)) for row in queries.counted(page)],
        "query": query.urlencode(),
        "is_asked": wanted != queries.Wanted(),
        "may_write": access.may_propose(request.user),
        "tab": "ressources",
    }
    return render(request, "community/resources.html", context)


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A resource to share, or a new version of one of ours: `?remplace=`."""
    follows, replaced = None, request.GET.get("remplace", "")
    if replaced:
        number = whole_number(replaced, most=ROWS)
        follows = get_object_or_404(access.resources_for(request.user), pk=number)
    initial = {"jeton": get_random_string(24), **(_of(follows) if follows else {})}
    form = ResourceForm(
        request.POST or None,
        request.FILES or None,
        structures=list(access.structures_for(request.user)),
        leads=access.leads(request.user),
        initial=initial,
    )
    error = None
    if form.is_bound and form.is_valid():
        try:
            row = actions.share(
                form.structure,
                actions.Draft(**form.values, follows=follows),
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "La ressource est partagée : les structures du réseau la voient.")
            return redirect("resource", row.pk)
    context = {"form": form, "error": error, "follows": follows, "tab": "ressources"}
    return render(
        request, "community/resource_new.html", context, status=400 if error or form.errors else 200
    )


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """One resource: what it is, how it went elsewhere, how it went here."""
    row = _readable(request, pk)
    structures = list(access.structures_for(request.user))
    form = UseForm(request.POST or None, structures=structures) if structures else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.tell(
                row,
                form.structure,
                went=form.cleaned_data["passe"],
                words=form.cleaned_data["mots"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "C’est noté : les autres structures le liront.")
            return redirect("resource", row.pk)
    context: dict[str, Any] = {
        "row": row,
        "procedure": queries.procedure_label(row.procedure),
        "went": queries.went(row),
        "uses": queries.uses(row),
        "older": queries.versions(row)[1:],
        "newer": Resource.objects.filter(follows=row).first(),
        "form": form,
        "error": error,
        "is_ours": access.resources_for(request.user).filter(pk=row.pk).exists(),
        "may_write": access.may_propose(request.user),
        "tab": "ressources",
    }
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, "community/resource.html", context, status=400 if failed else 200)


@holding(*access.MEMBERS)
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a resource, to keep: the browser never opens it as a page of ours."""
    row = _readable(request, pk)
    file_row = getattr(row, "file", None)
    if file_row is None:
        raise Http404
    response = HttpResponse(bytes(file_row.content), content_type=file_row.kind)
    name = f"{slugify(row.title)[:60] or 'ressource'}.{file_row.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@holding(*access.KEEPS)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a resource of ours off the lists, or put it back."""
    row = get_object_or_404(access.resources_for(request.user), pk=pk)
    row = actions.withdraw(row, was=was_withdrawn(request), by=account_of(request), at=timezone.localtime())
    messages.success(
        request,
        "La ressource n’est plus dans les listes. Vous pouvez la remettre."
        if row.withdrawn_at
        else "La ressource est de nouveau dans les listes.",
    )
    return redirect("resource", row.pk)


def _readable(request: HttpRequest, pk: int) -> Resource:
    """Return a resource that a user may read: withdrawn, by its structure alone."""
    row = get_object_or_404(Resource.objects.select_related("structure", "follows"), pk=pk)
    if row.withdrawn_at and not access.resources_for(request.user).filter(pk=row.pk).exists():
        raise Http404
    return row


def _of(row: Resource) -> dict[str, str]:
    """Return the initial values of a form for a new version."""
    return {
        "titre": row.title,
        "mots": row.about,
        "format": row.format,
        "niveau": row.level,
        "public": row.public,
        "theme": row.theme,
        "demarche": row.procedure,
        "auteur": row.author,
        "licence": row.licence,
        "adresse": row.link,
    }
