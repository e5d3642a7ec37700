"""Two- and k-sample comparisons."""

from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.compare.fixed_time.result import FixedTimeComparison
from hpcstats.compare.follow_up import FollowUpComparison, compare_follow_up
from hpcstats.compare.log_rank.logrank import logrank
from hpcstats.compare.log_rank.result import LogrankResult
from hpcstats.compare.medians.difference import compare_medians
from hpcstats.compare.medians.result import MedianComparison
from hpcstats.compare.restricted_mean.difference import rmst_difference
from hpcstats.compare.restricted_mean.result import RmstComparison

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
