"""Dashboards as code: `make docs` writes what Grafana is given, as JSON, into `dashboards/`."""
