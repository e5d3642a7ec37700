"""Fragility: whose changed outcome turns a conclusion."""
