"""The stand-in platform's load generator: a program of its own, as the real one is."""

from tests.support.standin import serve

if __name__ == "__main__":
    serve()
