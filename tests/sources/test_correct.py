"""Correcting a correspondence column by column: what it already says stays; and plain hours as a table."""

from datetime import date

import pytest

from maillage.kernel.errors import Refused
from maillage.sources.offer import correct, mapping
from maillage.sources.offer.clean.grid import Grid, grid_of, in_words, osm_of

TODAY = date(2026, 11, 20)
ORDER = ("Nom", "Voie", "N°", "Ville", "CP", "Public", "Wifi", "Lundi", "Tél", "Mobile")
DRAFT = """
fields:
  nom: Nom
  adresse: Voie
  commune: Ville
  code_postal: CP
  telephone: Tél
  publics_specifiquement_adresses: {from: Public, gives: {"~ado": youth}}
  horaires: {days: {Mo: Lundi}}
practices:
  - {practice: wifi, from: Wifi, when: ["~oui"], with: {endroit: Wifi}}
"""


def raw(text: str = DRAFT) -> correct.Raw:
    return correct.parsed(text, "essai")


def assigned(column: str, target: str, text: str = DRAFT) -> correct.Raw:
    changed = raw(text)
    correct.assign(changed, column, target, order=ORDER)
    mapping.load(correct.written(changed), "essai")  # still a correspondence
    return changed


@pytest.mark.parametrize("id", sorted(mapping.known()))
def test_every_shipped_correspondence_is_written_again_as_it_reads(id):
    text = (mapping.FILES / f"{id}.yaml").read_text("utf-8")
    again = mapping.load(correct.written(correct.parsed(text, id)), f"{id}.yaml")
    assert again == mapping.known()[id]


@pytest.mark.parametrize(
    ("column", "target", "field", "expected"),
    [
        (
            "N°",
            "adresse",
            "adresse",
            {"join": ["N°", "Voie"], "with": " "},
        ),  # the number comes before the street
        ("Mobile", "telephone", "telephone", {"join": ["Tél", "Mobile"], "with": " ; "}),
        ("Voie", "nom", "nom", ["Voie", "Nom"]),  # the column just chosen is read first
        ("Mobile", "quartier", "quartier", "Mobile"),
        ("Mobile", "publics_specifiquement_adresses", "publics_specifiquement_adresses", [{"from": "Public", "gives": {"~ado": "youth"}}, {"from": "Mobile"}]),
        ("Mobile", "horaires:Mo", "horaires", {"days": {"Mo": ["Lundi", "Mobile"]}}),  # opens, closes
        ("Mobile", "horaires:Tu pm", "horaires", {"days": {"Mo": "Lundi", "Tu pm": "Mobile"}}),
    ],
)  # fmt: skip
def test_a_column_joins_a_field_without_removing_the_rest(column, target, field, expected):
    assert assigned(column, target)["fields"][field] == expected


def test_a_column_leaves_its_field_and_only_it():
    changed = assigned("Voie", "")
    assert "adresse" not in changed["fields"]
    assert changed["ignored"] == ["Voie"], "somebody chose not to read it"
    assert changed["practices"] == raw()["practices"]
    assert "ignored" not in assigned("Voie", "quartier", correct.written(changed))


def test_a_choice_replaces_every_use_of_a_column():
    text = (
        "fields: {nom: Nom, services: Public, publics_precisions: Public}\npractices: [{practice: pret, from:"
        " Public}]"
    )
    assert correct.uses(raw(text))["public"] == ["services", "publics_precisions", "practice:pret"]
    for target in ("notes", "practice:vente", "practice:pret", "publics_precisions"):
        assert correct.uses(assigned("Public", target, text))["public"] == [target]
    nothing = assigned("Public", "", text)
    assert "public" not in correct.uses(nothing)
    assert nothing["ignored"] == ["Public"]
    assert nothing["practices"] == []


def test_a_use_that_is_chosen_again_keeps_its_words():
    text = (
        "fields: {nom: Nom, services: {from: Public, gives: {x: access}}}\n"
        "practices: [{practice: vente, from: Public, when: [x]}]"
    )
    assert assigned("Public", "practice:vente", text)["practices"] == [
        {"practice": "vente", "from": "Public", "when": ["x"]}
    ]
    content = assigned("Public", "services", text)
    assert content["fields"]["services"] == {"from": "Public", "gives": {"x": "access"}}
    assert content["practices"] == []


def test_a_column_of_two_days_leaves_both():
    two = "fields: {nom: Nom, horaires: {days: {Mo: Lundi, Tu: Lundi, We: CP}}}"
    assert assigned("Lundi", "notes", two)["fields"]["horaires"] == {"days": {"We": "CP"}}


def test_a_practice_without_column_leaves_with_its_conditions():
    changed = assigned("Wifi", "notes")
    assert changed["practices"] == []
    assert correct.uses(changed)["wifi"] == ["notes"]


def test_the_hours_of_ticked_days_are_ordinary_columns():
    ticked = DRAFT.replace("{days: {Mo: Lundi}}", "{days: {Mo: Lundi}, ticked: [Mobile, Tél]}")
    ticked = ticked.replace("  telephone: Tél\n", "")
    assert correct.uses(raw(ticked))["mobile"] == ["horaires"]
    assert assigned("Mobile", "", ticked)["fields"]["horaires"] == {"days": {"Mo": "Lundi"}, "ticked": "Tél"}


