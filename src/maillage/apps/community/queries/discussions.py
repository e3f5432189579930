"""Discussions: what was written under an object, what waits for an answer, what was reported."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maillage.apps.community import access
from maillage.apps.community.models import Moderation, Post, PostReport
from maillage.apps.community.queries import subjects
from maillage.apps.community.rules.discussions import Subject
from maillage.apps.platform.accounts.models import User, Visitor

RECENT = 40


@dataclass(frozen=True, slots=True)
class Thread:
    """A question and its answers, the one that solved it first."""

    question: Post
    answers: list[Post] = field(default_factory=list)

    @property
    def is_solved(self) -> bool:
        """One of its answers was marked."""
        return any(each.accepted_at for each in self.answers)


@dataclass(frozen=True, slots=True)
class Entry:
    """A question in a list: what it is under, how many answers it has."""

    question: Post
    subject: Subject


def threads(subject: Subject) -> list[Thread]:
    """Return the questions under an object, the latest first; moderated ones stay, without words."""
    rows = Post.objects.filter(kind=subject.kind, row=subject.row).select_related("structure", "by")
    answers: dict[int, list[Post]] = defaultdict(list)
    questions = []
    for row in rows.order_by("at", "pk"):
        if row.question_id is None:
            questions.append(row)
        else:
            answers[row.question_id].append(row)
    sorted_answers = {
        pk: sorted(posts, key=lambda post: not post.accepted_at) for pk, posts in answers.items()
    }
    return [Thread(each, sorted_answers.get(each.pk, [])) for each in reversed(questions)]


def count_of(kind: str, row: int) -> tuple[int, int]:
    """Return how many questions were asked under an object, and how many have no answer."""
    rows = _questions().filter(kind=kind, row=row)
    return rows.count(), rows.filter(Q(n_answers=0)).count()


def recent(user: Visitor, *, unanswered: bool = False, kind: str = "") -> list[Entry]:
    """Return the latest questions under objects that a user may read."""
    rows = _questions()
    if kind:
        rows = rows.filter(kind=kind)
    if unanswered:
        rows = rows.filter(Q(n_answers=0))
    return _entries(rows.order_by("-at", "-pk")[:RECENT], user)


def unanswered_since(since: datetime, user: Visitor, most: int) -> list[Entry]:
    """Return the questions asked since a moment that nobody answered, the oldest first."""
    rows = _questions().filter(Q(n_answers=0), at__gte=since).order_by("at", "pk")
    return _entries(rows[:most], user)


def answers_to(user: User, since: datetime) -> list[Entry]:
    """Return the questions of an account that were answered since a moment."""
    answered = Post.objects.filter(question=OuterRef("pk"), at__gte=since, hidden_at=None).exclude(by=user)
    return _entries(_questions().filter(Exists(answered), by=user).order_by("-at")[:RECENT], user)


def _questions() -> QuerySet[Post]:
    rows = Post.objects.filter(question=None, hidden_at=None).select_related("structure", "by")
    return rows.annotate(n_answers=Count("answers", filter=Q(answers__hidden_at=None)))


def _entries(rows: QuerySet[Post], user: Visitor) -> list[Entry]:
    subject_of: dict[tuple[str, int], Subject | None] = {}
    for row in rows:
        if (row.kind, row.row) not in subject_of:
            subject_of[row.kind, row.row] = subjects.find(row.kind, row.row, user)
    return [Entry(row, under) for row in rows if (under := subject_of[row.kind, row.row]) is not None]


def writer(row: Post) -> str:
    """Return the author of a message, in words: a structure, or the coordination."""
    return row.structure.name if row.structure else "La coordination"


def recent_by(user: User, at: datetime) -> int:
    """Return how many messages an account wrote within the hour."""
    return Post.objects.filter(by=user, at__gt=at - timedelta(hours=1)).count()


# ------------------------------------------------------------------------------------------------- moderation


def reported(user: Visitor) -> QuerySet[Post]:
    """Return the messages that were reported and wait for a user who moderates there, the oldest first."""
    open_reports = PostReport.objects.filter(post=OuterRef("pk"), settled_at=None)
    rows = access.posts_for(user).filter(Exists(open_reports)).prefetch_related("reports")
    return rows.select_related("structure", "by").order_by("at", "pk")


def trail(user: Visitor) -> QuerySet[Moderation]:
    """Return the gestures of moderation in the territory of a user, the latest first."""
    rows = Moderation.objects.filter(post__in=access.posts_for(user))
    return rows.select_related("post__structure", "by").order_by("-at", "-pk")
