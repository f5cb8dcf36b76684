"""Where the shop's services are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What a process needs to know."""

    host: str = "db.internal"
    user: str = "shop"
    password: str = "@@password@@"
    bucket: str = "shop-images"


AWS_ACCESS_KEY_ID = "@@aws-access-key@@"
