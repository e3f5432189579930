"""Would another model be nearer to what is published? Candidates one by one; the answer is written down."""

from itertools import islice
from pathlib import Path

import numpy as np

from bench import spreads_study as spreads
from bench import trials_study as trials
from bench.timing import Measure, seconds
from bench.trials_study import Candidate, Ground, Score
from maillage.reference import regional
from maillage.sources.credoc import ZONES
from maillage.statistics.zones.territories import gazetteer
from maillage.words.wording import number

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "essais-du-modele.md"
TRIAL = {"candidates": 2, "out": None}
LABELS = dict(zip(ZONES, (zone.name for zone in regional.evidence().zones), strict=True))
Scores = list[tuple[Candidate, Score]]


def measures(*, candidates: int | None = None, out: Path | None = PAGE) -> list[Measure]:
    """Score the candidates, all by default, write the page, and return how long one takes beside the reading
    of the data that all share.
    """
    grounds: list[Ground] = []
    reading = seconds(lambda: grounds.append(trials.ground()))
    on = grounds[0]
    scores: Scores = []
    tried = list(islice(trials.candidates(on), candidates))
    took = seconds(lambda: scores.extend((c, on.score(c)) for c in tried))
    if out is not None:
        out.write_text(page(on, scores), "utf-8")
    return [
        Measure(
            f"essais du modèle : {len(scores)} candidats",
            took,
            "lecture des données, une fois",
            reading,
            "voir docs/methods/essais-du-modele.md",
        )
    ]


def line(c: Candidate, s: Score) -> str:
    """Return the line of a candidate."""
    points = " | ".join(number(value, 2) for value in (s.epci, s.left_out))
    ranks = " | ".join(number(value, 2) for value in (s.region, s.region_rank, s.zones, s.census))
    return f"| {c.name} | {points} | {number(s.left_out_rank, 3)} | {ranks} |"


def zone_lines(on: Ground) -> list[str]:
    """Return the gap of each zone between the survey and the model on the same respondents."""
    effects, errors = on.zone_effects(trials.retained(on))
    return [
        f"| {LABELS[zone]} | {(on.answers.zone == k).sum()} | {number(100 * on.observed[k], 1)} % |"
        f" {signed(effects[k])} ± {number(errors[k], 2)} |"
        for k, zone in enumerate(ZONES)
    ]


def rank_of_zones(on: Ground) -> str:
    """Return the rank of the survey's zones under its own question, none of its answers being used."""
    effects = on.law(trials.retained(on), survey=False)
    return number(on.never_connected(effects=effects), 2)


def spread_lines(on: Ground) -> list[str]:
    """Return a line for each estimated spread between places."""
    return [
        f"| {name} | {n} | {number(width, 2)} | {number(low, 2)} à {number(high, 2)} |"
        for name, (n, (width, low, high)) in spreads.estimates(on).items()
    ]


def why_not_printed(on: Ground) -> str:
    """Return the causes that move Auvergne-Rhône-Alpes away from its printed rate, one after the other."""
    c, names = trials.retained(on), on.place.region_names
    at = int(np.flatnonzero(names == "84")[0])
    by_cause = [np.zeros(len(names)), on.law(c, survey=False), on.law(c)]
    alone, total, survey = (number(100 * on.by_region(c, effects)[at], 1) for effects in by_cause)
    m = on.measures
    rated = ~np.isnan(m.effects) & (m.weights > 0)
    excess = number(float(m.weights[rated] @ m.effects[rated]), 3).replace("-", "−")
    return (
        f"L’Auvergne-Rhône-Alpes n’a qu’un taux publié, 15 %. Ses habitants en laissent attendre {alone} %."
        " L’écart qui redonne 15,0 est lu, puis deux choses le retiennent. Le total du pays : pesés"
        f" ensemble, les écarts publiés font {excess}, que les autres régions devraient rendre seules ;"
        f" chaque taux cède un peu, dans son arrondi : {total} %. L’enquête directe : elle voit le"
        f" Centre-Est à +0,24, à l’opposé de l’Insee (−0,11) : {survey} %, 15,4 % en moyenne des tirages."
        " C’est dans l’arrondi du taux (14,5 à 15,5), et la fourchette de la région est élargie de ce"
        " désaccord."
    )


def signed(value: float) -> str:
    return ("+" if value >= 0 else "−") + number(abs(value), 2)


