"""The subject of the reports on a territory, and the sentences and charts that several reports share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from maillage.publishing.journey import Journey
from maillage.publishing.page import charts, photographs
from maillage.publishing.page.blocks import Bar, Chart, Cover
from maillage.publishing.page.photographs import Photograph
from maillage.publishing.territory import main_findings, priorities, withheld
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.changes import Changes
from maillage.publishing.territory.criteria import Surveyed
from maillage.publishing.territory.figures import FigureJson
from maillage.publishing.territory.gaps import UNASKED
from maillage.publishing.territory.main_findings import MainFindings
from maillage.publishing.territory.mission import Mission, MissionStep, counted
from maillage.publishing.territory.reading import OfferLine, Reading, ZoneRow
from maillage.publishing.territory.service_groups import grouped
from maillage.publishing.territory.surveys import PublishedSurvey
from maillage.reference.definitions import LEVELS, definition
from maillage.words import rich, rounding, wording
from maillage.words.dates import in_words


@dataclass(frozen=True, slots=True)
class Voice:
    """Words of somebody, as they were published. source: the survey that holds them; example: they were
    invented for the demonstration; question: the one that they answer, "" where nobody knows it.
    """

    words: str
    speaker: str
    source: str
    example: bool = False
    question: str = ""

    @property
    def spoken(self) -> str:
        """The speaker, and the question: « Habitant, à « Quelle démarche ? » »."""
        return f"{self.speaker}, à « {self.question} »" if self.question else self.speaker

    @property
    def in_full(self) -> str:
        return f"« {self.words} » {self.spoken}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A study as reports take it. study: its etude.json, read; layers: SVG maps by name; knitted: the map of
    a cover, "" without contours; on: the day of the report; mission: how the study was led, None when nobody
    wrote it; surveys: those published of the territory; voices: the words of people, as published;
    photograph: that of its covers; n_places: places known there, where no offer is read of them;
    is_computing: True if a new computation will read it; surveyed: the answers of those surveys, those of a
    scale taken together; changes: those since an edition that was frozen, None without; workshops: those of
    the platform that are over, which are also among the steps of the mission; journeys: what their groups
    wrote.
    """

    reading: Reading
    study: Mapping[str, Any]
    layers: Mapping[str, str]
    knitted: str
    on: date
    mission: Mission | None = None
    surveys: tuple[PublishedSurvey, ...] = ()
    photograph: Photograph | None = None
    voices: tuple[Voice, ...] = ()
    n_places: int = 0
    is_computing: bool = False
    surveyed: Surveyed = field(default_factory=dict)
    changes: Changes | None = None
    workshops: tuple[MissionStep, ...] = ()
    journeys: tuple[Journey, ...] = ()

    @property
    def findings(self) -> MainFindings:
        """The main findings: ten at most, then the others."""
        return main_findings.read(self.reading, self.surveyed)

    @property
    def zones_above(self) -> list[ZoneRow]:
        """The zones that surely hold more than their share of the need, the largest first."""
        return priorities.zones_above(self.reading)

    @property
    def participation(self) -> list[str]:
        """Return the ways people took part, in words: interviews, groups, workshops, then answers to
        surveys.
        """
        steps = self.mission.counts() if self.mission else counted(self.workshops)
        surveys = [
            f"enquête {each.label}" for each in self.surveys if not (each.elsewhere or each.is_of_part)
        ]
        return [*(step.words for step in steps), *surveys]

    @property
    def is_too_large(self) -> bool:
        """True if places are known, and no distance to them can be drawn."""
        return self.reading.offer is None and self.n_places > 0 and not self.is_computing

    @property
    def is_surveyed(self) -> bool:
        """True if answers of residents stand beside the model."""
        return self.reading.survey is not None and not self.reading.survey.reason


def caution(s: Subject) -> str:
    """Return the first warning of a study; without the survey that it asks for, where residents answered one
    and its findings stand in the same document.
    """
    text = s.reading.warnings[0].replace("**", "") if s.reading.warnings else ""
    has_survey = s.is_surveyed or s.findings.of_survey("inhabitants")
    return f"{first_sentence(text)[0]}." if text and has_survey else text


def cover(s: Subject, over: str, *, drawn: bool = True) -> Cover:
    """Return the first page of a report; over: its kind; drawn: with the map of the territory."""
    r = s.reading
    svg = s.knitted if drawn else ""
    return Cover(
        **photographs.on_cover(s.photograph),
        title=r.territory.name,
        over=over,
        subtitle=r.territory.subtitle,
        edition=f"Édition du {in_words(s.on)}",
        print=f"Empreinte {r.fingerprint}",
        svg=svg,
        alt=f"Carte tricotée : {r.territory.name}, maille par maille." if svg else "",
    )


