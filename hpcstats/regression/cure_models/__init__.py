"""Cure models, and whether follow-up is long enough to speak of cure."""

from hpcstats.regression.cure_models.fit import CureFit
from hpcstats.regression.cure_models.follow_up_tests import sufficient_follow_up
from hpcstats.regression.cure_models.model import cure
from hpcstats.regression.cure_models.plateau import Plateau
from hpcstats.regression.cure_models.semiparametric import SemiparametricCureFit
from hpcstats.regression.cure_models.sufficiency import FollowUpSufficiency, FollowUpTest

__all__ = [
    "CureFit",
    "FollowUpSufficiency",
    "FollowUpTest",
    "Plateau",
    "SemiparametricCureFit",
    "cure",
    "sufficient_follow_up",
]
