"""What is known of the patients: the numbers of a first table."""

from hpcstats.description.characteristics import describe
from hpcstats.description.result import CategoricalVariable, Description, NumericVariable

__all__ = ["CategoricalVariable", "Description", "NumericVariable", "describe"]
