"""`lab advise blast-radius --observed` and `lab chaos blast-radius`: what was broken, and when; and how it is shown."""
