"""From what somebody types to a question that the advisor knows."""
