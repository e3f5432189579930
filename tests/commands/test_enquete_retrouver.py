"""maillage enquete retrouver: a published percentage, its base, the rule of rounding that gives it back."""

import json


def test_counts_by_each_rounding_rule_are_separate(maillage):
    output = json.loads(maillage("enquete", "retrouver", "28", "66", "--json").out)
    assert output == {
        "pourcentage": 28.0,
        "n": 66,
        "regle": "troncature",
        "effectifs_au_plus_proche": [],
        "effectifs_par_troncature": [19],
        "bases_proches": [],
    }


def test_a_figure_that_cannot_come_from_its_base_says_so(maillage):
    answer = maillage("enquete", "retrouver", "98", "31")
    assert answer.code == 0
    assert "ne peut pas venir de 31 réponses" in answer.out


def test_what_is_no_percentage_is_refused(maillage):
    answer = maillage("enquete", "retrouver", "beaucoup", "31")
    assert answer.code == 2
    assert "n’est pas un pourcentage" in answer.err
    assert "150 n’est pas une part" in maillage("enquete", "retrouver", "150", "30").err
    assert "effectif de 0 ne se cherche pas" in maillage("enquete", "retrouver", "28", "0").err


def test_paths_to_two_shares_are_reported_as_contradictory(maillage):
    output = json.loads(
        maillage("enquete", "retrouver", "16x43", "192", "--autre", "40 x 10,5", "--json").out
    )
    first, second = output["chemins"]
    assert (first["effectifs_au_plus_proche"], first["effectifs_par_troncature"]) == ([13], [14])
    assert (second["effectifs_au_plus_proche"], second["effectifs_par_troncature"]) == ([8], [])
    assert output["d_accord"] is False
    lines = (
        maillage("enquete", "retrouver", "16x43", "192", "--autre", "40x10,5")
        .out.replace("\xa0", " ")
        .splitlines()
    )
    assert lines[0] == "43 % de 16 % : 13 à 14 sur 192, soit 6,8 à 7,3 %."
    assert lines[1] == "10,5 % de 40 % : 8 sur 192, soit 4,2 %."
    assert lines[2].startswith("Les deux chemins ne mènent pas à la même part")


def test_paths_to_one_share_are_reported_as_compatible(maillage):
    answer = maillage("enquete", "retrouver", "50 x 50", "200", "--autre", "25")
    assert answer.out.splitlines()[-1] == "Les deux chemins peuvent mener à la même part."


def test_a_way_that_is_too_long_or_is_none_is_refused(maillage):
    assert "trop long" in maillage("enquete", "retrouver", "1x1x1x1", "192", "--autre", "40").err
    assert (
        "« peu » n’est pas un pourcentage"
        in maillage("enquete", "retrouver", "16xpeu", "192", "--autre", "40").err
    )
    assert "jusqu’à 100" in maillage("enquete", "retrouver", "16", "900000", "--autre", "40").err
