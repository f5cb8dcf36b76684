"""A model that repeats all that it is told: what it can't have been told is in no traffic, no key and no value."""

import json
from uuid import uuid4

import structlog
from pydantic import SecretStr

from chassis.redis import open_redis
from services.reviewer.cache import AnswerCache, cache_key
from services.reviewer.models.choosing import choose_model
from services.reviewer.models.prompt import Matter, Passage, Task, make_prompt
from services.reviewer.models.settings import ModelsSettings
from services.reviewer.secrets.redactor import Redactor
from tests.conftest import Servers
from tests.integration.generator.backends.loopback import Exchange
from tests.integration.reviewer.models.model_server import open_model_server, words_sent
from tests.invented_secrets import in_code, invented_secrets

SECRETS = invented_secrets()
CODE = "\n".join(in_code(kind, secret) for kind, secret in SECRETS.items())
TOKEN = SECRETS["github-token"]


async def test_no_secret_is_in_the_traffic_a_key_or_a_value(
    servers: Servers, log: structlog.stdlib.BoundLogger
) -> None:
    redis = open_redis(SecretStr(servers.stack.redis_url), answer_seconds=10.0)
    prefix = f"test-{uuid4()}"
    redactor = Redactor()
    code, error = redactor.redact(CODE, "python"), redactor.redact(f"KeyError: {TOKEN}\n{CODE}")
    file = Passage(matter=Matter.FILE, text=code, path=redactor.redact(f"{TOKEN}.py"), language="python")
    prompt = make_prompt(Task.DEBUG, [Passage(matter=Matter.ERROR, text=error), file])

    async with open_model_server() as (server, url):

        async def repeat(exchange: Exchange) -> None:
            server.says = json.dumps({"summary": words_sent(exchange), "findings": [words_sent(exchange)]})
            server.fault = None
            server.asked.pop()
            await server.handle(exchange)

        server.fault = repeat
        model = choose_model(ModelsSettings(models="local:m", local_url=f"{url}/v1"))
        assert model is not None
        cache = AnswerCache(redis=redis, prefix=prefix, wait_seconds=1, log=log)
        key = cache_key(model=model.name, prompt=prompt.identity, tools={})
        answer, _ = await cache.fetch(key, lambda: model.ask(prompt), keep_seconds=60)
        await model.close()

    [asked] = server.asked
    keys = [key async for key in redis.scan_iter(match=f"{prefix}:*")]
    everything = b"".join([asked.head, asked.body, *keys, *[await redis.get(key) for key in keys]])
    await redis.aclose()
    assert len(keys) == 1
    assert [kind for kind in SECRETS if f"<{kind}-1>" not in answer.summary] == []
    telling = {line for secret in SECRETS.values() for line in secret.split("\n") if "PRIVATE" not in line}
    assert [secret for secret in telling if secret.encode() in everything] == []
