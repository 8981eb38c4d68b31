"""What was logged, measured and traced."""
