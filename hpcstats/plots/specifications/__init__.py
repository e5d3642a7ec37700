"""The specification curve of a multiverse."""
