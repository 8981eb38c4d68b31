"""What the architecture document says, and what follows from it. Knows nothing of what is broken, or how."""
