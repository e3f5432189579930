"""The sentences of a territory's own dossier, read by « Vérifier un chiffre » as it prints them."""

from dataclasses import replace

import pytest

from maillage.apps.dossiers import queries
from maillage.publishing.territory.reading import NamedZone, OfferReading, ZoneOffer
from maillage.publishing.territory.verdict import judge
from maillage.words.claims import parse
from tests.support.offers import line
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db
MARAIS = "Marais poitevin"


@pytest.fixture
def own(study):
    """Return the reading of a study, one zone called as a marsh is, two of its communes without a place."""
    local = queries.reading(study)
    bare = (NamedZone("1", "A"), NamedZone("2", "B"))
    lack = line(
        "assistance", label="Aide aux démarches", missing="600", missing_about="environ 600 personnes",
        missing_between="450 – 750", missing_low=450.0, missing_high=750.0,
    )  # fmt: skip
    offer = OfferReading(
        "l’annuaire", 30, ZoneOffer("", 6, 2, (lack,), (), ""), {}, {}, (), (),
        no_place="2 communes sur 5 n’ont aucun lieu connu", bare=bare, n_communes=5,
    )  # fmt: skip
    zones = (replace(local.zones[0], name=MARAIS, place="", unit="zone"), *local.zones[1:])
    return replace(local, offer=offer, zones=zones, above=("381510101",))


def verdict_of(local, text):
    """Return the verdict on a sentence, where the diagnosis itself gives it."""
    verdict = judge(parse(text), (), where="Ici", own=local)
    return verdict.kind if "Source : le diagnostic" in verdict.reason else ""


def test_each_share_that_the_dossier_prints_of_a_group_is_compatible(own):
    rows = [(x, x.rate, x.share) for x in own.profile if x.family == "Âge"]
    texts = [f"{rate} des {x.label} sont concernés" for x, rate, _ in rows if rate]
    texts += [f"{part} des personnes concernées ont {x.label}" for x, _, part in rows if part]
    modest = next(x for x in own.profile if x.label == "Avec de faibles revenus")
    texts += [f"{modest.share} des personnes concernées ont de faibles revenus"]
    old = round(100 * sum(x.share_value for x, _, _ in rows[-2:]))
    texts += [f"{old} % des personnes en difficulté ont plus de 60 ans"]
    assert len(texts) > 4 and {text for text in texts if verdict_of(own, text) != "compatible"} == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2 communes sur 5 n’ont aucun lieu connu", "compatible"),
        ("4 communes sur 5 sans aucun lieu d’aide", "haut"),
        ("99 % des plus de 75 ans sont en difficulté", "haut"),
        ("2 % des personnes concernées ont plus de 60 ans", "bas"),
        ("50 % de la population a plus de 65 ans", ""),
        ("20 % des plus de 75 ans n’ont jamais utilisé Internet", ""),
        ("64 % ne connaissent aucun lieu d’aide", ""),
        ("40 % des personnes en difficulté sont des femmes", ""),
    ],
)
def test_a_number_is_compared_with_the_figure_of_its_words_only(own, text, kind):
    assert verdict_of(own, text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("98 % des jeunes sont à l’aise avec le numérique", "compatible"),
        ("98 % des jeunes ne sont pas en difficulté", "compatible"),
        ("2 % des jeunes maîtrisent le numérique", "bas"),
        ("98 % des jeunes sont en difficulté", "haut"),
        ("98 % des jeunes sont mal à l’aise", "haut"),
        ("98 % des jeunes utilisent Internet", ""),
        (f"2 % des habitants du {MARAIS} sont à l’aise avec le numérique", "bas"),
    ],
)
def test_who_is_at_ease_is_the_other_side_of_who_is_in_difficulty(own, text, kind):
    """« 95 % des jeunes sont à l’aise » était « Trop haut », contre les 0 à 4 % de jeunes en difficulté."""
    assert verdict_of(own, text) == kind


def test_counts_of_people_are_those_of_both_difficulties_of_a_service_and_of_a_zone(own):
    missing = next(x for x in own.offer.territory.lines if x.missing)
    texts = (
        f"{own.both.value} personnes cumulent les deux précarités",
        f"{missing.missing_about} n’ont pas à portée : {missing.label}",
        f"{own.zones[0].people} personnes dans le {MARAIS}",
        f"{own.zones[0].share} à {MARAIS}",
        "1 quartier compte sûrement plus que sa part d’habitants",
    )
    assert {text for text in texts if verdict_of(own, text) != "compatible"} == set()


def test_a_zone_of_the_territory_is_read_before_its_namesakes_elsewhere(client, study, own, monkeypatch):
    monkeypatch.setattr(queries, "reading", lambda _: own)
    texts = {MARAIS: f"{own.zones[0].people} personnes dans le {MARAIS}"}
    texts["Nord de l’île"] = "30 % des habitants du nord de l’île sont en difficulté"
    for name, text in texts.items():
        zones = (replace(own.zones[0], name=name), *own.zones[1:])
        monkeypatch.setattr(queries, "reading", lambda _, zones=zones: replace(own, zones=zones))
        page = client.get("/territoires/38151/verifier/", {"q": text})
        assert page.status_code == 200 and f"« {name} »" in text_of(page)
