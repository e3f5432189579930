"""maillage enquete ponderer: the weights of a survey, and what stops them."""

import csv
import io
import json

import openpyxl
import pytest

from tests.support.speed import within

ANSWERS = """\
id,age,sexe
1,15-29,f
2,15-29,h
3,15-29,f
4,30-59,h
5,30-59,f
6,60+,h
"""
MARGINS = """\
variable,modalite,effectif
age,15-29,300
age,30-59,500
age,60+,400
sexe,f,600
sexe,h,600
"""
TWO_AGES = "variable,modalite,effectif\nage,15-29,600\nage,30+,600\n"


@pytest.fixture
def weigh(maillage, tmp_path):
    """Run the command on texts; `old` → `new` changes them first."""

    def run(*options, answers=ANSWERS, margins=MARGINS, form="csv"):
        answers_path, margins_path = tmp_path / "reponses.csv", tmp_path / f"marges.{form}"
        for path, text in ((answers_path, answers), (margins_path, margins)):
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        out = tmp_path / "poids.csv"
        out.unlink(missing_ok=True)
        words = ("enquete", "ponderer", answers_path, "--marges", margins_path, "--sortie", out)
        done = maillage(*words, *options)
        rows = list(csv.reader(out.open(encoding="utf-8"))) if out.exists() else []
        return done, rows

    return run


def test_weights_give_the_margins_back_with_every_digit(weigh):
    done, rows = weigh("--json")
    assert done.code == 0, done.err
    assert rows[0] == ["id", "poids"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "5", "6"]
    weights = [float(row[1]) for row in rows[1:]]
    assert sum(weights[:3]) == pytest.approx(300, rel=1e-9)
    assert weights[5] == pytest.approx(400, rel=1e-9)
    assert weights[0] + weights[2] + weights[4] == pytest.approx(600, rel=1e-9)
    output = json.loads(done.out)
    assert output["n"] == 6
    assert output["convergence"] is True
    assert output["poids_min"] == min(weights)
    assert output["poids_max"] == max(weights)
    assert output["effet_plan"] == pytest.approx(6 * sum(w * w for w in weights) / sum(weights) ** 2)
    assert len(output["ecarts_marges"]) == 5
    assert max(each["ecart"] for each in output["ecarts_marges"]) < 1e-9


@pytest.mark.parametrize(
    ("options", "year", "starts"),
    [
        ((), "", ["Les marges comptent 1 200 personnes. Pour comparer"]),
        (("--territoire", "38185"), "", ["Les marges de l’enquête comptent 1"]),
        (
            ("--territoire", "38185"),
            "2011",
            ["Les marges de l’enquête comptent 1", "Les marges de l’enquête disent"],
        ),
    ],
)
def test_ponderer_warns_of_a_total_unlike_the_census(weigh, options, year, starts):
    dated = "".join(f"{line},{year or 'annee' * (n == 0)}\n" for n, line in enumerate(MARGINS.splitlines()))
    dated = dated.replace("effectif,2011", "effectif,annee")
    done, _ = weigh("--json", *options, margins=dated)
    assert done.code == 0, done.err
    warnings = json.loads(done.out)["avertissements"]
    for start in starts:
        assert any(text.replace("\xa0", " ").startswith(start) for text in warnings), (start, warnings)


def test_a_person_reads_the_coefficients_in_french(weigh):
    done, _ = weigh()
    assert done.code == 0
    assert "6 réponses pondérées" in done.out
    assert "Effet de plan" in done.out
    assert "Convergence atteinte" in done.out
    assert "Ce que les poids ne corrigent pas" in done.out


def test_the_same_files_give_the_same_bytes(weigh, tmp_path):
    weigh()
    first = (tmp_path / "poids.csv").read_bytes()
    weigh()
    assert (tmp_path / "poids.csv").read_bytes() == first


def change(text, *pairs):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


