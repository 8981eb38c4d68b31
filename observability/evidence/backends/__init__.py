"""The same interface on top of Prometheus, Jaeger and Loki, asked over their HTTP APIs."""
