"""What is asked of a fitted Cox model equals R's: residuals, hazards, survival, proportional hazards."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import Matrix, Record, each_record
from tests.reference.test_cox import fitted, ties_of

# Records of few events warn; that the warnings come is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

_TERMS = {
    "ther_test1": ["x"],
    "ther_test2": ["x"],
    "ovarian": ["age", "rx"],
    "veteran": ["trt", "karno", "age"],
    "tiny_2g12": ["group"],
}
_NEW = {
    "ther_test1": {"x": [0, 1]},
    "ther_test2": {"x": [0, 1]},
    "ovarian": {"age": [50, 65], "rx": [1, 2]},
}


def of(record: Record) -> hs.CoxFit:
    return fitted(record, _TERMS[record.dataset], ties=ties_of(record))


def rows(value: Matrix | list[float]) -> np.ndarray:
    """A matrix of R, or the vector it returns for one covariate, as a matrix."""
    return value.rows if isinstance(value, Matrix) else np.array(value, dtype=float)[:, None]


@each_record("cox_residuals")
def test_residuals(record: Record) -> None:
    fit, theirs = of(record), record.result
    for kind in ("martingale", "deviance"):
        frame = fit.residuals(kind)
        assert frame["row"].tolist() == list(range(len(record.data)))
        record.agree(frame["residual"], theirs[kind], kind)
    names = {"score": "score", "dfbeta": "dfbeta", "dfbetas": "dfbetas", "schoenfeld": "schoenfeld"}
    for kind, name in (names | {"scaled-schoenfeld": "scaledsch"}).items():
        record.agree(fit.residuals(kind)[list(fit.terms)], rows(theirs[name]), kind)


@each_record("cox_basehaz")
def test_baseline_hazard(record: Record) -> None:
    fit, theirs = of(record), record.result
    for name, at in (("centered", "means"), ("uncentered", "zero")):
        frame = fit.baseline_hazard(at).to_frame()
        record.agree(frame["time"], theirs[name]["time"], "times")
        record.agree(frame["cumulative_hazard"], theirs[name]["hazard"], f"hazard at {at}")


@each_record("cox_predict_survival")
def test_predicted_survival(record: Record) -> None:
    theirs = record.result
    curves = of(record).predict_survival(_NEW[record.dataset], interval=record.tag.split("_")[1])
    for number, frame in curves.to_frame().groupby("patient"):
        record.agree(frame["time"], theirs["time"], "times")
        record.agree(frame["at_risk"], theirs["n_risk"], "at risk")
        record.agree(frame["events"], theirs["n_event"], "events")
        wanted = {
            "estimate": "surv",
            "cumulative_hazard": "cumhaz",
            "hazard_error": "std_err_cumhaz",
            "low": "lower",
            "high": "upper",
        }
        for ours, name in wanted.items():
            record.agree(frame[ours], theirs[name].rows[:, number], f"{ours} of patient {number}")


@each_record("cox_zph")
def test_proportional_hazards(record: Record) -> None:
    test = of(record).proportional_hazards(record.tag, n_resamples=0)
    theirs = record.result
    assert test.terms[:-1] == theirs.row_names[:-1]
    frame = test.to_frame()
    for ours, name in (("statistic", "chisq"), ("df", "df"), ("p_value", "p")):
        record.agree(frame[ours], theirs.column(name), name)
