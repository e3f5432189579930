"""The logit scale and its inverse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine.logit import expit, logit


@given(st.floats(allow_nan=False, allow_infinity=True))
def test_the_inverse_stays_between_zero_and_one_without_a_warning(x):
    with np.errstate(all="raise", under="ignore"):
        share = float(expit(x))
    assert 0 <= share <= 1


@given(st.floats(-700, 700))
def test_the_inverse_is_its_definition(x):
    assert float(expit(x)) == pytest.approx(1 / (1 + math.exp(-x)), abs=1e-15)


@given(st.floats(1e-9, 1 - 1e-9))
def test_the_logit_is_the_log_of_the_odds(p):
    assert math.exp(float(logit(p))) == pytest.approx(p / (1 - p), rel=1e-6)


@given(hnp.arrays(np.float32, st.integers(0, 20), elements=st.floats(-100, 100, width=32)))
def test_single_precision_stays_single(x):
    shares = expit(x)
    assert shares.dtype == np.float32
    assert shares == pytest.approx(expit(x.astype(np.float64)), abs=2e-7)
