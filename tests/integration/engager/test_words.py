"""The proto, the tables and Python use the same words."""

import re
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb

from chassis.postgres import Database
from services.engager.words import Connects, Kind, LatePolicy, LinkPolicy, State
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

    connectors = {field.name.upper() for field in pb.Account.DESCRIPTOR.oneofs_by_name["connector"].fields}
    assert await words("activities_kind_check") == proto(pb.ActivityKind, "ACTIVITY_KIND_") == set(Kind)
    assert await words("activities_state_check") == proto(pb.ActivityState, "ACTIVITY_STATE_") == set(State)
    assert await words("activities_late_policy_check") == proto(pb.LatePolicy, "LATE_POLICY_") == set(LatePolicy)
    assert await words("pod_accounts_links_check") == proto(pb.LinkPolicy, "LINK_POLICY_") == set(LinkPolicy)
    assert await words("pod_accounts_connector_check") == connectors == set(Connects)
