"""Is the interval honest? Simulated countries whose truth is known; the answer is written down as it is."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import islice, repeat
from pathlib import Path

import numpy as np

from bench import soundness_study as soundness
from bench.national import SAMPLE, one_by_one
from bench.soundness_study import Kind
from bench.timing import Measure, seconds
from maillage.reference.definitions import DEFAULT, definition
from maillage.studies.need import model as need_model
from maillage.studies.need.model import Spreads
from maillage.words.wording import number, percent

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "solidite.md"
WORLDS, WRONG_WORLDS = 16, 12
DRAWS = 300  # of the engine, in each world
WORKERS = 2
TRIAL = {"worlds": 1, "wrong": 1, "kinds": 1, "n_draws": 20, "sample_size": 5, "out": None}
GOAL = (0.87, 0.93)
Found = list[soundness.Shares]


def cases(worlds: int, wrong: int) -> dict[str, tuple[Kind, int]]:
    """Return the kinds of worlds: those that data suggest, then worlds where they mislead."""
    used = need_model.spreads()
    # What data suggest; the engine takes more, so that worlds less kind than these are covered too.
    assumed = replace(used, epci=0.08, area=0.15)
    alike = Spreads(region=0.0, departement=0.0, epci=0.0, area=0.0, overseas=assumed.overseas)
    return {
        "écarts que les données laissent voir": (Kind(assumed), worlds),
        "écarts entre départements de 0,10": (Kind(replace(assumed, departement=0.10)), wrong),
        "effet rural plus fort de 0,12": (Kind(assumed, rural=0.12), wrong),
        "écarts à queue lourde (Student, 3 degrés)": (Kind(assumed, tails=3), wrong),
        "75 ans et plus : écart propre à chaque intercommunalité, de 0,25": (Kind(assumed, aged=0.25), wrong),
        "écarts entre intercommunalités de 0,20": (Kind(replace(assumed, epci=0.20)), wrong),
        "écarts entre régions de 0,17": (Kind(replace(assumed, region=0.17)), wrong),
        "aucun écart entre territoires": (Kind(alike), wrong),
    }


def _some(worlds: list[int], kind: Kind, n_draws: int) -> Found:
    return soundness.coverage(worlds, kind=kind, n_draws=n_draws)


def coverage(kind: Kind, n: int, n_draws: int) -> Found:
    """Return the coverage in each of n worlds, shared between processes."""
    shares = [list(range(1 + k, n + 1, WORKERS)) for k in range(min(WORKERS, n))]
    with ProcessPoolExecutor(len(shares)) as pool:
        parts = pool.map(_some, shares, repeat(kind), repeat(n_draws))
        return [world for part in parts for world in part]


def measures(
    *,
    worlds: int = WORLDS,
    wrong: int = WRONG_WORLDS,
    kinds: int | None = None,
    n_draws: int = DRAWS,
    sample_size: int = SAMPLE,
    out: Path | None = PAGE,
) -> list[Measure]:
    """Run every kind of world, write the page, and return how long one world takes beside areas one by
    one.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    tried = dict(islice(cases(worlds, wrong).items(), kinds))
    found: dict[str, Found] = {}
    took = seconds(lambda: found.update({name: coverage(*case, n_draws) for name, case in tried.items()}))
    written = page(found)
    if out is not None:
        out.write_text(written, "utf-8")
    m = need_model.model(definition(DEFAULT))
    loop = seconds(lambda: one_by_one(m, np.arange(sample_size))) * len(m.country.frame) / sample_size
    n_worlds = sum(n for _, n in tried.values())
    return [
        Measure(
            f"solidité : {n_worlds} mondes simulés",
            took,
            "boucle sur les zones, sans compter la simulation",
            n_worlds * loop,
            "voir docs/methods/solidite.md",
        )
    ]


def summary(worlds: Found, label: str) -> tuple[float, float]:
    """Return the mean coverage of a size over worlds, and the margin (90 %) that so few worlds leave."""
    shares = np.array([world[label] for world in worlds])
    margin = 1.645 * shares.std(ddof=1) / len(shares) ** 0.5 if len(shares) > 1 else float("nan")
    return float(shares.mean()), float(margin)


def _cell(worlds: Found, label: str) -> str:
    share, margin = summary(worlds, label)
    return f"{percent(100 * share, 1)} ± {number(100 * margin, 1)}"


