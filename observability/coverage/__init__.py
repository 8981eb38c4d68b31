"""Whether what happens leaves complete traces, with logs and exemplars that lead to them."""
