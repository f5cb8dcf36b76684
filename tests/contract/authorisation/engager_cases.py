"""The engager's methods: all there is has an owner."""

from collections.abc import Mapping

from atelier.engager.v1 import engagement_service_pb2 as pb
from atelier.engager.v1 import overview_service_pb2 as overview_pb

from tests.contract.authorisation.case import Case, of_caller, of_one, of_owner
from tests.contract.authorisation.requests import account_of, likes_of, pod_of
from tests.contract.authorisation.things import OWNER

ACTIVITY_MISSING, ACCOUNT_MISSING = "ACTIVITY_NOT_FOUND", "ACCOUNT_NOT_FOUND"

CASES: Mapping[str, list[Case]] = {
    "CreatePod": [of_caller(lambda _: pod_of("cats"))],
    "ListPods": [of_owner(lambda _: pb.ListPodsRequest(owner=OWNER)), of_caller(lambda _: pb.ListPodsRequest())],
    "CreateAccount": [of_one("POD_NOT_FOUND", lambda own: account_of(own.pod_id, "tom"), alone=True)],
    "GetAccount": [of_one(ACCOUNT_MISSING, lambda own: pb.GetAccountRequest(account_id=own.account_id))],
    "ListAccounts": [
        of_owner(lambda _: pb.ListAccountsRequest(owner=OWNER)),
        of_caller(lambda _: pb.ListAccountsRequest()),
        of_caller(lambda own: pb.ListAccountsRequest(pod_id=own.pod_id)),
    ],
    "ScheduleActivities": [
        of_one(
            "POD_NOT_FOUND",
            lambda own: likes_of(own.pod_id, own.account_id, "post-1"),
            alone=True,
            inside=lambda answer: answer.results[0].error,
        )
    ],
    "GetActivity": [of_one(ACTIVITY_MISSING, lambda own: pb.GetActivityRequest(activity_id=own.activity_id))],
    "ListActivities": [
        of_owner(lambda _: pb.ListActivitiesRequest(owner=OWNER)),
        of_caller(lambda _: pb.ListActivitiesRequest()),
        of_caller(lambda own: pb.ListActivitiesRequest(pod_id=own.pod_id, account_id=own.account_id)),
    ],
    "GetOverview": [
        of_owner(lambda _: overview_pb.GetOverviewRequest(owner=OWNER)),
        of_caller(lambda _: overview_pb.GetOverviewRequest()),
    ],
    "WatchActivities": [
        of_one(ACTIVITY_MISSING, lambda own: pb.WatchActivitiesRequest(activity_ids=[own.ended_activity_id]))
    ],
    "CancelActivity": [of_one(ACTIVITY_MISSING, lambda own: pb.CancelActivityRequest(activity_id=own.activity_id))],
    "ResumeAccount": [of_one(ACCOUNT_MISSING, lambda own: pb.ResumeAccountRequest(account_id=own.account_id))],
}
