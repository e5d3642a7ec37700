"""The log-rank family: the test, its statistic, and the ways to its p-value."""
