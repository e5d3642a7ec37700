"""Times after the censoring that would turn a conclusion."""
