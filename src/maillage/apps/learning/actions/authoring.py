"""Writing the modules of the territory: each gesture by somebody who may, told in the journal; files are written by `reference`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User
from maillage.apps.learning import access
from maillage.apps.learning.queries import authoring as queries
from maillage.apps.learning.queries import contents
from maillage.kernel.errors import Refused
from maillage.reference import authoring, module_archive
from maillage.reference.authoring import Copy
from maillage.reference.learning import Where
from maillage.reference.module_archive import Imported
from maillage.reference.translations import Translation

T = TypeVar("T")


def adapt(id: str, *, by: User, at: datetime) -> Copy:
    return _done("module.adapted", id, lambda: authoring.adapt(_root(), id, drawings=queries.drawn()), by=by, at=at)


def begin(title: str, header: str, *, by: User, at: datetime) -> Copy:
    """Begin a module, with the texts of another around the steps to choose."""
    source = contents.source(header)
    if source is None:
        raise Refused(
            "Choisissez le module dont l’en-tête servira.",
            why="Un module commence avec un but, une fiche et des repères, que vous changerez ensuite.",
            do="Prenez celui qui ressemble le plus au vôtre.",
        )
    return _done(
        "module.begun",
        title,
        lambda: authoring.new(_root(), title, source, drawings=queries.drawn(), on=at.date()),
        by=by,
        at=at,
    )


def save(copy: Copy, held: Mapping[str, Any], *, read: str, by: User, at: datetime) -> Copy:
    """Write what was changed. read: the state that its author had under their eyes."""
    write = lambda: authoring.save(_root(), copy.id, held, read=read, drawings=queries.drawn(), at=at)  # noqa: E731
    return _done("module.saved", copy.id, write, by=by, at=at)


def move(copy: Copy, step: int, by_places: int, *, read: str, by: User, at: datetime) -> Copy:
    """Move a step one place up or down. step: from 0."""
    steps = list(copy.steps)
    to = step + by_places
    if not (0 <= step < len(steps) and 0 <= to < len(steps)):
        raise Refused(
            "Cette étape n’a pas bougé.",
            why="Elle est déjà au bout de la liste.",
            do="Choisissez une autre étape, ou l’autre sens.",
        )
    steps[step], steps[to] = steps[to], steps[step]
    return save(copy, {**(copy.held or {}), "etapes": steps}, read=read, by=by, at=at)


def take_out(copy: Copy, step: int, *, read: str, by: User, at: datetime) -> Copy:
    """Take a step out of a module. step: from 0."""
    steps = copy.steps
    if not 0 <= step < len(steps):
        raise Refused("Cette étape n’est plus là.", why="Quelqu’un l’a déjà retirée.", do="Rechargez la page.")
    return save(copy, {**(copy.held or {}), "etapes": [*steps[:step], *steps[step + 1 :]]}, read=read, by=by, at=at)


def add(copy: Copy, chosen: Sequence[tuple[str, int]], *, read: str, by: User, at: datetime) -> Copy:
    """Add steps of other modules at the end. chosen: identifiers, and places from 0."""
    sources = {id: contents.source(id) for id, _ in chosen}
    taken = [(source, n) for id, n in chosen if (source := sources[id]) is not None and 0 <= n < len(source["etapes"])]
    if not taken:
        raise Refused("Aucune étape n’est choisie.", why="Rien n’a été ajouté.", do="Cochez au moins une étape.")
    return save(copy, authoring.with_steps(copy.held or {}, taken), read=read, by=by, at=at)


def draw(copy: Copy, place: Where, name: str, *, read: str, by: User, at: datetime) -> Copy:
    """Put a drawing in place of another; at the end of a step's drawings when the place is the first free one; '' takes it off."""
    return save(copy, queries.redrawn(copy, place, name), read=read, by=by, at=at)


def undo(id: str, *, read: str, name: str, by: User, at: datetime) -> Copy:
    back = lambda: authoring.undo(_root(), id, read=read, drawings=queries.drawn(), at=at, name=name)  # noqa: E731
    return _done("module.undone", id, back, by=by, at=at)


def drop_draft(id: str, *, read: str, by: User, at: datetime) -> bool:
    drop = lambda: authoring.drop_draft(_root(), id, read=read, drawings=queries.drawn(), at=at)  # noqa: E731
    return _done("module.draft_left", id, drop, by=by, at=at)


def remove(id: str, *, by: User, at: datetime) -> None:
    """Take a module of the territory away; its folder is kept aside."""
    _done("module.removed", id, lambda: authoring.remove(_root(), id, at=at), by=by, at=at)


def translate(id: str, held: Translation, *, read: str, by: User, at: datetime) -> None:
    words = f"{id} {held.language}"
    _done("module.translated", words, lambda: authoring.translate(_root(), id, held, read=read, at=at), by=by, at=at)


def import_archive(content: bytes, *, by: User, at: datetime) -> Imported:
    take = lambda: module_archive.import_(content, _root(), drawings=queries.drawn(), at=at)  # noqa: E731
    return _done("module.imported", "", take, by=by, at=at)


def _root() -> Path:
    return contents.root()


@transaction.atomic
def _done(verb: str, words: str, act: Callable[[], T], *, by: User, at: datetime) -> T:
    """Do something to the files, in the journal if it is done; then everybody of this process sees it."""
    if not rights_of(by).any(access.EDIT):
        raise Refused(
            "Le module n’a pas été changé.",
            why="Les modules d’un territoire sont écrits par sa coordination.",
            do="Demandez-lui de le faire, ou de vous donner ce rôle.",
        )
    journal.record(by=by, verb=verb, row=by, at=at, words=words)
    done = act()
    contents.kept(now=True)
    return done
