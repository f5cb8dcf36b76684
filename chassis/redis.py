"""Redis, or a Redis Cluster, all of whose contents may be lost: a client by address."""

from typing import Any

from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError

CLUSTER_SCHEME = "+cluster://"
ANSWER_SECONDS = 1.0
# What a command raises while the server is away, doesn't answer, or refuses.
AWAY = (RedisError, RedisClusterException, OSError, TimeoutError)


def open_redis(url: SecretStr, *, answer_seconds: float = ANSWER_SECONDS) -> Any:
    """A client that connects when first used and again after a loss; close it with `aclose()`.

    `redis://`, `rediss://` (TLS) and `unix://` name one server, `redis+cluster://` and `rediss+cluster://` any node of
    a cluster. No command waits for an answer longer than `answer_seconds`; one whose connection was closed
    meanwhile is sent once more.
    """
    plain = url.get_secret_value()
    options: dict[str, Any] = {
        "socket_timeout": answer_seconds,
        "socket_connect_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 1),
        # Telling the server which version of redis-py this is takes 30 ms of searching the packages for it.
        "driver_info": None,
    }
    if CLUSTER_SCHEME in plain.split("?", 1)[0]:
        return RedisCluster.from_url(plain.replace(CLUSTER_SCHEME, "://", 1), **options)
    return Redis.from_url(plain, **options)
