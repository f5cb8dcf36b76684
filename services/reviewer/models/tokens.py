"""Tokens before anybody has counted them. No tokeniser: each model has its own, and those need the network.

Code comes to 2.4 to 4 bytes of UTF-8 a token with the tokenisers of 2023 to 2026; long digits, hex and rare scripts to
fewer. What is set aside must not be too little, and what is said to be saved not too much, so each is a bound.
"""

_FEWEST_BYTES = 2
_MOST_BYTES = 4
_PER_LINE = 4  # Its number.
_FEWEST_BYTES_A_LINE = 8  # On the whole; code has thirty or so.
_PER_CALL = 3_000  # Instructions, the schema, what linters found, and what providers add.


def most_tokens(*texts: str) -> int:
    """More tokens than a call about these texts is likely to send, whole as they are; its answer isn't among them."""
    return _PER_CALL + sum(_most(text) for text in texts)


def most_tokens_of_size(size_bytes: int) -> int:
    """The same about a file that nobody has read yet."""
    return _PER_CALL + size_bytes // _FEWEST_BYTES + _PER_LINE * (size_bytes // _FEWEST_BYTES_A_LINE)


def least_tokens(text: str) -> int:
    """Fewer tokens than a text is likely to be."""
    return len(text.encode()) // _MOST_BYTES


def _most(text: str) -> int:
    return -(-len(text.encode()) // _FEWEST_BYTES) + _PER_LINE * (text.count("\n") + 1)
