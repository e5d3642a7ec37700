"""Kernels of multi-state models."""
