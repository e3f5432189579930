"""Shares published from the Baromètre du numérique, found again from its persons."""

import numpy as np
import pytest

from maillage.reference.surveys import banks
from maillage.sources import credoc


@pytest.mark.parametrize(
    ("figure", "first", "last", "youngest", "column", "code", "published", "n"),
    [
        ("smartphone, 12 ans et plus, 2022", 2022, 2022, 12, "smartphone", "yes", 87, 4184),
        ("jamais internet, 18 ans et plus, 2015-2019", 2015, 2019, 18, "internet_use", "never", 13.9, 10_161),
    ],
)
def test_a_published_share_is_found_again(figure, first, last, youngest, column, code, published, n):
    persons = credoc.persons()
    is_counted = (persons["year"] >= first) & (persons["year"] <= last) & (persons["age"] >= youngest)
    is_counted &= ~np.isin(persons[column], ["", credoc.UNKNOWN])
    share = 100 * np.average(persons[column][is_counted] == code, weights=persons["weight"][is_counted])
    assert np.sum(is_counted) == n, figure
    assert share == pytest.approx(published, abs=0.5 if published == 87 else 0.05), figure


def test_the_landmark_of_computers_is_that_of_the_last_shipped_year():
    persons, question = credoc.persons(), banks()["habitants"].question("equipement")
    landmark = next(each for each in question.national if each.choice == "ordinateur")
    assert landmark.year == persons["year"].max()
    is_known = (persons["year"] == landmark.year) & (persons["computer_at_home"] != credoc.UNKNOWN)
    owned = np.isin(persons["computer_at_home"][is_known], ["one", "several"])
    share = 100 * np.average(owned, weights=persons["weight"][is_known])
    assert share == pytest.approx(landmark.percent, abs=0.5)


LOW = ("low", "lower_middle")  # « moins de 1 300 € par unité de consommation » en 2017


@pytest.mark.golden("FIG-000-05", "FIG-000-06", "FIG-000-07")
@pytest.mark.golden("FIG-002-03", "FIG-002-04", "FIG-002-05")
@pytest.mark.parametrize(
    ("figure", "wave", "n", "inside"),
    [
        ("FIG-000-05", 2017, 262, lambda p: p["age"] >= 60),
        ("FIG-000-06", 2017, 262, lambda p: p["diploma"] == "none"),
        ("FIG-000-07", 2017, 262, lambda p: np.isin(p["living_standard"], LOW)),
        ("FIG-002-03", 2015, 332, lambda p: p["age"] >= 70),
        ("FIG-002-04", 2015, 332, lambda p: p["diploma"] == "none"),
        ("FIG-002-05", 2015, 332, lambda p: np.isin(p["living_standard"], LOW)),
    ],
)
def test_who_the_non_users_are_is_found_again_to_the_percent(figure, wave, n, inside, published):
    """Qui sont les non-internautes : les chiffres du document 000 sont ceux de 2017, ceux du 002 ceux de 2015.

    Une part des non-internautes, jamais un taux des personnes âgées ou sans diplôme : 262 et 332 personnes.
    """
    never, printed = non_users(wave), {row["id"]: row["valeur"] for row in published("figures")}
    assert len(never) == n
    share = 100 * np.average(inside(never), weights=never["weight"])
    assert share == pytest.approx(float(printed[figure]), abs=0.5)


@pytest.mark.golden("FIG-002-06")
def test_the_rural_share_is_that_of_towns_under_twenty_thousand(published):
    """« 52 % résident dans des zones rurales » : 31 % hors unité urbaine, 53 % avec les villes de moins de 20 000
    habitants. Le document ne dit pas sa règle ; la seconde est à un point de ce qu’il imprime.
    """
    never, printed = non_users(2015), {row["id"]: row["valeur"] for row in published("figures")}
    town = never["agglomeration"]
    outside = 100 * np.average(town == "rural", weights=never["weight"])
    small = 100 * np.average(np.isin(town, ("rural", "2000_20000")), weights=never["weight"])
    assert outside == pytest.approx(31, abs=0.5)
    assert small == pytest.approx(float(printed["FIG-002-06"]), abs=1)


def non_users(wave: int):
    """Return the persons of a wave who never use Internet, wherever it may be."""
    persons = credoc.persons()
    return persons.take((persons["year"] == wave) & (persons["internet_use"] == "never"))
