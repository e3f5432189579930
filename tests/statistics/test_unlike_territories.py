"""Reports of unusual territories: three zones, a range, places that say nothing."""

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from maillage.publishing.gallery import territory as plates
from maillage.publishing.page import charts, html
from maillage.publishing.page.blocks import Chapter, Grid, as_data
from maillage.publishing.territory import (
    atlas,
    decisions,
    deck,
    dossier,
    gaps,
    poster,
    presentation,
    study_json,
    synthesis,
    withheld,
    zone_sheet,
)
from maillage.publishing.territory.chapters import certainty, need, story
from maillage.publishing.territory.chapters import offer as offer_chapter
from maillage.publishing.territory.labels import of_name_of
from maillage.publishing.territory.reading import OfferReading, ZoneOffer
from maillage.publishing.territory.subject import Subject, ages_chart
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.glossary import terms
from maillage.reference.travel import CAR
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Inside, Request
from maillage.statistics.diagnosis.results import Spread, Where
from maillage.statistics.need import population
from maillage.statistics.offer import census
from maillage.statistics.offer.siting import centres
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.support.offers import line as offer_line
from tests.support.studies import studied

ON = date(2026, 11, 27)


@pytest.fixture(scope="module")
def d():
    return studied("38151")


def subject(d, places=None) -> Subject:
    """Return a territory as reports take it. places: their sheets, None without a census."""
    offer_result = None
    if places is not None:
        offer_result = census.offered(d.request, d, census.census("lieux.csv", places))
    reading = presentation.present(Study(d, offer_result, (), (), None), fingerprint="")
    study = json.loads(study_json.encode(study_json.document(d, offer_result)))
    return Subject(reading=reading, study=study, layers={}, knitted="", on=ON)


def place(id: str, **more):
    return {
        "id": id,
        "nom": f"Lieu {id}",
        "code_insee": "38151",
        "latitude": 45.144,
        "longitude": 5.718,
    } | more


def words(chapter: Chapter) -> str:
    return str(as_data(chapter)).replace("\\xa0", " ").replace("\xa0", " ")


def chapter(document, title: str) -> Chapter:
    return next(each for each in document.chapters if title in (each.title, each.over))


def test_three_zones_are_not_a_single_one(d):
    """Face à la France, trois zones se classent comme cent ; ce n’est pas qu’il n’y en ait qu’une."""
    zones = tuple(replace(each, cell=None) for each in d.zones[:3])
    few = replace(d, zones=zones, digital_only=(), social_only=(), clusters=(), leaders=())
    text = words(chapter(synthesis.compose(subject(few), None), "Où vivent ces personnes"))
    assert "Un seul quartier" not in text
    assert "Chaque quartier est classé face à la France métropolitaine" in text
    unknown = Spread(0.0, 0.0, 0.0)
    one = replace(few, zones=d.zones[:1], where=Where("inconnu", (), unknown, unknown))
    assert "Un seul quartier : il n’est comparé à aucun autre." in words(
        chapter(synthesis.compose(subject(one), None), "Où vivent ces personnes")
    )


