"""Commands as scripts see them: stdout, stderr and exit codes, against a resolver on a real socket."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from atelier.gateway.v1.gateway_service_pb2 import GatewayLoad, GetSystemResponse, SystemService
from atelier.jobs.v1.jobs_service_pb2 import Queue
from grpc_health.v1.health_pb2 import HealthCheckResponse

from chassis import errors
from chassis.errors import PermissionDenied, Unavailable, status_of
from cli.exits import ExitCode
from tests.unit.cli.aborting import DOMAIN


async def test_resolve_answers_in_the_order_of_its_arguments_with_exactly_the_documented_fields(gateway: Any) -> None:
    outcome = await gateway.run("resolve", "pokemontcg", "base1-4", "nope", "base1-4", "--json")

    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert [answer["external_id"] for answer in answers] == ["base1-4", "nope", "base1-4"]
    assert answers[0] == {
        "source": "pokemontcg",
        "external_id": "base1-4",
        "tier": "CATALOG",
        "card_id": "00000000-0000-0000-0000-000000000001",
        "catalog_id": "base1-4",
        "name": "Charizard",
        "reason": None,
    }
    assert answers[1]["tier"] is None
    assert answers[1]["card_id"] is None
    assert answers[1]["reason"] == "NOT_IN_CATALOG"
    assert outcome.code == ExitCode.OK


async def test_an_unknown_id_is_an_answer_unless_strict(gateway: Any) -> None:
    lenient = await gateway.run("resolve", "s", "nope")
    strict = await gateway.run("resolve", "s", "nope", "--strict")

    assert (lenient.code, strict.code) == (ExitCode.OK, ExitCode.ITEMS)


async def test_a_long_file_is_resolved_in_batches_of_a_thousand_and_answered_in_order(
    gateway: Any, tmp_path: Path
) -> None:
    names = [f"base1-{n}" for n in range(2500)]
    file = tmp_path / "ids.jsonl"
    file.write_text("".join(json.dumps({"source": "s", "external_id": name}) + "\n" for name in names))
    gateway.resolver.hold_first = True  # until the second batch has come: answers arrive out of order

    outcome = await gateway.run("resolve", "--jsonl", str(file), "--json")

    assert [json.loads(line)["external_id"] for line in outcome.out.splitlines()] == names
    assert sorted(gateway.resolver.batches) == [500, 1000, 1000]


async def test_a_bad_line_is_told_with_its_place_and_stops_nothing(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "ids.jsonl"
    file.write_text(
        '{"source":"s","external_id":"base1-1"}\n{"source":"s"}\nx\n{"source":"s","external_id":"base1-2"}\n'
    )

    outcome = await gateway.run("resolve", "--jsonl", str(file), "--json")

    assert len(outcome.out.splitlines()) == 2
    assert f"{file}:2: external_id: is missing" in outcome.err
    assert f"{file}:3: broken JSON" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_an_id_that_breaks_a_rule_of_the_proto_does_not_spoil_its_batch(gateway: Any) -> None:
    outcome = await gateway.run("resolve", "s", "base1-1", "x" * 201, "--json")

    assert len(outcome.out.splitlines()) == 1
    assert "ID 2: external_id:" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_dry_run_is_passed_on(gateway: Any) -> None:
    await gateway.run("resolve", "s", "base1-1", "--dry-run")

    assert gateway.resolver.requests[0].dry_run


@pytest.mark.parametrize(
    "arguments", [["resolve"], ["resolve", "s"], ["resolve", "s", "x", "--jsonl", "f"], ["identify"]]
)
async def test_wrong_usage_ends_with_code_2(gateway: Any, arguments: list[str]) -> None:
    assert (await gateway.run(*arguments)).code == ExitCode.USAGE


async def test_identify_gives_exactly_the_documented_fields_in_order(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "scans.jsonl"
    file.write_text('{"name":"Charizcrd","number":"4"}\n{"name":"?","number":null}\n')

    outcome = await gateway.run("identify", "--jsonl", str(file), "--json")

    known, unknown = (json.loads(line) for line in outcome.out.splitlines())
    assert list(known) == ["catalog_id", "confidence", "needs_review", "candidates"]
    assert known["catalog_id"] == "base1-4"
    assert set(known["candidates"][0]) == {"catalog_id", "name", "number", "set_name", "confidence", "evidence"}
    assert known["candidates"][0]["evidence"][0]["agreement"] == "SIMILAR"
    assert unknown == {"catalog_id": None, "confidence": 0.0, "needs_review": True, "candidates": []}


async def test_identify_sends_a_hundred_scans_a_call(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "scans.jsonl"
    file.write_text('{"number":"4"}\n' * 250)

    await gateway.run("identify", "--jsonl", str(file), "--json")

    assert sorted(gateway.resolver.batches) == [50, 100, 100]


async def test_import_tells_the_file_and_line_of_what_the_gateway_rejects(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "cards.jsonl"
    file.write_text('{"id":"a","name":"A"}\n\n{"id":"b"}\n{"id":7}\n')

    outcome = await gateway.run("import", "cards", str(file), "--json")

    summary = json.loads(outcome.out)
    assert {name: summary[name] for name in ("received", "inserted", "rejected")} == {
        "received": 3,
        "inserted": 1,
        "rejected": 2,
    }
    assert {(one["line"], one["field"], one["reason"]) for one in summary["rejections"]} == {
        (3, "name", "INVALID_FIELD"),
        (4, "id", "UNREADABLE"),
    }
    assert f"{file}:3: name: must not be empty" in outcome.err
    assert outcome.code == ExitCode.ITEMS


async def test_import_of_good_records_ends_with_code_0(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text("source,external_id,catalog_id\ns,1,base1-1\n")

    outcome = await gateway.run("import", "keys", str(file))

    assert outcome.code == ExitCode.OK
    assert "received" in outcome.out


async def test_a_missing_file_is_one_sentence_and_no_call(gateway: Any) -> None:
    outcome = await gateway.run("import", "cards", "nowhere.jsonl")

    assert outcome.err == "nowhere.jsonl can't be read (No such file or directory); check its name.\n"
    assert outcome.code == ExitCode.NO_INPUT
    assert gateway.resolver.requests == []


async def test_search_goes_over_pages_up_to_its_limit_and_says_how_to_go_on(gateway: Any) -> None:
    outcome = await gateway.run("search", "char", "--limit", "1200", "--json")

    found = json.loads(outcome.out)
    assert len(found["cards"]) == 1200
    assert found["next_page_token"] == "1200"
    assert [request.page_size for request in gateway.resolver.requests] == [1000, 200]


async def test_a_card_is_found_by_either_of_its_ids(gateway: Any) -> None:
    by_catalog = await gateway.run("card", "base1-4", "--json")
    by_uuid = await gateway.run("card", "00000000-0000-0000-0000-000000000004", "--json")

    assert json.loads(by_catalog.out) == json.loads(by_uuid.out)
    assert [request.WhichOneof("id") for request in gateway.resolver.requests] == ["catalog_id", "card_id"]


async def test_gaps_are_lines_and_their_control_characters_never_reach_a_terminal(gateway: Any) -> None:
    lines = await gateway.run("gaps", "--all", "--json")
    table = await gateway.run("gaps")

    assert json.loads(lines.out)["count"] == 2
    assert gateway.resolver.requests[0].include_resolved
    assert "\x1b" not in lines.out + table.out
    assert "\\x1b]0;title\\x07" in table.out


async def test_coverage_has_every_count(gateway: Any) -> None:
    found = json.loads((await gateway.run("coverage", "--json")).out)

    assert found["cards"] == 102
    assert found["resolutions"]["key"] == 3
    assert found["resolutions"]["embedding"] == 0


async def test_system_ends_with_code_69_when_a_part_is_down(gateway: Any) -> None:
    well = await gateway.run("system")
    gateway.health.states["resolver/postgres"] = HealthCheckResponse.NOT_SERVING
    ill = await gateway.run("system", "--json")

    assert well.code == ExitCode.OK
    assert ill.code == ExitCode.UNAVAILABLE
    assert json.loads(ill.out)["healthy"] is False
    assert "resolver/postgres" in ill.err


async def test_system_tells_an_operator_versions_queues_and_load(gateway: Any) -> None:
    queues = [Queue(name=f"resolver/queues/{name}", waiting=2, throughput=1.5) for name in ("scan", "other")]
    gateway.whole.system = GetSystemResponse(
        services=[SystemService(name="gateway", version="0.7.1"), SystemService(name="resolver", queues=queues)],
        load=GatewayLoad(calls=3, shed_per_second=0.25, limits_shared=True),
    )

    table = await gateway.run("system")
    told = json.loads((await gateway.run("system", "--json")).out)

    rows = [line.split() for line in table.out.splitlines()]
    assert ["gateway", "0.7.1", "0.0"] in rows
    assert ["resolver", "0.0", "4", "0", "3.0", "no"] in rows
    assert ["3", "0.0", "0.2", "0.0", "0.0", "yes"] in rows
    assert told["services"][0] == {"name": "gateway", "version": "0.7.1", "error": None, "seconds": 0.0, "queues": []}
    assert told["load"]["shed_per_second"] == 0.25


async def test_system_tells_whoever_is_no_operator_the_health_alone(gateway: Any) -> None:
    gateway.whole.error = PermissionDenied("Role user may not call this; it needs role operator.")

    outcome = await gateway.run("system", "--json")

    assert outcome.code == ExitCode.OK
    assert json.loads(outcome.out)["healthy"] is True
    assert json.loads(outcome.out)["services"] is None


async def test_system_names_a_service_that_does_not_answer_though_its_health_was_good(gateway: Any) -> None:
    late = status_of(Unavailable("The service resolver doesn't answer."), domain=DOMAIN)
    gateway.whole.system = GetSystemResponse(services=[SystemService(name="resolver", status=late)])

    outcome = await gateway.run("system", "--json")

    assert outcome.code == ExitCode.UNAVAILABLE
    assert json.loads(outcome.out)["healthy"] is False
    assert "resolver doesn't tell how it is" in outcome.err


async def test_the_token_of_the_state_folder_is_used_unless_another_is_given(gateway: Any) -> None:
    gateway.settings.token_file.parent.mkdir()
    gateway.settings.token_file.write_text("from-the-folder\n")

    await gateway.run("coverage")
    await gateway.run("--token", "given", "coverage")

    assert gateway.resolver.tokens == ["Bearer from-the-folder", "Bearer given"]


async def test_without_a_token_the_call_is_made_without_one(gateway: Any) -> None:
    await gateway.run("coverage")

    assert gateway.resolver.tokens == [""]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidArgument([errors.FieldViolation("page_token", "is of another list")]), ExitCode.DATA),
        (errors.NotFound("There is no card x."), ExitCode.NOT_FOUND),
        (errors.Unauthenticated("A token is needed."), ExitCode.NO_PERMISSION),
        (errors.PermissionDenied("Role user may not call this."), ExitCode.NO_PERMISSION),
        (errors.DeadlineExceeded("The deadline has passed."), ExitCode.TRY_AGAIN),
        (errors.Internal(), ExitCode.SOFTWARE),
    ],
)
async def test_every_error_is_one_sentence_on_stderr_and_its_own_code(
    gateway: Any, error: errors.AtelierError, code: ExitCode
) -> None:
    gateway.resolver.error = error

    outcome = await gateway.run("coverage", "--json")

    assert outcome.code == code
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.endswith(".\n")


async def test_where_nobody_listens_the_sentence_says_how_to_start_a_gateway(gateway: Any) -> None:
    gateway.address = "127.0.0.1:1"

    outcome = await gateway.run("coverage")

    sentence = "No gateway answers at 127.0.0.1:1; start one with `atelier up` or name it with --address.\n"
    assert outcome.err == sentence
    assert outcome.code == ExitCode.UNAVAILABLE


async def test_an_error_in_the_middle_of_an_import_is_told_as_any_other(gateway: Any, tmp_path: Path) -> None:
    file = tmp_path / "cards.jsonl"
    file.write_text('{"id":"a","name":"A"}\n')
    gateway.resolver.error = errors.PermissionDenied("Role user may not call this.")

    outcome = await gateway.run("import", "cards", str(file))

    assert outcome.code == ExitCode.NO_PERMISSION


async def test_token_prints_just_a_token_that_the_secret_signed(gateway: Any) -> None:
    secret = "s" * 32
    gateway.settings.jwt_secret_file.parent.mkdir(parents=True)
    gateway.settings.jwt_secret_file.write_text(secret + "\n")

    outcome = await gateway.run("token", "--sub", "ash", "--role", "operator", "--days", "2")

    claims = jwt.decode(outcome.out.strip(), secret, algorithms=["HS256"], audience="atelier")
    assert (claims["sub"], claims["role"]) == ("ash", "operator")
    assert claims["exp"] - claims["iat"] == 2 * 86400
    assert outcome.err == ""


async def test_token_without_a_secret_says_what_makes_one(gateway: Any) -> None:
    outcome = await gateway.run("token", "--sub", "ash", "--role", "user")

    assert "`atelier up` makes one" in outcome.err
    assert outcome.code == ExitCode.NO_INPUT


async def test_an_unknown_or_wrong_setting_ends_with_code_78(gateway: Any) -> None:
    gateway.environment = {"ATELIER_CLI_ADRESS": "x"}
    unknown = await gateway.run("coverage")
    gateway.environment = {}
    gateway.address = "nonsense"
    wrong = await gateway.run("coverage")

    assert (unknown.code, wrong.code) == (ExitCode.SETTINGS, ExitCode.SETTINGS)
    assert "ATELIER_CLI_ADRESS" in unknown.err
    assert "--address" in wrong.err