def headline(r: Reading) -> str:
    """Return the first figure in a sentence without what `beside` says, which stands with it wherever it is
    printed: « Environ 4 800 personnes ne se connectent jamais à Internet ».
    """
    c = r.headline
    if c.value:
        return f"{c.about.capitalize()} {c.value} {c.sentence}"
    return f"{c.between.capitalize()} {c.sentence}" if c.low else withheld.explain(r).headline


def headline_context(r: Reading) -> str:
    """Return the context that the first figure is never printed without: its interval, its share, and the
    published figures that contradict it.
    """
    return " ".join([_interval(r), *r.contradicted])


def _interval(r: Reading) -> str:
    c = r.headline
    if not c.low:
        return c.reason
    share = f"{c.share} des 15 ans et plus{f', soit {c.one_in}' if c.one_in else ''}"
    share += f" : {c.against_country}" if c.against_country else ""
    interval = f"{c.between.capitalize()}, {wording.NINE_TIMES}. C’est {share}."
    return interval if c.value else f"{upper_first(share)}."


FEW_BARS = 3  # those whose larger letters stand on a slide
OTHER_DEFINITION = "Une autre définition que celle du premier nombre : les deux ne s’additionnent pas."


def levels_source() -> str:
    """Return the producer of the shares that the levels of difficulty come from."""
    cut = definition(LEVELS)
    return f"parts nationales, {cut.producer} {cut.year}"


def levels_note(r: Reading) -> str:
    """Return the note that stands wherever people are counted by level of difficulty: the source of the
    shares, and that it is not how the first figure counts; the last where both are one definition is left
    out.
    """
    other = f" {OTHER_DEFINITION}" if r.levels.link else ""
    return f"Niveaux de difficulté : {levels_source()}.{other}"


OLDEST = ("60 à 74 ans", "75 ans et plus")
NUMERAL = re.compile(r"\d+(?:,\d+)?")


def ages_sentence(r: Reading) -> str:
    """Return the age of the people concerned, without its full stop: how many are sixty or more, as the bars
    of both classes add up, and by their low bounds; else the largest class. "" where no share is printed.
    """
    ages = [group for group in r.profile if group.family == "Âge" and group.share]
    oldest = [group for group in ages if group.label in OLDEST]
    least = sum(ends(group.share_span)[0] for group in oldest)
    if least > 50:
        share = wording.percent(sum(ends(group.share or "")[0] for group in oldest))
        return (
            f"Environ {share} des personnes concernées ont 60 ans ou plus (au moins {wording.percent(least)})"
        )
    first = max(ages, key=lambda group: group.share_value, default=None)
    return f"{first.label} : {first.share} des personnes concernées ({first.share_span})" if first else ""


def ends(span: str) -> tuple[float, float]:
    """Return the bounds of a share as they are printed, in percent; 0 for none.

    >>> ends("1,7 – 3,3 %"), ends("")
    ((1.7, 3.3), (0.0, 0.0))
    """
    numbers = [float(each.replace(",", ".")) for each in NUMERAL.findall(span)]
    return (numbers[0], numbers[-1]) if numbers else (0.0, 0.0)


def first_sentence(text: str) -> tuple[str, str]:
    """Return the first sentence of a text without its mark, and the rest; stars of strong words taken off.

    >>> first_sentence("Il faut **2** zones. Ce sont elles.")
    ('Il faut 2 zones', 'Ce sont elles.')
    """
    head, _, rest = text.replace("**", "").partition(". ")
    return head.removesuffix("."), rest


def provenance(s: Subject, *, what: str = "") -> str:
    """Return where the figures of a page come from: source, universe, year, interval, edition. what: the
    source of other figures than the first, whose interval is not theirs.
    """
    r = s.reading
    title = f"{r.source.producer}, {r.source.title} ({r.source.year})"
    source = what.rstrip(".") or rich.link(title, r.source.url)
    noun = "personne" if r.universe in ("0", "1") else "personnes"
    source_texts = (
        f"Source : {source}.",
        f"Champ : {r.universe} {noun}, {r.definition.universe}.",
        "" if what else r.source.margin,
        f"Estimation Maillage du {in_words(s.on)}, empreinte {r.fingerprint}.",
    )
    return " ".join(filter(None, source_texts))


def chart(rows: Sequence[Bar], *, alt: str, unit: str = "personnes") -> Chart:
    """Return the chart of numbers with their intervals, its key as caption. unit: of the bounds."""
    words = f"{alt} {' ; '.join(f'{bar.label} : {bar.words}' for bar in rows)}."
    return Chart(bars=tuple(rows), unit=unit, svg=_drawn(rows, words), alt=words, caption=_key(rows))


