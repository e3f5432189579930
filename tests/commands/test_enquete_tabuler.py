"""maillage enquete tabuler: tables on files nobody prepared, and what it says of those that do not hold."""

import json
import math

import openpyxl
import pytest
from pytest import approx

from tests.support.survey_files import AGES, written


@pytest.fixture
def tabuler(maillage, files):
    folder, _, _ = files

    def run(*words, answers="reponses.csv", weights="poids.csv"):
        options = ("--questionnaire", folder / "formulaire.xlsx", "--poids", folder / weights)
        return maillage("enquete", "tabuler", folder / answers, *options, *words)

    return run


def test_the_json_is_that_of_the_contract(tabuler, files):
    _, rows, weight = files
    answer = tabuler("--question", "aise", "--json")
    output = json.loads(answer.out)
    assert answer.code == 0
    assert list(output) == ["question", "univers", "n", "seuil", "lignes"]
    assert [list(line) for line in output["lignes"]] == [
        ["modalite", "par", "n", "part", "bas", "haut", "motif"]
    ] * 4
    assert output["question"] == "aise"
    assert output["n"] == 192
    total_weight = sum(weight[row["age"]] for row in rows)
    for line in output["lignes"]:
        chosen = [row for row in rows if row["aise"] == line["modalite"]]
        assert line["n"] == len(chosen)
        assert line["part"] == approx(100 * sum(weight[row["age"]] for row in chosen) / total_weight)
        assert line["bas"] < line["part"] < line["haut"]
        assert line["motif"] is None
    assert "ignorent" in answer.err


def test_margins_never_widen_the_interval_of_what_they_explain(tabuler, files):
    folder, rows, weight = files
    count = {age: sum(row["age"] == age for row in rows) for age in AGES}
    margins = [{"variable": "age", "modalite": age, "effectif": count[age] * weight[age]} for age in AGES]
    written(folder / "marges.csv", margins)
    plain = json.loads(tabuler("--question", "aise", "--json").out)["lignes"]
    known = tabuler("--question", "aise", "--json", "--marges", folder / "marges.csv")
    lines = json.loads(known.out)["lignes"]
    assert [line["part"] for line in lines] == approx([line["part"] for line in plain])
    # What they explain narrows it down to that of as many people drawn at random, and no further.
    assert lines[-1]["haut"] - lines[-1]["bas"] <= plain[-1]["haut"] - plain[-1]["bas"]
    assert "ignorent" not in known.err
    imposed = json.loads(tabuler("--question", "age", "--json", "--marges", folder / "marges.csv").out)[
        "lignes"
    ]
    assert all(line["bas"] == line["part"] == line["haut"] for line in imposed)


def test_margins_of_other_weights_are_reported_and_ignored(tabuler, files):
    folder, _, _ = files
    written(folder / "marges.csv", [{"variable": "age", "modalite": age, "effectif": 1000} for age in AGES])
    answer = tabuler("--question", "aise", "--json", "--marges", folder / "marges.csv")
    assert answer.code == 0
    assert "ne retrouvent pas les marges de marges.csv" in answer.err


def test_multiple_answers_and_a_conditional_question(tabuler, files):
    _, rows, _ = files
    answer = tabuler("--question", "equipement")
    assert "le total dépasse 100 %" in answer.out
    output = json.loads(tabuler("--question", "satisfait", "--json").out)
    assert output["n"] == sum(row["aide"] == "oui" for row in rows)
    assert "à qui la question est posée" in output["univers"]


def test_a_table_is_read_by_a_person(tabuler):
    answer = tabuler("--question", "aise")
    assert answer.code == 0
    assert "Êtes-vous à l’aise avec Internet ?" in answer.out
    assert "n = 192" in answer.out
    assert "Pas du tout" in answer.out
    assert "Intervalles à 90 %" in answer.out
    assert not answer.err


