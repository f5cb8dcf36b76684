"""The proto, the tables and Python use the same words."""

import re
from typing import Any

from atelier.reviewer.v1 import quota_service_pb2 as quota_pb
from atelier.reviewer.v1 import review_service_pb2 as pb

from chassis.postgres import Database
from services.reviewer.comparing import FindingStatus
from services.reviewer.coverage import ModelStatus, Outcome, ToolStatus
from services.reviewer.finding import Category, Severity
from services.reviewer.models.prompt import Task
from tests.conftest import Schema


async def test_proto_sql_and_python_use_the_same_words(database: Database, schema: Schema) -> None:
    async def words(constraint: str) -> set[str]:
        query = (
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND connamespace = $2::regnamespace"
        )
        async with database.connection() as connection:
            return set(re.findall(r"'(\w+)'", await connection.fetchval(query, constraint, schema.name)))

    def proto(enum: Any, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name, _ in enum.items()} - {"UNSPECIFIED"}

    assert await words("parts_state_check") == proto(pb.ReviewState, "REVIEW_STATE_")
    assert await words("parts_outcome_check") == proto(pb.ReviewOutcome, "REVIEW_OUTCOME_") == set(Outcome)
    assert await words("findings_status_check") == proto(pb.FindingStatus, "FINDING_STATUS_") == set(FindingStatus)
    assert await words("reviews_secret_policy_check") == proto(pb.SecretPolicy, "SECRET_POLICY_")
    assert await words("plans_plan_check") == proto(quota_pb.Plan, "PLAN_")
    assert await words("reviews_kind_check") == await words("parts_task_check") == set(Task)
    assert proto(pb.ToolRun.Status, "STATUS_") == set(ToolStatus)
    assert proto(pb.ModelRun.Status, "STATUS_") == set(ModelStatus)
    assert proto(pb.Category, "CATEGORY_") == set(Category)
    assert {name.removeprefix("SEVERITY_"): number for name, number in pb.Severity.items() if number} == {
        one.name: one.value for one in Severity
    }
