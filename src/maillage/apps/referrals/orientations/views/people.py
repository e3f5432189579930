"""The persons that a structure helps: found, welcomed, followed, corrected, erased."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.agenda.queries import appointment_book
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning.queries import progress as learning
from maillage.apps.people.actes.access import acts_for
from maillage.apps.people.actes.queries import lists as acts
from maillage.apps.people.actes.queries import tags
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.mandats.queries import persons as mandats
from maillage.apps.people.mandats.rules import frame as mandat_frame
from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.actions import forgetting, register
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import queries as reminders_queries
from maillage.apps.platform.accounts.access import account_of, count, counted, holding, rights_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.autonomy.queries import retained
from maillage.apps.referrals.droits.queries import lines as droits
from maillage.apps.referrals.droits.queries import persons as rights
from maillage.apps.referrals.orientations.actions import agreements, cards
from maillage.apps.referrals.orientations.actions.reminders import to_come
from maillage.apps.referrals.orientations.forms.people import PersonForm, secret
from maillage.apps.referrals.orientations.queries import copies
from maillage.apps.referrals.orientations.queries import people as queries
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.web.long_lists import PAGE
from maillage.words.languages import say

SEES = ("people.see", "people.mine")
WRONG_CARDS_AN_HOUR = 30
REFER = "orienter"  # where one goes once the person is found
MENU = (rules.KEEP, rules.SHOW, rules.WRITE, rules.TRACK)  # sharing is asked when somebody is sent


@holding(*SEES)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The persons one helps, the latest first."""
    text = request.GET.get("q", "").strip()[:60]
    period = request.GET.get("vue", "")
    label_days = queries.PERIODS.get(period)
    since = timezone.now() - timedelta(days=label_days[1]) if label_days else None
    rows = queries.people(request.user, text, since=since)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "q": text,
        "period": period,
        "periods": [(id, label) for id, (label, _) in queries.PERIODS.items()],
        "sees_all": rights_of(request.user).any("people.see"),
        "to_refer": _refers(request),
    }
    return render(request, "orientations/people/index.html", context)


def _refers(request: HttpRequest) -> bool:
    """Return True if the person looked for, or welcomed, is to be sent somewhere next."""
    return request.GET.get("vers") == REFER


def _to_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the sheet of a person, or back to the need for which they were looked for, as it was typed."""
    if _refers(request):
        return redirect(f"{reverse('orientation_new')}?personne={pk}&repris=oui")
    return redirect("person", pk)


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Welcome a person: a card, and as little more as they want."""
    form = PersonForm(request.POST or None, structures=structures_of(request))
    sending, error = request.POST.get("envoi", "")[:40] or secrets.token_urlsafe(12), None
    namesakes: list[Person] = []
    if form.is_bound and form.is_valid():
        namesakes = _namesakes(request, form, sending)
        try:
            if not namesakes:
                return _to_person(request, _welcomed(request, form, sending))
        except Refused as refusal:
            error = refusal
    context = {
        "form": form,
        "error": error,
        "sending": sending,
        "namesakes": namesakes,
        "to_refer": _refers(request),
        "pictures": rules.PICTURES,
    }
    status = 400 if error or form.errors else 200
    return render(request, "orientations/people/new.html", context, status=status)


MOST_NAMESAKES = 10


def _namesakes(request: HttpRequest, form: PersonForm, sending: str) -> list[Person]:
    """Return the visible persons of the same first name, to recognise before a card is made; none once the
    user said that it is somebody else, nor when the same form made its card just before.
    """
    if "autre" in request.POST or cache.get(_welcome_key(request, sending)):
        return []
    values, people = form.known(), access.people_for(request.user)
    return list(persons.namesakes(people, values["nickname"], values["born"])[:MOST_NAMESAKES])


def _welcome_key(request: HttpRequest, sending: str) -> str:
    return f"accueil-{request.user.pk}-{salted_hmac('accueil', sending).hexdigest()}"


