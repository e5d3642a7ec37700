"""Courses through states: where patients are by each time, and where they go from a state."""

from hpcstats.nonparametric.multistate.courses import illness_death
from hpcstats.nonparametric.multistate.state_probabilities import StateProbabilities

__all__ = ["StateProbabilities", "illness_death"]
