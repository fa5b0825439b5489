// Every call to the server: adds the token, and turns what went wrong into a sentence.
import * as token from "./token.js";

/** What the server (or the network) refused. `status` is 0 when no answer came. */
export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Fetches `path`; asks for a token at 401 and tries once more with it. Throws `ServerError`. */
export async function call(path, options = {}) {
  const used = token.current();
  let response;
  try {
    response = await ask(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "The server cannot be reached.");
  }
  if (response.ok) return response;
  const sentence = await sentenceOf(response);
  if (response.status === 401 && !options.keepalive && await token.ask(sentence, used)) {
    return call(path, options);
  }
  const { status } = response;
  throw new ServerError(status, sentence || WORDS[status] || `The server answered ${status}.`);
}

/** Fetches `path` with the token, whatever comes of it. */
export function ask(path, options = {}) {
  const used = token.current();
  const headers = used ? { ...options.headers, Authorization: `Bearer ${used}` } : options.headers ?? {};
  return fetch(path, { ...options, headers });
}

/** The server's own words: `{"error": …}` or plain text; nothing when it sent a page or a wall of text. */
async function sentenceOf(response) {
  const text = (await response.text().catch(() => "")).trim();
  try {
    const body = JSON.parse(text);
    const words = body.error ?? body.message ?? body.detail;
    return typeof words === "string" ? words : "";
  } catch {
    return text.startsWith("<") || text.length > 300 ? "" : text;
  }
}

const WORDS = {
  401: "The server asks for a token.",
  403: "This token does not allow that.",
  404: "There is no such thing here.",
  409: "That name is taken.",
  429: "The server asks to be called less often.",
  500: "The server met an unexpected problem.",
  503: "The server is busy.",
};
