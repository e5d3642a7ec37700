"""All curves that a published summary allows."""
