"""The drill for one: a hidden scenario at a hidden moment, hints, answers, repairs, and a sheet of points."""
