"""The checksum of FIT files: CRC-16 with the reversed polynomial 0xA001, starting at 0."""


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


_TABLE = _table()


def fit_checksum(content: bytes) -> int:
    """0 for content that is followed by its own checksum."""
    value, table = 0, _TABLE
    for byte in content:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return value
