"""SARIF: valid by the official schema, and within what GitHub takes."""

import importlib.metadata
import json
import random
import string
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reviewer import sarif as sarif_module
from services.reviewer.comparing import FindingStatus, Told
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.finding import Category, Place, Severity
from services.reviewer.process import VERSION
from services.reviewer.sarif import Sarif, export_sarif
from tests.unit.reviewer.findings import finding


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> jsonschema.Draft7Validator:
    """The official schema; its formats are checked too."""
    path = shared_data / "sarif-schema-2.1.0.json"
    if not path.is_file():
        pytest.skip(f"the SARIF schema is not at {path}")
    return jsonschema.Draft7Validator(json.loads(path.read_text()), format_checker=jsonschema.FormatChecker())


def told(status: FindingStatus = FindingStatus.NEW, **details: Any) -> Told:
    return Told(finding=finding(**details), fingerprint="f" * 32, status=status)


def exported(*findings: tuple[str, Told], **runs: list[ToolRun]) -> Sarif:
    return export_sarif(findings, version="1.2.3", runs=runs)


def run_of(sarif: Sarif) -> dict[str, Any]:
    [run] = json.loads(sarif.document)["runs"]
    assert isinstance(run, dict)
    return run


def test_a_finding_has_its_place_its_rule_and_its_fingerprints() -> None:
    secret = told(
        rule="secret/password",
        place=Place(3, 5, 3, 9),
        severity=Severity.CRITICAL,
        category=Category.SECRET,
        tools=("secret-scan", "ruff"),
        confidence=0.95,
    )

    run = run_of(exported(("src/a b#1.py", secret)))

    [result], [rule] = run["results"], run["tool"]["driver"]["rules"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/a%20b%231.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    assert result["partialFingerprints"]["primaryLocationLineHash"] == f"{'f' * 32}:1"
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("secret/password", 0, "error")
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["properties"]["tags"] == ["secret", "security"]
    assert "%SRCROOT%" in run["originalUriBaseIds"]


def test_columns_that_are_not_known_are_not_told() -> None:
    run = run_of(exported(("a.py", told(line=3))))

    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "endLine": 3, "startColumn": 1}


def test_only_rules_of_security_have_a_score() -> None:
    run = run_of(exported(("a.py", told(category=Category.STYLE))))

    assert "security-severity" not in run["tool"]["driver"]["rules"][0]["properties"]


def test_a_rule_is_as_bad_as_its_worst_finding() -> None:
    security: dict[str, Any] = {"category": Category.SECURITY}

    run = run_of(
        exported(
            ("a.py", told(severity=Severity.LOW, **security)),
            ("b.py", told(severity=Severity.HIGH, **security)),
        )
    )

    [rule] = run["tool"]["driver"]["rules"]
    assert rule["properties"]["security-severity"] == "8.0"


def test_what_is_fixed_or_dismissed_is_not_exported() -> None:
    sarif = exported(*(("a.py", told(status)) for status in FindingStatus))

    assert [result["baselineState"] for result in run_of(sarif)["results"]] == ["new", "unchanged"]
    assert sarif.left_out == 0


def test_tools_that_did_not_look_are_named() -> None:
    runs = [
        ToolRun(tool="ruff", version="1", status=ToolStatus.RAN),
        ToolRun(tool="pylint", version="", status=ToolStatus.MISSING, message="It isn't installed."),
    ]

    [note] = run_of(export_sarif([], version="1.2.3", runs={"a.py": runs}))["invocations"][0][
        "toolExecutionNotifications"
    ]

    assert note["message"]["text"] == "pylint is missing and didn't look at a.py: It isn't installed."


def test_what_there_is_no_room_for_is_the_least_severe() -> None:
    low = [("a.py", told(severity=Severity.LOW, line=number)) for number in range(1, 5001)]
    high = ("b.py", told(severity=Severity.HIGH))

    sarif = exported(*low, high)

    results = run_of(sarif)["results"]
    assert (len(results), sarif.left_out) == (5000, 1)
    assert results[0]["level"] == "error"


def test_a_document_that_is_too_large_gets_fewer_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_module, "_MAX_BYTES", 50_000)
    noise = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x9FFF)]
    findings = [("a.py", told(message="".join(noise.choices(letters, k=1000)), line=number)) for number in range(1, 51)]

    sarif = exported(*findings)

    kept = len(run_of(sarif)["results"])
    assert len(sarif.document) <= 50_000
    assert 10 < kept < 50
    assert sarif.left_out == 50 - kept


def test_long_words_are_cut() -> None:
    run = run_of(exported(("a.py", told(rule="model/" + "x" * 2000, message="y" * 5000, tools=("model",)))))

    [rule] = run["tool"]["driver"]["rules"]
    assert len(run["results"][0]["message"]["text"]) == 1024
    assert (len(rule["name"]), len(rule["shortDescription"]["text"])) == (255, 1024)


def test_the_version_that_documents_tell_is_the_distribution_s() -> None:
    assert importlib.metadata.version("atelier") == VERSION


def test_nothing_found_is_a_document_too(schema: jsonschema.Draft7Validator) -> None:
    schema.validate(json.loads(exported().document))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet=string.printable + "é☆:", min_size=1, max_size=30),
            st.builds(
                told,
                st.sampled_from(FindingStatus),
                rule=st.sampled_from(["ruff/S602", "model/x y", "secret/key"]),
                place=st.one_of(st.none(), st.just(Place(2)), st.just(Place(1, 2, 3, 4)), st.just(Place(1, 2))),
                message=st.text(max_size=30),
                severity=st.sampled_from(Severity),
                category=st.sampled_from(Category),
                confidence=st.floats(0, 1),
            ),
        ),
        max_size=4,
    )
)
def test_what_is_exported_is_valid(schema: jsonschema.Draft7Validator, findings: list[tuple[str, Told]]) -> None:
    run = ToolRun(tool="ruff", version="1", status=ToolStatus.CUT_OFF, message="It took more than 10 seconds.")

    schema.validate(json.loads(export_sarif(findings, version="1.2.3", runs={"a.py": [run]}).document))
