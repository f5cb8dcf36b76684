"""Models against a server that speaks the providers' wire formats over a real socket."""

import gzip
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from jobs.job import ErrorClass
from services.reviewer.models.choosing import choose_model
from services.reviewer.models.model import CallUsage, Model, ModelError
from services.reviewer.models.prompt import Matter, Passage, Prompt, Task, make_prompt
from services.reviewer.models.settings import ModelsSettings
from services.reviewer.secrets.redactor import Redactor
from tests.integration.generator.backends.loopback import Exchange, free_port
from tests.integration.reviewer.models.model_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    REVIEW,
    ModelServer,
    open_model_server,
    status,
    words_sent,
)

CLAUDE, GPT, LOCAL = "anthropic:claude-sonnet-5", "openai:gpt-5.2", "local:qwen2.5-coder"
EACH = pytest.mark.parametrize("name", [CLAUDE, GPT, LOCAL])
KEY = "sk-a-very-secret-key"
SECRET = "AKIA" + "Q4TZ7WX2MN5RLK3V"
CODE = f"def mean(xs):\n    return sum(xs) / len(xs)\n\nACCESS_KEY = '{SECRET}'\n"


class Rig:
    """A server, and models that are reached there."""

    def __init__(self, server: ModelServer, url: str, key_file: Path) -> None:
        self.server = server
        self.url = url
        self._key_file = key_file
        self._opened = list[Model]()

    def model(self, models: str, **settings: object) -> Model:
        """Models; closed with the rig."""
        given = {
            "models": models,
            "anthropic_url": self.url,
            "openai_url": f"{self.url}/v1",
            "local_url": f"{self.url}/v1",
            "anthropic_api_key_file": self._key_file,
            "openai_api_key_file": self._key_file,
            "model_seconds": 20,
            "model_max_output_tokens": 3_000,
            **settings,
        }
        model = choose_model(ModelsSettings.model_validate(given))
        assert model is not None
        self._opened.append(model)
        return model

    async def failure(self, models: str, **settings: object) -> ModelError:
        """How asking fails."""
        with pytest.raises(ModelError) as error:
            await self.model(models, **settings).ask(a_prompt())
        return error.value

    async def close(self) -> None:
        """Close the models, twice."""
        for model in [*self._opened, *self._opened]:
            await model.close()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    key_file = tmp_path / "key"
    key_file.write_text(f"{KEY}\n")
    async with open_model_server() as (server, url):
        rig = Rig(server, url, key_file)
        yield rig
        await rig.close()


def a_prompt() -> Prompt:
    redactor = Redactor()
    path, evidence = redactor.redact(f"src/{SECRET}.py"), redactor.redact(f"line 4: S105: {SECRET}")
    code = redactor.redact(CODE, "python")
    file = Passage(matter=Matter.FILE, text=code, path=path, language="python")
    return make_prompt(Task.REVIEW, [file, Passage(matter=Matter.LINTERS, text=evidence)])


LIMIT_FIELDS = {CLAUDE: "max_tokens", GPT: "max_completion_tokens", LOCAL: "max_tokens"}


@EACH
async def test_a_model_reviews_and_its_provider_counts_the_tokens(rig: Rig, name: str) -> None:
    answer = await rig.model(name).ask(a_prompt())

    assert (answer.model, answer.summary, list(answer.findings)) == (name, REVIEW["summary"], REVIEW["findings"])
    assert list(answer.usages) == [CallUsage(name, INPUT_TOKENS, OUTPUT_TOKENS)]
    [asked] = rig.server.asked
    assert asked.json()["model"] == name.partition(":")[2]
    assert asked.json()[LIMIT_FIELDS[name]] == 3_000


@EACH
async def test_what_arrives_is_fenced_has_no_secret_and_offers_no_tools(rig: Rig, name: str) -> None:
    prompt = a_prompt()

    await rig.model(name).ask(prompt)

    [asked] = rig.server.asked
    assert SECRET.encode() not in asked.head + asked.body
    assert not {"tools", "functions", "tool_choice"} & asked.json().keys()
    told = words_sent(asked)
    fence = prompt.text[3:35]
    assert len(fence) == 32
    assert told.count(fence) == 2 + 2 * 2
    assert "4 | ACCESS_KEY = '<aws-access-key-1>'" in told
    assert "| line 4: S105: <aws-access-key-1>" in told
    assert 'path: "src/<aws-access-key-1>.py"' in told


@EACH
async def test_json_is_asked_for_by_the_providers_own_means(rig: Rig, name: str) -> None:
    await rig.model(name).ask(a_prompt())

    [asked] = rig.server.asked
    told = asked.json()
    form = told["output_config"]["format"] if name == CLAUDE else told["response_format"]
    assert form["type"] == "json_schema"


async def test_a_model_without_them_is_asked_in_words(rig: Rig) -> None:
    answer = await rig.model("anthropic:claude-3-5-haiku").ask(a_prompt())

    [asked] = rig.server.asked
    assert answer.summary == REVIEW["summary"]
    assert "output_config" not in asked.json()
    assert '"replacement"' in words_sent(asked)


