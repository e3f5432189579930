"""The main findings of a territory: each a fact with its figure and interval, what it means, what it calls
for. Ten at most come first; the remaining go to an annex.

A finding is read in the study (need, offer) or in a published survey, and stands opposite what the other side
says of the same subject. Its rank: how much it matters, times how sure it is. The surest and heaviest of each
axis comes before the second of any.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from maillage.publishing.survey.findings import (
    FOLLOW,
    group_words,
    is_chance,
    is_left_by_some,
    is_put_to_some,
    those,
)
from maillage.publishing.territory import gaps, sentences
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.criteria import FIRST_LEVEL, Answered, Surveyed
from maillage.publishing.territory.reading import Group, OfferLine, OfferReading, Reading
from maillage.questionnaires.questionnaire import National
from maillage.reference.definitions import LEVELS, definition
from maillage.reference.main_findings import AnswerKey, FindingRule, RankingRule, axes, rankings, rules
from maillage.reference.surveys import national_shares
from maillage.statistics.engine import comparisons
from maillage.statistics.survey.columns import UNLISTED
from maillage.words import rounding
from maillage.words.claims import topic
from maillage.words.wording import NBSP, count, listing, number, of, percent

MOST = 10  # findings that come first
MOST_TIES = 3  # answers named together: beyond, none stands out
MOST_NEXT = 2  # answers named after the leaders
MOST_NAMED = 8  # zones
HALF = 50.0  # percent
LEAST_SURE = 0.5  # of a rank, for the widest interval and for a meaning that its interval leaves open
DOUBTFUL = "Un ordre de grandeur : la marge est large."
SIZE = f", n{NBSP}={NBSP}"  # between a population and the answers behind its share
TIE = ", à égalité avec "
CITED = ".cite"  # ends the name of a ranking read at any rank
NO_NEED = frozenset({"aucun", "autre"})  # answers of a ranking that name nothing
SURVEY_AXES = {"acces": "equipement"}  # of the messages of a survey, named otherwise here
MOST_WEIGHT = 3.0  # of a message of a survey, 1 to 9, for one of a rule, 1 to 3
EASE = ("inhabitants", "aisance", "pas_du_tout peu")
WIDER = re.compile(r"menée sur un territoire plus large \((.+?)\)(?=[,;)]|$)")  # as a source says it
MARGIN = re.compile(r" \((entre [^)]*)\)")  # in a fact; its chart draws it
SUBJECTS = {"structures": "structures", "professionals": "professionnels", "caf": "allocataires"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFigure:
    """A figure behind a finding, as a chart draws it: percent or people. label: an answer of the question of
    the finding; share: its value as its survey prints it; n: answers behind it.
    """

    label: str
    value: float
    low: float
    high: float
    unit: str
    share: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MainFinding:
    """A finding. axis: one of `axes`; kind: that of the survey it is read in, "" for the study; facing: what
    other answers, other people or the model say of the same subject; confronted: what the other side says,
    "" where it is silent; group: the people of whom it is told, "" for all; subject: « nombre »,
    « niveaux » or « lieux » where it restates the first pages of the study; is_sure: its whole interval
    carries its meaning; is_proven: its meaning prints the share of another answer; rank: the higher, the
    sooner.
    """

    axis: str
    kind: str = ""
    fact: str
    facing: tuple[str, ...]
    confronted: str = ""
    means: str
    calls: str
    source: str
    figures: tuple[FindingFigure, ...] = ()
    group: str = ""
    subject: str = ""
    is_sure: bool = True
    is_proven: bool = False
    rank: float

    @property
    def fact_alone(self) -> tuple[str, str]:
        """Its fact without its interval, then that interval, "" without one."""
        margin = MARGIN.search(self.fact)
        return MARGIN.sub("", self.fact).rstrip("."), margin[1] if margin else ""

    @property
    def main_figure(self) -> FindingFigure | None:
        """The figure that its fact prints; None where it prints none of its answers."""
        fact = self.fact.replace(NBSP, " ")
        return next((figure for figure in self.figures if figure.share.replace(NBSP, " ") in fact), None)

    @property
    def text(self) -> str:
        """The whole finding as sentences."""
        return " ".join([self.fact, *self.facing, self.means, f"Ce que cela appelle : {_lower(self.calls)}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class MainFindings:
    """Findings in the order of the story: those that a reader needs, and the remaining."""

    first: tuple[MainFinding, ...]
    remaining: tuple[MainFinding, ...]

    def of_axis(self, axis: str) -> tuple[MainFinding, ...]:
        """Return the first findings of an axis, the one that matters most first."""
        return tuple(finding for finding in self.first if finding.axis == axis)

    def sure_gaps(self, *kinds: str) -> list[MainFinding]:
        """Return the differences of a group that chance does not explain, as `of_survey`."""
        return [finding for finding in self.of_survey(*kinds) if finding.group and finding.is_sure]

    def of_survey(self, *kinds: str) -> list[MainFinding]:
        """Return the findings read in surveys of some kinds, the one that matters most first."""
        findings = (finding for finding in (*self.first, *self.remaining) if finding.kind in kinds)
        return sorted(findings, key=lambda finding: -finding.rank)


def ease_note(facts: Iterable[str]) -> str:
    """Return why people ill at ease are not the people in need, where a fact counts them; "" elsewhere."""
    (rule,) = (rule for rule in rules() if rule.answer == EASE)
    words = rule.fact.partition("{who}")[2]
    return rule.means if any(words in fact for fact in facts) else ""


def read(r: Reading, surveyed: Surveyed) -> MainFindings:
    """Return the findings of a study and of the published surveys of its territory.

    surveyed: with the answers of a scale taken together. A withheld study yields none of its own; a filtered
    one, none of the surveys, which speak of everybody.
    """
    answers = {} if r.filter is not None else surveyed
    has_places = r.offer is not None and r.offer.has_places
    return chosen(
        [*([] if r.withheld else _of_study(r, answers)), *of_surveys(answers, has_places=has_places)]
    )


def candidates(action: str, findings: MainFindings) -> list[MainFinding]:
    """Return the findings of one sentence that an action may answer: those whose call shares most words with
    its title first, then by rank.
    """
    words = set(topic(action))
    return sorted(
        (finding for finding in (*findings.first, *findings.remaining) if ". " not in finding.fact),
        key=lambda finding: (-len(words.intersection(topic(finding.calls))), -finding.rank),
    )


def chosen(findings: Iterable[MainFinding]) -> MainFindings:
    """Return the findings that come first, and the others: the first of each axis, then by rank; never first
    a difference that chance explains.
    """
    ranked = sorted(findings, key=lambda item: -item.rank)
    sure = [item for item in ranked if not is_chance(item.means)]
    heads = {item.axis: k for k, item in reversed(list(enumerate(sure)))}
    order = sorted(range(len(sure)), key=lambda k: (heads[sure[k].axis] != k, k))
    first = [sure[k] for k in order[:MOST]]
    return MainFindings(first=_in_story(first), remaining=_in_story(x for x in ranked if x not in first))


def _in_story(findings: Iterable[MainFinding]) -> tuple[MainFinding, ...]:
    order = list(axes())
    return tuple(sorted(findings, key=lambda item: (order.index(item.axis), -item.rank)))


# ------------------------------------------------------------------------------------------------- surveys


def of_surveys(surveyed: Surveyed, *, has_places: bool = False) -> list[MainFinding]:
    """Return the findings read in published surveys, in the order of their rules. has_places: most communes
    of the territory have a known place.
    """
    return [
        *(finding for rule in rules() if (finding := _answer(rule, surveyed, has_places=has_places))),
        *(finding for rule in rankings() if (finding := _ranking(rule, surveyed))),
        *(finding for key in surveyed if (finding := _group_share(key, surveyed))),
    ]


def _group_share(key: AnswerKey, surveyed: Surveyed) -> MainFinding | None:
    """Return the finding of a group that a survey tells, None where an answer has none: its chart sets the
    group opposite everybody.
    """
    (kind, name, choice), answer = key, surveyed[key]
    share = answer.finding
    axis = SURVEY_AXES.get(share["axe"], share["axe"]) if share else ""
    if share is None or axis not in axes() or not share["appelle"]:
        return None
    answer_name, _, group = choice.partition(" | ")
    label = group.partition(" : ")[2]
    everybody, is_unsure = surveyed.get((kind, name, answer_name)), is_chance(share["sens"])
    return MainFinding(
        axis=axis,
        kind=kind,
        fact=f"{_of_question(share['fait'], label, answer.by)} ({answer.between}).",
        facing=(),
        means=share["sens"],
        calls=FOLLOW if is_unsure else share["appelle"],
        source=_sources([answer]),
        figures=(
            _figure(answer, upper_first(label)),
            *([_figure(everybody, "Ensemble")] if everybody else []),
        ),
        group=group,
        is_sure=not is_unsure,
        rank=share["poids"] / MOST_WEIGHT * _sureness(answer),
    )


def _of_question(fact: str, group: str, question: str) -> str:
    """Return the fact of a group as a sentence, where an older publication began it with the answer alone.

    >>> _of_question("Oui : 31 % orientent", "Oui", "Savez-vous où ?")
    'Parmi ceux qui répondent « Oui » à « Savez-vous où ? », 31 % orientent'
    >>> _of_question("60 à 74 ans : 31 % orientent", "60 à 74 ans", "")
    '31 % des personnes de 60 à 74 ans orientent'
    """
    head, _, rest = fact.partition(" : ")
    if not rest or head.casefold() != group.casefold():
        return fact
    share, mark, verb = rest.partition("% ")
    if mark and (words := group_words(group)):
        return f"{share}% des personnes {words} {verb}"
    question_text = f" à « {question.strip().rstrip(':').strip()} »" if question else ""
    return f"Parmi ceux qui répondent « {upper_first(group)} »{question_text}, {rest}"


def _answer(rule: FindingRule, surveyed: Surveyed, *, has_places: bool) -> MainFinding | None:
    """Return the finding of a rule; None where its answer is not published, is out of what it means, or comes
    after another that it must lead.
    """
    answer = surveyed.get(rule.answer)
    if answer is None or not rule.least <= answer.percent <= rule.most:
        return None
    if rule.first and _is_outdone(answer, surveyed.get((*rule.answer[:2], UNLISTED[0]))):
        return None
    rivals = _answers_of(*rule.answer[:2], surveyed) if rule.first else []
    if rivals and answer.percent < rivals[0].percent:
        return None
    tied = [rival for rival in rivals if rival is not answer and not _is_over(answer, rival)]
    is_sure = rule.least <= answer.low and answer.high <= rule.most
    means = rule.means if has_places else rule.means_unsure or rule.means
    proof = surveyed.get(rule.facing[0][0]) if "{}" in means else None
    if "{}" in means:
        means = means.format(proof.in_full) if proof and _is_over(proof, answer) else ""
    facing = [
        (key, opposite, text)
        for key, text in rule.facing
        if (opposite := surveyed.get(key)) and rounding.rounded(opposite.percent)
    ]
    answers = [answer, *(opposite for _, opposite, _ in facing)]
    drawn = (_figure(opposite) for key, opposite, _ in facing if key[:2] == rule.answer[:2])
    people, lacking = _people(rule.answer[0], answer), _lacking(rule, answer)
    return MainFinding(
        axis=rule.axis,
        kind=rule.answer[0],
        fact=f"{rule.lacks.format(lacking.share, who=people)} ({lacking.between})."
        if lacking
        else f"{rule.fact.format(answer.share, who=people)} ({_margin(rule.answer, answer)}){_tie(tied)}.",
        facing=tuple(
            text.format(f"{opposite.share} ({_margin(key, opposite)})")
            for key, opposite, text in facing
            if opposite not in tied
        ),
        confronted=next(
            (text.format(opposite.in_full) for key, opposite, text in facing if key[0] != rule.answer[0]), ""
        ),
        means=means if is_sure else f"{DOUBTFUL} {means}".rstrip(),
        is_proven=bool(proof and means),
        calls=FOLLOW if _is_favourable(rule, answer) else rule.calls,
        source=_sources(answers),
        figures=tuple(sorted((_figure(lacking or answer, rule.bar), *drawn), key=lambda bar: -bar.value)),
        is_sure=is_sure,
        rank=rule.matters * _sureness(answer) * (1.0 if is_sure else LEAST_SURE),
    )


def _tie(tied: Sequence[Answered]) -> str:
    """Return the answers that tie with the first one, in words: « , à égalité avec… »."""
    names = listing([f"« {answer.label} », {answer.in_full}" for answer in tied])
    return f"{TIE}{names}" if tied else ""


def _lacking(rule: FindingRule, answer: Answered) -> Answered | None:
    """Return the share of those who lack a thing, where most have it; None elsewhere."""
    if not rule.lacks or answer.percent <= HALF:
        return None
    return replace(
        answer,
        percent=100 - rounding.rounded(answer.percent, rule=answer.rounding),
        low=100 - answer.high,
        high=100 - answer.low,
    )


def _nationals_outside(key: AnswerKey, answer: Answered) -> list[National]:
    """Return the national shares of an answer that are outside its interval."""
    return [each for each in national_shares(*key) if not answer.low <= each.percent <= answer.high]


def _margin(key: AnswerKey, answer: Answered) -> str:
    """Return the interval of an answer; with its national share where that is outside."""
    outside = [
        f" ; en France : {percent(national.percent)}, {national.producer} {national.year}"
        for national in _nationals_outside(key, answer)
    ]
    return f"{answer.between}{''.join(outside)}"


def _is_favourable(rule: FindingRule, answer: Answered) -> bool:
    """Return True where the country is surely worse off; a rule told up to a share is about an asset."""
    is_asset = bool(rule.lacks) or rule.most < 100
    return any(
        (answer.percent > national.percent) == is_asset
        for national in _nationals_outside(rule.answer, answer)
    )


def _people(kind: str, answer: Answered) -> str:
    """Return the people that a share describes: inhabitants once weights make the sample resemble them; else
    those who answered, fewer than those who were asked; with their territory, where the survey is that of a
    wider one.
    """
    wider = WIDER.search(answer.source)
    where = f" {of(wider[1])}" if wider else ""
    if of_some := those(answer.universe):
        return f"{of_some}{where}"
    if is_put_to_some(answer.n, answer.n_respondents):
        base = f"{number(answer.n)} sur {number(answer.n_respondents)}"
        return f"des répondants{where} à cette question ({base})"
    question = " à cette question" if is_left_by_some(answer.n, answer.n_respondents) else ""
    if kind not in SUBJECTS and answer.computed == "redressé":
        return f"des habitants{where}{' qui ont répondu' if question else ''}"
    return f"des {number(answer.n)}{NBSP}{SUBJECTS.get(kind, 'habitants')}{where} qui ont répondu{question}"


def _answers_of(survey: str, name: str, surveyed: Surveyed) -> list[Answered]:
    """Return the answers of a question that a finding may rank, most first."""
    answers = (
        answer
        for (kind, question, choice), answer in surveyed.items()
        if (kind, question) == (survey, name)
        and choice not in (*NO_NEED, UNLISTED[0])
        and answer.finding is None
        and rounding.rounded(answer.percent)
    )
    return sorted(answers, key=lambda answer: -answer.percent)


def _ranking(rule: RankingRule, surveyed: Surveyed) -> MainFinding | None:
    """Return the answers cited most, ties together; None where nothing is published."""
    answers, fact, ties = _answers_of(rule.kind, rule.question, surveyed), rule.fact, rule.ties
    if rule.first and all(rounding.rounded(answer.percent) == 100 for answer in answers):
        answers = _answers_of(rule.kind, rule.question.removesuffix(CITED), surveyed)
        fact, ties = rule.first, rule.first_ties
    if not answers or _is_outdone(answers[0], surveyed.get((rule.kind, rule.question, UNLISTED[0]))):
        return None
    leaders = [answer for answer in answers if not _is_over(answers[0], answer)]
    following = answers[len(leaders) :][:MOST_NEXT] if len(leaders) <= MOST_TIES else []
    cited = listing([f"« {answer.label} », {answer.in_full}" for answer in leaders[:MOST_TIES]])
    is_sure = len(leaders) <= MOST_TIES
    head = fact if len(leaders) == 1 else ties
    return MainFinding(
        axis=rule.axis,
        kind=rule.kind,
        fact=f"{head}{', à égalité' if len(leaders) > 1 else ''} : {cited}."
        if is_sure
        else f"{head} : {number(len(leaders))} réponses sans écart net.",
        facing=tuple(f"Puis « {answer.label} », {answer.in_full}." for answer in following),
        means=rule.means,
        calls=rule.calls,
        source=_sources(answers[:1]),
        figures=tuple(_figure(answer) for answer in [*leaders, *following]),
        is_sure=is_sure,
        rank=rule.matters * _sureness(answers[0]) * (1.0 if is_sure else LEAST_SURE),
    )


def _is_outdone(first: Answered, unlisted: Answered | None) -> bool:
    """Return True if an answer is not over those out of the list: what comes first may be one of these."""
    return unlisted is not None and not _is_over(first, unlisted)


def _is_over(first: Answered, other: Answered) -> bool:
    """Return the test that one share is over another, chance excluded."""
    if first is other:
        return False
    if first.low >= first.high or other.low >= other.high:  # counted, without margin
        return first.percent > other.percent
    sides = [(answer.percent / 100, answer.low / 100, answer.high / 100) for answer in (first, other)]
    return bool(comparisons.of_intervals(*sides).low > 0)


def _sureness(answer: Answered) -> float:
    """Return 1 for a figure without margin, down to LEAST_SURE for a margin of 50 points and more."""
    return 1.0 - min(LEAST_SURE, (answer.high - answer.low) / 100)


def _figure(answer: Answered, label: str = "") -> FindingFigure:
    return FindingFigure(
        label=label or answer.label,
        value=answer.percent,
        low=answer.low,
        high=answer.high,
        unit="pourcent",
        share=answer.share,
        n=answer.n,
    )


def _sources(answers: Sequence[Answered]) -> str:
    """Return the surveys behind a finding, each once, with the base of each question."""
    by_source: dict[str, list[str]] = {}
    for answer in answers:
        by_source.setdefault(answer.source, []).append(
            f"{answer.universe.rstrip('.')}{SIZE}{number(answer.n)}, {answer.computed}"
        )
    return " ".join(
        f"Enquête {source} : {' ; '.join(dict.fromkeys(bases))}." for source, bases in by_source.items()
    )


# --------------------------------------------------------------------------------------------------- study


def _of_study(r: Reading, surveyed: Surveyed) -> list[MainFinding]:
    findings = (_people_count(r, surveyed), _groups(r), _where(r), _both(r), _levels(r), *_offer(r))
    return [finding for finding in findings if finding is not None]


def _people_count(r: Reading, surveyed: Surveyed) -> MainFinding | None:
    c = r.headline
    if not c.low:
        return None
    lead = f"{c.about} {c.value} {c.sentence} ({c.between})" if c.value else f"{c.between} {c.sentence}"
    share = f", soit {c.share} des 15 ans et plus" if c.share else ""
    share += f" : {c.against_country}" if share and c.against_country else ""
    ease = surveyed.get(EASE)
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(lead)}{share}.",
        facing=tuple(
            [f"Côté enquête, {ease.share} {_people('inhabitants', ease)} sont peu ou pas à l’aise."]
            if ease
            else []
        ),
        subject="nombre",
        means="Une démarche en ligne leur est fermée sans quelqu’un à côté.",
        calls="Une aide en face à face, avant toute formation.",
        source=_study_source(r),
        rank=3.0,
    )


def _study_source(r: Reading) -> str:
    return f"Estimation : {r.source.producer} {r.source.year}, recensement de 2021."


def _groups(r: Reading) -> MainFinding | None:
    """Return the age most concerned, opposite the diploma most concerned."""
    most = {
        family: max(groups, key=_rate)
        for family in ("Âge", "Diplôme")
        if (groups := [group for group in r.profile if group.family == family and group.rate])
    }
    age = most.get("Âge")
    if age is None:
        return None
    rest = [group for family, group in most.items() if family != "Âge"]
    return MainFinding(
        axis="besoins",
        fact=f"{age.rate} des {age.label} sont concernés ({_span(age.rate_span)}).",
        facing=(
            *(f"{group.label} : {group.rate} ({_span(group.rate_span)})." for group in rest),
            *(
                f"Sur 100 personnes concernées : {group.label}, {group.share} ({_span(group.share_span)})."
                for group in most.values()
                if group.share
            ),
        ),
        means="C’est le risque dans ce groupe, non son poids parmi les personnes concernées.",
        calls="Passer par les services qui voient déjà ces personnes, et par leurs proches.",
        source=_study_source(r),
        rank=2.4,
    )


def _rate(group: Group) -> float:
    return float((group.rate or "0").replace(NBSP, "").rstrip("%").replace(",", "."))


def _span(text: str) -> str:
    """Return a printed span in words: « 58 – 74 % » is « entre 58 et 74 % »."""
    return f"entre {text.replace(f'{NBSP}–{NBSP}', ' et ').replace(' – ', ' et ')}"


def _where(r: Reading) -> MainFinding | None:
    if not r.where_sentence:
        return None
    head, *rest = sentences.among_zones(r.where_sentence).split(". ")
    named = [text for text in rest if "**" in text or text.startswith("En tout")]
    if sentences.AGAINST_FRANCE in r.where_sentence:
        means = "Aucun lieu ne se détache des autres, marge comprise ; certains sont hauts face à la France."
        calls = "Garder une aide partout, et la renforcer d’abord dans ces derniers."
    elif not named:
        means, calls = "Aucun lieu ne se détache, marge comprise.", "Répartir l’aide comme la population."
    elif r.above:
        means = "Toute marge comprise ; ces lieux ne se classent pas entre eux."
        calls = "Renforcer d’abord l’aide dans ces lieux."
    else:
        means = "Toute marge comprise ; la zone entière de chacune n’en compte pas sûrement plus."
        calls = "Renforcer d’abord l’aide dans ces communes."
    return MainFinding(
        axis="besoins",
        fact=" ".join(f"{text.rstrip('.')}." for text in (head, *named)),
        facing=(),
        means=means,
        calls=calls,
        source=_study_source(r),
        subject="lieux",
        rank=2.7,
    )


def _both(r: Reading) -> MainFinding | None:
    if not r.both.modest:
        return None
    share = f", soit {r.both.share} des personnes concernées{r.both.share_note}" if r.both.share else ""
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(r.both.in_full)} ont aussi de faibles revenus{share}.",
        facing=tuple(f"{text.rstrip('.')}." for text in r.crossing_sentence.split(". ")[:2] if text),
        means="C’est une partie du premier nombre, jamais un nombre de plus.",
        calls="Lier l’aide numérique à l’accès aux droits et à un équipement à petit prix.",
        source=_study_source(r),
        rank=2.2,
    )


def _levels(r: Reading) -> MainFinding | None:
    lines = r.levels.lines[:3]
    if not lines:
        return None
    first = lines[0]
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(first.in_full)} {first.description} ({first.label.lower()}, {first.share}).",
        facing=tuple(
            f"{line.label} : {line.in_full}, {line.share}." for line in (*lines[1:], *r.levels.lines[3:])
        ),
        subject="niveaux",
        means="Ces niveaux suivent une autre définition que le premier nombre : rien ne s’additionne."
        if r.levels.link
        else "Chaque niveau de difficulté a sa réponse.",
        calls=f"{upper_first(listing([line.answer.lower() for line in lines]))}, selon le niveau.",
        source=f"Parts nationales : {definition(LEVELS).producer} {definition(LEVELS).year}.",
        rank=2.5,
    )


def _offer(r: Reading) -> list[MainFinding]:
    """Return the count of the census of places, and the heaviest lack that is sure."""
    if r.offer is None:
        return []
    findings = []
    if counted := [line for line in gaps.known_lines(r.offer) if line.n_places]:
        places = listing([f"{_lower(line.label)} ({line.places})" for line in counted])
        n_silent = r.offer.territory.n_silent
        silent = (
            f"{count(n_silent, 'lieu ne précise pas son offre', 'lieux ne précisent pas leur offre')}."
            if n_silent
            else ""
        )
        absent = [text for line in counted if line.id in FIRST_LEVEL and (text := _absence(r.offer, line))]
        findings.append(
            MainFinding(
                axis="maillage",
                fact=f"{count(r.offer.territory.n_places, 'lieu recensé', 'lieux recensés')} : {places}.",
                facing=(*([silent] if silent else []), *absent),
                means="Ces lieux sont comptés ; un lieu que personne n’a signalé manque à cette liste.",
                calls="Tenir la liste à jour, et demander à chaque lieu ce qu’il propose.",
                source=f"Lieux : {r.offer.source}.",
                rank=2.3,
            )
        )
    if certain := gaps.certain(r.offer):
        findings.append(
            MainFinding(
                axis="maillage",
                fact=certain[0].sentence,
                facing=(f"En tout : {gaps.tally(r.offer)}.",) if len(certain) > 1 else (),
                means=(
                    "Ce manque resterait même si tous les lieux de la liste à l’offre inconnue proposaient ce"
                    f" service{_beyond_the_list(r.offer, certain[0])}"
                ),
                calls=f"{certain[0].title}.",
                source=f"Lieux : {r.offer.source}.",
                rank=3.0,
            )
        )
    return findings


def _beyond_the_list(offer: OfferReading, gap: gaps.SharedGap) -> str:
    """Return the doubt that a list of places leaves on a gap, or the census that leaves none."""
    if gap.is_listed and offer.finished:
        return f". {offer.finished.sentence}"
    return " ; un lieu absent de la liste peut le combler."


def _absence(offer: OfferReading, line: OfferLine) -> str:
    """Return where no place gives a line of the offer, "" where each zone has one."""
    zone_names = [
        zone.name for zone in offer.zones.values() if any(_is_absent(item, line) for item in zone.lines)
    ]
    if not zone_names:
        return ""
    more = len(zone_names) - MOST_NAMED
    named = [*zone_names[:MOST_NAMED], *([count(more, "autre")] if more > 0 else [])]
    return f"{line.label} : aucun lieu dans {count(len(zone_names), 'zone')} ({listing(named)})."


def _is_absent(zone_line: OfferLine, line: OfferLine) -> bool:
    return zone_line.id == line.id and zone_line.is_absent


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
