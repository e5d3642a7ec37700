"""Is follow-up long enough to speak of cure?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import hpcstats as hs
from hpcstats.core.parametric.follow_up import exponential_deviance, exponential_share, follow_up_statistics

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
REMISSION = hs.Surv.right(WEEKS, RELAPSE, unit="weeks", id=[f"p{k}" for k in range(21)])


def test_the_statistics_by_hand() -> None:
    """Last event at 23, last patient at 35: events after 11 and until 23 are those at 13, 16, 22 and 23."""
    found = hs.sufficient_follow_up(REMISSION, n_resamples=99, seed=1)
    assert found.events_in_window == 4
    assert found["q_n"].statistic == pytest.approx(4 / 21)
    assert found["alpha_n"].p_value == pytest.approx((1 - 4 / 21) ** 21)
    # Shen: w = 12/35, g = w 23 + (1 - w) 35 = 30.886, window from g 23/35 = 20.296: events at 22 and 23.
    assert found["shen"].p_value == pytest.approx((1 - 2 / 21) ** 21)
    assert found["plateau"].statistic == pytest.approx(0.4481792717)
    assert found.smallest_alpha == pytest.approx((1 - 9 / 21) ** 21)
    assert found.patients() == REMISSION.patients()


def test_an_event_on_the_open_end_of_the_window_does_not_count() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10], [1, 1, 1, 0, 0])
    assert hs.sufficient_follow_up(y, n_resamples=9, seed=1).events_in_window == 2


def test_the_deviance_by_another_optimiser() -> None:
    random = np.random.default_rng(3)
    event, end = (
        np.where(random.random(40) < 0.5, random.exponential(1, 40), np.inf),
        random.uniform(2, 9, 40),
    )
    time, happened = np.minimum(event, end), event <= end

    def loss(place: np.ndarray) -> float:
        share, rate = 1 / (1 + np.exp(-place[0])), np.exp(place[1])
        own = np.log(1 - share) + place[1] - rate * time[happened]
        return -float(own.sum() + np.log(share + (1 - share) * np.exp(-rate * time[~happened])).sum())

    top = optimize.minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    plain = happened.sum() * (np.log(happened.sum() / time.sum()) - 1)
    assert exponential_deviance(time[None], happened[None])[0] == pytest.approx(
        2 * (-top.fun - plain), abs=1e-3
    )
    y = hs.Surv.right(time, happened)
    assert hs.cure(y, distribution="exponential", engine="own").deviance == pytest.approx(
        2 * (-top.fun - plain)
    )


def test_the_share_not_cured_by_another_optimiser() -> None:
    time, event = REMISSION.time, REMISSION.event

    def loss(share: float) -> float:
        return -float(event.sum() * np.log(share) + np.log(1 - share * -np.expm1(-0.1 * time[~event])).sum())

    top = optimize.minimize_scalar(loss, bounds=(1e-6, 1), method="bounded", options={"xatol": 1e-10})
    assert exponential_share(time, event, 0.1) == pytest.approx(top.x, abs=1e-6)
    assert exponential_share(np.array([1.0, 2.0]), np.array([True, True]), 0.5) == 1


def test_samples_at_once_are_samples_one_by_one() -> None:
    random = np.random.default_rng(5)
    time, event = random.integers(1, 9, (7, 10)).astype(float), random.random((7, 10)) < 0.6
    together = follow_up_statistics(time, event)
    for row in range(7):
        alone = follow_up_statistics(time[row][None], event[row][None])
        for name in ("in_window", "alpha", "q", "shen", "plateau", "deviance"):
            assert getattr(together, name)[row] == pytest.approx(getattr(alone, name)[0])


@pytest.mark.parametrize(
    ("time", "event", "reason"),
    [
        ([1, 2, 3], [0, 0, 0], "nobody had the event"),
        ([1, 2, 3], [1, 0, 1], "the last observation is an event"),
    ],
)
def test_where_the_tests_are_not_defined(time: list[int], event: list[int], reason: str) -> None:
    found = hs.sufficient_follow_up(hs.Surv.right(time, event), n_resamples=9, seed=1)
    assert found.status == "not_estimable"
    assert reason in found.reason
    assert found.to_frame()[["statistic", "p_value", "calibrated_p_value"]].isna().all(axis=None)
    assert "say nothing for cure" in found.verdict


def test_a_seed_repeats_the_p_values() -> None:
    first, second = (hs.sufficient_follow_up(REMISSION, n_resamples=99, seed=4) for _ in range(2))
    assert first.to_frame().equals(second.to_frame())
    drawn = hs.sufficient_follow_up(REMISSION, n_resamples=99)
    again = hs.sufficient_follow_up(REMISSION, n_resamples=99, seed=int(drawn.seed))
    assert drawn.to_frame().equals(again.to_frame())


def test_events_early_and_follow_up_long_speak_for_both() -> None:
    random = np.random.default_rng(6)
    time = np.where(random.random(80) < 0.5, random.exponential(0.4, 80), np.inf)
    end = random.uniform(5, 12, 80)
    y = hs.Surv.right(np.minimum(time, end), time <= end)
    found = hs.sufficient_follow_up(y, n_resamples=499, seed=1)
    assert found["alpha_n"].calibrated_p_value < 0.05
    assert found["d_n"].calibrated_p_value < 0.05
    assert "which speaks for sufficient follow-up" in found.verdict


def test_a_formula_that_cries_sufficient_is_held_back_by_its_calibration() -> None:
    """Exponential times, nobody cured, 30% of the events still to come: alpha_n is often below .05."""
    random = np.random.default_rng(8)
    formula, calibrated = 0, 0
    for seed in range(40):
        time, end = random.exponential(1 / -np.log(0.3), 20), random.uniform(0, 1, 20)
        end[0] = 1.0
        y = hs.Surv.right(np.minimum(time, end), time <= end)
        found = hs.sufficient_follow_up(y, n_resamples=99, seed=seed)
        if found.status == "ok":
            formula += found["alpha_n"].p_value < 0.05
            calibrated += found["alpha_n"].calibrated_p_value < 0.05
    assert formula >= 10
    assert calibrated <= 4


@pytest.mark.parametrize(
    ("options", "message"), [({"unseen": 0}, "unseen"), ({"n_resamples": 0}, "n_resamples")]
)
def test_unusable_options(options: dict[str, int], message: str) -> None:
    with pytest.raises(hs.DataError, match=message):
        hs.sufficient_follow_up(REMISSION, **options)


def test_delayed_entry_has_no_definition() -> None:
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        hs.sufficient_follow_up(hs.Surv.right([3, 4], [1, 0], entry=[1, 1]))
