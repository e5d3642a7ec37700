"""Kernels of pooling across studies."""
