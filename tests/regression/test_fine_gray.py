"""Fine-Gray models against the Cox models they reduce to, and risk sets counted out patient by patient."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import hpcstats as hs

N = 40
CAUSES = ["relapse", "death"]


def sample(seed: int = 4, *, n: int = N, tied: bool = True) -> tuple[hs.Surv, dict[str, list[float]]]:
    generator = np.random.default_rng(seed)
    x, z = generator.normal(size=n), generator.integers(0, 2, n)
    event, end = generator.exponential(size=n) * np.exp(-0.7 * x), generator.exponential(1.5, size=n)
    time = np.minimum(event, end)
    time = np.ceil(4 * time) if tied else time
    cause = np.where(event < end, generator.integers(1, 3, n), 0)
    y = hs.Surv.competing(time, cause, causes=CAUSES, id=[f"p{row:03}" for row in range(n)])
    return y, {"x": x.tolist(), "z": z.tolist()}


def weights_counted_out(y: hs.Surv, rule: str, t: float) -> np.ndarray:
    """The weight of each patient in the risk set of time t, from the definition."""
    found = np.zeros(len(y))
    censored = sorted({u for u, s in zip(y.time, y.status, strict=True) if s == 0})
    for row, (x, s) in enumerate(zip(y.time, y.status, strict=True)):
        if x >= t:
            found[row] = 1
        elif s == 2:
            found[row] = 1
            for u in censored:
                if x <= u < t:
                    present = (y.time > u) | ((y.time == u) & ((y.status == 0) | (rule == "cmprsk")))
                    found[row] *= 1 - ((y.time == u) & (y.status == 0)).sum() / present.sum()
    return found


@pytest.mark.parametrize("rule", ["cmprsk", "finegray"])
def test_the_estimate_maximises_the_likelihood_counted_out(rule: str):
    y, data = sample()
    x = np.column_stack(list(data.values()))

    def loss(beta: np.ndarray) -> float:
        total = 0.0
        for t in np.unique(y.time[y.status == 1]):
            dying = (y.time == t) & (y.status == 1)
            risk = weights_counted_out(y, rule, t) @ np.exp(x @ beta)
            total -= (x[dying] @ beta).sum() - dying.sum() * np.log(risk)
        return total

    fit = hs.fine_gray(y, data, cause="relapse", weights=rule)
    best = optimize.minimize(loss, fit.coef, method="BFGS", options={"gtol": 1e-9})
    assert fit.coef == pytest.approx(best.x, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(-best.fun)
    assert fit.log_likelihood_null == pytest.approx(-loss(np.zeros(2)))


def test_the_tie_rules_differ_where_events_and_censorings_tie_and_only_there():
    for tied in (True, False):
        y, data = sample(tied=tied)
        one, other = (hs.fine_gray(y, data, cause="relapse", weights=rule) for rule in ("cmprsk", "finegray"))
        assert (np.abs(one.coef - other.coef).max() > 1e-6) == tied
        assert (np.abs(one.std_error - other.std_error).max() > 1e-6) == tied


def test_without_competing_events_it_is_a_cox_model():
    y, data = sample()
    alone = hs.Surv.competing(y.time, np.where(y.status == 1, 1, 0), causes=["relapse"])
    fit = hs.fine_gray(alone, data, cause="relapse")
    cox = hs.cox(hs.Surv.right(y.time, y.status == 1), data, ties="breslow", robust=True)
    assert fit.coef == pytest.approx(cox.coef, abs=1e-9)
    assert fit.std_error == pytest.approx(cox.std_error, abs=1e-9)
    assert fit.log_likelihood == pytest.approx(cox.log_likelihood)


def test_without_censoring_those_with_another_event_stay_for_ever():
    y, data = sample()
    full = hs.Surv.competing(y.time, np.where(y.status == 0, 2, y.status), causes=CAUSES)
    fit = hs.fine_gray(full, data, cause="relapse")
    stays = np.where(full.status == 2, 1e3, full.time)
    cox = hs.cox(hs.Surv.right(stays, full.status == 1), data, ties="breslow", robust=True)
    assert fit.coef == pytest.approx(cox.coef, abs=1e-9)
    assert fit.std_error == pytest.approx(cox.std_error, abs=1e-9)
    naive = hs.fine_gray(full, data, cause="relapse", variance="model")
    plain = hs.cox(hs.Surv.right(stays, full.status == 1), data, ties="breslow")
    assert naive.std_error == pytest.approx(plain.std_error, abs=1e-9)


def test_the_weighted_product_limit_is_aalen_johansen():
    y, data = sample()
    risk = hs.fine_gray(y, data, cause="relapse", weights="finegray").influence.likelihood.risk
    at_risk = np.array([weights_counted_out(y, "finegray", t).sum() for t in risk.times])
    curve = 1 - np.cumprod(1 - risk.events / at_risk)
    expected = hs.aalen_johansen(y).at(risk.times).query("cause == 'relapse'")["estimate"]
    assert curve == pytest.approx(expected.to_numpy())


def test_standard_errors_are_those_of_the_jackknife():
    y, data = sample(n=250, tied=False)
    new = {"x": [0.0, 1.0], "z": [0, 1]}

    def estimates(rows: np.ndarray) -> np.ndarray:
        kept = {name: np.array(values)[rows] for name, values in data.items()}
        fit = hs.fine_gray(y.take(rows), kept, cause="relapse")
        return np.concatenate([fit.coef, fit.predict_incidence(new, [0.3, 0.8]).estimate.ravel()])

    fit = hs.fine_gray(y, data, cause="relapse")
    left_out = np.array([estimates(np.arange(250) != row) for row in range(250)])
    jackknife = np.sqrt(((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    errors = fit.predict_incidence(new, [0.3, 0.8]).std_error.ravel()
    assert np.concatenate([fit.std_error, errors]) == pytest.approx(jackknife, rel=0.06)


def test_clusters_of_one_patient_change_nothing_and_larger_ones_do():
    y, data = sample()
    plain = hs.fine_gray(y, data, cause="relapse")
    alone = hs.fine_gray(y, data, cause="relapse", cluster=list(range(N)))
    assert alone.covariance == pytest.approx(plain.covariance)
    pairs = hs.fine_gray(y, data, cause="relapse", cluster=[row // 2 for row in range(N)])
    assert np.abs(pairs.std_error - plain.std_error).max() > 1e-4
    assert "20 clusters" in pairs.method
    new = {"x": [0.5], "z": [1]}
    assert alone.predict_incidence(new, 2).std_error == pytest.approx(
        plain.predict_incidence(new, 2).std_error
    )


def test_strata_of_the_censoring_have_weights_of_their_own():
    y, data = sample()
    group = np.array(data["z"])
    fit = hs.fine_gray(y, data, cause="relapse", censoring_strata="z")
    risk = fit.influence.likelihood.risk
    for code in (0, 1):
        part = y.take(group == code)
        for t, kept in zip(risk.times, risk.kept[code], strict=True):
            before = [u for u in np.unique(part.time[part.status == 0]) if u < t]
            factors = [
                1 - ((part.time == u) & (part.status == 0)).sum() / (part.time >= u).sum() for u in before
            ]
            assert kept == pytest.approx(np.prod(factors))
    same = hs.fine_gray(y, data, cause="relapse", censoring_strata=["all"] * N)
    assert same.covariance == pytest.approx(hs.fine_gray(y, data, cause="relapse").covariance)


def test_predictions_rise_from_zero_and_follow_the_covariates():
    y, data = sample()
    fit = hs.fine_gray(y, data, cause="relapse")
    frame = fit.predict_incidence({"x": [0, 1], "z": [0, 0]}, [0, 1, 4]).to_frame()
    assert frame.columns.tolist() == ["patient", "time", "estimate", "std_error", "low", "high"]
    first, second = (frame.query(f"patient == {row}")["estimate"].to_numpy() for row in (0, 1))
    assert first[0] == 0
    ratio = np.log1p(-second[1:]) / np.log1p(-first[1:])
    assert ratio == pytest.approx(np.exp(fit.coef[0]))
    inside = frame[frame["time"] > 0]
    assert ((inside["low"] < inside["estimate"]) & (inside["estimate"] < inside["high"])).all()


def test_the_model_variance_of_a_prediction_is_that_of_a_cox_model():
    y, data = sample(tied=False)
    alone = hs.Surv.competing(y.time, np.where(y.status == 1, 1, 0), causes=["relapse"])
    fit = hs.fine_gray(alone, data, cause="relapse", variance="model")
    cox = hs.cox(hs.Surv.right(y.time, y.status == 1), data, ties="breslow")
    new, times = {"x": [0.3], "z": [1]}, [0.2, 0.5]
    ours, theirs = fit.predict_incidence(new, times), cox.predict_survival(new, times).to_frame()
    assert ours.estimate[0] == pytest.approx(1 - theirs["estimate"].to_numpy())
    assert ours.std_error[0] == pytest.approx(theirs["std_error"].to_numpy())


def test_scale_and_origin_of_a_covariate_do_not_matter():
    y, data = sample()
    fit = hs.fine_gray(y, data, "x", cause="relapse")
    moved = hs.fine_gray(y, {"x": [100 + 10 * value for value in data["x"]]}, cause="relapse")
    assert 10 * moved.coef == pytest.approx(fit.coef)
    assert 10 * moved.std_error == pytest.approx(fit.std_error)
    here, there = fit.predict_incidence({"x": [0.5]}, 2), moved.predict_incidence({"x": [105]}, 2)
    assert here.estimate == pytest.approx(there.estimate)
    assert here.std_error == pytest.approx(there.std_error)


def test_a_monotone_likelihood_is_named_and_the_other_terms_stay():
    y, data = sample()
    data["only_others"] = np.where((y.status != 1) & (np.arange(N) % 3 == 0), 1, 0).tolist()
    with pytest.warns(hs.SeparationWarning, match="monotone in only_others"):
        fit = hs.fine_gray(y, data, cause="relapse")
    assert fit.statuses == ("ok", "ok", "not_estimable")
    assert np.isfinite(fit.std_error[:2]).all()
    assert np.isnan(fit.to_frame()["hazard_ratio"].iloc[2])
    assert "minus infinity" in fit.reasons[2]
    assert np.isnan(fit.wald.p_value)
    with pytest.raises(hs.DesignError, match="only_others has none"):
        fit.predict_incidence({"x": [0], "z": [0], "only_others": [0]})


def test_rows_that_miss_a_covariate_are_counted():
    y, data = sample()
    data["x"][3] = float("nan")
    with pytest.raises(hs.DataError, match="x"):
        hs.fine_gray(y, data, cause="relapse")
    fit = hs.fine_gray(y, data, cause="relapse", missing="drop")
    assert (fit.n, fit.n_dropped, fit.dropped_patients()) == (N - 1, 1, ("p003",))
    assert len(fit.patients()) == N - 1
    assert fit.n_events + fit.n_competing == fit.response.n_events


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"cause": "cure"}, hs.DataError, "no cause 'cure'"),
        ({"weights": "R"}, hs.UnsupportedError, "weights='R'"),
        ({"variance": "robust"}, hs.UnsupportedError, "variance='robust'"),
        ({"variance": "model", "cluster": "z"}, hs.UnsupportedError, "ignores clusters"),
        ({"cluster": [0, 1] * 20}, hs.DesignError, "2 clusters"),
        ({"formula": "y"}, hs.DataError, "y"),
    ],
)
def test_what_is_refused(change: dict[str, object], error: type[Exception], words: str):
    y, data = sample()
    with pytest.raises(error, match=words):
        hs.fine_gray(y, data, **({"cause": "relapse"} | change))


def test_impossible_models_are_refused():
    y, data = sample()
    nobody = hs.Surv.competing(y.time, np.where(y.status == 2, 2, 0), causes=CAUSES)
    with pytest.raises(hs.DesignError, match="no events of cause 'relapse'"):
        hs.fine_gray(nobody, data, cause="relapse")
    with pytest.raises(hs.DesignError, match="one value only"):
        hs.fine_gray(y, {"x": [1] * N}, cause="relapse")
    late = hs.Surv.competing(y.time, y.status, causes=CAUSES, entry=y.time / 2)
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        hs.fine_gray(late, data, cause="relapse")
    fit = hs.fine_gray(y, data, cause="relapse")
    with pytest.raises(hs.DesignError, match="beyond the end"):
        fit.predict_incidence({"x": [0], "z": [0]}, 1e6)
