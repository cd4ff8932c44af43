// Reads QR codes from the camera: by the browser's own detector, or by a decoder that is loaded when needed.
const PAUSE_MS = 120;
const SAME_CODE_MS = 3000;
const WIDEST = 960;

async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return { name: "BarcodeDetector", read: async (canvas) => (await detector.detect(canvas))[0]?.rawValue };
}

async function loadedDecoder(wasm) {
  const zxing = await import("../../vendor/zxing-wasm/reader/index.js");
  await zxing.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const options = { formats: ["QRCode"], maxNumberOfSymbols: 1 };
  const read = async (canvas) => {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return (await zxing.readBarcodes(picture, options))[0]?.text;
  };
  return { name: "zxing-wasm", read };
}

let decoder;

// What reads codes on this phone; loaded once.
export function decoderFor(wasm) {
  decoder ??= ownDetector().then((own) => own ?? loadedDecoder(wasm));
  decoder.catch(() => (decoder = undefined));
  return decoder;
}

export class Camera {
  constructor(video, wasm, onCode) {
    Object.assign(this, { video, wasm, onCode, stream: null, last: "", lastAt: 0 });
    this.canvas = document.createElement("canvas");
    this.canvas.getContext("2d", { willReadFrequently: true });
  }

  get isOn() {
    return this.stream !== null;
  }

  // Raises what the browser says when there is no camera or no permission.
  async start() {
    const facing = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    const [stream, reader] = await Promise.all([navigator.mediaDevices.getUserMedia({ video: facing }), decoderFor(this.wasm)]);
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    this.look(reader);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look(reader) {
    while (this.stream) {
      try {
        const text = this.draw() && (await reader.read(this.canvas));
        if (text && this.stream && this.isNew(text)) await this.onCode(text);
      } catch {
        // One frame that cannot be read; the next one comes at once.
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  draw() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return false;
    const scale = Math.min(1, WIDEST / width);
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return true;
  }

  // A card that stays before the camera is one scan: the time runs from when it was seen last.
  isNew(text) {
    const now = performance.now();
    const isSame = text === this.last && now - this.lastAt < SAME_CODE_MS;
    Object.assign(this, { last: text, lastAt: now });
    return !isSame;
  }
}
