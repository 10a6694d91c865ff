"""Text of an XML file from anywhere, made safe to parse.

Entities and document types are how small XML files become gigabytes or read other files; no
recording needs them, so a file that declares any is refused before a parser sees it.
"""

import math
import re
from datetime import UTC, datetime

_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,30})[\"']")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class UnsafeText(Exception):
    """The file declares a document type or entities, or is no text at all."""


def safe_text(content: bytes) -> str:
    """The text, decoded by its mark or declaration, UTF-8 otherwise. Raises UnsafeText."""
    declared = _ENCODING.search(content[:200])
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    encoding = marked or (declared.group(1).decode() if declared else "utf-8")
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeError):
        text = content.decode("utf-8", errors="replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnsafeText("it declares a document type or entities, which no recording needs")
    return text.lstrip("\ufeff \r\n\t")


def number(text: str | None) -> float | None:
    """None for what is missing, not a number, not finite or beyond any measurement."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e9 else None


def instant(text: str | None) -> datetime | None:
    """An ISO instant in UTC. Without an offset it is UTC, as both formats ask."""
    try:
        told = datetime.fromisoformat((text or "").strip())
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
