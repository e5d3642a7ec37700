from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.results import Interval, Result, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Result):
    """A result as small as can be."""

    estimate: float

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"group": ["all"], "estimate": [self.estimate], "low": [math.nan]})

    def title(self) -> str:
        return "Answer <to all>"


@pytest.fixture
def answer() -> Answer:
    return Answer(estimate=1 / 3, n=np.int64(9), n_events=8, method="Division.", conventions=("exact",))


@pytest.fixture
def fragile() -> Answer:
    return Answer(
        estimate=math.inf,
        n=2,
        n_events=1,
        method="Division.",
        warnings=("Two rows <only>.",),
        status="boundary",
        reason="one row",
    )


def test_a_result_is_frozen(answer):
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.estimate = 2


def test_a_result_needs_a_frame_and_a_title():
    with pytest.raises(TypeError, match="abstract"):
        Result(n=1, n_events=1, method="")


def test_as_dict_is_json(answer, fragile):
    assert json.loads(json.dumps(answer.as_dict(), allow_nan=False)) == {
        "n": 9,
        "n_events": 8,
        "status": "ok",
        "reason": "",
        "method": "Division.",
        "conventions": ["exact"],
        "warnings": [],
        "rows": [{"group": "all", "estimate": 0.3333333333, "low": None}],
    }
    assert fragile.as_dict()["rows"][0]["estimate"] == "inf"


def test_the_text_form_says_how_and_how_sure(answer, fragile):
    lines = str(answer).splitlines()
    assert lines[0] == "Answer <to all>"
    assert lines[2].split() == ["all", "0.333333", "-"]
    assert lines[-1] == "Division."
    assert str(fragile).splitlines()[-3:] == [
        "Status: boundary (one row)",
        "Division.",
        "Warning: Two rows <only>.",
    ]


def test_the_html_form_escapes_and_holds_the_same(answer, fragile):
    assert "<b>Answer &lt;to all&gt;</b>" in answer._repr_html_()
    assert "Status" not in answer._repr_html_()
    html = fragile._repr_html_()
    for text in ("Status: boundary (one row)", "Division.", "Warning: Two rows &lt;only&gt;."):
        assert f"<p>{text}</p>" in html


def test_an_interval_unpacks_and_contains():
    interval = Interval(0.2, 0.8, 0.95, "log-log")
    low, high = interval
    assert (low, high) == (0.2, 0.8)
    assert 0.2 in interval
    assert 0.81 not in interval
    assert hs.Interval is Interval


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (np.float64("nan"), None),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (0.1 + 0.2, 0.3),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1.0, math.nan]]), [[1.0, None]]),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        ({1: math.nan, "a": np.array([2])}, {"1": None, "a": [2]}),
        (Interval(0.0, 1.0, 0.95, "plain"), {"low": 0.0, "high": 1.0, "level": 0.95, "method": "plain"}),
        (Path("data") / "raw", str(Path("data") / "raw")),
        (None, None),
        (True, True),
        ("text", "text"),
    ],
)
def test_plain_values(value, expected):
    made = plain(value)
    assert made == expected
    assert type(made) is type(expected)


numbers = st.floats(-1e300, 1e300) | st.sampled_from([math.nan, math.inf, -math.inf])
nested = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(nested)
def test_plain_is_always_strict_json_and_settled(value):
    made = plain(value)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert plain(made) == made
