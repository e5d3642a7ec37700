"""Publication and sampling: assumed publication probabilities, and strata of eras."""

from hpcstats.sensitivity.sampled.by_era import eras
from hpcstats.sensitivity.sampled.eras_result import Eras
from hpcstats.sensitivity.sampled.fractions_result import SamplingFractions
from hpcstats.sensitivity.sampled.outcome import outcome_labels
from hpcstats.sensitivity.sampled.weighting import sampling_fractions

__all__ = ["Eras", "SamplingFractions", "eras", "outcome_labels", "sampling_fractions"]
