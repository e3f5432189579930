"""The activity of structures over a period, for who funds them: time, people, workshops, outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from maillage.reports.page.blocks import Block, Bullets, Callout, Cell, Chapter, Cover, Document, Grid, Text
from maillage.words.dates import in_words
from maillage.words.wording import NBSP, count, number

FEW = "masqué"
NO_CAUSE = "Un nombre compté après l’action ne dit pas qu’elle en est la cause."


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureActivity:
    """What a structure did over a period. individual, group: activities; minutes: of the team; helped: times
    that somebody was helped, None when it is withheld.
    """

    name: str
    individual: int
    group: int
    minutes: int
    helped: int | None

    @property
    def hours(self) -> str:
        """Its minutes in hours, rounded down: « 12 h 30 »."""
        hours, minutes = divmod(self.minutes, 60)
        hour = f"{number(hours)}{NBSP}h"
        return f"{hour}{NBSP}{minutes:02}" if minutes else hour

    @property
    def helped_words(self) -> str:
        """How many times somebody was helped, in words."""
        return FEW if self.helped is None else number(self.helped)


@dataclass(frozen=True, slots=True)
class FundedAction:
    """An action that a funder funds, in words. amount: in euros, or that nobody wrote it; counted: the last
    number of its indicator, and its day.
    """

    title: str
    state: str
    amount: str
    brings: str
    indicator: str
    counted: str

    @property
    def measure(self) -> str:
        """What is counted of it, as a report prints it."""
        return (
            f"{self.indicator} : {self.counted or 'pas encore compté'}" if self.indicator else "non renseigné"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReport:
    """The activity of some structures. funder: for whom it is made, "" for nobody in particular; actions:
    those that it funds; themes: how many activities by theme of the Coop; outcomes: of the referrals helped,
    None when withheld; least: the smallest count of people told; examples: whether every row is invented;
    silent: how many of the structures noted nothing over the period; apart: activities noted for real, when
    the rows are invented.
    """

    title: str
    funder: str
    since: date
    until: date
    rows: tuple[StructureActivity, ...]
    whole: StructureActivity
    themes: Mapping[str, int]
    outcomes: Mapping[str, int | None]
    least: int
    examples: bool
    actions: tuple[FundedAction, ...] = ()
    silent: int = 0
    apart: int = 0

    @property
    def period(self) -> str:
        """The period in words."""
        return f"du {in_words(self.since)} au {in_words(self.until)}"

    @property
    def sentence(self) -> str:
        """What a funder reads first."""
        w = self.whole
        if not (w.individual or w.group):
            return f"Aucune activité n’est notée {self.period}."
        alone = count(w.individual, "aide individuelle", "aides individuelles") if w.individual else ""
        together = count(w.group, "atelier") if w.group else ""
        told = f"{' et '.join(filter(None, (alone, together)))}, {w.hours} de travail"
        people = (
            "" if w.helped is None else f" ; {count(w.helped, 'aide donnée', 'aides données')} à quelqu’un"
        )
        return f"{told}{people}."


def notes(r: ActivityReport) -> tuple[str, ...]:
    """Return what to know before reading the figures."""
    out = [
        "Une personne aidée trois fois compte trois fois : ce sont des aides, pas des personnes.",
        "Vocabulaire et thématiques : ceux de la Coop de la médiation numérique. Une aide notée deux fois"
        " (une orientation et son acte) compte une fois.",
        "Ce que personne n’a noté n’y est pas : ce temps est au moins celui-là.",
    ]
    if r.silent:
        nobody = count(
            r.silent, "structure de l’annuaire n’a rien noté", "structures de l’annuaire n’ont rien noté"
        )
        out.append(
            f"{nobody} sur cette période. Toutes n’ont pas de compte ici : cela ne dit pas que rien n’y a été"
            " fait."
        )
    if r.apart:
        out.append(f"Noté pour de vrai, à part : {count(r.apart, 'activité')}.")
    if r.least:
        out.append(
            "Les activités sont comptées une à une ; la boucle et les indicateurs, que chacun peut lire,"
            f" avancent par lots de {r.least}."
        )
        out.append(f"Moins de {r.least} aides : masqué, avec ce qui permettrait de le retrouver.")
    return tuple(out)


def document(r: ActivityReport, *, on: date) -> Document:
    """Return the report as a document."""
    whom = f", pour {r.funder}" if r.funder else ""
    head: list[Block] = [Text(text=f"{r.title}, {r.period}{whom}.")]
    if r.examples:
        head.append(Callout(tone="prudence", title="Exemple.", text="Toutes ces activités sont inventées."))
    chapters = [
        Chapter(
            number="", short="En bref", title=r.sentence.removesuffix("."), blocks=tuple(head), flows=True
        ),
        Chapter(
            number="", short="Structures", title="Structure par structure", blocks=(_rows(r),), flows=True
        ),
        *_actions(r),
        Chapter(number="", short="Thèmes", title="Pour quoi", blocks=(_themes(r),), flows=True),
        Chapter(number="", short="Suites", title="Ce que cela a changé", blocks=_outcomes(r), flows=True),
        Chapter(
            number="", short="Lire", title="Lire ces chiffres", blocks=(Bullets(items=notes(r)),), flows=True
        ),
    ]
    return Document(
        title=f"Activité : {r.title}",
        cover=Cover(
            title=r.title,
            over="Rapport d’activité",
            subtitle=f"{r.period.capitalize()}{whom}",
            edition=f"Établi le {in_words(on)}",
            print="Compté dans Maillage",
            svg="",
            alt="",
        ),
        chapters=tuple(chapters),
        keywords=("médiation numérique", "activité", r.title),
    )


def _rows(r: ActivityReport) -> Block:
    if not r.rows:
        return Text(text="Aucune structure n’a noté d’activité sur cette période.")
    return Grid(
        caption="Temps, aides et ateliers",
        columns=("Structure", "Aides individuelles", "Ateliers", "Temps", "Aides données"),
        align="gdddd",
        widths=(3.4, 1.6, 1.2, 1.3, 1.4),
        rows=tuple(
            (
                Cell(text=row.name, strong=True),
                Cell(text=number(row.individual)),
                Cell(text=number(row.group)),
                Cell(text=row.hours),
                Cell(text=row.helped_words),
            )
            for row in (*r.rows, *((r.whole,) if len(r.rows) > 1 else ()))
        ),
    )


def _actions(r: ActivityReport) -> tuple[Chapter, ...]:
    if not r.actions:
        return ()
    grid = Grid(
        caption="Les actions du plan qu’il finance, aujourd’hui",
        columns=("Action", "État", "Montant acquis", "Apporte aussi", "Ce qui est compté"),
        align="ggdgg",
        widths=(3, 1.2, 1.5, 1.8, 2.4),
        rows=tuple(
            (
                Cell(text=row.title, strong=True),
                Cell(text=row.state),
                Cell(text=row.amount),
                Cell(text=row.brings or "rien d’autre"),
                Cell(text=row.measure),
            )
            for row in r.actions
        ),
        note=NO_CAUSE,
    )
    return (Chapter(number="", short="Plan", title="Ce qu’il finance", blocks=(grid,), flows=True),)


def _themes(r: ActivityReport) -> Block:
    if not r.themes:
        return Text(text="Aucun thème n’est noté.")
    return Grid(
        caption="Activités par thème de la Coop",
        columns=("Thème", "Activités"),
        align="gd",
        widths=(4, 1),
        rows=tuple((Cell(text=name), Cell(text=number(n))) for name, n in r.themes.items()),
        note="Une activité peut avoir plusieurs thèmes.",
    )


def _outcomes(r: ActivityReport) -> tuple[Block, ...]:
    if not r.outcomes:
        return (Text(text="Aucune suite d’orientation n’est connue sur cette période."),)
    return (
        Grid(
            caption="Orientations aidées, et ce qu’elles sont devenues",
            columns=("Suite", "Orientations"),
            align="gd",
            widths=(4, 1),
            rows=tuple(
                (Cell(text=name), Cell(text=FEW if n is None else number(n)))
                for name, n in r.outcomes.items()
            ),
            note="Un effet inconnu n’est pas un échec : personne ne l’a dit.",
        ),
    )
