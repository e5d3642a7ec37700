"""What is not stated, of whom."""