def page(found: dict[str, Found]) -> str:
    """Return the page that tells the coverage, good or not."""
    names = list(found)
    right = found[names[0]]
    labels = list(right[0])
    outside = {
        name: [
            f"{label} ({percent(100 * summary(worlds, label)[0])})"
            for label in labels[:-1]  # of the country as a whole, a world gives one answer
            if not GOAL[0] <= summary(worlds, label)[0] <= GOAL[1]
        ]
        for name, worlds in found.items()
    }
    missed = [f"- {name} : {', '.join(some)}." for name, some in outside.items() if some]
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
            f"Des pays sont tirés au sort : {len(right)} aux écarts que les données laissent voir, puis"
            f" {len(found[names[-1]])} de chaque sorte où nous nous trompons. Chacun a ses diplômes et ses"
            " niveaux de vie (autres que ceux que nous reconstituons), son croisement d’âge et de diplôme,"
            " ses taux que personne ne publie, ses écarts entre régions, départements, intercommunalités et"
            " quartiers, son effet rural, et des habitants entiers. Une enquête y est menée, tirée puis"
            " arrondie au point ; ses régions publient des taux d’une autre année, eux-mêmes peu sûrs. Le"
            " calcul ne reçoit que cela ; on regarde si la vérité tombe dans sa fourchette."
        ),
        "",
        (
            "Ce que cela mesure, et ce que cela ne mesure pas. Dans la première sorte de pays, les écarts"
            " entre territoires sont ceux que les données laissent voir (0,08 entre intercommunalités, 0,15"
            " entre quartiers) et suivent la loi du calcul : elle dit surtout qu’il est d’accord avec"
            " lui-même. Deux choses y sont pourtant tirées à part : les niveaux de vie, plus loin des nôtres"
            " que nous ne le supposons (0,15 par intercommunalité, 0,30 par quartier), et les paramètres que"
            " personne ne publie, n’importe où dans leur plage. Les autres sortes disent ce qui arrive quand"
            " la loi est fausse. Le calcul retient 0,10 et 0,16 : ses fourchettes sont élargies jusqu’à"
            " tenir parole là où l’effet rural, les départements, les queues ou l’âge nous démentent. Elles"
            " ne le sont pas jusqu’à couvrir des intercommunalités deux fois et demie plus différentes, ni"
            " des régions que dix taux publiés démentent : ces pays-là restent dans la table, hors du but."
        ),
        "",
        (
            f"Mesuré le {date.today():%d/%m/%Y}. `make bench SUITE=solidite` refait la mesure avec le calcul"
            " du jour, et récrit cette page. La marge (±, à 90 %) vient de l’écart d’un pays à l’autre,"
            " jamais du nombre de zones : celles d’un même pays se ressemblent. Ces pays se partagent"
            f" {soundness.POPULATIONS} populations."
        ),
        "",
        "## Résultat, quand les écarts sont ceux que les données laissent voir",
        "",
        "| Taille de zone | Couverture | Pays | Zones par pays |",
        "|---|---|---|---|",
        *(
            f"| {label} | {_cell(right, label)} | {len(right)} | {number(soundness.sizes()[label])} |"
            for label in labels
        ),
        "",
        "## Résultat, quand ils sont autres",
        "",
        "| Pays | " + " | ".join(labels) + " |",
        "|---|" + "---|" * len(labels),
        *(
            f"| {name} ({len(worlds)}) | " + " | ".join(_cell(worlds, label) for label in labels) + " |"
            for name, worlds in list(found.items())[1:]
        ),
        "",
        f"Pour la France entière, {len(found[names[-1]])} pays ne mesurent rien.",
        "",
        "## Hors du but",
        "",
        f"Le but est entre {percent(100 * GOAL[0])} et {percent(100 * GOAL[1])}. "
        + ("Ce qui en sort, tel que mesuré :" if missed else "Toutes les tailles y sont, partout."),
        *([""] if missed else []),
        *missed,
        "",
        (
            "Si les territoires diffèrent plus que nous ne le supposons, nos fourchettes sont trop étroites,"
            " surtout pour les intercommunalités ; s’ils se ressemblent plus, elles sont trop larges. C’est"
            " l’hypothèse qui pèse le plus ; seule une enquête locale la vérifie."
        ),
        "",
        "## Limites",
        "",
        "- Les mondes suivent la forme du modèle : un effet que nous n’avons pas imaginé n’y est pas.",
        "- Les outils de l’enquête (questions, refus de répondre) sont supposés parfaits.",
        (
            "- La table des intercommunalités des Hauts-de-France a aidé à choisir l’effet des petites"
            " communes, et nos fourchettes y contiennent les 92 taux de l’Insee sur 92, à 90 % comme à 80 % :"
            " elle dit peu de chose des écarts entre territoires, puisque ces taux sont eux-mêmes modélisés"
            " et plus réguliers que la réalité."
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
