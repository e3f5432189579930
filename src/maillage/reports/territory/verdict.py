"""Verdicts on a number read elsewhere, against each definition, for France or for a territory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from maillage.kernel.estimate import Estimate
from maillage.kernel.names import plain
from maillage.reference.definitions import LEVELS, Definition, offered
from maillage.reference.discrepancies import Printed, discrepancies
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.criteria import Answered
from maillage.reports.territory.published import percent
from maillage.words import rounding, wording
from maillage.words.claims import Amount, Claim, is_low, parse, topic
from maillage.words.wording import lower_first

COUNTRY_STEP = 100_000.0  # people
ROUNDED = 0.5  # points: what a share printed without decimals may hide
Kind = Literal["compatible", "haut", "bas", "autre", "inconnu"]
LABELS: dict[Kind, str] = {
    "compatible": "Compatible",
    "haut": "Trop haut",
    "bas": "Trop bas",
    "autre": "Une autre définition",
    "inconnu": "On ne peut pas dire",
}
MEANINGS: dict[Kind, str] = {
    "compatible": (
        "Le chiffre, ou son arrondi, est dans la fourchette de la définition de ce site, ou de la réponse"
        " publiée d’une enquête du territoire."
    ),
    "autre": "Le chiffre correspond à une autre définition : il ne compte pas les mêmes personnes.",
    "haut": "Le chiffre dépasse la fourchette, et aucune autre définition ne le donne.",
    "bas": "Le chiffre est sous la fourchette, et aucune autre définition ne le donne.",
    "inconnu": (
        "Le chiffre ne compte pas les personnes en difficulté, et aucune enquête publiée du territoire ne"
        " pose sa question dans ces mots ; ou il manque de quoi comparer."
    ),
}
# Words of digital difficulty beyond those of the definitions: with a « no » for the second ones.
TROUBLE = frozenset(
    topic(
        "difficulté illectronisme exclusion exclus fracture éloignés éloignement précarité vulnérables"
        " fragiles fragilité décrochés"
    )
)
SKILLS = frozenset(topic("aise autonomes autonomie compétences maîtrisent ligne connexion"))
CHECKED = (
    "Cette page compare une part ou un nombre de personnes en difficulté avec le numérique ; à la page d’un"
    " territoire, aussi une réponse de ses enquêtes publiées, avec les mots de la question. Écrivez par"
    " exemple « 40 % à Grenoble »."
)
BARE = ("oui", "non", "jamais")  # answers that take every word of their question
Answers = Mapping[tuple[str, str, str], Answered]


@dataclass(frozen=True, slots=True)
class Measured:
    """The people that a definition counts somewhere. share: percent; is_published: its producer prints it,
    and its interval is only what rounding may hide.
    """

    definition: Definition
    share: Estimate
    people: Estimate
    is_published: bool = False

    def cited(self, where: str) -> str:
        """The sentence that may be copied. where: the place at its head."""
        terms = self.definition
        return (
            f"{where}, {self.people_words}, soit {self.share_words} des 15 ans et plus, {terms.statement}"
            f" ({terms.producer} {terms.year}, calcul Maillage)."
        )

    @property
    def share_words(self) -> str:
        """Its share as a sentence prints it."""
        if self.is_printed_whole:
            return percent(self.share.value)
        return wording.rate(self.share).in_full

    @property
    def people_words(self) -> str:
        """Its people as a sentence prints them."""
        if self.is_printed_whole:
            return f"environ {wording.number(rounding.nearest(self.people.value, COUNTRY_STEP))} personnes"
        return wording.people(self.people).in_full

    @property
    def is_printed_whole(self) -> bool:
        """True when its figure needs no interval beside it."""
        return self.is_published and self.share.half_width <= ROUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a number. title: the facts in one sentence; reason: why; matches: the definitions that
    give it; caution: the sentence not to write, "" for none; is_by_rounding: only what its rounding may hide
    reaches the range; cited: the sentence that may be copied, of a survey.
    """

    kind: Kind
    title: str
    reason: str
    matches: tuple[Measured, ...] = ()
    caution: str = ""
    is_by_rounding: bool = False
    cited: str = ""

    @property
    def label(self) -> str:
        """The verdict in few words."""
        return f"{LABELS[self.kind]} à l’arrondi près" if self.is_by_rounding else LABELS[self.kind]

    @property
    def has_levels(self) -> bool:
        """True when its number is the sum of the three levels of difficulty."""
        return any(each.definition.id == LEVELS for each in self.matches)


