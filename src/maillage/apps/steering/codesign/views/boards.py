"""Boards of groups and ballots, by their code, without an account; the journeys that anybody may read."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.platform.accounts.access import count, counted
from maillage.apps.steering.codesign import access, actions, rules
from maillage.apps.steering.codesign.forms import CardForm, ChangeForm, DraftForm, LevelsForm, PaperForm
from maillage.apps.steering.codesign.models import Card, Group, Participant
from maillage.apps.steering.codesign.queries import boards as queries
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from maillage.kernel.typed import whole_number
from maillage.publishing import journey as maps
from maillage.publishing.page import pdf
from maillage.publishing.plan.reading import EVERYWHERE
from maillage.reference.codesign import (
    CHANNELS,
    KINDS,
    LEVELS,
    causes,
    journeys,
    obstacles,
    questions,
    stages,
    trades,
)
from maillage.web import refusals
from maillage.words import wording

UNKNOWN = Refused(
    "Ce code ne correspond à aucun atelier.",
    why="Il est mal recopié, ou l’atelier a été effacé.",
    do="Relisez-le sur la feuille de votre groupe, ou demandez à la personne qui mène l’atelier.",
)
FORMS = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}


def _refused(request: HttpRequest) -> HttpResponse:
    """Return the page of a code that opens nothing, and count it."""
    status = 429 if counted(request, "liens") >= rules.LINKS_AN_HOUR else 404
    count(request, "liens")
    return refusals.page(request, UNKNOWN, status=status)


def _group(request: HttpRequest, code: str) -> Group | None:
    return None if counted(request, "liens") >= rules.LINKS_AN_HOUR else access.group_of(code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Open the board of a group, or a ballot, by the code on its sheet."""
    if request.method == "POST":
        code = request.POST.get("code", "")
        if _group(request, code) is not None:
            return redirect("codesign_board", codes.read(code))
        if access.voter_of(code) is not None:
            return redirect("codesign_ballot", codes.read(code))
        return _refused(request)
    return render(request, "codesign/enter.html")


