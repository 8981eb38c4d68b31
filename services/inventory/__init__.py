"""Stock: what there is, what is promised to whom, and ordering more in time."""
