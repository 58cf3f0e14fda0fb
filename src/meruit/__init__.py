"""Meruit runs a law firm's billing cycle: prepared by night, decided by day."""

__version__ = "0.1.0"
