"""Numeric kernels: arrays in, arrays out.

NumPy and SciPy only. Every kernel takes the data once and a weight matrix of shape (B, n), and returns
B answers: one fit is one row of ones, a bootstrap is multinomial rows, a jackknife is rows with a zero.
Kernels return a status where something can fail; they never warn and never validate a user's input.
"""
