"""The logit scale and its inverse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.engine.logit import expit, logit

shares = st.floats(1e-9, 1 - 1e-9)
reals = st.floats(-1e6, 1e6)


@given(shares)
def test_a_share_comes_back_from_the_logit_scale(p):
    assert float(expit(logit(p))) == pytest.approx(p, rel=1e-6, abs=1e-15)


@given(st.floats(-30, 15))
def test_a_logit_comes_back_from_its_share(x):
    assert float(logit(expit(x))) == pytest.approx(x, rel=1e-3, abs=1e-9)


@given(st.floats(allow_nan=False, allow_infinity=True))
def test_the_inverse_stays_between_zero_and_one_without_a_warning(x):
    with np.errstate(all="raise", under="ignore"):
        share = float(expit(x))
    assert 0 <= share <= 1


@given(reals, reals)
def test_the_inverse_never_decreases(x, y):
    low, high = sorted((x, y))
    assert expit(low) <= expit(high)


@given(shares, shares)
def test_the_logit_keeps_the_order_of_shares(p, q):
    low, high = sorted((p, q))
    assert logit(low) <= logit(high)


@given(reals)
def test_a_share_and_its_complement_have_opposite_logits(x):
    assert float(expit(x)) + float(expit(-x)) == pytest.approx(1.0, abs=1e-15)


@given(st.floats(-700, 700))
def test_the_inverse_is_its_definition(x):
    assert float(expit(x)) == pytest.approx(1 / (1 + math.exp(-x)), abs=1e-15)


@given(st.floats(0.001, 0.999))
def test_the_logit_is_the_log_of_the_odds(p):
    assert math.exp(float(logit(p))) == pytest.approx(p / (1 - p), rel=1e-9)


@given(hnp.arrays(np.float32, st.integers(0, 20), elements=st.floats(-100, 100, width=32)))
def test_single_precision_stays_single(x):
    shares = expit(x)
    assert shares.dtype == np.float32
    assert shares == pytest.approx(expit(x.astype(np.float64)), abs=2e-7)
