"""Notes printed under a table, in French: its base, its silences, what is withheld."""

from collections.abc import Iterator, Sequence

import numpy as np

from maillage.kernel.estimate import Estimate
from maillage.questionnaires.questionnaire import DECLINED, UNKNOWN
from maillage.statistics.survey.cells import Cells
from maillage.statistics.survey.columns import BLANK
from maillage.statistics.survey.samples import Sample
from maillage.statistics.survey.tables import Row

RAW = "Parts brutes : chaque réponse compte pour une."
LOOSE = "Fragile : coefficient de variation entre 20 et 33 %."
LOOSE_STRUCTURES = "Fragile : coefficient de variation de plus de 20 %."
ALONE = "Un seul répondant : aucun chiffre ne peut en être tiré."
SEVERAL = "Plusieurs réponses étaient possibles : le total dépasse 100 %."
PARTIAL_UNIVERSE = "La question n’a pas été posée à tous"
SILENCES = {  # of one respondent, of several
    UNKNOWN: ("ne sait pas", "ne savent pas"),
    DECLINED: ("ne souhaite pas répondre", "ne souhaitent pas répondre"),
    BLANK: ("n’a rien répondu", "n’ont rien répondu"),
}
LIMITS_OF_MARGINS = (
    "Les poids sont appliqués, mais les marges qui les ont donnés ne sont pas connues ici : les intervalles"
    " ignorent ce que le redressement apporte, et sont le plus souvent trop larges."
)


def notes_of(sample: Sample, cells: Cells, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the notes that a reader must know about a table, in French."""
    column, cross = cells.column, cells.cross
    if cells.note:
        yield cells.note
    if column.form == "many":
        yield SEVERAL
    if cross is not None and not cross.exclusive:
        yield "Une même personne peut compter dans plusieurs groupes."
    if column.form == "rank":
        yield (
            "Part de ceux qui placent la réponse en premier ; les ex æquo comptent chacun. Le rang moyen ne"
            " porte que sur ceux qui l’ont classée : plus il est petit, plus elle compte."
        )
    yield from (column.notes + cross.notes if cross else column.notes)
    yield from _silent(sample, cells)
    if sample.weights is None:
        yield RAW
    elif not sample.plan.is_calibrated and not sample.is_unweighted:
        yield LIMITS_OF_MARGINS
    if any(row.share is not None and row.share.fixed for row in rows):
        yield (
            "Cette répartition est celle des marges : le redressement l’impose, et elle n’a pas d’intervalle."
        )
    if any(row.fragile for row in rows):
        yield LOOSE if cells.rule.vague else LOOSE_STRUCTURES
    if cells.n == 1 and (cells.inside_only or not cells.least):
        yield ALONE
    elif cells.n and cross is None and column.exclusive and _is_one_answer(cells, rows):
        yield "Tous ont donné la même réponse : cela ne prouve pas que toute la population la donnerait."


def _is_one_answer(cells: Cells, rows: Sequence[Row]) -> bool:
    """Return True if all gave one answer, which may be said where it is published: a class may gather many
    numbers, and a table without a figure would tell what they all share.
    """
    values = cells.column.values
    if values is not None and np.ptp(values[cells.inside[:, 0]]) > 0:
        return False
    is_published = any(isinstance(row.figure, Estimate) for row in rows)
    return is_published and int((cells.counts[:, 0] > 0).sum()) == 1


def unsaid_of(sample: Sample, cells: Cells) -> dict[str, int | None]:
    """Return how many said nothing, by kind of silence: all kinds, or none when one is of a few people."""
    n_by_silence = {word: int((mask & sample.domain).sum()) for word, mask in cells.column.unsaid.items()}
    few = not cells.is_base_public or any(0 < n < cells.least for n in n_by_silence.values())
    return {word: None if few and not cells.inside_only else n for word, n in n_by_silence.items()}


def _people(n: int) -> str:
    return f"{n} répondant{'s' * (n > 1)}"


def _silent(sample: Sample, cells: Cells) -> Iterator[str]:
    """Yield sentences on the respondents left out of the base. Bases are public: with the number of answers
    they give how many said nothing. Which kind of silence it was is told when no kind is of a few people.
    """
    column, least = cells.column, 0 if cells.inside_only else cells.least
    n_eligible = int((column.eligible & sample.domain).sum())
    if not cells.is_base_public and not cells.inside_only:
        return  # who is left out would tell how many answered
    outside = int(sample.domain.sum()) - n_eligible
    silent = {word: int((column.unsaid[word] & sample.domain).sum()) for word in SILENCES}
    quiet = sum(silent.values())
    if 0 < outside < least:  # only with those who said nothing: the base gives them together
        out = _people(quiet + outside)
        yield f"Hors de la base : {out} sans réponse, ou à qui la question n’était pas posée."
        return
    if any(0 < n < least for n in silent.values()):
        yield f"Hors de la base : {_people(quiet)} sans réponse."
    elif quiet:
        silence_texts = [f"{n} {SILENCES[word][n > 1]}" for word, n in silent.items() if n]
        yield f"Hors de la base : {', '.join(silence_texts)}."
    if outside:
        had = "n’avaient" if outside > 1 else "n’avait"
        yield f"{PARTIAL_UNIVERSE} : {_people(outside)} {had} pas à y répondre."
