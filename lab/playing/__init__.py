"""`lab play` and what is typed while a drill is on: what stands between the command line and the drill."""
