"""The main findings of a territory: each a fact with its figure and interval, what it means, what it calls
for. Ten at most come first; the remaining go to an annex.

A finding is read in the study (need, offer) or in a published survey, and stands opposite what the other side
says of the same subject. Its rank: how much it matters, times how sure it is. The surest and heaviest of each
axis comes before the second of any.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from maillage.engine import comparisons
from maillage.reference.definitions import LEVELS, definition
from maillage.reference.main_findings import AnswerKey, FindingRule, RankingRule, axes, rankings, rules
from maillage.reference.surveys import banks
from maillage.reports.page.blocks import Block, Bullets, Chapter, Heading, Text
from maillage.reports.territory import gaps
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.criteria import FIRST_LEVEL, Answered, Surveyed
from maillage.reports.territory.reading import Group, OfferLine, OfferReading, Reading
from maillage.words import rounding
from maillage.words.wording import NBSP, count, listing, number, of, percent

MOST = 10  # findings that come first
MOST_TIES = 3  # answers named together: beyond, none stands out
MOST_NEXT = 2  # answers named after the leaders
MOST_NAMED = 8  # zones
HALF = 50.0  # percent
LEAST_SURE = 0.5  # of a rank, for the widest interval and for a meaning that its interval leaves open
DOUBTFUL = "Un ordre de grandeur : la marge est large."
CITED = ".cite"  # ends the name of a ranking read at any rank
NO_NEED = frozenset({"aucun", "autre"})  # answers of a ranking that name nothing
SURVEY_AXES = {"acces": "equipement"}  # of the messages of a survey, named otherwise here
MOST_WEIGHT = 3.0  # of a message of a survey, 1 to 9, for one of a rule, 1 to 3
EASE = ("inhabitants", "aisance", "pas_du_tout peu")
WIDER = re.compile(r"menée sur un territoire plus large \((.+?)\)(?=[,;)]|$)")  # as a source says it
SUBJECTS = {
    "structures": "des structures interrogées",
    "professionals": "des professionnels interrogés",
    "caf": "des allocataires rencontrés",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFigure:
    """A figure behind a finding, as a chart draws it: percent or people. label: an answer of the question of
    the finding. n: answers behind it.
    """

    label: str
    value: float
    low: float
    high: float
    unit: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MainFinding:
    """A finding. axis: one of `axes`; kind: that of the survey it is read in, "" for the study; facing: what
    other answers, other people or the model say of the same subject; confronted: what the other side says,
    "" where it is silent; group: the people of whom it is told, "" for all; is_sure: its whole interval
    carries its meaning; rank: the higher, the sooner.
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
    is_sure: bool = True
    rank: float

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
    return chosen([*([] if r.withheld else _of_study(r, answers)), *of_surveys(answers)])


def chosen(findings: Iterable[MainFinding]) -> MainFindings:
    """Return the findings that come first, and the others: the first of each axis, then by rank."""
    ranked = sorted(findings, key=lambda item: -item.rank)
    heads = {item.axis: k for k, item in reversed(list(enumerate(ranked)))}
    order = sorted(range(len(ranked)), key=lambda k: (heads[ranked[k].axis] != k, k))
    first, remaining = ([ranked[k] for k in part] for part in (order[:MOST], order[MOST:]))
    return MainFindings(first=_in_story(first), remaining=_in_story(remaining))


def _in_story(findings: Iterable[MainFinding]) -> tuple[MainFinding, ...]:
    order = list(axes())
    return tuple(sorted(findings, key=lambda item: (order.index(item.axis), -item.rank)))


# ------------------------------------------------------------------------------------------------- surveys


