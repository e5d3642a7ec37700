"""The data, the caption and the alternative text of a forest plot of pooled proportions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.plots.forests.pooled_rows import ForestRow

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.pooling import PooledEstimate

_SQUARES = "squares have the area of the weight of the cohort. Diamond: pooled proportion."
COLUMNS = ("panel", "kind", "label", "events", "n", "years", "estimate", "low", "high", "weight")


def data(rows: Sequence[ForestRow]) -> pd.DataFrame:
    """Return a row for each line that shows something."""
    import pandas as pd

    shown = [row for row in rows if row.kind not in {"heading", "subheading"}]
    return pd.DataFrame([[getattr(row, name) for name in COLUMNS] for row in shown], columns=list(COLUMNS))


def caption(rows: Sequence[ForestRow], panels: Mapping[str, PooledEstimate]) -> Text:
    """Say what is drawn and how it was pooled."""
    first = next(iter(panels.values()))
    kinds = {row.kind for row in rows}
    level = formats.level(first.level)
    pooling = " ".join(dict.fromkeys(_pooling(pooled) for pooled in panels.values()))
    parts = [
        f"Proportions with the event in published cohorts, with exact {level} limits; {_SQUARES} {pooling}"
    ]
    if "prediction" in kinds:
        parts.append(f" Open bar: where the proportion of a further cohort is expected ({level}).")
    if "reported" in kinds:
        named = dict.fromkeys(row.label.lower() for row in rows if row.kind == "reported")
        parts.append(f" Shaded: range {' and '.join(named)}.")
    if "fixed" in kinds:
        parts.append(
            " Hollow: estimates at a stated time, which are printed without the standard errors that pooling "
            "needs. The proportions of the cohorts are crude: the longer the follow-up, the higher they are."
        )
    if any("*" in row.counts.parts for row in rows):
        parts.append(" * Computed from the printed percentage.")
    dropped = dict.fromkeys(
        f"{one.label} ({one.reason})" for pooled in panels.values() for one in pooled.dropped
    )
    if dropped:
        parts.append(f" Left out so that nobody is counted twice: {'; '.join(dropped)}.")
    return Text.of(*parts)


def _pooling(pooled: PooledEstimate) -> str:
    """Say how it was pooled, without the numbers of studies, which stand in the figure."""
    k = len(pooled.studies)
    said = pooled.method.replace(f" of {k} studies", "")
    return said.replace(f"{k - 1} degrees of freedom", "one degree of freedom less than cohorts")


def alt_text(rows: Sequence[ForestRow]) -> str:
    """Describe the plot: each panel with its pooled proportion, then its studies."""
    headings = [row.label for row in rows if row.kind == "heading"]
    panels = "1 panel" if len(headings) == 1 else f"{len(headings)} panels"
    sentences = [f"Forest plot of proportions in cohorts, {panels}, horizontal axis 0 to 100%."]
    for heading in headings:
        within = [row for row in rows if row.panel == heading]
        summary = [
            f"{row.label}: {row.printed}"
            for row in within
            if row.kind in {"pooled", "prediction", "reported"}
        ]
        studies = [f"{row.label} {row.counts}, {row.printed}" for row in within if row.kind == "study"]
        fixed = [f"{row.label} {row.follow_up} years, {row.printed}" for row in within if row.kind == "fixed"]
        sentences.append(f"{heading}. {'; '.join(summary)}. Cohorts: {'; '.join(studies)}.")
        if fixed:
            sentences.append(f"At stated times: {'; '.join(fixed)}.")
    return " ".join(sentences)
