"""`lab chaos run`, `schedule` and `scenarios`: what stands between the command line and the runner."""
