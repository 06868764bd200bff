"""@title@, a service of @owner@."""

__version__ = "0.1.0"
