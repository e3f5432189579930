"""Ce que deux éditions d’un rapport permettent de dire : ce qui a bougé, ce qui reste dans la marge."""

from dataclasses import asdict, fields, replace
from datetime import date
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from maillage.apps.dossiers.rules import edition_name
from maillage.kernel.errors import Refused
from maillage.publishing.page import folder
from maillage.publishing.plan.reading import PlanAction, PlanAxis, PlanReading, YearTotal
from maillage.publishing.territory import changes
from maillage.publishing.territory.criteria import Answered

title = "Comparer deux éditions"


def figure(value: float, low: float, high: float) -> dict[str, Any]:
    return {
        "valeur": value,
        "bas": low,
        "haut": high,
        "unite": "personnes",
        "univers": "15 ans et plus",
        "n": 1000,
        "methode": "besoins",
    }


def study(need: dict[str, Any], *, definition: str = "a", wifi: int | None = 3) -> dict[str, Any]:
    return {
        "territoire": {"code": "1", "nom": "Ici"},
        "definition": {"id": definition, "libelle": f"Définition {definition}"},
        "filtre": None,
        "besoins": {"precarite_numerique": need},
        "zones": [],
        "offre": {"lieux": 10, "offre": {"wifi": wifi}, "portee": {}},
    }


def edition(study_document: dict[str, Any], plan: Any = None, **about: Any) -> changes.Edition:
    known = {"edition": "mai", "date": "2026-05-22", "logiciel": "1", "donnees": []}
    return changes.edition({**known, **about}, changes.frozen(study_document, plan))


def plan(*actions: tuple[int, str, str]) -> dict[str, Any]:
    rows = [{"number": n, "title": title, "state": state} for n, title, state in actions]
    return {"axes": [{"actions": rows}]}


def test_an_estimate_moved_only_when_its_intervals_part(spec):
    """Une estimation n’a bougé que si les deux fourchettes ne se touchent pas.

    À la première ligne la valeur monte de 1 000 : rien ne permet de dire que c’est plus.

    valeur | bas  | haut | ensuite | bas ensuite | haut ensuite || réponse
    -------+------+------+---------+-------------+--------------++--------------
    4000   | 3500 | 4500 | 5000    | 4400        | 5600         || dans la marge
    4000   | 3500 | 4500 | 5200    | 4600        | 5800         || plus haut
    4000   | 3500 | 4500 | 2800    | 2300        | 3400         || plus bas
    4000   | 3500 | 4500 | 4500    | 4500        | 5500         || dans la marge
    4000   | 3500 | 4500 | 4000    | 3500        | 4500         || pas de ligne
    """

    def call(t: dict[str, Any]) -> list[str]:
        rows = zip(*(t[name].tolist() for name in t), strict=True)
        out = []
        for value, low, high, then, least, most in rows:
            one, other = figure(value, low, high), figure(then, least, most)
            comparison = changes.compare(edition(study(one)), edition(study(other)))
            out.append(comparison.figures[0].says if comparison.figures else "pas de ligne")
        return out

    spec(call)


def test_editions_by_other_zones_compare_their_totals_only():
    """Figé par commune, puis par ses propres zones : ce sont les mêmes habitants. Les totaux se comparent, les zones non,
    et la comparaison dit pourquoi.
    """
    one, other = study(figure(4000, 3500, 4500)), study(figure(5200, 4600, 5800))
    one["territoire"] |= {"population": 9000}
    other["territoire"] = {"code": "ici-trois-zones", "nom": "Ici, trois zones", "population": 9000}
    for document, name in ((one, "Une commune"), (other, "Secteur nord")):
        need = document["besoins"]["precarite_numerique"]
        document["zones"] = [{"code": name, "nom": name, "precarite_numerique": need}]
    comparison = changes.compare(edition(one), edition(other))
    assert [each.says for each in comparison.figures] == ["plus haut"] and not comparison.incomparable
    assert (changes.ZONES, (), changes.RECUT) in comparison.parts and changes.RECUT.endswith(
        "Seuls les totaux se comparent."
    )
    was, now = plan((1, "Ouvrir", "prête")), plan((1, "Ouvrir", "prête"))
    was["axes"][0]["actions"][0] |= {"zones": "Plounérin", "people": "environ 120 personnes"}
    now["axes"][0]["actions"][0] |= {"zones": "Secteur nord", "people": "entre 100 et 300 personnes"}
    planned = changes.compare(edition(one, was), edition(other, now))
    assert planned.plan == () and ("Les zones des actions", (), changes.RECUT_PLAN) in planned.parts
    assert planned.unlisted == ()
    elsewhere = study(figure(1, 1, 1))
    elsewhere["territoire"] = {"code": "2", "nom": "Ailleurs", "population": 8000}
    assert changes.compare(edition(one), edition(elsewhere)).incomparable


