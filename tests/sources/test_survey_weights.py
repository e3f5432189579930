"""The weights of a survey read from a file: what no population can hold is refused, with its line."""

import pytest

from maillage.kernel.errors import Refused
from maillage.sources.survey import weights


def read(tmp_path, *values: str):
    path = tmp_path / "poids.csv"
    path.write_text(
        "\n".join(["id,poids", *(f"r{k},{value}" for k, value in enumerate(values))]) + "\n", encoding="utf-8"
    )
    return weights.read(path)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1e308", "un poids démesuré"),
        ("200000000000", "un poids démesuré"),
        ("-1e308", "un poids négatif"),
        ("1e309", "ce n’est pas un nombre"),
        ("inf", "ce n’est pas un nombre"),
        ("nan", "ce n’est pas un nombre"),
        ("=1+1", "ce n’est pas un nombre"),
        ("", "le poids manque"),
    ],
)
def test_a_weight_out_of_proportion_is_refused_with_its_line(tmp_path, value, message):
    """Un poids de 1e308 rendait infinie la somme de ses carrés, et tous les intervalles avec elle."""
    with pytest.raises(Refused, match=message) as refused:
        read(tmp_path, "1.5", value)
    assert "ligne 3" in refused.value.what


def test_weights_that_are_all_next_to_nothing_are_refused(tmp_path):
    with pytest.raises(Refused, match="presque nuls"):
        read(tmp_path, "1e-320", "1e-310")


def test_the_largest_weights_a_population_may_have_are_accepted(tmp_path):
    assert read(tmp_path, "0", "1.5", "100000000000") == {"r0": 0.0, "r1": 1.5, "r2": 1e11}
