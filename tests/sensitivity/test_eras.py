"""Eras against fits of their rows, and the tests of interaction against what they are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

import hpcstats as hs
from hpcstats.errors import DataError, UnsupportedError
from hpcstats.sensitivity.sampled import eras
from tests.properties.strategies import checked

GENERATOR = np.random.default_rng(15)
N = 60
YEARS = GENERATOR.integers(1980, 2020, N).astype(float)
X = GENERATOR.normal(size=N)
TIME = GENERATOR.exponential(5 / np.exp(X * np.where(YEARS < 2000, 0.9, -0.3))).round(1) + 0.1
Y = hs.Surv.right(TIME, GENERATOR.random(N) < 0.7, id=[f"p{k}" for k in range(N)])
DATA = pd.DataFrame({"x": X, "z": [0, 1] * 30, "year": YEARS})
ERA = np.digitize(YEARS, [2000, 2010])


@pytest.mark.parametrize("penalty", [None, "firth"])
def test_each_era_is_the_fit_of_its_rows(penalty):
    fit = hs.cox(Y, DATA, "x + z", penalty=penalty)
    found = eras(fit, "year", breaks=[2000, 2010], least_events=3)
    frame = found.to_frame()
    fits = [fit, *(hs.cox(Y.take(k == ERA), DATA[k == ERA], "x + z", penalty=penalty) for k in range(3))]
    fits.append(hs.cox(Y, DATA.assign(era=ERA), "x + z", strata="era", penalty=penalty))
    assert frame["analysis"].tolist()[::2] == ["all", "era", "era", "era", "stratified by era"]
    assert found.eras == ("before 2000", "2000 to 2009", "from 2010")
    for k, again in enumerate(fits):
        rows = frame.iloc[2 * k : 2 * k + 2]
        assert rows["estimate"].to_numpy() == pytest.approx(np.exp(again.coef), rel=1e-7)
        assert rows["low"].to_numpy() == pytest.approx(np.exp(again.low), rel=1e-6)
        assert rows["high"].to_numpy() == pytest.approx(np.exp(again.high), rel=1e-6)
        assert rows["n"].tolist() == [again.n] * 2
        assert rows["n_events"].tolist() == [again.n_events] * 2
    assert found.stratified.coef == pytest.approx(fits[-1].coef)
    assert found.patients("2000 to 2009") == tuple(sorted(Y.id[ERA == 1]))


def test_the_likelihood_ratio_is_that_of_separate_fits():
    fit = hs.cox(Y, DATA, "x + z")
    found = eras(fit, YEARS, breaks=[2000, 2010], least_events=3)
    apart = sum(hs.cox(Y.take(k == ERA), DATA[k == ERA], "x + z").log_likelihood for k in range(3))
    together = hs.cox(Y, DATA.assign(era=ERA), "x + z", strata="era").log_likelihood
    assert found.df == 4
    assert found.statistic == pytest.approx(2 * (apart - together), rel=1e-7)
    assert found.p_value == pytest.approx(chi2.sf(found.statistic, 4))
    assert found.test.startswith("Interaction with the era: likelihood ratio")


def test_firth_s_ratio_keeps_the_interaction_in_the_penalty():
    fit = hs.cox(Y, DATA, "x", penalty="firth")
    found = eras(fit, YEARS, breaks=[2000])
    late = (YEARS >= 2000).astype(float)
    whole = hs.cox(
        Y, {"x": X, "x_late": X * late, "late": late}, "x + x_late", strata="late", penalty="firth"
    )
    test = whole.term_tests().set_index("factor").loc["x_late"]
    assert found.statistic == pytest.approx(test["statistic"], rel=1e-6)
    assert found.p_value == pytest.approx(test["p_value"], rel=1e-6)
    assert "Firth" in found.test


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_with_a_robust_variance_it_is_wald_s():
    paper = np.arange(N) // 3
    fit = hs.cox(Y, DATA.assign(paper=paper), "x", cluster="paper")
    found = eras(fit, YEARS, breaks=[2000])
    late = (YEARS >= 2000).astype(float)
    data = {"x": X, "x_late": X * late, "late": late, "paper": paper}
    whole = hs.cox(Y, data, "x + x_late", strata="late", cluster="paper")
    assert found.statistic == pytest.approx((whole.coef[1] / whole.std_error[1]) ** 2, rel=1e-6)
    assert "Wald" in found.test


def test_eras_with_too_few_events_are_not_estimated():
    fit = hs.cox(Y, DATA, "x")
    found = eras(fit, YEARS, breaks=[1900, 2000, 2019], least_events=5)
    frame = found.to_frame().set_index("era")
    assert np.isnan(frame.loc["before 1900", "estimate"])
    assert frame.loc["before 1900", "reason"] == "0 events, fewer than 5"
    last = int(Y.event[YEARS >= 2019].sum())
    assert last < 5
    assert frame.loc["from 2019", ["low", "high"]].isna().all()
    assert found.df == 1
    assert "without before 1900, from 2019 (too few events)" in found.test
    alone = eras(fit, YEARS, breaks=[1900], least_events=5)
    assert np.isnan(alone.p_value)
    assert alone.test == "No test of interaction: one era has enough events."


def test_a_covariate_constant_in_an_era_is_named():
    data = {"x": np.where(YEARS < 2000, 1.0, np.arange(N) % 2)}
    found = eras(hs.cox(Y, data), YEARS, breaks=[2000])
    assert found.statuses[1] == ("not_estimable",)
    assert "x" in found.reasons[1][0]
    assert found.statuses[2] == ("ok",)
    assert found.test.startswith("No test of interaction: ")
    assert np.isnan(found.statistic)


def test_rows_without_a_year_stand_aside():
    years = YEARS.copy()
    years[[3, 8]] = np.nan
    fit = hs.cox(Y, DATA, "x")
    found = eras(fit, years, breaks=[2000])
    known = np.isfinite(years)
    again = hs.cox(Y.take(known), DATA[known], "x")
    assert found.analyses == ("all", "with a year", "era", "era", "stratified by era")
    assert found.estimates[0] == pytest.approx(np.exp(fit.coef))
    assert found.estimates[1] == pytest.approx(np.exp(again.coef))
    assert found.unknown == ("p3", "p8")
    assert found.sizes.tolist() == [60, 58, (years < 2000).sum(), (years >= 2000).sum(), 58]
    assert "2 rows without a year are in none" in found.method


def test_years_follow_the_rows_that_were_fitted():
    gaps = DATA.assign(x=DATA["x"].where(DATA.index > 4))
    dropped = eras(hs.cox(Y, gaps, "x", missing="drop"), YEARS, breaks=[2000])
    kept = eras(hs.cox(Y.take(np.arange(5, N)), DATA.iloc[5:], "x"), YEARS[5:], breaks=[2000])
    assert dropped.estimates == pytest.approx(kept.estimates)


def test_curves_of_groups_by_the_log_rank_tests_of_the_eras():
    group = np.where(X > 0, "b", "a")
    km = hs.kaplan_meier(Y, group)
    found = eras(km, YEARS, breaks=[2000, 2010], statistic=("at", 1.0))
    alone = [hs.logrank(Y.take(k == ERA), group[k == ERA], method="asymptotic") for k in range(3)]
    gaps = np.array([test.observed[0] - test.expected[0] for test in alone])
    spreads = np.array([test.variance[0, 0] for test in alone])
    assert found.statistic == pytest.approx((gaps**2 / spreads).sum() - gaps.sum() ** 2 / spreads.sum())
    assert found.df == 2
    assert found.stratified.statistic == pytest.approx(gaps.sum() ** 2 / spreads.sum())
    second = hs.kaplan_meier(Y.take(ERA == 1), group[ERA == 1]).at([1.0])
    assert found.estimates[2] == pytest.approx(second["estimate"].to_numpy())
    assert found.low[2] == pytest.approx(second["low"].to_numpy())


def test_one_curve_is_compared_between_eras():
    km = hs.kaplan_meier(Y)
    found = eras(km, YEARS, breaks=[2000, 2010])
    test = hs.logrank(Y, ERA, method="asymptotic")
    assert (found.statistic, found.df) == (pytest.approx(test.statistic), 2)
    assert found.stratified is None
    assert found.to_frame()["estimate"].iloc[0] == km.quantile(0.5)["estimate"].iloc[0]


@checked
@given(st.data())
def test_one_era_is_the_fit_itself(data):
    n = data.draw(st.integers(2, 12))
    time = data.draw(st.lists(st.integers(1, 6), min_size=n, max_size=n))
    event = data.draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any))
    x = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    y = hs.Surv.right(time, event)
    try:
        fit = hs.cox(y, {"x": x}, penalty="firth", interval="wald")
    except hs.HpcstatsError:
        return
    found = eras(fit, [2000] * n, breaks=[], least_events=1)
    for k in range(3):
        assert found.estimates[k] == pytest.approx(np.exp(fit.coef))
        assert found.low[k] == pytest.approx(np.exp(fit.low))
    assert np.isnan(found.p_value)
    assert found.test == "No test of interaction: there is one era."


def test_what_is_refused():
    fit = hs.cox(Y, DATA, "x")
    with pytest.raises(DataError, match="rising order"):
        eras(fit, YEARS, breaks=[2010, 2000])
    with pytest.raises(DataError, match="missing in every row"):
        eras(fit, [np.nan] * N, breaks=[2000])
    with pytest.raises(DataError, match="60 rows"):
        eras(fit, [2000.0], breaks=[2000])
    with pytest.raises(DataError, match="least_events"):
        eras(fit, YEARS, breaks=[2000], least_events=0)
    for wrong in ("5", np.nan, None, 2.5, True):
        with pytest.raises(DataError, match="least_events must be a whole number"):
            eras(fit, YEARS, breaks=[2000], least_events=wrong)
    for wrong in (None, "2000"):
        with pytest.raises(DataError, match="breaks must be years in rising order, such as"):
            eras(fit, YEARS, breaks=wrong)
    for wrong in (None, 2000, (year for year in YEARS)):
        with pytest.raises(DataError, match="years must be a column"):
            eras(fit, wrong, breaks=[2000])
    with pytest.raises(DataError, match="infinite in rows 0"):
        eras(fit, [np.inf, *YEARS[1:]], breaks=[2000])
    with pytest.raises(DataError, match="no era 'early'. The eras are 'before 2000'"):
        eras(fit, YEARS, breaks=np.int64(2000)).patients("early")
    with pytest.raises(DataError, match="keeps no table"):
        eras(hs.kaplan_meier(Y), "year", breaks=[2000])
    with pytest.raises(UnsupportedError, match="not defined for CumulativeHazard"):
        eras(hs.nelson_aalen(Y), YEARS, breaks=[2000])


def test_a_prior_has_no_test():
    found = eras(hs.cox(Y, DATA, "x", penalty=hs.NormalPrior(1.0)), YEARS, breaks=[2000])
    assert np.isfinite(found.estimates).all()
    assert np.isnan(found.p_value)
    assert "prior" in found.test


def test_text_and_dictionary():
    found = eras(hs.cox(Y, DATA, "x"), "year", breaks=[2000, 2010])
    assert found.title().startswith("3 eras, n = 60")
    assert found.test in str(found)
    assert found.as_dict()["df"] == 2
    assert found.patients() == tuple(sorted(Y.id))
