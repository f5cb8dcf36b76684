"""What a repository's modules import, and what follows from that. Nothing here asks a model or reads a table."""
