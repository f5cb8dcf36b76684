"""From an account's row to the connector that it names. The connections are the process's, and shared by all."""

from services.engager.connectors.client import Client
from services.engager.connectors.connector import Connector
from services.engager.connectors.dry_run import DryRun
from services.engager.connectors.secrets_folder import SecretsFolder
from services.engager.connectors.webhook import Webhook
from services.engager.words import Connects


class Connectors:
    """The connectors of a process, as a part."""

    def __init__(self, *, client: Client, secrets: SecretsFolder) -> None:
        self._client = client
        self._secrets = secrets

    def of(self, connects: Connects, *, url: str = "", secret: str = "", status_url: str = "") -> Connector:
        """The connector of an account, by its columns."""
        match connects:
            case Connects.WEBHOOK:
                return Webhook(url, secret, status_url, self._client, self._secrets)
            case Connects.DRY_RUN:
                return DryRun()

    async def start(self) -> None:
        """Connections are opened when they are first used."""

    async def stop(self) -> None:
        """Close them."""
        await self._client.close()
