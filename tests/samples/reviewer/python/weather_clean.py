"""Asks for the weather."""

import requests


def temperature(city: str) -> float | None:
    """Return how warm it is, in degrees Celsius; None when nobody knows."""
    try:
        answer = requests.get("https://weather.example/now", params={"city": city}, timeout=5)
        return float(answer.json()["celsius"])
    except (requests.RequestException, KeyError, ValueError):
        return None
