"""The plotted numbers of a survival figure as one tidy table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hpcstats.numbers import Text

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.plots.step_curves.reported import ReportedStatement

COLUMNS = (
    "part",
    "group",
    "time",
    "at_risk",
    "events",
    "censored",
    "estimate",
    "std_error",
    "low",
    "high",
    "text",
)


def curve_data(
    km: SurvivalCurves,
    end: float,
    ticks: Sequence[float],
    remark: Text,
    reported: ReportedStatement | None,
) -> pd.DataFrame:
    """Stack what is drawn: steps and band up to `end`, medians, risk table, printed test, reported statement.

    The band has its limits from each `time` on: also before the first observation, and where nothing but a
    limit changes.

    Returns
    -------
    pandas.DataFrame
        Columns part, group, time, at_risk, events, censored, estimate, std_error, low, high, text.
    """
    import pandas as pd

    frame = km.to_frame()
    medians = km.quantile(0.5).assign(part="median")
    table = km.risk_table(list(ticks)).assign(part="risk table")
    band = km.pieces().rename(columns={"start": "time"}).drop(columns="estimate").assign(part="band")
    if "low_after" in band:
        band = band.assign(low=band["low_after"], high=band["high_after"])
    parts = [frame[frame["time"] <= end].assign(part="curve"), band[band["time"] < end], medians, table]
    printed: list[dict[str, object]] = [
        {"part": "annotation", "group": number.id, "estimate": number.value, "text": number.text}
        for number in remark.numbers
    ]
    if reported is not None:
        numbers = {
            "at_risk": reported.n,
            "estimate": reported.mean,
            "low": reported.low,
            "high": reported.high,
        }
        printed.append({"part": "reported", "group": reported.label, "text": str(reported.text), **numbers})
    rows = [row for part in parts for row in part.to_dict(orient="records")] + printed
    return pd.DataFrame(rows, columns=list(COLUMNS))
