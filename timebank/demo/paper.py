"""A certificate as a file of one page that any PDF reader opens."""

from __future__ import annotations

PAGE = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 298] /Contents 4 0 R "
    b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
)


def certificate(number: str) -> bytes:
    """A frame and three lines; `number` is plain ASCII."""
    drawing = (
        "2 w 20 20 380 258 re S BT /F 24 Tf 90 190 Td (CERTIFICATE) Tj "
        f"/F 14 Tf 0 -50 Td (No. {number}) Tj 0 -30 Td (Demonstration: issued to nobody) Tj ET"
    ).encode("ascii")
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing)
    return _document([*PAGE, stream])


def _document(objects: list[bytes]) -> bytes:
    """The objects one behind the other, and the table that says where each begins (ISO 32000-1, 7.5)."""
    written, places = b"%PDF-1.4\n", b""
    for number, each in enumerate(objects, start=1):
        places += b"%010d 00000 n \n" % len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    many, start = len(objects) + 1, len(written)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (many, places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (many, start)
    return written + table + end