@never_cache
@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a group, its journey map, and what its code may do."""
    group = _group(request, code)
    return _refused(request) if group is None else _board(request, group)


def _board(request: HttpRequest, group: Group, *, form: CardForm | None = None) -> HttpResponse:
    session, at = group.session, timezone.now()
    columns, journey = queries.board(group), queries.journey(group)
    cards = [card for column in columns for cell in column.cells for card in cell.cards]
    ticked = _ticked(group)
    context = {
        "group": group,
        "session": session,
        "n_groups": session.groups.count(),
        "crafts": queries.trade_words(dict.fromkeys(each.trade for each in group.members.all())),
        "question": queries.question(session),
        "steps": _steps(group, cards),
        "ends_at": session.step_ends_at if session.step_ends_at and session.step_ends_at > at else None,
        "portrait": queries.portrait(group),
        "columns": columns,
        "rows": [(cell.kind, cell.label) for cell in columns[0].cells],
        "areas": [EVERYWHERE, *(name for _, name in queries.zones(session.place))],
        "obstacles": [card for card in cards if card.kind == "obstacle"],
        "gone": queries.withdrawn(group),
        "wide": maps.drawn(journey),
        "narrow": maps.drawn_narrow(journey),
        "journey": journey,
        "form": form,
        "token": get_random_string(24),
        "kinds": rules.KIND_LABELS,
        "channels": CHANNELS,
        "passages": maps.passages(journey),
        "stages": stages(),
        "trades": trades().values(),
        "levels": LEVELS,
        "to_remove": [
            (says, [(each, each.id in ticked) for each in causes().values() if each.obstacle == id])
            for id, says in obstacles().items()
        ],
        "others": [(each, each.pk == group.pk) for each in session.groups.all()],
        "is_open": session.closed_at is None,
    }
    return render(request, "codesign/board.html", context, status=400 if form else 200)


def _ticked(group: Group) -> set[str]:
    return set(group.causes.values_list("cause", flat=True))


def _count_text(n: int, noun: str) -> str:
    return wording.count(n, noun) if n else ""


def _steps(group: Group, cards: list[Card]) -> list[dict[str, object]]:
    """Return the five steps: over, under way or to come, and what each gave so far."""
    session = group.session
    n = {kind: sum(card.kind == kind for card in cards) for kind in rules.KIND_LABELS}
    n_votes = session.participants.exclude(voted_at=None).count()
    n_actions = session.drafts.filter(lever__group=group, state=rules.DRAFT).count()
    gave = {
        rules.OBSTACLES: _count_text(n["obstacle"], "obstacle"),
        rules.LEVERS: _count_text(n["lever"] + n["solution"], "levier"),
        rules.VOTE: _count_text(n_votes, "bulletin"),
        rules.ACTIONS: _count_text(n_actions, "action"),
    }
    return [
        {
            "title": title,
            "done": rules.before(id, session.step) or session.closed_at is not None,
            "now": id == session.step and session.closed_at is None,
            "gave": gave.get(id, ""),
        }
        for id, title in rules.STEPS.items()
    ]


@never_cache
@require_POST
def gesture(request: HttpRequest, code: str) -> HttpResponse:
    """Write on the board of a group: a card, a change, a level, causes, an action."""
    group = _group(request, code)
    if group is None:
        return _refused(request)
    with refusals.as_message(request):
        if request.POST.get("geste") == "poser":
            form = CardForm(request.POST)
            if not form.is_valid():
                return _board(request, group, form=form)
            actions.put(group, **form.cleaned_data, at=timezone.now())
        elif write := BOARD_ACTIONS.get(request.POST.get("geste", "")):
            write(request, group)
    return redirect("codesign_board", group.code)


def _withdraw(request: HttpRequest, group: Group) -> None:
    actions.withdraw(_card(request, group), at=timezone.now())
    messages.success(request, "La carte est retirée. Elle reste sous le tableau.")


def _put_back(request: HttpRequest, group: Group) -> None:
    actions.withdraw(_card(request, group), withdrawn=False, at=timezone.now())
    messages.success(request, "La carte est remise.")


def _change(request: HttpRequest, group: Group) -> None:
    card, form = _card(request, group), ChangeForm(request.POST)
    posted = {name: request.POST.get(f"initial-{name}") for name in ("words", "stage", "kind", "channel")}
    original = {name: value for name, value in posted.items() if value is not None}
    if not form.is_valid():
        messages.error(request, "La carte n’a pas changé. Il manque ses mots. Écrivez-les.")
    elif actions.change(card, **form.cleaned_data, original=original, at=timezone.now()).pk != card.pk:
        messages.warning(
            request,
            "Quelqu’un d’autre a changé cette carte en même temps. Les deux sont gardées, l’une à côté de"
            " l’autre : retirez celle de trop.",
        )


def _card(request: HttpRequest, group: Group) -> Card:
    return get_object_or_404(Card, group=group, pk=whole_number(request.POST.get("carte", ""), 2**31))


def _place(request: HttpRequest, group: Group) -> None:
    form = LevelsForm(request.POST)
    if form.is_valid():
        for stage in stages():
            levels = {
                key: form.values[name]
                for key in ("today", "then")
                if (name := f"{key}-{stage}") in form.values
            }
            if levels:
                actions.place(group, stage, **levels)
        messages.success(request, "La carte du parcours est redessinée.")


def _tick(request: HttpRequest, group: Group) -> None:
    original = request.POST.getlist("etait") if "etait" in request.POST else None
    actions.tick(group, request.POST.getlist("cause"), original=original)
    messages.success(request, "Les causes sont notées.")


def _propose(request: HttpRequest, group: Group) -> None:
    form = DraftForm(request.POST)
    if not form.is_valid():
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"L’action n’a pas été proposée. {wrong}")
        return
    clean = form.cleaned_data
    cards = Card.objects.filter(group=group, withdrawn_at=None)
    actions.propose(
        get_object_or_404(Card, group=group, pk=clean["lever"]),
        title=clean["title"],
        pilot=clean["pilot"],
        area=clean["area"],
        budget=clean["budget"],
        ends_on=clean["ends_on"],
        obstacle=cards.filter(pk=clean["obstacle"], kind="obstacle").first() if clean["obstacle"] else None,
        at=timezone.now(),
    )
    messages.success(request, "L’action est proposée : elle attend le plan d’action du territoire.")


BOARD_ACTIONS = {
    "retirer": _withdraw,
    "remettre": _put_back,
    "changer": _change,
    "niveaux": _place,
    "causes": _tick,
    "action": _propose,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typed_back(request: HttpRequest, code: str) -> HttpResponse:
    """Type back the printed board of a group, one card a line."""
    group = _group(request, code)
    if group is None:
        return _refused(request)
    form = PaperForm(request.POST or None, initial={"token": get_random_string(12)})
    error = None
    if form.is_bound and form.is_valid():
        try:
            n_cards = actions.type_back(
                group, form.cells, token=form.cleaned_data["token"], at=timezone.now()
            )
        except Refused as refused:
            error = refused
        else:
            messages.success(
                request, f"{n_cards} cartes posées." if n_cards > 1 else f"{n_cards} carte posée."
            )
            return redirect("codesign_board", group.code)
    context = {"group": group, "form": form, "error": error}
    return render(request, "codesign/typed_back.html", context, status=400 if error or form.errors else 200)


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a group to print and fill in by hand."""
    group = _group(request, code)
    if group is None:
        return _refused(request)
    content = maps.board(
        queries.journey(group),
        question=queries.question(group.session),
        group=f"Groupe {group.number} sur {group.session.groups.count()}, code {codes.in_halves(group.code)}",
        on=timezone.localdate(),
    )
    return _file(content, "application/pdf", f"planche-groupe-{group.number}.pdf")


