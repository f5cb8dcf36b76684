"""generator.v1.CreditService: proto in, use case, proto out."""

from typing import Any

from atelier.generator.v1 import credit_service_pb2 as pb
from atelier.generator.v1 import credit_service_pb2_grpc as pb_grpc

from services.generator.credit_messages import balance_message, entry_message
from services.generator.crediting import Crediting

SERVICE_NAME = "atelier.generator.v1.CreditService"


class CreditServicer(pb_grpc.CreditServiceServicer):
    """Requests arrive here authenticated and valid by the proto's rules; errors leave through the interceptor."""

    def __init__(self, *, crediting: Crediting) -> None:
        self._crediting = crediting

    async def GetBalance(self, request: pb.GetBalanceRequest, context: Any) -> pb.GetBalanceResponse:
        owner, balance = await self._crediting.balance(request.owner)
        return pb.GetBalanceResponse(balance=balance_message(owner, balance))

    async def ListEntries(self, request: pb.ListEntriesRequest, context: Any) -> pb.ListEntriesResponse:
        page = await self._crediting.entries(owner=request.owner, size=request.page_size, token=request.page_token)
        return pb.ListEntriesResponse(
            entries=[entry_message(row) for row in page.rows], next_page_token=page.next_token
        )

    async def GrantCredits(self, request: pb.GrantCreditsRequest, context: Any) -> pb.GrantCreditsResponse:
        balance = await self._crediting.grant(owner=request.owner, amount=request.amount, request_id=request.request_id)
        return pb.GrantCreditsResponse(balance=balance_message(request.owner, balance))
