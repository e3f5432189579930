"""The directory of the network, the sheets one keeps, letters."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community.rules.resources import PUBLICS
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.actions import profiles as actions
from maillage.apps.site.structures.forms.network import LetterForm, ProfessionalForm, ProfileForm, SearchForm
from maillage.apps.site.structures.models import Professional, Profile
from maillage.apps.site.structures.queries import profiles as queries
from maillage.apps.site.structures.queries import sharing
from maillage.apps.site.structures.rules import profiles as rules
from maillage.kernel.errors import Refused
from maillage.web import refusals
from maillage.web.long_lists import PAGE

MOST_PEOPLE = 100  # beside a page of structures: the others are found by a word


def _directory(request: HttpRequest, user: Visitor) -> dict[str, Any]:
    form, on = SearchForm(request.GET), timezone.localdate()
    search, query = form.search, request.GET.copy()
    query.pop("page", None)
    page = Paginator(queries.structures(user, search, on), PAGE).get_page(request.GET.get("page"))
    people = queries.professionals(user, search)
    return {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "people": people[:MOST_PEOPLE],
        "more_people": max(len(people) - MOST_PEOPLE, 0),
        "is_asked": search != queries.Search(),
    }


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """The structures and professionals that chose to be read by everybody."""
    from django.contrib.auth.models import AnonymousUser

    return render(request, "network/public.html", _directory(request, AnonymousUser()))


@holding(*access.MEMBERS)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Directory of the network."""
    context = _directory(request, request.user) | {
        "own": access.profiles_for(request.user),
        "without": access.own_structures(request.user).exclude(
            pk__in=access.profiles_for(request.user).values("structure")
        ),
        "to_choose": queries.to_choose(request.user),
        "unread": queries.unread(request.user).count(),
        "tab": "annuaire",
    }
    return render(request, "network/directory.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def structure(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a structure, and a letter to write to it."""
    profile = get_object_or_404(access.readable_profiles(request.user), structure=pk)
    row = queries.described([profile], timezone.localdate(), with_listings=True)[0]
    context = {
        "row": row,
        "is_own": access.own_structures(request.user).filter(pk=pk).exists(),
        "places": sharing.places(pk),
        "results": sharing.results(profile, timezone.localdate()),
        "tab": "annuaire",
    }
    return _with_letter(request, "network/structure.html", context, to_structure=profile.structure)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def professional(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a professional, and a letter to write to them."""
    sheet = get_object_or_404(access.readable_professionals(request.user), user=pk)
    context = {
        "sheet": sheet,
        "skills": queries.labels(sheet.skills, rules.SKILLS),
        "publics": queries.labels(sheet.publics, PUBLICS),
        "is_own": sheet.user_id == request.user.pk,
        "tab": "annuaire",
    }
    return _with_letter(request, "network/professional.html", context, to_user=sheet.user)


def _with_letter(request: HttpRequest, template: str, context: dict[str, Any], **to: Any) -> HttpResponse:
    """Return a sheet with the letter that its reader may write, in the name of one of their structures."""
    senders = [] if context["is_own"] else list(access.own_structures(request.user))
    form = LetterForm(request.POST or None, structures=senders) if senders else None
    error = None
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.send(
                form.structure,
                words=form.cleaned_data["mots"],
                by=account_of(request),
                at=timezone.localtime(),
                **to,
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Votre lettre est partie. La réponse se lira dans « Mes lettres ».")
            return redirect("letters")
    failed = error is not None or (form is not None and bool(form.errors))
    return render(request, template, context | {"form": form, "error": error}, status=400 if failed else 200)


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Profile of one's structure."""
    structure = get_object_or_404(access.own_structures(request.user), pk=pk)
    row = Profile.objects.filter(structure=structure).first()
    form = ProfileForm(request.POST or None, initial=_initial(row))
    error = None
    if form.is_bound and form.is_valid():
        try:
            _, revision = actions.write(
                structure,
                form.values,
                base=form.cleaned_data["version"],
                by=account_of(request),
                at=timezone.localtime(),
            )
        except Refused as refused:
            error = refused
        else:
            if revision is not None:
                messages.warning(
                    request,
                    "Quelqu’un a changé cette fiche en même temps que vous."
                    " Les deux sont gardées : choisissez.",
                )
                return redirect("profile_choose", revision.pk)
            messages.success(request, "La fiche est gardée.")
            return redirect("profile", pk)
    context = {"form": form, "error": error, "structure": structure, "tab": "annuaire"}
    return render(request, "network/profile_edit.html", context, status=400 if error or form.errors else 200)


def _initial(row: Profile | None) -> dict[str, Any]:
    if row is None:
        return {"version": 0, "lue_par": rules.NETWORK}
    return {
        "part": row.parts,
        "savoir": row.skills,
        "publics": row.publics,
        "equipe": row.staff,
        "ordinateurs": row.computers,
        "demande": row.demand,
        "mots": row.about,
        "lue_par": row.visibility,
        "resultats": "oui" if row.results else "",
        "version": row.version,
    }


@holding(*access.KEEPS)
@require_http_methods(["GET", "HEAD", "POST"])
def profile_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions written at once: which one stays."""
    row = get_object_or_404(access.revisions_for(request.user), pk=pk)
    if request.method == "POST":
        with refusals.as_message(request):
            take = request.POST.get("garder") == "autre"
            actions.choose(row, take=take, by=account_of(request), at=timezone.localtime())
            messages.success(request, "C’est choisi. L’autre version reste notée au journal.")
        return redirect("profile", row.profile.structure_id)
    context = {"row": row, "differences": queries.differences(row), "tab": "annuaire"}
    return render(request, "network/profile_choose.html", context)


@holding(*access.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def own_sheet(request: HttpRequest) -> HttpResponse:
    """Sheet of one's own work; erased in a click."""
    user, at = account_of(request), timezone.localtime()
    row = Professional.objects.filter(user=user).first()
    if request.POST.get("geste") == "effacer":
        actions.erase_professional(user, at=at)
        messages.success(request, "Votre fiche est effacée.")
        return redirect("network_directory")
    form = ProfessionalForm(
        request.POST or None, structures=list(access.own_structures(user)), initial=_of_professional(row)
    )
    error = None
    if form.is_bound and form.is_valid():
        try:
            actions.write_professional(user, at=at, **form.values)
        except Refused as refused:
            error = refused
        else:
            messages.success(request, "Votre fiche est gardée.")
            return redirect("professional", user.pk)
    context = {"form": form, "error": error, "row": row, "tab": "annuaire"}
    return render(request, "network/own_sheet.html", context, status=400 if error or form.errors else 200)


@holding(*access.MEMBERS)
@require_safe
def own_copy(request: HttpRequest) -> HttpResponse:
    """Data that the network stores under one's name, in a file."""
    response = JsonResponse(
        queries.copy(account_of(request)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    response["Content-Disposition"] = 'attachment; filename="mon-reseau.json"'
    return response


def _of_professional(row: Professional | None) -> dict[str, Any]:
    if row is None:
        return {"lue_par": rules.NETWORK}
    return {
        "metier": row.trade,
        "structure": row.structure_id,
        "savoir": row.skills,
        "publics": row.publics,
        "mots": row.about,
        "lue_par": row.visibility,
    }


@holding(*access.MEMBERS)
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The letters that one's structures write and receive."""
    received = set(access.received_letters(request.user).values_list("pk", flat=True))
    rows = [(row, row.pk in received) for row in queries.own_letters(request.user)]
    return render(request, "network/letters.html", {"rows": rows, "tab": "annuaire"})


@holding(*access.MEMBERS)
@require_POST
def letter_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a letter."""
    row = get_object_or_404(access.received_letters(request.user), pk=pk)
    with refusals.as_message(request):
        actions.answer(
            row, words=request.POST.get("mots", ""), by=account_of(request), at=timezone.localtime()
        )
        messages.success(request, f"Votre réponse est partie : {row.sender.name} la lira ici.")
    return redirect("letters")
