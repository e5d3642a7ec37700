"""Kernels of competing risks."""
