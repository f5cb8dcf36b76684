"""Asks for the weather."""

import requests


def temperature(city: str) -> float:
    """Return how warm it is, in degrees Celsius."""
    try:
        answer = requests.get("https://weather.example/now", params={"city": city}, verify=False, timeout=5)
        return float(answer.json()["celsius"])
    except:
        return 0.0
