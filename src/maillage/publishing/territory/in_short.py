"""A figure, and the verdict on one, in the reader's language: what explains them stays in French."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maillage.publishing.territory import gaps
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.labels import VERDICT_MEANINGS
from maillage.publishing.territory.measured import COUNTRY_STEP, Measured
from maillage.publishing.territory.published import AS_COUNTRY, LESS, MORE, percent
from maillage.publishing.territory.reading import Headline, OfferReading, Reading
from maillage.publishing.territory.verdict import Verdict
from maillage.reference.definitions import Definition
from maillage.words import rounding, wording
from maillage.words.languages import comma, say, spoken, to_say, typed

MOST_ZONES = 3  # named
THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u202f ](?=\d{3}\b)")  # the space of a number as French writes it

PERCENT = re.compile(r"([\d.,]+)[\u00a0\u202f ]%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The first figure. before: « environ », "" where `number` is a range; number: "" where none is given;
    sentences: its interval, its share, France beside it.
    """

    before: str
    number: str
    counted: str
    sentences: tuple[str, ...]
    source: str


def figure(headline: Headline, definition: Definition) -> Figure:
    """Return the figure with its interval, its share, what it counts and its source; or that none is given.

    It is spoken in the language of `speaking`: numbers alone are taken from the French page.
    """
    source = say(
        "C’est une estimation, d’après « {source} » et le recensement : personne n’a compté sur place.",
        source=typed(definition.label),
    )
    if headline.bar is None:
        withheld = say("Le nombre n’est pas donné ici : nos sources ne le permettent pas.")
        return Figure(before="", number="", counted="", sentences=(withheld,), source="")
    low, high, value = map(_spoken, (headline.low, headline.high, headline.value))
    between = say("Entre {low} et {high} personnes.", low=low, high=high)
    return Figure(
        before=say("environ") if value else "",
        number=value or f"{low}\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}{high}",
        counted=say("Des personnes qui {statement}.", statement=say(definition.statement)),
        sentences=(
            *([between] if value else ()),
            *_share(headline.share),
            *_country_sentence(headline),
        ),
        source=source,
    )


def _country_sentence(headline: Headline) -> Iterator[str]:
    """Return the sentence that sets a share beside that of France; nothing where none is told."""
    for sentence in (AS_COUNTRY, MORE, LESS):
        start, end = sentence.split("{share}")
        against_country = headline.against_country
        if against_country.startswith(start) and against_country.endswith(end):
            share = _spoken(against_country.removeprefix(start).removesuffix(end))
            yield f"{upper_first(say(sentence, share=share))}."


def where(reading: Reading) -> list[str]:
    """Return the zones where the estimate is highest, with their intervals; nothing for a zone alone."""
    zones = [zone for zone in reading.zones if zone.people_value]
    if len(zones) <= 1:
        return []
    highest = sorted(zones, key=lambda zone: (-(zone.people_value or 0), zone.code))[:MOST_ZONES]
    names = comma().join(
        typed(f"{zone.full_name} ({_spoken(zone.between or zone.people)})") for zone in highest
    )
    return [
        say("Le plus de personnes, d’après l’estimation : {zones}.", zones=names),
        say("Ces nombres ont une marge : l’ordre peut être autre."),
    ]


def lacking(offer: OfferReading) -> list[str]:
    """Return the service that most people surely lack, or why none is sure."""
    worst = gaps.surest_lack(offer)
    if worst is not None:
        service = say(worst.label)
        people, *high = re.split(r"\s*–\s*", _spoken(worst.missing_between or worst.missing))
        if high:
            sentence = to_say("{service} : entre {low} et {high} personnes n’en ont pas à portée.")
            return [say(sentence, service=service, low=people, high=high[0])]
        return [say("{service} : {people} personnes n’en ont pas à portée.", service=service, people=people)]
    if n := len(offer.bare):
        return [say("{n} commune n’a aucun lieu connu.", "{n} communes n’ont aucun lieu connu.", n=n)]
    reason = gaps.without_sure_gap(offer)
    return [f"{say(reason)}." if reason else say("Chaque offre recensée est à portée.")]


def counted(n_places: int) -> list[str]:
    """Return how many places are known, nothing for none."""
    return [say("{n} lieu d’aide connu.", "{n} lieux d’aide connus.", n=n_places)] if n_places else []


def verdict_sentences(verdict: Verdict, measured: Measured | None) -> list[str]:
    """Return the meaning of a verdict, then the figure it was compared with; measured: None when it was with
    none of ours. Spoken as `figure` is.
    """
    return [say(VERDICT_MEANINGS[verdict.kind]), *(_measured(measured) if measured else ())]


def caution(verdict: Verdict) -> str:
    """Return the sentence not to write, "" for none."""
    if verdict.confused is None:
        return ""
    return say(
        "N’écrivez pas que ces personnes {statement} : c’est une autre question.",
        statement=say(verdict.confused.statement),
    )


def _measured(measured: Measured) -> Iterator[str]:
    share, people = wording.rate(measured.share), wording.people(measured.people)
    if measured.is_printed_whole:
        value = wording.number(rounding.nearest(measured.people.value, COUNTRY_STEP))
        yield say("Environ {value} personnes.", value=value)
        yield say("{share} des 15 ans et plus.", share=_spoken(percent(round(measured.share.value, 6))))
    else:
        yield _counted(people.value, people.low, people.high)
        yield from _share(share.between)
    statement = say(measured.definition.statement)
    yield say("Des personnes qui {statement}.", statement=statement)
    yield say("La source, en français : {source}.", source=typed(measured.definition.label))


def _counted(value: str | None, low: str, high: str) -> str:
    if value:
        return say("Environ {value} personnes, entre {low} et {high}.", value=value, low=low, high=high)
    return say("Entre {low} et {high} personnes.", low=low, high=high)


def _spoken(number: str | None) -> str:
    """Return numbers written in French with the decimal mark, the thousands and the percent sign of the
    language spoken, "" for none.
    """
    language, number = spoken(), number or ""
    if language.is_french:
        return number
    decimal = number if language.comma else number.replace(",", ".")
    share = PERCENT.sub(language.percent.format(r"\1"), decimal)
    return THOUSANDS.sub(language.thousands, share)


def _share(share: str) -> list[str]:
    """Return the share of a headline, whose range is written in French words; nothing when it is told by one
    end alone.
    """
    if share[:1].isdigit():
        return [say("{share} des 15 ans et plus.", share=_spoken(share))]
    numbers = re.findall(r"\d+(?:[,.]\d+)?", _spoken(share))
    if len(numbers) == 2:
        low, high = numbers
        return [say("Entre {low} et {high} % des 15 ans et plus.", low=low, high=high)]
    return []
