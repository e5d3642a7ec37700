"""Swimmer plots: the course of each patient."""