def test_places_come_before_the_estimates_that_did_not_change():
    """« Aucun total n’a changé » se lisait au-dessus de « Lieux : 40, puis 43 »."""
    one, other = study(figure(4000, 3500, 4500)), study(figure(4000, 3500, 4500))
    other["offre"] |= {"lieux": 13}
    words = changes.compare(edition(one), edition(other)).conclusion
    assert words == "Lieux : 10, puis 13 ; aucune estimation n’a changé"


def test_what_is_counted_is_compared_as_it_is(spec):
    """Ce qui est compté se compare tel quel ; une question que personne n’a posée ne se compare pas.

    avant | maintenant || réponse
    ------+------------++------------------
    3     | 5          || 2 de plus
    3     | 2          || 1 de moins
    3     | 3          || pas de ligne
    -     | 5          || ne se compare pas
    """

    def call(t: dict[str, Any]) -> list[str]:
        need, out = figure(1, 1, 1), []
        for pair in zip(t["avant"].tolist(), t["maintenant"].tolist(), strict=True):
            one, other = (None if n == "-" else int(n) for n in pair)
            comparison = changes.compare(edition(study(need, wifi=one)), edition(study(need, wifi=other)))
            out.append(comparison.offer[0].says if comparison.offer else "pas de ligne")
        return out

    spec(call)


def test_a_range_of_silent_places_is_compared_by_its_bounds(spec):
    """Des lieux qui se taisent laissent une fourchette sans valeur : elle est montrée, et se compare comme les autres.

    valeur | bas | haut | ensuite | bas ensuite | haut ensuite
    -------+-----+------+---------+-------------+-------------
           | 100 |  900 |         |        1000 |         2000
           | 100 |  900 |     500 |         400 |          600
           | 100 |  900 |         |         100 |          900
       500 | 400 |  600 |         |         700 |         1500
    """

    def away(value: float, low: float, high: float) -> dict[str, Any]:
        out = figure(value, low, high)
        return out | ({"valeur": None} if isnan(value) else {})

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for value, low, high, then, least, most in zip(*(t[name].tolist() for name in t), strict=True):
            one, other = study(figure(1, 1, 1)), study(figure(1, 1, 1))
            one["offre"]["portee"]["wifi"] = {"hors_de_portee": away(value, low, high)}
            other["offre"]["portee"]["wifi"] = {"hors_de_portee": away(then, least, most)}
            offer_changes = changes.compare(edition(one), edition(other)).offer
            out += [
                f"{each.before} ; {each.after} ; {each.says}".replace("\xa0", " ") for each in offer_changes
            ]
            out += [] if offer_changes else ["pas de ligne"]
        return out

    spec(
        call,
        [
            "entre 100 et 900 personnes ; entre 1 000 et 2 000 personnes ; plus haut",
            "pas de ligne",
            "pas de ligne",
            "environ 500 personnes (entre 400 et 600) ; entre 700 et 1 500 personnes ; plus haut",
        ],
    )


def test_two_definitions_are_never_compared():
    """Une définition différente compte d’autres personnes : aucun chiffre n’est comparé, et c’est dit."""
    need = figure(4000, 3500, 4500)
    comparison = changes.compare(
        edition(study(need)), edition(study(figure(9000, 8000, 9900), definition="b"))
    )
    assert comparison.incomparable == "Elles ne comptent pas la même chose : définition a, puis définition b."
    assert (comparison.figures, comparison.zones, comparison.offer) == ((), (), ())
    assert comparison.conclusion == "Ces deux éditions ne se comparent pas"
    older, newer = study(need), study(need, definition="b")
    older["definition"]["libelle"] = "L’un ou l’autre des deux critères"
    assert changes.compare(edition(older), edition(newer)).incomparable == (
        "Elles ne comptent pas la même chose : l’un ou l’autre des deux critères, puis définition b."
    )


