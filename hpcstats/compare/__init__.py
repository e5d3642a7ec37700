"""Two- and k-sample comparisons."""

from hpcstats.compare.fixed_time import compare_at
from hpcstats.compare.fixed_time_result import FixedTimeComparison
from hpcstats.compare.follow_up import FollowUpComparison, compare_follow_up
from hpcstats.compare.log_rank import logrank
from hpcstats.compare.log_rank_result import LogrankResult
from hpcstats.compare.medians import compare_medians
from hpcstats.compare.medians_result import MedianComparison
from hpcstats.compare.restricted_mean import rmst_difference
from hpcstats.compare.restricted_mean_result import RmstComparison

__all__ = [
    "FixedTimeComparison",
    "FollowUpComparison",
    "LogrankResult",
    "MedianComparison",
    "RmstComparison",
    "compare_at",
    "compare_follow_up",
    "compare_medians",
    "logrank",
    "rmst_difference",
]
