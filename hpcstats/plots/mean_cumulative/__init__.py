"""Mean cumulative functions of recurrent events."""
