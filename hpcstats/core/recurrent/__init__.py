"""Kernels of recurrent events."""
