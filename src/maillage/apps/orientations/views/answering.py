"""Answers to a referral, from a user's space or by a personal link: the same actions, the same words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils import timezone

from maillage.apps.directory.models import Lieu
from maillage.apps.droits.queries import lines as droits
from maillage.apps.orientations.actions import answers, sending, transitions
from maillage.apps.orientations.forms.answers import DateForm, ElsewhereForm, RefusalForm, ServedForm
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries import detail as referral_detail
from maillage.apps.orientations.queries import matching
from maillage.apps.orientations.rules import cycle
from maillage.reference import offer
from maillage.words.wording import lower_first, spaced


class Unread(Exception):
    """Typed values that are invalid; `form` says why, field by field, and `verb` which action they
    belong to.
    """

    def __init__(self, verb: str, form: Form) -> None:
        super().__init__(verb)
        self.verb, self.form = verb, form


def answer(
    post: QueryDict, row: Orientation, *, by: Any, at: datetime, token: str = "", was: str = ""
) -> str:
    """Apply the answer of a place, and return the message about it; '' for an unknown action. was: the state
    its page displayed.

    Unread when a field is missing; Refused, even then, when the referral changed since the page was opened.
    """
    verb = post.get("geste", "")
    if verb not in ANSWERS:
        return ""
    try:
        sentence = ANSWERS[verb](post, row, {"by": by, "at": at, "token": token, "was": was})
    except Unread as unread:
        if transitions.moved(row, was):
            raise transitions.too_late(row) from unread
        raise
    row.refresh_from_db()
    informed = referral_detail.informed(row, side=cycle.RECEIVER)
    return spaced(" ".join(filter(None, (sentence, informed))))


def _accept(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    answers.accept(row, **context)
    return "C’est oui. Vous pouvez donner une date quand vous voulez."


def _came(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    answers.came(row, **context)
    return "Venue : c’est noté. Dites la suite quand vous aurez fini."


def _absent(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    answers.absent(row, **context)
    return (
        "Pas venue : c’est noté. Vous pouvez lui donner une autre date, ou noter qu’elle est venue"
        " finalement."
    )


def _date(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    form = _read("date", post, row, context["at"])
    act = answers.move if cycle.allowed("move", row.state, cycle.RECEIVER) else answers.appoint
    answered = act(row, when=form.when(), **context)
    return f"Rendez-vous donné : {referral_detail.appointment(answered)}."


def _refuse(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    form = _read("refuser", post, row, context["at"])
    cleaned = form.cleaned_data
    answers.refuse(row, reason=cleaned["raison"], words=cleaned["mots"], full=cleaned["complet"], **context)
    full = " Votre fiche dit « complet » : plus personne ne vous est envoyé." if cleaned["complet"] else ""
    return f"C’est noté : {lower_first(cycle.REASONS[cleaned['raison']].label)}.{full}"


def _elsewhere(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    form = _read("ailleurs", post, row, context["at"])
    lieu = Lieu.objects.get(slug=form.cleaned_data["lieu"])
    answers.redirect(row, lieu=lieu, words=form.cleaned_data["mots"], **context)
    return f"Vous proposez {lieu.name}. La personne choisira avec l’aidant qui l’accompagne."


def _serve(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    form = _read("servir", post, row, context["at"])
    answers.serve(row, **form.served(), telling=form.telling(timezone.localdate(context["at"])), **context)
    return "Merci : la suite est connue."


def _close(post: QueryDict, row: Orientation, context: Mapping[str, Any]) -> str:
    sending.close(row, **context)
    return "C’est terminé."


def _followed(row: Orientation) -> bool:
    """Return True if the place may tell where a procedure of the person stands."""
    return row.person is not None and "procedure" in row.readable and droits.follows(row.person)


ANSWERS: Mapping[str, Callable[[QueryDict, Orientation, Mapping[str, Any]], str]] = {
    "accept": _accept,
    "came": _came,
    "absent": _absent,
    "date": _date,
    "refuser": _refuse,
    "ailleurs": _elsewhere,
    "servir": _serve,
    "close": _close,
}


FORMS: Mapping[str, Callable[[QueryDict, Orientation, datetime], Form]] = {
    "date": lambda post, row, at: DateForm(
        post, doubt=lambda when: referral_detail.doubt(row, when), commune=row.place_commune
    ),
    "refuser": lambda post, row, at: RefusalForm(post),
    "ailleurs": lambda post, row, at: ElsewhereForm(post, near=neighbours(row, at)),
    "servir": lambda post, row, at: ServedForm(post, followed=_followed(row)),
}


def _read(verb: str, post: QueryDict, row: Orientation, at: datetime) -> Any:
    form = FORMS[verb](post, row, at)
    if not form.is_valid():
        raise Unread(verb, form)
    return form


def typed(post: QueryDict, row: Orientation, at: datetime) -> Unread | None:
    """Return the typed text, to be confirmed by its author; None for an action without text."""
    verb = post.get("geste", "")
    return Unread(verb, FORMS[verb](post, row, at)) if verb in FORMS else None


def neighbours(row: Orientation, at: datetime) -> list[tuple[str, str]]:
    """Return the places that may be proposed instead, as choices: the nearest that take people for this
    need, and did not send them.
    """
    if row.lieu is None:
        return []
    nearest = matching.instead(row.lieu, row.need, at, but=row.from_structure_id)
    return [(each.lieu.slug, f"{each.lieu.name}, {each.address}") for each in nearest]


def forms(
    row: Orientation, at: datetime, *, opened_verb: str, unread: Unread | None = None
) -> dict[str, Any]:
    """Return the forms of the possible answers; `asked`: the one to open, or the invalid one."""
    allowed = referral_detail.verbs(row, cycle.RECEIVER)
    early = referral_detail.is_early(row, at)
    if early:
        allowed -= {"came", "absent"} | ({"serve"} if row.is_before_appointment(at) else set())
    wanted = unread.verb if unread is not None else opened_verb
    near = neighbours(row, at) if "redirect" in allowed and wanted == "ailleurs" else []
    local = row.local_appointment
    first = {"fait": [row.need] if row.need in offer.practices() else []}
    form_by_verb: dict[str, Any] = {
        "date": DateForm(initial={"jour": local, "heure": local}) if {"appoint", "move"} & allowed else None,
        "refuser": RefusalForm() if "refuse" in allowed else None,
        "ailleurs": ElsewhereForm(near=near) if near else None,
        "servir": ServedForm(initial=first, followed=_followed(row)) if "serve" in allowed else None,
    }
    if unread is not None:
        form_by_verb[unread.verb] = unread.form
    return {
        "forms": form_by_verb,
        "asked": wanted,
        "near": near,
        "allowed": allowed,
        "early": early,
        "waits": row.state in cycle.WAITING,
    }
