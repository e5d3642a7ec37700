"""Late events among those without one so far."""
