// Every verdict is heard and felt in its own way: tones in Hz one after the other, and a rhythm in milliseconds.
export const SIGNS = {
  accepted: { tones: [660, 880], shape: "sine", rhythm: [120] },
  repeated: { tones: [660, 660], shape: "sine", rhythm: [80, 80, 80] },
  refused: { tones: [220, 165], shape: "square", rhythm: [300, 120, 300] },
  provisional: { tones: [520, 390, 520], shape: "triangle", rhythm: [60, 60, 60, 60, 200] },
};
const TONE_SECONDS = 0.16;
let audio;

// Browsers let a page sound after somebody has touched it; one context serves all evening.
function context() {
  audio ??= window.AudioContext ? new AudioContext() : null;
  if (audio?.state === "suspended") audio.resume().catch(() => {});
  return audio?.state === "running" ? audio : null;
}

export function signal(verdict) {
  const sign = SIGNS[verdict];
  if (!sign) return;
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(sign.rhythm);
  const speaker = context();
  if (!speaker) return;
  sign.tones.forEach((tone, index) => {
    const voice = new OscillatorNode(speaker, { frequency: tone, type: sign.shape });
    const volume = new GainNode(speaker, { gain: sign.shape === "square" ? 0.06 : 0.15 });
    voice.connect(volume).connect(speaker.destination);
    voice.start(speaker.currentTime + index * TONE_SECONDS);
    voice.stop(speaker.currentTime + (index + 1) * TONE_SECONDS);
  });
}
