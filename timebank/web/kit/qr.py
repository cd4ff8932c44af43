"""QR codes as SVG: the library makes the matrix, one path draws it."""

from __future__ import annotations

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4


def svg(data: str, label: str) -> Markup:
    """A QR code at error level M, black on white whatever the theme; `label` is read out instead."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(data)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, cells in enumerate(matrix)
        for column, dark in enumerate(cells)
        if dark
    )
    size = len(matrix)
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        'aria-label="{label}" shape-rendering="crispEdges"><rect width="{size}" height="{size}" '
        'fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    ).format(size=size, label=label, path=path)
