// Watches one page from inside: what its text says at each painted frame, when its picture is there, and how
// many bytes came over its sockets. A frame is read in its animation callback and stamped by a message task,
// which runs once the frame has been laid out and painted.
(() => {
  const probe = (window.__probe = { samples: [], bytes: 0, messages: 0, picture: null, pressed: null });
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        probe.messages += 1;
        probe.bytes += data.byteLength ?? data.size ?? data.length;
      });
    }
  };
  window.addEventListener("pointerdown", () => (probe.pressed ??= performance.now()), true);

  const lastToken = () => {
    const shown = document.querySelectorAll('[data-testid="stMain"] [data-testid="stText"], [data-testid="stMain"] [data-testid="stMarkdown"]');
    for (let at = shown.length - 1; at >= 0; at--) {
      const found = shown[at].textContent.slice(-200).match(/[0-9a-z]+;/g);
      if (found) return parseInt(found.at(-1), 36);
    }
    return -1;
  };
  const picture = () =>
    [...document.querySelectorAll('[data-testid="stMain"] img')].find(
      (each) => each.complete && each.naturalWidth >= 500 && !each.src.startsWith("data:"), // the place kept for it
    );

  let changed = false;
  let watching = null;
  let seen = -1;
  const painted = new MessageChannel();
  painted.port1.onmessage = () => {
    const now = performance.now();
    if (watching === "text" && seen > (probe.samples.at(-1)?.[1] ?? -1)) probe.samples.push([now, seen]);
    if (watching === "picture" && probe.picture === null && picture()) probe.picture = now;
  };
  const frame = () => {
    if (!watching) return;
    if (changed && watching === "text") seen = lastToken();
    changed = false;
    painted.port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  new MutationObserver(() => (changed = true)).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  probe.watch = (what) => {
    Object.assign(probe, { samples: [], bytes: 0, messages: 0, picture: null, pressed: null });
    seen = -1;
    watching = what;
    requestAnimationFrame(frame);
  };
  probe.end = () => {
    watching = null;
    const { samples, bytes, messages, pressed } = probe;
    return { samples, bytes, messages, picture: probe.picture, pressed };
  };
})();
