"""The survey of the other side: what structures published beside what inhabitants say, and the reverse."""

from django.utils import timezone

from maillage.apps.surveys.models import Publication, Survey, Version
from maillage.apps.surveys.queries.publications import BY_DAY
from maillage.publishing.survey.two_sides import SIDES, Counterpart
from maillage.questionnaires.questionnaire import load
from maillage.words.dates import in_words


def counterpart(survey: Survey) -> Counterpart | None:
    """Return the latest edition of the other side of the same territory, None when there is none.

    Published figures only; an example stands beside an example alone.
    """
    other_kinds = [kind for kind in SIDES if kind != survey.kind]
    if survey.kind not in SIDES:
        return None
    row = (
        Publication.objects.filter(
            survey__territory=survey.territory,
            survey__kind__in=other_kinds,
            survey__example=survey.example,
            withdrawn_at=None,
        )
        .select_related("survey")
        .order_by(BY_DAY.desc(), "-published_at", "-pk")
        .first()
    )
    if row is None:
        return None
    version = Version.objects.filter(survey=row.survey).order_by("-number").first()
    if version is None:
        return None
    form = load(version.definition)
    on = in_words(timezone.localdate(row.published_at))
    return Counterpart(
        kind=row.survey.kind,
        about=f"« {row.survey} », édition {row.number}, {on}",
        topics={each.name: each.topic for each in form.questions() if each.topic},
        several=frozenset(each.name for each in form.questions() if each.kind == "many"),
        rows=row.content["tables"],
    )
