// Sends what waits when the browser says that there is a network, also when no page is open.
import { Store } from "./store.js";
import { TAG, Uploader } from "./upload.js";
import { wipe } from "./wipe.js";

// Raises Lost when it did not come through: then the browser asks again, a few times and with growing pauses.
async function sendAll(api, version) {
  const store = await Store.openExisting();
  if (!store) return;
  const uploader = new Uploader(store, api, version, {
    // Only a lost phone is a matter of the worker: to sign in somebody has to open the page.
    onRefused: async (_organization, { code }) => {
      if (code !== "device-revoked") return;
      uploader.stop();
      await wipe({ store, api, isLost: true });
    },
  });
  store.onGone = () => uploader.stop();
  try {
    await uploader.sendAll();
  } finally {
    uploader.stop();
    store.close();
  }
}

export function sendInBackground(api, version) {
  self.addEventListener("sync", (event) => {
    if (event.tag === TAG) event.waitUntil(sendAll(api, version));
  });
}