@pytest.mark.parametrize(("name", "is_drawn"), [("forte", False), ("tres_forte", True)])
def test_a_map_of_one_colour_is_not_drawn(d, name, is_drawn):
    """Toutes les zones dans une classe : la carte ne distingue rien, le titre le dit à sa place."""
    territory = subject(d)
    first, *rest = (replace(zone, digital_class="forte") for zone in territory.reading.zones)
    read = replace(territory.reading, zones=(replace(first, digital_class=name), *rest), above=())
    alike = replace(territory, reading=read, layers=atlas.layers(d), study={"ou": {"verdict": "reparti"}})
    summary = next(x for x in synthesis.compose(alike, None).chapters if x.title.startswith("Où vivent"))
    opening = story.story_chapter(d, read, alike.layers, {}, ())
    for page in (summary, deck._zones(alike), opening):
        assert ("'kind': 'picture'" in words(page)) == is_drawn, page.title
    assert ("partout « élevée » face à la France" in words(summary)) != is_drawn


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("commune", ("une commune", "Cette commune")), ("quartier", ("un quartier", "Ce quartier"))],
)
def test_a_slide_names_the_only_zone_above_its_share(d, unit, expected):
    """« Cette 1 quartier » n’est pas du français."""
    territory = subject(d)
    zone, read = territory.reading.zones[0], territory.reading
    sentence = "Réparties comme les habitants. Un de plus. En tout : de 7 à 9 % des personnes, pour 6 % des habitants."
    read = replace(read, where_sentence=sentence, territory=replace(read.territory, unit=unit))
    above = replace(
        territory, reading=replace(read, above=(zone.code,)), study={"ou": {"verdict": "reparti"}}
    )
    slide = deck._zones(above)
    assert not any(isinstance(block, Grid) for block in slide.blocks), "one row is a sentence"
    assert slide.title == f"Le besoin est partout ; il est plus fréquent dans {expected[0]}, {zone.full_name}"
    assert slide.lead.startswith(f"{expected[1]} : de 7 à 9 %")


def test_a_slide_names_no_zone_too_small_for_one_number(d):
    """Un quartier de 80 habitants, « 6 – 23 personnes », se lisait premier devant ceux de 440."""
    territory = subject(d)
    small, *larger = deck._highest(territory.reading.zones, 4)
    small = replace(small, people=None)
    assert small.code not in [zone.code for zone in deck._highest([small, *larger], 4)]
    assert deck._highest([small], 4) == [small], "where no zone has one, ranges are better than nothing"


def test_the_slide_of_the_offer_names_each_service_those_alike_on_one_bar():
    """Six services, cinq barres : le wifi, que tous ont, semblait ne pas exister. Puis six barres du même nombre,
    en lettres minuscules.
    """
    practices = ("wifi", "libre_acces", "formation", "pret", "reparation", "assistance")
    spot = place("18279", code_insee="18279", latitude=47.222, longitude=2.069)
    offered = spot | {"practices": {each: {"state": "offered"} for each in practices}}
    territory = subject(studied("200090561"), [offered])
    known = gaps.known_lines(territory.reading.offer)
    drawn = deck._reach(territory, territory.reading.offer, ()).blocks[0]
    (only,) = drawn.bars
    assert len(known) > deck.MOST_LINES
    assert all(line.label.lower() in only.label.lower() for line in known)


def test_the_last_slide_says_once_that_days_and_names_are_to_decide(d):
    """« à décider », six fois sur une diapositive de trois lignes."""
    page = words(deck._next(subject(d), None))
    assert page.count("à décider") == 1 and "Avec qui" not in page


def test_a_zone_is_compared_with_a_range_where_the_whole_has_no_point(d):
    """Une commune de cent habitants n’a qu’une fourchette : « 12 – 40 % contre » rien ne se lirait pas."""
    loose = replace(d, rate=replace(d.rate, value=15.0, low=4.0, high=31.0))
    (first, *_) = zone_sheet.comparison(loose, loose.zones[0])
    assert first.reference.replace("\xa0", " ") == "4 – 31 %"


def test_places_that_say_nothing_are_no_offer_within_a_walk(d):
    """Un seul lieu, et il ne dit rien : on ne sait pas ce qui manque, ce n’est ni « aucun manque » ni « à portée »."""
    mute = subject(d, [place("a")])
    assert gaps.absence_sentence(mute.reading.offer) == gaps.UNKNOWN_OFFER
    (reach, *_) = deck._offer(mute)
    assert "à portée de marche" not in reach.title
    assert reach.title.replace("\xa0", " ") == "1 lieu recensé", "no title says that nothing is known"
    assert gaps.UNKNOWN_OFFER in reach.blocks[-2].items
    assert reach.lead == "", "no bar stands under it"
    assert "Aucun, d’après ce recensement" not in " ".join(
        synthesis._lacking(mute.reading, mute.reading.offer)
    )