def _drawn(rows: Sequence[Bar], words: str, *, narrow: bool = False) -> str:
    bars = [(bar.label, bar.low, bar.high, bar.words) for bar in rows]
    return charts.interval_rows(bars, label=words, marks=[bar.value for bar in rows], narrow=narrow)


def _key(rows: Sequence[Bar]) -> str:
    """Return the meaning of each mark of a chart; the tick is told where there is one."""
    mark = " Trait : l’estimation." if any(bar.value is not None for bar in rows) else ""
    return f"{charts.INTERVAL_KEY}{mark}"


def for_a_room(drawn_chart: Chart | None, *, most: int = FEW_BARS) -> Chart | None:
    """Return the first bars of a chart in letters read from the end of a room. most: of these bars."""
    if drawn_chart is None:
        return None
    bars = drawn_chart.bars[:most]
    return replace(drawn_chart, bars=bars, svg=_drawn(bars, drawn_chart.alt, narrow=True))


def need_chart(s: Subject) -> Chart | None:
    """Return the people concerned and, among them, those who live modestly; None where both are withheld."""
    r = s.reading
    needs = s.study["besoins"]
    bars = (
        bar("Personnes concernées", needs["precarite_numerique"], r.headline.value or "", r.headline.between),
        bar("dont avec de faibles revenus", needs["cumul"], r.both.value or "", r.both.between),
    )
    rows = [each for each in bars if each is not None]
    return chart(rows, alt="Nombre de personnes.") if rows else None


def ages_chart(s: Subject) -> Chart | None:
    """Return the ages of a hundred people concerned, in letters read from afar; None where no share is
    printed.
    """
    rows = [
        Bar(
            label=each.label,
            low=ends(each.share_span)[0],
            high=ends(each.share_span)[1],
            words=f"{each.share} ({each.share_span})" if each.share else each.share_span,
            value=ends(each.share)[0] if each.share else None,
        )
        for each in s.reading.profile
        if each.family == "Âge" and each.share_span
    ]
    complete = chart(rows, alt="Sur 100 personnes concernées, leur âge.", unit="personnes sur 100")
    return for_a_room(complete, most=len(rows)) if rows else None


def levels_chart(s: Subject) -> Chart | None:
    """Return the people at each level that needs help; None where all are withheld."""
    levels = s.study["besoins"]["niveaux"]
    bars = (
        bar(line.label, levels[line.name], line.value or "", line.between)
        for line in s.reading.levels.lines[:3]
    )
    rows = [each for each in bars if each is not None]
    return chart(rows, alt="Nombre de personnes à chaque niveau.") if rows else None


def offer_chart(lines: Sequence[OfferLine]) -> Chart | None:
    """Return, for each group of lines of the offer that share one answer, the people in difficulty who have
    none within reach and their share: a bar each would rank what nothing ranks.
    """
    bars = []
    for group in grouped(lines):
        first, *tied_lines = group.lines
        shares = dict.fromkeys(line.missing_share for line in group.lines)
        mark = (
            _printed(first.missing_value, first.missing_low, first.missing_high)
            if first.missing_sentence and not tied_lines
            else None
        )
        words = " ; ".join((group.people, *(shares if len(shares) == 1 else ())))
        bars.append(Bar(label=group.services, low=group.low, high=group.high, words=words, value=mark))
    return chart(bars, alt="Personnes en difficulté sans l’offre à portée.") if bars else None


def offer_bars(lines: Sequence[OfferLine]) -> dict[str, str]:
    """Return the bar of the people without each line of the offer, on one scale; none for what a census does
    not tell.
    """
    known_lines = [line for line in lines if line.state != UNASKED]
    top = max((line.missing_high for line in known_lines), default=0.0)
    return {
        line.id: charts.small_bar(line.missing_drawn, top=top, id="rayures", tick=bool(line.missing_sentence))
        for line in known_lines
    }


def bar(label: str, figure: FigureJson, value: str, between: str) -> Bar | None:
    """Return a figure of etude.json as a row of a chart, None when it is withheld."""
    if figure["valeur"] is None or figure["bas"] is None or figure["haut"] is None:
        return None
    low, high = rounded(figure["bas"], figure["haut"])
    words = f"environ {value}, {between}" if value else between
    mark = _printed(figure["valeur"], figure["bas"], figure["haut"]) if value else None
    return Bar(label=label, low=low, high=high, words=words, value=mark)


def _printed(value: float, low: float, high: float) -> float:
    """Return a number of people as it is printed between these bounds."""
    return rounding.nearest(value, rounding.step((high - low) / 2))


def rounded(low: float, high: float) -> tuple[float, float]:
    """Return the bounds of a number of people as they are printed."""
    return rounding.outwards(low, high, rounding.step((high - low) / 2))
