"""Where the shop's services are."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What a process needs to know."""

    host: str = "db.internal"
    user: str = "shop"
    password: str = os.environ.get("SHOP_PASSWORD", "")
    bucket: str = "shop-images"


AWS_ACCESS_KEY_ID = os.environ.get("AWS_ACCESS_KEY_ID", "")
