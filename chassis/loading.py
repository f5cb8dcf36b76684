"""What a process settles before it loads anything else of what it is made of."""

import gc
import os

# gRPC's default takes more of the processor for each event on a socket; it reads this when it is loaded.
# docs/decisions/0023 has the figures.
SOCKETS = "-event_engine_client,-event_engine_listener"


def begin_loading() -> None:
    """Load without looking for garbage, until it is enabled again, and have gRPC use its older sockets unless told.

    Nearly all that loading makes stays, and searching it takes a fifth of the time.
    """
    gc.disable()
    os.environ.setdefault("GRPC_EXPERIMENTS", SOCKETS)
