"""Pooling over studies: proportions, rates, and estimates with variances; one study of each overlap."""

from hpcstats.literature.pooling.cohorts import CohortCounts, cohort_counts, cohort_names
from hpcstats.literature.pooling.counts import pool_proportions, pool_rates
from hpcstats.literature.pooling.estimates import pool
from hpcstats.literature.pooling.pooled_estimate import PooledEstimate

__all__ = [
    "CohortCounts",
    "PooledEstimate",
    "cohort_counts",
    "cohort_names",
    "pool",
    "pool_proportions",
    "pool_rates",
]