@pytest.mark.parametrize(
    ("words", "what", "do"),
    [
        (("--question", "aisse"), "La question « aisse » n’est pas dans le questionnaire", "« aise »"),
        (("--question", "mot"), "c’est une réponse libre", "paroles"),
        (("--question", "aise", "--par", "aje"), "La question « aje »", "« age »"),
        (("--question", "aise", "--par", "aise"), "elle-même", "autre question"),
        (("--question", "aise", "--seuil", "4"), "ne peut pas être 4", "5 ou plus"),
    ],
)
def test_what_cannot_be_tabulated_is_refused(tabuler, words, what, do):
    answer = tabuler(*words, "--json")
    assert (answer.code, answer.out) == (2, "")
    first, _, last = answer.err.strip().splitlines()
    assert what in first
    assert do in last


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda rows: rows[:-1], "reponses.csv, colonne id, valeur « r192 » : cette réponse n’a pas de poids"),
        (lambda rows: [*rows, {"id": "r1", "poids": 9}], "ligne 194, colonne id, valeur « r1 » : cet identifiant a déjà un autre poids"),
        (lambda rows: [{"numero": row["id"], "poids": 1} for row in rows], "la colonne « id » manque"),
    ],
)  # fmt: skip
def test_weights_that_do_not_hold_are_refused(tabuler, files, change, what):
    folder, rows, _ = files
    written(folder / "faux.csv", change([{"id": row["id"], "poids": 100} for row in rows]))
    (folder / "faux.csv").rename(folder / "poids.csv")
    answer = tabuler("--question", "aise", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert what in answer.err.splitlines()[0]


def test_a_column_that_is_not_there(tabuler, files):
    folder, rows, _ = files
    written(folder / "sans.csv", [{"id": row["id"], "age": row["age"], "aises": row["aise"]} for row in rows])
    answer = tabuler("--question", "aise", answers="sans.csv")
    assert answer.code == 2
    assert "sans.csv, ligne 1 : la colonne « aise » manque ; la plus proche est « aises »" in answer.err


def test_one_respondent_and_everybody_alike(tabuler, files):
    folder, rows, _ = files
    written(folder / "un.csv", rows[:1])
    answer = tabuler("--question", "aise", "--json", answers="un.csv")
    output = json.loads(answer.out)
    assert (answer.code, output["n"]) == (0, None)
    assert all(line["part"] is None and line["motif"] for line in output["lignes"])
    assert "Un seul répondant" not in answer.err
    assert "Un seul répondant" in tabuler("--question", "aise", answers="un.csv").out
    written(folder / "tous.csv", [{**row, "aise": "tres"} for row in rows])
    village, city = (
        json.loads(tabuler("--question", "aise", "--json", answers="tous.csv", weights=weights).out)
        for weights in ("village.csv", "poids.csv")
    )
    assert (village["seuil"], city["seuil"]) == (11, 5)
    assert all(line["part"] is None for line in village["lignes"]), "everybody alike: the rest counts nobody"
    assert [line["n"] for line in city["lignes"]] == [0, 0, 0, 192]


def test_misspelt_answer_is_reported_and_stays_in_the_base(tabuler, files):
    folder, rows, _ = files
    written(folder / "faute.csv", [{**rows[0], "aise": "plutott"}, *rows[1:]])
    answer = tabuler("--question", "aise", "--json", answers="faute.csv")
    assert json.loads(answer.out)["n"] == 192
    assert "« plutott » (1 fois, peut-être « plutot »)" in answer.err


def test_row_without_id_is_reported_and_skipped(tabuler, files):
    folder, rows, _ = files
    written(folder / "vide.csv", [*rows, {**rows[0], "id": ""}])
    answer = tabuler("--question", "aise", "--json", answers="vide.csv")
    assert answer.code == 1
    assert json.loads(answer.out)["n"] == 192
    assert "vide.csv, ligne 194" in answer.err


# ------------------------------------------------------------------------------------------ for whom it is made


def test_who_runs_the_command_sees_everything_and_what_will_not_be_published(tabuler, files):
    """Le JSON est masqué, sauf « --pour soi » ; l’écran ne l’est que pour « --pour publier ». Les effectifs d’un
    croisement redressé, que le document ne donne pas, ne sont que pour soi.
    """
    _, rows, _ = files
    words = ("--question", "aise", "--par", "age")
    masked, own = (
        json.loads(tabuler(*words, "--json", *more, weights="village.csv").out)["lignes"]
        for more in ((), ("--pour", "soi"))
    )
    to_publish = tabuler(*words, "--json", "--pour", "publier", weights="village.csv")
    published = json.loads(to_publish.out)["lignes"]
    assert [line["part"] for line in published] == [
        line["part"] and math.floor(line["part"] + 0.5) for line in masked
    ]
    assert all(line[key] is None or line[key] % 1 == 0 for line in published for key in ("bas", "haut"))
    assert {line["n"] for line in [*masked, *published]} == {None}
    hidden = [k for k, line in enumerate(masked) if line["part"] is None]
    assert 0 < len(hidden) < len(masked)
    for k, (masked_line, line) in enumerate(zip(masked, own, strict=True)):
        cell_rows = [row for row in rows if (row["age"], row["aise"]) == (line["par"], line["modalite"])]
        assert line["n"] == len(cell_rows)
        assert line["part"] is not None
        if k in hidden:
            assert line["motif"] == f"ne sera pas publié : {masked_line['motif']}"
        else:
            assert line == {**masked_line, "n": len(cell_rows)}


def test_the_screen_is_a_working_table_unless_it_is_to_publish(tabuler):
    words = ("--question", "aise", "--par", "age")
    own, masked, again = (
        tabuler(*words, *more, weights="village.csv")
        for more in ((), ("--pour", "publier"), ("--pour", "soi"))
    )
    assert (own.code, masked.code) == (0, 0)
    assert again.out == own.out
    assert "Tableau de travail" in own.out
    assert ", ne sera pas publié (1)" in own.out
    assert "masqué (" not in own.out
    assert "Tableau de travail" not in masked.out
    assert "masqué (1)" in masked.out
    assert "ne sera pas publié" not in masked.out


def test_a_reader_that_does_not_exist_is_refused_with_those_that_do(tabuler):
    answer = tabuler("--question", "aise", "--pour", "tous", "--json")
    assert (answer.code, answer.out) == (2, "")
    what, _, do = answer.err.strip().splitlines()
    assert "--pour" in what
    assert "choix inconnu" in what
    assert "soi" in what
    assert "publier" in what
    assert "--aide" in do


# --------------------------------------------------------------------------------------------------- structures


@pytest.fixture
def structures(files):
    """The same form, asked of structures."""
    book = openpyxl.load_workbook(files[0] / "formulaire.xlsx")
    for row in (["form_title", "maillage::kind"], ["Structures", "structures"]):
        (book["settings"] if "settings" in book.sheetnames else book.create_sheet("settings")).append(row)
    book.save(files[0] / "formulaire.xlsx")
    return files


@pytest.mark.parametrize("verb", ["tabuler", "synthese"])
def test_weights_of_structures_that_count_residents_are_refused(maillage, structures, verb):
    """Les mêmes poids, 250 à 700 habitants par réponse, conviennent à des personnes ; pas à des structures."""
    folder, rows, _ = structures
    out = {"tabuler": ("--question", "aise", "--json"), "synthese": ("--sortie", folder / "sortie")}[verb]
    options = ("--questionnaire", folder / "formulaire.xlsx", "--poids", folder / "poids.csv", *out)
    answer = maillage("enquete", verb, folder / "reponses.csv", *options)
    assert (answer.code, answer.out) == (2, "")
    what, why, do = answer.err.strip().splitlines()
    assert "poids.csv : chaque réponse y compte en moyenne pour" in what
    assert "ces poids comptent des habitants" in why
    assert "recensement des structures" in do
    assert not list(folder.glob("sortie/*"))
    written(folder / "poids.csv", [{"id": row["id"], "poids": 100} for row in rows])
    assert maillage("enquete", verb, folder / "reponses.csv", *options).code == 0
    written(folder / "poids.csv", [{"id": row["id"], "poids": 101} for row in rows])
    assert maillage("enquete", verb, folder / "reponses.csv", *options).code == 2


def test_margins_of_residents_are_refused_for_structures(tabuler, structures):
    folder, rows, _ = structures
    written(folder / "poids.csv", [{"id": row["id"], "poids": 2} for row in rows])
    written(folder / "marges.csv", [{"variable": "age", "modalite": age, "effectif": 128} for age in AGES])
    answer = tabuler("--question", "aise", "--json", "--marges", folder / "marges.csv")
    assert (answer.code, answer.out) == (2, "")
    assert "« age » : cette marge compte les habitants" in answer.err.splitlines()[0]
    counted = [{"variable": "aide", "modalite": name, "effectif": 19_200} for name in ("oui", "non")]
    written(folder / "marges.csv", counted)
    answer = tabuler("--question", "aise", "--json", "--marges", folder / "marges.csv")
    assert answer.code == 2
    assert "personnes pour 192 réponses" in answer.err.splitlines()[0]


def test_number_invited_gives_the_response_rate_and_total_narrows_intervals(tabuler):
    endless = json.loads(tabuler("--question", "aise", "--json").out)["lignes"]
    invited = json.loads(tabuler("--question", "aise", "--json", "--interrogees", "240").out)
    assert (invited["interrogees"], invited["population"], invited["taux_de_reponse"]) == (240, None, 80.0)
    assert invited["lignes"] == endless
    document = json.loads(tabuler("--question", "aise", "--json", "--univers", "240").out)
    assert (document["interrogees"], document["population"], document["taux_de_reponse"]) == (None, 240, None)
    for narrow, wide in zip(document["lignes"], endless, strict=True):
        assert narrow["part"] == wide["part"]
        assert narrow["part"] is None or narrow["haut"] - narrow["bas"] < 0.6 * (wide["haut"] - wide["bas"])
    answer = tabuler("--question", "aise", "--interrogees", "240", "--univers", "300").out.replace(
        "\xa0", " "
    )
    assert "· 192 réponses pour 240 personnes interrogées : 80 % ont répondu." in answer
    assert "· L’intervalle tient compte de ce qu’il y a 300 personnes en tout." in answer


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--univers", "150"), "192 réponses, pour 150 personnes de l’univers."),
        (("--interrogees", "0"), "192 réponses, pour 0 personnes interrogées."),
        (("--interrogees", "300", "--univers", "250"), "300 personnes interrogées, pour 250 en tout."),
    ],
)
def test_a_universe_that_cannot_be_is_refused_in_three_sentences(tabuler, words, what):
    answer = tabuler("--question", "aise", *words)
    assert answer.code == 2
    lines = answer.err.replace("\xa0", " ").splitlines()
    assert lines[0] == what
    assert len(lines) == 3


