// A verdict is felt and heard as well as seen: another rhythm and another tone for each.
const SIGNS = {
  accepted: { rhythm: [120], tones: [660, 880] },
  repeated: { rhythm: [80, 80, 80], tones: [660, 660] },
  refused: { rhythm: [300, 120, 300], tones: [330, 220] },
};
const TONE_SECONDS = 0.16;

function sound(tones) {
  const audio = new AudioContext();
  // Browsers keep a page silent that nobody has touched; then the sign and the words must do.
  if (audio.state !== "running") return audio.close();
  tones.forEach((tone, index) => {
    const voice = new OscillatorNode(audio, { frequency: tone });
    const volume = new GainNode(audio, { gain: 0.15 });
    voice.connect(volume).connect(audio.destination);
    voice.start(audio.currentTime + index * TONE_SECONDS);
    voice.stop(audio.currentTime + (index + 1) * TONE_SECONDS);
  });
}

const sign = SIGNS[document.querySelector("[data-verdict]")?.dataset.verdict];
if (sign) {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(sign.rhythm);
  if (window.AudioContext) sound(sign.tones);
}
