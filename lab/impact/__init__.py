"""What it costs the business, for the terminal: measuring a lab, and drawing the bill."""
