"""A secret that was found in a text: what kind, where, and how sure that is."""

from dataclasses import dataclass, field

from services.reviewer.finding import Category, Finding, Place, Severity

TOOL = "secret-scan"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters within one line of a text: `start` counts from 0, `end` is the one after the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What no model, log or database may see. `kind` is a word such as `aws-access-key`.

    `spans` are the parts of the text that tell it: several where it stands on more lines or in more literals than one.
    `value` is the secret itself, free of quotes and encodings: it stays in the process and out of every `repr`.
    """

    kind: str
    place: Place
    spans: tuple[Span, ...]
    severity: Severity
    confidence: float
    value: str = field(repr=False)

    def tell(self) -> Finding:
        """Return the finding that says where it is, and not what."""
        return Finding(
            rule=f"secret/{self.kind}",
            severity=self.severity,
            category=Category.SECRET,
            message=f"A secret is written here ({self.kind.replace('-', ' ')}): replace it, and read the new one from "
            "the environment or a secret store.",
            place=self.place,
            tools=(TOOL,),
            confidence=self.confidence,
        )