def test_a_document_older_than_its_places_says_that_they_are_counted_soon(d):
    """Trois lieux sont venus après le calcul : il se refait. « Trop grand » ne se dit que d’un territoire qui l’est."""
    late = replace(subject(d), n_places=3, is_computing=True)
    for territory, expected, excluded in (
        (late, "3 lieux sont connus ici. Ils ont été ajoutés après ce calcul", "trop grand"),
        (replace(late, is_computing=False), "trop grand", "après ce calcul"),
    ):
        page = chapter(synthesis.compose(territory, None), synthesis.no_offer_title(territory))
        for text in (words(page), words(deck._next(territory, None))):
            assert expected in text and excluded not in text


@pytest.mark.parametrize(
    ("n", "phrases"),
    [
        (1, ["1 lieu sur 1 ne précise pas son offre. L’offre réelle", "qui l’a à portée"]),
        (2, ["2 lieux sur 2 ne précisent pas leur offre. L’offre réelle", "qui les a à portée"]),
    ],
)
def test_cautions_agree_with_the_places_they_count(d, n, phrases):
    mute = [place(f"a{k}") for k in range(n)]
    nowhere = [{"id": f"b{k}", "nom": f"Nulle part {k}"} for k in range(n)]
    text = " ".join(subject(d, mute + nowhere).reading.offer.cautions).replace("\xa0", " ")
    assert all(each in text for each in phrases), text


def test_questions_a_census_omits_are_named_with_the_absence_of_gaps(d):
    """Aucun manque d’aide n’est trouvé ; du wifi, ce recensement ne dit rien."""
    offer = subject(d, [place("a", practices={"assistance": {"state": "offered"}})]).reading.offer
    lines = tuple(
        replace(line, missing_low=0.0, missing_high=high, missing_value=0.0)
        for line, high in zip(offer.territory.lines, (0.0,) * len(offer.territory.lines), strict=True)
    )
    none = replace(offer, territory=replace(offer.territory, lines=lines), zones={})
    assert gaps.absence_sentence(none).startswith(
        "Aucun, d’après ce recensement. Le recensement ne dit rien de : "
    )
    maybe = tuple(replace(line, missing_high=300.0) for line in lines)
    doubtful = replace(none, territory=replace(none.territory, lines=maybe))
    assert gaps.absence_sentence(doubtful).startswith("Aucun n’est certain, d’après ce recensement.")
    silent = tuple(replace(line, doubt="Des lieux ne le disent pas.") for line in maybe)
    assert gaps.absence_sentence(replace(none, territory=replace(none.territory, lines=silent))).startswith(
        "Aucun n’est certain : des lieux ne disent pas s’ils proposent ces services ("
    )
    sure = tuple(replace(line, missing_low=80.0, missing_high=300.0) for line in lines)
    sentence = gaps.absence_sentence(replace(none, territory=replace(none.territory, lines=sure)))
    assert sentence.startswith("Aucun n’est certain dans une zone ; en tout, ")


def test_a_filter_that_keeps_a_few_does_not_make_a_town_too_small(d):
    """Échirolles a 37 000 habitants : ce n’est pas « un si petit lieu », c’est le filtre qui en garde peu."""
    areas = len(population.sources().rp2021["pop"])
    inside = Inside(id="peu", label="Quartier d’en haut", share=np.full(areas, 0.001), source="", doubt="")
    territory, cut = d.request.territory, d.request.zoning
    few = diagnosis.diagnose(
        Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=20, inside=inside)
    )
    page = withheld.explain(subject(few).reading)
    assert page.why == population.TOO_FEW
    assert "filtre « Quartier d’en haut » garde ici moins de 50 personnes" in page.more.replace("\xa0", " ")
    text = " ".join((page.title, page.headline, page.more, *page.advice))
    assert not any(words in text for words in ("si petit lieu", "Un territoire trop petit", "n’habite"))


