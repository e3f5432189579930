"""Share a resource, replace it, withdraw it, and tell how it went."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from maillage.apps.community.models import Resource, ResourceFile, Use
from maillage.apps.community.rules import resources as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.withdrawal import is_done


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A resource to share. link, content: one of the two at least. follows: the version that it replaces."""

    title: str
    about: str
    format: str
    level: str
    public: str
    theme: str = ""
    procedure: str = ""
    author: str
    licence: str
    link: str = ""
    content: bytes = b""
    follows: Resource | None = None
    token: str


@transaction.atomic
def share(
    structure: Structure | None, draft: Draft, *, by: User, at: datetime, example: bool = False
) -> Resource:
    """Share a resource with the network, or a new version of one; the same token twice is the same resource.
    structure: None when the coordination of a territory shares it.
    Refused without a link nor a file, for a file that may not be copied, or that is not what its name says.
    """
    if existing := journal.row_of_form(Resource, draft.token, by):
        return existing
    refuse_secrets(draft.title, draft.about)
    if not (draft.link or draft.content):
        raise Refused(
            "La ressource n’a pas été partagée.",
            why="Il manque ce que l’on partage.",
            do="Donnez une adresse, ou joignez un fichier.",
        )
    if draft.content and draft.licence == rules.LINK_ONLY:
        raise Refused(
            "La ressource n’a pas été partagée.",
            why="Sa licence ne permet pas d’en garder une copie ici.",
            do="Donnez plutôt l’adresse de la page de son auteur.",
        )
    kind = rules.type_of(draft.content) if draft.content else None
    follows = draft.follows
    if follows is not None and Resource.objects.filter(follows=follows).exists():
        raise Refused(
            "La version n’a pas été partagée.",
            why="Une version plus récente existe déjà.",
            do="Remplacez plutôt la dernière.",
        )
    return journal.write_once(
        Resource,
        draft.token,
        {
            "structure": structure,
            "title": line(draft.title, 160),
            "about": line(draft.about, 600),
            "format": draft.format,
            "level": draft.level,
            "public": draft.public,
            "theme": draft.theme,
            "procedure": draft.procedure,
            "author": line(draft.author, 160),
            "licence": draft.licence,
            "link": draft.link,
            "version": follows.version + 1 if follows else 1,
            "follows": follows,
            "by": by,
            "at": at,
            "example": example,
        },
        verb="resource.shared",
        by=by,
        at=at,
        structure=structure and structure.pk,
        write_related=lambda row: _keep_file(row, draft.content, kind),
    )


def _keep_file(row: Resource, content: bytes, kind: tuple[str, str] | None) -> None:
    if kind is not None:
        ResourceFile.objects.create(
            resource=row, content=content, kind=kind[0], extension=kind[1], bytes=len(content)
        )


@transaction.atomic
def withdraw(row: Resource, *, was: bool | None = None, by: User, at: datetime) -> Resource:
    """Take a resource off the lists, or put it back; what was told of it stays. was: what was read."""
    locked = Resource.objects.select_for_update().get(pk=row.pk)
    if is_done(locked.withdrawn_at, was):
        return locked
    locked.withdrawn_at = None if locked.withdrawn_at else at
    locked.save(update_fields=["withdrawn_at"])
    verb = "resource.withdrawn" if locked.withdrawn_at else "resource.put_back"
    journal.record(by=by, verb=verb, row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def tell(row: Resource, structure: Structure, *, went: str, words: str = "", by: User, at: datetime) -> Use:
    """Tell how a resource went in a structure; told again, the last words stay."""
    refuse_secrets(words)
    use, _ = Use.objects.update_or_create(
        resource=row,
        structure=structure,
        defaults={"went": went, "words": line(words, 400), "by": by, "at": at},
    )
    return use
