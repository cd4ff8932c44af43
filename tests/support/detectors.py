"""A browser that reads codes by itself, as Chromium does on phones; the one of the tests does not."""

from __future__ import annotations

import json
from typing import Any

COPY = "?of-the-detector"
"""The detector loads a decoder of its own by this address, so that the page's is told from it."""

BAR_CODES = ["code_128", "ean_13"]
KINDS: dict[str, dict[str, Any]] = {
    "works": {},
    "no-qr": {"formats": BAR_CODES},
    "no-formats": {"formats": []},
    "unasked": {"fails": "getSupportedFormats"},
    "unmade": {"fails": "constructor"},
    "unserved": {"fails": "detect", "after": 0},
    "breaks": {"fails": "detect", "after": 4},
}
"""`unserved`: the detector is there and its service is not; `breaks`: the service goes away in use."""

SCRIPT = """
(({ formats, fails, after }) => {
  const KNOWN = ["aztec", "code_128", "code_39", "data_matrix", "ean_13", "pdf417", "qr_code", "upc_a"];
  const ELEMENTS = [HTMLVideoElement, HTMLCanvasElement, HTMLImageElement];
  const SOURCES = [...ELEMENTS, OffscreenCanvas, ImageBitmap, ImageData, Blob];
  const seen = { detections: 0, codes: [] };
  let decoder;

  async function loaded() {
    const zxing = await import("/static/vendor/zxing-wasm/reader/index.jsCOPY");
    const locateFile = () => "/static/vendor/zxing-wasm/reader/zxing_reader.wasmCOPY";
    await zxing.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
    return zxing;
  }

  async function pixels(source) {
    const bitmap = await createImageBitmap(source);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.getContext("2d").getImageData(0, 0, bitmap.width, bitmap.height);
  }

  function detected({ text, position }) {
    const corners = [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft];
    const cornerPoints = corners.map(({ x, y }) => ({ x, y }));
    const [xs, ys] = [cornerPoints.map(({ x }) => x), cornerPoints.map(({ y }) => y)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const boundingBox = new DOMRectReadOnly(left, top, Math.max(...xs) - left, Math.max(...ys) - top);
    return { boundingBox, rawValue: text, format: "qr_code", cornerPoints };
  }

  class BarcodeDetector {
    static async getSupportedFormats() {
      if (fails === "getSupportedFormats") throw new DOMException("no service", "NotSupportedError");
      return formats ?? KNOWN;
    }

    constructor(options = {}) {
      if (fails === "constructor") throw new TypeError("Failed to construct 'BarcodeDetector'");
      const wanted = options.formats ?? formats ?? KNOWN;
      if (!wanted.length) throw new TypeError("Hint option provided, but is empty.");
      if (wanted.some((format) => !KNOWN.includes(format))) throw new TypeError("not a BarcodeFormat");
      this.formats = wanted;
    }

    async detect(source) {
      if (!SOURCES.some((kind) => source instanceof kind)) throw new TypeError("not an ImageBitmapSource");
      seen.detections += 1;
      if (fails === "detect" && seen.detections > after) {
        throw new DOMException("Barcode detection service unavailable.", "NotSupportedError");
      }
      decoder ??= loaded();
      const picture = await pixels(source);
      if (fails || !this.formats.includes("qr_code")) return [];
      const found = await (await decoder).readBarcodes(picture, { formats: ["QRCode"] });
      seen.codes.push(...found.map(({ text }) => text));
      return found.map(detected);
    }
  }

  Object.assign(window, { BarcodeDetector, detector: seen });
})(GIVEN);
"""


def script(kind: str) -> str:
    """What to run before a page's own scripts. `window.detector` then counts what the detector was asked.

    It has the interface of the Shape Detection API, and it decodes the picture that it is given.
    """
    return SCRIPT.replace("COPY", COPY).replace("GIVEN", json.dumps(KINDS[kind]))
