"""reviewer.v1.QuotaService: proto in, use case, proto out."""

from typing import Any

from atelier.reviewer.v1 import quota_service_pb2 as pb
from atelier.reviewer.v1 import quota_service_pb2_grpc as pb_grpc

from services.reviewer.budgeting import Budgeting
from services.reviewer.quota_messages import plan_word, quota_message

SERVICE_NAME = "atelier.reviewer.v1.QuotaService"


class QuotaServicer(pb_grpc.QuotaServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, budgeting: Budgeting) -> None:
        self._budgeting = budgeting

    async def GetQuota(self, request: pb.GetQuotaRequest, context: Any) -> pb.GetQuotaResponse:
        return pb.GetQuotaResponse(quota=quota_message(await self._budgeting.quota(request.owner)))

    async def SetPlan(self, request: pb.SetPlanRequest, context: Any) -> pb.SetPlanResponse:
        quota = await self._budgeting.set_plan(owner=request.owner, plan=plan_word(request.plan))
        return pb.SetPlanResponse(quota=quota_message(quota))
