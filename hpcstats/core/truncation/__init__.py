"""Kernels of truncated times."""