def test_a_day_leaves_the_week():
    assert "horaires" not in assigned("Lundi", "notes")["fields"]
    two = "fields: {nom: Nom, horaires: {days: {Mo: [Lundi, Mobile], Tu: CP}, parity: Public}}"
    assert correct.uses(raw(two))["mobile"] == ["horaires:Mo"]
    assert assigned("Mobile", "", two)["fields"]["horaires"]["days"] == {"Mo": "Lundi", "Tu": "CP"}


def test_a_practice_looked_for_in_a_running_text_has_no_words_of_its_own():
    text = "fields: {nom: Nom}\npractices: [{practice: formation, from: Public, inside: true}]"
    assert words("practice:formation", "Public", [("Des ateliers le mardi", 1)], text) == {}


def test_a_column_becomes_a_practice_beside_those_known():
    changed = assigned("Mobile", "practice:wifi")
    assert changed["practices"][0] == {
        "practice": "wifi",
        "from": ["Wifi", "Mobile"],
        "when": ["~oui"],
        "with": {"endroit": "Wifi"},
    }
    assert {"practice": "pret", "from": "Mobile"} in assigned("Mobile", "practice:pret")["practices"]


def test_what_a_correspondence_prolongs_is_written_in_full():
    text = (mapping.FILES / "lmn-0.1.yaml").read_text("utf-8")
    assert "extends" not in correct.parsed(text, "lmn-0.1")
    assert correct.parsed(text, "lmn-0.1")["fields"]["nom"] == "nom"


def words(
    target: str, column: str, values: list[tuple[str, int]], text: str = DRAFT
) -> dict[str, correct.Word]:
    words_read = correct.words(mapping.load(text, "essai"), target, column, values, today=TODAY)
    return {word.text: word for word in words_read}


def test_each_word_says_what_it_gives_and_the_unknown_come_first():
    values = [("Séniors, bébés", 2), ("Adolescents", 1), ("Surdité", 1), ("bébés", 3)]
    word_by_text = words("publics_specifiquement_adresses", "Public", values)
    assert next(iter(word_by_text)) == "bébés"
    assert (word_by_text["bébés"].times, word_by_text["bébés"].known) == (5, False)
    assert word_by_text["Séniors"].meanings == ("seniors",)
    assert word_by_text["Adolescents"].meanings == ("youth",), "as the correspondence says"
    assert word_by_text["Surdité"].elsewhere == ("prise_en_charge_specifique",)


def test_a_word_once_defined_is_known():
    changed = raw()
    correct.give(changed, "Public", "publics_specifiquement_adresses", "bébés", "families")
    correct.give(changed, "Public", "publics_specifiquement_adresses", "Tous", correct.NOTHING)
    text = correct.written(changed)
    word_by_text = words(
        "publics_specifiquement_adresses", "Public", [("bébés", 1), ("Tous", 1), ("Adolescents", 1)], text
    )
    assert word_by_text["bébés"].meanings == ("families",)
    assert (word_by_text["Tous"].meanings, word_by_text["Tous"].known) == ((), True)
    assert word_by_text["Adolescents"].meanings == ("youth",), "what was known stays"
    correct.give(changed, "Public", "publics_specifiquement_adresses", "Bébés", "youth")
    gives = changed["fields"]["publics_specifiquement_adresses"]["gives"]
    assert [word for word in gives if word.casefold() == "bébés"] == ["Bébés"], "said again, it is said once"


def test_types_are_words_too():
    text = "fields: {nom: Nom, typologie: Type}"
    assert not words("typologie", "Type", [("Café", 1)], text)["Café"].known
    changed = raw(text)
    correct.give(changed, "Type", "typologie", "Café", "ASSO")
    assert words("typologie", "Type", [("Café", 1)], correct.written(changed))["Café"].meanings == ("ASSO",)


def test_words_of_a_practice_are_offered_planned_or_nothing():
    text = "fields: {nom: Nom}\npractices: [{practice: formation, from: Ateliers}]"
    values = [("Oui", 3), ("En cours de montage", 1), ("Non", 2), ("L’été", 1)]
    before = words("practice:formation", "Ateliers", values, text)
    assert {word: read_word.meanings for word, read_word in before.items()} == {
        "Oui": ("offered",),
        "En cours de montage": ("planned",),
        "Non": ("no",),
        "L’été": ("offered",),
    }
    sure = {word: read_word.status for word, read_word in before.items()}
    assert (sure["Oui"], sure["Non"], sure["L’été"]) == (correct.KNOWN, correct.KNOWN, correct.GUESSED)
    changed = raw(text)
    wanted = {
        "Oui": "offered",
        "En cours de montage": "planned",
        "Non": correct.NOTHING,
        "L’été": correct.NOTHING,
    }
    correct.set_states(changed, "formation", wanted)
    after = words("practice:formation", "Ateliers", values, correct.written(changed))
    assert {
        word: (read_word.meanings or (correct.NOTHING,))[0] for word, read_word in after.items()
    } == wanted | {"Non": "no"}
    assert after["L’été"].status == correct.DROPPED, "nothing else reads it"
    assert after["En cours de montage"].status == correct.KNOWN


