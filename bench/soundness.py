"""Is the interval honest? Simulated countries whose truth is known; the answer is written down as it is."""

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from bench.timing import Measure, seconds
from maillage.reports.wording import number, percent
from maillage.studies import needs, soundness
from maillage.studies.needs import Spreads

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "solidite.md"
WORLDS, WRONG_WORLDS = 60, 40
WORKERS = 2
Found = dict[str, tuple[float, int]]


def cases() -> dict[str, tuple[Spreads, int]]:
    """Return the kinds of worlds: those the engine supposes, then worlds where it is wrong."""
    assumed = needs.spreads()

    def with_(**changed: float) -> Spreads:
        return Spreads(
            **{name: changed.get(name, getattr(assumed, name)) for name in ("region", "epci", "area", "overseas")}
        )

    return {
        "mondes aux écarts supposés": (assumed, WORLDS),
        "écarts entre intercommunalités de 0,20 au lieu de 0,10": (with_(epci=0.20), WRONG_WORLDS),
        "écarts entre régions de 0,17 au lieu de 0,10": (with_(region=0.17), WRONG_WORLDS),
        "aucun écart entre territoires": (with_(region=0.0, epci=0.0, area=0.0), WRONG_WORLDS),
    }


def _some(worlds: list[int], truth: Spreads) -> Found:
    return soundness.coverage(worlds, truth=truth)


def coverage(truth: Spreads, n: int) -> Found:
    """Return the coverage over n worlds, shared between processes."""
    shares = [list(range(1 + k, n + 1, WORKERS)) for k in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(_some, shares, [truth] * WORKERS))
    out: Found = {}
    for label in parts[0]:
        tried = sum(part[label][1] for part in parts)
        out[label] = (sum(part[label][0] * part[label][1] for part in parts) / tried, tried)
    return out


def measures() -> list[Measure]:
    """Run every kind of world, write the page, and return how long one world takes beside areas one by one."""
    from bench.national import SAMPLE, one_by_one
    from maillage.reference.definitions import DEFAULT, definition

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    found: dict[str, Found] = {}
    took = seconds(lambda: found.update({name: coverage(truth, n) for name, (truth, n) in cases().items()}))
    PAGE.write_text(page(found), "utf-8")
    import numpy as np

    m = needs.model(definition(DEFAULT))
    loop = seconds(lambda: one_by_one(m, np.arange(SAMPLE))) * len(m.country.frame) / SAMPLE
    worlds = sum(n for _, n in cases().values())
    return [
        Measure(
            f"solidité : {worlds} mondes simulés",
            took,
            "boucle sur les zones, sans compter la simulation",
            worlds * loop,
            "voir docs/methods/solidite.md",
        )
    ]


def page(found: dict[str, Found]) -> str:
    """Return the page that tells the coverage, good or not."""
    names = list(found)
    right = found[names[0]]
    inside = [label for label, (share, _) in right.items() if 0.87 <= share <= 0.93]
    outside = [f"{label} ({100 * share:.0f} %)" for label, (share, _) in right.items() if label not in inside]
    lines = [
        "# Nos fourchettes tiennent-elles parole ?",
        "",
        "Une fourchette à 90 % doit contenir la vérité neuf fois sur dix : on le vérifie là où la vérité est connue, dans des "
        "pays simulés.",
        "",
        "## Comment",
        "",
        f"{WORLDS} pays sont tirés au sort. Chacun a ses diplômes (autres que ceux que nous reconstituons), son croisement "
        "d’âge et de diplôme, ses taux que personne ne publie, ses écarts entre régions, intercommunalités et quartiers, et "
        "des habitants entiers. Une enquête y est menée, tirée puis arrondie au point. Le calcul ne reçoit que ce que cette "
        "enquête publie ; on regarde si la vérité tombe dans sa fourchette.",
        "",
        f"Mesuré le {date.today():%d/%m/%Y}. `make bench` refait la mesure avec le calcul du jour, et récrit cette page.",
        "",
        "## Résultat, quand nos hypothèses sur les écarts sont justes",
        "",
        "| Taille de zone | Couverture | Zones essayées |",
        "|---|---|---|",
        *(f"| {label} | {percent(100 * share, 1)} | {number(tried)} |" for label, (share, tried) in right.items()),
        "",
        "Le but est entre 87 et 93 %. "
        + (f"Hors du but : {', '.join(outside)}. " if outside else "Toutes les tailles y sont. ")
        + f"Les zones d’un même monde se ressemblent : pour la France, {WORLDS} essais seulement, et un hasard de plus ou moins "
        "6 points.",
        "",
        "## Résultat, quand elles sont fausses",
        "",
        "| Taille de zone | " + " | ".join(names[1:]) + " |",
        "|---|" + "---|" * (len(names) - 1),
        *(
            f"| {label} | " + " | ".join(percent(100 * found[name][label][0], 1) for name in names[1:]) + " |"
            for label in right
        ),
        "",
        "Si les territoires diffèrent plus que nous ne le supposons, nos fourchettes sont trop étroites, surtout pour les "
        "intercommunalités. C’est l’hypothèse qui pèse le plus ; seule une enquête locale la vérifie.",
        "",
        "## Limites",
        "",
        "- Les mondes suivent la forme du modèle : un effet que nous n’avons pas imaginé n’y est pas.",
        "- Les outils de l’enquête (questions, refus de répondre) sont supposés parfaits.",
        "- Les communes comparées ont au moins 200 adultes ; en dessous de 50, aucun chiffre n’est montré.",
        "",
        "## Ce qui prouverait que nous avons tort",
        "",
        "Une enquête locale d’au moins 400 personnes hors de la fourchette dans plus d’une intercommunalité sur dix, ou un "
        "taux régional publié à plus de 0,25 (échelle logistique) du nôtre. La Corse l’est déjà : un quart publié en 2019, 18 % ici.",
        "",
    ]
    return "\n".join(lines)
