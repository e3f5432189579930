"""The statements of the territory on itself, as chapters of its dossier: its actors, its services, its
actions, its grid. Nothing here is estimated: it is counted, answered or told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from maillage.reports.directory.census import CensusReading
from maillage.reports.page.blocks import Block, Bullets, Cell, Chapter, Grid, Heading, Link, Picture, Text
from maillage.reports.page.photographs import Photograph
from maillage.reports.page.theme import Theme
from maillage.reports.plan.reading import PlanReading
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.changes import Changes
from maillage.reports.territory.criteria import Axis, Surveyed
from maillage.reports.territory.findings import FindingReading
from maillage.reports.territory.mission import Mission, approach
from maillage.reports.territory.services import ServicesReading
from maillage.reports.territory.subject import Voice
from maillage.reports.territory.surveys import PublishedSurvey, unpublished
from maillage.words import wording
from maillage.words.wording import listing, lower_first

MOST_QUOTES = 3
MOST_ACTORS = 60  # structures named in the dossier; the others are in the directory


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
    those since an edition, None without.
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
    local_chapters = [
        _services(field),
        _grid(field),
        *([approach(field.mission)] if field.mission else []),
    ]
    return local_chapters if field.census is None else [_actors(field, field.census), *local_chapters]


def since(field: FieldReading) -> list[Chapter]:
    """Return the chapter of the events since an edition, none without any."""
    if field.changes is None:
        return []
    title = f"Ce qui a changé depuis l’édition {field.changes.before.name}"
    blocks = (Bullets(items=field.changes.news),)
    return [Chapter(number="n", short="Ce qui a changé", title=title, flows=True, blocks=blocks)]


def voices(field: FieldReading) -> list[Chapter]:
    """Return the chapter of the first words that people said, none without any."""
    quotes = tuple(f"« {voice.words} » {voice.speaker}." for voice in field.voices[:MOST_QUOTES])
    title = "Ce qu’en disent les personnes entendues"
    blocks = (Bullets(items=quotes),)
    return [Chapter(number="n", short="Paroles", title=title, flows=True, blocks=blocks)] if quotes else []


def _actors(field: FieldReading, census: CensusReading) -> Chapter:
    listed_actors = census.actors[:MOST_ACTORS]
    rest = len(census.actors) - len(listed_actors)
    blocks: list[Block] = [
        *(
            [Link(text="La carte des acteurs, en ligne :", address=field.map_address)]
            if field.map_address
            else []
        ),
        Grid(
            caption="Les lieux, par type de structure",
            columns=("Type", "Lieux", "Part"),
            align="gdd",
            widths=(4, 1, 1),
            rows=tuple(
                (Cell(text=kind.label), Cell(text=str(kind.n_places), strong=True), Cell(text=kind.share))
                for kind in census.kinds
            ),
            note=census.source,
        ),
        Grid(
            caption="Les acteurs, et leurs lieux d’un autre nom",
            columns=("Acteur", "Type", "Lieux"),
            align="ggg",
            widths=(3, 2, 4),
            rows=tuple(
                (
                    Cell(text=actor.name, strong=True),
                    Cell(text=actor.kind),
                    Cell(text=wording.listing([x.name for x in actor.places if x.name != actor.name])),
                )
                for actor in listed_actors
            ),
            note=(
                f"{wording.count(rest, 'autre acteur est', 'autres acteurs sont')}"
                " sur la carte et dans l’annuaire."
                if rest
                else ""
            ),
        ),
        Heading(text="Comment le recensement a été mené"),
    ]
    for part in field.method:
        blocks += [Heading(text=part.title, small=True), *(Text(text=text) for text in part.paragraphs)]
    if not field.method:
        blocks.append(
            Text(
                text=(
                    "Aucune liste d’organismes à contacter n’est tenue pour ce territoire : les lieux"
                    " viennent des fichiers nommés plus haut, et rien ne dit combien manquent."
                )
            )
        )
    return Chapter(
        number="n",
        short="Les acteurs",
        title="Les acteurs du territoire",
        lead=(
            f"{upper_first(wording.count(census.n_places, 'lieu', 'lieux'))} à ce jour."
            f" {'Il est compté, pas estimé' if census.n_places == 1 else 'Ils sont comptés, pas estimés'} ;"
            f" les lieux que personne n’a signalés manquent. {census.moving}"
        ).strip(),
        blocks=tuple(blocks),
    )


def _services(field: FieldReading) -> Chapter:
    services_reading = field.services
    blocks: list[Block] = [
        Bullets(items=tuple(f"**{each.name}** : {each.about}" for each in services_reading.services))
    ]
    if services_reading.chart:
        blocks.append(
            Picture(
                svg=services_reading.chart,
                alt="Part des structures qui donnent chaque service aujourd’hui, ou l’ont en projet",
                caption=f"Base : {services_reading.source}. Plein : aujourd’hui. Contour : en projet.",
                width=0.8,
            )
        )
    else:
        blocks.append(Text(text=unpublished(field.surveys)))
    blocks.append(Heading(text="Les actions de sensibilisation"))
    blocks += _actions(field)
    return Chapter(
        number="n",
        short="Les services",
        title="Six services, et ce que les structures en disent",
        lead="Un réseau d’inclusion numérique rend six services. Une structure n’a pas à les rendre tous.",
        blocks=tuple(blocks),
        flows=True,
    )


def _actions(field: FieldReading) -> list[Block]:
    if not field.actions:
        return [
            Text(
                text="Aucune action n’est au registre de ce territoire : cela ne dit pas qu’il n’y en a pas."
            )
        ]
    return [
        Grid(
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
    ]


def no_answer(axes: Sequence[Axis], *, has_census: bool) -> str:
    """Return the sentence on the axes of which nothing tells anything, and what would."""
    names = listing([f"**{lower_first(axis.label)}**" for axis in axes])
    surveys = ("une enquête auprès des habitants", "une auprès des structures")
    sources = surveys if has_census else ("le recensement des lieux", *surveys)
    return f"Aucune réponse encore sur {names}. {upper_first(listing(sources))} en donneraient."


def _grid(field: FieldReading) -> Chapter:
    blocks: list[Block] = []
    unanswered = [
        axis for axis, axis_findings in field.grid if not (axis_findings or axis.needs or axis.is_answered)
    ]
    if unanswered:
        blocks.append(Text(text=no_answer(unanswered, has_census=field.census is not None)))
    for axis, axis_findings in field.grid:
        if axis in unanswered:
            continue
        blocks += [Heading(text=axis.label), _criteria(axis)]
        needs = "".join(f" {each} ;" for each in axis.needs).rstrip(" ;") or f" {unpublished(field.surveys)}"
        blocks.append(Text(text=f"**Ce dont les structures disent avoir besoin** :{needs}"))
        if axis_findings:
            blocks.append(Bullets(items=tuple(_finding_text(each) for each in axis_findings)))
    return Chapter(
        number="n",
        short="La grille",
        title="Maillage, visibilité, attractivité, coordination",
        lead=(
            "Chaque verdict vient d’un chiffre et d’une règle écrite. Les constats sont des témoignages : ils"
            " ne changent aucun verdict."
        ),
        blocks=tuple(blocks),
    )


def _criteria(axis: Axis) -> Grid:
    return Grid(
        caption=f"{axis.label} : verdicts",
        columns=("Question", "Verdict", "Ce qui le dit"),
        align="ggg",
        widths=(3, 1.2, 4),
        rows=tuple(
            (
                Cell(text=each.question, strong=True),
                Cell(text=each.label),
                Cell(text=each.evidence + (f" À faire : {each.action}" if each.action else "")),
            )
            for each in axis.criteria
        ),
    )


def _finding_text(finding: FindingReading) -> str:
    """Return a finding with its voices in one text."""
    voices = " ".join(
        f"{voice.who}{', qui le contredisent' if voice.contradicts else ''}"
        f"{f' : « {voice.words} »' if voice.words else ''} ({voice.source})."
        for voice in finding.testimonies
    )
    return f"**{finding.says}** {finding.how_many}. {finding.gap} {voices}".replace("  ", " ")