def test_a_sheet_counts_nobody_where_nothing_may_be_counted():
    """Trop peu d’habitants et un lieu muet : on ne sait pas, et « – sans lieu connu » ne compte personne."""
    tiny = studied("38008")
    (spot,) = centres({"38008": "Ambel"})
    mute = {"id": "a", "nom": "Lieu", "code_insee": "38008", "latitude": spot.lat, "longitude": spot.lon}
    talks = {"practices": {"assistance": {"state": "offered"}, "wifi": {"state": "offered"}}}
    away = place("b", **talks)
    read = subject(tiny, [mute, away]).reading
    (code,) = read.sheets
    lines = zone_sheet._page(read, code, on=ON)["offre"]["lignes"]
    assert {line["etat"] for line in lines} >= {"inconnu"}
    assert {line["hors"] for line in lines} == {""}
    limits = words(synthesis.compose(subject(tiny), None).chapters[-1])
    assert "Ces nombres" not in limits, "none is shown"
    assert read.sheets[code].verdict == (
        f"{population.TOO_FEW} Aucun nombre n’est montré, et aucune classe n’est faite."
    )


def test_quarters_overseas_have_no_name_and_are_named_by_their_number():
    """Cayenne : « la moitié vit dans 8 quartiers sur 22 : , , et . » ne nommait personne."""
    cayenne = studied("973").zone("97302")
    assert len(cayenne.parts) == 22
    assert all(part.name == f"Iris {part.code[5:]}" for part in cayenne.parts)
    assert "Iris " in zone_sheet.first_step(cayenne, None)


def test_those_who_cannot_do_without_help_are_counted_by_their_range(d):
    """D’une petite commune, l’exclusion n’a qu’une fourchette : l’affiche et les propositions ne l’oublient pas."""
    wide = replace(d.levels["exclusion"], value=6.0, low=2.6, high=10.7)
    small = subject(replace(d, levels={**d.levels, "exclusion": wide}))
    (network,) = poster._network(small)
    assert "**Pour qui :** entre 2 et 11 personnes qui ne peuvent pas faire sans aide ;" in words(network)
    proposals = [each.replace("\xa0", " ") for each in decisions.proposals(small, None)]
    assert "Entre 2 et 11 personnes ne peuvent pas faire sans aide." in " ".join(proposals)


def test_a_document_explains_the_words_that_it_uses():
    """« Bornes : 90 chances sur 100 » n’est pas un terminal, « calculs Maillage » n’est pas la couverture d’un territoire."""
    first = Chapter(number="", title="Bornes : 90 chances sur 100", lead="Calculs Maillage, précarité forte.")
    grid = Chapter(number="", title="Le maillage", lead="")
    notions = [term for key, term in terms().items() if term.family == "notion" and key != "precarite"]
    used = ([term.term for term in certainty.notions_used([each], notions)] for each in (first, grid))
    assert list(used) == [["Précarité forte"], ["Maillage"]]


def test_a_study_is_cited_with_the_article_of_its_territory(d):
    """« Diagnostic de Hauts-de-France » ne se dit pas ; le filtre suit le nom, un périmètre garde le sien."""
    north = replace(d, request=replace(d.request, territory=gazetteer().get("R32")))
    assert of_name_of(north) == "des Hauts-de-France"
    areas = len(population.sources().rp2021["pop"])
    inside = Inside(id="q", label="Quartiers", share=np.ones(areas), source="", doubt="")
    assert of_name_of(replace(north, request=replace(north.request, inside=inside))) == (
        "des Hauts-de-France (quartiers)"
    )
    own = replace(north, request=replace(north.request, name="Le bassin"))
    assert of_name_of(own) == "du bassin"


def test_an_island_has_nothing_on_the_other_side_of_its_limits(d):
    """« Des habitants du bord en ont peut-être un » de l’autre côté : à l’île d’Yeu, c’est la mer."""
    helps = {"practices": {"assistance": {"state": "offered"}}}
    island = place("a", code_insee="85113", latitude=46.727, longitude=-2.347, **helps)
    alone = subject(studied("85113"), [island]).reading.offer
    assert not any("Au bord du territoire" in each for each in alone.cautions)
    town = subject(d, [place("a", **helps)]).reading.offer
    assert any("Au bord du territoire" in each for each in town.cautions)