def test_an_action_is_new_withdrawn_or_changed():
    """Du plan, on dit ce qui est nouveau, retiré ou changé : chaque ligne dit quoi."""
    need = figure(4000, 3500, 4500)
    before = plan((1, "Ouvrir", "prête"), (2, "Former", "à décider"))
    after = plan((1, "Ouvrir", "en cours"), (3, "Prêter", "à décider"))
    comparison = changes.compare(edition(study(need), before), edition(study(need), after))
    assert {(row.what, row.says) for row in comparison.plan} == {
        ("1. Ouvrir", "L’état a changé"),
        ("2. Former", "Action retirée"),
        ("3. Prêter", "Action nouvelle"),
    }
    assert comparison.conclusion == "Aucune estimation n’a changé ; 1\xa0action ajoutée, 1\xa0action retirée"
    near = changes.compare(edition(study(need), before), edition(study(figure(4100, 3600, 4600)), after))
    assert near.conclusion == "Le total reste dans la marge ; 1\xa0action ajoutée, 1\xa0action retirée"
    moved = plan((1, "Ouvrir le mardi", "prête"), (4, "Former", "à décider"))
    comparison = changes.compare(edition(study(need), before), edition(study(need), moved))
    assert [(row.what, row.before, row.after, row.says) for row in comparison.plan] == [
        ("1. Ouvrir le mardi", "Ouvrir", "Ouvrir le mardi", "Le titre a changé"),
        ("4. Former", "2", "4", "Le numéro a changé"),
    ], "renamed, it keeps its number; moved, its title"
    prints = {edition(study(need), each).print for each in (before, moved, None)}
    assert len(prints) == 3, "two editions of one study have each their own fingerprint"


def test_a_plan_that_one_edition_alone_holds_is_not_compared():
    """Une édition qui ne garde pas de plan le dit : aucune action n’est ajoutée, aucun euro n’est nouveau."""
    without = edition(study(figure(4000, 3500, 4500)))
    written = edition(without.study, plan(*((n, f"Mener {n}", "prête") for n in range(1, 23))))
    for one, other in ((without, written), (written, without)):
        comparison = changes.compare(one, other)
        assert comparison.plan == () and comparison.moved_actions == "" and len(comparison.parts) == 3
        assert comparison.in_brief[-1] == (
            "**Plan** : il n’était pas dans l’édition « mai », du 22 mai 2026 ; rien n’en est comparé."
        )


def answers(
    low: int, high: int, *, n_steady: int = 0, question: str = "Êtes-vous à l’aise ?"
) -> changes.Json:
    """Return the stored answers of an edition: one, the same of a group, `n_steady` that never change."""

    def answer(low: int, high: int) -> Answered:
        return Answered(
            label="Mal à l’aise", percent=(low + high) / 2, low=low, high=high, n=250,
            computed="redressé", universe="15 ans et plus", source="enquête", question=question,
        )  # fmt: skip

    return changes.answers_json(
        {
            ("inhabitants", "aisance", "mal"): answer(low, high),
            ("inhabitants", "aisance", "mal | forme : Oui"): answer(low, high),
            **{("inhabitants", f"autre_{k}", "oui"): answer(40, 52) for k in range(n_steady)},
        }
    )


