"""Is the interval honest? Simulated countries whose truth is known; the answer is written down as it is."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, repeat
from pathlib import Path

import numpy as np

from bench import frozen_loop
from bench import soundness_study as soundness
from bench.national import SAMPLE, inputs
from bench.soundness_study import Kind
from bench.timing import Measure, seconds
from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.need import model as need_model
from maillage.words.wording import number, percent

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "solidite.md"
WORLDS, COUNTRIES = 24, 150  # of each kind: judged place by place, then for their total alone
DRAWS = 300  # of the engine, in each world
WORKERS = 2
TRIAL = {"worlds": 1, "countries": 1, "kinds": 1, "n_draws": 20, "sample_size": 5, "out": None}
GOAL = (0.87, 0.93)
Shares = list[soundness.Shares]


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of world. beyond: why the interval is not failures to hold there, '' where it is."""

    kind: Kind
    beyond: str = ""


def cases() -> dict[str, Case]:
    """Return the kinds of worlds: those that data suggest, then worlds where they mislead."""
    suggested = replace(need_model.spreads(), departement=0.10, epci=0.10, area=0.15)
    wide = replace(suggested, departement=0.12, epci=0.15)
    # Beside the first: neither the engine's law of places nor its formula for cells.
    other = Kind(suggested, tails=5, shape=0.10)
    every = Kind(
        wide, tails=3, shape=0.10, slopes=0.08, context=0.03, urban=0.02, census=0.03, uncounted=0.01
    )
    alike = Kind(replace(suggested, region=0.05, departement=0.02, epci=0.02, area=0.05))
    return {
        "écarts que les données laissent voir": Case(Kind(suggested)),
        "effet rural plus fort de 0,12": Case(Kind(suggested, rural=0.12)),
        "75 ans et plus : écart propre à chaque intercommunalité, de 0,25": Case(Kind(suggested, aged=0.25)),
        "écarts de 0,12 et 0,15, à queue lourde (Student, 3 degrés)": Case(
            replace(other, between=wide, tails=3)
        ),
        "l’âge et le diplôme comptent plus ou moins selon le lieu (0,15)": Case(replace(other, slopes=0.15)),
        "la pauvreté du lieu (0,06) et la taille de la ville (0,03) comptent": Case(
            replace(other, context=0.06, urban=0.03)
        ),
        "âges et diplômes du recensement faux (0,06)": Case(replace(other, census=0.06)),
        "bassins : 300 groupes d’intercommunalités voisines, écart de 0,12": Case(
            replace(other, basins=0.12)
        ),
        "tout cela, bassins à part, et un recensement qui oublie des habitants": Case(every),
        "écarts entre intercommunalités de 0,20": Case(
            Kind(replace(suggested, epci=0.20)), "plus que les taux publiés ne laissent possible"
        ),
        "écarts entre régions de 0,17": Case(
            Kind(replace(suggested, region=0.17)), "plus que le calcul ne suppose"
        ),
        "l’enquête nationale oublie une personne concernée sur dix": Case(
            replace(other, missed=0.10), "aucun calcul ne répare une enquête fausse"
        ),
        "petits écarts (0,05 ; 0,02 ; 0,02 ; 0,05)": Case(alike, "la fourchette y est trop large"),
    }


def _both(worlds: list[int], countries: list[int], kind: Kind, n_draws: int) -> tuple[Shares, Shares]:
    return (
        soundness.coverage(worlds, kind=kind, n_draws=n_draws),
        soundness.national(countries, kind=kind, n_draws=n_draws),
    )


def coverage(kind: Kind, worlds: int, countries: int, n_draws: int) -> dict[str, list[float]]:
    """Return, by size of place, the coverage in each world; worlds are shared between processes."""

    def shared(n: int) -> list[list[int]]:
        return [list(range(1 + k, n + 1, WORKERS)) for k in range(WORKERS)]

    with ProcessPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(_both, shared(worlds), shared(countries), repeat(kind), repeat(n_draws)))
    out: dict[str, list[float]] = {}
    for part in parts:
        for world in (*part[0], *part[1]):
            for label, share in world.items():
                out.setdefault(label, []).append(share)
    return {
        label: out[label] for label in sorted(out, key=lambda zone_label: zone_label == soundness.COUNTRY)
    }