async def test_json_in_a_markdown_fence_is_read(rig: Rig) -> None:
    rig.server.says = f"```json\n{json.dumps(REVIEW)}\n```"

    answer = await rig.model(LOCAL).ask(a_prompt())

    assert list(answer.findings) == REVIEW["findings"]


async def test_the_key_goes_to_its_provider_and_to_nobody_else(rig: Rig) -> None:
    for name in (CLAUDE, GPT, LOCAL):
        await rig.model(name).ask(a_prompt())

    told = [KEY.encode() in exchange.head for exchange in rig.server.asked]
    assert told == [True, True, False]


STATUSES = [
    (status(429, {"Retry-After": "7"}), ErrorClass.RATE_LIMITED, (7, 7)),
    (status(429), ErrorClass.RATE_LIMITED, None),
    (status(429, code="insufficient_quota", type="insufficient_quota"), ErrorClass.QUOTA, None),
    (status(529, type="overloaded_error"), ErrorClass.RATE_LIMITED, None),
    (status(529, {"Retry-After": "3"}), ErrorClass.RATE_LIMITED, (3, 3)),
    (status(500, {"Retry-After": "3"}), ErrorClass.NETWORK, None),
    (status(503), ErrorClass.NETWORK, None),
    (status(504), ErrorClass.TIMEOUT, None),
    (status(400), ErrorClass.INVALID, None),
    (status(401), ErrorClass.AUTH, None),
    (status(402), ErrorClass.QUOTA, None),
    (status(403), ErrorClass.AUTH, None),
    (status(404), ErrorClass.NOT_FOUND, None),
    (status(413), ErrorClass.INVALID, None),
]


@EACH
async def test_a_status_has_its_class_and_is_asked_for_once(rig: Rig, name: str) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    dated = (status(429, {"Retry-After": at}), ErrorClass.RATE_LIMITED, (100, 300))
    for fault, error_class, after in [dated, *STATUSES]:
        rig.server.asked.clear()
        rig.server.fault = fault

        error = await rig.failure(name)

        told = error.failed.after_seconds
        assert error.failed.error_class == error_class
        assert told is None if after is None else after[0] <= (told or 0) <= after[1]
        assert (len(rig.server.asked), error.usages) == (1, ())
        assert "quoted" not in error.failed.message


@EACH
async def test_words_decide_nothing(rig: Rig, name: str) -> None:
    rig.server.fault = status(400, message="rate limit exceeded, insufficient_quota, overloaded, timeout, 429")

    error = await rig.failure(name)

    assert error.failed.error_class == ErrorClass.INVALID


async def hang(exchange: Exchange) -> None:
    await exchange.hang()


