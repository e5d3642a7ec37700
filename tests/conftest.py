"""Profiles of the property tests, for the whole suite."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The same examples on every machine and in every run; a slow shared machine is no failure.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# New examples in every run, for looking around: HYPOTHESIS_PROFILE=dev make test
settings.register_profile("dev", derandomize=False, deadline=None, max_examples=500, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
