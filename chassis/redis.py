"""Redis, all of whose contents may be lost: for now, whether it is there."""

from pydantic import SecretStr
from redis.asyncio import Redis


async def ping_redis(url: SecretStr) -> None:
    """Raises `redis.RedisError` or OSError unless the server answers."""
    async with Redis.from_url(url.get_secret_value(), socket_timeout=1, socket_connect_timeout=1) as client:
        await client.ping()