async def drip(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
    await exchange.hang()


async def cut(exchange: Exchange) -> None:
    await exchange.answer(200, {"id": "msg_01", "type": "message", "content": []}, claim=100)


async def cut_chunk(exchange: Exchange) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    await exchange.send(head + b'40\r\n{"id": "msg_01", "content": [')


async def reset(exchange: Exchange) -> None:
    exchange.reset()


async def page(exchange: Exchange) -> None:
    await exchange.answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"})


async def empty(exchange: Exchange) -> None:
    await exchange.answer(200, {})


async def some_list(exchange: Exchange) -> None:
    await exchange.answer(200, [])


async def redirect(exchange: Exchange) -> None:
    await exchange.answer(307, b"", {"Location": "http://127.0.0.1:1/v1/messages"})


@EACH
@pytest.mark.parametrize("fault", [hang, drip])
async def test_a_server_that_takes_too_long_is_a_timeout(rig: Rig, name: str, fault: object) -> None:
    rig.server.fault = fault  # type: ignore[assignment]

    error = await rig.failure(name, model_seconds=0.5)

    assert error.failed.error_class == ErrorClass.TIMEOUT


@EACH
@pytest.mark.parametrize("fault", [cut, cut_chunk, reset])
async def test_an_answer_that_is_cut_is_of_the_network(rig: Rig, name: str, fault: object) -> None:
    rig.server.fault = fault  # type: ignore[assignment]

    error = await rig.failure(name)

    assert (error.failed.error_class, len(rig.server.asked)) == (ErrorClass.NETWORK, 1)


async def endless(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        await exchange.send(b" " * 2**16)


async def packed(exchange: Exchange) -> None:
    body = gzip.compress(b" " * 2**27)
    await exchange.answer(200, body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})


@EACH
@pytest.mark.parametrize("fault", [endless, packed])
async def test_an_answer_without_end_is_cut_off(rig: Rig, name: str, fault: object) -> None:
    rig.server.fault = fault  # type: ignore[assignment]

    error = await rig.failure(name)

    assert (error.failed.error_class, len(rig.server.asked)) == (ErrorClass.NETWORK, 1)


@EACH
async def test_a_server_that_is_not_there_is_of_the_network(rig: Rig, name: str) -> None:
    rig.url = f"http://127.0.0.1:{free_port()}"

    error = await rig.failure(name)

    assert error.failed.error_class == ErrorClass.NETWORK


@EACH
@pytest.mark.parametrize("fault", [page, empty, some_list, redirect])
async def test_an_answer_of_another_form_is_unknown(rig: Rig, name: str, fault: object) -> None:
    rig.server.fault = fault  # type: ignore[assignment]

    error = await rig.failure(name)

    assert (error.failed.error_class, len(rig.server.asked)) == (ErrorClass.UNKNOWN, 1)


async def test_no_answer_is_streamed_however_long_it_may_be(rig: Rig) -> None:
    """Some servers count no tokens in a stream, and one that a proxy ends looks like one that is complete."""
    for name in (CLAUDE, GPT, LOCAL):
        await rig.model(name, model_max_output_tokens=64_000).ask(a_prompt())

    assert [exchange.json()["stream"] for exchange in rig.server.asked] == [False] * 3


@EACH
async def test_a_refusal_is_not_asked_for_again_and_is_paid(rig: Rig, name: str) -> None:
    rig.server.stops = "refusal"

    error = await rig.failure(name)

    assert error.failed.error_class == ErrorClass.INVALID
    assert list(error.usages) == [CallUsage(name, INPUT_TOKENS, OUTPUT_TOKENS)]


@EACH
async def test_an_answer_cut_at_its_limit_of_tokens_is_paid(rig: Rig, name: str) -> None:
    rig.server.says, rig.server.stops = json.dumps(REVIEW)[:80], "max_tokens"

    error = await rig.failure(name)

    assert error.failed.error_class == ErrorClass.INVALID
    assert list(error.usages) == [CallUsage(name, INPUT_TOKENS, OUTPUT_TOKENS)]


@EACH
@pytest.mark.parametrize("says", ["I think that", '{"summary": 3}', '{"findings": []}', "", "{" * 100_000])
async def test_json_that_is_none_is_unknown_and_is_paid(rig: Rig, name: str, says: str) -> None:
    rig.server.says = says

    error = await rig.failure(name)

    assert (error.failed.error_class, len(rig.server.asked)) == (ErrorClass.UNKNOWN, 1)
    assert list(error.usages) == [CallUsage(name, INPUT_TOKENS, OUTPUT_TOKENS)]


@pytest.mark.parametrize("name", [GPT, LOCAL])
async def test_a_server_that_counts_nothing_is_taken_at_its_word(rig: Rig, name: str) -> None:
    rig.server.counts = False

    answer = await rig.model(name).ask(a_prompt())

    assert list(answer.usages) == [CallUsage(name, 0, 0)]


async def test_a_pause_is_not_waited_for(rig: Rig) -> None:
    rig.server.says, rig.server.stops = "Wait.", "pause_turn"

    error = await rig.failure(CLAUDE)

    assert (error.failed.error_class, len(rig.server.asked)) == (ErrorClass.UNKNOWN, 1)
    assert list(error.usages) == [CallUsage(CLAUDE, INPUT_TOKENS, OUTPUT_TOKENS)]


async def test_the_next_model_is_asked_when_one_fails(rig: Rig) -> None:
    async def claude_is_overloaded(exchange: Exchange) -> None:
        rig.server.fault = None
        await status(529)(exchange)

    rig.server.fault = claude_is_overloaded

    model = rig.model(f"{CLAUDE}, {GPT}")
    answer = await model.ask(a_prompt())

    assert (model.name, model.max_output_tokens) == (f"{CLAUDE},{GPT}", 3_000)
    assert answer.model == GPT
    assert [exchange.path for exchange in rig.server.asked] == ["/v1/messages", "/v1/chat/completions"]


async def test_what_a_model_that_failed_cost_is_counted_too(rig: Rig) -> None:
    rig.server.says = "no JSON"

    error = await rig.failure(f"{CLAUDE},{LOCAL}")

    tokens = (INPUT_TOKENS, OUTPUT_TOKENS)
    assert list(error.usages) == [CallUsage(CLAUDE, *tokens), CallUsage(LOCAL, *tokens)]


async def test_when_all_fail_the_failure_that_can_mend_soonest_is_told(rig: Rig) -> None:
    faults = [status(401), status(429, {"Retry-After": "60"}), status(429, {"Retry-After": "5"})]

    async def one_after_the_other(exchange: Exchange) -> None:
        await faults.pop(0)(exchange)

    rig.server.fault = one_after_the_other

    error = await rig.failure(f"{CLAUDE},{GPT},{LOCAL}")

    assert (error.failed.error_class, error.failed.after_seconds) == (ErrorClass.RATE_LIMITED, 5)


async def test_neither_code_nor_key_reaches_a_log_or_an_error(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await rig.model(f"{CLAUDE}").ask(a_prompt())
    await rig.model(f"{GPT}").ask(a_prompt())
    rig.server.says = "def mean(xs): no JSON"

    error = await rig.failure(f"{CLAUDE},{GPT}")

    told = f"{caplog.text} {error} {error.__cause__!r}"
    assert "mean(xs)" not in told
    assert KEY not in told


def test_no_model_is_the_default() -> None:
    assert choose_model(ModelsSettings()) is None