def test_answers_of_a_survey_change_only_when_their_difference_leaves_its_interval(spec):
    """Une réponse n’a changé d’une vague à l’autre que si l’écart sort de sa fourchette, compte tenu du nombre
    de réponses comparées : la règle du document de l’enquête.

    bas | haut | autres || réponse
    ----+------+--------++------------------------
    30  | 40   | 0      || 1 sans écart sûr
    22  | 30   | 0      || baisse 0 sans écart sûr
    22  | 30   | 80     || 1 sans écart sûr
    50  | 60   | 0      || hausse 0 sans écart sûr
    33  | 45   | 0      || 0 sans écart sûr
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for low, high, n in zip(*(t[x].tolist() for x in ("bas", "haut", "autres")), strict=True):
            one, other = (edition_with(answers(*x, n_steady=int(n))) for x in ((33, 45), (low, high)))
            comparison = changes.compare(one, other)
            out.append(
                " ".join(
                    [*(x.says for x in comparison.answers), f"{comparison.unmoved_answers} sans écart sûr"]
                )
            )
        return out

    spec(call)


def test_an_answer_that_changed_is_named_by_its_question_and_its_base():
    """Une réponse qui a changé porte sa question et sa base ; reformulée, elle ne se compare pas."""
    one, other = edition_with(answers(33, 45)), edition_with(answers(22, 30))
    compared = changes.compare(one, other)
    assert compared.conclusion.replace("\xa0", " ") == "1 réponse d’enquête a changé", "not « aucun total »"
    (row,) = compared.answers
    assert row.what == "Êtes-vous à l’aise ? « Mal à l’aise » (15 ans et plus)"
    assert row.after.replace("\xa0", " ") == "26 % (entre 22 et 30 %, n = 250, redressé)"
    reworded = edition_with(answers(22, 30, question="À l’aise ?"))
    assert changes.compare(one, reworded).answers == ()


def test_a_scale_cut_in_two_counts_once_even_where_its_change_is_not_sure():
    """Des deux moitiés d’une échelle, celle que les constats citent se dit, une fois, avec sa part d’avant : elle
    vient la première, et sans écart sûr quand les marges se touchent.
    """

    def wave(percent: int, margin: int) -> changes.Edition:
        halves = {"pas_du_tout peu": (percent, "Mal à l’aise"), "a_l_aise tres": (100 - percent, "À l’aise")}
        scale = {
            ("inhabitants", "aisance", name): Answered(
                label=label, percent=value, low=value - margin, high=value + margin, n=250, computed="redressé",
                universe="15 ans et plus", source="enquête", question="À l’aise ?",
            )
            for name, (value, label) in halves.items()
        }  # fmt: skip
        return edition_with(changes.answers_json(scale))

    comparison = changes.compare(wave(40, 6), wave(29, 5))
    assert [x.says for x in comparison.answers] == ["baisse"]
    assert [x.replace("\xa0", " ") for x in comparison.news] == [
        "29 % des habitants sont peu ou pas à l’aise avec le numérique (entre 24 et 34 %), contre 40 % avant"
        " (entre 34 et 46 %) : baisse."
    ]
    doubtful = changes.compare(wave(40, 8), wave(33, 7))
    assert doubtful.answers == ()
    (fact,) = doubtful.news
    assert fact.endswith("avant (entre 32 et 48\xa0%) : pas d’écart sûr.")
    assert changes.compare(wave(40, 6), wave(40, 6)).news == (), "the same survey, read twice"


def test_ease_comes_before_the_place_known():
    def wave(shift: int) -> changes.Edition:
        return edition_with(
            changes.answers_json(
                {
                    ("inhabitants", "lieu_connu", "non"): answer_of("Un lieu ?", "Non", 60 + shift, 50, 70),
                    ("inhabitants", "aisance", "pas_du_tout peu"): answer_of(
                        "Aise ?", "Mal", 30 + shift, 20, 40
                    ),
                }
            )
        )

    first, second = changes.compare(wave(0), wave(3)).news
    assert "à l’aise avec le numérique" in first and "ne connaissent aucun lieu" in second
    assert first.endswith("pas d’écart sûr.") and second.endswith("pas d’écart sûr.")


def answer_of(question: str, label: str, percent: float, low: float, high: float) -> Answered:
    return Answered(
        label=label, percent=percent, low=low, high=high, n=250, computed="redressé",
        universe="structures", source="enquête", question=question,
    )  # fmt: skip


def test_answers_without_a_finding_are_sentences_three_at_most():
    """Une réponse sans phrase de constat se dit par sa question et son choix, jamais par sa ligne de tableau."""

    def wave(low: int) -> changes.Edition:
        return edition_with(
            changes.answers_json(
                {
                    ("structures", f"question_{k}", "non"): answer_of(
                        f"WiFi {k} ?", "Non", low + 5, low, low + 10
                    )
                    for k in range(5)
                }
            )
        )

    facts = [x.replace("\xa0", " ") for x in changes.compare(wave(60), wave(20)).news]
    assert len(facts) == 3
    assert facts[0] == (
        "À la question « WiFi 0 ? », 25 % des structures qui ont répondu disent « Non » (entre 20 et 30 %),"
        " contre 65 % avant (entre 60 et 70 %) : baisse."
    )
    assert len(changes.compare(wave(60), wave(20)).in_brief) > 3, "the annexes have every line"


def edition_with(answers: changes.Json) -> changes.Edition:
    about = {"edition": "mai", "date": "2026-05-22", "logiciel": "1", "donnees": []}
    return changes.edition(about, changes.frozen(study(figure(1, 1, 1)), None, answers))


def test_the_title_of_a_comparison_says_that_money_moved():
    """Un titre « aucune estimation n’a changé » taisait 86 400 € écrits depuis."""
    years = (
        [],
        [{"label": "En tout", "total": 86_400, "is_total": True, "running": None, "investment": None}],
    )
    plans = ({**plan((1, "Ouvrir", "prête")), "yearly": rows} for rows in years)
    before, after = (edition(study(figure(4000, 3500, 4500)), each) for each in plans)
    words = changes.compare(before, after).conclusion.replace("\xa0", " ")
    assert words == "Aucune estimation n’a changé ; budgets écrits de 0 € à 86 400 €"


def test_a_notice_stored_in_an_objective_is_no_change():
    """« À relire » est un avis du jour, jamais une partie de l’objectif."""
    notice = (
        " Écrit le 3 novembre 2026 pour l’étude DD53-4DA5 ; celle d’aujourd’hui est 59A1-3F5E : ses chiffres"
        " ont pu changer, à relire."
    )
    one, other = (
        edition(study(figure(1, 1, 1)), asdict(whole_plan(objective=f"Aider près de chez soi.{more}")))
        for more in ("", notice)
    )
    assert changes.compare(one, other).plan == ()


def test_an_action_ends_is_delayed_or_funded(spec):
    """Ce qui se termine, ce qui est retardé et ce qui est financé ont chacun leur tableau.

    état                | fin        | en mots | financé | ensuite || réponse
    --------------------+------------+---------+---------+---------++--------------------------------------------------
    faite               | 2027-03-01 | mars    | 0       | 0       || Actions terminées : Faite
    abandonnée          | 2027-03-01 | mars    | 0       | 0       || Actions abandonnées : Abandonnée
    en cours            | 2027-06-01 | juin    | 0       | 0       || Actions retardées : Retardée de 3 mois
    en cours            | 2027-03-15 | mi-mars | 0       | 0       || Actions retardées : Retardée de 14 jours
    en cours            | 2027-02-01 | février | 0       | 0       || Le reste du plan : La fin a changé
    en cours, en retard | 2027-03-01 | mars    | 0       | 0       || Actions retardées : En retard
    en cours            | 2027-03-01 | mars    | 0       | 4000    || L’argent : Le montant financé a changé
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for state, later, last, before, euros in zip(*(t[name].tolist() for name in t), strict=True):
            days = {"first_day": "2026-09-01", "begins": "septembre"}
            one = whole_plan(state="en cours", last_day="2027-03-01", ends="mars", funded=int(before), **days)
            other = whole_plan(state=state, last_day=str(later), ends=last, funded=int(euros), **days)
            moved = changes.compare(*(edition(study(figure(1, 1, 1)), asdict(x)) for x in (one, other)))
            out.append(" / ".join(f"{row.kind} : {row.says}" for row in moved.plan).replace("\xa0", " "))
        return out

    spec(call)


