"""Kernels of multiple imputation."""
