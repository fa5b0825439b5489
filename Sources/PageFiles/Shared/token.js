// The bearer token: kept for this tab alone, asked for when the server wants one, never in a URL.
import { el } from "./dom.js";

const KEY = "sluice.token";
let asking = null;
let declined = false;

export const current = () => sessionStorage.getItem(KEY);

/** What the token says that it grants; nothing where there is none. The server alone believes it. */
export function claims() {
  try { return JSON.parse(atob(current().split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))); }
  catch { return {}; }
}

/** Has the user enter a token where a call was refused for want of another; resolves when that is over. */
export async function askAgain({ status, message }) {
  if (status !== 401 && status !== 403) return;
  asking ??= prompt(message, current() != null).finally(() => { asking = null; });
  await asking;
}

/** Asks for a token once, however many calls were refused. Resolves to `null` when the user declines. */
export function ask(sentence, refused) {
  if (current() !== refused) return Promise.resolve(current()); // another call has got a new one meanwhile
  if (declined) return Promise.resolve(null);
  asking ??= prompt(sentence, refused != null).finally(() => { asking = null; });
  return asking;
}

function prompt(sentence, wasRefused) {
  const field = el("input", {
    id: "token", name: "token", type: "password", required: true, autocomplete: "off",
    spellcheck: "false", "aria-describedby": "token-why",
  });
  const dialog = el("dialog", { class: "card", "aria-labelledby": "token-title" },
    el("form", { method: "dialog" },
      el("h2", { id: "token-title" },
        wasRefused ? "That token was not accepted" : "This server asks for a token"),
      el("p", { id: "token-why", class: "muted" },
        sentence ? `The server says: ${sentence}` : "Ask whoever runs it. The token stays in this tab."),
      el("label", { for: "token" }, "Access token"), field,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "Not now"),
        el("button", { class: "primary", value: "ok" }, "Continue"))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    const token = dialog.returnValue === "ok" ? field.value.trim() : "";
    dialog.remove();
    if (token) sessionStorage.setItem(KEY, token);
    declined = !token;
    resolve(token || null);
  }));
}
