"""What was measured, traced and logged, for the terminal: asking the store of a lab, and drawing what it answers."""
