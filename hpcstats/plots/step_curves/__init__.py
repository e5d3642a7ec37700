"""Curves that step: survival, incidence by rounding and by model, their keys and risk tables."""
