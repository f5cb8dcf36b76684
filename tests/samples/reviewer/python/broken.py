"""Reads lines."""


def read(path: str) -> list[str]:
    """Return the lines of a file."""
    with open(path, encoding="utf-8") as file
        return file.read().splitlines()
