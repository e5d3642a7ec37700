"""Tables for publication, made from results: one format-free `Table`, written as CSV, HTML, LaTeX and Word.

The builders compute no statistic. Every printed number is a `hpcstats.Number` that carries its exact
value, how it was made, and the patients it rests on.
"""

from hpcstats.tables.characteristics import characteristics
from hpcstats.tables.cohort_statistics import cohort_statistics
from hpcstats.tables.comparisons import comparisons
from hpcstats.tables.cox_models import cox_models
from hpcstats.tables.estimates import estimates
from hpcstats.tables.model_checks import model_checks
from hpcstats.tables.pooled_estimates import pooled_estimates
from hpcstats.tables.sensitivity_report import sensitivity_report
from hpcstats.tables.statements import statements
from hpcstats.tables.table import Column, Row, Table

__all__ = [
    "Column",
    "Row",
    "Table",
    "characteristics",
    "cohort_statistics",
    "comparisons",
    "cox_models",
    "estimates",
    "model_checks",
    "pooled_estimates",
    "sensitivity_report",
    "statements",
]
