"""Asks a model about code: what it is shown, how it is asked, and what of its answer can be used."""
