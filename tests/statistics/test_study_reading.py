"""The figures of a study in its files and its pages: one value for one share, a code for each place, whom n counts."""

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from django.template.loader import render_to_string

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.page import html
from maillage.publishing.page.blocks import UNSURE_SWATCH, Grid, Text
from maillage.publishing.territory import (
    atlas,
    certainty,
    comparison,
    deck,
    dossier,
    presentation,
    sentences,
    study_json,
    zone_sheet,
)
from maillage.publishing.territory.chapters import opening
from maillage.publishing.territory.chapters.zones import where_chapter
from maillage.publishing.territory.labels import names_of
from maillage.publishing.territory.reading import Discordance
from maillage.publishing.territory.subject import Subject
from maillage.reference import parameters, published_rates, targets
from maillage.reference.definitions import DEFAULT, LEVELS, definition
from maillage.statistics import study
from maillage.statistics.diagnosis import diagnosis, profile, results
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.statistics.diagnosis.request import Inside, Target
from maillage.statistics.diagnosis.results import LEVEL_NAMES, Part, Spread
from maillage.statistics.engine.logit import logit
from maillage.statistics.need import population
from maillage.statistics.need.social_variables import BY_ID
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.words import wording
from tests.support.studies import studied


@pytest.fixture(scope="module")
def d():
    return studied("38151", n_draws=100)


def under(d, **changes):
    return replace(d, request=replace(d.request, **changes))


def figures(value):
    """Return every figure of a document, however deep."""
    if isinstance(value, dict):
        return ([value] if "valeur" in value and "methode" in value else []) + [
            figure for inner in value.values() for figure in figures(inner)
        ]
    return [figure for inner in value for figure in figures(inner)] if isinstance(value, list) else []


def test_a_share_has_one_value_in_the_table_and_in_the_text(d):
    modest = next(row for row in d.profile if row.group == "modeste")
    assert modest.people == pytest.approx(d.modest.value)
    assert modest.concerned == pytest.approx(d.both.value)
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    modest_row = next(row for row in read.profile if row.label == "Avec de faibles revenus")
    assert modest_row.share == read.both.share


@pytest.mark.parametrize(("both", "need", "note"), [(7_690.0, 13_340.0, True), (7_600.0, 13_000.0, False)])
def test_a_share_that_its_two_printed_numbers_do_not_give_says_so(d, both, need, note):
    """« 7 600 personnes, soit 58 % » : 7 600 sur 13 500 font 56 %."""
    spread = Spread(both / need, both / need - 0.05, both / need + 0.05)
    profile = tuple(replace(row, part=spread) if row.group == "modeste" else row for row in d.profile)
    low, high = (
        replace(d.both, value=both, low=6_200.0, high=9_200.0),
        replace(d.need, value=need, low=11_600.0, high=15_400.0),
    )
    read = presentation.present(
        Study(replace(d, both=low, need=high, profile=profile), None, (), (), None), fingerprint=""
    ).both
    printed = [float(each.replace("\xa0", "")) for each in (read.value, wording.people(high).value)]
    assert (wording.share(printed[0] / printed[1]) != read.share) is note
    assert bool(read.share_note) is note


@pytest.mark.parametrize("parts", [(9.6, 22.7, 14.8, 52.9), (10.4, 22.6, 14.4, 52.6), (10, 20, 30, 40)])
def test_the_shares_of_the_levels_are_a_hundred_and_agree_with_their_sum(d, parts):
    """« 10, 23, 15 et 53 % », sous « 47 % des 15 ans et plus »."""
    levels = {
        name: replace(d.need, value=1_000 * part, low=950 * part, high=1_050 * part)
        for name, part in zip(LEVEL_NAMES, parts, strict=True)
    }
    read = presentation.present(Study(replace(d, levels=levels), None, (), (), None), fingerprint="").levels
    printed = [int(line.share.removesuffix("\xa0%")) for line in read.lines]
    assert sum(printed) == 100
    assert sum(printed[:3]) == round(sum(parts[:3]))
    assert all(abs(n - part) < 1 for n, part in zip(printed, parts, strict=True))


def width(spread):
    return spread.high - spread.low


def test_a_group_that_is_everybody_has_the_interval_of_the_territory(d):
    towns = next(row for row in d.profile if row.group == "urbain")
    assert (100 * towns.rate.low, 100 * towns.rate.high) == pytest.approx((d.rate.low, d.rate.high))
    assert (towns.part.low, towns.part.value, towns.part.high) == pytest.approx((1, 1, 1))
    for row in d.profile:
        for spread in (row.rate, row.part):
            assert 0 <= spread.low <= spread.value <= spread.high <= 1
        if row.breakdown in ("age", "diplome"):
            assert width(row.rate) > 0
            assert width(row.part) > 0


def test_the_groups_of_a_draw_add_up_to_its_total():
    people = np.array([30.0, 10.0, 0.0, 60.0])
    rates = np.array([[0.2, 0.7, 0.5, 0.05], [0.1, 0.6, 0.5, 0.02]])
    total = np.array([25.0, 3.0])
    brought = profile._brought(people, people * rates, total)
    assert brought.sum(axis=1) == pytest.approx(total)
    assert (brought[:, 2] == 0).all()
    moved = logit(brought[:, [0, 1, 3]] / people[[0, 1, 3]]) - logit(rates[:, [0, 1, 3]])
    assert moved == pytest.approx(np.repeat(moved[:, :1], 3, axis=1)), "one move of the logit a draw"
    nobody = profile._brought(people, people * rates, np.array([0.0, 100.0]))
    assert nobody == pytest.approx(people * rates), "a draw of nobody or of everybody is left as it is"