def measures(
    *,
    worlds: int = WORLDS,
    countries: int = COUNTRIES,
    kinds: int | None = None,
    n_draws: int = DRAWS,
    sample_size: int = SAMPLE,
    out: Path | None = PAGE,
) -> list[Measure]:
    """Run every kind of world, write the page, and return how long one world takes beside areas one by
    one.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    tried = dict(islice(cases().items(), kinds))
    coverages: dict[str, dict[str, list[float]]] = {}
    took = seconds(
        lambda: coverages.update(
            {name: coverage(case.kind, worlds, countries, n_draws) for name, case in tried.items()}
        )
    )
    written = page(coverages)
    if out is not None:
        out.write_text(written, "utf-8")
    m = need_model.model(definition(DEFAULT))
    arrays = inputs(m)
    loop = (
        seconds(lambda: frozen_loop.loop(arrays, np.arange(sample_size))) * len(m.country.frame) / sample_size
    )
    n_worlds = len(tried) * worlds
    return [
        Measure(
            f"solidité : {n_worlds} mondes simulés, {len(tried) * countries} pour leur seul total",
            took,
            "boucle sur les zones, sans compter la simulation",
            n_worlds * loop,
            "voir docs/methods/solidite.md",
        )
    ]


def summary(shares: list[float]) -> tuple[float, float]:
    """Return the mean coverage over worlds, and the margin (90 %) that so few worlds leave."""
    values = np.array(shares)
    margin = 1.645 * values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return float(values.mean()), float(margin)


def _cell(shares: list[float]) -> str:
    share, margin = summary(shares)
    return f"{percent(100 * share, 1)} ± {number(100 * margin, 1)}"


def _missed(coverages: dict[str, list[float]]) -> list[str]:
    """Return the sizes whose coverage leaves the goal, with it."""
    return [
        f"{label} ({percent(100 * summary(shares)[0])})"
        for label, shares in coverages.items()
        if not GOAL[0] - _slack(label, shares)
        <= round(summary(shares)[0], 3)
        <= GOAL[1] + _slack(label, shares)
    ]


def _slack(label: str, shares: list[float]) -> float:
    """Return the share that chance may move: the margin for the country, one answer by world."""
    return summary(shares)[1] if label == soundness.COUNTRY else 0.0


def page(coverages: dict[str, dict[str, list[float]]]) -> str:
    """Return the page that tells the coverage, good or not."""
    known = cases()
    labels = list(next(iter(coverages.values())))
    worlds, countries = (
        len(next(iter(coverages.values()))[labels[0]]),
        len(next(iter(coverages.values()))[labels[-1]]),
    )
    country = [
        share for name in coverages if not known[name].beyond for share in coverages[name][soundness.COUNTRY]
    ]
    missed = {name: _missed(shares_by_label) for name, shares_by_label in coverages.items()}
    failures = [
        f"- {name} : {', '.join(missed[name])}."
        for name in coverages
        if missed[name] and not known[name].beyond
    ]
    beyond = [
        f"- {name} ({known[name].beyond}) : {', '.join(missed[name]) or 'rien ne sort'}."
        for name in coverages
        if known[name].beyond
    ]
    lines = [
        "# Nos fourchettes tiennent-elles parole ?",
        "",
        (
            "Une fourchette à 90 % doit contenir la vérité neuf fois sur dix : on le vérifie là où la vérité"
            " est connue, dans des pays simulés."
        ),
        "",
        "## Comment",
        "",
        (
            f"Des pays sont tirés au sort, {worlds} de chaque sorte, et {countries} pour leur seul total."
            " Chacun a ses diplômes et ses niveaux de vie (autres que ceux que nous reconstituons), son"
            " croisement d’âge et de diplôme, ses taux que personne ne publie, ses écarts entre lieux, son"
            " effet rural, et des habitants entiers. Une enquête y est menée : elle se trompe (jusqu’à"
            f" {percent(100 * soundness.SURVEY_ERROR)} en plus ou en moins, par les refus et les réponses"
            " inexactes), elle tire, elle arrondit au point ; les régions publient des taux d’une autre"
            " année, eux-mêmes peu sûrs. Le calcul ne reçoit que cela ; on regarde si la vérité tombe dans"
            " sa fourchette."
        ),
        "",
        (
            "Ce que cela mesure, et ce que cela ne mesure pas. Dans la première sorte de pays, les écarts"
            " suivent la loi du calcul (0,10 entre départements, 0,10 entre intercommunalités, 0,15 entre"
            " quartiers) : elle dit surtout qu’il est d’accord avec lui-même. Trois choses y sont pourtant"
            " tirées à part : les niveaux de vie, plus loin des nôtres que nous ne le supposons (0,15 par"
            " intercommunalité, 0,30 par quartier), les paramètres que personne ne publie, n’importe où dans"
            " leur plage, et l’erreur de l’enquête. À partir de la quatrième, les lois sont autres que les"
            " nôtres : queues lourdes (Student, 5 degrés), et un écart de 0,10 propre à chaque cellule"
            " d’âge et de diplôme, que notre formule ne connaît pas."
        ),
        "",
        (
            f"Mesuré le {date.today():%d/%m/%Y}. `make bench SUITE=solidite` refait la mesure avec le calcul"
            " du jour, et récrit cette page. La marge (±, à 90 %) vient de l’écart d’un pays à l’autre,"
            " jamais du nombre de zones : celles d’un même pays se ressemblent. Ces pays se partagent"
            f" {soundness.POPULATIONS} populations : la marge, qui les compte"
            " indépendants, est un peu trop étroite."
        ),
        "",
        "## Résultat",
        "",
        "| Pays | " + " | ".join(labels) + " |",
        "|---|" + "---|" * len(labels),
        "| (zones par pays) | " + " | ".join(number(soundness.sizes()[label]) for label in labels) + " |",
        *(
            f"| {name} | " + " | ".join(_cell(shares_by_label[label]) for label in labels) + " |"
            for name, shares_by_label in coverages.items()
        ),
        "",
        "## Hors du but",
        "",
        f"Le but est entre {percent(100 * GOAL[0])} et {percent(100 * GOAL[1])} ; pour le pays entier, où"
        " chaque tirage ne donne qu’une réponse, à la marge près. "
        + (
            "Ce qui en sort, tel que mesuré :"
            if failures
            else "Toutes les tailles y sont, dans les pays où il vaut."
        ),
        *([""] if failures else []),
        *failures,
        "",
        (
            "Le total du pays ne dépend pas des écarts entre lieux : toutes ces sortes ensemble, la"
            f" fourchette le contient dans {_cell(country)} des tirages."
        ),
        "",
        "Dans ces pays-ci, il ne vaut pas ; ce qui sort est dit :",
        "",
        *beyond,
        "",
        (
            "Si les territoires diffèrent plus que nous ne le supposons, nos fourchettes sont trop étroites,"
            " surtout pour les intercommunalités ; s’ils se ressemblent plus, elles sont trop larges. Les"
            " taux publiés disent de combien ils diffèrent (page « Les essais du modèle »), mais ils sont"
            " modélisés : seule une enquête locale le vérifie."
        ),
        "",
        "## Limites",
        "",
        (
            "- Une enquête qui oublie une personne concernée sur dix, partout, met tous nos nombres en"
            " défaut. Nous tirons une erreur plus petite, commune à tous ses taux (0,05 sur le logit) : rien"
            " de publié ne dit laquelle est vraie."
        ),
        (
            "- Les écarts retenus (0,10 ; 0,11 ; 0,09) et la force de ces pays ont été choisis en regardant"
            " ces mêmes tirages : leur accord n’est pas une preuve indépendante."
        ),
        "- Un effet que ni nous ni ces pays n’avons imaginé n’y est pas.",
        (
            "- La table des intercommunalités des Hauts-de-France a aidé à choisir l’effet des petites"
            " communes, et nos fourchettes y contiennent les 92 taux de l’Insee sur 92, à 90 % comme à 80 % :"
            " elle dit peu de chose des écarts entre territoires, puisque ces taux sont eux-mêmes modélisés"
            " et plus réguliers que la réalité."
        ),
        (
            "- Le total du pays est jugé sur les taux nationaux : les effets de lieu rendent au pays ce"
            " qu’ils ajoutent."
        ),
        "- Les communes comparées ont au moins 200 adultes ; en dessous de 50, aucun chiffre n’est montré.",
        "",
        "## Ce qui prouverait que nous avons tort",
        "",
        (
            "Une enquête locale d’au moins 400 personnes hors de la fourchette dans plus d’une"
            " intercommunalité sur dix, ou un taux régional publié plus tard à plus de 0,25 (échelle"
            " logistique) du nôtre."
        ),
        "",
    ]
    return "\n".join(lines)
