"""Duplicate patients: what an answer becomes where records that may be one person are merged."""

from hpcstats.sensitivity.duplicated.duplicates_result import Duplicates
from hpcstats.sensitivity.duplicated.merging import duplicates

__all__ = ["Duplicates", "duplicates"]
