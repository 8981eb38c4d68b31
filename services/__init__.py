"""The platform: what is operated, broken and repaired."""