def groups_of(d, *, of_all=1.0, total=lambda draws: draws):
    """Return the groups of a study, if a share of each area counted and its total were drawn otherwise."""
    rows = d.request.zoning.rows
    m, universe = d.model, d.model.country.frame.universe[rows].sum()
    need = of_all * total(d.draws)
    share = np.full(len(rows), of_all)
    totals_by_name = {"modest": need / 2, "both": need / 3, "need_urbain": need}
    groups = profile.profile_of(
        m,
        rows,
        share,
        {name: totals_by_name.get(name, 0 * need) for name in profile.PROFILED} | {"need": need},
    )
    assert sum(row.people for row in groups if row.breakdown == "age") == pytest.approx(of_all * universe)
    return {row.group: row for row in groups if row.breakdown in ("age", "diplome")}


def test_a_group_carries_the_doubt_of_the_total_that_of_rates_and_its_luck(d):
    """Un total connu resserre les taux de chaque groupe sans les fixer ; cent fois moins d’habitants les élargit."""
    own = groups_of(d)
    known = groups_of(d, total=lambda draws: np.full_like(draws, draws.mean()))
    few = groups_of(d, of_all=0.01)
    row_of_group = {row.group: row for row in d.profile}
    for group, row in own.items():
        assert row == row_of_group[group], "the figures of the study are those of its own draws"
        for other in (known[group], few[group]):
            assert (other.rate.value, other.part.value) == pytest.approx((row.rate.value, row.part.value))
        assert width(few[group].rate) > width(row.rate)
        assert width(few[group].part) > width(row.part)
        assert width(known[group].rate) > 0
    many = groups_of(d, of_all=100.0, total=lambda draws: np.full_like(draws, draws.mean()))
    own_width, known_width, many_width = (
        sum(width(row.rate) for row in groups.values()) for groups in (own, known, many)
    )
    assert known_width < 0.9 * own_width
    assert many_width > 0.5 * known_width, "what remains once neither the total nor luck varies: the rates"


def test_a_share_of_a_group_is_printed_as_any_share(d):
    """Un point et sa fourchette, la fourchette seule où un point tromperait, rien à côté d’une part qui ne varie pas."""
    known, loose, sure = (
        replace(d.profile[0], rate=Spread(0.64, 0.57, 0.70), part=part)
        for part in (Spread(0.302, 0.297, 0.307), Spread(0.02, 0.005, 0.04), Spread(1, 1, 1))
    )
    changed = replace(d, profile=(known, loose, sure))
    read = presentation.present(Study(changed, None, (), (), None), fingerprint="")
    assert [(row.rate, row.rate_span) for row in read.profile] == [("64\xa0%", "57\xa0–\xa070\xa0%")] * 3
    assert [(row.share, row.share_span) for row in read.profile] == [
        ("30,2\xa0%", "29,7\xa0–\xa030,7\xa0%"),
        (None, "0\xa0–\xa04\xa0%"),
        ("100\xa0%", ""),
    ]
    page = render_to_string("dossiers/_who.html", {"reading": read})
    document = dossier.compose(changed, read, {}, (), on=date(2026, 11, 22))
    (table,) = [
        block
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Grid) and block.caption.startswith("Âge, diplôme")
    ]
    for row, line in zip(read.profile, table.rows, strict=True):
        texts = (row.rate, row.rate_span, row.share, row.share_span)
        assert tuple(cell.text for cell in line)[1:] == tuple(text or "—" for text in texts[:2])
        assert all((text or "") in page for text in texts)


def test_a_stored_perimeter_answers_its_own_code_and_type(d):
    content = study_json.document(under(d, slug="agglomeration"))
    assert content["territoire"]["code"] == "agglomeration"
    assert content["territoire"]["type"] == "perimetre"
    assert content["territoire"]["depart"] == {"code": "38151", "nom": "Échirolles", "type": "commune"}
    official = study_json.document(d)
    assert (official["territoire"]["code"], official["territoire"]["type"]) == ("38151", "commune")
    assert "depart" not in official["territoire"]
    table = study_json.table(under(d, slug="agglomeration")).decode("utf-8").splitlines()
    assert table[0].endswith(",territoire")
    assert all(line.endswith(",agglomeration") for line in table[1:])


def test_a_share_of_everybody_says_that_everybody_is_counted(d):
    rate, both, *_ = comparison.measures(d, None)
    assert both.value is None or both.value == pytest.approx(100 * d.both.value / d.universe)
    assert both.universe == rate.universe, "the share is of all, not of those who live modestly"
    assert "deux premiers cinquièmes" in both.label


def test_no_name_typed_by_anybody_is_run_by_a_spreadsheet(d):
    first = d.zones[0]
    named = replace(first, zone=replace(first.zone, name='=HYPERLINK("http://ailleurs")', place="@ici"))
    inside = Inside(
        id="x",
        label="+1 quartier ;=1+1",
        share=np.ones(len(population.sources().rp2021)),
        source="",
        doubt="",
    )
    rows = study_json.table(under(replace(d, zones=(named, *d.zones[1:])), inside=inside)).decode("utf-8")
    read = next(csv.DictReader(rows.splitlines()))
    assert read["nom"] == """'=HYPERLINK("http://ailleurs")"""
    assert (read["commune"], read["filtre"]) == ("'@ici", "'+1 quartier ;'=1+1")
    assert read["code"] == first.zone.code
    assert float(read["precarite_numerique"]) == round(first.need.value)