@require_safe
def journey_map(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The journey map of a group: a picture, a PDF, plain text."""
    group = _group(request, code)
    if group is None or form not in FORMS:
        return _refused(request)
    journey = queries.journey(group)
    if form == "pdf" and journey.is_blank:  # its empty grid, to be filled in by hand
        return paper(request, code)
    return _map(journey, form, f"parcours-groupe-{group.number}")


def _map(journey: maps.Journey, form: str, name: str) -> HttpResponse:
    on = timezone.localdate()
    renderers: dict[str, Callable[[], bytes]] = {
        "svg": lambda: pdf.styled(maps.drawn(journey)).encode(),
        "png": lambda: pdf.png(maps.drawn(journey)),
        "pdf": lambda: maps.document(journey, on=on),
        "txt": lambda: maps.text(journey).encode(),
    }
    return _file(renderers[form](), FORMS[form], f"{name}.{form}")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest, code: str) -> HttpResponse:
    """The ballot of a participant: a few cards among all those of the workshop; cast again, it replaces the
    first.
    """
    voter: Participant | None = None
    if counted(request, "liens") < rules.LINKS_AN_HOUR:
        voter = access.voter_of(code)
    if voter is None:
        return _refused(request)
    error, session = None, voter.session
    chosen = [n for each in request.POST.getlist("carte") if (n := whole_number(each, 2**31)) is not None]
    if request.method == "POST":
        try:
            n = actions.vote(voter, chosen, at=timezone.now())
        except Refused as refused:
            error = refused
        else:
            votes_text = f"{n} voix comptées" if n > 1 else f"{n} voix comptée"
            messages.success(request, f"Votre bulletin est pris : {votes_text}. Vous pouvez le changer.")
            return redirect("codesign_ballot", voter.code)
    ticked_cards = set(chosen) if error else set(voter.votes.values_list("card", flat=True))
    context = {
        "voter": voter,
        "session": session,
        "error": error,
        "ticked_cards": ticked_cards,
        "choices": queries.choices(session),
        "is_open": session.closed_at is None and session.step == rules.VOTE,
    }
    return render(request, "codesign/ballot.html", context, status=400 if error else 200)


# ------------------------------------------------------------------------------------------- already written


@require_safe
def examples(request: HttpRequest) -> HttpResponse:
    """The journeys of the plan of Grenoble, and the questions of a network."""
    return render(
        request, "codesign/examples.html", {"rows": journeys().values(), "questions": questions().values()}
    )


@require_safe
def example(request: HttpRequest, id: str) -> HttpResponse:
    """A journey of the plan: its map, its list, where it comes from."""
    row = journeys().get(id)
    if row is None:
        raise Http404
    drawn = maps.of_plan(row)
    context = {
        "row": row,
        "journey": drawn,
        "wide": maps.drawn(drawn),
        "narrow": maps.drawn_narrow(drawn),
        "passages": maps.passages(drawn),
        "kinds": KINDS.items(),
        "levels": LEVELS,
    }
    return render(request, "codesign/example.html", context)


@require_safe
def example_map(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """The map of a journey of the plan, as a file."""
    row = journeys().get(id)
    if row is None or form not in FORMS:
        raise Http404
    return _map(maps.of_plan(row), form, f"parcours-{id}")
