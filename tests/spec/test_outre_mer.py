"""Outre-mer : ce que les revenus communaux disent, et ce qui se tait là où ils manquent."""

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.territory import presentation, sentences, study_json
from maillage.publishing.territory.labels import names_of
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.need import doubt, model
from tests.support.studies import studied

title = "Outre-mer"
CODES = {
    "Guadeloupe": "971",
    "Martinique": "972",
    "Guyane": "973",
    "La Réunion": "974",
    "Creuse": "23",
    "Paris": "75",
}


def diagnosis_of(name: str) -> Diagnosis:
    return studied(CODES[name], "illectronisme-insee-2021", n_draws=100)


def state(figure) -> str:
    return "donné" if isinstance(figure, Estimate) else "tu"


def test_living_standards_come_from_the_medians_or_are_silent(spec):
    """Le niveau de vie vient des 58 revenus communaux de Martinique et de La Réunion ; ailleurs outre-mer,
    personne ne l’a publié : le nombre, la part et le cumul se taisent, partout ensemble. La pauvreté se tait
    dans les quatre : l’écart entre les revenus d’une commune n’y est pas connu.

    territoire || réponse
    -----------++------------------------
    Martinique || donné donné donné tu
    La Réunion || donné donné donné tu
    Guadeloupe || donné tu tu tu
    Guyane     || donné tu tu tu
    Creuse     || donné donné donné donné
    """
    spec(
        lambda t: [
            " ".join(state(figure) for figure in (d.need, d.modest, d.both, d.poor))
            for d in map(diagnosis_of, t["territoire"].tolist())
        ]
    )


def test_the_share_living_modestly_is_the_one_its_medians_give(spec):
    """La Réunion : 63 à 64 % de modestes, et non les 46 % qu’une moyenne de métropole lui prêtait ; Martinique :
    52 %, et non 42 %.

    territoire || réponse
    -----------++--------
    La Réunion ||      64
    Martinique ||      52
    """
    frame = model.country().frame

    def share(name):
        in_departement = frame.departement == CODES[name]
        return round(
            100 * float(np.average(frame.modest[in_departement], weights=frame.adults[in_departement]))
        )

    spec.rows(share)


@pytest.mark.parametrize("name", ["Guadeloupe", "Guyane"])
def test_no_page_nor_file_says_a_living_standard_nobody_knows(name):
    """Ni ligne « modeste » du profil, ni bornes, ni case de zones.csv : seulement la raison."""
    d = diagnosis_of(name)
    assert isinstance(d.modest, Withheld)
    assert not [row for row in d.profile if row.breakdown == "niveau_de_vie"]
    document = study_json.document(d)
    assert document["besoins"]["cumul_bornes"] is None
    assert document["besoins"]["cumul_independance"] is None
    for zone in document["zones"]:
        assert zone["cumul"].get("valeur") is None
        assert zone["precarite_sociale"].get("valeur") is None
    assert any("la part de modestes" in text for text in sentences.warnings(d))


def test_doubt_varies_what_dominates_overseas(spec):
    """« Si les écarts étaient plus faibles, ou plus forts » : outre-mer, c’est l’écart de la région qui fait
    presque tout le doute, et c’est lui qui varie ; en métropole, rien ne change.

    territoire || réponse
    -----------++----------
    La Réunion || True True
    Martinique || True True
    """

    def halves(name):
        low, middle, high = (half for *_, half in diagnosis_of(name).sensitivity)
        return f"{low / middle < 0.8} {high / middle > 1.25}"

    spec.rows(halves)
    assert [region for region, *_ in diagnosis_of("La Réunion").sensitivity] == [0.15, 0.25, 0.4]
    d = diagnosis_of("La Réunion")
    rows = d.request.zoning.rows
    middle = doubt.sensitivity(d.model, rows, np.ones(len(rows)))[1]
    assert middle[0] == d.model.spreads.overseas


def test_note_names_rates_moved_overseas():
    """La note du profil : outre-mer, les taux nationaux sont d’abord déplacés."""
    assert "déplacés de l’écart publié" in sentences.rates_applied(diagnosis_of("La Réunion"))
    assert sentences.rates_applied(diagnosis_of("Creuse")) == (
        "Taux nationaux appliqués aux habitants du territoire ; les classes que personne ne publie sont déduites."
    )


@pytest.mark.parametrize("name", ["La Réunion", "Martinique", "Guadeloupe", "Guyane"])
def test_possible_leaders_are_named_only_when_their_class_is_very_likely(name):
    """Les communes nommées en tête sont probablement de la classe la plus forte ; la phrase dit s’il y en a
    d’autres.
    """
    d = diagnosis_of(name)
    leaders_text = " ".join(sentences.leaders(d, names_of)).replace("**", "")
    sure = [code for code in d.leaders if d.zone(code).is_strongest]
    other_leaders = [code for code in d.leaders if code not in sure]
    assert not [code for code in other_leaders if d.zone(code).zone.name in leaders_text]
    assert ("moins sûrement dans cette classe" in leaders_text) == bool(other_leaders and sure)
    assert not sure or d.zone(sure[0]).zone.name in leaders_text


def test_a_poverty_that_is_refused_is_not_quoted(spec):
    """Paris et La Réunion : la pauvreté est tue, et la raison ne cite pas le chiffre qu’elle refuse ; le seul
    pourcentage, s’il y en a un, est celui des habitants comptés au RSA ou à l’AAH. Le tableau « Le territoire
    et la France » n’a pas la ligne.

    territoire || réponse
    -----------++--------
    Paris      ||       1
    La Réunion ||       0
    """

    def percents(name):
        d = diagnosis_of(name)
        assert isinstance(d.poor, Withheld)
        assert not [row for row in presentation.context(d) if "pauvreté" in row.label]
        return d.poor.reason.count("%")

    spec.rows(percents)
