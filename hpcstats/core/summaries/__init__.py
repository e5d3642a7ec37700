"""All data sets behind a published summary."""