def test_n_counts_persons_and_rows_have_their_own_name(d):
    all_figures = figures(study_json.document(d))
    incomes = [figure for figure in all_figures if figure["methode"] == "niveau-de-vie"]
    assert incomes
    assert all(figure["n_communes"] > 30_000 and figure["n"] != figure["n_communes"] for figure in incomes)
    assert study_json.document(d)["besoins"]["precarite_sociale"]["n"] == round(d.universe)
    assert all(figure["univers"] for figure in all_figures)
    header = study_json.table(d).decode("utf-8").splitlines()[0].split(",")
    for name in ("precarite_numerique", "taux_precarite_numerique", "precarite_sociale", "cumul", "niveaux"):
        assert {f"{name}_univers", f"{name}_n"} <= set(header)


def test_files_say_which_values_pages_leave_out(d):
    """Une valeur qu’une page remplace par sa fourchette est dite telle dans chaque fichier, et nulle autre."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    rows = {row["code"]: row for row in csv.DictReader(study_json.table(d).decode("utf-8").splitlines())}
    features = {f["id"]: f["properties"] for f in json.loads(study_json.geography(d))["features"]}
    documents = {zone["code"]: zone for zone in study_json.document(d)["zones"]}
    loose = 0
    for zone in read.zones:
        alone = rows[zone.code]["fourchette_seule"].split()
        zone_content = documents[zone.code]
        for name, figure in (("precarite_numerique", zone.people), ("taux_precarite_numerique", zone.share)):
            ranged = (
                zone.people is None and not zone.reason
                if name == "precarite_numerique"
                else "\xa0–\xa0" in figure
            )
            assert (name in alone) == ranged == zone_content[name].get("fourchette_seule", False)
            loose += ranged
        assert (features[zone.code]["fourchette_seule"] or "").split() == alone
        for name in LEVEL_NAMES:
            assert (f"niveau_{name}" in alone) == zone_content["niveaux"][name].get("fourchette_seule", False)
    assert 0 < loose < 2 * len(read.zones)


def test_residents_are_whole_under_a_filter_too(d):
    areas = len(population.sources().rp2021["pop"])
    inside = Inside(id="tiers", label="un tiers", share=np.full(areas, 1 / 3), source="", doubt="")
    zones = tuple(replace(zone, population=zone.population / 3) for zone in d.zones)
    content = study_json.document(replace(under(d, inside=inside), population=d.population / 3, zones=zones))
    assert content["territoire"]["population"] == round(d.population / 3)
    assert all(isinstance(zone["population"], int) for zone in content["zones"])


def test_files_give_the_chances_of_each_class(d):
    rows = study_json.document(d)["zones"]
    for row, zone in zip(rows, d.zones, strict=True):
        if zone.odds:
            assert sum(row["probabilites_classes"].values()) == pytest.approx(1)
            assert row["probabilite_forte"] == pytest.approx(sum(zone.odds[3:]))
            assert row["probabilite_case"] == zone.cell_odds
    cells = study_json.document(d)["croisement"]
    for cell in cells.values():
        assert (cell["zones"]["unite"], cell["part_des_habitants"]["unite"]) == ("zones", "part de 0 à 1")
        assert (cell["zones"]["n"], cell["part_des_habitants"]["n"]) == (
            sum(zone.cell is not None for zone in d.zones),
            round(d.population),
        )
        assert all(each["univers"] and each["methode"] for each in cell.values())
    assert sum(cell["zones"]["valeur"] for cell in cells.values()) == pytest.approx(
        sum(zone.cell is not None for zone in d.zones)
    )


def test_a_dossier_is_written_in_short_sentences(d):
    """Seize mots en moyenne, trente-trois au plus : chaque phrase est lue d’un trait."""
    levels = NeedByDefinition(definition(LEVELS), replace(d.need, value=10_449.0), d.rate)
    read = presentation.present(Study(d, None, (levels,), (), None), fingerprint="")
    chapters = dossier.compose(d, read, {}, (levels,), on=date(2026, 11, 22)).chapters
    blocks = [block for chapter in chapters for block in chapter.blocks]
    texts = [chapter.lead for chapter in chapters] + [getattr(block, "text", "") for block in blocks]
    texts += [item for block in blocks for item in getattr(block, "items", ())]
    plain_texts = [text.replace("**", "") for text in texts]
    sentences_read = [each for text in plain_texts for each in re.split(r"(?<=[.!?])\s+", text) if each]
    lengths = [len(each.replace("\xa0", "").split()) for each in sentences_read]
    assert len(lengths) > 50
    assert np.mean(lengths) <= 16
    assert max(lengths) <= 33, sentences_read[int(np.argmax(lengths))]


def test_a_dossier_says_once_what_holds_for_every_figure(d):
    """La condition des bornes, le premier nombre, chaque carte : une fois pour tout le dossier."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    document = dossier.compose(d, read, atlas.layers(d), (), on=date(2026, 11, 22))
    text = html.dossier(document).decode()
    assert text.count(wording.IF_GAPS_HOLD) == 1
    assert text.count(read.headline.sentence) == 1
    alts = re.findall(r'alt="([^"]+)"', text) + re.findall(r"<title[^>]*>([^<]+)</title>", text)
    assert [alt for alt, n in Counter(alts).items() if n > 1] == []


