"""Listings that structures offer or seek: when two of them match."""

from datetime import date

from pytest import approx, mark

from maillage.apps.community.rules import listings as rules
from maillage.apps.community.rules.listings import EQUIPPED, MEDIATOR, OFFERS, ROOM, SEEKS, TRAINER, Wish

title = "Ce que les structures se proposent"

TODAY = date(2026, 11, 23)
GRENOBLE, ECHIROLLES, LYON = (45.1885, 5.7245), (45.1436, 5.7183), (45.764, 4.8357)


def wish(side=SEEKS, kind=ROOM, half_days=(), starts=TODAY, ends=date(2027, 5, 31), at=GRENOBLE):
    return Wish(
        side=side, kind=kind, half_days=frozenset(half_days), starts_on=starts, ends_on=ends,
        latitude=at[0] if at else None, longitude=at[1] if at else None,
    )  # fmt: skip


@mark.parametrize(
    ("one", "other", "answers"),
    [
        ((SEEKS, ROOM), (OFFERS, ROOM), True),
        ((SEEKS, ROOM), (OFFERS, EQUIPPED), True),
        ((SEEKS, EQUIPPED), (OFFERS, ROOM), False),
        ((OFFERS, ROOM), (OFFERS, ROOM), False),
        ((SEEKS, ROOM), (SEEKS, ROOM), False),
        ((SEEKS, MEDIATOR), (OFFERS, rules.ADVISER), True),
        ((SEEKS, TRAINER), (OFFERS, MEDIATOR), False),
        ((SEEKS, MEDIATOR), (SEEKS, EQUIPPED), True),
        ((SEEKS, rules.ADVISER), (SEEKS, ROOM), True),
        ((OFFERS, MEDIATOR), (OFFERS, ROOM), False),
    ],
)
def test_an_offer_answers_a_need_and_two_needs_may_answer_each_other(one, other, answers):
    """Une salle équipée répond à qui cherche une salle, pas l’inverse. Un lieu qui cherche quelqu’un et
    quelqu’un qui cherche un lieu se répondent : une permanence. Et si l’un répond à l’autre, l’autre lui
    répond."""
    for first, second in ((one, other), (other, one)):
        assert (rules.match(wish(*first), wish(*second), on=TODAY) is not None) == answers


@mark.parametrize(
    ("one", "other", "common"),
    [
        (("1-am", "3-pm"), ("3-pm", "4-am"), ("3-pm",)),
        (("3-pm", "0-am"), ("0-am", "3-pm"), ("0-am", "3-pm")),
        ((), ("3-pm",), ()),
        ((), (), ()),
        (("1-am",), ("1-pm",), None),
    ],
)
def test_half_days_are_common_or_to_be_agreed(one, other, common):
    """Deux annonces qui disent leurs demi-journées doivent en avoir une en commun ; qui ne dit rien convient
    à tous."""
    match = rules.match(wish(half_days=one), wish(OFFERS, half_days=other), on=TODAY)
    assert (match and match.half_days) == common if common is not None else match is None


@mark.parametrize(
    ("one", "other", "km"),
    [(GRENOBLE, GRENOBLE, 0), (GRENOBLE, ECHIROLLES, 5.0), (GRENOBLE, None, None)],
)
def test_match_distance_is_none_when_unknown(one, other, km):
    """La distance est dite ; inconnue, elle le dit, et passe après les autres."""
    match = rules.match(wish(at=one), wish(OFFERS, at=other), on=TODAY)
    assert match.km == (None if km is None else approx(km, abs=0.1))


def test_beyond_thirty_kilometres_they_do_not_meet():
    """Personne ne fait cent kilomètres chaque semaine."""
    assert rules.match(wish(at=GRENOBLE), wish(OFFERS, at=LYON), on=TODAY) is None


@mark.parametrize(
    ("starts", "ends", "met"),
    [
        (date(2027, 5, 31), date(2027, 9, 1), True),
        (date(2027, 6, 1), date(2027, 9, 1), False),
        (date(2026, 1, 1), date(2026, 11, 22), False),
        (date(2026, 1, 1), TODAY, True),
    ],
)
def test_their_dates_must_meet_from_today_on(starts, ends, met):
    """Une annonce finie, ou qui commence après l’autre, n’y répond pas."""
    assert (rules.match(wish(), wish(OFFERS, starts=starts, ends=ends), on=TODAY) is not None) == met


def test_match_reasons_are_sentences():
    """Pourquoi deux annonces sont rapprochées se lit, sans note ni score."""
    match = rules.match(
        wish(SEEKS, MEDIATOR, ("1-am", "1-pm")), wish(SEEKS, ROOM, ("1-am",), at=ECHIROLLES), on=TODAY
    )
    assert match.reasons == (
        "Un lieu sans personne, quelqu’un sans lieu : une permanence est possible",
        "Convient aux deux : mardi matin",
        "À 5 km à vol d’oiseau",
    )


def test_the_most_useful_comes_first():
    """D’abord une demi-journée déjà commune, puis le plus près, puis ce dont on ne sait pas où."""
    local_wish = wish(half_days=("1-am",))
    other_wishes = [
        wish(OFFERS, at=None, half_days=("1-am",)),
        wish(OFFERS, at=GRENOBLE),
        wish(OFFERS, at=ECHIROLLES, half_days=("1-am",)),
        wish(OFFERS, at=GRENOBLE, half_days=("1-am",)),
    ]
    matches = [rules.match(local_wish, other, on=TODAY) for other in other_wishes]
    assert [matches.index(each) for each in sorted(matches, key=rules.rank)] == [3, 2, 0, 1]