def of_surveys(surveyed: Surveyed) -> list[MainFinding]:
    """Return the findings read in published surveys, in the order of their rules."""
    return [
        *(finding for rule in rules() if (finding := _answer(rule, surveyed))),
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
    everybody = surveyed.get((kind, name, answer_name))
    return MainFinding(
        axis=axis,
        kind=kind,
        fact=f"{share['fait']} ({answer.between}).",
        facing=(),
        means=share["sens"],
        calls=share["appelle"],
        source=_sources([answer]),
        figures=(
            _figure(answer, upper_first(group.partition(" : ")[2])),
            *([_figure(everybody, "Ensemble")] if everybody else []),
        ),
        group=group,
        rank=share["poids"] / MOST_WEIGHT * _sureness(answer),
    )


def _answer(rule: FindingRule, surveyed: Surveyed) -> MainFinding | None:
    """Return the finding of a rule; None where its answer is not published, is out of what it means, or comes
    after another that it must lead.
    """
    answer = surveyed.get(rule.answer)
    if answer is None or not rule.least <= answer.percent <= rule.most:
        return None
    if rule.first and answer.percent < _answers_of(*rule.answer[:2], surveyed)[0].percent:
        return None
    is_sure = rule.least <= answer.low and answer.high <= rule.most
    facing = [
        (key, opposite, text)
        for key, text in rule.facing
        if (opposite := surveyed.get(key)) and round(opposite.percent)
    ]
    answers = [answer, *(opposite for _, opposite, _ in facing)]
    people, lacking = _people(rule.answer[0], answer), _lacking(rule, answer)
    return MainFinding(
        axis=rule.axis,
        kind=rule.answer[0],
        fact=f"{rule.lacks.format(lacking.share, who=people)} ({lacking.between})."
        if lacking
        else f"{rule.fact.format(answer.share, who=people)} ({_margin(rule.answer, answer)}).",
        facing=tuple(
            text.format(f"{opposite.share} ({_margin(key, opposite)})") for key, opposite, text in facing
        ),
        confronted=next(
            (text.format(opposite.in_full) for key, opposite, text in facing if key[0] != rule.answer[0]), ""
        ),
        means=rule.means if is_sure else f"{DOUBTFUL} {rule.means}",
        calls=rule.calls,
        source=_sources(answers),
        figures=(
            _figure(lacking or answer, rule.bar),
            *(_figure(opposite) for key, opposite, _ in facing if key[:2] == rule.answer[:2]),
        ),
        is_sure=is_sure,
        rank=rule.matters * _sureness(answer) * (1.0 if is_sure else LEAST_SURE),
    )


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


def _margin(key: AnswerKey, answer: Answered) -> str:
    """Return the interval of an answer; with its national share, from the question bank, where outside."""
    kind, name, choice = key
    bank = next((bank for bank in banks().values() if bank.kind == kind), None)
    question = bank.question(name) if bank else None
    outside = [
        f" ; en France : {percent(national.percent)}, {national.producer} {national.year}"
        for national in (question.national if question else ())
        if national.choice == choice and not answer.low <= national.percent <= answer.high
    ]
    return f"{answer.between}{''.join(outside)}"


def _people(kind: str, answer: Answered) -> str:
    """Return the people that a share describes: inhabitants once weights make the sample resemble them; with
    their territory, where the survey is that of a wider one.
    """
    wider = WIDER.search(answer.source)
    where = f" {of(wider[1])}" if wider else ""
    weighted = "des habitants" if answer.computed == "redressé" else "des habitants interrogés"
    return f"{SUBJECTS.get(kind, weighted)}{where}"


def _answers_of(survey: str, name: str, surveyed: Surveyed) -> list[Answered]:
    """Return the answers of a question that a finding may rank, most first."""
    answers = (
        answer
        for (kind, question, choice), answer in surveyed.items()
        if (kind, question) == (survey, name)
        and choice not in NO_NEED
        and answer.finding is None
        and round(answer.percent)
    )
    return sorted(answers, key=lambda answer: -answer.percent)


def _ranking(rule: RankingRule, surveyed: Surveyed) -> MainFinding | None:
    """Return the answers cited most, ties together; None where nothing is published."""
    answers, fact, ties = _answers_of(rule.kind, rule.question, surveyed), rule.fact, rule.ties
    if rule.first and all(round(answer.percent) == 100 for answer in answers):
        answers = _answers_of(rule.kind, rule.question.removesuffix(CITED), surveyed)
        fact, ties = rule.first, rule.first_ties
    if not answers:
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
        n=answer.n,
    )


