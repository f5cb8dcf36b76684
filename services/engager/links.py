"""Whether a comment holds a link: something that those who show it are likely to make one of."""

import re
import unicodedata

# What a reader takes for an address without a scheme; a list, as a sentence may lack its space after a full stop.
_ENDINGS = "app|biz|co|com|dev|edu|eu|gg|gov|info|io|link|ly|me|net|online|org|shop|site|store|tv|uk|us|xyz"
# Each looks at a few characters only, as a comment may be made to take long.
_LINK = re.compile(rf"\w://|\bwww\.|\bmailto:|[\w-]\.(?:{_ENDINGS})\b|[\w-]\.[a-z]{{2,20}}/\S", re.IGNORECASE)


def holds_link(comment: str) -> bool:
    """Whether there is one, also in letters that only look different, such as full-width ones."""
    return _LINK.search(unicodedata.normalize("NFKC", comment)) is not None