def test_a_territory_without_a_place_begins_its_sentence_with_a_capital(d):
    elsewhere = place("a", code_insee="38053", latitude=45.59, longitude=5.27)
    read = subject(d, [elsewhere | {"practices": {"assistance": {"state": "offered"}}}]).reading
    assert offer_chapter.offer_chapter(read, read.offer, {}).lead.startswith("Aucun lieu dans le périmètre")


def test_a_cumulation_without_a_point_gives_none_by_another_way(d):
    """D’une petite commune, ceux qui cumulent n’ont qu’une fourchette : « environ 5 », sans rien autour, en disait plus."""
    assert presentation._both(d).independent
    loose = presentation._both(replace(d, both=replace(d.both, value=6.0, low=1.2, high=14.3)))
    assert (loose.value, loose.independent) == (None, "")
    first, *_ = need._living_standards(loose)
    assert first.endswith("avoir de faibles revenus rend la difficulté plus fréquente.")


def test_a_sheet_without_classes_has_no_legend_of_them(d, monkeypatch):
    """Sans indice social, rien n’est croisé : une légende de quatre cases ne dirait rien de la carte de la fiche."""
    monkeypatch.setattr(zone_sheet.pdf, "compiled", lambda name, data, on: data)
    code, reading = d.zones[0].zone.code, subject(d).reading
    assert zone_sheet.render(d, reading, code, on=ON)["legende"]
    zones = tuple(replace(each, cell=None) for each in reading.zones)
    sheet = zone_sheet.render(d, replace(reading, zones=zones, is_classed=False), code, on=ON)
    assert not sheet["legende"]
    assert sheet["carte_alt"] == f"{reading.zone(code).name} et ses voisines."


def test_a_territory_of_one_zone_is_compared_with_no_other():
    """Ouessant n’a qu’une commune, que ses classes comparent à la France : ni rang, ni « autres zones »."""
    alone = studied("29155")
    read = presentation.present(Study(alone, None, (), (), None), fingerprint="")
    document = dossier.compose(alone, read, {}, (), on=date(2026, 11, 22))
    (sheet,) = read.sheets.values()
    assert (sheet.comparison, read.index.variables) == ((), ())
    assert read.class_sentences == (sheet.standing,)
    assert "précarité numérique très élevée et précarité sociale" in sheet.standing
    assert "Rang" not in sheet.standing
    assert (
        sheet.verdict == "Cette fiche est celle de tout le territoire. Le nombre se lit avec sa fourchette."
    )
    assert "Une seule commune" in [chapter.title for chapter in document.chapters]
    text = html.dossier(document).decode()
    for words in ("autres zones", "classer entre eux", "Moyenne des zones", "Zone par zone"):
        assert words not in text, words


def test_a_study_by_car_names_the_gap_that_its_town_has_on_foot_in_every_cut():
    """Vierzon est lue à pied, son intercommunalité en voiture : chacune dit ce que l’autre trouve."""
    spots = (("18279", 47.222, 2.069), ("18165", 47.29, 2.26), ("18103", 47.14, 1.85))
    wifi = {"practices": {"wifi": {"state": "offered"}}}
    places = [place(code, code_insee=code, latitude=lat, longitude=lon, **wifi) for code, lat, lon in spots]
    alone, wide = studied("18279"), studied("200090561")
    town, all_communes = subject(alone, places), subject(wide, places)
    iris = population.sources().rp2021
    own = replace(wide.request, zoning=zoning.by("commune", wide.request.zoning.rows, iris))
    cut = diagnosis.diagnose(own)

    def offered(d):
        return census.offered(d.request, d, census.census("lieux.csv", places))

    walked = offered(alone).gaps.total.gaps["wifi"].figure("missing")
    for study in (wide, cut):
        in_town = offered(study).town
        assert (in_town.communes, in_town.offer) == (("18279",), "wifi")
        assert (in_town.on_foot.low, in_town.on_foot.high) == pytest.approx(
            (walked.low, walked.high), rel=1e-6
        )
        assert in_town.by_car.high < in_town.on_foot.low
    sentence = all_communes.reading.offer.other_way
    assert sentence.startswith(
        "À pied (30 minutes), dans la commune de plus de 300 habitants au km² (Vierzon)\xa0: environ 2"
    )
    pages = (
        [offer_chapter.offer_annex(all_communes.reading, all_communes.reading.offer)],
        [replace(slide, notes="") for slide in deck._offer(all_communes)],
        synthesis.compose(all_communes, None).chapters,
    )
    assert [repr(list(map(as_data, page))).count("(Vierzon)\\xa0: environ 2") for page in pages] == [
        1,
        1,
        1,
    ]
    assert town.reading.offer.other_way == (
        "L’étude de la communauté de communes Vierzon-Sologne-Berry compte ces manques en voiture (20 minutes)\xa0:"
        " ses nombres diffèrent."
    )


