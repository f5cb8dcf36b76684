"""The linters: each in a file of its own, and all behind one sandbox."""
