"""Findings of formats and guidelines on entries, bills and files."""
