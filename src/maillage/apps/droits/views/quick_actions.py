"""One-click facts: a procedure added, a paper ticked, begun again, left, taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from maillage.apps.accounts.access import account_of, count
from maillage.apps.droits import access
from maillage.apps.droits.actions import letters
from maillage.apps.droits.actions import telling as right_telling
from maillage.apps.droits.actions.telling import Telling
from maillage.apps.droits.forms import DatesForm, LetterForm
from maillage.apps.droits.rules import facts
from maillage.apps.droits.views.requests import fact_of, helping, line_of, person_of
from maillage.apps.messages.queries import leaves
from maillage.kernel.errors import Refused
from maillage.web import refusals

# What turns a line: begun again, left, taken up again.
TURNS = {"refaire": facts.AGAIN, "laisser": facts.STOPPED, "reprendre": facts.OPENED}


@helping
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Following one more procedure; nothing is known of it yet."""
    person = person_of(request, pk)
    procedure = request.POST.get("demarche", "")[:40]
    with refusals.as_message(request):
        telling = Telling(procedure=procedure, kind=facts.OPENED, on=timezone.localdate())
        right_telling.tell(person, telling, by=account_of(request), at=timezone.now())
        return redirect("droit", pk, procedure)
    return redirect("droits", pk)


@helping
@require_POST
def paper(request: HttpRequest, pk: int, procedure: str) -> HttpResponse:
    """Ticking one paper, or taking the tick back."""
    person = person_of(request, pk)
    line_of(request, person, procedure)
    key, by, at = request.POST.get("papier", "")[:40], account_of(request), timezone.now()
    with refusals.as_message(request):
        if "oter" in request.POST:
            rows = access.facts_for(request.user, person).filter(
                procedure=procedure, kind=facts.PAPER, paper=key, struck_at=None
            )
            for row in rows:
                right_telling.strike(row, by=by, at=at)
        else:
            telling = Telling(procedure=procedure, kind=facts.PAPER, on=timezone.localdate(), paper=key)
            right_telling.tell(person, telling, by=by, at=at)
    return redirect("droit", pk, procedure)


@helping
@require_POST
def turn(request: HttpRequest, pk: int, procedure: str) -> HttpResponse:
    """Beginning a procedure again with the person; following it no more; taking it up."""
    person = person_of(request, pk)
    line_of(request, person, procedure)
    kind = TURNS.get(request.POST.get("geste", ""))
    if kind is None:
        return redirect("droit", pk, procedure)
    with refusals.as_message(request):
        telling = Telling(procedure=procedure, kind=kind, on=timezone.localdate())
        fact = right_telling.tell(
            person,
            telling,
            by=account_of(request),
            at=timezone.now(),
            was=request.POST.get("vu") if kind == facts.AGAIN else None,
        )
        if kind == facts.STOPPED:
            return redirect(f"{reverse('droits', args=[pk])}?note={fact.pk}")
        return redirect(f"{reverse('droit', args=[pk, procedure])}?note={fact.pk}")
    return redirect("droit", pk, procedure)


@helping
@require_POST
def change(request: HttpRequest, pk: int, fact: int) -> HttpResponse:
    """Taking back what was told, putting it back, or correcting its dates."""
    person = person_of(request, pk)
    row = fact_of(request, person, fact)
    line_of(request, person, row.procedure)
    by, at = account_of(request), timezone.now()
    with refusals.as_message(request):
        if "remettre" in request.POST:
            right_telling.restore(row, by=by, at=at)
            messages.success(request, "C’est remis.")
        elif "corriger" in request.POST:
            form = DatesForm(request.POST)
            if not form.is_valid():
                raise Refused(
                    "Rien n’a été corrigé.",
                    why="Une des dates n’existe pas.",
                    do="Choisissez-la de nouveau.",
                )
            values = form.values()
            assert values["on"] is not None
            right_telling.correct(row, on=values["on"], until=values["until"], by=by, at=at)
            messages.success(request, "C’est corrigé. L’ancienne date se lit encore plus bas.")
        else:
            right_telling.strike(row, by=by, at=at)
            messages.success(request, "C’est annulé. On peut le remettre au bas de la page.")
    return redirect("droit", pk, row.procedure)


@helping
@require_POST
def write(request: HttpRequest, pk: int, fact: int) -> HttpResponse:
    """Writing to another helper who follows the same procedure."""
    person = person_of(request, pk)
    form = LetterForm(request.POST)
    with refusals.as_message(request):
        other = letters.letter_to(person, fact, by=account_of(request))
        if not form.is_valid():
            raise Refused(
                "Le message n’est pas parti.",
                why="Il est vide, ou trop long.",
                do="Écrivez-le en quelques phrases.",
            )
        if count(request, "lettres") > access.LETTERS_AN_HOUR:
            raise Refused(
                "Le message n’est pas parti.",
                why="Beaucoup de messages viennent de partir.",
                do="Attendez une heure.",
            )
        if not leaves("email"):
            raise Refused(
                "Le message n’est pas parti.",
                why="Aucun e-mail ne peut être envoyé depuis ce serveur : Maillage n’a pas de serveur "
                "d’envoi.",
                do=f"Appelez {other.who}.",
            )
        letters.write_to(other, form.cleaned_data["texte"], by=account_of(request), at=timezone.now())
        messages.success(request, f"Le message part vers {other.who}, par e-mail.")
    return redirect("droits", pk)
