"""The measures of the diagnosis in words: what answers are worth, who was seen, what changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from maillage.engine.agreement import Measure
from maillage.kernel.estimate import Estimate, Withheld
from maillage.reports import charts
from maillage.reports.wording import NBSP, count, lower_first, number, percent, rate
from maillage.studies.bilan_quality import Asked, Figure, Labelled, Pace, Quality
from maillage.studies.seen import Comparison, Grid, Line, Moved, Seen

Json = dict[str, Any]
NOT_YET = "Pas encore assez de réponses"
ENOUGH = 11  # people under whom a share of them means nothing, even of invented ones


@dataclass(frozen=True, slots=True)
class Told:
    """A figure as it is read. value: '' when there is none, `why` says so; n: on how many answers; flag: what is to be done."""

    value: str
    between: str
    n: str
    why: str = ""
    flag: str = ""


def quality(found: Quality) -> Json:
    """Return the quality of a version as a page shows it."""
    return {
        "durees": [_pace(pace) for pace in found.paces],
        "questions": [_asked(each) for each in found.questions if each.both.measure],
        "questions_en_attente": _waiting([(each.id, each.both) for each in found.questions]),
        "a_recrire": [each.id for each in found.questions if each.both.flagged],
        "arrets": sorted((_labelled(each, share) for each in found.dropped.stopped), key=lambda x: x["nom"]),
        "commences": number(found.dropped.begun),
        "partis": told(found.dropped.gone, share),
        "dit_vu": told(found.observed, plain, flag="L’accord est faible : ce qui est dit ne suffit pas."),
        "memes": told(found.same, share),
        "deux_fois": told(found.twice, plain, noun="paire", flag="Deux passages proches se ressemblent trop peu."),
        "deux_aidants": told(
            found.two_aidants, plain, noun="paire", flag="Deux aidants trouvent trop souvent deux usages."
        ),
        "modes": [_labelled(each, share, flag="S’écarte d’une autre façon de faire.") for each in found.modes],
        "lectures": [
            {"usage": use, "groupes": [_labelled(each, share, flag="S’écarte de l’autre groupe.") for each in pair]}
            for use, *pair in found.readings
        ],
        "changes": [
            _labelled(each, share, flag="Plus d’une fois sur cinq : la ligne est à revoir.")
            for each in found.changed
            if each.figure.measure
        ],
        "lignes_en_attente": _waiting([(each.id, each.figure) for each in found.changed]),
        "omega": told(found.omega, plain, noun="personne", flag="Trop peu : ces questions ne vont pas ensemble."),
        "venues": told(found.came, share, noun="orientation"),
        "servies": told(found.served, share, noun="orientation"),
    }


def told(figure: Figure, words: Callable[[float], str], *, noun: str = "réponse", flag: str = "") -> Told:
    """Return a figure in words; `flag` when it calls for a change."""
    n = count(figure.n, noun)
    if figure.measure is None:
        missing = f"{NOT_YET} : {number(figure.n)} sur {figure.needed}"
        return Told("", "", n, figure.why or missing, flag if figure.flagged else "")
    return Told(words(figure.measure.value), between(figure.measure, words), n, flag=flag if figure.flagged else "")


def between(measure: Measure, words: Callable[[float], str]) -> str:
    low, high = words(measure.low), words(measure.high)
    return f"entre {low} et {high}" if low != high else ""


def share(value: float) -> str:
    """Return a share, whole points."""
    return percent(floor(100 * value + 0.5))


def plain(value: float) -> str:
    return number(value, 2)


def minutes(seconds: float) -> str:
    """Return seconds as people say a duration.

    >>> minutes(255), minutes(40), minutes(120)
    ('4\\xa0min\\xa015', '40\\xa0s', '2\\xa0min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{NBSP}s"
    return f"{whole // 60}{NBSP}min" + (f"{NBSP}{whole % 60:02d}" if whole % 60 else "")


def _pace(pace: Pace) -> Json:
    return {
        "nom": pace.label,
        "mediane": told(pace.median, minutes, noun="bilan", flag="Plus de 5 minutes : trop long."),
        "p90": told(pace.p90, minutes, noun="bilan"),
    }


def _asked(asked: Asked) -> Json:
    flag = "Plus de 15 % sans réponse : à récrire."
    return {
        "id": asked.id,
        "texte": asked.text,
        "inconnu": told(asked.unknown, share),
        "passe": told(asked.passed, share),
        "ensemble": told(asked.both, share, flag=flag),
    }


def _waiting(figures: Sequence[tuple[str, Figure]]) -> str:
    """Return what has too few answers to be shown, in a line, with how many each has."""
    few = [f"{id} ({number(figure.n)})" for id, figure in figures if figure.measure is None]
    needed = figures[0][1].needed
    return f"{NOT_YET}, il en faut {needed} : {', '.join(few)}" if few else ""


def _labelled(each: Labelled, words: Callable[[float], str], flag: str = "") -> Json:
    return {"id": each.id, "nom": each.label, "dit": told(each.figure, words, noun="bilan", flag=flag)}


# -------------------------------------------------------------------------------------------------------------- people seen


def people(found: Seen) -> Json:
    """Return the people seen as a page shows them: counts, and shares where there are enough people for one to mean something."""
    enough = found.n >= ENOUGH
    return {
        "n": found.n,
        "recues": found.received,
        "seuil": found.least,
        "assez": bool(found.n),
        "phrase": _lead(found) if enough else "",
        "lots": found.least > 1 and found.received != found.n,
        "resultats": [_line(line, enough) for line in found.results],
        "acces": [_line(line, enough) for line in found.accesses],
        "usages": [_line(line, enough) for line in found.uses],
        "grille": None if found.grid.is_empty else _grid(found.grid),
        "signaux": _sorted(found.flags, enough),
        "comparaisons": [_compared(each) for each in found.comparisons] if enough else [],
        "refaits": moved(found.moved),
    }


def _lead(found: Seen) -> str:
    """Return the result that comes first, '' when another may: two shares whose intervals meet are not ranked."""
    shares = [(line, line.share) for line in found.results if isinstance(line.share, Estimate)]
    if len(shares) < len(found.results):
        return ""
    first, share = max(shares, key=lambda pair: pair[1].value)
    if any(share.low <= other.high for line, other in shares if line is not first):
        return ""
    return f"Le résultat le plus fréquent : « {lower_first(first.label)} », pour {first.count} personnes sur {found.n}."


def _line(line: Line, enough: bool) -> Json:
    """Return a count with its share. enough: whether its share means something."""
    shown, known = rate(line.share), isinstance(line.share, Estimate)
    return {
        "id": line.id,
        "nom": line.label,
        "n": number(line.count) if isinstance(line.count, int) else "",
        "part": (f"{shown.value}, {shown.between}" if shown.value else shown.between) if known and enough else "",
        "motif": line.share.reason if isinstance(line.share, Withheld) else "",
        "barre": charts.small_bar(line.share, top=100, id="rayures") if enough else "",
    }


def _sorted(lines: Sequence[Line], enough: bool) -> list[Json]:
    """Return the flags that may be shown and that somebody has, the most frequent first."""
    counted = [(line.count, line) for line in lines if isinstance(line.count, int) and line.count]
    return [_line(line, enough) for _, line in sorted(counted, key=lambda pair: -pair[0])]


def _grid(grid: Grid) -> Json:
    return {
        "colonnes": list(grid.columns),
        "rangs": [[use, [number(n) if isinstance(n, int) else "" for n in cells]] for use, cells in grid.rows],
    }


def _compared(each: Comparison) -> Json:
    here, there = rate(each.share), each.national
    return {
        "question": each.question,
        "ici": here.value or here.span if isinstance(each.share, Estimate) else "",
        "entre": here.between if isinstance(each.share, Estimate) and here.value else "",
        "n": number(each.share.n),
        "motif": each.share.reason if isinstance(each.share, Withheld) else "",
        "france": percent(100 * there.total),
        "annee": there.year,
        "producteur": there.producer,
        "titre": there.title,
        "doute": there.doubt,
        "differences": list(each.gaps),
    }


def moved(found: Moved) -> Json:
    """Return what changed between two diagnoses of the same people."""
    enough = found.n >= ENOUGH
    return {
        "n": found.n,
        "lignes": [_line(line, enough) for line in found.lines],
        "phrase": _net(found.net) if found.net is not None and enough else "",
    }


def _net(net: Measure) -> str:
    by = f"{_points(net.value)} de différence, entre {_points(net.low)} et {_points(net.high)}"
    if net.low > 0:
        return f"Plus souvent plus facile que plus dur : {by}."
    if net.high < 0:
        return f"Plus souvent plus dur que plus facile : {by}."
    return f"On ne peut pas dire lequel l’emporte : {by}."


def _points(value: float) -> str:
    """Return a difference of shares as people of a hundred.

    >>> _points(0.2), _points(-0.034)
    ('20 sur 100', '−3 sur 100')
    """
    return f"{number(floor(100 * value + 0.5))} sur 100"