def test_one_zone_of_a_surplus_is_above_its_own_share(d):
    """« 1 zone au-dessus de leur part d’habitants »."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    where = "Ici. En tout : de 5 à 6 % des personnes concernées, pour 4 % des habitants."
    read = replace(read, above=(read.zones[0].code,), where_sentence=where)
    assert "au-dessus de sa part d’habitants, en tout" in str(where_chapter(d, read, {}, {}))


def test_page_shows_no_share_of_both_precarities_where_the_dossier_knows_none(d):
    """« On ne sait pas combien d’habitants » du dossier était à côté de « 36 % » sur la carte de la page."""
    wide = replace(d.cell_spreads["les_deux"], residents=Spread(0.36, 0.05, 0.75))
    vague = replace(d, cell_spreads=d.cell_spreads | {"les_deux": wide})
    read = presentation.present(Study(vague, None, (), (), None), fingerprint="")
    assert read.both_residents == certainty.NOT_KNOWN and "%" not in read.legend


def test_a_sentence_links_the_two_definitions_of_a_page(d):
    counted = replace(d.need, value=10_449.0, low=9_000.0, high=12_000.0)
    row = NeedByDefinition(definition(LEVELS), counted, d.rate)
    read = presentation.present(Study(d, None, (row,), (), None), fingerprint="")
    link = read.levels.link
    assert "Illectronisme 2021" in link
    assert "2017" in link
    assert ": celles qui bloquent parfois y sont comptées" in link  # the third level, not one more
    share = wording.rate(d.rate).value
    assert f"soit {share} des 15 ans et plus au lieu de {share}" in link  # 44 % under a page headed 18 %
    document = dossier.compose(d, read, {}, (row,), on=date(2026, 11, 22))
    (table,) = [
        block
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Grid) and block.caption == "Le même territoire, plusieurs définitions"
    ]
    printed = table.rows[0][1].text.replace("\xa0", " ")
    assert printed == "10 400"
    expected = f"plus nombreuses, environ {printed} personnes (entre 9 000 et 12 000), soit "
    assert expected in link.replace("\xa0", " "), "the levels have the total of the table, and its interval"
    assert "enquête" not in table.note
    fewer = NeedByDefinition(definition(LEVELS), replace(counted, value=1.0, low=0.5, high=1.2), d.rate)
    few = presentation.present(Study(d, None, (fewer,), (), None), fingerprint="").levels.link
    assert "moins nombreuses" in few
    alone = presentation.present(Study(d, None, (), (), None), fingerprint="").levels.link
    assert "nombreuses" not in alone
    same = under(d, definition=definition(LEVELS))
    assert not presentation.present(Study(same, None, (), (), None), fingerprint="").levels.link


def test_a_part_of_the_first_number_is_never_added_to_it(d):
    (sentence,) = sentences.joint(d)
    assert sentence.endswith("Ce nombre est une partie du premier : on ne les additionne pas.")


def test_a_limit_of_a_figure_is_stated_only_where_it_applies(d):
    hidden = Withheld(reason="Trop peu.", unit="personnes", universe="", n=0, method="besoins")
    published = tuple(r for r in d.zones if isinstance(r.need, Estimate))
    few = replace(published[0], need=hidden, population=30.0)
    known = definition(DEFAULT)
    for part, diagnosed, other_parts in (
        (
            "de moins de 50 personnes de 15 ans et plus : chiffre non montré",
            replace(d, zones=(few, *published)),
            (replace(d, zones=published), replace(d, zones=(replace(few, population=0.0), *published))),
        ),
        (
            "L’intervalle est large : seule la fourchette est montrée.",
            replace(d, need=replace(d.need, low=1.0, high=10 * d.need.value)),
            (d, replace(d, need=hidden)),
        ),
        (
            "est supposé : il n’est pas publié.",
            under(d, definition=replace(known, n_known=False)),
            (under(d, definition=replace(known, n_known=True)),),
        ),
        (
            "Personnes sous le seuil de pauvreté : non montré. Trop peu.",
            replace(d, poor=hidden),
            (d, replace(d, poor=hidden, need=hidden)),
        ),
    ):
        assert any(part in text for text in map(plain_spaces, sentences.warnings(diagnosed))), part
        for other in other_parts:
            assert not any(part in text for text in map(plain_spaces, sentences.warnings(other))), part


def plain_spaces(text: str) -> str:
    return text.replace("\xa0", " ")


def test_a_zone_where_nobody_lives_is_out_of_no_filter_when_there_is_none(d):
    assert {r.share_inside for r in d.zones} == {1.0}


def test_the_first_step_of_a_zone_names_where_half_of_its_people_live(d):
    """FS-32 : deux zones de la même case n’ont pas la même phrase ; la moitié n’est dite que si peu de quartiers la font."""

    def people(n):
        return Estimate(
            value=n, low=0.9 * n, high=1.1 * n, unit="personnes", universe="", n=100, method="besoins"
        )

    parts = [Part(name, name, people(n), d.rate) for name, n in (("A", 500.0), ("B", 300.0), ("C", 200.0))]
    zone = replace(d.zones[0], need=people(1000.0), cell=None)
    one = replace(zone, parts=tuple(parts))
    step = zone_sheet.first_step(one, None).replace("\xa0", " ")
    assert step == "Environ la moitié de ces personnes vivent dans 1 quartier sur 3 : A."
    even = [replace(part, need=people(50.0)) for part in parts]
    assert zone_sheet.first_step(replace(one, parts=tuple(even)), None) == ""
    most = replace(one, parts=(replace(parts[0], code="380010000", need=people(900.0)), *parts[1:]))
    sentence = zone_sheet.first_step(most, None).replace("\xa0", " ")
    assert sentence == "Plus de la moitié de ces personnes vivent dans 1 partie sur 3 : A."
    all_parts = tuple(replace(part, code=f"3800{n}0000") for n, part in enumerate(parts))
    sentence = zone_sheet.first_step(replace(one, parts=all_parts), None).replace("\xa0", " ")
    assert sentence == "Environ la moitié de ces personnes vivent dans 1 commune sur 3 : A."


def test_the_knitted_map_has_the_grain_of_the_quarters(d):
    """FS-14 : d’un fichier de six zones, la couverture tricote les classes des quartiers, une maille à chacune."""
    rows = d.request.zoning.rows
    iris = population.sources().rp2021["iris"][rows].tolist()
    lines = ["code_zone,nom_zone,code", *(f"Z{k % 6},Zone {k % 6},{code}" for k, code in enumerate(iris))]
    cut = zoning.from_file(
        "\n".join(lines).encode(),
        name="zones.csv",
        territory=d.request.territory,
        iris=population.sources().rp2021,
    )
    grouped = diagnosis.diagnose(replace(d.request, zoning=cut))
    fine = study._quarters(grouped)
    assert [zone.zone.code for zone in fine.zones] == [zone.zone.code for zone in d.zones]
    assert atlas.knitted(fine) == atlas.knitted(d) != atlas.knitted(grouped)
    assert study._quarters(d) is None, "its zones are the grain"
    read = presentation.present(Study(grouped, None, (), (), None), fingerprint="")
    document = dossier.compose(grouped, read, {}, (), on=date(2026, 11, 22), knit=fine)
    assert document.cover.svg == atlas.knitted(d, id="couverture")


def test_a_dossier_ranks_no_quarter_and_explains_a_word_where_it_first_stands(d):
    """FS-39 : aucun rang ; un mot s’explique là où il sert."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    document = dossier.compose(d, read, {}, (), on=date(2026, 11, 22))
    grids = {
        block.caption: block
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Grid)
    }
    assert "rang" not in zone_sheet._page(read, d.zones[0].zone.code, on=date(2026, 11, 22))
    (need,) = (chapter for chapter in document.chapters if chapter.short == "Les besoins")
    assert Text(text=read.source.counts) in need.blocks
    levels = grids["Combien de personnes, et quelle réponse"].rows
    assert [row[1].text for row in levels] == [line.description for line in read.levels.lines]