def judge(
    claim: Claim,
    measures: Sequence[Measured],
    *,
    where: str,
    surveys: Sequence[Answers] = (),
    names: str = "",
    no_place: str = "",
) -> Verdict:
    """Return the verdict on a number. measures: of the default definition first; none where nothing may be
    shown; where: the place at the head of a sentence, « En France »; surveys: what each published one of the
    place answers, the latest first; names: of the places that the number names; no_place: how many communes
    have no place.
    """
    if surveyed := _of_survey(claim, surveys, where, names):
        return surveyed
    if not _is_of_difficulty(claim, names):
        is_of_places = {"commu", "lieu"} <= set(topic(claim.text, names)) and no_place
        return Verdict(
            kind="inconnu",
            title="Ce chiffre ne porte pas sur la difficulté avec le numérique : il n’est pas comparé.",
            reason=f"{f'Ici, {no_place}. ' if is_of_places else ''}{_known(measures, where)}{CHECKED}",
        )
    if unknown := _unknown(claim, measures, where):
        return unknown
    usual, *rivals = measures
    fact = f"{where}, {_printed(usual, claim)} {usual.definition.statement}"
    if _fits(claim, usual):
        rounded = _rounded_words(claim, usual)
        return Verdict(
            kind="compatible",
            title=f"{fact}.",
            reason=f"{rounded}{_source(usual)}",
            matches=(usual,),
            is_by_rounding=bool(rounded),
        )
    if matches := tuple(each for each in rivals if _fits(claim, each)):
        first = matches[0]
        return Verdict(
            kind="autre",
            title=(
                f"{where}, {_printed(first, claim)} {first.definition.statement}"
                f" ({first.definition.short}). {upper_first(_printed(usual, claim))}"
                f" {usual.definition.statement} ({usual.definition.short})."
            ),
            reason=_source(first),
            matches=matches,
            caution=""
            if first.definition.statement == usual.definition.statement
            else f"que ces personnes {usual.definition.statement} : c’est une autre question.",
        )
    low, high = _ends(claim, usual)
    if low <= 0 <= high:
        return Verdict(
            kind="inconnu",
            title=f"{fact}.",
            reason="Le nombre et la part ne vont pas ensemble ici. Leur base est une autre population.",
        )
    return Verdict(kind="haut" if low > 0 else "bas", title=f"{fact}.", reason=_source(usual))


def same_number(claim: Claim) -> tuple[Printed, ...]:
    """Return the places where founding studies print the share of a claim, whatever it is of there."""
    value = claim.share.value if claim.share else None
    printed = (each for row in discrepancies() for each in row.says)
    return tuple(
        each for each in printed if value and (share := parse(each.value).share) and share.value == value
    )


@cache
def _words_of_difficulty() -> frozenset[str]:
    texts = (text for each in offered() for text in (each.label, each.short, each.statement))
    return TROUBLE | SKILLS | {word for text in texts for word in topic(text.lower())}


def names_difficulty(words: str) -> bool:
    """Return True for a noun of digital difficulty, and no part of the people: « d’illectronisme »."""
    return not TROUBLE.isdisjoint(topic(words.lower()))


def _is_of_difficulty(claim: Claim, names: str) -> bool:
    """Return True where the words of a number leave it to be of digital difficulty: none, or only its own,
    beside those of the people it counts.
    """
    if claim.says_some:
        return False
    words = set(topic(claim.text, names)) - set(topic(claim.some.lower()))
    if not words:
        return True
    return words <= _words_of_difficulty() and (bool(words & TROUBLE) or is_low(claim.text))