REFUSED = {
    "totals that differ": (
        {"margins": change(MARGINS, ("h,600", "h,500"))},
        ["les totaux diffèrent", "1\u202f200 pour « age »", "1\u202f100 pour « sexe »", "1,09091"],
    ),
    "a class without answers": (
        {
            "margins": change(MARGINS, ("age,60+,400", "age,60-74,250\nage,75+,150")),
            "answers": change(ANSWERS, ("60+", "60-74")),
        },
        [
            "marges.csv, ligne 5, variable « age », modalité « 75+ »",
            "150 personnes",
            "Réunissez-la avec « 60-74 »",
        ],
    ),
    "a class unknown to the margins": (
        {"answers": change(ANSWERS, ("6,60+", "6,60 +"))},
        ["reponses.csv, ligne 7, colonne age, valeur « 60 + »", "Écrivez « 60+ »"],
    ),
    "a negative total": (
        {"margins": change(MARGINS, ("15-29,300", "15-29,-300"))},
        ["marges.csv, ligne 2, colonne effectif, valeur « -300 »", "jamais négatif"],
    ),
    "an empty total": (
        {"margins": change(MARGINS, ("15-29,300", "15-29,"))},
        ["ligne 2, colonne effectif", "la case est vide"],
    ),
    "nan": ({"margins": change(MARGINS, ("15-29,300", "15-29,NaN"))}, ["valeur « NaN »", "pas un nombre"]),
    "the same class twice": (
        {"margins": MARGINS + "age,60+,400\n"},
        ["marges.csv, ligne 7, colonne modalite, valeur « 60+ »", "à la ligne 4"],
    ),
    "a missing column of margins": (
        {"margins": change(MARGINS, ("effectif", "n"))},
        ["la colonne « effectif » manque", "variable,modalite,effectif"],
    ),
    "margins without a row": ({"margins": "variable,modalite,effectif\n"}, ["aucune ligne sous l’en-tête"]),
    "one answer": (
        {"answers": "id,age,sexe\n1,60+,f\n"},
        ["modalité « 15-29 »", "aucune réponse dans reponses.csv"],
    ),
    "two answers of one id": (
        {"answers": change(ANSWERS, ("2,15-29,h", "1,15-29,h"))},
        ["reponses.csv, ligne 3, colonne id, valeur « 1 »", "la ligne 2"],
    ),
    "variables that say the same and disagree": (
        {
            "answers": "id,age,sexe\n1,15-29,f\n2,30-59,h\n3,60+,h\n",
        },
        ["aucun poids positif ne peut donner ces marges", "Réunissez"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_weight_can_mend_is_refused_in_three_sentences(weigh, case):
    files, words = REFUSED[case]
    done, rows = weigh(**files)
    assert done.code == 2, done.out
    assert len(done.err.strip().splitlines()) == 3
    assert not rows
    for word in words:
        assert word in done.err


def test_bounds_nobody_can_keep_are_refused_with_bounds_that_work(weigh):
    done, _ = weigh("--methode", "logit", "--bornes", "0.45,1.2")
    assert done.code == 2
    assert "« age », « 60+ »" in done.err
    assert "Bornes qui conviennent :" in done.err
    proposed = done.err.split("Bornes qui conviennent : ")[1].strip().rstrip(".").split(" ; ")
    for bounds in proposed:
        again, rows = weigh("--methode", "logit", "--bornes", bounds, "--json")
        assert again.code == 0, again.err
        low, high = map(float, bounds.split(","))
        output = json.loads(again.out)
        assert low <= output["rapport_min"] <= output["rapport_max"] <= high
        assert rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--bornes", "douze"], "il faut deux nombres"),
        (["--plafond", "0.5"], "Le plafond"),
        (["--methode", "magie"], "choix inconnu"),
    ],
)
def test_options_that_make_no_sense_are_refused(weigh, options, words):
    done, _ = weigh(*options)
    assert done.code == 2
    assert words in done.err


def test_empty_answers_keep_their_share_with_a_warning(weigh):
    done, rows = weigh("--json", answers=ANSWERS + "7,,f\n8,nsp,h\n")
    assert done.code == 0, done.err
    output = json.loads(done.out)
    silent = next(each for each in output["ecarts_marges"] if each["modalite"] == "sans réponse")
    assert silent["n"] == 2
    assert silent["part_population"] == pytest.approx(25)
    assert any("2 réponses ne la disent pas" in each for each in output["avertissements"])
    assert sum(float(row[1]) for row in rows[1:]) == pytest.approx(1200)


def test_thin_classes_are_reported_with_a_merge(weigh):
    done, _ = weigh()
    assert (
        "« age », « 60+ » : 1 réponse seulement pour 400 personnes. Réunissez-la avec « 30-59 »" in done.out
    )


def test_skipped_rows_are_reported_and_the_rest_weighted(weigh):
    done, rows = weigh(answers=ANSWERS + ",60+,f\n")
    assert done.code == 1
    assert len(rows) == 7
    assert "ligne 8, colonne id" in done.err


def test_a_ceiling_holds(weigh):
    done, _ = weigh("--plafond", "1.9", "--json", answers=ANSWERS + "7,60+,f\n")
    assert done.code == 0, done.err
    output = json.loads(done.out)
    assert output["poids_max"] <= 1.9 * 1200 / 7 * 1.001
    assert output["ecart_max"] < 1e-9


def test_files_of_windows_and_decimal_commas_are_read(weigh):
    answers = "id;âge;poids_initial\n1;Jeune;1,5\n2;Âgé;2,5\n".encode("cp1252")
    done, rows = weigh(answers=answers, margins="variable;modalité;effectif\nâge;Jeune;10,5\nâge;Âgé;9,5\n")
    assert done.code == 0, done.err
    assert [float(row[1]) for row in rows[1:]] == pytest.approx([10.5, 9.5])


def test_ten_thousand_columns_are_no_burden(weigh):
    wide = ",".join(f"q{k}" for k in range(10_000))
    rows = [f"{line},{','.join(['x'] * 10_000)}" for line in ANSWERS.splitlines()[1:]]
    with within(5):
        done, _ = weigh(answers="\n".join([f"id,age,sexe,{wide}", *rows]) + "\n")
    assert done.code == 0, done.err


def test_help_is_in_french_and_a_missing_file_is_refused(maillage, tmp_path):
    assert "--marges" in maillage("enquete", "ponderer", "--aide").out
    path = tmp_path / "rien.csv"
    done = maillage("enquete", "ponderer", path, "--marges", path, "--sortie", tmp_path / "p.csv")
    assert done.code == 2
    assert "rien.csv" in done.err


def test_weights_never_take_the_place_of_answers_or_margins(maillage, tmp_path):
    answers, margins = tmp_path / "reponses.csv", tmp_path / "marges.csv"
    answers.write_text(ANSWERS, "utf-8")
    margins.write_text(MARGINS, "utf-8")
    for path in (answers, margins):
        done = maillage("enquete", "ponderer", answers, "--marges", margins, "--sortie", path)
        assert done.code == 2
        assert "est aussi à lire" in done.err
    assert answers.read_text("utf-8") == ANSWERS


def test_a_quote_left_open_costs_its_row_and_no_other(weigh):
    done, rows = weigh(answers=ANSWERS.replace("3,15-29,f", '3,"15-29,f') + "7,60+,f\n")
    assert done.code == 1
    assert [row[0] for row in rows[1:]] == ["1", "2", "4", "5", "6", "7"]
    assert "reponses.csv, ligne 4" in done.err


def test_variables_are_found_without_their_groups_accents_or_capitals(weigh):
    for answers, margins in (
        (ANSWERS.replace("sexe", "identite/sexe"), MARGINS),
        (ANSWERS, MARGINS.replace("sexe", "identite/sexe")),
        (ANSWERS.replace("sexe", "Sexe").replace("id,age", "id,Âge"), MARGINS),
    ):
        done, rows = weigh(answers=answers, margins=margins)
        assert done.code == 0, done.err
        assert len(rows) == 7


def test_initial_weights_that_count_answers_are_reported_when_bounds_fail(weigh):
    answers_file = "id,age,poids_initial\n1,15-29,1\n2,15-29,1\n3,30+,1\n"
    done, _ = weigh("--bornes", "0.5,2", answers=answers_file, margins=TWO_AGES)
    assert done.code == 2
    assert "le rapport moyen est 400" in done.err


def test_margins_of_a_workbook_are_read(weigh):
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (line.split(",") for line in MARGINS.splitlines()):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(content)
    done, rows = weigh(margins=content.getvalue(), form="xlsx")
    assert (done.code, len(rows)) == (0, 7), done.err


def test_extreme_initial_weights_still_meet_the_margins(weigh):
    answers_file = "id,age,poids_initial\n1,15-29,1e-9\n2,15-29,1e9\n3,30+,3\n"
    done, rows = weigh(answers=answers_file, margins=TWO_AGES)
    assert done.code == 0, done.err
    assert float(rows[1][1]) + float(rows[2][1]) == pytest.approx(600)


@pytest.mark.parametrize("value", ["1e308", "1e-310"])
def test_a_population_that_cannot_be_is_refused(weigh, value):
    done, rows = weigh(margins=f"variable,modalite,effectif\nsexe,f,{value}\nsexe,h,{value}\n")
    assert (done.code, rows) == (2, [])
    assert len(done.err.strip().splitlines()) == 3
    assert ("nul ou presque" if "-" in value else "ligne 2, colonne effectif, valeur « 1e308 »") in done.err


@pytest.mark.parametrize("cell", ['"5,200"', "5.200"])
def test_thousands_cut_by_a_comma_are_not_read_as_decimals(weigh, cell):
    done, rows = weigh(margins=f"variable,modalite,effectif\nsexe,f,{cell}\nsexe,h,900\n")
    assert (done.code, rows) == (2, [])
    for expected_words in ("marges.csv, ligne 2, colonne effectif", "5200 personnes", "sans séparateur"):
        assert expected_words in done.err


def test_shares_in_percent_may_have_three_decimals(weigh):
    done, rows = weigh(margins="variable,modalite,effectif\nsexe,f,52.125\nsexe,h,47.875\n")
    assert done.code == 0, done.err
    assert sum(float(weight) for _, weight in rows[1:]) == pytest.approx(100)


# --------------------------------------------------------------------------------------------- structures

STRUCTURES = "id,type_structure,commune\n" + "".join(
    f"S{k},{('mairie', 'ccas', 'association')[k % 3]},{('59392', '59365')[k % 2]}\n" for k in range(12)
)
CENSUS = "variable,modalite,effectif\ntype_structure,mairie,20\ntype_structure,ccas,20\ntype_structure,association,60\n"


@pytest.mark.parametrize(
    ("answers", "margins", "counted"),
    [
        (STRUCTURES, "commune,59392,29000\ncommune,59365,9000\n", "compte 38 000 personnes pour 12 réponses"),
        (STRUCTURES, "commune,59392,800\ncommune,59365,401\n", "compte 1 201 personnes pour 12 réponses"),
        (
            STRUCTURES.replace("commune", "age").replace("59392", "jeune").replace("59365", "ancien"),
            "age,jeune,40\nage,ancien,40\n",
            "compte les habitants",
        ),
        (
            STRUCTURES.replace("type_structure", "qui/type_structure"),
            "commune,59392,29000\ncommune,59365,9000\n",
            "compte 38 000 personnes pour 12 réponses",
        ),
    ],
    ids=["communes", "hardly too many", "ages", "a group of Kobo"],
)
def test_structures_are_never_weighted_by_residents(weigh, answers, margins, counted):
    """Une mairie ne pèse pas plus qu’une autre parce que sa commune est plus peuplée."""
    done, rows = weigh(answers=answers, margins=f"variable,modalite,effectif\n{margins}")
    assert (done.code, done.out, rows) == (2, "", [])
    what, why, do = done.err.replace("\u202f", " ").replace("\xa0", " ").strip().splitlines()
    assert counted in what
    assert "Ce sont des structures qui ont répondu" in why
    assert "recensement des structures" in do


def test_structures_are_weighted_by_a_census_of_structures(weigh):
    done, rows = weigh(answers=STRUCTURES, margins=CENSUS)
    assert done.code == 0, done.err
    assert [float(row[1]) for row in rows[1:4]] == pytest.approx([5, 5, 15])
    just = "variable,modalite,effectif\ncommune,59392,799\ncommune,59365,401\n"  # 100 for each answer
    assert weigh(answers=STRUCTURES, margins=just)[0].code == 0
