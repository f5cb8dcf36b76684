"""The resolver: from what a scan or another catalogue calls a card to the one canonical card."""
