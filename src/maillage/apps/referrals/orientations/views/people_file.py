"""Persons of a file: read, displayed before anything is written, each given a card once, taken back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import forms as files
from maillage.apps.people.persons.actions import taking_in
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.queries import TAKEN_BACK_WITHIN
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.referrals.orientations.queries import people as queries
from maillage.apps.referrals.orientations.views.people import SEES, structures_of
from maillage.kernel.errors import Refused
from maillage.web import refusals, uploads
from maillage.words.wording import count, shortened

NAMED = 5  # of those whom a cancelled import leaves

NOT_DECLARED = Refused(
    "Personne n’a été importé.",
    why="Une fiche n’est gardée que si la personne l’a accepté.",
    do="Retirez du fichier celles qui n’ont pas accepté, puis cochez la case.",
)


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: HttpRequest) -> HttpResponse:
    """Take in the persons of a file, once they were displayed; or take back an import of the week."""
    structures = structures_of(request)
    # The structure that follows the persons of a file; somebody else's does not exist.
    structure_id = request.POST.get("structure", "")
    chosen = [each for each in structures if str(each.pk) == structure_id] if structure_id else structures
    if not chosen:
        raise Http404
    structure = chosen[0]
    if made_at := parse_datetime(request.POST.get("annuler", "")[:40]):
        with refusals.as_message(request):
            by, at = account_of(request), timezone.localtime()
            n_erased, remaining = taking_in.take_back(structure, made_at, by=by, at=at)
            messages.success(request, _words_of_return(n_erased, remaining))
        return redirect("people_import")
    form = uploads.CarriedFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "structures": structures, "structure": structure}
    if form.is_bound and form.is_valid():
        try:
            context |= _read(request, form, structure)
        except Refused as refused:
            form.add_error("fichier", " ".join(refused.sentences))
    context["imports"] = queries.imports(account_of(request), timezone.now(), structures)
    context["days"] = TAKEN_BACK_WITHIN.days
    status = 400 if form.errors or context.get("error") else 200
    return render(request, "orientations/people/import.html", context, status=status)


def _read(request: HttpRequest, form: uploads.CarriedFileForm, structure: Structure) -> dict[str, Any]:
    """Return the persons that a file would bring; once confirmed, those it brought, and those to come."""
    by, at, content, name = account_of(request), timezone.localtime(), form.content(), form.file_name()
    contents = files.read(content, name, files.format_of(content), today=timezone.localdate(at))
    ranks = set(request.POST.getlist("autre"))
    other_people = [entry for rank, entry in enumerate(contents.entries) if str(rank) in ranks]
    outcome, error = None, None
    if "apercu" not in request.POST and "accord" not in request.POST:
        error = NOT_DECLARED
    elif "apercu" not in request.POST:
        outcome = taking_in.take_in(
            contents.entries, by=by, structure=structure, at=at, other_people=other_people
        )
    comparison = taking_in.compare(contents.entries, by=by, structure=structure, other_people=other_people)
    rank_by_entry = {entry: rank for rank, entry in enumerate(contents.entries)}
    refused_entries = {entry for entry, _ in outcome.refusals} if outcome else set()
    return {
        "name": name,
        "contents": contents,
        "outcome": outcome,
        "error": error,
        "new": [entry for entry in comparison.new if entry not in refused_entries],
        "n_known": comparison.n_known,
        "alike": queries.alike(comparison.alike, rank_by_entry),
        "twins": [(rank_by_entry[entry], entry, before) for entry, before in comparison.twins],
        "n_twins": len(comparison.twins),
        "other_people": sorted(rank_by_entry[entry] for entry in other_people),
        "carried": uploads.carried(content),
        "agreed": outcome is not None,
    }


def _words_of_return(n_erased: int, remaining: Sequence[Person]) -> str:
    words = f"Import annulé : {count(n_erased, 'carte effacée', 'cartes effacées')}."
    if remaining:
        labels = shortened([each.full_label for each in remaining], NAMED)
        words += (
            f" {count(len(remaining), 'personne reste', 'personnes restent')}, parce qu’une aide, un accord,"
            f" une réunion de fiches ou une carte imprimée a suivi : {labels}. Chacune s’efface depuis sa"
            " fiche."
        )
    return words
