"""Simultaneous bands equal R's within the rounding of the printed tables R takes its critical values from."""

from __future__ import annotations

import numpy as np

import hpcstats as hs
from tests.reference.loader import Record, each_record, response

_BANDS = {
    "hall-wellner": ("hall-wellner", "plain"),
    "loghall": ("hall-wellner", "log-log"),
    "epband": ("equal-precision", "plain"),
    "logep": ("equal-precision", "log-log"),
}


@each_record("km_band")
def test_bands(record: Record) -> None:
    name, level = record.tag.split("_")
    method, transform = _BANDS[name]
    band = hs.kaplan_meier(response(record.data)).band(method, transform=transform, level=float(level))
    frame, theirs = band.to_frame(), record.result
    record.agree(frame["time"], theirs["time"], "time")
    record.agree(frame["estimate"], theirs["surv"], "estimate")
    record.agree(frame["low"], np.clip(theirs["lower"], 0, 1), "low")
    record.agree(frame["high"], np.clip(theirs["upper"], 0, 1), "high")


@each_record("km_band_ep_asymptotic")
def test_equal_precision_by_nairs_approximation(record: Record) -> None:
    theirs = record.result
    km = hs.kaplan_meier(response(record.data))
    for transform, prefix in (("plain", "linear"), ("log-log", "loglog")):
        band = km.band("equal-precision", transform=transform, critical="nair-approximation")
        frame = band.to_frame()
        frame = frame[frame["time"].isin(theirs["time"])]
        record.agree(band.bands[0].share, [theirs["aL"], theirs["aU"]], "range")
        record.agree(band.critical_value["all"], theirs["critical"], "critical value")
        record.agree(frame["time"], theirs["time"], "time")
        record.agree(frame["low"], np.clip(theirs[f"{prefix}_lower"], 0, 1), f"{transform} low")
        record.agree(frame["high"], np.clip(theirs[f"{prefix}_upper"], 0, 1), f"{transform} high")
