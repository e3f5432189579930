"""Qualitative material: words to review, interviews and groups, statements of actors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Answer, Material, Statement, Survey, Verbatim, Version
from maillage.publishing.survey.actors import ActorStatement, Perception, Side, perception
from maillage.publishing.survey.charts import Step
from maillage.publishing.territory.criteria import AXES
from maillage.publishing.territory.findings import FieldFinding
from maillage.publishing.territory.subject import Voice
from maillage.questionnaires.questionnaire import UNSAID, Question, load, words
from maillage.reference import findings
from maillage.words.wording import count, listing

PAGE = 20
# What two rows of the same reviewed words have in common.
IDENTITY = ("question", "text", "shown", "speaker", "theme", "device", "review", "material_id")
GRID_SPEAKERS: Mapping[str, str] = {  # who speaks in a survey → who speaks on the grid of a territory
    "inhabitant": "public",
    "structure": "digital",
    "social_actor": "social",
    "digital_actor": "digital",
    "training_actor": "digital",
    "institution": "institutions",
}
SPEAKER_OF: Mapping[str, str] = {
    "inhabitants": "inhabitant",
    "caf": "inhabitant",
    "structures": "structure",
    "professionals": "social_actor",
    "first_contact": "inhabitant",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadWords:
    """Words not reviewed yet. answers: those that give them, as many as say the very same."""

    answers: Sequence[int]
    question: str
    label: str
    text: str

    @property
    def answer(self) -> int:
        """The first answer that gives them."""
        return self.answers[0]

    @property
    def identity(self) -> str:
        """The contact or the name that they give, to take off before they are published."""
        return rules.identity_in(self.text)


def open_questions(survey: Survey) -> list[Question]:
    """Return the questions of a survey answered in free words, whatever the version, the latest wording
    first.
    """
    question_by_name: dict[str, Question] = {}
    for version in Version.objects.filter(survey=survey).order_by("-number"):
        for question in load(version.definition).questions():
            if question.kind == "text":
                question_by_name.setdefault(question.name, question)
    return list(question_by_name.values())


def unread(survey: Survey) -> list[UnreadWords]:
    """Return the free words not reviewed yet, in order of arrival, those of several answers once; none from
    excluded answers, nor to a question that asks for names.
    """
    questions = [each for each in open_questions(survey) if each.name not in rules.ASKS_NAMES]
    labels = {question.name: words(question.label) for question in questions}
    if not labels:
        return []
    read = set(Verbatim.objects.filter(answer__survey=survey).values_list("answer_id", "question"))
    rows = (
        Answer.objects.filter(survey=survey, aside_at=None)
        .order_by("received_at", "pk")
        .values_list("pk", "values")
    )
    unread_words: dict[tuple[str, str], UnreadWords] = {}
    for pk, values in rows:
        for name, label in labels.items():
            text = str(values.get(name, "")).strip()
            if text and text not in UNSAID and (pk, name) not in read:
                same = unread_words.get((name, text))
                answers = (*(same.answers if same else ()), pk)
                unread_words[name, text] = UnreadWords(answers=answers, question=name, label=label, text=text)
    return list(unread_words.values())


def verbatims(survey: Survey, review: str = "") -> QuerySet[Verbatim]:
    """Return the reviewed words of a survey, with those of its interviews and groups; none from excluded
    answers.
    """
    of_survey = Q(answer__survey=survey, answer__aside_at=None) | Q(material__survey=survey)
    rows = Verbatim.objects.filter(of_survey).select_related("material").order_by("theme", "pk")
    return rows.filter(review=review) if review else rows


def identical(row: Verbatim) -> QuerySet[Verbatim]:
    """Return the words reviewed like others, these included: the same text, read alike, of excluded answers
    too.
    """
    survey = (row.answer or row.material).survey  # type: ignore[union-attr]  # it has one or the other
    of_survey = Q(answer__survey=survey) | Q(material__survey=survey)
    return Verbatim.objects.filter(of_survey, **{name: getattr(row, name) for name in IDENTITY})


def counted(rows: Iterable[Verbatim]) -> list[tuple[Verbatim, int]]:
    """Return the first row of each of the same reviewed words, and the number of rows that have them."""
    identical_rows: dict[tuple[object, ...], list[Verbatim]] = {}
    for row in rows:
        identical_rows.setdefault(tuple(getattr(row, name) for name in IDENTITY), []).append(row)
    return [(same[0], len(same)) for same in identical_rows.values()]


def themes(survey: Survey) -> list[str]:
    """Return the themes already used, the commonest first."""
    counts = Counter(verbatims(survey).exclude(theme="").values_list("theme", flat=True))
    return [theme for theme, _ in counts.most_common()]


def quotes(survey: Survey) -> list[tuple[str, list[Verbatim]]]:
    """Return the publishable words, by theme: only those reviewed and accepted."""
    by: dict[str, list[Verbatim]] = {}
    for row in verbatims(survey, "kept"):
        by.setdefault(row.theme or "Autres paroles", []).append(row)
    return list(by.items())


def materials(survey: Survey) -> QuerySet[Material]:
    """Return the interviews and groups of a survey, the latest first, each with how many words were taken
    from it.
    """
    rows = Material.objects.filter(survey=survey).annotate(quoted=Count("verbatims"))
    # Django leaves out the order of a model where it groups rows, as to count them.
    return rows.order_by(F("held_on").desc(nulls_last=True), "-pk")


def statements(survey: Survey) -> QuerySet[Statement]:
    """Return the findings of actors noted for the territory of a survey; those of an example only beside
    an example.
    """
    return Statement.objects.filter(territory=survey.territory, example=survey.example).select_related(
        "material"
    )


def collected(survey: Survey, answered: int) -> list[Step]:
    """Return how a diagnosis was made, counted from its record: « 2 groupes de discussion (acteurs
    sociaux, 14 personnes) ».
    """
    out = [Step(n=answered, many=f"réponse{'s' * (answered > 1)} au questionnaire")] if answered else []
    by: dict[tuple[str, str], list[Material]] = {}
    for row in Material.objects.filter(survey=survey):
        by.setdefault((row.kind, row.speakers), []).append(row)
    for (kind, speakers), rows in sorted(by.items()):
        people = sum(row.people or 0 for row in rows)
        met = f", {count(people, 'personne', 'personnes')}" if people else ""
        out.append(
            Step(
                n=len(rows),
                many=_noun(kind, len(rows)),
                audience=f"{rules.COUNTED[speakers][people != 1]}{met}",
            )
        )
    return out


def _noun(kind: str, n: int) -> str:
    one = rules.MATERIALS[kind].lower()
    return one if n == 1 else _plural(one)


def _plural(noun: str) -> str:
    """Return « groupes de discussion »: the first word alone takes its mark.

    >>> _plural("groupe de discussion")
    'groupes de discussion'
    """
    first, space, rest = noun.partition(" ")
    return f"{first}s{space}{rest}"


def actors(survey: Survey) -> Perception:
    """Return the chapter « perception des acteurs »: written from who says what, and how many say it."""
    kinds = findings.kinds()
    rows = [
        ActorStatement(
            speaker=row.speaker,
            kind=row.kind,
            says=kinds[row.kind].says,
            text=row.text,
            people=row.people,
            material=row.material_id,
        )
        for row in statements(survey)
        if row.kind in kinds
    ]
    met = list(Material.objects.filter(territory=survey.territory, example=survey.example))
    return perception(
        rows,
        {speaker: _side(speaker, [m for m in met if m.speakers == speaker]) for speaker in rules.SPEAKERS},
    )


def _side(speaker: str, met: Sequence[Material]) -> Side:
    one, many = rules.COUNTED[speaker]
    times = Counter(row.kind for row in met)
    return Side(
        title=many[0].upper() + many[1:],
        one=one,
        many=many,
        met=listing([f"{n} {_noun(kind, n)}" for kind, n in sorted(times.items())]),
        people=sum(row.people or 0 for row in met),
    )


def statements_of(territory: str) -> list[FieldFinding]:
    """Return the statements of actors about a territory, for its grid; none of an example."""
    rows = Statement.objects.filter(territory=territory, example=False).select_related("material")
    return [
        FieldFinding(
            GRID_SPEAKERS[row.speaker],
            row.kind,
            True,
            row.text,
            rules.MATERIALS[row.material.kind] if row.material else "Enquête",
            row.said_on.year if row.said_on else 0,
            row.people or 0,
        )
        for row in rows
        if row.kind in findings.kinds()
    ]


LONGEST = 180  # characters: of words read on a slide


def published_voices(territory: str) -> tuple[Voice, ...]:
    """Return the words that the surveys of a territory published, each once, short enough to be read in a
    room, one of each theme in turn, those of most answers first, as its report counts them; invented ones
    only where nobody else spoke. The question of a last remark tells nothing of them.

    Words reviewed after an edition are in none, and those of a withdrawn edition are nobody's.
    """
    ranked_voices: list[tuple[int, int, Voice]] = []
    known_words: set[str] = set()
    for survey in Survey.objects.filter(territory=territory).order_by("example", "pk"):
        published = survey.publications.filter(withdrawn_at=None).first()
        if published is None or (ranked_voices and survey.example):
            continue
        known: Counter[str] = Counter()
        labels = {
            question.name: words(question.label)
            for question in open_questions(survey)
            if question.name != rules.REMARK
        }
        rows = list(verbatims(survey, "kept").filter(reviewed_at__lte=published.published_at))
        times = Counter((row.shown.strip(), row.get_speaker_display()) for row in rows)
        for row in sorted(rows, key=lambda row: -times[row.shown.strip(), row.get_speaker_display()]):
            quote = row.shown.strip()
            if not quote or len(quote) > LONGEST or quote in known_words:
                continue
            known_words.add(quote)
            source, n = f"enquête « {survey.title} »", times[quote, row.get_speaker_display()]
            speaker = _counted(row.get_speaker_display(), n)
            voice = Voice(quote, speaker, source, survey.example, labels.get(row.question, ""))
            ranked_voices.append((known[row.theme], -n, voice))
            known[row.theme] += 1
    return tuple(voice for *_, voice in sorted(ranked_voices, key=lambda ranked: ranked[:2]))


def _counted(speaker: str, n: int) -> str:
    """Return a speaker and the number of answers with the same words: « Habitant, 10 fois »."""
    return f"{speaker}, {n} fois" if n > 1 else speaker


def counted_quotes(survey: Survey) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the publishable words by theme, each once, with who says them and how many answers do."""
    by_theme = []
    for theme, rows in quotes(survey):
        times = Counter((row.shown.strip(), row.get_speaker_display()) for row in rows)
        by_theme.append(
            (
                theme,
                [(text, _counted(speaker, n)) for (text, speaker), n in times.most_common()],
            )
        )
    return by_theme


def speaker_of(survey: Survey) -> str:
    """Return the usual speaker in the answers of a survey."""
    return SPEAKER_OF.get(survey.kind, "inhabitant")


def choices_of_kinds() -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """Return the findings that may be noted, by axis of the grid."""
    return [
        (label, [(kind.id, kind.says) for kind in findings.kinds().values() if kind.axis == axis])
        for axis, label in AXES.items()
    ]