def test_questionnaire_without_a_kind_of_respondent_warns_unless_an_option_names_it(tabuler):
    """Sans le dire, des structures passaient pour des personnes : leurs effectifs de 3 à 10 étaient masqués."""
    words = ("--question", "aise", "--json")
    silent, stated = (
        tabuler(*words, weights="village.csv"),
        tabuler(*words, "--qui", "structures", weights="village.csv"),
    )
    assert "ne dit pas qui a répondu" in silent.err
    assert "--qui structures" in silent.err
    assert "ne dit pas qui a répondu" not in stated.err
    assert [json.loads(run.out)["seuil"] for run in (silent, stated)] == [11, 3]


def test_classes_of_age_of_a_few_are_merged_as_on_pages(tabuler, files, maillage):
    """Deux classes de trois et quatre personnes : une seule ligne, dans les deux commandes."""
    folder, rows, _ = files
    classes = {"15-29": "De 15 à 29 ans", "30-59": "De 30 à 59 ans", "60+": "60 ans et plus"}
    book = openpyxl.load_workbook(folder / "formulaire.xlsx")
    for cells in book["choices"].iter_rows():
        cells[2].value = classes.get(cells[1].value, cells[2].value)
    book.save(folder / "formulaire.xlsx")
    young = [row for row in rows if row["age"] == "15-29"]
    older = [row | {"age": age} for age, n in (("30-59", 3), ("60+", 4)) for row in young[-n:]]
    merged_rows = [row | {"id": f"r{k + 1}"} for k, row in enumerate([*young[:60], *older])]
    written(folder / "reponses.csv", merged_rows)
    lines = json.loads(tabuler("--question", "age", "--json", "--pour", "publier").out)["lignes"]
    assert [(line["modalite"], line["n"]) for line in lines] == [("15-29", 60), ("30-59+60+", 7)]
    options = ("--questionnaire", folder / "formulaire.xlsx", "--poids", folder / "poids.csv")
    maillage("enquete", "synthese", folder / "reponses.csv", *options, "--sortie", folder / "sortie")
    table = (folder / "sortie" / "tableaux" / "age.csv").read_text("utf-8")
    assert "30 ans et plus" in table and "60 ans et plus" not in table
