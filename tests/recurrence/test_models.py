"""Cox models of recurrent events: which rows are at risk of what, and by whom they are clustered."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.core.cox.cluster_variance import KINDS
from hpcstats.errors import (
    DataError,
    DesignError,
    NonIdentifiableWarning,
    SmallSampleWarning,
    UnsupportedError,
)
from hpcstats.recurrence import (
    andersen_gill,
    lin_wei_yang_ying,
    prentice_williams_peterson,
    wei_lin_weissfeld,
)
from tests.recurrence.cohorts import GROUP, tiny
from tests.reference.loader import dataset

DATA = {"group": GROUP}
MODELS = (andersen_gill, lin_wei_yang_ying, prentice_williams_peterson, wei_lin_weissfeld)


def bladder() -> tuple[hs.Surv, pd.DataFrame]:
    data = dataset("bladder2")
    return hs.Surv.counting(data["start"], data["stop"], data["event"], id=data["id"]), data


def test_andersen_gill_is_a_cox_model_clustered_by_patient() -> None:
    y, data = bladder()
    ours, theirs = andersen_gill(y, data, "rx"), hs.cox(y, data, "rx", cluster=y.id)
    assert ours.coef == pytest.approx(theirs.coef)
    assert ours.std_error == pytest.approx(theirs.std_error)
    assert ours.method.startswith("Andersen-Gill model of the rate of events: Cox")
    assert ours.patients() == theirs.patients()
    naive = andersen_gill(y, data, "rx", robust=False)
    assert naive.std_error == pytest.approx(np.sqrt(np.diag(ours.naive_covariance)))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "martingale" not in kind])
def test_small_cluster_variances_by_name(kind: str) -> None:
    y, data = bladder()
    fit = andersen_gill(y, data, "rx + number", robust=kind)
    expected = hs.cox(y, data, "rx + number", cluster=y.id, robust=kind)
    assert fit.std_error == pytest.approx(expected.std_error)
    assert fit.degrees_of_freedom == 83


def test_rows_of_one_patient_stay_together_where_nobody_has_two_events() -> None:
    y = hs.Surv.counting([0, 2, 0, 0, 1, 0], [2, 5, 3, 1, 4, 6], [0, 1, 1, 0, 1, 0], id=list("aabccd"))
    x = {"x": [0, 1, 1, 0, 0, 1]}
    with pytest.warns(SmallSampleWarning):
        fit = andersen_gill(y, x)
    assert fit.inputs.cluster is not None
    assert np.unique(fit.inputs.cluster).size == 4


def test_few_patients_are_told_in_the_conventions() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = andersen_gill(tiny(), DATA)
    assert any("5 patients" in text and "mancl-derouen" in text for text in fit.conventions)


def test_proportional_means_have_the_estimate_of_andersen_and_gill() -> None:
    y, data = bladder()
    means = lin_wei_yang_ying(y, data, "rx", ties="efron")
    rates = andersen_gill(y, data, "rx")
    assert means.coef == pytest.approx(rates.coef)
    assert means.std_error == pytest.approx(rates.std_error)
    assert "Lin, Wei, Yang and Ying" in means.method


def test_gap_time_starts_again_after_each_event() -> None:
    y = hs.Surv.counting([0, 2, 4, 0], [2, 4, 7, 9], [1, 0, 1, 1], id=list("aaab"))
    fit = prentice_williams_peterson(y, {"x": [1, 1, 1, 0]}, time_scale="gap", robust=False, penalty="firth")
    assert fit.response.entry.tolist() == [0, 0, 2, 0]
    assert fit.response.time.tolist() == [2, 2, 5, 9]
    assert list(fit.inputs.strata.labels) == ["event 1", "event 2"]
    assert fit.inputs.strata.codes.tolist() == [0, 1, 1, 0]


def test_later_events_can_be_left_out() -> None:
    y, data = bladder()
    fit = prentice_williams_peterson(y, data, "rx", max_events=2)
    kept = data[data["enum"] <= 2]
    expected = hs.cox(
        hs.Surv.counting(kept["start"], kept["stop"], kept["event"], id=kept["id"]),
        kept,
        "rx",
        strata="enum",
        cluster="id",
    )
    assert fit.coef == pytest.approx(expected.coef)
    assert fit.std_error == pytest.approx(expected.std_error)
    assert any("rows that lead to later events are left out" in text for text in fit.conventions)


def test_effects_by_event_are_models_by_event() -> None:
    y, data = bladder()
    fit = prentice_williams_peterson(y, data, "rx + number", effects="by-event", max_events=2)
    for number in (1, 2):
        rows = (data["enum"] == number).to_numpy()
        alone = hs.cox(y.take(rows), data[rows], "rx + number", robust=False)
        ours = [fit.coef[fit.terms.index(f"{term} (event {number})")] for term in alone.terms]
        assert ours == pytest.approx(alone.coef.tolist(), rel=1e-6)


def test_marginal_rows_follow_every_event_from_the_origin() -> None:
    fit = wei_lin_weissfeld(tiny(), DATA)
    y = fit.response
    assert y.id.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert y.time.tolist() == [2, 5, 3, 7, 6, 6, 4, 8, 3, 3]
    assert y.status.tolist() == [1, 1, 1, 0, 0, 0, 1, 1, 0, 0]
    assert fit.inputs.strata.codes.tolist() == [0, 1] * 5


def test_categories_by_event() -> None:
    y, data = bladder()
    data = data.assign(arm=np.where(data["rx"] == 1, "placebo", "thiotepa"))
    fit = wei_lin_weissfeld(y, data, "arm", effects="by-event", max_events=2)
    assert fit.terms == ("arm[T.thiotepa] (event 1)", "arm[T.thiotepa] (event 2)")
    numeric = wei_lin_weissfeld(y, data, "rx", effects="by-event", max_events=2)
    assert fit.coef == pytest.approx(numeric.coef)


@pytest.mark.parametrize("effects", ["common", "by-event"])
@pytest.mark.parametrize("model", [prentice_williams_peterson, wei_lin_weissfeld])
def test_missing_covariates_are_counted(model, effects: str) -> None:
    y, data = bladder()
    holes = data.assign(number=data["number"].where(data["id"] != 5).astype(float))
    with pytest.raises(DataError, match="miss a value"):
        model(y, holes, "rx + number", effects=effects)
    fit = model(y, holes, "rx + number", effects=effects, missing="drop", max_events=2)
    without = (data["id"] != 5).to_numpy()
    expected = model(y.take(without), data[without], "rx + number", effects=effects, max_events=2)
    assert fit.coef == pytest.approx(expected.coef, rel=1e-6)
    assert fit.std_error == pytest.approx(expected.std_error, rel=1e-6)
    assert fit.dropped_patients() == ("5",)


@pytest.mark.parametrize("dtype", ["string", "category", object])
def test_columns_of_any_type_are_seen_to_change_within_a_patient(dtype: object) -> None:
    y = hs.Surv.counting([0, 0, 0, 3], [2, 5, 3, 6], [1, 1, 1, 0], id=list("abcc"))
    holes = pd.DataFrame({"x": pd.Series(["u", "v", None, "v"], dtype=dtype)})
    with pytest.raises(DataError, match=r"x changes within a patient \(c\)"):
        wei_lin_weissfeld(y, holes, missing="drop")
    missing = pd.DataFrame({"x": pd.Series(["u", "v", None, None], dtype=dtype)})
    with pytest.raises(DataError, match="miss a value of x"):
        wei_lin_weissfeld(y, missing)


def test_deaths_are_said_to_censor() -> None:
    died = np.zeros(9, dtype=bool)
    died[[2, 7]] = True
    y = hs.Surv.counting(tiny().entry, tiny().time, tiny().status, id=tiny().id, terminal=died)
    for model in (andersen_gill, prentice_williams_peterson, wei_lin_weissfeld):
        fit = model(y, DATA)
        assert fit.coef == pytest.approx(model(tiny(), DATA).coef)
        assert any("Death ends the observation" in text for text in fit.conventions)
    with pytest.raises(UnsupportedError, match="Ghosh and Lin"):
        lin_wei_yang_ying(y, DATA)


@pytest.mark.parametrize("model", [prentice_williams_peterson, wei_lin_weissfeld])
def test_event_numbers_need_whole_histories(model) -> None:
    gap = hs.Surv.counting([0, 3, 0, 0], [2, 5, 4, 6], [1, 1, 1, 0], id=list("aabc"))
    with pytest.raises(DesignError, match=r"gap in the observation \(a\)"):
        model(gap, {"x": [1, 1, 0, 1]})
    late = hs.Surv.counting([1, 0, 0], [2, 5, 4], [1, 1, 0], id=list("abc"))
    with pytest.warns(NonIdentifiableWarning, match="a entered after 0"):
        fit = model(late, {"x": [1, 0, 1]}, robust=False, penalty="firth")
    assert any("entered after 0" in text for text in fit.warnings)
    with pytest.raises(DesignError, match="no events"):
        model(hs.Surv.counting([0, 0], [1, 2], [0, 0], id=list("ab")), {"x": [1, 0]})
    with pytest.raises(DataError, match="max_events"):
        model(tiny(), DATA, max_events=0)


@pytest.mark.parametrize("model", MODELS)
def test_other_responses_are_refused(model) -> None:
    with pytest.raises(UnsupportedError, match=model.__name__):
        model(hs.Surv.right([1, 2, 3], [1, 1, 0]), {"x": [0, 1, 0]})


def test_more_that_is_refused() -> None:
    with pytest.raises(DataError, match=r"x changes within a patient \(1\)"):
        wei_lin_weissfeld(tiny(), {"x": [0, 1, 1, 1, 1, 1, 0, 0, 1]})
    with pytest.raises(UnsupportedError, match="only a robust variance holds"):
        lin_wei_yang_ying(tiny(), DATA, robust=False)
    with pytest.raises(UnsupportedError, match="time_scale"):
        prentice_williams_peterson(tiny(), DATA, time_scale="calendar")
    with pytest.raises(DataError, match="9"):
        wei_lin_weissfeld(tiny(), {"x": [0, 1]})


def test_two_events_at_once_have_a_place_in_marginal_models_only() -> None:
    y = hs.Surv.counting([0, 2, 2, 0], [2, 2, 5, 4], [1, 1, 0, 1], id=["a", "a", "a", "b"])
    data = {"x": [1, 1, 1, 0]}
    for model in (andersen_gill, lin_wei_yang_ying, prentice_williams_peterson, hs.cox):
        # The model that was asked for is named, not the one it stands on.
        with pytest.raises(DataError, match=rf"^{model.__name__} .*rows 1; patients a") as refused:
            model(y, data)
        assert refused.value.rows == (1,)
    first = prentice_williams_peterson(y, data, max_events=1, penalty="firth", robust=False).response
    assert first.time.tolist() == [2, 4]
    marginal = wei_lin_weissfeld(y, data, penalty="firth").response
    assert marginal.time.tolist() == [2, 2, 4, 4]
    assert marginal.status.tolist() == [1, 1, 1, 0]
