"""engager.v1.EngagementService: proto in, use case, proto out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from atelier.engager.v1 import engagement_service_pb2 as pb
from atelier.engager.v1 import engagement_service_pb2_grpc as pb_grpc

from services.engager.accounts import Accounts
from services.engager.activity_watching import ActivityWatching
from services.engager.browsing import Browsing
from services.engager.cancelling import Cancelling
from services.engager.messages import account_message, activity_message, pod_message, result_message, state_words
from services.engager.new_account import new_account
from services.engager.pods import Pods
from services.engager.resuming import Resuming
from services.engager.scheduling import Scheduling

SERVICE_NAME = "atelier.engager.v1.EngagementService"


class EngagementServicer(pb_grpc.EngagementServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(
        self,
        *,
        pods: Pods,
        accounts: Accounts,
        scheduling: Scheduling,
        browsing: Browsing,
        watching: ActivityWatching,
        cancelling: Cancelling,
        resuming: Resuming,
    ) -> None:
        self._pods = pods
        self._accounts = accounts
        self._scheduling = scheduling
        self._browsing = browsing
        self._watching = watching
        self._cancelling = cancelling
        self._resuming = resuming

    async def CreatePod(self, request: pb.CreatePodRequest, context: Any) -> pb.CreatePodResponse:
        row = await self._pods.create(request.name)
        return pb.CreatePodResponse(pod=pod_message(row))

    async def ListPods(self, request: pb.ListPodsRequest, context: Any) -> pb.ListPodsResponse:
        page = await self._pods.list_pods(owner=request.owner, size=request.page_size, token=request.page_token)
        return pb.ListPodsResponse(pods=map(pod_message, page.rows), next_page_token=page.next_token)

    async def CreateAccount(self, request: pb.CreateAccountRequest, context: Any) -> pb.CreateAccountResponse:
        row = await self._accounts.create(new_account(request))
        return pb.CreateAccountResponse(account=account_message(row))

    async def GetAccount(self, request: pb.GetAccountRequest, context: Any) -> pb.GetAccountResponse:
        row = await self._accounts.get(request.account_id)
        return pb.GetAccountResponse(account=account_message(row))

    async def ListAccounts(self, request: pb.ListAccountsRequest, context: Any) -> pb.ListAccountsResponse:
        page = await self._accounts.list_accounts(
            pod_id=request.pod_id,
            only_held=request.only_held,
            owner=request.owner,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListAccountsResponse(accounts=map(account_message, page.rows), next_page_token=page.next_token)

    async def ScheduleActivities(
        self, request: pb.ScheduleActivitiesRequest, context: Any
    ) -> pb.ScheduleActivitiesResponse:
        told = await self._scheduling.schedule(request.activities)
        return pb.ScheduleActivitiesResponse(results=map(result_message, told))

    async def GetActivity(self, request: pb.GetActivityRequest, context: Any) -> pb.GetActivityResponse:
        row = await self._browsing.get(request.activity_id)
        return pb.GetActivityResponse(activity=activity_message(row))

    async def ListActivities(self, request: pb.ListActivitiesRequest, context: Any) -> pb.ListActivitiesResponse:
        page = await self._browsing.list_activities(
            pod_id=request.pod_id,
            account_id=request.account_id,
            states=state_words(request.states),
            owner=request.owner,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListActivitiesResponse(activities=map(activity_message, page.rows), next_page_token=page.next_token)

    async def WatchActivities(
        self, request: pb.WatchActivitiesRequest, context: Any
    ) -> AsyncIterator[pb.WatchActivitiesResponse]:
        async with aclosing(self._watching.watch(request.activity_ids)) as changes:
            async for rows in changes:
                yield pb.WatchActivitiesResponse(activities=map(activity_message, rows))

    async def CancelActivity(self, request: pb.CancelActivityRequest, context: Any) -> pb.CancelActivityResponse:
        row = await self._cancelling.cancel(request.activity_id)
        return pb.CancelActivityResponse(activity=activity_message(row))

    async def ResumeAccount(self, request: pb.ResumeAccountRequest, context: Any) -> pb.ResumeAccountResponse:
        row, waiting = await self._resuming.resume(request.account_id)
        return pb.ResumeAccountResponse(account=account_message(row), waiting=waiting)