def region_lines(on: Ground) -> list[str]:
    """Return each published région beside the model, its own rate used or left out."""
    c = trials.retained(on)
    effects = on.law(c)
    alone, with_own = on.by_region(c), on.by_region(c, effects)
    out = []
    for k, rate in zip(on.rated, [r for r in regional.evidence().rates if not r.contested], strict=True):
        without = on.by_region(c, on.law(c, leave_out=int(k)))[k]
        columns = (rate.rate, alone[k], without, with_own[k])
        name = gazetteer().get(f"R{rate.region}").name
        out.append(f"| {name} | " + " | ".join(f"{number(100 * x, 1)} %" for x in columns) + " |")
    return out


def page(on: Ground, scores: Scores) -> str:
    """Return the page of the trials, the rejected ones included."""
    lines = [
        "# Les essais du modèle",
        "",
        (
            "Plusieurs modèles ont été essayés, un changement à la fois, sur des lieux qu’ils n’avaient pas"
            " vus. Cette page les donne tous, ceux que nous n’avons pas gardés compris. `make bench"
            " SUITE=essais` refait les calculs et la récrit."
        ),
        "",
        "## Sur quoi l’on juge",
        "",
        (
            "- **Intercommunalités des Hauts-de-France, 2019** (Insee, 92) : écart moyen absolu, en points,"
            " du modèle tel quel ; puis *un département de côté* : une constante est réglée sur les"
            " intercommunalités de quatre départements et appliquée au cinquième, chacun à son tour ; et le"
            " rang (corrélation de Spearman) de ces taux de côté."
        ),
        (
            "- **Régions, 2019** (Insee, neuf, Corse à part) : écart moyen absolu et rang. Quand le modèle se"
            " sert des taux régionaux, chaque région est estimée *sans le sien*."
        ),
        (
            "- **Zones de l’enquête** (Crédoc, 2015-2019, 18 ans et plus, « jamais sur Internet », huit"
            f" zones, {number(len(on.answers.age))} personnes) : rang des zones, les taux étant appliqués aux"
            " mêmes répondants, aucune zone n’ayant servi. Dernière colonne : le rang quand nos habitants"
            " remplacent les répondants. Sous la question même de l’enquête (« jamais sur Internet »), nos"
            f" habitants et les seuls taux publiés classent les zones à {rank_of_zones(on)}."
        ),
        "",
        (
            "Ces valeurs locales de l’Insee sont elles-mêmes un modèle national projeté sur le recensement :"
            " elles règlent et interrogent, elles ne prouvent pas. L’enquête est la seule mesure directe ;"
            " huit zones n’y donnent qu’un rang incertain (± 0,3)."
        ),
        "",
        "## Les candidats",
        "",
        (
            "| Candidat | Intercommunalités (points) | un département de côté (points) | rang | Régions"
            " (points) | rang | Zones, mêmes personnes : rang | nos habitants : rang |"
        ),
        "|---|---|---|---|---|---|---|---|",
        *(line(c, s) for c, s in scores),
        "",
        "## Ce que nous gardons, et pourquoi",
        "",
        (
            "- **Les petites communes** : c’est le changement qui aide le plus, dans les Hauts-de-France, sur"
            " les régions et dans l’enquête. L’effet est plus fort avant 75 ans (enquête : +0,18 ± 0,11) et"
            " inconnu après (−0,14 ± 0,22) : il est tiré, 0,20 ± 0,08 puis 0 ± 0,10."
        ),
        (
            "- **Les régions** : leurs taux publiés et les zones de l’enquête, ensemble. Le rang des régions"
            " laissées de côté passe de 0,78 à 0,94 ; leur écart moyen, lui, monte (0,85 puis 1,18 point) :"
            " les neuf taux publiés sont ensemble sous le total national, et une région de côté reçoit tout"
            " ce que les autres rendent. Il était de 0,98 quand l’effet d’une région ne passait que les deux"
            " tiers de l’écart de son taux : les autres rendaient moins. De même dans les Hauts-de-France :"
            " 0,56 point au lieu de 0,51, parce que le taux imprimé (17 %) est au-dessus de la somme de la"
            " table (16,7 %)."
        ),
        (
            "- **Des écarts entre départements, intercommunalités et voisines** : ce que les taux publiés en"
            " disent est plus bas, sur cette page."
        ),
        "",
        "## Ce que nous ne gardons pas, et pourquoi",
        "",
        (
            "- **La forme de l’enquête à la place de la nôtre.** Seule, elle fait mieux que le point de"
            " départ ; avec l’effet rural, elle ne fait plus mieux dans les Hauts-de-France (rang 0,956"
            " contre 0,964), gagne 0,07 point sur les régions, et perd les marges publiées par âge et par"
            " diplôme. Or nos taux, appliqués aux répondants de l’enquête, y classent déjà les zones à 0,71 :"
            " la forme n’est pas ce qui manque."
        ),
        (
            "- **Les places des diplômes tirées vers l’enquête**, marges gardées : un centième de point. Les"
            " places actuelles restent dans leur doute."
        ),
        (
            "- **Les taux régionaux à la lettre.** Retrouvés au centième, ils laissent aux trois régions sans"
            " taux ce qui manque au total : l’Occitanie monte à 19,9 %, au-dessus de la"
            " Bourgogne-Franche-Comté et du Centre-Val de Loire, que l’Insee place dans les trois premières ;"
            " et une région de côté se trompe de 1,52 point au lieu de 1,18. « 15 % » est un arrondi : il dit"
            " de 14,5 à 15,5."
        ),
        (
            "- **Sans les zones de l’enquête** : là où l’enquête contredit l’Insee, une seule source"
            " resterait ; le rang des régions de côté tombe de 0,94 à 0,79."
        ),
        (
            "- **Un effet de l’agglomération parisienne** : l’enquête le veut fort (−0,6 contre les grandes"
            " villes), la table des régions de l’Insee n’en veut pas. Il n’est pas réglé ; l’Île-de-France"
            " garde la trace de ce désaccord dans sa fourchette."
        ),
        "",
        "## Les écarts entre lieux, estimés",
        "",
        (
            "De combien deux lieux diffèrent, à habitants égaux : écart-type sur le logit des cellules, par"
            " maximum de vraisemblance restreint (composantes de la variance), et son intervalle à 90 %. Les"
            " taux : neuf régions (Insee, Corse à part), 92 intercommunalités des Hauts-de-France (Insee),"
            " quinze taux de départements et d’intercommunalités que la presse a lus dans des études"
            " régionales de l’Insee (`bench/local_rates_2019.csv`), et les huit zones de l’enquête directe."
        ),
        "",
        "| Écart | Mesures | Estimé | Intervalle à 90 % |",
        "|---|---|---|---|",
        *spread_lines(on),
        "",
        (
            "Ce que nous en faisons. Ces écarts sont choisis, non repris tels quels. Région sans taux"
            " publié : 0,10, entre les taux publiés et l’enquête. Département : 0,10, dans l’intervalle"
            " d’ailleurs (0,00 à 0,13). Intercommunalité : 0,11 qui lui est propre, dans l’intervalle"
            " d’ailleurs (0,05 à 0,13), et 0,09 qu’elle partage avec ses voisines. Tous sont plus hauts que"
            " l’estimation, pour trois raisons. Les taux locaux de l’Insee sont modélisés, donc plus"
            " réguliers que la réalité : l’enquête directe voit ses zones plus différentes que les taux"
            " publiés des régions. La table des Hauts-de-France a réglé l’effet des petites communes. Les"
            " pays simulés de la page « Solidité » demandent cette largeur. À l’inverse, la presse cite"
            " surtout les lieux les mieux et les moins bien placés : ses quinze taux peuvent grandir les"
            " écarts. La ressemblance des voisines n’y est pas visible : c’est une prudence. L’écart entre"
            " quartiers (0,16) et la pente de l’âge et du diplôme propre à un lieu (0,15) ne sont mesurés"
            " par rien de publié."
        ),
        "",
        "## Pourquoi une région publiée à 15 % sort à 15,4 %",
        "",
        why_not_printed(on),
        "",
        "## Ce que l’enquête voit de chaque zone",
        "",
        (
            "Écart, sur l’échelle logistique, entre ce qui est observé et ce que nos taux donnent aux mêmes"
            " personnes. **Les étiquettes de zone du fichier publié sont décalées d’un cran jusqu’en 2017** :"
            " « Nord » y désigne le Bassin parisien (17 % des personnes), « Centre Est » la Méditerranée, et"
            " personne n’y habite la Méditerranée. Elles sont remises à leur place. Sans cela, l’enquête et"
            " les taux régionaux de l’Insee semblent se contredire à l’ouest, au sud et au nord-est ;"
            " remises, elles s’accordent sauf en Île-de-France et en Auvergne-Rhône-Alpes."
        ),
        "",
        "| Zone | Personnes | Jamais sur Internet | Écart |",
        "|---|---|---|---|",
        *zone_lines(on),
        "",
        "## Chaque région, avec et sans son propre taux",
        "",
        "| Région | Publié (2019) | Habitants et petites communes | Sans son taux | Avec |",
        "|---|---|---|---|---|",
        *region_lines(on),
        "",
    ]
    return "\n".join(lines)
