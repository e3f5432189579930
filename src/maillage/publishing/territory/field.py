"""The statements of the territory on itself, as chapters of its dossier: its actors, its services, its
actions, its grid. Nothing here is estimated: it is counted, answered or told.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from maillage.publishing.directory.census import CensusReading
from maillage.publishing.journey import Journey
from maillage.publishing.page.blocks import Block, Bullets, Cell, Chapter, Grid, Heading, Link, Text
from maillage.publishing.page.photographs import Photograph
from maillage.publishing.page.theme import Theme
from maillage.publishing.plan.reading import PlanReading
from maillage.publishing.territory.certainty import upper_first
from maillage.publishing.territory.changes import Changes
from maillage.publishing.territory.connection import ConnectionReading
from maillage.publishing.territory.connection import chapters as connection_chapters
from maillage.publishing.territory.criteria import (
    PARTLY,
    STRONG,
    WEAK,
    Answered,
    Axis,
    CriterionReading,
    Surveyed,
)
from maillage.publishing.territory.findings import FindingReading
from maillage.publishing.territory.mission import Mission, MissionStep, approach
from maillage.publishing.territory.services import ServicesReading
from maillage.publishing.territory.subject import Voice
from maillage.publishing.territory.surveys import PublishedSurvey, unpublished
from maillage.words import wording
from maillage.words.wording import count, listing, lower_first

MOST_QUOTES = 3
MOST_NAMED = 5  # actors of a type
FIRM = frozenset((STRONG, PARTLY, WEAK))  # verdicts that a rule settles


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """A part of the method of a census: its title, its sentences by paragraph."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """An awareness action as the register holds it, in words. met: "" when nobody counted."""

    kind: str
    name: str
    place: str
    when: str
    public: str
    met: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReading:
    """The knowledge of the platform on a territory, beside its study. is_filtered: the study counts a part of
    the residents only, when places and answers are those of everybody. map_address: that of the map of
    actors, "" where this installation is open to its own computer alone. mission, photograph and theme: None
    where nobody wrote or chose them. surveyed: the answers of its published surveys, the answers of a scale
    taken together; plan: the published one, None without; voices: the published words of people; changes:
    those since an edition, None without; workshops: those of the platform that are over, which are also among
    the steps of the mission; journeys: what their groups wrote; connection: None where no file was dropped.
    """

    census: CensusReading | None
    method: tuple[Paragraphs, ...]
    services: ServicesReading
    actions: tuple[Action, ...]
    grid: tuple[tuple[Axis, tuple[FindingReading, ...]], ...]
    map_address: str
    surveys: tuple[PublishedSurvey, ...] = ()
    mission: Mission | None = None
    photograph: Photograph | None = None
    theme: Theme | None = None
    is_filtered: bool = False
    surveyed: Surveyed = field(default_factory=dict)
    plan: PlanReading | None = None
    voices: tuple[Voice, ...] = ()
    changes: Changes | None = None
    workshops: tuple[MissionStep, ...] = ()
    journeys: tuple[Journey, ...] = ()
    connection: ConnectionReading | None = None


def chapters(field: FieldReading) -> list[Chapter]:
    """Return the chapters, or the one that says why there are none."""
    if field.is_filtered:
        return [
            Chapter(
                number="n",
                short="Les acteurs",
                title="Les acteurs ne se filtrent pas",
                flows=True,
                blocks=(
                    Text(
                        text=(
                            "Ce dossier compte une partie des habitants. Les lieux, les réponses des"
                            " structures et la grille sont ceux de tout le territoire : les mettre ici"
                            " mêlerait deux populations. Ils sont dans le dossier sans filtre."
                        )
                    ),
                ),
            )
        ]
    return [
        *_services(field),
        *([_actors(field, field.census)] if field.census else []),
        _grid(field),
        *connection_chapters(field.connection),
        *([approach(field.mission)] if field.mission else []),
    ]


def since(field: FieldReading) -> list[Chapter]:
    """Return the chapter of the events since an edition, none without any."""
    if field.changes is None:
        return []
    title = f"Ce qui a changé depuis {field.changes.before.name}"
    blocks = (Bullets(items=field.changes.news),)
    return [Chapter(number="n", short="Ce qui a changé", title=title, flows=True, blocks=blocks)]


def voices(field: FieldReading) -> list[Chapter]:
    """Return the chapter of the first words that people said, none without any."""
    quotes = tuple(voice.in_full for voice in field.voices[:MOST_QUOTES])
    title = "Ce qu’en disent les personnes entendues"
    blocks = (Bullets(items=quotes),)
    return [Chapter(number="n", short="Paroles", title=title, flows=True, blocks=blocks)] if quotes else []


def _actors(field: FieldReading, census: CensusReading) -> Chapter:
    names: dict[str, list[str]] = {}
    for actor in census.actors:
        other_names = wording.listing([place.name for place in actor.places if place.name != actor.name])
        names.setdefault(actor.kind, []).append(
            f"{actor.name} ({other_names})" if other_names else actor.name
        )
    is_cut = any(len(of_kind) > MOST_NAMED + 1 for of_kind in names.values())
    blocks: list[Block] = [
        *(
            [Link(text="La carte des acteurs, en ligne :", address=field.map_address)]
            if field.map_address
            else []
        ),
        Grid(
            caption="Les lieux, par type de structure, et les acteurs qui les tiennent",
            columns=("Type", "Lieux", "Part", "Acteurs"),
            align="gddg",
            widths=(2.4, 0.7, 0.8, 6),
            rows=tuple(
                (
                    Cell(text=kind.label, strong=True),
                    Cell(text=str(kind.n_places)),
                    Cell(text=kind.share),
                    Cell(text=wording.shortened(names.get(kind.label, []), MOST_NAMED)),
                )
                for kind in census.kinds
            ),
            note=f"{census.source}{' Les autres acteurs : l’annuaire.' if is_cut else ''}",
        ),
        *([Heading(text="Comment le recensement a été mené")] if field.method else []),
    ]
    for part in field.method:
        blocks += [Heading(text=part.title, small=True), *(Text(text=text) for text in part.paragraphs)]
    if not field.method:
        text = (
            "Aucune liste d’organismes à contacter n’est tenue ici : rien ne dit combien de lieux manquent."
        )
        blocks.append(Text(text=text, tone="note"))
    return Chapter(
        number="n",
        short="Les acteurs",
        title="Les acteurs du territoire",
        flows=True,
        lead=(
            f"{upper_first(wording.count(census.n_places, 'lieu', 'lieux'))} à ce jour."
            f" {'Il est compté, pas estimé' if census.n_places == 1 else 'Ils sont comptés, pas estimés'} ;"
            f" les lieux que personne n’a signalés manquent. {census.moving}"
        ).strip(),
        blocks=tuple(blocks),
    )


def _services(field: FieldReading) -> list[Chapter]:
    """Return the services that structures say they give, and the awareness actions; none where neither a
    survey nor the register tells anything.
    """
    services_reading = field.services
    if not (services_reading.chart or field.actions):
        return []
    blocks: list[Block] = []
    if services_reading.chart:
        blocks.append(_service_table(services_reading))
    else:
        blocks.append(Text(text=unpublished(field.surveys)))
    if field.actions:
        blocks += [Heading(text="Les actions de sensibilisation"), _actions(field)]
    title = "Six services, et ce que les structures en disent"
    lead = "Un réseau d’inclusion numérique rend six services. Une structure n’a pas à les rendre tous."
    return [
        Chapter(number="n", short="Les services", title=title, lead=lead, blocks=tuple(blocks), flows=True)
    ]


def _service_table(reading: ServicesReading) -> Grid:
    """Return the share of structures that give each service today, or plan it, with its interval."""
    lines = [line for service in reading.services for line in service.lines]
    sizes = dict.fromkeys(answer.n for line in lines for answer in (line.today, line.planned) if answer)
    return Grid(
        caption="Part des structures qui donnent chaque service, ou l’ont en projet",
        columns=("Service", "Aujourd’hui", "En projet"),
        align="gdd",
        widths=(4, 2.2, 2.2),
        rows=tuple(
            (Cell(text=line.label, strong=True), *(Cell(text=_share(x)) for x in (line.today, line.planned)))
            for line in lines
        ),
        note=f"Base : {reading.source}, n\xa0=\xa0{listing([str(n) for n in sizes])}.",
    )


def _share(answer: Answered | None) -> str:
    return f"{answer.share} ({answer.between})" if answer else "—"


def _actions(field: FieldReading) -> Grid:
    return Grid(
        caption="Les actions du registre",
        columns=("Action", "Sorte", "Où", "Quand", "Pour qui", "Rencontrées"),
        align="gggggd",
        widths=(2.6, 1.8, 2, 1.6, 1.6, 1.2),
        rows=tuple(
            (
                Cell(text=each.name, strong=True),
                Cell(text=each.kind),
                Cell(text=each.place),
                Cell(text=each.when),
                Cell(text=each.public),
                Cell(text=each.met or "pas compté"),
            )
            for each in field.actions
        ),
        note="Registre des actions de sensibilisation. Personnes rencontrées : comptées par l’équipe.",
    )


def no_answer(axes: Sequence[Axis], *, has_census: bool) -> str:
    """Return the sentence on the axes of which nothing tells anything, and what would."""
    names = listing([f"**{lower_first(axis.label)}**" for axis in axes])
    surveys = ("une enquête auprès des habitants", "une auprès des structures")
    sources = surveys if has_census else ("le recensement des lieux", *surveys)
    return f"Aucune réponse encore sur {names}. {upper_first(listing(sources))} en donneraient."


def _grid(field: FieldReading) -> Chapter:
    """Return the verdicts of the grid in one table, the firm ones with what tells them, then the testimonies
    of each axis; every rule stands on its page.
    """
    blocks: list[Block] = []
    unanswered = [
        axis for axis, axis_findings in field.grid if not (axis_findings or axis.needs or axis.is_answered)
    ]
    if unanswered:
        blocks.append(Text(text=no_answer(unanswered, has_census=field.census is not None)))
    criteria = [
        (axis, criterion) for axis, _ in field.grid if axis not in unanswered for criterion in axis.criteria
    ]
    if firm := [(axis, criterion) for axis, criterion in criteria if criterion.verdict in FIRM]:
        blocks.append(_verdicts(firm))
    n_by_label = Counter(criterion.label for _, criterion in criteria if criterion.verdict not in FIRM)
    if n_by_label:
        counts = " ; ".join(f"{label} : {count(n, 'question')}" for label, n in n_by_label.items())
        blocks.append(Text(text=f"{upper_first(counts)}.", tone="note"))
    for axis, axis_findings in field.grid:
        if axis_findings:
            testimonies = Bullets(items=tuple(_finding_text(each) for each in axis_findings))
            blocks += [Heading(text=axis.label, small=True), testimonies]
    return Chapter(
        number="n",
        flows=True,
        short="La grille",
        title="Maillage, visibilité, attractivité, coordination",
        lead=(
            "Chaque verdict suit une règle écrite, à la page « Grille » du territoire. Les témoignages n’en"
            " changent aucun."
        ),
        blocks=tuple(blocks),
    )


def _verdicts(rows: Sequence[tuple[Axis, CriterionReading]]) -> Grid:
    return Grid(
        caption="Les verdicts",
        columns=("Axe", "Question", "Verdict", "Ce qui le dit"),
        align="gggg",
        widths=(1.2, 2.4, 0.9, 5),
        rows=tuple(
            (
                Cell(text=axis.label, strong=True),
                Cell(text=criterion.question),
                Cell(text=criterion.label),
                Cell(
                    text=criterion.evidence + (f" À faire : {criterion.action}" if criterion.action else "")
                ),
            )
            for axis, criterion in rows
        ),
    )


def _finding_text(finding: FindingReading) -> str:
    """Return a finding with its voices in one text."""
    voices = " ".join(
        f"{voice.speakers}{', qui le contredisent' if voice.contradicts else ''}"
        f"{f' : « {voice.words} »' if voice.words else ''} ({voice.source})."
        for voice in finding.testimonies
    )
    return f"**{finding.says}** {finding.how_many}. {finding.gap} {voices}".replace("  ", " ")
