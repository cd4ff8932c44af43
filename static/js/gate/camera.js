// Reads QR codes from the camera: by the browser's own detector, or by a decoder that is loaded when needed.
const PAUSE_MS = 120;
const SAME_CODE_MS = 3000;
const WIDEST = 960;

// None where the browser has no detector, or one that does not know QR codes or cannot say what it knows.
async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return null;
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return { name: "BarcodeDetector", isOwn: true, read: async (canvas) => (await detector.detect(canvas))[0]?.rawValue };
  } catch {
    return null;
  }
}

async function loadedDecoder(wasm) {
  const zxing = await import("../../vendor/zxing-wasm/reader/index.js");
  await zxing.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const options = { formats: ["QRCode"], maxNumberOfSymbols: 1 };
  const read = async (canvas) => {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return (await zxing.readBarcodes(picture, options))[0]?.text;
  };
  return { name: "zxing-wasm", isOwn: false, read };
}

let decoder;

function kept(loading) {
  decoder = loading;
  loading.catch(() => (decoder = undefined));
  return loading;
}

// What reads codes on this phone; loaded once.
function decoderFor(wasm) {
  return decoder ?? kept(ownDetector().then((own) => own ?? loadedDecoder(wasm)));
}

// The code in the picture, if there is one, and what has read it. A detector may be there without the service that it
// asks (a phone without the maker's services): that shows only when it reads, and from then on the other one does.
async function readCode(canvas, wasm) {
  const { name, isOwn, read } = await decoderFor(wasm);
  try {
    return { name, text: await read(canvas) };
  } catch (error) {
    if (!isOwn) throw error;
    await kept(loadedDecoder(wasm));
    return readCode(canvas, wasm);
  }
}

function newCanvas(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d", { willReadFrequently: true });
  return canvas;
}

// What reads codes here, after it has looked at an empty picture.
export async function nameOfDecoder(wasm) {
  return (await readCode(newCanvas(64, 64), wasm)).name;
}

export class Camera {
  // onEnd: the camera was taken away, by the system or by a hand that unplugged it
  constructor(video, wasm, facing, { onCode, onEnd }) {
    Object.assign(this, { video, wasm, facing, onCode, onEnd, stream: null, last: "", lastAt: 0 });
    this.canvas = newCanvas(WIDEST, WIDEST);
  }

  get isOn() {
    return this.stream !== null;
  }

  // Raises what the browser says when there is no camera, no permission, or nothing that reads codes.
  async start() {
    const facing = { facingMode: { ideal: this.facing }, width: { ideal: 1280 }, height: { ideal: 720 } };
    await nameOfDecoder(this.wasm);
    const stream = await navigator.mediaDevices.getUserMedia({ video: facing });
    this.stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.stream === stream && this.lose());
    this.video.srcObject = stream;
    await this.video.play();
    this.look(stream);
  }

  lose() {
    this.stop();
    this.onEnd();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look(stream) {
    while (this.stream === stream) {
      try {
        const text = this.draw() && (await readCode(this.canvas, this.wasm)).text;
        if (text && this.stream === stream && this.isNew(text)) await this.onCode(text);
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
