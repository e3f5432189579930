"""Steps of a person as their card displays them, and the help already open for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.apps.directory.queries import places
from maillage.apps.orientations import access
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries.timeline import Line, holder, timelines
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import queries as people
from maillage.apps.people import rules as persons
from maillage.apps.people.models import Person
from maillage.reference import offer
from maillage.words import opening
from maillage.words.languages import say, to_say, typed

# What the person reads of each state.
PLAIN = {
    cycle.DRAFT: to_say("C’est préparé. Ce n’est pas encore envoyé."),
    cycle.SENT: to_say("Le lieu est prévenu. On attend sa réponse."),
    cycle.SEEN: to_say("Le lieu a vu la demande. On attend sa réponse."),
    cycle.ACCEPTED: to_say("Le lieu dit oui. Vous êtes attendu."),
    cycle.REFUSED: to_say(
        "Ce lieu ne peut pas. Revenez voir la personne qui vous aide : on cherche un autre lieu."
    ),
    cycle.REDIRECTED: to_say("Ce lieu en propose un autre. Parlez-en avec la personne qui vous aide."),
    cycle.APPOINTED: to_say("Vous avez un rendez-vous."),
    cycle.CAME: to_say("Vous êtes venu. C’est noté."),
    cycle.ABSENT: to_say("Le rendez-vous est passé. Vous pouvez en demander un autre."),
    cycle.SERVED: to_say("Vous avez été aidé."),
    cycle.CLOSED: to_say("C’est terminé."),
    cycle.EXPIRED: to_say("Le lieu n’a pas répondu. Revenez voir la personne qui vous aide."),
    cycle.CANCELLED: to_say("C’est annulé."),
    cycle.UNSOLVED: to_say("Aucun lieu ne convient pour l’instant. Ce manque est noté."),
}

# The same of a referral just sent, when nobody but the person, or who helps them, tells the place.
UNTOLD = {
    "card": to_say("Allez-y avec votre carte. Appelez avant, si vous pouvez."),
    "phone": to_say("La personne qui vous aide appelle le lieu pour vous."),
}

# What it is for, in the words of the person, when whoever sends added none.
PROCEDURES = {
    "argent": to_say("Argent, aides"),
    "travail": to_say("Travail"),
    "sante": to_say("Santé"),
    "logement": to_say("Logement"),
    "identite": to_say("Papiers d’identité"),
    "ecole": to_say("École"),
    "impots": to_say("Impôts"),
    "transports": to_say("Transports"),
    "mail": to_say("Boîte mail, mots de passe"),
    "autre": to_say("Autre démarche"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path, as the person reads it. about: its purpose and deadline, '' when unknown; who: who
    must take the next step, in words; '' when nobody.
    """

    orientation: Orientation
    need: str
    about: str
    place: str
    address: str
    phones: Sequence[str]
    words: str
    when: str
    who: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person's paths stand: their steps, the latest first."""

    person: Person
    steps: Sequence[Step]

    @property
    def running(self) -> list[Step]:
        """Return the steps that the person may still cancel."""
        return [step for step in self.steps if cycle.allowed("cancel", step.orientation.state, cycle.PERSON)]


def where_it_stands(code: str) -> Standing | None:
    """Return where the paths of the person with this card stand; None for a card that is none."""
    person = people.by_code(code)
    if person is None:
        return None
    rows = (
        Orientation.objects.filter(person=person)
        .exclude(state=cycle.DRAFT)
        .select_related("lieu", "from_structure", "sender")
    )
    steps = list(rows.order_by("-prepared_at", "-pk"))
    lines = timelines(steps, cycle.PERSON)
    return Standing(person, [_step(row, lines[row.pk]) for row in steps])


def state_words(row: Orientation) -> str:
    """Return the words of the state of a step for the person, to translate."""
    return UNTOLD.get(row.channel, PLAIN[row.state]) if row.state == cycle.SENT else PLAIN[row.state]


def _step(row: Orientation, lines: Sequence[Line]) -> Step:
    sheet = row.lieu.sheet if row.lieu is not None else {}
    when = row.local_appointment if row.state == cycle.APPOINTED else None
    return Step(
        orientation=row,
        need=offer.practices()[row.need].label,
        about=_about(row),
        place=row.lieu_name,
        address=places.full_address(sheet),
        phones=[phone.words for phone in places.phones(sheet)],
        words=state_words(row),
        when=_when(when) if when else "",
        who=_holder(row),
        lines=lines,
    )


def _about(row: Orientation) -> str:
    """Return the words that distinguish a step: “carte Vitale, avant le 28 novembre 2026”. Only for the
    card's owner.
    """
    what = typed(row.procedure_words) or (
        say(PROCEDURES[row.procedure]) if row.procedure in PROCEDURES else ""
    )
    before = (
        say("avant le {day}", day=opening.date_text(row.urgent_before))
        if row.urgent_before is not None
        else ""
    )
    return ", ".join(filter(None, (what, before)))


def _when(at: datetime) -> str:
    day = f"{opening.weekday(at.weekday())} {opening.date_text(at.date())}"
    return say("{day} à {hour}", day=f"{day[:1].upper()}{day[1:]}", hour=opening.clock(at))


def _holder(row: Orientation) -> str:
    """Return the name, as the person knows it, of the next to act."""
    return holder(row, sender=say("Vous, ou la personne qui vous aide"), person=say("Vous"))


@dataclass(frozen=True, slots=True)
class Help:
    """Help that is open elsewhere for the same procedure: where, since when."""

    orientation: Orientation
    where: str
    since: datetime


def same_help(
    person: Person | None, procedure: str, *, user: Any, but: Orientation | None = None
) -> list[Help]:
    """Return the help already open for a person and a procedure: the user's own; others', if the person
    agreed to let helpers know.
    """
    if person is None or not procedure:
        return []
    open_to = Orientation.objects if people.agreed(person, persons.SHOW) else access.orientations_for(user)
    rows = open_to.filter(person=person, procedure=procedure, state__in=cycle.RUNNING)
    rows = rows.exclude(pk=but.pk) if but is not None else rows
    return [
        Help(
            row,
            row.lieu_name or (row.from_structure.name if row.from_structure else ""),
            row.sent_at or row.prepared_at,
        )
        for row in rows.select_related("from_structure").order_by("prepared_at", "pk")
    ]
