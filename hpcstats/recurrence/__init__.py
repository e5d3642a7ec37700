"""Recurrent events: how many, in whom more, and what they depend on."""

from hpcstats.recurrence.comparison import compare_mean_cumulative
from hpcstats.recurrence.comparison_result import MeanCumulativeComparison
from hpcstats.recurrence.conditional_models import prentice_williams_peterson
from hpcstats.recurrence.marginal_models import wei_lin_weissfeld
from hpcstats.recurrence.mean_curves import MeanCumulative
from hpcstats.recurrence.mean_number import mean_cumulative
from hpcstats.recurrence.rate_models import andersen_gill, lin_wei_yang_ying

__all__ = [
    "MeanCumulative",
    "MeanCumulativeComparison",
    "andersen_gill",
    "compare_mean_cumulative",
    "lin_wei_yang_ying",
    "mean_cumulative",
    "prentice_williams_peterson",
    "wei_lin_weissfeld",
]