def test_a_comparison_begins_with_what_moved():
    """En tête : les estimations sorties de leur fourchette, les lieux, les actions, l’argent. Rien d’autre."""
    one, other = study(figure(4000, 3500, 4500)), study(figure(6000, 5500, 6500))
    other["offre"]["lieux"] = 12
    year = {"label": "En tout", "total": 9_000, "is_total": True, "running": None, "investment": None}
    before, after = ({**asdict(whole_plan()), "yearly": rows} for rows in ([], [year]))
    before["axes"][0]["actions"][0]["undecided"] = ["sans financeur"]
    after["axes"][0]["actions"][0]["state"] = "faite"
    moved = changes.compare(edition(one, before), edition(other, after))
    assert not [each for each in moved.plan if "reste à décider" in each.says], "it is over"
    (cost,) = [each for each in moved.plan if each.what == "Le plan, En tout"]
    assert (cost.before, cost.after) == ("—", "9\xa0000\xa0€"), "a row a year, in euros"
    assert [sentence.replace("\xa0", " ") for sentence in moved.in_brief] == [
        "**Personnes concernées** : plus haut. Avant, environ 4 000 personnes (entre 3 500 et 4 500) ;"
        " maintenant, environ 6 000 personnes (entre 5 500 et 6 500).",
        "**Lieux** : 10, puis 12, 2 de plus.",
        "**Actions** : 1 action terminée.",
        "**Budgets écrits** : 0 €, puis 9 000 €.",
    ]
    assert moved.conclusion.replace("\xa0", " ") == (
        "Personnes concernées : plus haut qu’avant ; 1 action terminée ; budgets écrits de 0 € à 9 000 €"
    )


