"""Ask under an object, answer, mark what answered, report, and moderate with a trail."""

from datetime import datetime

from django.db import transaction

from maillage.apps.community import access
from maillage.apps.community.models import Digest, Moderation, Post, PostReport
from maillage.apps.community.queries import discussions as queries
from maillage.apps.community.rules import discussions as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.web.withdrawal import is_done


@transaction.atomic
def write(
    subject: rules.Subject,
    structure: Structure | None,
    *,
    words: str,
    question: Post | None = None,
    about_nobody: bool = False,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
) -> Post:
    """Ask something under an object, or answer a question. structure None: the coordination speaks.

    about_nobody: whoever writes read the warning, and says that the text makes nobody known. Refused for a
    secret, for what seems to name a person without that, for an empty text, a question that was taken off, or
    more messages than a conversation holds. The same token twice is the same message.
    """
    if existing := journal.row_of_form(Post, token, by):
        return existing
    refuse_secrets(words)
    text = words.strip()[: rules.LONGEST]
    if not text:
        raise _unwritten("Il est vide.", "Écrivez votre question en une phrase ou deux.")
    if not about_nobody and (marks := rules.personal_marks(text)):
        raise _unwritten(
            f"Il contient peut-être {', '.join(marks)}.",
            "Retirez ce qui ferait reconnaître une personne, ou cochez la case sous le message.",
        )
    locked = lock(question) if question is not None else None  # taken off, perhaps, while one wrote
    if locked is not None and (locked.hidden_at or locked.question_id):
        raise _unwritten("La question n’est plus là.", "Posez-la vous-même.")
    if queries.recent_by(by, at) >= rules.MOST_PER_HOUR:
        raise _unwritten("Vous avez beaucoup écrit en une heure.", "Attendez un peu, ou appelez.")
    return journal.write_once(
        Post,
        token,
        {
            "kind": subject.kind,
            "row": subject.row,
            "question": question,
            "structure": structure,
            "commune": subject.commune or (access.commune_of(structure) if structure else ""),
            "words": text,
            "by": by,
            "at": at,
            "example": example,
        },
        verb="post.answered" if question else "post.asked",
        by=by,
        at=at,
        structure=structure and structure.pk,
    )


@transaction.atomic
def accept(answer: Post, *, was: bool | None = None, by: User, at: datetime) -> Post:
    """Mark the answer that solved a question, or unmark it; one answer of a question at a time. was: whether
    it was marked when it was read.
    """
    locked = lock(answer)
    if locked.question_id is None or locked.hidden_at:
        raise Refused(
            "Rien n’a été marqué.",
            why="Ce n’est pas une réponse, ou elle a été retirée.",
            do="Rechargez la page, puis choisissez une réponse.",
        )
    if is_done(locked.accepted_at, was):
        return locked
    marked = locked.accepted_at is not None
    Post.objects.filter(question=locked.question_id).update(accepted_at=None, accepted_by=None)
    locked.accepted_at, locked.accepted_by = (None, None) if marked else (at, by)
    locked.save(update_fields=["accepted_at", "accepted_by"])
    verb = "post.unmarked" if marked else "post.marked"
    journal.record(by=by, verb=verb, row=locked, at=at, structure=locked.structure_id)
    return locked


@transaction.atomic
def report(post: Post, *, reason: str, by: User, at: datetime) -> PostReport:
    """Report a message to who leads the network there; reported twice by an account, it is one report."""
    if reason not in rules.REASONS:
        raise ValueError(f"no reason is called {reason!r}")
    row, is_new = PostReport.objects.get_or_create(post=post, by=by, defaults={"reason": reason, "at": at})
    if is_new:
        journal.record(by=by, verb="post.reported", row=post, at=at, structure=post.structure_id)
    return row


@transaction.atomic
def moderate(post: Post, gesture: str, *, reason: str = "", by: User, at: datetime) -> Post:
    """Take a message off, put it back, or leave it after reading why it was reported; each leaves a line.
    Refused when somebody did it already, or when its text was erased since.
    """
    locked = lock(post)
    is_off = locked.hidden_at is not None
    if (gesture == rules.HIDE and is_off) or (gesture == rules.RESTORE and (not is_off or not locked.words)):
        raise Refused(
            "Le message n’a pas été modifié.",
            why="Le texte de ce message a été effacé."
            if is_off and not locked.words
            else "Quelqu’un l’a déjà fait.",
            do="Rechargez la page pour voir où il en est.",
        )
    if gesture == rules.HIDE:
        locked.hidden_at, locked.accepted_at = at, None
    elif gesture == rules.RESTORE:
        locked.hidden_at = None
    locked.save(update_fields=["hidden_at", "accepted_at"])
    PostReport.objects.filter(post=locked, settled_at=None).update(settled_at=at)
    Moderation.objects.create(post=locked, gesture=gesture, reason=reason, by=by, at=at)
    journal.record(
        by=by, verb=f"post.{gesture}", row=locked, at=at, structure=locked.structure_id, words=reason
    )
    return locked


@transaction.atomic
def withdraw(post: Post, *, by: User, at: datetime) -> Post:
    return moderate(post, rules.HIDE, by=by, at=at)


@transaction.atomic
def choose_digest(user: User, *, wanted: bool, at: datetime) -> None:
    if wanted:
        Digest.objects.get_or_create(user=user, defaults={"since": at})
    else:
        Digest.objects.filter(user=user).delete()


def lock(post: Post) -> Post:
    """Return a message that nobody else changes before this transaction ends."""
    return Post.objects.select_for_update().get(pk=post.pk)


def forget_hidden(*, at: datetime) -> int:
    """Erase the text of the messages taken off long ago; return how many. Their line stays in the trail."""
    rows = Post.objects.filter(hidden_at__lt=at - rules.ERASED_AFTER).exclude(words="")
    return rows.update(words="")


def _unwritten(why: str, do: str) -> Refused:
    return Refused("Votre message n’a pas été publié.", why=why, do=do)