@transaction.atomic
def _welcomed(request: HttpRequest, form: PersonForm, sending: str) -> int:
    """Return the person a form creates; a double click creates one: the second waits for the first."""
    key = _welcome_key(request, sending)
    if not cache.add(key, 0):
        return int(cache.get(key))
    by, structure, at = account_of(request), form.structure_chosen(), timezone.localtime()
    typed_secret = secret(request.POST)
    try:
        with transaction.atomic():
            card = register.welcome(by=by, structure=structure, at=at, **form.known())
            if typed_secret is not None:
                cards.choose_secret(card, typed_secret, by=by, at=at, acting=structure.pk)
    except Refused:
        cache.delete(key)  # nothing was made: what is corrected is not a double click
        raise
    cache.set(key, card.pk)
    opens = ", avec son secret" if typed_secret is not None else ""
    messages.success(request, f"La carte est prête{opens} : {card.get_picture_display()}, {card.card}.")
    return card.pk


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def by_card(request: HttpRequest) -> HttpResponse:
    """Follow a person who shows their card and agrees: from then on the structure sees their sheet."""
    typed, error = request.POST.get("code", "").strip()[:20], None
    structures = structures_of(request)
    context: dict[str, Any] = {"typed": typed, "structures": structures}
    if request.method == "POST" and counted(request, "cartes") >= WRONG_CARDS_AN_HOUR:
        context["error"] = too_many()
        return render(request, "orientations/people/by_card.html", context, status=429)
    if request.method == "POST":
        person = persons.by_code(typed)
        if person is None:
            count(request, "cartes")
            error = Refused(
                "Aucune carte n’a ce code.",
                why="Une lettre ou un chiffre est peut-être mal lu, ou la carte a été effacée.",
                do="Relisez la carte : 8 signes, en deux fois quatre.",
            )
        elif "accord" not in request.POST:
            error = Refused(
                "La fiche ne s’est pas ouverte.",
                why="La personne doit être d’accord pour que votre structure la voie.",
                do="Demandez-le-lui, puis cochez la case.",
            )
        else:
            chosen = {str(each.pk): each for each in structures}
            structure = chosen.get(request.POST.get("structure", "")) or structures[0]
            by, at = account_of(request), timezone.localtime()
            try:
                register.meet(person=person, structure=structure, by=by, at=at)
            except Refused as refusal:
                error = refusal
            else:
                return _to_person(request, person.pk)
    context["error"] = error
    return render(request, "orientations/people/by_card.html", context, status=400 if error else 200)


def too_many() -> Refused:
    """Return the refusal of one more code, without saying whether it is right."""
    return Refused(
        say("Trop de codes ont été essayés."),
        why=say("C’est pour protéger les cartes des autres."),
        do=say("Revenez dans une heure, ou demandez à la personne qui vous aide."),
    )


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what is known, agreed, done and under way. Opening the sheet is written in the journal."""
    if (joined := Person.objects.filter(pk=pk, merged_into__isnull=False).first()) is not None:
        return redirect("person", _person(request, persons.holder(joined).pk).pk)
    person = _person(request, pk)
    register.record_view(
        person, by=account_of(request), structure=acting_for(request, person), at=timezone.localtime()
    )
    visible_acts = acts_for(request.user).values("pk")  # the acts of another structure are theirs
    consents = queries.consent_by_purpose(person, structures_of(request))
    answers = [(id, rules.PURPOSES[id], consents.get(id)) for id in MENU]
    shared = [each for each in queries.consents(person) if each.purpose == rules.SHARE]
    context = {
        "person": person,
        "followings": queries.structures_following(person),
        "asked": answers,
        "n_unasked": sum(answer is None for _, _, answer in answers),
        "shared": shared,
        "n_shared": len(shared),
        "how": rules.HOW,
        "paths": queries.paths(request.user, person),
        "bilans": retained.of_person(person),
        "learnt": learning.summary(person),
        "services": learning.services(),
        "mandat": mandats.latest(person, timezone.localdate()),
        "mandat_states": mandat_frame.STATES,
        "papers": documents_queries.count(person, timezone.localdate()),
        "appointments": appointment_book.of_person(request.user, person, timezone.now()),
        "acts": acts.lines(acts.of_person(person).filter(pk__in=visible_acts)[:8], account_of(request)),
        "rights_followed": droits.follows(person),
        "rights": rights.summary(request.user, person, timezone.localdate()),
        "to_learn": acts.proposals(person, timezone.now()),
        "no_reminder": reminders_queries.refusal(person) is not None,
        "traces": queries.traces(person, request.user),
        "months": rules.RETENTION_MONTHS,
        "secret": persons.secret_of(person),
        "joined": persons.joined_sheets(person, timezone.now()),
        "alike": persons.pairs(persons.alike_numbers(request.user, person)[:3]),
        "tagging": tags.of_person(request.user, person),
        "to_correct": access.corrections_for(request.user).filter(person=person, done_at=None),
    }
    return render(request, "orientations/people/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = PersonForm(request.POST or None, structures=structures_of(request), person=person)
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            cards.correct(
                person, form.values, displayed=form.original, by=account_of(request), at=timezone.localtime()
            )
            messages.success(request, "La fiche est corrigée.")
            return redirect("person", pk)
    context = {"form": form, "person": person}
    return render(request, "orientations/people/correct.html", context, status=400 if form.errors else 200)


@require_POST
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the answer of the person for one purpose, given now; or withdraw an agreement."""
    person = _person(request, pk)
    by, at, acting = account_of(request), timezone.localtime(), acting_for(request, person)
    if (consent_number := whole_number(request.POST.get("retirer", ""), ROWS)) is not None:
        consent = get_object_or_404(Consent, pk=consent_number, person=person)
        with refusals.as_message(request):
            agreements.withdraw(consent, by=by, at=at, acting=acting)
            messages.success(request, f"C’est noté : plus d’accord pour {consent.get_purpose_display()}.")
    elif request.POST.get("pour") in MENU and request.POST.get("comment") in rules.HOW:
        agrees = request.POST.get("reponse") == "oui"
        purpose, how = request.POST["pour"], request.POST["comment"]
        with refusals.as_message(request):
            agreements.answer(person, purpose=purpose, how=how, agrees=agrees, by=by, at=at, acting=acting)
            label = rules.PURPOSES[purpose].label
            messages.success(request, f"C’est noté : {'oui' if agrees else 'non'} pour {label}.")
    else:
        messages.error(
            request,
            "L’accord n’a pas été noté. Il manque comment il a été donné. Choisissez : lu à voix haute,"
            " papier, ou écran.",
        )
    return redirect("droits" if request.POST.get("suite") == "droits" else "person", pk)


