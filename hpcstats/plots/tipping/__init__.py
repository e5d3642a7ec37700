"""The map of conclusions over two sensitivity parameters."""