def _of_survey(claim: Claim, surveys: Sequence[Answers], where: str, names: str) -> Verdict | None:
    """Return the verdict of the published surveys on a share whose words are those of a question: of the
    nearest answer that gives it, else of the latest that asks it; None where several questions may be meant.
    """
    share = claim.share
    if share is None:
        return None
    rows = [row for survey in surveys for row in matching_rows(claim.text, survey, names)]
    fitting = [row for row in rows if share.low <= row.high and row.low <= share.high]
    if not rows or (not fitting and len({row.question for row in rows}) > 1):
        return None
    row = min(fitting, key=lambda row: abs(row.percent - share.value)) if fitting else rows[0]
    kind: Kind = "bas" if share.high < row.low else "haut" if share.low > row.high else "compatible"
    return Verdict(
        kind=kind,
        title=f"{where}, l’enquête publiée donne {row.figure} : « {row.label} ».",
        reason=f"Question posée : « {row.question} ». Champ : {row.universe}. Source : {row.source}.",
        cited=(
            f"{where}, {row.in_full} : « {row.label} », à la question « {row.question} »"
            f" (champ : {row.universe} ; {row.source})."
        ),
    )


def matching_rows(text: str, answers: Answers, names: str = "") -> list[Answered]:
    """Return the answers of a survey that a sentence speaks of: every word of it is in the question or the
    answer, and both say « no » or neither. The halves of a scale come before its answers, those of everybody
    before those of a group, which the sentence names first.
    """
    words, low = topic(text, names), is_low(text)
    questions = {key[:2]: row.question for key, row in answers.items()}
    rows_by_question: dict[tuple[str, str, str], list[Answered]] = {}
    for (kind, question, answer), row in answers.items():
        _, _, group = answer.partition(" | ")
        label, question_words = set(topic(row.label.lower())), _stems(question, row.question)
        by, _, name = group.partition(" : ")
        among = _stems(by, name, questions.get((kind, by), "")) if group else set()
        rest = set(words) - (among if words[:1] and words[0] in among else set())
        is_of_group = not group or (len(rest) < len(words) and not is_low(name))
        is_named = label & rest or plain(row.label) in BARE
        if rest and is_of_group and is_named and rest <= question_words | label and is_low(row.label) == low:
            about = f", « {questions.get((kind, by), by)} » « {name} »" if group else ""
            labelled_row = replace(row, universe=f"{row.universe}{about}")
            rows_by_question.setdefault((kind, question, group), []).append(labelled_row)
    ordered = sorted(rows_by_question.items(), key=lambda item: (bool(item[0][2]), _extra(item[1], words)))
    return [row for _, rows in ordered for row in _halves(rows, text)]


def _stems(*texts: str) -> set[str]:
    return {word for text in texts for word in topic(text.lower().replace("_", " "))}


def _extra(rows: Iterable[Answered], words: Sequence[str]) -> int:
    """Return how many words of a question and its nearest answer a sentence does not say."""
    return min(len(_stems(row.question, row.label) - set(words)) for row in rows)


def _halves(rows: Sequence[Answered], text: str) -> list[Answered]:
    """Return the half of a scale that a sentence means, then the answers that it spells: the half that is
    published, else the sum of its answers, of which the sums of the bounds hold the interval.
    """
    half = max(rows, key=lambda row: row.label.count(" ou "))
    stems = {topic(row.label.lower()) for row in rows}
    if len(rows) == 1 or len(stems) > 1:
        return list(rows)
    if " ou " not in half.label:
        half = replace(
            half,
            label=" ou ".join([rows[0].label, *(lower_first(row.label) for row in rows[1:])]),
            percent=sum(row.percent for row in rows),
            low=sum(row.low for row in rows),
            high=min(100.0, sum(row.high for row in rows)),
            computed=f"{half.computed}, marges additionnées",
        )
    return [half, *(row for row in rows if row != half and plain(row.label) in plain(text))]


