"""Cumulative incidences under many weight rows: those of the repeated rows."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.sensitivity.refitting.incidence_refits import IncidenceRefits

TIME = [1, 2, 2, 3, 4, 5, 5, 6, 7, 8]
CAUSE = [1, 2, 1, 0, 1, 2, 2, 0, 1, 0]
GROUP = ["u", "u", "v", "v", "u", "v", "u", "u", "v", "v"]


@pytest.fixture
def curves():
    return hs.aalen_johansen(hs.Surv.competing(TIME, CAUSE, causes=["a", "b"]), GROUP)


def test_each_weight_row_gives_what_the_repeated_rows_give(curves):
    refits = IncidenceRefits.of(curves, ("at", [2, 5]), np.arange(10))
    weights = np.random.default_rng(1).multinomial(10, np.full(10, 0.1), size=50).astype(float)
    found = refits.evaluate(weights, whole=True, errors=True)
    assert refits.columns["group"] == ("u",) * 4 + ("v",) * 4
    assert refits.columns["cause"] == ("a", "a", "b", "b") * 2
    assert refits.columns["at"] == (2.0, 5.0) * 4
    for row, case in enumerate(weights):
        rows = np.repeat(np.arange(10), case.astype(int))
        for column, (group, cause, at) in enumerate(
            zip(*(refits.columns[name] for name in ("group", "cause", "at")), strict=True)
        ):
            own = [r for r in rows if GROUP[r] == group]
            if not own:
                assert refits.reasons[found.missing[row, column]].startswith("nobody")
                continue
            y = hs.Surv.competing(np.array(TIME)[own], np.array(CAUSE)[own], causes=["a", "b"])
            alone = hs.aalen_johansen(y)
            if at > alone.follow_up["all"]:
                continue
            one = alone.at(at).set_index("cause").loc[cause]
            assert found.values[row, column] == pytest.approx(one["estimate"])
            assert found.errors[row, column] == pytest.approx(one["std_error"])


def test_other_statistics_and_late_times_are_refused(curves):
    with pytest.raises(hs.DataError, match='"at", times'):
        IncidenceRefits.of(curves, ("quantile", 0.5), np.arange(10))
    with pytest.raises(hs.DesignError, match="beyond the end"):
        IncidenceRefits.of(curves, ("at", 9), np.arange(10))