def test_communes_without_a_known_place_come_before_ranges_when_no_gap_is_certain():
    """Deux communes ont un lieu, quatorze aucun : « aucun manque n’est certain » ne se dit pas."""
    helps = {"practices": {"assistance": {"state": "offered"}}}
    spots = (("18279", 47.222, 2.069), ("18103", 47.14, 1.85))
    places = [place(code, code_insee=code, latitude=lat, longitude=lon, **helps) for code, lat, lon in spots]
    territory = subject(studied("200090561"), places)
    offer = territory.reading.offer
    assert re.fullmatch(
        r"14\scommunes sur 16 n’ont aucun lieu connu\s: environ 1\s\d{3} personnes concernées"
        r" \(entre 1\s\d{3} et 2\s\d{3}\)",
        offer.no_place,
    ), "the people concerned, not all the residents"
    assert len(offer.bare) == 14 and offer.bare[0].name == "Foëcy", "most people concerned first"
    assert not offer.has_places, "two communes out of sixteen: nobody fails to see an offer that is not there"
    assert replace(offer, bare=offer.bare[:8]).has_places
    total = f"En tout : {gaps.tally(offer)}."
    first, *_ = synthesis._lacking(territory.reading, offer)
    assert "manques certains" in total and gaps.tally(offer) in first
    slide = deck._reach(territory, offer, ["**Méreau** : un manque."])
    assert any(total in getattr(block, "items", ()) for block in slide.blocks)
    lines = tuple(replace(line, missing_low=0.0) for line in offer.territory.lines)
    doubtful = replace(offer, zones={}, territory=replace(offer.territory, lines=lines))
    unsure = replace(territory, reading=replace(territory.reading, offer=doubtful))
    assert gaps.first_sentence(doubtful).startswith(f"{offer.no_place}.")
    reach, bare_slide = deck._offer(unsure)
    assert re.match("Au moins .* ont (?:un|chaque) .*portée", reach.title)
    assert bare_slide.title == deck.SPAN.sub("", offer.no_place)
    for text in (
        words(offer_chapter.offer_chapter(unsure.reading, doubtful, {})),
        " ".join(synthesis._lacking(unsure.reading, doubtful)),
    ):
        assert "aucun lieu connu" in text and "n’est certain" not in text
    (mute,) = [text for text in decisions.proposals(unsure, None) if text.startswith(decisions.ASKING)]
    assert "Ce recensement ne dit rien de" in mute and "réparation" in mute
    chosen = decisions.three(unsure, None)
    pages = [words(synthesis._decision(k, decision)) for k, decision in enumerate(chosen, 1)]
    is_unset = [decision.effect == decisions.TO_DECIDE for decision in chosen]
    assert [bool(re.search(r"et effet\*\* : à décider", page)) for page in pages] == is_unset
    assert ["Ce que cela change" not in page for page in pages] == is_unset and True in is_unset


