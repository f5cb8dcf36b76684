"""The version of this distribution, which every answer of our servers carries."""

import importlib.metadata

VERSION_KEY = "x-atelier-version"


def installed_version() -> str:
    """Such as `0.1.0`; empty in a copy of the files that nobody installed."""
    try:
        return importlib.metadata.version("atelier")
    except importlib.metadata.PackageNotFoundError:
        return ""
