"""Keys of nobody, as the environment gives them to a service."""

from __future__ import annotations

import base64


def key(name: str, length: int = 32) -> str:
    """A key that is the same for the same name, in URL-safe base64."""
    return base64.urlsafe_b64encode(name.ljust(length, ".").encode()[:length]).decode()


OLD_FIELD = f"t1:{key('field')}"
NEW_FIELD = f"t2:{key('second field')}"
SM4_FIELD = f"s1:sm4:{key('sm4', 16)}"
OLD_INDEX = key("index")
NEW_INDEX = key("second index")

OLD = {"field_keys": OLD_FIELD, "index_key": OLD_INDEX}
BOTH = {"field_keys": f"{OLD_FIELD},{NEW_FIELD}", "index_key": f"{NEW_INDEX},{OLD_INDEX}"}
NEW = {"field_keys": NEW_FIELD, "index_key": NEW_INDEX}
