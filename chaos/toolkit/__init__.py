"""Extension for Chaos Toolkit: actions, probes and a control for its experiments, and scenarios written as such.

Its package is an optional extra (`toolkit`). Only `control.py` needs it: nothing else here or in `chaos` imports it.
"""
