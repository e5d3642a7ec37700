"""Case-level data from the literature: reading, checking, endpoints, flow of evidence.

::

    load(directory)        typed frames that have passed every check
    validate(directory)    every problem at once
    endpoint(cases, name)  response, covariates and exclusion table of one of ENDPOINTS
    competing_events       the first of several kinds of event
    recurrent_events       events that can happen again
    multistate             the course of each patient as moves between states
    evidence_flow          publications to patients to endpoints, as data
    swimmer_lanes          the course of each patient, as data
    cohort_summary         what each published cohort states
    check_statements       what the index paper states, beside the data
    reconstruct            the data sets behind a published summary or curve
"""

from __future__ import annotations

from hpcstats.literature import reconstruct
from hpcstats.literature.cases import CaseData, load
from hpcstats.literature.cohort_overview import CohortSummary, cohort_summary
from hpcstats.literature.definitions import ENDPOINTS
from hpcstats.literature.endpoints import Endpoint, endpoint
from hpcstats.literature.flow import Box, Flow, Reason, evidence_flow
from hpcstats.literature.histories import History, competing_events, multistate, recurrent_events
from hpcstats.literature.lanes import swimmer_lanes
from hpcstats.literature.pooling import (
    CohortCounts,
    PooledEstimate,
    cohort_counts,
    cohort_names,
    pool,
    pool_proportions,
    pool_rates,
)
from hpcstats.literature.possible_duplicates import CandidateDuplicate, candidate_duplicates
from hpcstats.literature.problems import Problem, ValidationReport
from hpcstats.literature.statement_checks import check_statements
from hpcstats.literature.statements import Statement, Statements
from hpcstats.literature.synthesis import residual_risk
from hpcstats.literature.synthesis_curves import CurveDraws, curve_draws
from hpcstats.literature.synthesis_result import ResidualRisk
from hpcstats.literature.validation import validate
from hpcstats.literature.views import View

__all__ = [
    "ENDPOINTS",
    "Box",
    "CandidateDuplicate",
    "CaseData",
    "CohortCounts",
    "CohortSummary",
    "CurveDraws",
    "Endpoint",
    "Flow",
    "History",
    "PooledEstimate",
    "Problem",
    "Reason",
    "ResidualRisk",
    "Statement",
    "Statements",
    "ValidationReport",
    "View",
    "candidate_duplicates",
    "check_statements",
    "cohort_counts",
    "cohort_names",
    "cohort_summary",
    "competing_events",
    "curve_draws",
    "endpoint",
    "evidence_flow",
    "load",
    "multistate",
    "pool",
    "pool_proportions",
    "pool_rates",
    "reconstruct",
    "recurrent_events",
    "residual_risk",
    "swimmer_lanes",
    "validate",
]