def test_only_very_likely_zones_are_named_and_prescribed(d):
    named = " ".join(sentences.crossing(d, names_of) + sentences.class_lists(d, names_of))
    for zone in d.zones:
        if zone.odds and zone.strong_odds < 0.8:
            assert f"**{zone.zone.name}**" not in named
    unsure = [zone for zone in d.zones if zone.cell and not zone.is_likely]
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert unsure
    for zone in d.zones:
        is_hatched = read.zone(zone.zone.code).swatch.endswith(UNSURE_SWATCH)
        assert is_hatched == atlas.is_doubtful(zone, "les-deux"), "the square of a table is that of the map"
    for zone in unsure:
        sheet = read.sheets[zone.zone.code]
        assert "Ce n’est pas sûr" in sheet.verdict
        assert "Vérifier sur place" in sheet.first_step
        label, is_named = read.zone(zone.zone.code).cell_label, zone.cell_odds >= certainty.WEAK
        assert ("%" in label) == is_named and (label == certainty.UNCERTAIN) != is_named
        assert ("peut-être" in sheet.verdict) == is_named


def test_no_title_says_that_nothing_is_known_of_both_precarities(d):
    """« Aucune zone n’a assez sûrement… pour être nommée » faisait une diapositive, après deux zones nommées."""
    zones = [replace(x, cell_odds=0.5) if x.cell == "les_deux" else x for x in d.zones]
    open_study = replace(d, zones=tuple(zones))
    read = presentation.present(Study(open_study, None, (), (), None), fingerprint="")
    assert "nommée" not in f"{read.crossing_sentence} {' '.join(read.class_sentences)}"

    def slides(discordances):
        subject = Subject(
            reading=replace(read, discordances=discordances),
            study={},
            layers={},
            knitted="",
            on=date(2026, 11, 30),
        )
        return deck._crossing(subject)

    assert slides(()) == []
    (slide,) = slides((Discordance("sociale", "**A** : précarité sociale élevée. Le reste.", "Y aller."),))
    assert slide.title == "A : précarité sociale élevée"


def test_social_precarity_alone_never_says_that_the_digital_share_is_low(d):
    """Une classe « moyenne » peut dépasser la moyenne du pays : la phrase dit « pas parmi les plus fortes »."""
    middle = next(zone for zone in d.zones if zone.digital_class == "moyenne")
    zones = [
        replace(zone, cell="sociale", cell_odds=0.95) if zone is middle else replace(zone, cell_odds=0.5)
        for zone in d.zones
    ]
    alone = replace(d, zones=tuple(zones), social_only=(middle.zone.code,), digital_only=())
    (discordance,) = sentences.discordances(alone, names_of)
    assert (
        f"**{middle.zone.name}** : précarité sociale probablement élevée, précarité numérique non."
        in discordance.finding
    )
    assert "n’y est pas parmi les plus fortes de France" in discordance.advice
    text = f"{discordance.advice} {zone_sheet.verdict(alone, alone.zone(middle.zone.code))}"
    assert "la part n’est pas parmi les plus fortes" in text
    assert not any(words in text for words in ("plus faible", "plus basse", "qu’ailleurs"))


