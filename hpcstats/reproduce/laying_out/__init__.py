"""`new_study`: the folder of a study on another disease, laid out from the templates beside this file."""

from __future__ import annotations

from hpcstats.reproduce.laying_out.study_folder import LaidOut, new_study

__all__ = ["LaidOut", "new_study"]
