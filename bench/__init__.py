"""What the system does, measured side by side with what its parts can do alone."""
