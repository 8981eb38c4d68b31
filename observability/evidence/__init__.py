"""One place to ask what happened: metrics, traces, logs and the graph of calls, over one typed interface."""
