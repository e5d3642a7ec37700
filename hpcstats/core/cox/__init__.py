"""Kernels of Cox models."""
