"""Everything that threatens a finding, in one call: a row for each threat, and whether it turns."""

from hpcstats.sensitivity.threats.examine import report
from hpcstats.sensitivity.threats.finding import Finding
from hpcstats.sensitivity.threats.sensitivity_report import SensitivityReport
from hpcstats.sensitivity.threats.threat import Threat

__all__ = ["Finding", "SensitivityReport", "Threat", "report"]
