"""Two- and k-sample comparisons."""

from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.compare.fixed_time.result import FixedTimeComparison
from hpcstats.compare.follow_up import FollowUpComparison, compare_follow_up
from hpcstats.compare.gray.comparison import gray_test
from hpcstats.compare.gray.result import CauseTest, GrayTest
from hpcstats.compare.interval_log_rank.comparison import interval_logrank
from hpcstats.compare.interval_log_rank.result import IntervalLogrankResult
from hpcstats.compare.log_rank.logrank import logrank
from hpcstats.compare.log_rank.result import LogrankResult
from hpcstats.compare.medians.difference import compare_medians
from hpcstats.compare.medians.result import MedianComparison
from hpcstats.compare.quasi_independence_result import QuasiIndependence
from hpcstats.compare.restricted_mean.difference import rmst_difference
from hpcstats.compare.restricted_mean.result import RmstComparison
from hpcstats.compare.truncation_dependence import quasi_independence

__all__ = [
    "CauseTest",
    "FixedTimeComparison",
    "FollowUpComparison",
    "GrayTest",
    "IntervalLogrankResult",
    "LogrankResult",
    "MedianComparison",
    "QuasiIndependence",
    "RmstComparison",
    "compare_at",
    "compare_follow_up",
    "compare_medians",
    "gray_test",
    "interval_logrank",
    "logrank",
    "quasi_independence",
    "rmst_difference",
]
