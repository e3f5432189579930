"""maillage diagnostic --enquete: the survey beside the model, combined or not, and nothing changed without
it.
"""

import csv
import json
import re
from functools import partial

import pytest

PLACE = "38485"


def written(folder, concerned, *, column="internet_3_mois"):
    """Write 400 answers and their margins; `concerned` of each hundred did not use Internet. Return the options."""
    rows = [
        f"{k},{('15_39', '40_plus')[k % 2]},{'non' if k // 2 % 100 < concerned else 'oui'}"
        for k in range(400)
    ]
    (folder / "reponses.csv").write_text(f"id,age,{column}\n" + "\n".join(rows) + "\n", "utf-8")
    (folder / "marges.csv").write_text(
        "variable,modalite,effectif\nage,15_39,9000\nage,40_plus,14000\n", "utf-8"
    )
    return ("--enquete", folder / "reponses.csv", "--marges", folder / "marges.csv")


@pytest.fixture
def survey(tmp_path):
    return partial(written, tmp_path)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The study of the place without any survey."""
    from maillage.manage.main import main

    folder = tmp_path_factory.mktemp("seul")
    assert main(["diagnostic", PLACE, "--sortie", str(folder)]) == 0
    return of(folder)


@pytest.fixture(scope="module")
def combined(tmp_path_factory):
    """The folder of a study that a survey moves: sixteen of each hundred did not use Internet."""
    from maillage.manage.main import main

    folder = tmp_path_factory.mktemp("combinee")
    words = [str(word) for word in written(folder, 16)]
    assert main(["diagnostic", PLACE, "--sortie", str(folder / "etude"), *words]) == 0
    return folder / "etude"


def of(folder):
    return json.loads((folder / "etude.json").read_text("utf-8"))


@pytest.fixture
def study(maillage, tmp_path):
    """Run a diagnosis and return how it ended, with the study it wrote."""

    def run(*words, folder="etude"):
        answer = maillage("diagnostic", PLACE, "--sortie", tmp_path / folder, *words)
        path = tmp_path / folder / "etude.json"
        return answer, json.loads(path.read_text("utf-8")) if path.exists() else None

    return run


def test_the_need_moves_between_model_and_survey(combined, alone):
    study = of(combined)
    survey_part = study["enquete"]
    assert (survey_part["retenue"], survey_part["accord"], survey_part["n"]) == ("combinee", True, 400)
    need = study["besoins"]["precarite_numerique"]
    assert need["methode"] == "enquete-et-estimation"
    assert (
        alone["besoins"]["precarite_numerique"]["valeur"]
        < need["valeur"]
        < survey_part["personnes"]["enquete"]["valeur"]
    )
    assert need["valeur"] == pytest.approx(survey_part["personnes"]["combinee"]["valeur"], rel=1e-5)
    assert survey_part["poids"]["modele"] + survey_part["poids"]["enquete"] == pytest.approx(1)
    before, after = (x["haut"] - x["bas"] for x in (alone["besoins"]["precarite_numerique"], need))
    assert after < before
    assert study["sources"][-1]["id"] == "enquete-locale"
    assert any("400" in text and "trois derniers mois" in text for text in study["avertissements"])
    assert "enquete" not in alone


def test_diagnosis_warns_of_margins_of_another_year(study, survey):
    words = survey(16)
    words[-1].write_text(
        "variable,modalite,effectif,annee\nage,15_39,6000,2011\nage,40_plus,12700,2011\n", "utf-8"
    )
    answer, study_json = study(*words)
    assert answer.code == 0
    for start in ("Les marges de l’enquête comptent", "Les marges de l’enquête disent l’année 2011"):
        assert [text for text in study_json["avertissements"] if text.startswith(start)]
        assert start in answer.out


def test_the_definition_of_the_study_has_one_figure(combined):
    """Le nombre du haut, que l’enquête a déplacé, est celui de sa ligne parmi les définitions ; les autres le disent."""
    assert of(combined)["enquete"]["retenue"] == "combinee"
    document = re.sub(r"\s+", " ", (combined / "dossier.html").read_text("utf-8").replace("\xa0", " "))
    value, low, high = re.search(
        r'class="valeur">([\d ]+)</span>.*?</span> Entre ([\d ]+) et ([\d ]+)\.', document
    ).groups()
    table = document.split("Le même territoire, plusieurs définitions")[-1].split("</table>")[0]
    row = re.sub("<[^>]+>", " ", table.split("Illectronisme, Insee 2021")[1].split("</tr>")[0]).split()
    assert " ".join(row).startswith(f"{value} {low} – {high} ")
    assert (
        "Illectronisme, Insee 2021 : l’enquête et le modèle ensemble ; les autres : le modèle seul."
        in document
    )


@pytest.mark.complete
def test_respondents_that_are_assumed_are_not_passed_off_as_counted(combined):
    """L’Insee ne dit pas combien ont répondu en 2021 : 10 000 supposés et 400 reçus ne font pas 10 400 répondants."""
    study = of(combined)
    survey_part = study["enquete"]
    assert study["definition"]["n_connu"] is False
    assert survey_part["combinee"]["n_suppose"]
    assert survey_part["modele"]["n_suppose"]
    assert "n_suppose" not in survey_part["enquete"]
    assert study["besoins"]["precarite_numerique"]["n_suppose"]
    assert "n_suppose" not in study["besoins"]["precarite_sociale"]
    with (combined / "zones.csv").open(encoding="utf-8") as file:
        assert {row["n_suppose"] for row in csv.DictReader(file)} == {"oui"}


@pytest.mark.complete
def test_zones_still_add_up_and_keep_their_order(combined, alone):
    study = of(combined)
    for name in ("precarite_numerique", "cumul"):
        total = study["besoins"][name]["valeur"]
        assert sum(zone[name]["valeur"] or 0 for zone in study["zones"]) == pytest.approx(total, rel=0.002)
    before, after = (
        sorted(x["zones"], key=lambda zone: zone["taux_precarite_numerique"]["valeur"] or 0)
        for x in (alone, study)
    )
    assert [zone["code"] for zone in before] == [zone["code"] for zone in after]


def test_survey_contradicting_the_model_is_reported_and_changes_nothing(study, survey, alone, tmp_path):
    answer, output = study(*survey(70))
    assert answer.code == 0
    assert output["enquete"]["retenue"] == "modele"
    assert output["enquete"]["ecart"]["bas"] > 0
    assert output["besoins"] == alone["besoins"]
    assert output["zones"] == alone["zones"]
    assert "moyenne" in answer.out
    assert "L’enquête contredit le modèle" in (tmp_path / "etude/dossier.html").read_text("utf-8")


@pytest.mark.complete
def test_a_question_nobody_knows_leaves_the_study_as_it_was_and_says_so(study, survey, alone):
    answer, output = study(*survey(25, column="autre_chose"))
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 3
    assert output["besoins"] == alone["besoins"]
    assert "internet_3_mois" in output["enquete"]["motif"]
    assert "--besoin" in answer.err


@pytest.mark.complete
def test_a_question_just_refused_for_secrecy_is_not_advised(study, survey):
    """Deux personnes sur cent : relire la même question donnerait le même refus."""
    answer, output = study(*survey(2, column="aisance"), "--besoin", "aisance=non")
    assert answer.code == 1
    assert "le secret s’y oppose" in answer.err
    assert "aisance=pas_du_tout" not in answer.err
    assert answer.err.splitlines()[-1].endswith(
        "Recueillez plus de réponses, ou dites une autre question à lire avec --besoin."
    )
    assert "secret" in output["enquete"]["motif"]


@pytest.mark.complete
def test_whoever_asks_may_say_which_answers_count(study, survey):
    answer, output = study(*survey(25, column="autre_chose"), "--besoin", "autre_chose=non")
    assert answer.code == 0
    assert output["enquete"]["lien"]["id"] == "dit"
    assert output["enquete"]["lien"]["part_nationale"] is None


@pytest.mark.complete
def test_trois_niveaux_move_with_their_need(study, survey):
    _, output = study(*survey(38), "--definition", "trois-niveaux-2017", "--besoin", "internet_3_mois=non")
    if output["enquete"]["retenue"] == "modele":
        pytest.fail("this survey agrees with the model")
    levels = output["besoins"]["niveaux"]
    lost = sum(levels[name]["valeur"] for name in ("exclusion", "precarite_forte", "precarite_faible"))
    assert lost == pytest.approx(output["besoins"]["precarite_numerique"]["valeur"], rel=1e-4)


@pytest.mark.parametrize(
    "option", [("--enquete", "marges.csv"), ("--marges", "marges.csv"), ("--besoin", "a=b")]
)
def test_half_of_the_options_is_refused(study, survey, tmp_path, option):
    survey(25)
    answer, output = study(option[0], tmp_path / option[1] if option[0] != "--besoin" else option[1])
    assert (answer.code, output) == (2, None)
    assert len(answer.err.splitlines()) == 3


def test_a_survey_of_structures_does_not_say_what_residents_need(study, survey, tmp_path):
    words = survey(25)
    answers = (tmp_path / "reponses.csv").read_text("utf-8")
    (tmp_path / "reponses.csv").write_text(answers.replace("age", "type_structure"), "utf-8")
    (tmp_path / "marges.csv").write_text(
        "variable,modalite,effectif\ntype_structure,jeune,900\ntype_structure,type_structure,1400\n", "utf-8"
    )
    answer, output = study(*words)
    assert (answer.code, answer.out, output) == (2, "", None)
    what, why, do = answer.err.strip().splitlines()
    assert what == "reponses.csv : ce sont des structures qui ont répondu."
    assert "habitants" in why
    assert "enquête auprès d’habitants" in do


def test_margins_the_survey_does_not_know_are_refused(study, survey, tmp_path):
    words = survey(25)
    (tmp_path / "marges.csv").write_text(
        "variable,modalite,effectif\nage,jeunes,9000\nage,age,14000\n", "utf-8"
    )
    answer, output = study(*words)
    assert (answer.code, output) == (2, None)
    assert "jeune" in answer.err


@pytest.mark.complete
def test_margins_of_the_question_itself_measure_nothing(study, survey, alone, tmp_path):
    words = survey(16)
    with (tmp_path / "marges.csv").open("a", encoding="utf-8") as file:
        file.write("internet_3_mois,oui,20000\ninternet_3_mois,non,3000\n")
    answer, output = study(*words)
    assert answer.code == 1
    assert "est aussi dans les marges" in answer.err
    assert output["besoins"] == alone["besoins"]


def test_a_filter_keeps_the_survey_out_and_says_so(study, survey):
    answer, output = study(*survey(16), "--filtre", "communes-urbaines")
    assert answer.code == 1
    assert "--filtre" in answer.err
    assert "tout le territoire" in output["enquete"]["motif"]


def test_a_group_coded_one_or_zero_keeps_the_question_that_tells_the_need(study, survey, tmp_path):
    """Un groupe de Kobo codé 1 ou 0 n’est pas une question à plusieurs choix : ses questions se lisent."""
    words = survey(16)
    path = tmp_path / "reponses.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    coded = [f"{row.replace('non', '0').replace('oui', '1')},{k % 2}" for k, row in enumerate(rows)]
    head = head.replace("internet_3_mois", "usages/internet_3_mois") + ",usages/mail"
    path.write_text("\n".join([head, *coded]) + "\n", "utf-8")
    answer, output = study(*words)
    assert answer.code == 0
    assert (output["enquete"]["retenue"], output["enquete"]["n"]) == ("combinee", 400)