@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is kept of a person, for them to take away: to read and print, or as a file."""
    person = _person(request, pk)
    return copy_of(request, person, by=account_of(request), structure=acting_for(request, person))


def copy_of(request: HttpRequest, person: Person, *, by: User | None, structure: int | None) -> HttpResponse:
    """Return the copy of what is kept, a page or a file. Who opened it, the person when `by` is None, is
    written in the journal.
    """
    written = register.exported if request.GET.get("format") == "json" else register.copy_opened
    written(person, by=by, structure=structure, at=timezone.localtime())
    if request.GET.get("format") == "json":
        copy = copies.of_person(person)
        response = JsonResponse(copy, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = 'attachment; filename="ce-qui-est-garde.json"'
        return response
    context = {"sections": copies.page(person), "person": person, "today": timezone.localdate()}
    return render(request, "orientations/people/copy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase a person, once their card was read again: what one's structure holds, or everywhere."""
    person = _person(request, pk)
    by, at = account_of(request), timezone.localtime()
    structure = Structure.objects.filter(Q(pk=acting_for(request, person))).first()
    n_foreign = forgetting.foreign_followings(person, by).count()
    error = None
    if request.method == "POST":
        try:
            if persons.by_code(request.POST.get("code", "")) != person:
                raise Refused(
                    "La fiche n’a pas été effacée.",
                    why="Le code n’est pas celui de cette personne.",
                    do="Lisez-le sur sa carte, avec elle.",
                )
            if request.POST.get("geste") == "ici" and structure is not None:
                forgetting.forget_here(person, structure, by=by, at=at)
                messages.success(request, f"{structure.name} ne garde plus rien de cette personne.")
            else:
                forgetting.erase(person, secret=secret(request.POST), by=by, at=at)
                sentence = "La fiche est effacée. Ses orientations restent comptées, sans personne."
                messages.success(request, sentence)
            return redirect("people")
        except Refused as refused:
            error = refused
    context = {
        "person": person,
        "error": error,
        "others": n_foreign,
        "structure": structure,
        "pictures": rules.PICTURES,
    }
    return render(request, "orientations/people/forget.html", context, status=400 if error else 200)


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End the following of a person by one's structure."""
    person = _person(request, pk)
    with refusals.as_message(request):
        structure = get_object_or_404(Structure, pk=acting_for(request, person))
        register.leave(person=person, structure=structure, by=account_of(request), at=timezone.localtime())
        messages.success(request, f"{structure.name} ne suit plus {person}. Sa carte reste bonne ailleurs.")
        return redirect("people")
    return redirect("person", pk)


REMINDER_ACTIONS = {
    "plus": (reminders_actions.refuse, "C’est noté : plus aucun rappel ne part."),
    "encore": (reminders_actions.accept, "C’est noté : les rappels partent de nouveau."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """The reminders of a person for the structures one acts for."""
    person = _person(request, pk)
    at = timezone.now()
    if request.method == "POST":
        if request.POST.get("geste") not in REMINDER_ACTIONS:
            raise Http404
        act, confirmation = REMINDER_ACTIONS[request.POST["geste"]]
        with refusals.as_message(request):
            act(person, by=account_of(request), at=at, acting=acting_for(request, person))
            messages.success(request, confirmation)
        return redirect("person_reminders", pk)
    own_structures = frozenset(each.pk for each in structures_of(request))
    planned = reminders_queries.of_person(person, at, structures=own_structures)
    context = {
        "person": person,
        "refusal": reminders_queries.refusal(person),
        "to_come": [
            *(line for line in planned if line.is_ahead),
            *to_come(person, at, structures=own_structures),
        ],
        "planned": [line for line in planned if not line.is_ahead],
    }
    return render(request, "orientations/people/reminders.html", context)


def _person(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(access.people_for(request.user), pk=pk)


def structures_of(request: HttpRequest) -> list[Structure]:
    """Return the structures on whose behalf a user helps."""
    rights = rights_of(request.user)
    ids = {id for right in SEES for id in rights.structures(right)}
    return list(Structure.objects.filter(pk__in=ids).order_by("name"))


def acting_for(request: HttpRequest, person: Person) -> int | None:
    """Return the structure on whose behalf a user sees a person."""
    own_structures = {each.pk for each in structures_of(request)}
    return next(
        (f.structure_id for f in queries.structures_following(person) if f.structure_id in own_structures),
        None,
    )