def test_an_index_of_one_variable_says_so(d):
    """Creuse, Corse-du-Sud : seul le revenu est connu de la plupart des petites communes, et « social » y veut dire revenu."""
    first, *rest = d.zones
    alone = replace(d, zones=(replace(first, index_levels={"revenu": "commune"}), *rest))
    for texts in (sentences.class_lists(alone, names_of), sentences.warnings(alone)):
        assert [
            text for text in texts if "une seule variable fait l’indice social : niveau de vie médian" in text
        ]
    for texts in (sentences.class_lists(d, names_of), sentences.warnings(d)):
        assert not [text for text in texts if "une seule variable" in text]


@pytest.mark.parametrize(
    ("adults", "advice"),
    [
        (100_000, "au moins 400 habitants"),
        (752, "au moins 270 habitants"),
        (399, "demande d’en parler avec chacun"),
        (0, ""),
    ],
)
def test_a_survey_is_advised_at_the_size_of_its_population(d, adults, advice):
    first = sentences.warnings(replace(d, population=adults, adults=adults))[0]
    assert (advice in first) if advice else ("ordre de grandeur" not in first)


def test_no_survey_is_advised_as_if_there_were_none_beside_one(d):
    """« Une enquête auprès d’au moins 400 habitants », à côté d’une enquête de 250 réponses."""
    survey = SimpleNamespace(measured=SimpleNamespace(n=250))
    first = sentences.warnings(replace(d, composite=survey))[0].replace("\xa0", " ")
    assert first.endswith("demande plus que les 250 réponses de l’enquête locale.")


def test_a_gap_is_printed_with_the_sign_of_its_value(d):
    """Un revenu sous la moyenne est écrit « −12 % », même s’il compte pour la précarité."""
    gaps = np.array([[0.5, 0.12]] * len(d.zones))
    relative = replace(d.social.relative, gaps=gaps, means=np.array([10.0, 25_000.0]), clipped=gaps > 1)
    of_two_variables = replace(
        d.social,
        variables=(BY_ID["rsa"], BY_ID["revenu"]),
        signs=np.array([1.0, -1.0]),
        weights=np.ones(2),
        values=np.array([[15.0, 22_000.0]] * len(d.zones)),
        relative=relative,
    )
    read = presentation.present(
        Study(replace(d, social=of_two_variables), None, (), (), None), fingerprint=""
    ).index
    assert [v.gap for v in read.rows[0].values] == [f"+50{wording.NBSP}%", f"−12{wording.NBSP}%"]
    assert [v.direction.endswith("compte à l’envers") for v in read.variables] == [False, True]


def test_a_zone_out_of_the_filter_has_no_row_in_the_index(d):
    """Hors du filtre, ce n’est pas « inconnu »."""
    areas = len(population.sources().rp2021["pop"])
    inside = Inside(id="moitie", label="une moitié", share=np.ones(areas), source="", doubt="")
    out, *rest = d.zones
    unknown = Withheld(reason=results.OUTSIDE, unit="personnes", universe="", n=0, method="")
    outside = replace(out, share_inside=0.0, need=unknown)
    some = replace(under(d, inside=inside), zones=(outside, *rest))
    read = presentation.present(Study(some, None, (), (), None), fingerprint="")
    assert {row.code for row in read.index.rows} == {zone.zone.code for zone in rest}


def test_tables_name_the_filter_in_their_universe(d):
    """« 15 ans et plus » sous un filtre n’est pas toute la population : chaque tableau dit laquelle."""
    areas = len(population.sources().rp2021["pop"])
    inside = Inside(id="moitie", label="une moitié", share=np.ones(areas), source="", doubt="")
    some = under(d, inside=inside)
    read = presentation.present(Study(some, None, (), (), None), fingerprint="")
    document = dossier.compose(some, read, {}, (), on=date(2026, 11, 22))
    blocks = [block for chapter in document.chapters for block in chapter.blocks]
    notes = [block.note for block in blocks if isinstance(block, Grid) and "Champ" in block.note]
    assert notes
    assert all("filtre : une moitié" in note.replace("\xa0", " ") for note in notes)
    assert all("filtre : une moitié" in each.universe.replace("\xa0", " ") for each in read.measures[:3])


def test_digital_precarity_alone_never_says_that_income_is_fine(d):
    """Pyrénées-Orientales : un indice « moyen », des revenus sous la moyenne ; d’où vient la difficulté, rien ne le dit."""
    middle = next(zone for zone in d.zones if zone.social_class == "moyenne")
    zones = [
        replace(zone, cell="numerique", cell_odds=0.95) if zone is middle else replace(zone, cell_odds=0.5)
        for zone in d.zones
    ]
    alone = replace(d, zones=tuple(zones), digital_only=(middle.zone.code,), social_only=())
    (discordance,) = sentences.discordances(alone, names_of)
    assert "n’y est pas parmi les plus fortes de France" in discordance.advice
    text = f"{discordance.advice} {zone_sheet.verdict(alone, alone.zone(middle.zone.code))}"
    assert not any(words in text for words in ("moins du revenu", "vient surtout", "sans précarité"))