def whole_plan(**values: Any) -> PlanReading:
    known = {"number": 1, "label": "1", "title": "Ouvrir", "state": "prête", "people": "", "zones": "Partout"}
    action = PlanAction(**{**known, **values})  # type: ignore[arg-type]
    axis = PlanAxis(1, "Aller vers", "", "", (action,))
    return PlanReading(title="Le plan", state="", frame="", is_published=True, is_example=False, axes=(axis,))


def test_whatever_an_edition_keeps_of_a_plan_is_compared():
    """Chaque champ qu’une édition garde d’une action, d’une dynamique ou du plan est comparé, et dit en mots."""
    base = whole_plan()
    samples: dict[Any, Any] = {str: "autre", "tuple": ("une étape", "une autre"), int: 300, bool: True}
    samples["yearly"] = (YearTotal("2027", 9_000, 0, 0, 9_000),)

    def line(other: PlanReading) -> changes.Change:
        both_editions = [edition(study(figure(1, 1, 1)), asdict(field)) for field in (base, other)]
        comparison = changes.compare(*both_editions)
        assert len(comparison.plan) == 1 and not comparison.is_same
        return comparison.plan[0]

    for row, words, put in (
        (
            base.axes[0].actions[0],
            changes.ACTION,
            lambda new: replace(base, axes=(replace(base.axes[0], actions=(new,)),)),
        ),
        (base.axes[0], changes.AXIS, lambda new: replace(base, axes=(new,))),
        (base, changes.PLAN, lambda new: new),
    ):
        for field in fields(row):
            if field.name in (*changes.RANKS, "axes", "actions"):
                continue
            was = getattr(row, field.name)
            kind = "tuple" if isinstance(was, tuple) else int if was is None else type(was)
            new = not was if kind is bool else samples.get(field.name, samples[kind])
            change = line(put(replace(row, **{field.name: new})))
            assert change.says.lower().startswith(words[field.name].lower()), field.name
    change = line(whole_plan(steps=("Étape, 1er mars", "Bilan, 2 juin"), zones="Partout"))
    assert (change.before, change.after) == ("non renseigné", "Étape, 1er mars ; Bilan, 2 juin")
    assert change.says == "Les étapes manquaient"
    assert line(replace(base, axes=(replace(base.axes[0], title="Inclure"),))).what == "Dynamique 1 : Inclure"
    change = line(replace(base, axes=(replace(base.axes[0], announced="6 actions annoncées, 7 écrites."),)))
    assert (change.before, change.says) == ("rien", "Ce qui est annoncé a changé"), "it lacked nowhere"
    assert line(whole_plan(counted="12 en mars")).says == "Le dernier compte a changé"
    was, now = (
        edition(study(figure(1, 1, 1)), asdict(whole_plan(lacks=field))) for field in (("sans pilote",), ())
    )
    for one, other, before_and_after in (
        (was, now, ("sans pilote", "rien")),
        (now, was, ("rien", "sans pilote")),
    ):
        (change,) = changes.compare(one, other).plan
        assert (change.before, change.after) == before_and_after, (
            "rien ne manque plus : ce n’est pas un oubli"
        )
        assert change.says == "Ce qui manque encore a changé"


