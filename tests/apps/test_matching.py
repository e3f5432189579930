"""Where to send a person: in order, with reasons; and why the others are left out."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.referrals.orientations.queries import matching
from maillage.apps.referrals.orientations.rules.matching import PersonNeed, Reason
from tests.support.lieux import TEISSEIRE, lieu, offering

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 20, 10, tzinfo=PARIS)  # a Friday
TEISSEIRE_SPOT = Spot(label="Teisseire", latitude=TEISSEIRE[0], longitude=TEISSEIRE[1], communes=("38185",))
OPEN = {"horaires": {"osm": "Mo-Fr 09:00-18:00"}}


def slugs(matches) -> list[str]:
    return [each.lieu.slug for each in matches.best]


def exclusion_reasons(matches) -> dict[str, str]:
    return {each.lieu.slug: each.why.reason for each in matches.left_out}


def test_the_nearest_of_two_alike_comes_first():
    lieu("far", east=900, sheet={**OPEN, **offering(assistance={})})
    lieu("near", east=100, sheet={**OPEN, **offering(assistance={})})
    matches = matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT)
    assert slugs(matches) == ["near", "far"]
    assert [each.number for each in matches.best] == [1, 2]


def test_every_point_has_its_reason_and_their_sum_is_the_score():
    lieu(sheet={**OPEN, **offering(assistance={"accompagnement": ["person"], "frais": ["free"]})})
    (best,) = matching.match(PersonNeed(need="assistance", help="with"), TEISSEIRE_SPOT, AT).best
    assert best.points == sum(reason.points for reason in best.reasons) <= best.most
    assert {reason.criterion for reason in best.reasons} == {
        *("need", "help", "distance", "soon", "room", "price", "fresh"),
    }
    assert all(reason.words for reason in best.reasons)


def test_an_allowed_walk_is_never_against_a_place():
    """« ✗ 25 min à pied », quand trente étaient demandées."""
    answers = (("distance", "bad"), ("price", "bad"), ("price", "unsaid"), ("price", "fair"))
    sides = [Reason(criterion, answer, "").side for criterion, answer in answers]
    assert sides == ["yes", "no", "unknown", "yes"]


def test_unknown_answer_is_distinct_from_a_no():
    lieu("silent", sheet={**OPEN, **offering(formation={})})
    lieu("paid", sheet={**OPEN, **offering(formation={"frais": ["paid"]})})
    matches = matching.match(PersonNeed(need="formation"), TEISSEIRE_SPOT, AT)
    assert slugs(matches) == ["silent", "paid"]
    price = {each.lieu.slug: next(r for r in each.reasons if r.criterion == "price") for each in matches.best}
    assert (price["silent"].answer, price["paid"].answer) == ("unsaid", "bad")
    assert "appelez" in price["silent"].words


def test_places_left_out_say_why():
    lieu("good", sheet=offering(assistance={}))
    lieu("full", full_since=date(2026, 11, 3), sheet=offering(assistance={}))
    lieu("full-for", sheet=offering(assistance={"complet": True}))
    lieu("seniors", sheet=offering(assistance={"publics": ["seniors"]}))
    lieu("sent", sheet=offering(assistance={"prescription": True}))
    lieu("mail", sheet=offering(assistance={"barrieres": ["email"]}))
    lieu("paid", sheet=offering(assistance={"frais": ["paid"]}))
    lieu(
        "closed", sheet={**offering(assistance={}), "fermetures": [{"du": "2026-11-10", "au": "2026-12-31"}]}
    )
    lieu("planned", sheet={"practices": {"assistance": {"state": "planned"}}})
    lieu("denied", sheet={**offering(wifi={}), "sans": ["assistance"]})
    lieu("silent", sheet=offering(wifi={}))
    lieu("far", east=3_000, sheet=offering(assistance={}))
    lieu("ended", state="ended", sheet=offering(assistance={}))
    wanted = PersonNeed(need="assistance", publics=("youth",), lacks=("email",), free=True)
    matches = matching.match(wanted, TEISSEIRE_SPOT, AT)
    assert slugs(matches) == ["good"]
    assert exclusion_reasons(matches) == {
        "full": "full",
        "full-for": "full",
        "seniors": "public",
        "sent": "reserved",
        "mail": "barrier",
        "paid": "price",
        "closed": "closed",
        "planned": "planned",
        "denied": "denied",
        "silent": "silent",
        "far": "far",
        "ended": "ended",
    }
    assert matches.counts["full"] == 2


def test_a_full_place_proposes_its_neighbours():
    lieu("full", full_since=date(2026, 11, 3), sheet=offering(assistance={}))
    for n, east in enumerate((50, 400, 900, 1_500)):
        lieu(f"n{n}", east=east, sheet=offering(assistance={}))
    (full,) = (
        each
        for each in matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT).left_out
        if each.why.reason == "full"
    )
    assert full.why.words == "Complet depuis le 3 novembre"
    assert [each.lieu.slug for each in full.instead] == ["n0", "n1", "n2"]


def test_the_neighbours_of_a_place_take_people_for_the_same_need():
    closed = lieu("closed", sheet=offering(assistance={}))
    lieu("same", east=300, sheet=offering(assistance={}))
    lieu("other", east=100, sheet=offering(wifi={}))
    lieu("full", east=100, full_since=date(2026, 11, 3), sheet=offering(assistance={}))
    assert [each.lieu.slug for each in matching.instead(closed, "assistance", AT)] == ["same"]


def test_nearest_place_beyond_reach_is_still_returned():
    lieu("far", east=9_000, sheet=offering(pret={}))
    matches = matching.match(PersonNeed(need="pret"), TEISSEIRE_SPOT, AT)
    assert matches.best == []
    assert matches.nearest is not None
    assert matches.nearest.lieu.slug == "far"
    assert "à pied" not in matches.nearest.walk, "beyond an hour, the distance alone"
    assert matches.nearest.walk == matches.nearest.metres


def test_beyond_an_hour_on_foot_the_nearest_comes_first():
    """Autour de Corps, le premier proposé était à 140 km, parce qu’il ouvrait plus tôt."""
    lieu("nearer", east=9_000, sheet=offering(pret={}))
    lieu("farther", east=60_000, sheet={**offering(pret={"frais": ["free"]}), **OPEN})
    matches = matching.match(PersonNeed(need="pret", minutes=0, free=True), TEISSEIRE_SPOT, AT)
    assert [each.lieu.slug for each in matches.best] == ["nearer", "farther"]


def test_places_known_by_their_commune_are_proposed_when_none_suits():
    """« Nous n’en connaissons aucun, même plus loin », avec dix lieux de wifi connus par leur commune."""
    lieu("vague", east=9_000, sheet={**offering(wifi={}), "code_insee": "38151", "precision": 5_000})
    lieu("full", east=9_000, full_since=date(2026, 11, 3), sheet={**offering(wifi={}), "precision": 5_000})
    matches = matching.match(PersonNeed(need="wifi"), TEISSEIRE_SPOT, AT)
    assert (matches.best, matches.nearest) == ([], None)
    assert [(each.lieu.slug, each.walk) for each in matches.unlocated] == [("vague", "")]


def test_a_place_whose_point_is_not_known_is_proposed_in_its_commune():
    lieu("vague", sheet={**offering(assistance={}), "precision": 5_000})
    lieu(
        "elsewhere", east=20_000, sheet={**offering(assistance={}), "code_insee": "38151", "precision": 5_000}
    )
    matches = matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT)
    assert slugs(matches) == ["vague"]
    distance = next(r for r in matches.best[0].reasons if r.criterion == "distance")
    assert distance.answer == "unsaid"
    assert matches.best[0].walk == ""


def test_places_at_an_unknown_distance_come_last_by_commune():
    """Triés par nom parmi les autres, ils passaient devant un lieu à dix minutes dont la fiche dit moins."""
    free = offering(assistance={"frais": ["free"]})
    lieu("near", east=100, sheet=offering(assistance={}), name="Zinc")
    for slug, name, commune, code in (
        ("b-grenoble", "B", "Grenoble", "38185"),
        ("a-meylan", "A", "Meylan", "38229"),
        ("a-grenoble", "A", "Grenoble", "38185"),
    ):
        sheet = {**OPEN, **free, "commune": commune, "code_insee": code, "precision": 5_000}
        lieu(slug, east=200, sheet=sheet, name=name)
    spot = replace(TEISSEIRE_SPOT, communes=("38185", "38229"))
    matches = matching.match(PersonNeed(need="assistance"), spot, AT)
    assert slugs(matches) == ["near", "a-grenoble", "b-grenoble", "a-meylan"]
    assert [bool(each.walk) for each in matches.best] == [True, False, False, False]


def test_a_territory_counts_no_distance():
    lieu("a", sheet=offering(assistance={}))
    matches = matching.match(PersonNeed(need="assistance"), Spot(label="Grenoble", communes=("38185",)), AT)
    assert slugs(matches) == ["a"]
    assert "distance" not in {reason.criterion for reason in matches.best[0].reasons}


def test_the_result_of_the_diagnosis_says_what_to_look_for():
    lieu(
        "acts",
        sheet={
            **offering(assistance={"accompagnement": ["person"]}),
            "dispositif_programmes_nationaux": ["aidants-connect"],
        },
    )
    lieu("course", sheet=offering(formation={}))
    matches = matching.match(PersonNeed(result="assistance"), TEISSEIRE_SPOT, AT)
    assert (matches.wanted.need, matches.wanted.help) == ("assistance", "for")
    assert slugs(matches) == ["acts"]
    assert next(r for r in matches.best[0].reasons if r.criterion == "help").answer == "good"
    chosen = matching.match(PersonNeed(result="assistance", need="formation"), TEISSEIRE_SPOT, AT)
    assert slugs(chosen) == ["course"]


def test_what_the_practice_says_comes_before_what_the_place_says():
    lieu(sheet={**offering(formation={"frais": ["paid"]}), "frais_a_charge": ["free"]})
    (best,) = matching.match(PersonNeed(need="formation"), TEISSEIRE_SPOT, AT).best
    assert next(r for r in best.reasons if r.criterion == "price").answer == "bad"


def test_language_is_matched_by_code_or_name():
    lieu("arabic", sheet={**offering(assistance={}), "langues": ["Arabe", "Français"]})
    lieu("others", sheet={**offering(assistance={}), "prise_en_charge_specifique": ["languages"]})
    lieu("english", sheet={**offering(assistance={}), "prise_en_charge_specifique": ["english"]})
    lieu("french", sheet={**offering(assistance={}), "langues": ["Français"]})

    def answers(language: str) -> dict[str, str]:
        best_matches = matching.match(
            PersonNeed(need="assistance", language=language), TEISSEIRE_SPOT, AT
        ).best
        return {
            each.lieu.slug: r.answer
            for each in best_matches
            for r in each.reasons
            if r.criterion == "language"
        }

    assert (
        answers("ar")
        == answers("arabe")
        == {"arabic": "good", "others": "fair", "english": "unsaid", "french": "bad"}
    )
    assert answers("en")["english"] == "good"
    assert answers("fr") == {}


def test_an_urgent_day_puts_first_who_opens_before():
    lieu("late", east=10, sheet={**offering(assistance={}), "horaires": {"osm": "We 09:00-12:00"}})
    lieu("soon", east=700, sheet={**offering(assistance={}), "horaires": {"osm": "Sa 09:00-12:00"}})
    matches = matching.match(
        PersonNeed(need="assistance", urgent_before=date(2026, 11, 23)), TEISSEIRE_SPOT, AT
    )
    assert slugs(matches) == ["soon", "late"]
    words = {each.lieu.slug: r.words for each in matches.best for r in each.reasons if r.criterion == "soon"}
    assert words == {
        "soon": "Ouvre demain à 9 h, avant la date",
        "late": "Ouvre mercredi à 9 h, après la date",
    }


def test_the_days_of_the_person_are_set_against_the_week():
    lieu("tuesday", sheet={**offering(assistance={}), "horaires": {"osm": "Tu 09:00-12:00"}})
    lieu("friday", sheet={**offering(assistance={}), "horaires": {"osm": "Fr 09:00-12:00"}})
    matches = matching.match(PersonNeed(need="assistance", days=(1,)), TEISSEIRE_SPOT, AT)
    assert {
        each.lieu.slug: r.answer for each in matches.best for r in each.reasons if r.criterion == "days"
    } == {
        "tuesday": "good",
        "friday": "bad",
    }


def test_a_place_that_takes_sent_people_only_is_for_professionals():
    lieu("sent", sheet=offering(vente={"prescription": True}))
    assert slugs(matching.match(PersonNeed(need="vente", sent=True), TEISSEIRE_SPOT, AT)) == ["sent"]
    assert slugs(matching.match(PersonNeed(need="vente"), TEISSEIRE_SPOT, AT)) == []


def test_free_text_conditions_are_quoted_separately():
    lieu(sheet=offering(assistance={"residence": "Grenoble", "inscription": "par téléphone"}))
    (best,) = matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT).best
    assert best.cautions == ["Il faut habiter : Grenoble.", "Pour s’inscrire : par téléphone."]


@pytest.mark.parametrize(
    "night", [datetime(2027, 3, 28, 2, 30, fold=0), datetime(2026, 10, 25, 2, 30, fold=1)]
)
def test_a_night_when_clocks_change_answers_like_another(night):
    lieu(sheet={**OPEN, **offering(assistance={})})
    (best,) = matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, night.replace(tzinfo=PARIS)).best
    assert next(r for r in best.reasons if r.criterion == "soon").words.startswith("Ouvre ")


def test_as_many_queries_for_many_places_as_for_one(django_assert_max_num_queries):
    for n in range(30):
        lieu(f"l{n}", east=10 * n, sheet={**OPEN, **offering(assistance={})})
    with django_assert_max_num_queries(6):
        assert matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT).total == 30


def test_name_of_any_length_or_script_is_unchanged():
    lieu("rtl", sheet={**offering(assistance={}), "nom": "مركز المساعدة الرقمية"})
    lieu("long", sheet={**offering(assistance={}), "nom": "Très " * 40})
    matches = matching.match(PersonNeed(need="assistance"), TEISSEIRE_SPOT, AT)
    assert {each.lieu.slug for each in matches.best} == {"rtl", "long"}


def test_an_old_sheet_ranks_behind_a_recent_one_at_like_distance_and_suits_in_part():
    """Sheets of four and five years were said to suit well, and came first."""
    full = {"accompagnement": ["person"], "frais": ["free"]}
    lieu("old", east=100, updated_on=date(2022, 1, 10), sheet={**OPEN, **offering(assistance=full)})
    lieu("recent", east=150, updated_on=date(2026, 10, 1), sheet={**OPEN, **offering(assistance=full)})
    recent, old = matching.match(PersonNeed(need="assistance", help="with"), TEISSEIRE_SPOT, AT).best
    assert (recent.lieu.slug, old.lieu.slug) == ("recent", "old")
    assert recent.points / recent.most >= 0.8 and old.points / old.most < 0.6
    answer_by_criterion = {reason.criterion: reason.answer for reason in old.reasons}
    assert (answer_by_criterion["price"], answer_by_criterion["distance"]) == ("fair", "good")
