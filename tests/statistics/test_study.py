"""A study computes everything once: one model of the need, drawn from by all that follows."""

from collections.abc import Mapping

import numpy as np
from pytest import approx, fixture

from maillage.kernel import cores
from maillage.reference.cards import Card
from maillage.reference.definitions import DEFAULT, definition, offered
from maillage.sources import read
from maillage.statistics.diagnosis import compare, published
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.need import model as need_model
from maillage.statistics.offer import census
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.study import study
from tests.support.studies import request_of, studied


@fixture
def request_() -> Request:
    return request_of("38151")


@fixture
def places() -> census.Census:
    place = Place(id="a", name="Un lieu", lon=5.71, lat=45.14, offers=frozenset({"wifi"}))
    return census.Census(name="essai", places=(place,))


def test_the_model_of_the_need_is_built_once_for_the_diagnosis_the_offer_and_the_comparison(
    monkeypatch, request_, places
):
    built = []
    real = need_model.model
    monkeypatch.setattr(
        need_model, "model", lambda chosen, **rest: built.append(chosen.id) or real(chosen, **rest)
    )
    monkeypatch.setattr(cores, "may_copy", lambda: False)  # what a copy builds is not seen from here
    result = study(request_, census=places)
    assert result.offered is not None
    assert sorted(built) == sorted({DEFAULT} | {each.id for each in offered()})


def test_a_study_after_another_reads_no_raw_file_but_its_contours(monkeypatch):
    cards = []
    real = read.cards
    monkeypatch.setattr(cores, "may_copy", lambda: False)  # what a copy reads is not seen from here
    study(request_of("38151"))
    monkeypatch.setattr(read, "cards", lambda: Recorded(cards, real()))
    study(request_of("38563"))
    assert set(cards) <= {"ign-contours"}
    assert len(cards) <= 4


class Recorded(dict):
    """Cards that write which one is read."""

    def __init__(self, names: list[str], cards: Mapping[str, Card]) -> None:
        super().__init__(cards)
        self.names = names

    def __getitem__(self, name: str) -> Card:
        self.names.append(name)
        return super().__getitem__(name)


def test_definitions_drawn_in_a_copy_are_those_that_one_process_draws(monkeypatch, request_):
    monkeypatch.setattr(cores, "may_copy", lambda: True)
    in_copy = study(request_)
    monkeypatch.setattr(cores, "may_copy", lambda: False)
    assert in_copy.by_definition == study(request_).by_definition


def test_published_comparisons_are_the_same_from_models_already_built():
    result = study(request_of("2A004"))
    alone = published.comparisons(result.diagnosis, need_model.ModelByDefinition(result.diagnosis.model))
    assert result.published == alone
    assert [each.published.rate for each in alone] == [25, 15], "of Corse, which holds Ajaccio"


def test_what_is_compared_is_what_each_definition_alone_would_give(request_):
    result = study(request_)
    assert [each.definition for each in result.by_definition] == list(offered())
    for each in result.by_definition:
        alone = studied("38151", each.definition.id)
        assert (each.need, each.rate) == (alone.need, alone.rate)


def test_a_territory_without_contours_is_drawn_by_commune_from_the_same_model(request_):
    result = study(request_)
    assert result.drawn is result.diagnosis
    assert result.diagnosis.is_drawable


def test_the_difference_of_two_territories_is_the_first_less_the_second():
    first, second = np.array([12.0, 14.0, 16.0, 9.0]), np.array([10.0, 11.0, 12.0, 10.0])
    difference = compare.difference(first, second, definition=definition(DEFAULT))
    assert difference.value == approx(np.mean(first - second))
    assert difference.unit == "pourcent"
