"""Text without secrets: addresses lose their user, password and query."""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

MASK = "***"
USER = re.compile(r"(?<=://)\S*@")  # to the last @: a password may have one, and / ? # too
VALUE = re.compile(r"(?<=[?&;])([^\s=&;'\"<>]+)=[^\s&;'\"<>]+")
QUERY = re.compile(r"://[^\s'\"<>]*")


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """Return a text in which addresses have no user, password or value of a query, and known words are masked."""
    for word in sorted(set(known), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text)
    text = USER.sub(f"{MASK}@", text)
    return QUERY.sub(lambda found: VALUE.sub(rf"\1={MASK}", found[0]), text)


def secrets_of(address: str) -> set[str]:
    """Return the user, the password and the values of the query of an address, as written and decoded."""
    _, _, rest = address.partition("://")
    user, at, _ = rest.rpartition("@")
    pairs = re.findall(r"[?&;][^=&;]+=([^&;#]+)", rest)
    words = [user, *user.split(":", 1), *pairs] if at else pairs
    return {form for word in words if word for form in (word, unquote(word), quote(unquote(word), safe=""))}
