"""Reading QR codes with a decoder that has nothing to do with the one that made them."""

from __future__ import annotations

import io

from tests.support import need


def decoded(picture: bytes) -> str:
    """The text of the one QR code in a PNG; skips where the decoder or Pillow is missing."""
    zxing = need.module("zxingcpp")
    images = need.module("PIL.Image")
    found = zxing.read_barcodes(images.open(io.BytesIO(picture)))
    assert len(found) == 1, f"{len(found)} codes in the picture"
    return str(found[0].text)
