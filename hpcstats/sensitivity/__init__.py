"""How much an answer hangs on single patients, on papers and on chance: resampling, leaving out."""

from hpcstats.sensitivity.bootstrap import bootstrap
from hpcstats.sensitivity.bootstrap_result import BootstrapResult
from hpcstats.sensitivity.jackknife import JackknifeResult, jackknife
from hpcstats.sensitivity.leave_one_out import LeaveOneOut, leave_one_out
from hpcstats.sensitivity.permutation import PermutationTest, permutation_test

__all__ = [
    "BootstrapResult",
    "JackknifeResult",
    "LeaveOneOut",
    "PermutationTest",
    "bootstrap",
    "jackknife",
    "leave_one_out",
    "permutation_test",
]