def test_a_table_of_zones_follows_the_numbers_that_it_prints(d):
    """« De la plus nombreuse à la moins » : 134 000 ne précède pas 135 000, que le pas de chacun a produits."""
    first, second, *rest = d.zones
    precise = replace(first.need, value=134_400.0, low=124_000.0, high=144_000.0)
    coarse = replace(first.need, value=134_350.0, low=114_000.0, high=156_000.0)
    zones = (replace(first, need=precise), replace(second, need=coarse), *rest)
    read = presentation.present(Study(replace(d, zones=zones), None, (), (), None), fingerprint="")
    assert [row.people.replace("\xa0", " ") for row in read.zones[:2]] == ["135 000", "134 000"]
    last = replace(first, need=Withheld(reason="", unit="personnes", universe="", n=0, method=""))
    hidden = replace(d, zones=(last, *d.zones[1:]))
    rows = presentation.present(Study(hidden, None, (), (), None), fingerprint="").zones
    known = sum(isinstance(zone.need, Estimate) for zone in hidden.zones)
    assert [row.code for row in rows].index(first.zone.code) >= known, "what is withheld stands last"


def test_a_share_that_is_a_range_is_not_one_person_in_some(d):
    """« Entre 5 et 20 % » n’est pas « 1 personne sur 8 »."""
    loose = replace(d, rate=replace(d.rate, value=12.0, low=5.0, high=20.0))
    for diagnosed, has_fraction in ((d, True), (loose, False)):
        read = presentation.present(Study(diagnosed, None, (), (), None), fingerprint="")
        page = render_to_string("dossiers/_figure.html", {"reading": read})
        assert ("personne sur" in page) == has_fraction
        assert (", soit" in opening.key_figure(read).text) == has_fraction
        against = read.headline.against_country
        assert against.endswith("%)") and opening.key_figure(read).between.endswith(
            f" {against[0].upper()}{against[1:]}."
        )


def test_every_spread_that_varies_has_its_column(d):
    """Un écart compté parmi les sources de doute, et qui varie d’un cas à l’autre, se lit dans le tableau de la page."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    page = render_to_string("dossiers/_sure.html", {"reading": read})
    for k, id in enumerate(("region", "departement", "epci", "area"), 1):
        low, high = parameters.bounds(f"spreads/{id}")
        central = parameters.number(f"spreads/{id}")
        numbers = [wording.number(value, 2) for value in (low, central, high)]
        column = re.findall(rf'<td data-t="{COLUMNS[k - 1]}" class="droite">([^<]*)</td>', page)
        assert column == numbers


COLUMNS = ("Région", "Départ.", "Interco.", "Quartier ou commune")


@pytest.mark.parametrize(
    ("kind", "missing", "warning"),
    [
        ("commune", 1, "1 commune sans contour : absente de la carte, présente au tableau."),
        ("commune", 2, "2 communes sans contour : absentes de la carte, présentes au tableau."),
        ("departement", 41, "41 départements sans contour : absents de la carte, présents au tableau."),
        ("departement", 1, "1 département sans contour : absent de la carte, présent au tableau."),
    ],
)
def test_what_has_no_contour_agrees_with_its_number(d, kind, missing, warning):
    cut = under(d, zoning=replace(d.request.zoning, kind=kind))
    without = replace(cut, shapes=replace(d.shapes, zones=[None] * missing))
    assert warning in [text.replace("\xa0", " ") for text in sentences.warnings(without)]


def test_possible_leaders_wait_for_eight_chances_in_ten(d):
    """0,79 dans la classe « très élevée » ne suffit pas à un nom, 0,81 oui."""
    first, second, *_ = d.zones
    odds = {first.zone.code: (0.0, 0.0, 0.0, 0.19, 0.81), second.zone.code: (0.0, 0.0, 0.0, 0.21, 0.79)}
    zones = tuple(replace(zone, odds=odds.get(zone.zone.code, zone.odds)) for zone in d.zones)
    led = replace(d, zones=zones, leaders=tuple(odds))
    (sentence,) = sentences.leaders(led, names_of)
    assert "dans la classe « très élevée »" in sentence
    assert f"**{names_of(led, [first.zone.code])[0]}**" in sentence
    assert names_of(led, [second.zone.code])[0] not in sentence
    assert "Un autre, moins sûrement dans cette classe, peut aussi l’avoir." in sentence


def test_the_target_public_is_printed_only_when_it_is_stated(d):
    assert study_json.document(d)["public_vise"] is None
    assert presentation.present(Study(d, None, (), (), None), fingerprint="").target == ""
    targeted = under(d, target=Target("les jeunes sans emploi", targets.chosen(["accompagnants", "cumul"])))
    assert study_json.document(targeted)["public_vise"] == {
        "texte": "les jeunes sans emploi",
        "publics": ["cumul", "accompagnants"],
    }
    target = presentation.present(Study(targeted, None, (), (), None), fingerprint="").target
    assert "celles et ceux qui les accompagnent ; les jeunes sans emploi" in target.replace("\xa0", " ")
    assert isinstance(targeted.need, Estimate)
    assert targeted.need == d.need, "a target changes no figure"


def test_a_page_says_which_mediation_it_speaks_of(d):
    levels = presentation.present(Study(d, None, (), (), None), fingerprint="").levels
    assert any("médiation" in line.answer for line in levels.lines)
    assert "quelqu’un à côté de la personne" in levels.source


def test_the_dossier_says_which_gaps_between_territories_are_measured(d):
    """Celui des régions l’est, par dix taux et une enquête ; les autres sont une hypothèse, montrée comme telle."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    document = dossier.compose(d, read, {}, (), on=date(2026, 11, 22))
    texts = [
        block.text for chapter in document.chapters for block in chapter.blocks if isinstance(block, Text)
    ]
    (gaps,) = [text for text in texts if "les régions diffèrent encore" in text]
    assert "dix taux publiés, tous de métropole ou de Corse, et une enquête" in gaps
    assert "Outre-mer" not in gaps
    assert "La Corse" not in gaps
    assert "une commune ou un quartier, cet écart est une hypothèse que rien ne mesure" in gaps
    mainland = [rate for rate in published_rates.published() if rate.definition]
    assert len({rate.place for rate in mainland}) == 10


