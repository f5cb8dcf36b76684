"""Pictures that a server answers with an address instead of bytes. An address is the server's word, and not trusted."""

import httpx

from jobs.job import ErrorClass
from jobs.outcomes import JobError
from services.generator.backends.peer import Peer


class Fetching:
    """Fetches pictures from the API's own origin and from the hosts named besides, and from nowhere else."""

    def __init__(self, *, api_url: str, hosts: str, own: Peer, others: Peer) -> None:
        """`hosts`: `host` or `host:port`, with commas between. `own` carries the key, `others` doesn't."""
        self._api = httpx.URL(api_url)
        self._hosts = frozenset(host.strip().lower() for host in hosts.split(",") if host.strip())
        self._own = own
        self._others = others

    async def fetch(self, address: str) -> bytes:
        """The picture's bytes. Raises `JobError`: INVALID for an address that isn't allowed, else as `Peer`."""
        peer = self._peer_for(address)
        if peer is None:
            raise JobError(ErrorClass.INVALID, "The server sent an address that pictures may not be fetched from.")
        answer = await peer.ask("GET", address)
        if not answer.ok:
            raise peer.refusal(answer)
        return answer.body

    def _peer_for(self, address: str) -> Peer | None:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return None
        if url.userinfo:  # It would become a header.
            return None
        if _origin(url) == _origin(self._api):
            return self._own
        return self._others if url.scheme == "https" and url.netloc.decode().lower() in self._hosts else None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host.lower(), url.port