def test_what_is_counted_stands_under_the_answer_and_never_under_what_lacks(d):
    """« 44 lieux recensés » était le premier point de « Ce qui manque »."""
    known = offer_line("wifi", label="Wifi", state="ici", share_bounds=(98.0, 100.0))
    mute = [offer_line(id, label=id, state=gaps.UNASKED) for id in ("impression", "reparation")]
    territory = subject(d)
    for lines in ((known,), (known, *mute)):
        offer = OfferReading("", 20, ZoneOffer("", 44, 12, lines, (), ""), {}, {}, (), (), mode=CAR)
        page = synthesis.compose(replace(territory, reading=replace(territory.reading, offer=offer)), None)
        first, lacks = page.chapters[0], words(chapter(page, "Ce qui manque"))
        assert "44 lieux recensés, dont 12 à l’offre inconnue." in words(first)
        assert "recensés" not in lacks and "44" not in lacks


def test_all_services_within_reach_are_counted_among_those_of_the_diagnosis():
    """« Chaque service à portée », quand le recensement ne disait rien de cinq services sur huit."""
    known_lines = [
        offer_line(id, label=id, state="ici", share_bounds=(98.0, 100.0)) for id in ("formation", "wifi")
    ]
    offer = OfferReading("", 20, ZoneOffer("", 44, 0, tuple(known_lines), (), ""), {}, {}, (), (), mode=CAR)
    mute = replace(offer.territory, lines=(*known_lines, offer_line("impression", state=gaps.UNASKED)))
    partial = replace(offer, territory=mute, no_place="2 communes n’ont aucun lieu connu")
    counted = "chaque service recensé (2 sur 3)"
    assert "ont chaque service à portée" in gaps.served_headline(offer)
    assert gaps.headline(offer).startswith("Chaque service est ")
    assert counted in gaps.served_headline(partial) and counted in gaps.served_despite(partial)
    assert counted in gaps.headline(replace(partial, no_place="")).lower()
    assert gaps.unasked(offer) == ""
    assert gaps.unasked(partial) == "Le recensement ne renseigne pas 1\N{NO-BREAK SPACE}service sur 3."


def test_the_picture_of_a_gap_counts_the_communes_of_its_own_line():
    """Loire Forez : « 62 communes sans aucun lieu » titrait le libre accès, que 67 communes n’ont pas."""
    helps = {"practices": {"assistance": {"state": "offered"}}}
    both = {"practices": helps["practices"] | {"wifi": {"state": "offered"}}}
    spots = (("18279", 47.222, 2.069, helps), ("18103", 47.14, 1.85, both), ("18214", 47.19, 2.2, {}))
    places = [
        place(code, code_insee=code, latitude=lat, longitude=lon, **practices)
        for code, lat, lon, practices in spots
    ]
    territory = subject(studied("200090561"), places)
    offer = territory.reading.offer
    lines = tuple(replace(line, missing_low=0.0) for line in offer.territory.lines)
    doubtful = replace(offer, territory=replace(offer.territory, lines=lines))
    unsure = replace(territory, reading=replace(territory.reading, offer=doubtful))
    drawn = {plate.about.split(" : ")[0]: plate for plate in plates._gaps(unsure)}
    listed = {each.offer: each for each in offer.communes}
    assert len({len(each.without) for each in offer.communes}) > 1
    for label in drawn.keys() & listed.keys():
        counts = [str(len(names)) for names in (listed[label].without, listed[label].unknown) if names]
        assert re.findall(r"(\d+)\s(?:commune|autre)", drawn[label].source) == counts
        assert "commune" not in drawn[label].title, "the map is of reach, not of communes"
    assert all(offer.no_place not in plate.title for plate in drawn.values())


def test_locating_comes_before_calling_where_most_places_are_not_located(d):
    reading = subject(d).reading
    offers = [OfferReading("", 30, ZoneOffer("", 44, 2, (), (), "", (), n), {}, {}, (), ()) for n in (44, 4)]
    first, second = (each.to_locate for each in offers)
    first_gaps = [synthesis._lacking(replace(reading, offer=each), each)[0] for each in offers]
    assert ["ne sont connus que par leur commune" in text for text in first_gaps] == [True, False]
    assert "situez" not in first_gaps[0], "an elected member locates no place"
    assert first.replace("\xa0", " ").startswith(
        "D’abord, situez les 44 lieux dont on ne connaît que la commune"
    )
    assert second == ""
    for text in (first, first_gaps[0]):  # the draws move these places: a gap beside it may be certain
        assert "aucun manque" not in text
        assert "tiennent" in text


