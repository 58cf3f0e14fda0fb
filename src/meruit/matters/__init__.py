"""Clients, payers, matters, shares and ethical walls."""