def _sources(answers: Sequence[Answered]) -> str:
    """Return the surveys behind a finding, each once, with the base of each question."""
    by_source: dict[str, list[str]] = {}
    for answer in answers:
        by_source.setdefault(answer.source, []).append(
            f"{answer.universe.rstrip('.')}, n{NBSP}={NBSP}{number(answer.n)}, {answer.computed}"
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
    ease = surveyed.get(EASE)
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(lead)}{share}.",
        facing=tuple(
            [f"Côté enquête, {ease.share} {_people('inhabitants', ease)} sont peu ou pas à l’aise."]
            if ease
            else []
        ),
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
    head, *rest = r.where_sentence.split(". ")
    named = [text for text in rest if "**" in text or text.startswith("En tout")]
    return MainFinding(
        axis="besoins",
        fact=" ".join(f"{text.rstrip('.')}." for text in (head, *named)),
        facing=(),
        means="Ces lieux se détachent, toute marge comprise ; ils ne se classent pas entre eux."
        if named
        else "Aucun lieu ne se détache, marge comprise.",
        calls=f"Répartir l’aide comme la population{', et la renforcer dans ces lieux' if named else ''}.",
        source=_study_source(r),
        rank=2.7,
    )


def _both(r: Reading) -> MainFinding | None:
    if not r.both.modest:
        return None
    share = f", soit {r.both.share} des personnes concernées" if r.both.share else ""
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(r.both.in_full)} vivent aussi modestement{share}.",
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
    return MainFinding(
        axis="besoins",
        fact=f"{upper_first(lines[0].in_full)} {lines[0].who} ({lines[0].label.lower()}, {lines[0].share}).",
        facing=tuple(
            f"{line.label} : {line.in_full}, {line.share}." for line in (*lines[1:], *r.levels.lines[3:])
        ),
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
        n_silent = r.offer.whole.n_silent
        silent = (
            f"{count(n_silent, 'lieu ne précise pas son offre', 'lieux ne précisent pas leur offre')}."
            if n_silent
            else ""
        )
        absent = [text for line in counted if line.id in FIRST_LEVEL and (text := _absence(r.offer, line))]
        findings.append(
            MainFinding(
                axis="maillage",
                fact=f"{count(r.offer.whole.n_places, 'lieu recensé', 'lieux recensés')} : {places}.",
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
                means="Ce manque resterait même si tous les lieux à l’offre inconnue proposaient ce service.",
                calls=f"{certain[0].title}.",
                source=f"Lieux : {r.offer.source}.",
                rank=3.0,
            )
        )
    return findings


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


# --------------------------------------------------------------------------------------------------- pages


def chapter(findings: MainFindings, *, is_brief: bool = False) -> Chapter:
    """Return the chapter of the first findings, axis by axis, its sources at the end. is_brief: each by its
    fact and its answer.
    """
    blocks: list[Block] = []
    for axis, label in axes().items():
        if of_axis := findings.of_axis(axis):
            blocks += [
                Heading(text=label, small=True),
                Bullets(items=tuple(_item(finding, is_brief) for finding in of_axis)),
            ]
    sources = " ".join(_by_survey(findings.first))
    return Chapter(
        number="n",
        short="Constats",
        title="Les constats à retenir",
        flows=True,
        blocks=(*blocks, Text(text=sources, tone="note")),
    )


def _by_survey(findings: Iterable[MainFinding]) -> list[str]:
    """Return the sources of findings, each survey once with its bases."""
    bases: dict[str, dict[str, None]] = {}
    for item in findings:
        for source in item.source.removesuffix(".").split(". Enquête "):
            survey, _, base = source.partition(" : ")
            bases.setdefault(survey.removeprefix("Enquête "), {}).update(dict.fromkeys(base.split(" ; ")))
    return [f"{survey} : {' ; '.join(of_survey)}." for survey, of_survey in bases.items()]


def annex(findings: MainFindings) -> Chapter:
    """Return the chapter of the other findings."""
    return replace(
        chapter(MainFindings(first=findings.remaining, remaining=()), is_brief=True),
        short="Autres constats",
        title="Autres constats",
    )


def _item(finding: MainFinding, is_brief: bool) -> str:
    """Return a finding as a page tells it: what faces it on its own side stands in its survey or chapter."""
    why = "" if is_brief and finding.is_sure else f" {finding.confronted} {finding.means}"
    words = f"**{finding.fact.rstrip('.')}.**{why} **Réponse** : {_lower(finding.calls)}"
    return words.replace("  ", " ")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
