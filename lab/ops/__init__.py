"""What the people on call can do to a running lab."""
