"""Write the modules of a territory or of a structure: each change by an authorised user, recorded in the
journal; files are written by `modules`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.db import transaction

from maillage.apps.directory.memberships.access import FRANCE
from maillage.apps.learning import access
from maillage.apps.learning.queries import authoring as queries
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.modules import archive as module_archive
from maillage.modules import authoring
from maillage.modules.archive import Imported
from maillage.modules.authoring import Copy
from maillage.modules.format import Where
from maillage.modules.translations import Translation

T = TypeVar("T")


def adapt(id: str, *, by: User, at: datetime) -> Copy:
    """Copy one of our modules into the folder of those for whom one writes, where it replaces ours."""
    take = partial(authoring.adapt, contents.root(), id, drawings=queries.drawn())
    return _done("module.adapted", id, take, by=by, at=at)


def begin(title: str, header: str, theme: str = "", *, by: User, at: datetime) -> Copy:
    """Begin a module, with the texts of another around its steps, or with those of a theme still to write.
    header: an identifier, '' for none.
    """
    scope = (contents.reader() or [FRANCE])[-1]
    source = contents.source(header) if header else contents.blank(theme, author=access.name_of(scope))
    if source is None:
        raise Refused(
            "Le module n’est pas commencé.",
            why="Le module dont l’en-tête servirait, ou le thème, n’existe pas.",
            do="Choisissez un module de la liste, ou « Aucun » et un thème.",
        )
    make = partial(authoring.new, contents.root(), title, source, drawings=queries.drawn(), on=at.date())
    return _done("module.begun", title, make, by=by, at=at)


def save(copy: Copy, content: Mapping[str, Any], *, read: str, by: User, at: datetime) -> Copy:
    """Save changes. read: the state displayed to the author."""
    write = partial(
        authoring.save, contents.root(), copy.id, content, read=read, drawings=queries.drawn(), at=at
    )
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
    return save(copy, {**(copy.content or {}), "etapes": steps}, read=read, by=by, at=at)


def take_out(copy: Copy, step: int, *, read: str, by: User, at: datetime) -> Copy:
    """Take a step out of a module. step: from 0."""
    steps = copy.steps
    if not 0 <= step < len(steps):
        raise Refused(
            "Cette étape n’est plus là.", why="Quelqu’un l’a déjà retirée.", do="Rechargez la page."
        )
    return save(
        copy, {**(copy.content or {}), "etapes": [*steps[:step], *steps[step + 1 :]]}, read=read, by=by, at=at
    )


def add(copy: Copy, chosen: Sequence[tuple[str, int]], *, read: str, by: User, at: datetime) -> Copy:
    """Add steps of other modules at the end. chosen: identifiers, and places from 0."""
    sources = {id: contents.source(id) for id, _ in chosen}
    taken = [
        (source, n)
        for id, n in chosen
        if (source := sources[id]) is not None and 0 <= n < len(source["etapes"])
    ]
    if not taken:
        raise Refused(
            "Aucune étape n’est choisie.", why="Rien n’a été ajouté.", do="Cochez au moins une étape."
        )
    return save(copy, authoring.with_steps(copy.content or {}, taken), read=read, by=by, at=at)


def write_step(copy: Copy, step: Mapping[str, Any], *, read: str, by: User, at: datetime) -> Copy:
    """Add a step made from a pattern at the end."""
    return save(copy, authoring.with_step(copy.content or {}, step), read=read, by=by, at=at)


def take(scope: str, id: str, *, by: User, at: datetime) -> Imported:
    """Take the module of a structure into the folder of its territory; the one it replaces is kept."""
    folders = module_archive.folders_of([id], contents.folder_of(scope))
    return import_archive(module_archive.export(folders), by=by, at=at)


def draw(copy: Copy, place: Where, name: str, *, read: str, by: User, at: datetime) -> Copy:
    """Replace a drawing; add it to a step when the place is the first free one; '' removes it."""
    return save(copy, queries.redrawn(copy, place, name), read=read, by=by, at=at)


def undo(id: str, *, read: str, name: str, by: User, at: datetime) -> Copy:
    """Restore a version, by the name of its file; '' for the previous one. The current version is retained
    too.
    """
    back = partial(authoring.undo, contents.root(), id, read=read, drawings=queries.drawn(), at=at, name=name)
    return _done("module.undone", id, back, by=by, at=at)


def drop_draft(id: str, *, read: str, by: User, at: datetime) -> bool:
    """Leave a draft, and return whether a whole version remains."""
    drop = partial(authoring.drop_draft, contents.root(), id, read=read, drawings=queries.drawn(), at=at)
    return _done("module.draft_left", id, drop, by=by, at=at)


def remove(id: str, *, by: User, at: datetime) -> None:
    """Remove a module of the territory; its folder is set aside."""
    _done("module.removed", id, partial(authoring.remove, contents.root(), id, at=at), by=by, at=at)


def translate(id: str, translation: Translation, *, read: str, by: User, at: datetime) -> None:
    """Write the translation of a module. read: the state displayed to the author."""
    write = partial(authoring.translate, contents.root(), id, translation, read=read, at=at)
    _done("module.translated", f"{id} {translation.language}", write, by=by, at=at)


def import_archive(content: bytes, *, by: User, at: datetime) -> Imported:
    """Import the modules of an archive; invalid ones are skipped and reported."""
    take = partial(module_archive.import_, content, contents.root(), drawings=queries.drawn(), at=at)
    return _done("module.imported", "", take, by=by, at=at)


def _done(verb: str, words: str, act: Callable[..., T], *, by: User, at: datetime) -> T:
    """Change the files, record it in the journal if it succeeds, then refresh this process's copy.

    Reading and checking come before the transaction: other writers do not wait for them.
    """
    territory = (contents.reader() or [FRANCE])[-1]
    if not access.may_write(by, territory):
        raise Refused(
            "Le module n’a pas été changé.",
            why="Les modules d’un territoire, ou d’une structure, sont écrits par les personnes qui en ont "
            "le droit.",
            do="Demandez à la coordination du territoire de le faire, ou de vous donner ce rôle.",
        )

    @contextmanager
    def journal_entry() -> Iterator[None]:
        with transaction.atomic():
            journal.record(by=by, verb=verb, row=by, at=at, words=words)
            yield

    result = act(context=journal_entry)
    contents.territory_modules(now=True)
    return result
