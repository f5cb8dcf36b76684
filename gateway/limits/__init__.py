"""What a caller may take of the gateway, and what the gateway takes on at all. It reads no message."""
