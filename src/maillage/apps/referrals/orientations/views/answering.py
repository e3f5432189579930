"""Answers to a referral, from a user's space or by a personal link: the same actions, the same words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import QueryDict
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.droits.queries import lines as droits
from maillage.apps.referrals.orientations.actions import answers, sending, transitions
from maillage.apps.referrals.orientations.forms.answers import (
    DateForm,
    ElsewhereForm,
    RefusalForm,
    ServedForm,
)
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.queries import matching
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import offer
from maillage.words.wording import lower_first, spaced


class Unread(Exception):
    """Typed values that are invalid; `form` says why, field by field, and `verb` which action is meant."""

    def __init__(self, verb: str, form: Form) -> None:
        super().__init__(verb)
        self.verb, self.form = verb, form


def answer(
    post: QueryDict, row: Orientation, *, by: User | None, at: datetime, token: str = "", was: str = ""
) -> str:
    """Apply the answer of a place, and return the message about it; '' for an unknown action. was: the state
    its page displayed.

    Unread when a field is missing; Refused, even then, when the referral changed since the page was opened.
    """
    verb, context = post.get("geste", ""), {"by": by, "at": at, "token": token, "was": was}
    if verb in CLICKS:
        act, sentence = CLICKS[verb]
        act(row, **context)
    elif verb in FORMS:
        form = FORMS[verb](post, row, at)
        if not form.is_valid():
            if transitions.moved(row, was):
                raise transitions.too_late(row)
            raise Unread(verb, form)
        sentence = _apply(verb, row, form, context)
    else:
        return ""
    row.refresh_from_db()
    informed = referral_detail.informed(row, side=cycle.RECEIVER)
    return spaced(" ".join(filter(None, (sentence, informed))))


def _apply(verb: str, row: Orientation, form: Any, context: Mapping[str, Any]) -> str:
    """Apply a valid form, and return what was done."""
    cleaned = form.cleaned_data
    if verb == "date":
        act = answers.move if cycle.allowed("move", row.state, cycle.RECEIVER) else answers.appoint
        return f"Rendez-vous donné : {referral_detail.appointment(act(row, when=form.when(), **context))}."
    if verb == "refuser":
        answers.refuse(
            row, reason=cleaned["raison"], words=cleaned["mots"], full=cleaned["complet"], **context
        )
        full = (
            " Votre fiche dit « complet » : plus personne ne vous est envoyé." if cleaned["complet"] else ""
        )
        return f"C’est noté : {lower_first(cycle.REASONS[cleaned['raison']].label)}.{full}"
    if verb == "ailleurs":
        lieu = Lieu.objects.get(slug=cleaned["lieu"])
        answers.redirect(row, lieu=lieu, words=cleaned["mots"], **context)
        return f"Vous proposez {lieu.name}. La personne choisira avec l’aidant qui l’accompagne."
    answers.serve(row, **form.served(), telling=form.telling(timezone.localdate(context["at"])), **context)
    return "Merci : la suite est connue."


def _followed(row: Orientation) -> bool:
    """Return True if the place may tell where a procedure of the person stands."""
    return row.person is not None and "procedure" in row.readable and droits.follows(row.person)


# The answers that need no more than a click, and what their author reads then.
CLICKS: Mapping[str, tuple[Callable[..., Orientation], str]] = {
    "accept": (answers.accept, "C’est oui. Vous pouvez donner une date quand vous voulez."),
    "came": (answers.came, "Venue : c’est noté. Dites la suite quand vous aurez fini."),
    "absent": (
        answers.absent,
        (
            "Absence : c’est noté. Vous pouvez lui donner une autre date, ou noter qu’elle est venue"
            " finalement."
        ),
    ),
    "close": (sending.close, "C’est terminé."),
}
FORMS: Mapping[str, Callable[[QueryDict, Orientation, datetime], Form]] = {
    "date": lambda post, row, at: DateForm(
        post, doubt=lambda when: referral_detail.doubt(row, when), commune=row.place_commune
    ),
    "refuser": lambda post, row, at: RefusalForm(post),
    "ailleurs": lambda post, row, at: ElsewhereForm(post, near=neighbours(row, at)),
    "servir": lambda post, row, at: ServedForm(post, followed=_followed(row)),
}


ANSWERS = {*CLICKS, *FORMS}


def typed(post: QueryDict, row: Orientation, at: datetime) -> Unread | None:
    """Return the typed text, to be confirmed by its author; None for an action without text."""
    verb = post.get("geste", "")
    return Unread(verb, FORMS[verb](post, row, at)) if verb in FORMS else None


def neighbours(row: Orientation, at: datetime) -> list[tuple[str, str]]:
    """Return the places to propose instead, as choices: the nearest that take people for this need."""
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
    for verb, form in form_by_verb.items():
        if form is not None:  # they stand on one page, and two of them ask for a few words
            form.auto_id = f"{verb}_%s"
    return {
        "forms": form_by_verb,
        "asked": wanted,
        "near": near,
        "allowed": allowed,
        "early": early,
        "waits": row.state in cycle.UNANSWERED,
    }
