"""What can be made to happen to any service, whatever it does: one module per action; `registry.py` lists them."""
