"""The order of every list of proposals, and the sentence on the main town."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from maillage.publishing.plan.reading import PlanAction, PlanAxis, PlanReading
from maillage.publishing.territory import decisions, deck, local_survey, map_keys, priorities
from maillage.publishing.territory.reading import (
    CallList,
    FinishedCensus,
    MissingLine,
    OfferLine,
    OfferReading,
    WalkedGap,
    ZoneOffer,
)
from tests.support.offers import line


def lack(people: float, id: str = "formation") -> OfferLine:
    """A service that so many people surely lack in a zone."""
    return line(
        id,
        label="Formation",
        state="manque",
        missing_low=people * 0.9,
        missing_high=people * 1.1,
        missing_value=people,
        missing_about=f"environ {people:.0f} personnes",
    )


def reading(people: dict[str, float], *, silent: bool = False, above: tuple[str, ...] = ()) -> Any:
    """Two large communes, and villages: each lacks a service for so many people, 0 for none."""
    zones = {
        name: ZoneOffer(
            name,
            0,
            0,
            (
                lack(n)
                if n
                else line("formation", label="Formation", state="ici", doubt="Muet." if silent else ""),
            ),
            (MissingLine("Formation", "formation", "Aucun lieu.", True),) if n else (),
            name,
        )
        for name, n in people.items()
    }
    total = ZoneOffer("", 1, 1, (lack(sum(people.values()) or 1),), (), "")
    offer = OfferReading(
        source="l’annuaire",
        minutes=20,
        territory=total,
        publics={},
        zones=zones,
        lists=(),
        cautions=(),
        to_call={"formation": CallList(("1",), ("Mairie",), "")},
        finished=FinishedCensus("Ville et Bourg", date(2026, 11, 12)),
    )
    rows = [
        SimpleNamespace(
            code=name,
            name=name,
            full_name=name,
            unit="commune",
            people=f"{need}",
            between="",
            people_value=float(need),
        )
        for name, need in zip(people, (5000, 1300, 100, 100, 100), strict=False)
    ]
    return SimpleNamespace(
        zones=rows, subtotals=(), offer=offer, above=above, withheld=False, levels=SimpleNamespace(lines=())
    )


def test_large_gaps_precede_those_of_villages_which_share_a_line():
    """Cent personnes dans trois villages ne passent pas avant une ville où mille n’ont rien."""
    r = reading({"Ville": 0, "Bourg": 900, "A": 90, "B": 60, "C": 30})
    assert [row.title for row in priorities.openings(r)] == [
        "Ouvrir des ateliers pour apprendre : Bourg, A, B et C"
    ]
    villages = reading({"Ville": 0, "Bourg": 0, "A": 90, "B": 60, "C": 30})
    (row,) = priorities.openings(villages)
    assert row.is_minor and row.key == "gap:A~B~C:formation"
    assert priorities.opening_sentence(row).count("personnes") == 3, (
        "each village with its people, in one line"
    )
    town = reading({"Ville": 300, "Bourg": 900, "A": 0, "B": 0, "C": 0})
    assert [gap.zone for gap in priorities.openings(town)[0].gaps] == ["Ville", "Bourg"], (
        "the main town first"
    )


def test_the_slide_of_gaps_names_a_village_only_as_a_small_gap(monkeypatch):
    """« Malange : environ 62 personnes » n’est pas le titre d’une page sur une ville de 3 700."""
    monkeypatch.setattr(deck, "provenance", lambda *_, **__: "")
    monkeypatch.setattr(deck, "_foot", lambda _: "")

    def title(people: dict[str, float]) -> str:
        r = reading(people)
        _, (slide,) = deck._gaps(SimpleNamespace(reading=r), r.offer)
        return slide.title

    assert title({"A": 60, "B": 62, "C": 55, "Ville": 0}) == (
        "Aucun manque certain d’une zone ne dépasse environ 62 personnes (B)"
    )
    assert title({"A": 60, "B": 62, "C": 55, "Ville": 900}).startswith("Ville : environ 900 personnes")


def test_a_main_town_without_a_certain_gap_says_why_and_what_would_settle_it():
    villages = {"Ville": 0, "Bourg": 0, "A": 90}
    assert priorities.town_sentence(reading(villages, silent=True)) == (
        "Ville (5000 personnes concernées) : aucun manque certain à portée de marche. Des lieux ne disent pas"
        " s’ils proposent formation. À appeler pour trancher : Mairie."
    )
    known_sentence = priorities.town_sentence(reading(villages))
    assert known_sentence.endswith("Chaque service recensé y est à portée de marche.")
    assert priorities.town_sentence(reading({"Ville": 300, "Bourg": 0, "A": 90})) == "", "its gap is listed"
    quarters = reading(villages)
    quarters.zones = [SimpleNamespace(**{**vars(zone), "unit": "quartier"}) for zone in quarters.zones]
    assert priorities.town_sentence(quarters) == "", "one commune has no main town"


def test_proposals_begin_with_the_zones_above_their_share_then_what_people_ask(monkeypatch):
    """Trois villages de cent personnes n’ouvrent pas la liste d’un territoire de soixante mille habitants."""
    finding = SimpleNamespace(calls="Amener l’aide dans les quartiers.", fact="51 % veulent une aide proche")
    stage = SimpleNamespace(title="Demander")
    monkeypatch.setattr(decisions, "workshop_stages", lambda _: [(stage, [], ["Un bus (5 voix)"])])

    def titles(*above: str) -> list[str]:
        subject = SimpleNamespace(
            reading=reading({"Ville": 0, "Bourg": 0, "A": 90, "B": 60, "C": 30}, above=above),
            is_computing=False,
            is_too_large=False,
            findings=SimpleNamespace(of_survey=lambda *kinds: [finding]),
            journeys=(),
        )
        return [text.split("**")[1] for text in decisions.proposals(subject, None)]

    requests = ["Amener l’aide dans les quartiers.", "Un bus (5 voix)."]
    assert titles("Bourg") == ["Renforcer l’aide : Bourg.", *requests]
    assert titles() == [*requests, "Ouvrir des ateliers pour apprendre : A, B et C."]


def plan_of(*actions: PlanAction) -> PlanReading:
    axes = (PlanAxis(1, "Aller vers", "", "", actions),)
    return PlanReading(title="Plan", state="", frame="", is_published=True, is_example=False, axes=axes)


def test_a_proposal_that_an_action_of_the_plan_answers_names_it_and_is_decided_no_more(monkeypatch):
    """« Un annuaire d’une page » restait à décider à côté de l’action 1.3, qui est cet annuaire."""
    stage = SimpleNamespace(title="Demander")
    monkeypatch.setattr(decisions, "workshop_stages", lambda _: [(stage, [], ["Un annuaire d’une page"])])
    finding = SimpleNamespace(calls="Amener l’aide dans les quartiers.", fact="51 % veulent une aide proche")
    subject = SimpleNamespace(
        reading=reading({"Ville": 0, "Bourg": 0, "A": 90}, above=("Bourg",)),
        is_computing=False,
        is_too_large=False,
        findings=SimpleNamespace(of_survey=lambda *kinds: [finding]),
        journeys=(),
        mission=None,
        zones_above=(),
    )

    def action(number: int, title: str, zones: str) -> PlanAction:
        return PlanAction(
            number=number, label=f"1.{number}", title=title, state="en cours", people="", zones=zones
        )

    directory = action(3, "Imprimer un annuaire d’une page", "tout le territoire")
    atelier = action(4, "Ouvrir des ateliers pour apprendre", "Ville")
    plan = plan_of(directory, atelier)
    assert decisions.proposals(subject, plan)[2] == (
        "**Imprimer un annuaire d’une page.** Action 1.3 du plan, en cours."
    )
    titles = [each.title for each in decisions.three(subject, plan)]
    assert titles == [
        "Renforcer l’aide",
        "Amener l’aide dans les quartiers",
        "Ouvrir des ateliers pour apprendre",
    ], "that of village A is no action of the plan, which opens one in the town"
    there = plan_of(directory, replace(atelier, zones="A et B"))
    assert len(decisions.three(subject, there)) == 2


def test_a_survey_that_moved_the_first_number_says_from_what_to_what():
    """8 600 remplace 9 200 d’une page à l’autre : la page 2 dit que l’enquête y est entrée."""

    def lines(*people: str) -> Any:
        rows = tuple(SimpleNamespace(people=each, people_between="") for each in people)
        return SimpleNamespace(lines=rows, agrees=True)

    assert local_survey.moved(lines("9 200", "7 500", "8 600")) == (
        " L’enquête l’a fait passer de 9 200 à 8 600."
    )
    for unmoved in (
        None,
        lines("8 600", "8 500", "8 600"),
        SimpleNamespace(lines=lines("1", "2", "3").lines, agrees=False),
    ):
        assert local_survey.moved(unmoved) == ""


def test_quarters_of_the_main_town_have_its_map():
    """Deux quartiers foncés sont une tache sur la carte de vingt et une communes."""
    quarters = [SimpleNamespace(code=str(k)) for k in range(6)]
    town = SimpleNamespace(level="commune", zones=tuple(zone.code for zone in quarters))
    village = SimpleNamespace(code="village")
    r = SimpleNamespace(subtotals=(town,), zones=(*quarters, village))
    layers = {"numerique": "territoire", "numerique-ville": "ville"}
    assert map_keys.layer_of(r, layers, "numerique", quarters[:2]) == "ville"
    assert map_keys.layer_of(r, layers, "numerique", [quarters[0], village]) == "territoire"
    assert map_keys.layer_of(r, {"numerique": "territoire"}, "numerique", quarters[:2]) == "territoire"
    assert map_keys.layer_of(r, layers, "numerique", []) == "territoire"


def test_the_firm_gap_of_a_town_on_foot_is_proposed_before_those_of_villages(monkeypatch):
    """Trois mille personnes à pied ne passent pas après soixante en voiture."""
    monkeypatch.setattr(decisions, "workshop_stages", lambda _: [])
    r = reading({"Ville": 0, "Bourg": 0, "A": 90, "B": 60})
    r.offer = replace(r.offer, walked=WalkedGap("reparation", "Ville", "environ 3 200 personnes", 2500.0))
    subject = SimpleNamespace(
        reading=r,
        is_computing=False,
        is_too_large=False,
        findings=SimpleNamespace(of_survey=lambda *kinds: []),
        journeys=(),
        mission=None,
        zones_above=[],
    )
    first, *later = decisions.proposals(subject, None)
    assert first.startswith("**Ouvrir un lieu de réparation : Ville.** Environ 3 200 personnes n’en ont pas")
    settled = replace(plan_of(), settled=("gap:Ville:reparation",))
    assert decisions.proposals(subject, settled) == tuple(later), "the plan answers it"
    r.offer = replace(r.offer, finished=None)
    first, *_ = decisions.proposals(subject, None)
    assert first == (
        "**Vérifier d’abord si un lieu de réparation est à portée de marche : Ville.** Environ 3 200 personnes"
        " n’en ont pas à portée de marche. Aucun recensement fini ne dit que la liste des lieux est complète."
        " À appeler : la mairie."
    )
    (effect, *_) = [each.effect for each in decisions.three(subject, None)]
    assert effect == decisions.CHECKED, "asking brings nothing nearer"
