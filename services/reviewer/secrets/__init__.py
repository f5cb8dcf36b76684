"""Finds secrets in a text, and keeps them from leaving."""
