"""A study as a mission: who commissioned it, why this perimeter, who was heard and when. Its pages write
themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from maillage.publishing.page.blocks import Block, Bullets, Callout, Cell, Chapter, Grid, Heading, Text
from maillage.publishing.survey import charts
from maillage.reference.missions import KINDS, MEETINGS_WITH_PEOPLE
from maillage.words.dates import in_words
from maillage.words.wording import listing, of, with_article

WORKSHOP = "atelier"
STAGES = ("1, le diagnostic", "2, la co-construction")


@dataclass(frozen=True, slots=True)
class MissionStep:
    """A step: what, when, how many times, with whom, a few words. kind: a key of KINDS."""

    kind: str
    on: date
    n: int
    attendees: str
    words: str

    @property
    def what(self) -> str:
        """It in words: « 3 entretiens »."""
        return f"{self.n} {KINDS[self.kind][self.n > 1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """The mission of a study; "" and None for what nobody wrote. reason: why this perimeter; thanks: to whom,
    beyond those who were heard; on: the day of the reading, after which a step is still to come; ground: the
    town where it is tried before others take it up; foreword: its paragraphs, signed by foreword_by, a
    function.
    """

    initiator: str
    ground: str
    commissioner: str
    pilot: str
    reason: str
    starts_on: date | None
    ends_on: date | None
    thanks: str
    steps: tuple[MissionStep, ...]
    on: date
    foreword: str = ""
    foreword_by: str = ""

    @property
    def past(self) -> tuple[MissionStep, ...]:
        """Its steps that took place, those of the day too."""
        return tuple(step for step in self.steps if step.on <= self.on)

    @property
    def to_come(self) -> str:
        """Its steps that are planned, day by day, in a sentence; "" for none."""
        planned = sorted((step for step in self.steps if step.on > self.on), key=lambda step: step.on)
        step_texts = [
            f"{step.what}, le {in_words(step.on)}{f' ({step.attendees})' if step.attendees else ''}"
            for step in planned
        ]
        return f"À venir : {' ; '.join(step_texts)}." if step_texts else ""

    @property
    def period(self) -> str:
        """Return its dates, in words; "" when nobody wrote it."""
        begins, ends = (in_words(day) if day else "" for day in (self.starts_on, self.ends_on))
        if begins and ends:
            return f"du {begins} au {ends}"
        return f"à partir du {begins}" if begins else f"jusqu’au {ends}" if ends else ""

    @property
    def tense(self) -> str:
        """Return the tense of its verb on the day of the reading: « sera » before its first day or step, «
        est » until the last one, « a été » after, and where no day says otherwise.
        """
        steps = [step.on for step in self.steps]
        begins = min([*([self.starts_on] if self.starts_on else []), *steps], default=None)
        ends = max([*([self.ends_on] if self.ends_on else []), *steps], default=None)
        if begins and begins > self.on:
            return "sera"
        return "est" if ends and ends > self.on else "a été"

    @property
    def lead(self) -> str:
        """The commissioner, the leader and the period: in a sentence, whose tense follows its days."""
        period = f", {self.period}" if self.period else ""
        led = f"mené par {with_article(self.pilot)}" if self.pilot else ""
        if not self.commissioner:
            if not led and period:
                nobody = "ni son commanditaire ni son pilote ne sont encore écrits"
                return f"Ce diagnostic {self.tense} mené {self.period} ; {nobody}."
            predicate = f"{self.tense} {led}" if led else "n’a encore ni commanditaire ni pilote écrits"
            return f"Ce diagnostic {predicate}{period}."
        request_text = f"Ce diagnostic a été demandé par {with_article(self.commissioner)}"
        if self.tense == "a été":
            return f"{' et '.join(filter(None, (request_text, led)))}{period}."
        when = f"{led}{period}" if led else f"mené {self.period}" if self.period else ""
        return f"{request_text}{f' ; il {self.tense} {when}' if when else ''}."

    @property
    def origin(self) -> str:
        """The initiator, and where it is tried before others take it up; "" for neither."""
        wanted = f"Il est né à l’initiative {of(self.initiator)}." if self.initiator else ""
        tried = (
            f"Terrain pilote : {self.ground} ; la démarche est faite pour être reprise ailleurs."
            if self.ground
            else ""
        )
        return " ".join(filter(None, (wanted, tried)))

    @property
    def codesign_from(self) -> date | None:
        """The day of its first workshop: before it, a diagnosis; from it on, the plan and who steers it are
        written together. None without a workshop.
        """
        return min((step.on for step in self.steps if step.kind == WORKSHOP), default=None)

    def stage(self, step: MissionStep) -> str:
        """Return which of the two times of a mission a step is of: whoever is heard serves the diagnosis,
        even late; a meeting is of the time when it is held.
        """
        begun = self.codesign_from
        late = step.kind == "reunion" and begun is not None and step.on >= begun
        return STAGES[late or step.kind == WORKSHOP]

    def counts(self) -> list[charts.Step]:
        """Return how many times people were heard, way by way, in the order of KINDS."""
        return counted(self.past)

    @property
    def participants(self) -> list[str]:
        """Return the persons heard, each once, in order, whatever the article or the capital."""
        names: dict[str, str] = {}
        for step in self.past:
            if step.attendees and step.kind in MEETINGS_WITH_PEOPLE:
                names.setdefault(_bare(step.attendees), step.attendees)
        return list(names.values())

    @property
    def more_thanks(self) -> str:
        """The thanks that were written, "" where they only name again somebody who was heard."""
        return "" if _bare(self.thanks) in map(_bare, self.participants) else self.thanks


def counted(past: Sequence[MissionStep]) -> list[charts.Step]:
    """Return how many times people were heard in steps that took place, way by way, in the order of KINDS."""
    out = []
    for kind in MEETINGS_WITH_PEOPLE:
        steps = [step for step in past if step.kind == kind]
        n = sum(step.n for step in steps)
        participants = list(dict.fromkeys(step.attendees for step in steps if step.attendees))
        if n:
            audience = listing(participants) if participants else ""
            out.append(charts.Step(n=n, many=KINDS[kind][n > 1], audience=audience))
    return out


def with_workshops(m: Mission | None, workshops: Sequence[MissionStep]) -> Mission | None:
    """Return a mission with the workshops led on the platform, but on a day that has one written."""
    if m is None:
        return None
    written_days = {step.on for step in m.steps if step.kind == WORKSHOP}
    return replace(m, steps=(*m.steps, *(each for each in workshops if each.on not in written_days)))


def _bare(name: str) -> str:
    """Return a name without its article, its capital and its full stop.

    >>> _bare("Les secrétaires de mairie."), _bare("Secrétaires de mairie"), _bare("L’État")
    ('secrétaires de mairie', 'secrétaires de mairie', 'état')
    """
    return ARTICLE.sub("", name.strip().removesuffix(".").casefold())


ARTICLE = re.compile(r"^(?:(?:les|des|le|la|une?) |l[’'])")
TWO_TIMES = (
    "La démarche a deux temps : le diagnostic des ressources et des besoins, puis la co-construction du plan"
    " et de la manière de le piloter."
)
FOREWORD = "Avant-propos"
SHORT_FOREWORD = 600  # letters, six lines
NOBODY_YET = "Personne n’a encore été entendu."
UNTOLD = "Personne n’a encore écrit qui a été entendu : ce diagnostic ne tient alors qu’aux données."


def untold(m: Mission) -> str:
    """Return the sentence where nobody was heard: nobody wrote it, or all of it is still to come."""
    return NOBODY_YET if m.to_come else UNTOLD


def calendar(m: Mission) -> Grid:
    """Return the steps of a mission, day by day; with their time, once a workshop makes two."""
    staged = m.codesign_from is not None
    return Grid(
        caption="Le calendrier de la mission",
        columns=("Quand", *(("Temps",) if staged else ()), "Quoi", "Avec qui", "Pour quoi"),
        align="ggggg" if staged else "gggg",
        widths=(1.5, 1.7, 2, 2.3, 2.6) if staged else (1.5, 2, 2.6, 3),
        rows=tuple(
            (
                Cell(text=in_words(step.on), strong=True),
                *((Cell(text=m.stage(step)),) if staged else ()),
                Cell(text=step.what if step.on <= m.on else f"{step.what}, à venir"),
                Cell(text=step.attendees or "non renseigné"),
                Cell(text=step.words),
            )
            for step in sorted(m.steps, key=lambda step: step.on)
        ),
    )


def paragraphs(m: Mission) -> list[str]:
    """Return the paragraphs of a foreword, () without one."""
    return [part for line in m.foreword.splitlines() if (part := line.strip())]


def short_foreword(m: Mission | None) -> tuple[Callout, ...]:
    """Return the words that share the first page of a document, signed; none where they need their own."""
    if m is None or not 0 < len(m.foreword) <= SHORT_FOREWORD:
        return ()
    signed = f" **{m.foreword_by}**" if m.foreword_by else ""
    return (Callout(tone="commentaire", title=FOREWORD, text=f"{' '.join(paragraphs(m))}{signed}"),)


def foreword(m: Mission | None) -> list[Chapter]:
    """Return the words that open a document, signed; none where nobody wrote them."""
    if m is None or not m.foreword:
        return []
    texts = [Text(text=part) for part in paragraphs(m)]
    signed = [Text(text=f"**{m.foreword_by}**")] if m.foreword_by else []
    return [
        Chapter(number="", short=FOREWORD, title=FOREWORD, flows=True, blocks=(*texts, *signed)),
    ]


def approach(m: Mission) -> Chapter:
    """Return the chapter of the method: who asked, why this perimeter, who was heard, the calendar."""
    blocks: list[Block] = [Text(text=m.origin)] if m.origin else []
    if m.codesign_from:
        blocks.append(Text(text=TWO_TIMES))
    if m.reason:
        blocks += [Heading(text="Pourquoi ce périmètre"), Text(text=m.reason)]
    if not m.counts():
        blocks.append(Text(text=untold(m)))
    if m.steps:
        blocks.append(calendar(m))
    return Chapter(
        number="n",
        short="La démarche",
        title=f"Comment ce diagnostic {m.tense} mené",
        lead=m.lead,
        flows=True,
        blocks=tuple(blocks),
    )


def acknowledgements(m: Mission) -> Chapter:
    """Return the page of thanks: those who were heard, then what was written."""
    blocks: list[Block] = []
    if m.participants:
        blocks += [
            Text(text="Merci à celles et ceux qui ont donné de leur temps :"),
            Bullets(items=tuple(m.participants)),
        ]
    if m.more_thanks:
        blocks.append(Text(text=m.more_thanks))
    return Chapter(
        number="",
        short="Remerciements",
        title="Remerciements",
        flows=True,
        blocks=tuple(blocks) or (Text(text="Personne n’a encore été nommé."),),
    )
