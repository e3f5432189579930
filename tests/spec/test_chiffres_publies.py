"""Ce que d’autres ont publié d’un territoire se lit à côté de notre chiffre, surtout quand il le contredit."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate
from maillage.publishing.territory import published
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.files import PROJECT
from maillage.reference.published_rates import PublishedRate
from maillage.sources import published_rates
from maillage.statistics.diagnosis import published as study
from maillage.statistics.diagnosis.published import PublishedComparison
from maillage.statistics.zones.territories import gazetteer

title = "À côté de notre chiffre, ceux qui sont publiés"
SAME = "illectronisme-insee-2019"


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("**", "")


def rate(value: float, definition: str = SAME) -> PublishedRate:
    return PublishedRate(
        place="R94",
        definition=definition,
        rate=value,
        low=value - 0.5,
        high=value + 0.5,
        people=None,
        producer="Insee" if definition else "Collectivité de Corse",
        by="l’Insee" if definition else "la Collectivité de Corse",
        title="Insee Flash" if definition else "Enquête directe",
        year=2019,
        url="",
        quote="un quart",
        doubt="Modélisé.",
    )


def computed_rate(low: float, high: float) -> Estimate:
    return Estimate(
        value=(low + high) / 2,
        low=low,
        high=high,
        unit="pourcent",
        universe="15 ans et plus",
        n=10_000,
        method="besoins",
    )


def comparison(value: float, low: float, high: float, *, is_here: bool = True) -> PublishedComparison:
    return PublishedComparison(
        published=rate(value), place="Corse", is_here=is_here, estimated=computed_rate(low, high)
    )


def test_rate_contradicts_when_outside_the_computed_interval(spec):
    """Un taux publié contredit le nôtre quand, arrondi compris, il est hors de notre fourchette.

    publié | basse | haute || réponse
    -------+-------+-------++----------
        25 |  16.5 |  20.0 || contredit
        20 |  16.5 |  20.0 || s’accorde
      20.4 |  16.5 |  20.0 || s’accorde
        15 |  16.5 |  20.0 || contredit
    """
    spec(
        lambda t: [
            "contredit" if comparison(*map(float, row)).contradicts else "s’accorde"
            for row in zip(t["publié"], t["basse"], t["haute"], strict=True)
        ]
    )


def test_contradiction_note_lists_every_measure(spec):
    """La contradiction dit le taux publié, le nôtre avec la même définition, et les autres mesures du lieu.

    publié | basse | haute
    -------+-------+------
        25 |  16.5 |  20.0
    """
    other = PublishedComparison(published=rate(15, ""), place="Corse", is_here=True, estimated=None)
    spec(
        lambda t: [
            plain(note.text)
            for note in published.notes(
                (comparison(25, t["basse"][0], t["haute"][0]), other), definition(DEFAULT)
            )
        ],
        [
            (
                "Un chiffre publié contredit le nôtre. Corse, 2019 : l’Insee a publié 25 % (« un quart »). Avec la"
                " même définition, notre calcul donne 18 % (entre 16 et 20 %) : le chiffre publié est au-dessus de"
                " notre fourchette. Enquête directe, par la Collectivité de Corse : 15 %, en dessous de notre"
                " fourchette. Sa question n’est aucune des nôtres : on ne sait pas si ce taux contredit le nôtre"
                " ou compte autre chose. Modélisé. Nous ne savons pas qui se trompe : citez-les ensemble, et ne décidez rien sur le nôtre seul. Insee Flash :"
                " modélisé."
            )
        ],
    )


def test_the_contradiction_has_a_short_form_for_a_page():
    """Sous le premier nombre d’une affiche : qui, combien, et combien pour nous, chacun avec sa fourchette."""
    (note,) = published.notes((comparison(25, 16.5, 20.0, is_here=False),), definition(DEFAULT))
    assert plain(note.short) == (
        "Un chiffre publié contredit le nôtre. Corse, qui contient ce territoire, 2019 : 25 %, d’après l’Insee ;"
        " notre calcul y donne environ 18 % (entre 16 et 20 %). Citez-les ensemble, ne décidez rien sur le nôtre seul."
    )


def test_two_published_rates_that_contradict_each_other_stand_together(spec):
    """Deux chiffres publiés d’un même lieu, trop loin l’un de l’autre : notre fourchette va de l’un à l’autre, et
    la page le dit, pour le lieu comme pour ce qu’il contient. Deux chiffres proches ne se contredisent pas.

    l’un | l’autre
    -----+--------
      25 |      15
      25 |      24
    """

    def short(one, other):
        rates = (
            comparison(one, 14.9, 25.2, is_here=False),
            PublishedComparison(published=rate(other, ""), place="Corse", is_here=False, estimated=None),
        )
        return " ".join(plain(note.short) for note in published.notes(rates, definition(DEFAULT)))

    spec.rows(
        short,
        [
            (
                "Deux chiffres publiés se contredisent. Corse, qui contient ce territoire, 2019 : 25 %, d’après"
                " l’Insee ; 15 %, d’après la Collectivité de Corse. Avec la définition de l’Insee, notre calcul y donne"
                " environ 20 % (entre 14 et 26 %). Citez-les ensemble, ne décidez rien sur le nôtre seul."
            ),
            "",
        ],
    )


def test_what_denies_a_region_denies_what_it_holds(spec):
    """Ce qui contredit une région se dit aussi dans le diagnostic d’un territoire qu’elle contient.

    publié | basse | haute
    -------+-------+------
        25 |  16.5 |  20.0
    """
    spec(
        lambda t: [
            "qui contient ce territoire" in note.text
            for note in published.notes(
                (comparison(25, t["basse"][0], t["haute"][0], is_here=False),), definition(DEFAULT)
            )
        ],
        [True],
    )


def test_a_rate_of_another_definition_is_not_compared_with_the_headline(spec):
    """Un taux qui s’accorde mais d’une autre définition : la page dit de ne pas le comparer au nombre du haut.

    publié | basse | haute
    -------+-------+------
        18 |  16.5 |  20.0
    """
    spec(
        lambda t: [
            plain(note.text)
            for note in published.notes((comparison(18, t["basse"][0], t["haute"][0]),), definition(DEFAULT))
        ],
        [
            (
                "Corse, 2019 : l’Insee a publié 18 %. Il ne compte pas les mêmes personnes que le nombre du haut"
                " (Illectronisme 2019 d’un côté, Illectronisme 2021 de l’autre). L’année et la question changent :"
                " ne les comparez pas. Avec sa définition, notre calcul donne 18 % (entre 16 et 20 %), qui s’accorde"
                " avec lui. Modélisé."
            )
        ],
    )


def test_every_published_rate_is_of_a_known_territory(spec):
    """Dix régions, une enquête directe et 92 intercommunalités des Hauts-de-France ont un taux publié.

    territoire || réponse
    -----------++--------
    R94        ||       2
    200043396  ||       1
    38         ||       0
    """
    by_place = published_rates.by_place()
    published_rates.check(by_place, [code for code in by_place if code in gazetteer()])
    spec.rows(lambda code: len(by_place.get(code, ())))


PROMISE = re.compile(r"90 (?:fois|chances)\s+sur\s+100([^.;]*)")
OBSERVED = (
    "apps/referrals/autonomy/",
)  # shares of people who were met: counted, no hypothesis between territories


def promises(folder: Path) -> list[str]:
    """Return the files that promise 90 times out of 100 without the condition, in the same sentence."""
    out = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".html", ".py", ".yaml", ".typ") or any(x in str(path) for x in OBSERVED):
            continue
        out += [
            path.name
            for rest in PROMISE.findall(path.read_text("utf-8"))
            if not re.search(r"\bsi\b|IF_", rest)
        ]
    return out


def test_ninety_times_out_of_a_hundred_carries_its_condition(spec):
    """« 90 fois sur 100 » ne se dit jamais sans sa condition, dans la même phrase.

    dossier   || réponse
    ----------++--------
    reports   ||       0
    apps      ||       0
    reference ||       0
    """
    spec.rows(lambda name: len(promises(PROJECT / "src" / "maillage" / name)))


def test_a_rate_of_an_unknown_question_neither_agrees_nor_contradicts_in_the_file():
    """Dans etude.json, « contredit » est vide pour une question qui n’est aucune des nôtres."""
    other = PublishedComparison(published=rate(15, ""), place="Corse", is_here=True, estimated=None)
    written = published.document((comparison(25, 16.5, 20.0), comparison(18, 16.5, 20.0), other))
    assert [each["contredit"] for each in written] == [True, False, None]


def test_our_rate_of_another_place_is_that_of_that_place(monkeypatch):
    """Le taux d’ici n’est repris que pour ici, sous la même définition : ailleurs, il est compté là-bas."""
    monkeypatch.setattr(study, "_rows", lambda _: np.array([0, 1]))
    usual, other = definition(DEFAULT), replace(definition(DEFAULT), id="autre")
    local_rate = comparison(25, 16.5, 20.0).estimated
    d = SimpleNamespace(rate=local_rate, request=SimpleNamespace(definition=usual))
    draws = {"need": np.array([[10.0, 10, 10], [30, 30, 30]])}

    def counted(requested, *, is_here: bool):
        frame = SimpleNamespace(universe=np.array([50.0, 110]))
        model = SimpleNamespace(
            definition=requested, country=SimpleNamespace(frame=frame), draws=lambda rows, names: draws
        )
        return study._own_rate(d, model, None, is_here=is_here)

    assert counted(usual, is_here=True) is local_rate
    assert counted(usual, is_here=False).value == pytest.approx(100 * 40 / 160)
    assert counted(other, is_here=True).value == pytest.approx(100 * 40 / 160)


def test_share_stands_beside_that_of_france_as_both_are_printed(spec):
    """Une part est dite plus ou moins forte qu’en France quand sa fourchette imprimée l’exclut.

    définition               | bas  | haut || réponse
    -------------------------+------+------++-------------------------------------------
    illectronisme-insee-2021 | 15.9 | 25.1 || pas d’écart sûr avec la France (15,4 %)
    illectronisme-insee-2021 | 16.0 | 25.1 || plus qu’en France (15,4 %)
    illectronisme-insee-2021 |  9.0 | 14.2 || pas d’écart sûr avec la France (15,4 %)
    illectronisme-insee-2021 |  9.0 | 14.0 || moins qu’en France (15,4 %)
    trois-niveaux-2017       | 41.0 | 47.0 || plus qu’en France (40 %)
    """
    spec(
        lambda t: [
            published.against_country(low, high, definition(id)).replace("\xa0", " ")
            for id, low, high in zip(t["définition"], t["bas"], t["haut"], strict=True)
        ]
    )
