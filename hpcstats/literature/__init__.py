"""Case-level data from the literature: reading, checking, endpoints, flow of evidence.

::

    load(directory)        typed frames that have passed every check
    validate(directory)    every problem at once
    endpoint(cases, name)  response, covariates and exclusion table of one of ENDPOINTS
    evidence_flow          publications to patients to endpoints, as data
    swimmer_lanes          the course of each patient, as data
    check_statements       what the index paper states, beside the data
"""

from __future__ import annotations

from hpcstats.literature.cases import CaseData, load
from hpcstats.literature.definitions import ENDPOINTS
from hpcstats.literature.endpoints import Endpoint, endpoint
from hpcstats.literature.flow import Box, Flow, Reason, evidence_flow
from hpcstats.literature.lanes import swimmer_lanes
from hpcstats.literature.problems import Problem, ValidationReport
from hpcstats.literature.statement_checks import check_statements
from hpcstats.literature.statements import Statement, Statements
from hpcstats.literature.validation import validate
from hpcstats.literature.views import View

__all__ = [
    "ENDPOINTS",
    "Box",
    "CaseData",
    "Endpoint",
    "Flow",
    "Problem",
    "Reason",
    "Statement",
    "Statements",
    "ValidationReport",
    "View",
    "check_statements",
    "endpoint",
    "evidence_flow",
    "load",
    "swimmer_lanes",
    "validate",
]
