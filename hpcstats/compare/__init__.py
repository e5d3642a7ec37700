"""Two- and k-sample tests."""

from hpcstats.compare.log_rank import LogrankResult, logrank

__all__ = ["LogrankResult", "logrank"]
