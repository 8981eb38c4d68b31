"""Objectives: read from the architecture document, compiled to Prometheus rules, and judged here as well."""
