"""What can be wrong with a request to the resolver that its proto's rules can't say."""

from chassis.errors import FieldViolation, InvalidArgument, NotFound, Unavailable

DOMAIN = "resolver.atelier"


class CardNotFound(NotFound):
    """No card has the id."""

    reason = "CARD_NOT_FOUND"

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"There is no card with {field} {value!r}.", metadata={field: value})


class BadEmbedding(InvalidArgument):
    """An embedding whose length isn't the deployment's, or that points nowhere."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__([FieldViolation(field, description, "BAD_EMBEDDING")])


class Contended(Unavailable):
    """Others kept writing the very ids of this call; nothing is lost, and the same call will find their result."""

    def __init__(self) -> None:
        super().__init__(
            "Other callers are writing the same ids; send the same call again.", reason="CONTENDED", retry_seconds=0.1
        )
