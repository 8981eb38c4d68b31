"""The TLS contexts of this process: httpx makes one per transport, 0.7 MB each, also where plain HTTP is spoken."""

import ssl
from functools import cache

import httpx


@cache
def context_for(scheme: str) -> ssl.SSLContext:
    """Return what transports to URLs of this scheme share; for `https` it knows the authorities to trust."""
    # Loading those takes 20 ms and 1 MB, which plain HTTP has no use for.
    return httpx.create_ssl_context(verify=scheme == "https")
