"""How much an answer hangs on single patients, on papers and on chance: resampling, leaving out."""

from hpcstats.sensitivity.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.delete_one import JackknifeResult, jackknife
from hpcstats.sensitivity.leave_out import LeaveOneOut, leave_one_out
from hpcstats.sensitivity.permutation import PermutationTest, permutation_test
from hpcstats.sensitivity.resample import bootstrap
from hpcstats.sensitivity.rounding import RoundingBounds, rounding_bounds

__all__ = [
    "BootstrapResult",
    "JackknifeResult",
    "LeaveOneOut",
    "PermutationTest",
    "RoundingBounds",
    "bootstrap",
    "jackknife",
    "leave_one_out",
    "permutation_test",
    "rounding_bounds",
]
