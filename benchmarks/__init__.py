"""What we measure, as ratios taken in one run."""
