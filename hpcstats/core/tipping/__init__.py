"""Kernels of tipping points: two groups under many completed data sets."""
