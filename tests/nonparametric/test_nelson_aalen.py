"""Cumulative hazards: closed forms and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs

FIVE = hs.Surv.right([1, 2, 2, 3, 5], [1, 1, 1, 0, 1])


def test_sums_of_d_over_n() -> None:
    frame = hs.nelson_aalen(FIVE).to_frame()
    assert frame["estimate"].tolist() == pytest.approx(
        [1 / 5, 1 / 5 + 2 / 4, 1 / 5 + 2 / 4, 1 / 5 + 2 / 4 + 1]
    )
    assert frame["std_error"].tolist()[1] == pytest.approx(np.sqrt(1 / 25 + 2 / 16))


@pytest.mark.parametrize(
    ("variance", "terms"),
    [
        ("poisson", (1 / 25, 2 / 16)),
        ("binomial", (4 / 125, 2 * 2 / 64)),
        ("ties", (4 / (25 * 4), 2 * 2 / (16 * 3))),
        ("log-survival", (1 / 20, 2 / 8)),
    ],
)
def test_every_variance_by_its_formula(variance: str, terms: tuple[float, float]) -> None:
    frame = hs.nelson_aalen(FIVE, variance=variance).to_frame()
    assert frame["std_error"].tolist()[:2] == pytest.approx(np.sqrt([terms[0], sum(terms)]))


def test_tied_events_one_after_another() -> None:
    frame = hs.nelson_aalen(FIVE, tied="successive").to_frame()
    assert frame["estimate"].tolist()[1] == pytest.approx(1 / 5 + 1 / 4 + 1 / 3)


@pytest.mark.parametrize("interval", ["log", "plain"])
def test_both_intervals_by_their_formula(interval: str) -> None:
    row, z = hs.nelson_aalen(FIVE, interval=interval).to_frame().iloc[1], 1.959963984540054
    hazard, error = 0.7, np.sqrt(1 / 25 + 2 / 16)
    factor = np.exp(z * error / hazard)
    expected = (
        (hazard / factor, hazard * factor)
        if interval == "log"
        else (max(0, hazard - z * error), hazard + z * error)
    )
    assert (row["low"], row["high"]) == pytest.approx(expected, abs=1e-12)


def test_groups_have_their_own_hazard() -> None:
    frame = hs.nelson_aalen(FIVE, ["a", "b", "a", "b", "b"]).to_frame()
    assert frame[frame["group"] == "a"]["estimate"].tolist() == pytest.approx([1 / 2, 1 / 2 + 1])
    assert frame[frame["group"] == "b"]["estimate"].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3 + 1])


def test_no_events_is_a_hazard_of_zero_and_says_so() -> None:
    hazard = hs.nelson_aalen(hs.Surv.right([1, 2], [0, 0]))
    assert hazard.status == "boundary"
    assert hazard.to_frame()["estimate"].tolist() == [0, 0]


@pytest.mark.parametrize("option", [{"variance": "greenwood"}, {"tied": "apart"}, {"interval": "log-log"}])
def test_an_unknown_option_is_refused(option: dict[str, str]) -> None:
    with pytest.raises(hs.UnsupportedError, match="Write one of"):
        hs.nelson_aalen(FIVE, **option)


def test_successive_events_need_whole_weights() -> None:
    with pytest.raises(hs.UnsupportedError, match="whole"):
        hs.nelson_aalen(FIVE, tied="successive", weights=[1, 0.5, 1, 1, 1])
