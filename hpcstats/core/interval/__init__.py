"""Kernels of interval-censored times."""
