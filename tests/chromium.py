"""The browser that tests drive."""

import shutil

# The first is a browser without a window, and pages cost half of what they do in the others.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in _NAMES if (path := shutil.which(name))), None)
MISSING = "there is no Chromium on this machine"
# As root there is no sandbox; and it asks nobody but the page for anything.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