def _known(measures: Sequence[Measured], where: str) -> str:
    """Return the sentence on what is known where a number cannot be compared, "" where nothing is shown."""
    if not measures:
        return ""
    usual = measures[0]
    return (
        f"Ce que nous savons : {lower_first(where)}, {usual.people_words}, soit {usual.share_words} des 15"
        f" ans et plus, {usual.definition.statement}. "
    )


def _unknown(claim: Claim, measures: Sequence[Measured], where: str) -> Verdict | None:
    """Return why nothing can be said of a number, None when something can."""
    if claim.some:
        is_name = claim.some[:1].isupper()
        return Verdict(
            kind="inconnu",
            title=f"« {claim.some} » : nous ne savons pas de quel territoire ce sont les habitants."
            if is_name
            else f"Ce chiffre parle de « {claim.some} », pas de toute la population.",
            reason=(
                f"{'' if is_name else 'Nous comptons toutes les personnes de 15 ans et plus. '}"
                f"{_known(measures, where)}Pour un territoire, écrivez son nom : « 40 % à Grenoble »."
            ),
        )
    if claim.share and claim.share.value > 100:
        return Verdict(
            kind="inconnu",
            title="Une part ne dépasse pas 100 %.",
            reason="Le chiffre est peut-être mal recopié. Vérifiez-le dans le document.",
        )
    if not measures:
        return Verdict(
            kind="inconnu",
            title="Aucun chiffre n’est montré pour ce territoire.",
            reason=(
                "Il a trop peu d’habitants, ou il est hors du champ des enquêtes. Essayez un territoire plus"
                " grand."
            ),
        )
    return None


def _pairs(claim: Claim, measured: Measured) -> list[tuple[Amount, Estimate]]:
    """Return each number of a claim beside ours."""
    pairs = ((claim.share, measured.share), (claim.people, measured.people))
    return [(amount, figure) for amount, figure in pairs if amount is not None]


def _fits(claim: Claim, measured: Measured) -> bool:
    return all(
        amount.low <= figure.high and figure.low <= amount.high for amount, figure in _pairs(claim, measured)
    )


def _rounded_words(claim: Claim, measured: Measured) -> str:
    """Return the sentence on the rounding of the numbers out of our printed range, "" where all are in it."""
    sentences = []
    for amount, figure in _pairs(claim, measured):
        is_share = figure.unit == "pourcent"
        by = wording.rate_step(figure) if is_share else rounding.step(figure.half_width)
        low, high = rounding.outwards(figure.low, figure.high, by)
        if measured.is_printed_whole or amount.is_least or amount.is_most or low <= amount.value <= high:
            continue
        span = f"{_exact(amount.low)} à {_exact(amount.high)}{f'{wording.NBSP}%' if is_share else ''}"
        sentences.append(f"Le chiffre n’est dans la fourchette qu’à l’arrondi près : il va de {span}. ")
    return "".join(sentences)


def _exact(value: float) -> str:
    """Return a number with no more decimals than it has, two at most."""
    return wording.number(value, next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2)))


def _ends(claim: Claim, measured: Measured) -> tuple[int, int]:
    """Return on which side of ours the numbers of a claim are: -1 under, 0 within, 1 over; least and most."""
    sides = [
        (amount.low > figure.high) - (amount.high < figure.low) for amount, figure in _pairs(claim, measured)
    ]
    return min(sides), max(sides)


def _printed(measured: Measured, claim: Claim) -> str:
    """Return our figure in the unit of a claim: its share, else its people."""
    return f"{measured.share_words} des 15 ans et plus" if claim.share else measured.people_words


def _source(measured: Measured) -> str:
    terms = measured.definition
    return f"{terms.label}. {terms.meaning} Source : {terms.producer}, {terms.title} ({terms.year})."
