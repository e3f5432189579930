"""The services of each type of structure, counted: what a survey of structures is read for first.

Types and services stand on the public sheets of places: their counts are no secret.
"""

from maillage.kernel.errors import Refused
from maillage.publishing.page.blocks import Cell, Chapter, Grid
from maillage.statistics.survey.samples import Sample
from maillage.statistics.survey.tabulation import of_sample
from maillage.words.wording import DASH

KIND, TODAY = "type_structure", "aujourdhui"
COLUMN_BY_QUESTION = {
    "acces_libre": "Accès libre",
    "wifi": "WiFi",
    "assistance": "Démarches en ligne",
    "ateliers": "Ateliers",
    "orientation": "Orientation",
    "diagnostic": "Diagnostic",
}


def chapter(sample: Sample) -> Chapter | None:
    """Return how many structures of each type offer each service today, among those that answered, the type
    of most structures first; None where the questionnaire does not ask it, or a single type answered.
    """
    tables = {}
    for question, column in COLUMN_BY_QUESTION.items():
        try:
            table = of_sample(sample, question, by=KIND)
        except Refused:  # not asked, or asked of nobody
            continue
        if table.n:
            tables[column] = table
    groups = {group.by: group for each in tables.values() for group in each.groups if group.n}
    if len(groups) < 2:
        return None
    rows = []
    for by, group in sorted(groups.items(), key=lambda pair: -(pair[1].n or 0)):
        cells = [each.row(TODAY, by) for each in tables.values()]
        rows.append(
            (
                Cell(text=group.label),
                *(
                    Cell(text=DASH if row is None or row.n is None else f"{row.n} sur {row.base}")
                    for row in cells
                ),
            )
        )
    grid = Grid(
        caption="Structures qui proposent chaque service, sur celles de leur type",
        columns=("Type", *tables),
        align="g" + "d" * len(tables),
        rows=tuple(rows),
        note="Services proposés aujourd’hui. Un projet n’y compte pas, ni une structure dont le type manque.",
        widths=(2, *(1 for _ in tables)),
        is_whole=True,
    )
    return Chapter(
        number="",
        title="Ce que propose chaque type de structure",
        blocks=(grid,),
        short="Qui propose quoi",
        flows=True,
    )
