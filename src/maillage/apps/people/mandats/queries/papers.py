"""Read the content of a mandate: its words before they are signed, and its papers."""

from datetime import date

from django.utils import timezone

from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.queries.permissions import acting, named
from maillage.apps.people.mandats.rules import frame, proof, words
from maillage.apps.people.persons.models import Person
from maillage.publishing import assistance
from maillage.words.dates import in_words
from maillage.words.languages import FRENCH, LANGUAGES
from maillage.words.wording import of


def terms(row: Mandat, starts_on: date | None = None) -> words.Terms:
    """Return the terms of a mandate, from a day: that of its draft, unless it is signed later."""
    start = starts_on or row.starts_on
    return words.Terms(
        code=row.printed,
        person=called(row.person),
        born=row.person.born,
        structure=row.structure.name if row.structure else "",
        helper=str(row.by or ""),
        named=[str(each) for each in named(row)],
        is_whole_structure=row.whole_structure,
        kind=row.helper,
        relative=row.relative,
        supervisor=str(row.supervisor or ""),
        procedures=[
            (each.label, each.operator) for each in row.authorisations.all() if each.revoked_at is None
        ],
        duration=row.duration,
        starts_on=start,
        ends_on=frame.ends_on(start, row.duration),
        emergency=row.emergency,
        language=row.language,
    )


def called(person: Person) -> str:
    """Return the name of a person on a mandate: never the code of their card, which opens it."""
    return person.nickname or f"la personne à la carte {of(person.get_picture_display())}"


def signing_day(row: Mandat, how: str, today: date) -> date:
    """Return the day from which a draft would run: that of its paper, or today once its own is past."""
    return row.starts_on if how == frame.PAPER else max(row.starts_on, today)


def paper(row: Mandat) -> assistance.Paper:
    """Return the papers of a mandate: once signed, the words that were stored, and no others."""
    full_text = row.words or words.text(terms(row))
    spoken, sections = words.parts(full_text)
    signature = Signature.objects.filter(mandat=row).first()
    # As they were named when it was signed: whoever changes their name since changes no proof.
    parties = words.parties(full_text) or _parties(row)
    return assistance.Paper(
        code=row.printed,
        person=parties.person,
        structure=parties.structure,
        helper=parties.helpers,
        parts=[assistance.Part(each.title, each.lines, each.listed) for each in sections],
        spoken=assistance.Part(
            "Ce qui est lu à la personne",
            tuple(spoken),
            language=row.language if row.language in LANGUAGES else FRENCH,
        ),
        how=row.signed_how,
        witness=row.witness,
        digest=row.digest,
        civil_digest=row.civil_digest,
        strokes=proof.svg(signature.strokes) if signature and signature.strokes else "",
        signed_at=timezone.localtime(row.signed_at) if row.signed_at else None,
        withdrawn_at=timezone.localtime(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_how=row.get_withdrawn_how_display(),
        procedures=[each.label for each in row.authorisations.all()],
        since=since(row),
        example=row.example,
    )


def _parties(row: Mandat) -> words.Parties:
    structure = row.structure.name if row.structure else ""
    return words.Parties(called(row.person), structure, acting(row) or str(row.by or ""))


def printing_day(row: Mandat, today: date) -> date:
    """Return the day that a paper bears: of a signed mandate, that of its last change, so that it is printed
    again as it was, to the byte.
    """
    moments = [row.signed_at, row.withdrawn_at, *(each.revoked_at for each in row.authorisations.all())]
    for helper in row.named.all():
        moments += [helper.at, helper.removed_at]
    if row.signed_at is None:
        return today
    return max(timezone.localdate(moment) for moment in moments if moment is not None)


def since(row: Mandat) -> list[str]:
    """Return the changes since a mandate was signed: its words stay those that were signed."""
    if row.signed_at is None:
        return []
    changes = [
        (each.revoked_at, f"démarche retirée : {each.label}.")
        for each in row.authorisations.all()
        if each.revoked_at is not None
    ]
    for helper in row.named.select_related("user"):
        name = helper.user or "un compte fermé"
        if helper.at > row.signed_at:
            changes.append((helper.at, f"peut agir aussi : {name}."))
        if helper.removed_at is not None:
            changes.append((helper.removed_at, f"n’agit plus : {name}."))
    if row.withdrawn_at is not None:
        changes.append((row.withdrawn_at, "mandat arrêté. Depuis ce moment, il ne permet plus rien."))
    changes.sort(key=lambda change: change[0])
    return [f"Le {in_words(timezone.localdate(at))}, {change_text}" for at, change_text in changes]