def test_overseas_one_level_is_published_and_the_gap_of_each_is_an_assumption(d):
    abroad = sentences.measured_gaps(replace(d, flags=d.flags | {population.IS_OVERSEAS: d.population}))
    assert "dix taux" not in abroad
    assert "un seul niveau est publié" in abroad
    assert wording.number(parameters.number("spreads/dom"), 2) in abroad
    partly = sentences.measured_gaps(replace(d, flags=d.flags | {population.IS_OVERSEAS: 1.0}))
    assert "dix taux" in partly
    assert "un seul niveau est publié" in partly


@pytest.mark.parametrize("code", ["2A", "R94", "2A004"])
def test_corse_is_named_as_an_exception_where_the_gaps_are(d, code):
    assert "La Corse est à part" in sentences.measured_gaps(under(d, territory=gazetteer().get(code)))


def test_the_rates_a_definition_implies_are_labelled_as_those_of_the_country(d):
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert read.deduced
    assert all(text.startswith("En France, sur 100 personnes du groupe") for text in read.deduced)


def test_shrinkage_to_the_mean_is_stated_where_it_applies(d):
    assert any("ou un quartier d’étudiants peut y sortir trop bas" in text for text in sentences.warnings(d))
    rural = replace(d, flags=d.flags | {population.SMALL: d.population})
    assert any("ou une commune très rurale" in text for text in sentences.warnings(rural))
    fifth = replace(d, flags=d.flags | {population.SMALL: 0.2 * d.population})
    assert not any("commune très rurale" in text for text in sentences.smoothed(fifth))
    by_commune = under(d, zoning=replace(d.request.zoning, kind="commune"))
    assert not sentences.smoothed(replace(by_commune, flags=d.flags | {population.SMALL: 0.0}))


def test_poverty_beside_the_country_has_its_interval_and_no_word_beyond_it(d):
    """The only estimate of that table: « plus qu’en France » is said only outside the interval."""
    poverty = presentation.context(d)[-1]
    assert (poverty.label[:17], bool(poverty.between)) == ("Sous le seuil de ", True)
    country = next(each.country for each in d.context if each.id == "pauvrete")
    at = country * d.universe
    wide = replace(d.poor, value=1.1 * at, low=0.8 * at, high=1.4 * at)
    high = replace(d.poor, value=1.5 * at, low=1.4 * at, high=1.6 * at)
    moved = [
        replace(each, local_share=1.5 * country) if each.id == "pauvrete" else each for each in d.context
    ]
    directions = [presentation.context(replace(d, poor=p, context=moved))[-1].direction for p in (wide, high)]
    assert directions == ["pas d’écart net avec la France", "plus qu’en France"]


@pytest.mark.parametrize(
    ("name", "odds", "is_hatched"),
    [
        ("moyenne", (0.1, 0.25, 0.35, 0.25, 0.05), False),  # 85 % in the middle
        ("moyenne", (0.15, 0.25, 0.3, 0.2, 0.1), True),  # 75 %
        ("forte", (0.0, 0.1, 0.3, 0.35, 0.25), True),  # 60 % in a high class: no sentence names it there
        ("forte", (0.0, 0.05, 0.1, 0.6, 0.25), False),
        ("faible", (0.25, 0.35, 0.3, 0.1, 0.0), True),
        ("tres_forte", (0.0, 0.0, 0.15, 0.25, 0.6), False),
        ("tres_forte", (0.0, 0.1, 0.25, 0.2, 0.45), True),
    ],
)
def test_a_map_hatches_a_zone_that_no_sentence_would_name_in_its_class(d, name, odds, is_hatched):
    zone = replace(d.zones[0], digital_class=name, odds=odds, social_class=name, social_odds=odds)
    assert [atlas.is_doubtful(zone, layer) for layer in ("numerique", "sociale")] == [is_hatched] * 2


def test_a_commune_whose_quarters_have_no_contour_is_drawn_as_one_zone_with_its_class():
    quarters = studied("97302", n_draws=50)  # Cayenne
    drawn = study._drawable(quarters)
    assert not quarters.is_drawable and drawn is not None
    assert [zone.digital_class for zone in drawn.zones] != [None]
    assert len(drawn.zones) == 1 < len(quarters.zones)
    (south, west), (north, east) = atlas.map_data(drawn)["cadre"]
    everything = drawn.shapes.zones[0].bounds
    assert (east - west) * (north - south) < 0.6 * (everything[2] - everything[0]) * (
        everything[3] - everything[1]
    )
