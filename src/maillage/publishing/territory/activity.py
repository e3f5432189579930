"""The activity of structures over a period, for who funds them: time, people, workshops, outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from maillage.publishing.page.blocks import (
    Block,
    Bullets,
    Callout,
    Cell,
    Chapter,
    Cover,
    Document,
    Grid,
    Text,
)
from maillage.words.dates import in_words
from maillage.words.wording import DASH, NBSP, count, elision, lower_first, number, percent

INVENTED = "inventé, pour l’exemple"
UNWRITTEN = "non renseigné"
NO_STRUCTURE = (
    "Importez une liste de lieux ou invitez une structure : ce rapport s’écrit de ce qu’elles notent. Un"
    " annuaire vide ne dit pas que rien n’est fait."
)
SUMMED = ("individual", "group", "minutes", "helped")
FEWEST_SHARED = 11  # those helped under whom no share is told
TOTAL = "Orientations suivies d’une aide, en tout"
FUNDED = "Montants acquis, en tout, hors actions abandonnées"
NO_SUM = "Pas de total : une activité peut avoir plusieurs thèmes."
NO_CAUSE = "Un nombre compté après l’action ne dit pas qu’elle en est la cause."


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureActivity:
    """The activity of a structure over a period. individual, group: activities; minutes: of the team; helped:
    times that somebody was helped. None for what may be a few.
    """

    name: str
    individual: int | None
    group: int
    minutes: int
    helped: int | None

    @property
    def is_timed(self) -> bool:
        """True if some of its time is published: no minute of a few acts is."""
        return bool(self.minutes or self.individual is not None)

    @property
    def hours(self) -> str:
        """Its minutes in hours, rounded down: « 12 h 30 »."""
        if not self.is_timed:
            return "masqué"
        hours, minutes = divmod(self.minutes, 60)
        hour = f"{number(hours)}{NBSP}h"
        return f"{hour}{NBSP}{minutes:02}" if minutes else hour


@dataclass(frozen=True, slots=True)
class ThemeActivity:
    """The activity on a theme of the Coop. individual: None for what may be a few."""

    name: str
    individual: int | None
    group: int


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """An outcome of some of those helped. n: None for what may be a few; share: of all those published, ""
    where some are not, or where all are a few.
    """

    name: str
    n: int | None
    share: str


@dataclass(frozen=True, slots=True)
class FundedAction:
    """An action that a funder funds, in words. euros: None when nobody wrote the amount; counted: the last
    number of its indicator at the end of the period, and its day, or that there is none; example: whether all
    of it is invented; dropped: whether it stopped, so that its amount is in no total.
    """

    title: str
    state: str
    euros: int | None
    brings: str
    indicator: str
    counted: str
    example: bool = False
    dropped: bool = False

    @property
    def amount(self) -> str:
        """Its amount as a report prints it, or that nobody wrote it."""
        return UNWRITTEN if self.euros is None else f"{number(self.euros)}{NBSP}€"

    @property
    def measure(self) -> str:
        """Its indicator as a report prints it."""
        return f"{self.indicator} : {self.counted}" if self.indicator else UNWRITTEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityReport:
    """The activity of some structures. funder: for whom it is made, "" for nobody in particular; actions:
    those that it funds; themes: the themes of the Coop; outcomes: of the referrals helped, None for what may
    be a few; least: the lot by which people are counted, 0 when nothing is protected; examples: whether every
    activity is invented; silent: how many of the structures have nothing to tell of the period; real_text:
    how many activities are real beside invented ones, in words, "" for none; counted: when, in words, "" for
    just now.
    """

    title: str
    funder: str
    since: date
    until: date
    rows: tuple[StructureActivity, ...]
    total: StructureActivity
    themes: tuple[ThemeActivity, ...]
    outcomes: Mapping[str, int | None]
    least: int
    examples: bool
    actions: tuple[FundedAction, ...] = ()
    silent: int = 0
    real_text: str = ""
    counted: str = ""

    @property
    def period(self) -> str:
        """The period in words."""
        return f"du {in_words(self.since)} au {in_words(self.until)}"

    @property
    def is_without_structure(self) -> bool:
        """True if the directory holds no structure of those asked for: nobody there could note anything."""
        return not (self.rows or self.silent)

    @property
    def sentence(self) -> str:
        """The sentence that a funder reads first."""
        w = self.total
        if not (w.individual or w.group):
            if self.is_without_structure:
                return f"L’annuaire n’a encore aucune structure ici : rien n’a pu être noté {self.period}."
            if self.least:
                few = f"moins de {self.least} aides individuelles, et aucun atelier"
                return f"Il y a trop peu à compter {self.period} : {few}."
            return f"Aucune activité n’est notée {self.period}."
        alone = f"moins de {self.least} aides individuelles" if w.individual is None else ""
        if w.individual:
            alone = count(w.individual, "aide individuelle", "aides individuelles")
        together = count(w.group, "atelier") if w.group else ""
        counts_text = " et ".join(filter(None, (alone, together)))
        time = f", {w.hours} de travail" if w.is_timed else ""
        people = (
            "" if w.helped is None else f" ; {count(w.helped, 'aide donnée', 'aides données')} à quelqu’un"
        )
        return f"{counts_text[0].upper()}{counts_text[1:]}{time}{people}."

    @property
    def scope(self) -> str:
        """The scope of the activity, facing the actions of the funder; "" when it is made for nobody."""
        if not self.funder:
            return ""
        funds = f"Ce {elision('que', self.funder)} finance"
        all_activity = f"Toute l’activité notée ici, et pas seulement {lower_first(funds)}"
        if not self.actions:
            return f"{all_activity}."
        if len(self.actions) == 1:
            return f"{all_activity} : son action du plan est plus bas, sous « {funds} »."
        return (
            f"{all_activity} : ses {number(len(self.actions))} actions du plan sont plus bas, sous «"
            f" {funds} »."
        )

    @property
    def alive(self) -> tuple[FundedAction, ...]:
        """The actions that its funder funds, but for those that stopped."""
        return tuple(each for each in self.actions if not each.dropped)

    @property
    def euros(self) -> int | None:
        """The amount that its funder brings to the actions that did not stop, None when no amount is
        known.
        """
        known = [each.euros for each in self.alive if each.euros is not None]
        return sum(known) if known else None

    @property
    def n_unpriced(self) -> int:
        """Return the number of these actions without an amount: the sum is at least that one."""
        return sum(each.euros is None for each in self.alive)

    @property
    def funded_total(self) -> str:
        """The amount that its funder brings to several actions, as a report prints it; "" for one, or no
        amount.
        """
        if self.euros is None or len(self.actions) < 2:
            return ""
        return f"{'au moins ' if self.n_unpriced else ''}{number(self.euros)}{NBSP}€"

    @property
    def apart_from_lines(self) -> str:
        """Return the reason why the line of all is not the sum of the others; "" when it is."""
        summed = [sum(getattr(row, name) or 0 for row in self.rows) for name in SUMMED]
        if not self.least or not self.rows or summed == [getattr(self.total, name) or 0 for name in SUMMED]:
            return ""
        return (
            f"L’ensemble se compte à part, par lots de {self.least} : il peut dépasser la somme des lignes,"
            " où chaque structure attend son propre lot."
        )

    @property
    def outcome_total(self) -> str:
        """Return the number of those helped, whatever became of them: at least, where some are a few."""
        total_text = number(sum(n or 0 for n in self.outcomes.values()))
        return f"au moins {total_text}" if None in self.outcomes.values() else total_text

    @property
    def outcome_lines(self) -> tuple[OutcomeLine, ...]:
        """The outcomes of those helped; shares are included only when every count is published."""
        total = sum(n or 0 for n in self.outcomes.values())
        is_whole = total >= FEWEST_SHARED and None not in self.outcomes.values()
        return tuple(
            OutcomeLine(name, n, percent(100 * n / total) if is_whole and n is not None else "")
            for name, n in self.outcomes.items()
        )

    def words(self, n: int | None) -> str:
        """Return a count as it is written: in words when it may be a few."""
        return f"moins de {self.least}" if n is None else number(n)

    @property
    def invented(self) -> str:
        """The sentence on its invented parts; "" when nothing is."""
        if self.examples:
            return "Toutes ces activités sont inventées, pour l’exemple."
        if any(each.example for each in self.actions):
            return (
                "Les actions financées sont inventées, pour l’exemple : leurs montants et leurs nombres"
                " aussi. Les activités, elles, ont été notées."
            )
        return ""


def notes(r: ActivityReport) -> tuple[str, ...]:
    """Return the notes to read before the figures."""
    out = [
        "Une personne aidée trois fois compte trois fois : ce sont des aides, pas des personnes.",
        "Vocabulaire et thématiques : ceux de la Coop de la médiation numérique. Une aide notée deux fois"
        " (une orientation et son acte) compte une fois.",
        "Les aides que personne n’a notées manquent : le temps réel est au moins celui-là.",
    ]
    if r.silent and r.rows:
        nobody = count(
            r.silent, "structure de l’annuaire n’a rien noté", "structures de l’annuaire n’ont rien noté"
        )
        few = f", ou moins de {r.least} aides," if r.least else ""
        out.append(
            f"{nobody}{few} sur cette période. Toutes n’ont pas de compte ici : cela ne dit pas que rien"
            " n’y a été fait."
        )
    if r.counted:
        out.append(f"Compté le {r.counted} : les notes plus récentes manquent encore.")
    if r.real_text:
        out.append(f"Noté pour de vrai, à part : {r.real_text}.")
    if r.least:
        out += [
            f"Les aides se comptent par lots de {r.least}, de janvier à décembre : un lot compte au mois qui"
            " le complète, et les dernières attendent le suivant. D’un rapport à l’autre, l’écart est nul ou"
            f" d’au moins {r.least} : il ne dit rien d’une personne.",
            f"Leur temps est celui des lots, à l’heure près. Sous un lot, il est écrit « moins de {r.least} »"
            " ; un thème ou une suite sous un lot peut manquer.",
            *filter(None, (r.apart_from_lines,)),
            "Les ateliers, annoncés à tous, se comptent un par un ; leurs participants, par lots.",
        ]
    return tuple(out)


def document(r: ActivityReport, *, on: date) -> Document:
    """Return the report as a document."""
    whom = f", pour {r.funder}" if r.funder else ""
    head: list[Block] = [Text(text=f"{r.title}, {r.period}{whom}. {r.scope}".rstrip())]
    if r.invented:
        head.append(Callout(tone="prudence", title="Exemple.", text=r.invented))
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
    if r.is_without_structure:
        return Text(text=NO_STRUCTURE)
    if not r.rows:
        return Text(text=f"Aucune structure n’a noté d’activité sur cette période{_or_few(r)}.")
    return Grid(
        caption="Temps, aides et ateliers",
        columns=("Structure", "Aides individuelles", "Ateliers", "Temps", "Aides données"),
        align="gdddd",
        widths=(3.4, 1.6, 1.2, 1.3, 1.4),
        rows=tuple(
            (
                Cell(text=row.name, strong=True),
                Cell(text=r.words(row.individual)),
                Cell(text=number(row.group)),
                Cell(text=row.hours),
                Cell(text=r.words(row.helped)),
            )
            for row in (*r.rows, *((r.total,) if len(r.rows) > 1 else ()))
        ),
    )


def _actions(r: ActivityReport) -> tuple[Chapter, ...]:
    if not r.actions:
        return ()
    grid = Grid(
        caption="Les actions qu’il finance : leur état d’aujourd’hui, leur nombre à la fin de la période",
        columns=("Action", "État", "Montant acquis", "Apporte aussi", f"Compté au {in_words(r.until)}"),
        align="ggdgg",
        widths=(3, 1.2, 1.5, 1.8, 2.4),
        rows=(
            *(
                (
                    Cell(text=f"{row.title} ({INVENTED})" if row.example else row.title, strong=True),
                    Cell(text=row.state),
                    Cell(text=row.amount),
                    Cell(text=row.brings or "rien d’autre"),
                    Cell(text=row.measure),
                )
                for row in r.actions
            ),
            *([_funded(r)] if r.funded_total else []),
        ),
        note=NO_CAUSE,
    )
    return (
        Chapter(
            number="",
            short="Plan",
            title=f"Ce {elision('que', r.funder)} finance",
            blocks=(grid,),
            flows=True,
        ),
    )


def _funded(r: ActivityReport) -> tuple[Cell, ...]:
    nothing = Cell(text="")
    return (
        Cell(text=FUNDED, strong=True),
        nothing,
        Cell(text=r.funded_total, strong=True),
        nothing,
        nothing,
    )


def _themes(r: ActivityReport) -> Block:
    if not r.themes:
        return Text(text=f"Aucun thème n’est noté{_or_few(r)}.")
    return Grid(
        caption="Activités par thème de la Coop",
        columns=("Thème", "Aides individuelles", "Ateliers"),
        align="gdd",
        widths=(4, 1.6, 1.2),
        rows=tuple(
            (Cell(text=each.name), Cell(text=r.words(each.individual)), Cell(text=number(each.group)))
            for each in r.themes
        ),
        note=NO_SUM,
    )


def _outcomes(r: ActivityReport) -> tuple[Block, ...]:
    if not r.outcomes:
        return (Text(text=f"Aucune suite d’orientation n’est connue sur cette période{_or_few(r)}."),)
    return (
        Grid(
            caption="Orientations aidées, et ce qu’elles sont devenues",
            columns=("Suite", "Orientations", "Part"),
            align="gdd",
            widths=(4, 1, 1),
            rows=(
                *(
                    (Cell(text=each.name), Cell(text=r.words(each.n)), Cell(text=each.share or DASH))
                    for each in r.outcome_lines
                ),
                (
                    Cell(text=TOTAL, strong=True),
                    Cell(text=r.outcome_total, strong=True),
                    Cell(text=""),
                ),
            ),
            note="Un effet inconnu n’est pas un échec : personne ne l’a dit.",
        ),
    )


def _or_few(r: ActivityReport) -> str:
    return f", ou moins de {r.least}" if r.least and not r.is_without_structure else ""
