"""Run a census: whom to contact, the outcome, which places are excluded and why."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.directory.outreach.models import Body, CensusRules
from maillage.apps.directory.outreach.queries import census
from maillage.apps.directory.outreach.queries.census import EVERYWHERE, OUT, RULES, Ground
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Lieu
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.offer import diagnosis_lines
from maillage.sources.offer.forms.sheet import Sheet

BATCH = 500
REJECTED = "rejected"  # by whoever reviews the submissions, in ODK Central
FIELDS = ("name", "commune", "kind", "found_by", "recommended_by", "telephone", "courriel", "note")


@transaction.atomic
def add(ground: Ground, values: Mapping[str, Any], *, by: User, at: datetime) -> Body:
    """Add a body to contact; Refused when it is already in the census, or outside the territory."""
    body = Body(territory=ground.place, changed_at=at, changed_by=by)
    _fill(ground, body, values)
    body.save()
    return body


@transaction.atomic
def amend(ground: Ground, body: Body, values: Mapping[str, Any], *, by: User, at: datetime) -> Body:
    """Change the description of a body."""
    _fill(ground, body, values)
    body.changed_at, body.changed_by = at, by
    body.save()
    return body


def _fill(ground: Ground, body: Body, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(body, name, values[name])
    if body.recommended_by is not None:
        body.found_by = "recommended"
        if body.recommended_by.territory != ground.place or body.recommended_by_id == body.pk:
            raise Refused(
                f"« {body.name} » n’a pas été enregistré.",
                why="L’organisme qui recommande doit être un autre organisme de ce recensement.",
                do="Choisissez-le dans la liste, ou ajoutez-le d’abord.",
            )
    if body.commune and body.commune not in ground.by_code:
        raise Refused(
            f"« {body.name} » n’a pas été enregistré.",
            why=f"Sa commune n’est pas dans le territoire : {ground.name}.",
            do="Choisissez une commune du territoire, ou laissez la case vide.",
        )
    twins = Body.objects.filter(territory=ground.place, commune=body.commune).exclude(pk=body.pk)
    if any(plain(other.name) == plain(body.name) for other in twins):
        raise Refused(
            f"« {body.name} » n’a pas été enregistré.",
            why="Ce recensement l’a déjà, dans la même commune.",
            do="Cherchez-le dans la liste pour changer son état.",
        )


@transaction.atomic
def begin(ground: Ground, text: str, *, known: bool, by: User, at: datetime) -> int:
    """Write the initial list of a census, and store it for this territory; return how many bodies are new.

    text: lines as `census.START`. known: published places are contacted too, each linked to its sheet. Bodies
    already in the census are unchanged: doing it twice adds nothing.
    """
    lines = census.lines_of(text)
    CensusRules.objects.update_or_create(territory=ground.place, defaults={"sources": text})
    existing = set(Body.objects.filter(territory=ground.place).values_list("commune", "name"))
    existing_names = {(commune, plain(name)) for commune, name in existing}
    new: list[Body] = []
    for name, where in lines:
        for commune in [town.code for town in ground.towns] if where == EVERYWHERE else [""]:
            if (commune, plain(name)) not in existing_names:
                existing_names.add((commune, plain(name)))
                new.append(
                    _body(ground, name=name, commune=commune, kind=_kind(name), found_by=_found_by(name))
                )
    if known:
        linked = set(Body.objects.filter(territory=ground.place).values_list("lieu", flat=True))
        for lieu in census.published(ground).exclude(pk__in=[pk for pk in linked if pk]):
            commune = lieu.code_insee if lieu.code_insee in ground.by_code else ""
            if (commune, plain(lieu.name)) not in existing_names:
                existing_names.add((commune, plain(lieu.name)))
                new.append(
                    _body(
                        ground,
                        name=lieu.name,
                        commune=commune,
                        kind=rules.kind_of(lieu.sheet),
                        found_by="directory",
                        lieu=lieu,
                        telephone=", ".join(lieu.sheet.get("telephone", ()))[:40],
                        courriel=next(iter(lieu.sheet.get("courriels", ())), "")[:200],
                    )
                )
    for body in new:
        body.changed_at, body.changed_by = at, by
    Body.objects.bulk_create(new, batch_size=BATCH)
    return len(new)


def _body(ground: Ground, **fields: Any) -> Body:
    return Body(territory=ground.place, **fields)


def _kind(name: str) -> str:
    """Return the type of structure named on a line: its longest known word."""
    known = {word: kind for word, kind in offer.kinds_by_word().items() if len(word) > 2}
    hits = [word for word in known if f" {word} " in f" {plain(name)} "]
    return known[max(hits, key=len)] if hits else "autre"


def _found_by(name: str) -> str:
    """Return how a line finds who it names: networks by themselves, the rest from a list that is official."""
    return "network" if plain(name).startswith(("reseau", "federation", "union")) else "official"


@transaction.atomic
def say(body: Body, state: str, *, note: str = "", by: User, at: datetime) -> Body:
    """Record the state of a body; Refused out of scope without a reason, which others will ask for."""
    if state not in rules.BODY_STATES:
        raise Refused(
            "L’état n’a pas changé.",
            why="Cet état n’existe pas.",
            do="Choisissez : " + ", ".join(rules.BODY_STATES.values()) + ".",
        )
    if state == OUT and not (note or body.note).strip():
        raise Refused(
            f"« {body.name} » n’est pas encore hors champ.",
            why="La méthode du recensement dit pourquoi chacun en est sorti.",
            do="Écrivez la raison, en une phrase.",
        )
    body.state, body.changed_at, body.changed_by = state, at, by
    if note.strip():
        body.note = note.strip()
    body.save()
    return body


@transaction.atomic
def see(ground: Ground, sheet: Sheet, *, by: User, at: datetime) -> int:
    """Record that the bodies named by the submissions of a form answered, and return how many: once, whatever
    is sent again. A submission that a reader rejected says nothing.
    """
    numbers = {
        cell for row in sheet.rows if row.cells.get("ReviewState") != REJECTED for cell in row.cells.values()
    }
    pending_bodies = (
        census.bodies(ground).filter(state__in=(census.TO_CONTACT, census.CONTACTED)).order_by("pk")
    )
    answering_bodies = [body for body in pending_bodies if census.entity(body) in numbers]
    for body in answering_bodies:
        say(body, census.ANSWERED, by=by, at=at)
    return len(answering_bodies)


@transaction.atomic
def link(ground: Ground, body: Body, lieu: Lieu | None, *, by: User, at: datetime) -> Body:
    """Link a body to its sheet, or record that it has none; Refused for a place outside the territory."""
    if lieu is not None and lieu.code_insee not in ground.lieux_communes:
        raise Refused(
            f"« {body.name} » n’a pas été relié.",
            why=f"« {lieu.name} » n’est pas dans le territoire : {ground.name}.",
            do="Choisissez un lieu de la liste.",
        )
    body.lieu, body.changed_at, body.changed_by = lieu, at, by
    body.save()
    return body


@transaction.atomic
def drop(body: Body, *, by: User, at: datetime) -> None:
    """Remove a body from the list; Refused once it was contacted, or recommended others: the method reports
    it.
    """
    if body.state != census.TO_CONTACT or Body.objects.filter(recommended_by=body).exists():
        raise Refused(
            f"« {body.name} » n’a pas été retiré.",
            why="Il a déjà été contacté, ou il en a recommandé d’autres : la méthode en rend compte.",
            do="Dites plutôt qu’il est hors champ, avec la raison.",
        )
    body.delete()


@transaction.atomic
def set_rules(ground: Ground, on: Mapping[str, bool], *, by: User, at: datetime) -> CensusRules:
    """Choose which inclusion rules the census applies."""
    row, _ = CensusRules.objects.get_or_create(territory=ground.place)
    row.rules = {id: bool(on.get(id)) for id in RULES}
    row.save()
    return row


@transaction.atomic
def set_lines(ground: Ground, lines: Collection[str], *, by: User, at: datetime) -> CensusRules:
    """Choose the services whose every place a census looks for; Refused where it would look for none."""
    known = [id for id in diagnosis_lines() if id in lines]
    if not known:
        raise Refused(
            "Les services cherchés n’ont pas changé.",
            why="Un recensement cherche au moins un service.",
            do="Cochez-en un, ou tous.",
        )
    row, _ = CensusRules.objects.get_or_create(territory=ground.place)
    row.lines = known if len(known) < len(diagnosis_lines()) else []
    row.save()
    return row


@transaction.atomic
def exclude(ground: Ground, lieu: Lieu, rule: str, *, why: str, by: str, at: datetime) -> Change:
    """Exclude a place from the census under one of its rules; the reason stays with the place.

    Refused when the rule is not in force here, without a reason, or for a place outside the territory.
    """
    if rule not in RULES or not census.rules_of(ground)[rule]:
        raise Refused(
            f"« {lieu.name} » n’a pas été écarté.",
            why="Cette règle n’est pas appliquée dans ce recensement.",
            do="Appliquez d’abord la règle, ou choisissez-en une autre.",
        )
    if lieu.code_insee not in ground.lieux_communes:
        raise Refused(
            f"« {lieu.name} » n’a pas été écarté.",
            why=f"Ce lieu n’est pas dans le territoire : {ground.name}.",
            do="Ouvrez le recensement de son territoire.",
        )
    if not why.strip():
        raise Refused(
            f"« {lieu.name} » n’a pas été écarté.",
            why="Un lieu écarté reste dans le recensement avec sa raison : d’autres se poseront la question.",
            do="Écrivez ce que vous avez constaté, en une phrase.",
        )
    locked = Lieu.objects.select_for_update().get(pk=lieu.pk)
    reason = f"{RULES[rule].title} : {why.strip()}"
    return sheets.set_state(locked, rules.EXCLUDED, by=by, at=at, reason=reason)


@transaction.atomic
def take_back(ground: Ground, lieu: Lieu, *, by: str, at: datetime) -> Change:
    """Include a place in the census again; Refused when it is not excluded."""
    locked = Lieu.objects.select_for_update().get(pk=lieu.pk)
    if locked.state != rules.EXCLUDED or locked.code_insee not in ground.lieux_communes:
        raise Refused(
            f"« {locked.name} » n’a pas changé.",
            why="Ce lieu n’est pas écarté de ce recensement.",
            do="Rechargez la page pour voir ceux qui le sont.",
        )
    return sheets.set_state(locked, rules.PUBLISHED, by=by, at=at, reason="de nouveau dans le recensement")