def test_a_word_that_another_use_reads_is_not_listed_as_lost():
    practices = (
        "[{practice: pret, from: Public, when: ['~prêt']}, {practice: vente, from: Public, when: ['~vente']}]"
    )
    word_by_text = words(
        "practice:pret",
        "Public",
        [("Vente", 1), ("Café", 1)],
        f"fields: {{nom: Nom}}\npractices: {practices}",
    )
    assert {word: read_word.status for word, read_word in word_by_text.items()} == {
        "Vente": correct.KNOWN,
        "Café": correct.DROPPED,
    }
    read = f"fields: {{nom: Nom, notes: Public}}\npractices: {practices}"
    assert words("practice:pret", "Public", [("Café", 1)], read)["Café"].status == correct.KNOWN


def test_a_rule_known_stays_when_its_words_keep_what_they_mean():
    changed = raw("fields: {nom: Nom}\npractices: [{practice: wifi, from: Wifi, when: ['~oui', '~gratuit']}]")
    correct.set_states(
        changed, "wifi", {"Oui, tout le temps": "offered", "Gratuit": correct.NOTHING, "Borne": "offered"}
    )
    assert changed["practices"][0]["when"] == ["~oui", "Borne"]


# ------------------------------------------------------------------------------------------------------ hours


@pytest.mark.parametrize(
    ("osm", "expected"),
    [
        ("Mo-Fr 09:00-12:00,14:00-17:00; PH off", "lundi à vendredi 9 h – 12 h, 14 h – 17 h ; fermé les jours fériés"),
        ("Tu,Th 14:00-18:30; Sa 10:00-12:00", "mardi, jeudi 14 h – 18 h 30 ; samedi 10 h – 12 h"),
        ("Mo-Su 08:00-20:00; Su off", "lundi à samedi 8 h – 20 h"),
        ("Mo,Tu,We 09:00-12:00; We 14:00-16:00", "lundi, mardi 9 h – 12 h ; mercredi 14 h – 16 h"),
        ("Fr-Mo 09:00-12:00", "lundi, vendredi à dimanche 9 h – 12 h"),
    ],
)  # fmt: skip
def test_plain_hours_become_a_table_and_come_back(osm, expected):
    grid = grid_of(osm)
    assert in_words(grid) == expected
    assert grid_of(osm_of(grid)) == grid


@pytest.mark.parametrize(
    "osm",
    [
        "", "24/7", "off", "week 1-53/2 Mo 09:00-12:00", "Sa[1] 10:00-12:00", "Jul-Aug Mo 09:00-12:00",
        'Mo-Fr unknown "sur rendez-vous"', 'Mo-Fr 08:00-20:00 "sur rendez-vous"',
        "Mo 08:00-09:00,10:00-11:00,12:00-13:00", "Mo 09:00+",
    ],
)  # fmt: skip
def test_hours_that_say_more_than_a_table_are_left_to_words(osm):
    assert grid_of(osm) is None


def test_an_empty_week_says_nothing():
    assert osm_of(Grid(((),) * 7, holidays_off=True)) == ""
    assert in_words(Grid(((),) * 7)) == ""


def test_what_is_written_repeats_values_rather_than_point_to_them():
    assert "*prix" in (mapping.FILES / "mulhouse.yaml").read_text("utf-8")
    written = correct.written(
        correct.parsed((mapping.FILES / "mulhouse.yaml").read_text("utf-8"), "mulhouse")
    )
    assert not {"&", "*"} & {line.strip()[:1] for line in written.replace(": ", "\n").splitlines()}


@pytest.mark.parametrize(
    "growing",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nid: *b\nfields: {nom: n}\n",
        "id: &a [*a]\nfields: {nom: n}\n",
        f"a: &a x\nid: [{', '.join(['*a'] * 201)}]\nfields: {{nom: n}}\n",
    ],
)
def test_a_correspondence_that_would_grow_without_end_is_refused(growing):
    with pytest.raises(Refused, match="le YAML est illisible, ligne"):
        mapping.load(growing, "essai.yaml")


@pytest.mark.parametrize("endless", ["a: " + "[" * 2000, "producer: " + "9" * 5000 + "\nfields: {nom: n}\n"])
def test_a_correspondence_without_end_is_refused_in_words(endless):
    with pytest.raises(Refused, match="La correspondance ne peut pas être suivie : le YAML est illisible"):
        mapping.load(endless, mapping.UNNAMED)


def test_a_word_that_means_everybody_is_known_and_adds_no_word():
    """« Tout public » figurait parmi les mots sans effet, dont il fallait choisir le sens."""
    values = [("Tout public", 4), ("Grand public", 1), ("Adultes", 2)]
    word_by_text = words("publics_specifiquement_adresses", "Public", values)
    for text in ("Tout public", "Grand public"):
        assert (word_by_text[text].meanings, word_by_text[text].status) == ((), correct.KNOWN)
    assert word_by_text["Adultes"].status == correct.DROPPED
