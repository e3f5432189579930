"""The activity report of structures: what they noted over a period, counted and protected."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.directory.queries.moments import midnight
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries.activities import GROUP, totals
from maillage.apps.orientations.rules import cycle
from maillage.apps.plans.models import Funder
from maillage.apps.plans.queries.effects import last_count
from maillage.apps.plans.queries.funders import fundings_of
from maillage.engine import disclosure
from maillage.reference import procedures
from maillage.reference.parameters import number
from maillage.reports.territory.activity import ActivityReport, FundedAction, StructureActivity
from maillage.studies.diagnosis.territories import gazetteer
from maillage.words import wording

COLUMNS = ("structure", "aides_individuelles", "ateliers", "minutes", "aides_donnees", "motif")
UNKNOWN = "effet inconnu"
OTHER = {
    "aide_aux_demarches_administratives": "Démarches administratives",
    "email": "Courriel",
    "prendre_en_main_du_materiel": "Prise en main du matériel",
    "navigation_sur_internet": "Navigation sur Internet",
    "securite_numerique": "Sécurité numérique",
    "bureautique": "Bureautique",
    "insertion_professionnelle": "Insertion professionnelle",
    "culture_numerique": "Culture numérique",
}


def names_of(structures: Sequence[Structure]) -> dict[int, str]:
    """Return the names of some structures by key; those that share one say where they are, in one query."""
    shared = Counter(each.name for each in structures)
    same = [each for each in structures if shared[each.name] > 1]
    where = {each.pk: each.code_insee for each in same}
    if same:
        placed = Lieu.objects.filter(structure__in=same).order_by("-pk")
        where |= dict(placed.values_list("structure", "code_insee"))
    communes = {pk: gazetteer().get(code).name for pk, code in where.items() if code in gazetteer()}
    return {
        each.pk: f"{each.name}, {communes[each.pk]}" if each.pk in communes else each.name
        for each in structures
    }


def report(
    structures: Sequence[Structure],
    *,
    since: date,
    until: date,
    title: str = "",
    funder: str = "",
    actions: Sequence[FundedAction] = (),
) -> ActivityReport:
    """Return the activity of some structures over a period, both days included; where some are invented,
    they alone are counted, and told as such. title: "" for how many of them noted something; actions:
    those that the funder funds, in its plan.
    """
    known = names_of(structures)
    invented, real = (totals(known, since, until, example=each) for each in (True, False))
    examples, held = bool(invented), invented or real
    least = 0 if examples else int(number("protection/small_count"))
    counts: dict[int, Counter[str]] = {}
    themes: Counter[str] = Counter()
    for each in held:
        of = counts.setdefault(each.structure or 0, Counter())
        of["group" if each.kind == GROUP else "individual"] += each.n
        of["minutes"] += each.minutes
        of["helped"] += each.helped
        themes.update({theme: each.n for theme in each.themes if theme})
    order = sorted(counts, key=lambda pk: known.get(pk, ""))
    helped = [counts[pk]["helped"] for pk in order]
    shown = disclosure.one_way(helped, least) if len(order) > 1 else [n >= least for n in helped]
    rows = tuple(
        _row(known.get(pk, "structure effacée"), counts[pk], seen)
        for pk, seen in zip(order, shown, strict=True)
    )
    total: Counter[str] = sum(counts.values(), Counter())
    return ActivityReport(
        title=title
        or f"{wording.count(len(rows), 'structure')} sur {wording.number(len(structures))} de l’annuaire",
        funder=funder,
        actions=tuple(actions),
        since=since,
        until=until,
        rows=rows,
        whole=_row("Ensemble", total, total["helped"] >= least),
        themes={_theme(id): n for id, n in themes.most_common()},
        outcomes=_outcomes(list(known), since, until, least, example=examples),
        least=least,
        examples=examples,
        apart=sum(each.n for each in real) if examples else 0,
        silent=len(structures) - len(rows) if rows else 0,
    )


def funded_actions(funder: Funder) -> tuple[FundedAction, ...]:
    """Return the actions that a funder funds, as the plan stands today."""
    return tuple(
        FundedAction(
            title=each.action.title,
            state=each.action.get_state_display(),
            amount="non renseigné" if each.euros is None else f"{wording.number(each.euros)} €",
            brings=each.brings,
            indicator=each.action.indicator,
            counted=last_count(each.action),
        )
        for each in fundings_of(funder)
    )


def _row(name: str, of: Mapping[str, int], seen: bool) -> StructureActivity:
    return StructureActivity(
        name=name,
        individual=of["individual"],
        group=of["group"],
        minutes=of["minutes"],
        helped=of["helped"] if seen else None,
    )


def _theme(id: str) -> str:
    found = next((each.label for each in procedures.families().values() if each.coop == id), "")
    return found or OTHER.get(id, id.replace("_", " ").capitalize())


def _outcomes(
    structures: list[int], since: date, until: date, least: int, *, example: bool
) -> dict[str, int | None]:
    """Return what became of those helped over a period; small counts, and those that would find them, are
    None.
    """
    begin, end = midnight(since), midnight(until + timedelta(days=1))
    rows = Orientation.objects.filter(
        to_structure__in=structures, served_at__gte=begin, served_at__lt=end, example=example
    )
    found = dict(rows.values_list("outcome").annotate(n=Count("pk")).order_by())
    names = [*cycle.OUTCOMES, ""]
    counts = [found.get(name, 0) for name in names]
    if not sum(counts):
        return {}
    shown = disclosure.one_way(counts, least)
    labels = [*cycle.OUTCOMES.values(), UNKNOWN]
    return {label: n if seen else None for label, n, seen in zip(labels, counts, shown, strict=True)}


def table(r: ActivityReport) -> list[dict[str, Any]]:
    """Return a report as rows of `COLUMNS`: an empty cell has its reason beside it."""
    return [
        {
            "structure": row.name,
            "aides_individuelles": row.individual,
            "ateliers": row.group,
            "minutes": row.minutes,
            "aides_donnees": "" if row.helped is None else row.helped,
            "motif": f"moins de {r.least}, ou de quoi le retrouver" if row.helped is None else "",
        }
        for row in (*r.rows, r.whole)
    ]
