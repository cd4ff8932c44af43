"""QR codes as SVG: the library makes the matrix, one path draws it."""

from __future__ import annotations

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

QUIET_ZONE = 4


def svg(data: str, label: str) -> Markup:
    """A QR code at error level M, black on white whatever the theme; `label` is read out instead."""
    matrix = _matrix(data)
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


def rows(data: str) -> list[str]:
    """The same code, quiet zone included, for a page that draws it itself: `1` is dark, row by row."""
    return ["".join("1" if dark else "0" for dark in cells) for cells in _matrix(data)]


def _matrix(data: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(data)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix
