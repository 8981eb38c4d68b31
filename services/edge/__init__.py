"""The load balancer in front of the gateways."""
