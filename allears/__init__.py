"""Allears: the self-hosted home of a customer-centred organisation."""

__version__ = "0.1.0"
