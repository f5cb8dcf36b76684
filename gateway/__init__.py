"""The one address of the system: forwards every call to the service it is for, and holds no state of its own."""
