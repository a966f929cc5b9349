import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from equitable.measures.multiplicity import adjust

# Benjamini & Hochberg (1995), section 4.1: 15 comparisons of a trial of thrombolysis.
# Their procedure at .05 rejects four; Bonferroni's only three.
THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_benjamini_and_hochberg_s_example():
    q = adjust(THROMBOLYSIS)
    assert (q < 0.05).sum() == 4
    # The fourth: .0095 15 / 4, the first that it does not reject: .0201 15 / 5.
    assert q[3] == pytest.approx(0.035625)
    assert q[4] == pytest.approx(0.0603, abs=5e-5)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60), st.sampled_from(["bh", "by"])
)
def test_as_statsmodels_has_it(p, method):
    theirs = multipletests(p, method="fdr_" + method)[1]
    assert adjust(p, method) == pytest.approx(theirs, abs=1e-12)


def test_what_was_not_tested_is_no_member_of_the_family():
    assert adjust([0.01, np.nan, 0.04], "bh").tolist() == pytest.approx(
        [0.02, np.nan, 0.04], nan_ok=True
    )
    assert np.isnan(adjust([np.nan, np.nan])).all()
    assert adjust([]).size == 0


def test_the_order_and_shape_stay():
    p = np.array([[0.04, 0.01], [0.03, np.nan]])
    assert adjust(p).shape == (2, 2)
    assert adjust(p)[0, 1] == pytest.approx(0.03)
    assert p[0, 1] == 0.01


def test_none_leaves_p_alone_and_other_words_are_refused():
    assert adjust([0.2, 0.01], "none").tolist() == [0.2, 0.01]
    with pytest.raises(ValueError, match="'bonferroni'"):
        adjust([0.1], "bonferroni")
