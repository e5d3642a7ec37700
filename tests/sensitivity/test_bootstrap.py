"""The bootstrap of fits and curves: closed forms, refits of repeated rows, counts of what has no estimate."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hpcstats as hs
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.resampling.resampling_weights import block_of_weights
from hpcstats.regression.prior import NormalPrior
from hpcstats.sensitivity import bootstrap
from hpcstats.sensitivity.refitting import running
from hpcstats.sensitivity.refitting.choice import choose

SMALL = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
MONOTONE = pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")

SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
FREIREICH = hs.Surv.right(SIX_MP + PLACEBO, RELAPSE + [1] * 21, unit="weeks")
ARM = [0] * 21 + [1] * 21


def weights_of(units, size: int, seed: int = 1, kind: str = "multinomial") -> np.ndarray:
    """The weights that `bootstrap` draws first."""
    entropy = np.random.default_rng(seed).integers(0, 2**32, size=4).tolist()
    return np.concatenate(list(block_of_weights(units, kind, entropy, 0, size)))


def sample(n: int, seed: int = 2, p: int = 2, **options):
    generator = np.random.default_rng(seed)
    x = {f"x{j}": generator.normal(size=n).round(1) for j in range(p)}
    time = generator.exponential(5, n).round(0) + 1
    event = generator.random(n) < 0.7
    return hs.Surv.right(time, event, **options), x


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_maximum_likelihood_refits_are_those_of_repeated_rows(ties):
    y, x = sample(30)
    fit = hs.cox(y, x, ties=ties)
    found = bootstrap(fit, 12, penalty=None, kind="percentile", seed=1)
    weights = weights_of(choose(fit, None, None)[0].units("auto", None), 12).astype(int)
    for row, replicate in zip(weights, found.replicates, strict=True):
        rows = np.repeat(np.arange(30), row)
        again = hs.cox(y.take(rows), pd.DataFrame(x).iloc[rows], ties=ties)
        assert replicate == pytest.approx(again.coef, abs=1e-8)


def test_firth_refits_are_those_of_repeated_rows():
    y, x = sample(12, seed=4)
    fit = hs.cox(y, x)
    found = bootstrap(fit, 10, kind="studentised", seed=3)
    weights = weights_of(choose(fit, None, "firth")[0].units("auto", None), 10, seed=3).astype(int)
    matrix = np.column_stack(list(x.values()))
    for row, replicate in zip(weights, found.replicates, strict=True):
        rows = np.repeat(np.arange(12), row)
        likelihood = prepare(y.time[rows], y.event[rows], matrix[rows], np.ones((1, rows.size)))
        top = maximise(FirthPenalty(likelihood), np.zeros((1, 2)))
        assert replicate == pytest.approx(top.position[0], abs=1e-8)
    penalised = hs.cox(y, x, penalty="firth")
    assert found.estimate == pytest.approx(penalised.coef, abs=1e-8)
    same = bootstrap(penalised, 10, penalty="same", kind="percentile", seed=3)
    np.testing.assert_allclose(same.replicates, found.replicates, atol=1e-8)


def test_refits_under_a_prior_are_modes_of_repeated_rows():
    y, x = sample(12, seed=4)
    fit, prior, matrix = hs.cox(y, x), NormalPrior(0.7), np.column_stack(list(x.values()))
    found = bootstrap(fit, 10, penalty=prior, kind="percentile", seed=3)
    weights = weights_of(choose(fit, None, prior)[0].units("auto", None), 10, seed=3).astype(int)
    for row, replicate in zip(weights, found.replicates, strict=True):
        rows = np.repeat(np.arange(12), row)
        likelihood = prepare(y.time[rows], y.event[rows], matrix[rows], np.ones((1, rows.size)))
        top = maximise(prior.density(likelihood, fit.terms, np.ones(2)), np.zeros((1, 2)))
        assert replicate == pytest.approx(top.position[0], abs=1e-8)
    assert "the mode under independent normal priors" in found.method


def test_refits_under_exact_ties_count_patients():
    y, x = sample(12, seed=4, p=1)
    fit = hs.cox(y, x, ties="exact")
    found = bootstrap(fit, 6, penalty=None, kind="percentile", seed=3)
    weights = weights_of(choose(fit, None, None)[0].units("auto", None), 6, seed=3).astype(int)
    for row, replicate in zip(weights, found.replicates, strict=True):
        rows = np.repeat(np.arange(12), row)
        likelihood = prepare(
            y.time[rows],
            y.event[rows],
            x["x0"][rows, None],
            np.ones((1, rows.size)),
            ties="exact",
            frequency=True,
        )
        assert replicate == pytest.approx(maximise(likelihood, np.zeros((1, 1))).position[0], abs=1e-8)
    with pytest.raises(hs.UnsupportedError, match="whole-number weights"):
        bootstrap(fit, 6, weights="bayesian")


@SMALL
def test_curves_are_those_of_repeated_rows():
    y, _ = sample(15, seed=6)
    group = np.array(["a", "b", "b"] * 5)
    curves = hs.kaplan_meier(y, group)
    asked = [("at", [2, 4]), ("quantile", [0.3, 0.5]), ("rmst", 3)]
    found = bootstrap(curves, 40, statistic=asked, kind="percentile", seed=1)
    weights = weights_of(choose(curves, asked, None)[0].units("auto", None), 40).astype(int)
    assert found.to_frame()["group"].tolist() == ["a"] * 5 + ["b"] * 5
    for row, replicate in zip(weights, found.replicates, strict=True):
        rows = np.repeat(np.arange(15), row)
        again = hs.kaplan_meier(y.take(rows), group[rows])
        told = []
        for label in ("a", "b"):
            one = hs.kaplan_meier(y.take(rows[group[rows] == label]))
            end, last = again.follow_up[label], one.curves[0].estimate[-1]
            for time in (2, 4):
                inside = time <= end
                told.append(one.at(time)["estimate"].iloc[0] if inside else 0.0 if last == 0 else np.nan)
            told += one.quantile([0.3, 0.5])["estimate"].fillna(np.inf).tolist()
            told.append(one.rmst(3)["estimate"].iloc[0] if end >= 3 or last == 0 else np.nan)
        assert replicate == pytest.approx(told, abs=1e-12, nan_ok=True)


def test_hazards_are_those_of_repeated_rows():
    y, _ = sample(15, seed=6)
    for tied in ("together", "successive"):
        hazard = hs.nelson_aalen(y, tied=tied)
        found = bootstrap(hazard, 10, statistic=("at", 3), kind="studentised", seed=1)
        weights = weights_of(choose(hazard, ("at", 3), None)[0].units("auto", None), 10).astype(int)
        for row, replicate in zip(weights, found.replicates[:, 0], strict=True):
            curve = hs.nelson_aalen(y.take(np.repeat(np.arange(15), row)), tied=tied).curves[0]
            assert replicate == pytest.approx(curve.estimate[curve.time <= 3][-1], abs=1e-12)


def test_survival_without_censoring_is_binomial():
    """Resampled S(t) of 8 uncensored times, 5 of them later, is Binomial(8, 5/8) / 8."""
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8))
    found = bootstrap(curves, 20_000, statistic=("at", 3), kind="percentile", seed=1)
    exact = stats.binom(8, 5 / 8)
    counts = np.bincount(np.round(8 * found.replicates[:, 0]).astype(int), minlength=9) / 20_000
    error = np.sqrt(exact.pmf(range(9)) * (1 - exact.pmf(range(9))) / 20_000)
    assert (np.abs(counts - exact.pmf(range(9))) <= 4 * error).all()
    assert found.std_error[0] == pytest.approx(math.sqrt(5 / 8 * 3 / 8 / 8), rel=0.02)
    assert (found.low[0], found.high[0]) == (exact.ppf(0.025) / 8, exact.ppf(0.975) / 8)
    assert abs(found.bias[0]) < 4 * found.std_error[0] / math.sqrt(20_000)


@pytest.mark.parametrize(("weights", "divisor"), [("multinomial", 6 * 6), ("bayesian", 6 * 7)])
def test_the_error_of_a_mean_in_closed_form(weights, divisor):
    times = np.array([1.0, 2, 4, 5, 9, 12])

    def mean(w: np.ndarray) -> np.ndarray:
        return w @ times / w.sum(axis=1)

    found = bootstrap(hs.Surv.right(times, [1] * 6), 20_000, statistic=mean, weights=weights, seed=2)
    exact = math.sqrt(((times - times.mean()) ** 2).sum() / divisor)
    assert found.std_error[0] == pytest.approx(exact, rel=0.02)
    assert found.to_frame()["quantity"].tolist() == ["mean"]
    assert found.kind == ("bca" if weights == "multinomial" else "percentile")


def test_studentised_limits_of_a_mean_by_hand():
    times = np.array([1.0, 2, 4, 5, 9, 12, 30])

    def mean(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        centre = w @ times / w.sum(axis=1)
        spread = np.einsum("bn,bn->b", w, (times - centre[:, None]) ** 2) / w.sum(axis=1)
        return centre, np.sqrt(spread / w.sum(axis=1))

    y = hs.Surv.right(times, [1] * 7)
    found = bootstrap(y, 3000, statistic=mean, kind="studentised", seed=2)
    weights = np.concatenate([weights_of_block(y, mean, block) for block in range(3)])
    centre, error = mean(np.ones((1, 7)))
    values, errors = mean(weights)
    ratios = (values - centre) / errors
    high, low = np.quantile(ratios[errors > 0], [0.025, 0.975])
    assert (found.low[0], found.high[0]) == pytest.approx(
        (centre[0] - error[0] * low, centre[0] - error[0] * high)
    )


def weights_of_block(result, statistic, block: int) -> np.ndarray:
    units = choose(result, statistic, "firth")[0].units("auto", None)
    entropy = np.random.default_rng(2).integers(0, 2**32, size=4).tolist()
    return np.concatenate(list(block_of_weights(units, "multinomial", entropy, block, 1000)))


@MONOTONE
@SMALL
def test_resamples_without_an_estimate_are_counted_as_by_hand():
    """Six patients, two of them exposed: many resamples are monotone or show no contrast."""
    time, event, x = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], [1, 0, 0, 1, 0, 0]
    y = hs.Surv.right(time, event)
    fit = hs.cox(y, {"x": x})
    found = bootstrap(fit, 300, penalty=None, kind="percentile", seed=7)
    weights = weights_of(choose(fit, None, None)[0].units("auto", None), 300, seed=7).astype(int)
    counts = {"ok": 0, "monotone": 0, "nothing": 0}
    for row, replicate in zip(weights, found.replicates[:, 0], strict=True):
        gaps = {
            x[i] - x[j]
            for i in range(6)
            for j in range(6)
            if row[i] and row[j] and event[i] and time[j] >= time[i]
        } - {0}
        kind = "nothing" if not gaps else "ok" if len(gaps) == 2 else "monotone"
        counts[kind] += 1
        expected = {"nothing": np.isnan, "ok": np.isfinite, "monotone": np.isinf}[kind]
        assert expected(replicate)
        if kind == "monotone":
            assert np.sign(replicate) == gaps.pop()
    told = dict(zip(found.not_estimable()["reason"], found.not_estimable()["n_resamples"], strict=True))
    assert told["monotone likelihood"] == counts["monotone"] > 50
    assert (
        told["no information on a term (no events, or a covariate without contrast)"]
        == counts["nothing"]
        > 10
    )
    assert found.n_finite[0] == counts["ok"] == 300 - found.n_not_estimable[0]
    finite = found.replicates[np.isfinite(found.replicates)]
    assert found.std_error[0] == pytest.approx(finite.std(ddof=1))
    ranked = np.sort(found.replicates[~np.isnan(found.replicates)])
    assert (ranked[0], found.high[0]) == (-np.inf, np.inf)
    assert ranked[int(0.025 * (ranked.size - 1))] <= found.low[0] < found.estimate[0]
    assert "firth" in found.warnings[0]
    # Firth's estimate exists wherever there is information.
    firth = bootstrap(fit, 300, seed=7)
    assert firth.n_not_estimable[0] == counts["nothing"]
    assert "Firth" in firth.method


@MONOTONE
def test_where_too_many_values_are_unknown_there_are_no_limits():
    y, x = sample(9, seed=1)
    fit = hs.cox(y, x)
    found = bootstrap(fit, 400, penalty=None, seed=1)
    assert found.n_not_estimable.min() > 90
    assert np.isnan(found.low).all()
    assert found.status == "not_estimable"
    assert "more than a tail holds" in found.reason
    assert np.isfinite(bootstrap(fit, 400, seed=1).low).all()


@MONOTONE
def test_of_separated_data_the_limits_are_said_to_be_too_narrow():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 0])
    fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]})
    with pytest.warns(hs.SeparationWarning, match="far too narrow") as caught:
        found = bootstrap(fit, 200, seed=1)
    assert found.warnings[0] == str(caught[0].message)
    other = hs.cox(y, {"x": [1, 0, 0, 1, 1, 0]})
    assert not any("narrow" in note for note in bootstrap(other, 50, seed=1).warnings)


@SMALL
def test_a_median_that_is_not_reached_has_an_infinite_limit():
    curves = hs.kaplan_meier(hs.Surv.right(SIX_MP, RELAPSE))
    found = bootstrap(curves, 1000, kind="percentile", seed=1)
    assert (found.estimate[0], found.high[0]) == (23, np.inf)
    assert found.low[0] == 13
    assert found.n_not_estimable[0] == np.isinf(found.replicates).sum() > 100
    assert found.causes[0] == {"the quantile is not reached (ranked as infinite)": found.n_not_estimable[0]}
    never = bootstrap(hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 0, 0, 0])), 300, seed=1)
    assert np.isnan(never.estimate[0])
    assert never.high[0] == np.inf


def test_a_curve_without_events_says_that_resampling_tells_nothing():
    found = bootstrap(hs.kaplan_meier(FREIREICH, ARM), 50, statistic=("at", 5), seed=1)
    assert found.estimate[0] == 1
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert "all replicates are equal" in found.reasons[0]
    assert found.std_error[0] == 0


@pytest.mark.parametrize("kind", ["bca", "percentile"])
def test_hazard_ratios_are_exponentiated_coefficients(kind):
    fit = hs.cox(FREIREICH, {"arm": ARM})
    log = bootstrap(fit, 500, kind=kind, seed=1)
    ratio = bootstrap(fit, 500, kind=kind, seed=1, statistic="hazard_ratio")
    for name in ("estimate", "low", "high", "replicates"):
        assert getattr(ratio, name) == pytest.approx(np.exp(getattr(log, name)))
    assert ratio.std_error == log.std_error


def test_the_answer_depends_on_the_seed_alone():
    fit = hs.cox(FREIREICH, {"arm": ARM})
    first = bootstrap(fit, 2500, kind="percentile", seed=4)
    np.testing.assert_array_equal(
        first.replicates, bootstrap(fit, 2500, kind="percentile", seed=4).replicates
    )
    np.testing.assert_array_equal(
        first.replicates, bootstrap(fit, 2500, kind="percentile", seed=4, n_jobs=2).replicates
    )
    np.testing.assert_allclose(
        first.replicates[:1200], bootstrap(fit, 1200, kind="percentile", seed=4).replicates, atol=1e-10
    )
    assert (first.replicates != bootstrap(fit, 2500, kind="percentile", seed=5).replicates).any()
    sequence = np.random.SeedSequence(9)
    one, two = (bootstrap(fit, 50, kind="basic", seed=sequence).replicates for _ in range(2))
    np.testing.assert_array_equal(one, two)
    again = bootstrap(fit, 50, kind="basic")
    same = bootstrap(fit, 50, kind="basic", seed=int(again.seed))
    np.testing.assert_array_equal(again.replicates, same.replicates)


def test_any_joblib_backend_serves():
    joblib = pytest.importorskip("joblib")
    fit = hs.cox(FREIREICH, {"arm": ARM})
    here = bootstrap(fit, 2100, kind="percentile", seed=4)
    with joblib.parallel_config(backend="threading", n_jobs=2):
        there = bootstrap(fit, 2100, kind="percentile", seed=4, n_jobs=None)
    np.testing.assert_array_equal(here.replicates, there.replicates)


def test_memory_pieces_change_nothing(monkeypatch):
    from hpcstats.core.resampling import resampling_weights

    curves = hs.kaplan_meier(FREIREICH, ARM)
    whole = bootstrap(curves, 300, statistic=("rmst", 20), seed=1)
    monkeypatch.setattr(resampling_weights, "AT_ONCE", 300)
    np.testing.assert_allclose(
        bootstrap(curves, 300, statistic=("rmst", 20), seed=1).replicates, whole.replicates, rtol=1e-12
    )


def test_groups_left_out_give_nearly_the_same_limits(monkeypatch):
    times = np.random.default_rng(1).gamma(0.5, 4.0, size=400)

    def mean(w: np.ndarray) -> np.ndarray:
        return w @ times / w.sum(axis=1)

    y = hs.Surv.right(times, np.ones(400, dtype=bool))
    each = bootstrap(y, 2000, statistic=mean, seed=1)
    # The package holds a function of the name of its module.
    module = sys.modules["hpcstats.sensitivity.resampling.resample"]
    monkeypatch.setattr(module, "_VERY_MANY", 100)
    monkeypatch.setattr(module, "_GROUPS", 100)
    groups = bootstrap(y, 2000, statistic=mean, seed=1)
    assert groups.low != each.low
    assert groups.low == pytest.approx(each.low, abs=each.std_error[0] / 20)
    assert groups.high == pytest.approx(each.high, abs=each.std_error[0] / 20)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@SMALL
def test_clusters_are_drawn_whole():
    y, x = sample(24, seed=3, p=1)
    paper = np.repeat([f"paper {k}" for k in range(8)], 3)
    clustered = hs.cox(y, x, cluster=paper)
    plain = hs.cox(y, x)
    own = bootstrap(clustered, 200, kind="percentile", seed=1)
    column = bootstrap(plain, 200, kind="percentile", seed=1, unit=paper)
    named = bootstrap(
        plain, 200, kind="percentile", seed=1, unit="paper", data=pd.DataFrame({"paper": paper})
    )
    np.testing.assert_array_equal(own.replicates, column.replicates)
    np.testing.assert_array_equal(own.replicates, named.replicates)
    assert (own.unit, own.n_units) == ("clusters", 8)
    cases = bootstrap(clustered, 200, kind="percentile", seed=1, unit="case")
    assert (cases.unit, cases.n_units) == ("cases", 24)


def test_rows_left_out_for_missing_values_are_not_drawn():
    y, x = sample(20, seed=3, p=1)
    gap = np.r_[np.nan, np.nan, x["x0"][2:]]
    dropped = hs.cox(y, {"x": gap}, missing="drop")
    rest = hs.cox(y.take(slice(2, None)), {"x": gap[2:]})
    one, two = (
        bootstrap(dropped, 50, kind="percentile", seed=1),
        bootstrap(rest, 50, kind="percentile", seed=1),
    )
    np.testing.assert_array_equal(one.replicates, two.replicates)
    paper = np.arange(20) // 2
    np.testing.assert_array_equal(
        bootstrap(dropped, 50, kind="percentile", seed=1, unit=paper).replicates,
        bootstrap(rest, 50, kind="percentile", seed=1, unit=paper[2:]).replicates,
    )

    def total(weights: np.ndarray) -> np.ndarray:
        assert weights.shape[1] == 20
        return weights[:, :2].sum(axis=1) + np.arange(weights.shape[0])

    assert bootstrap(dropped, 10, kind="percentile", statistic=total, seed=1).replicates[
        :, 0
    ].tolist() == list(range(10))


def test_frequencies_are_repeated_rows():
    y, x = sample(10, seed=3, p=1)
    often = np.array([1, 3, 0, 1, 2, 1, 1, 1, 2, 1])
    fit = hs.cox(y, x, frequencies=often)
    rows = np.repeat(np.arange(10), often)
    repeated = hs.cox(y.take(rows), {"x0": x["x0"][rows]})
    one, two = (bootstrap(f, 8000, kind="bca", seed=1) for f in (fit, repeated))
    assert one.n_units == two.n_units == 13
    assert one.estimate == pytest.approx(two.estimate, abs=1e-9)
    quantiles = [np.nanquantile(found.replicates, [0.1, 0.25, 0.5, 0.75, 0.9]) for found in (one, two)]
    assert quantiles[0] == pytest.approx(quantiles[1], abs=0.03)


def test_strata_of_the_fit_keep_their_sizes():
    y, x = sample(20, seed=3, p=1)
    fit = hs.cox(y, x, strata=["a"] * 5 + ["b"] * 15)

    def sizes(weights: np.ndarray) -> np.ndarray:
        return weights[:, :5].sum(axis=1) + 1e-9 * np.arange(len(weights))

    within = bootstrap(fit, 50, statistic=sizes, kind="percentile", seed=1)
    assert within.replicates[:, 0] == pytest.approx(np.full(50, 5), abs=1e-6)
    assert "within 2 strata" in within.method
    assert bootstrap(fit, 50, statistic=sizes, kind="percentile", seed=1, strata=False).std_error[0] > 1


def test_the_bayesian_bootstrap_leaves_nobody_out():
    y, x = sample(9, seed=1)
    found = bootstrap(hs.cox(y, x), 500, weights="bayesian", seed=1)
    assert found.n_not_estimable.tolist() == [0, 0]
    with pytest.raises(hs.UnsupportedError, match="kind='percentile'"):
        bootstrap(hs.cox(y, x), 10, weights="bayesian", kind="bca")


def test_intervals_cover_what_they_should():
    """200 samples of 30 exponential times, a third censored: S(3) = exp(-3/5)."""
    generator = np.random.default_rng(11)
    inside = {"percentile": 0, "bca": 0}
    for seed in range(200):
        time, censoring = generator.exponential(5, 30), generator.exponential(10, 30)
        y = hs.Surv.right(np.minimum(time, censoring), time <= censoring)
        curves = hs.kaplan_meier(y)
        for kind in inside:
            found = bootstrap(curves, 399, statistic=("at", 3), kind=kind, seed=seed)
            inside[kind] += int(found.low[0] <= math.exp(-0.6) <= found.high[0])
    assert all(180 <= count <= 199 for count in inside.values()), inside


def test_the_result_tells_all():
    fit = hs.cox(FREIREICH, {"arm": ARM})
    found = bootstrap(fit, 200, seed=1)
    assert found.to_frame().columns.tolist() == [
        "term", "estimate", "low", "high", "bias", "std_error",
        "n_finite", "n_not_estimable", "monte_carlo_error",
    ]  # fmt: skip
    assert found.method == (
        "Bootstrap, 200 resamples of cases, each fitted by Firth's penalised likelihood, 95% BCa intervals, "
        "seed 1."
    )
    assert found.as_dict()["seed"] == "1"
    assert "Bootstrap, n = 42, events = 30, 200 resamples" in str(found)
    assert found.replicates_frame().shape == (200, 3)
    assert 0 < found.monte_carlo_error[0] < found.std_error[0]
    assert pickle.loads(pickle.dumps(found)).seed == "1"


def test_a_progress_bar_appears_where_somebody_waits(monkeypatch, capsys):
    fit = hs.cox(FREIREICH, {"arm": ARM})
    monkeypatch.setenv("TERM", "xterm")

    def printed(**options) -> str:
        bootstrap(fit, 2100, kind="percentile", seed=1, **options)
        captured = capsys.readouterr()
        assert captured.out == ""
        return captured.err

    monkeypatch.setattr(running, "PATIENCE", -1.0)
    assert printed() == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "Resampling" in printed()
    assert printed(progress=False) == ""
    monkeypatch.setattr(running, "PATIENCE", 1000.0)
    assert printed() == ""


def test_nothing_heavy_is_loaded_unasked():
    code = (
        "import sys, hpcstats.sensitivity as s, hpcstats as hs\n"
        "s.bootstrap(hs.cox(hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 1]), {'x': [0, 1, 1, 0]}), 50, seed=1)\n"
        "print([m for m in ('joblib', 'rich', 'scipy.stats', 'lifelines') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_resamples": 1}, "n_resamples must be a whole number, 2 or more"),
        ({"kind": "normal"}, "kind='normal' is not known"),
        ({"weights": "poisson"}, "weights='poisson' is not known"),
        ({"statistic": "median"}, "statistic='median' is not known"),
        ({"penalty": "ridge"}, "penalty='ridge' is not known"),
        ({"level": 95}, "level must be a proportion"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"n_jobs": 0}, "n_jobs must be"),
        ({"progress": "yes"}, "progress must be"),
        ({"unit": "source_id"}, "source_id"),
        ({"unit": ["a"] * 42}, "one unit only"),
        ({"unit": [1, 2]}, "unit has 2 values, but the data have 42 rows"),
        ({"unit": [k // 2 for k in range(42)], "strata": [k % 2 for k in range(42)]}, "several strata"),
        ({"kind": "studentised", "statistic": lambda w: w.sum(axis=1)}, "a pair of values and errors"),
        ({"statistic": lambda w: float(w.sum())}, "array of shape"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, message):
    fit = hs.cox(FREIREICH, {"arm": ARM})
    with pytest.raises(hs.HpcstatsError, match=message):
        bootstrap(fit, **({"n_resamples": 100, "seed": 1} | options))


def test_what_curves_cannot_tell_is_refused():
    curves = hs.kaplan_meier(FREIREICH, ARM)
    for statistic, message in [
        (("at", 24), "lies beyond the end of follow-up"),
        (("quantile", 1.5), "strictly between 0 and 1"),
        (("mean", 1), "is not known"),
        (5, "statistic must be"),
        (("at", -1), "times from 0 on"),
    ]:
        with pytest.raises(hs.HpcstatsError, match=message):
            bootstrap(curves, 10, statistic=statistic)
    with pytest.raises(hs.UnsupportedError, match="no standard error"):
        bootstrap(curves, 10, kind="studentised")
    with pytest.raises(hs.UnsupportedError, match="cumulative hazard"):
        bootstrap(hs.nelson_aalen(FREIREICH), 10, statistic=("rmst", 5))
    with pytest.raises(hs.UnsupportedError, match="keep its weights"):
        bootstrap(hs.nelson_aalen(FREIREICH, weights=[2.0] * 42), 10, statistic=("at", 5))
    with pytest.raises(hs.UnsupportedError, match="not defined for LogrankResult"):
        bootstrap(hs.logrank(FREIREICH, ARM))
    with pytest.raises(hs.DataError, match="no statistic of its own"):
        bootstrap(FREIREICH)


def test_a_fit_keeps_its_table_and_curves_do_not():
    papers = [k // 6 for k in range(42)]
    data = {"arm": ARM, "source_id": papers}
    fit = hs.cox(FREIREICH, data, ["arm"])
    by_name, by_values = (hs.leave_one_out(fit, by=by).to_frame() for by in ("source_id", papers))
    assert by_name.equals(by_values)
    data["source_id"] = [0] * 42
    assert hs.leave_one_out(fit, by="source_id").to_frame().equals(by_values)
    with pytest.raises(hs.DataError, match="Write data=df beside it"):
        hs.bootstrap(hs.kaplan_meier(FREIREICH), unit="source_id", n_resamples=10, seed=1)
