"""Language tags: what may be one, and which of several somebody reads best."""

import re
from collections.abc import Iterable

TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")


def nearest(locale: str | None, tags: Iterable[str]) -> str | None:
    """Of these tags the one that somebody reads best: as it is spoken there, or else their language.

    >>> nearest("pt_PT", ["pt-BR", "pt"]), nearest("zh-Hant-TW", ["zh-Hant"]), nearest("de", ["fr"]), nearest(None, [])
    ('pt', 'zh-Hant', None, None)
    """
    known = {tag.lower(): tag for tag in tags}
    sought = (locale or "").replace("_", "-").lower()
    while sought and sought not in known:
        sought = sought.rpartition("-")[0]
    return known.get(sought)
