"""The flow of publications and patients."""
