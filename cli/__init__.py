"""The `atelier` command: what a person types to start, feed and ask the system."""