def test_comparison_names_a_change_of_an_action_once():
    """Des jours écrits : « le début manquait », et non aussi « ce qui manque » et « ce qui reste à décider »."""
    was, now = (
        edition(study(figure(1, 1, 1)), asdict(whole_plan(**values)))
        for values in (
            {"lacks": ("sans dates",), "undecided": ("sans dates", "sans coût")},
            {"begins": "1er mars 2027", "undecided": ("sans coût",)},
        )
    )
    assert [change.says for change in changes.compare(was, now).plan] == ["Le début manquait"]


@pytest.mark.parametrize(
    "name", ["Élus, premier tirage", "Bilan 2026 (provisoire) ; v2", "« L’été » & après"]
)
def test_an_edition_bears_any_name_that_harms_no_folder(name, tmp_path):
    assert folder.edition_name(name.replace("’", "'")) == name
    folder.edition_folder(tmp_path, "03185", "dossier", name).mkdir(parents=True)


@pytest.mark.parametrize("name", ["a/b", "..", "-x", "mai:juin", "a\u202eb", "fin.", "x" * 61, " "])
def test_a_name_that_harms_is_refused_with_its_reason(name):
    with pytest.raises(Refused, match="Il nomme un dossier"):
        folder.edition_name(name)


def test_two_editions_of_one_name_show_their_reports():
    """« Entre l’édition « mai » et l’édition « mai » » : rien ne disait laquelle était la synthèse."""
    first = edition(study(figure(1, 1, 1)), edition="mai", date="2026-05-22", rapport="plan")
    second = edition(study(figure(1, 1, 1)), edition="mai", date="2027-05-20", rapport="synthese")
    words = changes.compare(first, second).editions_words
    assert words == (
        "Entre l’édition « mai » du rapport « Plan stratégique », du 22 mai 2026 et l’édition « mai » du rapport"
        " « Synthèse pour les élus », du 20 mai 2027"
    )
    assert (
        "rapport"
        not in changes.compare(first, edition(study(figure(1, 1, 1)), edition="juin")).editions_words
    )


def test_figures_that_nobody_froze_are_no_edition():
    today = edition(study(figure(1, 1, 1)), edition="", date="2026-11-29")
    text = str(
        changes.document(changes.compare(edition(study(figure(1, 1, 1))), today), on=date(2026, 11, 29))
    )
    assert "Entre l’édition « mai », du 22 mai 2026 et l’étude du 29 novembre 2026" in text


def test_editions_with_two_fingerprints_are_never_called_equal():
    """« Rien n’a changé » n’est dit que si les deux empreintes sont les mêmes : le reste est nommé."""
    one = study(figure(1, 1, 1))
    for name, words in (("marges", "les marges"), ("neuf", "« neuf »")):
        comparison = changes.compare(edition(one), edition({**one, name: {"a": 1}}))
        assert comparison.before.print != comparison.after.print
        assert comparison.unlisted == (words,)
        assert (
            comparison.conclusion
            == "Aucun chiffre n’est sorti de sa fourchette, mais ces deux éditions diffèrent"
        )
        assert f"{words}." in str(changes.document(comparison, on=date(2026, 11, 26)))


def test_comparison_names_changed_sources_even_when_no_figure_moved():
    """Deux éditions pareilles le disent ; un millésime qui change est dit, même quand aucun chiffre ne bouge."""
    need = figure(4000, 3500, 4500)
    assert changes.compare(edition(study(need)), edition(study(need))).conclusion == (
        "Les chiffres sont les mêmes dans ces deux éditions"
    )
    source = {"id": "rp", "producteur": "Insee", "titre": "Recensement", "millesime": "2021"}
    one = edition(study(need), donnees=[source])
    other = edition(study(need), donnees=[{**source, "millesime": "2022"}])
    comparison = changes.compare(one, other)
    assert comparison.ways == ("Recensement : 2021, puis 2022.",)
    assert comparison.conclusion == "Aucun chiffre n’est sorti de sa fourchette"


def test_le_journal_nomme_une_edition_ou_que_soit_l_installation():
    """Le journal nomme une édition par son territoire, son rapport et son nom, jamais par les dossiers de la machine."""
    for home in ("/rapports", "/srv/maillage/donnees/rapports"):
        assert edition_name(Path(home, "38151", "plan", "mai")) == "38151/plan/mai"