def test_communes_without_a_place_are_joined_to_the_people_who_reach_one_by_car():
    """« 27 communes sur 40 n’ont aucun lieu » ouvrait la page, puis cinq services sur six se lisaient « au moins 91 % »."""
    lines = [
        offer_line(id, label=id, state="ici", share_bounds=(low, 100.0))
        for id, low in (("assistance", 91.4), ("formation", 94.0), ("wifi", 73.0))
    ]
    offer = OfferReading("", 20, ZoneOffer("", 40, 2, tuple(lines), (), ""), {}, {}, (), (), mode=CAR)
    bare = replace(offer, no_place="27 communes sur 40 n’ont aucun lieu connu")
    assert gaps.served_despite(offer) == ""
    sentence = gaps.served_despite(bare).replace("\xa0", " ")
    assert "pour 2 services sur 3, au moins 91 %" in sentence and "à 20 minutes en voiture" in sentence
    far = replace(
        bare, territory=replace(bare.territory, lines=(*lines[1:], offer_line("wifi", state="ici")))
    )
    assert gaps.served_despite(far) == ""


def test_zones_of_which_a_census_says_the_same_share_a_row():
    """Trente-huit lignes de points, qui ne disaient rien."""
    known = [offer_line("wifi", label="Wifi", state="ici", sign="•")]
    rows = [
        ZoneOffer(name, n, 0, (offer_line("wifi", label="Wifi", state="ici", sign=sign, n_places=n, places=str(n)),), (), name)
        for name, n, sign in (("Nord", 1, "✓"), ("Sud", 0, "•"), ("Est", 0, "•"), ("Ouest", 0, "?"), ("Centre", 1, "✓"))
    ]  # fmt: skip
    table = offer_chapter._zone_rows(rows, known)
    assert [row[0].text for row in table] == ["Nord", "Sud, Est", "Ouest", "Centre"]
    assert {len(row) for row in table} == {3}


def test_ages_are_all_drawn_even_those_of_which_only_a_range_is_printed(d):
    """Les 15 à 24 ans manquaient : le diagnostic, lui, imprime leur fourchette."""
    territory = subject(d)
    ages = [group for group in territory.reading.profile if group.family == "Âge" and group.share_span]
    assert any(not group.share for group in ages)
    assert [bar.label for bar in ages_chart(territory).bars] == [group.label for group in ages]


def test_next_steps_write_a_day_once():
    rows = [deck._cells("15 mars", "Réunion", ""), deck._cells("15 mars", "Voter", "CCAS")]
    assert [row[0].text for row in deck._dated_once([*rows, deck._cells("2 mai", "Bilan", "")])] == [
        "15 mars",
        "",
        "2 mai",
    ]


def test_people_meet_for_what_the_study_proves(d):
    """« Les démarches sont en ligne, tout le monde n’y arrive pas » : rien ne le prouvait, ni ne disait pourquoi
    ce territoire se réunit.
    """
    territory = subject(d)
    people = territory.reading.headline
    assert (people.value or people.between) in deck._reasons(territory, ()).title
    chosen = decisions.three(territory, None)
    assert deck._reasons(territory, chosen).title.startswith(decisions.NUMBERS[len(chosen)])


def test_a_long_name_stays_on_its_drawing():
    """« Formation, équipement solidaire, réparation, libre acc » : la fin, hors du dessin."""
    name = "Formation, équipement solidaire, réparation, libre accès autonome et wifi ouvert à tous"
    svg = charts.interval_rows([(name, 1, 2, "1 – 2")], label="x", narrow=True)
    lines = re.findall(r'font-weight="700">([^<]*)<', svg)
    assert " ".join(lines) == name and len(lines) > 1
    assert max(map(len, lines)) * charts.LETTER <= int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
