"""maillage enquete retrouver: a published percentage, its base, the rule of rounding that gives it back."""

import json


def test_the_two_rules_are_told_apart(maillage):
    told = json.loads(maillage("enquete", "retrouver", "28", "66", "--json").out)
    assert told == {
        "pourcentage": 28.0,
        "n": 66,
        "regle": "troncature",
        "effectifs_au_plus_proche": [],
        "effectifs_par_troncature": [19],
        "bases_proches": [],
    }


def test_a_figure_that_cannot_come_from_its_base_says_so(maillage):
    said = maillage("enquete", "retrouver", "98", "31")
    assert said.code == 0
    assert "ne peut pas venir de 31 réponses" in said.out


def test_what_is_no_percentage_is_refused(maillage):
    said = maillage("enquete", "retrouver", "beaucoup", "31")
    assert said.code == 2
    assert "n’est pas un pourcentage" in said.err
