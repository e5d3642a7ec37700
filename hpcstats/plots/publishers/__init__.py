"""What journals ask of figures, and figures drawn to it."""
