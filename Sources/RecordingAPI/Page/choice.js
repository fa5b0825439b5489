// What of a recording this browser can be fed.
import { codecName } from "./format.js";

/** Media Source Extensions; nothing where there are none. */
export const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

const known = new Map();
/** Whether this browser plays a media type; asked of it once, for there may be thousands of files. */
function plays(type) {
  if (!known.has(type)) known.set(type, Boolean(type && Source?.isTypeSupported(type)));
  return known.get(type);
}

/**
 * What to play of these files: all, or, where the sound of one is nothing to this browser, the pictures alone; no
 * buffer takes files with sound and files without. `type` is the newest file's, `typeOf` another's; without a `type`
 * `refusal` says why nothing is played. `silence` says what sound there is.
 */
export function choice(files) {
  const isMute = files.some((file) => !plays(file.media_type) && plays(file.video_type));
  const typeOf = (file) => (isMute ? file?.video_type ?? file?.media_type : file?.media_type);
  const last = files.at(-1);
  const type = plays(typeOf(last)) ? typeOf(last) : null;
  return { isMute, type, typeOf, refusal: refusal(last), silence: isMute ? silence(files) : "" };
}

function refusal({ media_type, codecs }) {
  const container = (media_type ?? "video/mp4").split(";")[0];
  const unknown = codecs.filter((codec) => !plays(`${container}; codecs="${codec}"`));
  const what = unknown.length ? unknown.map(codecName).join(" and ") : "what was recorded";
  return `This browser cannot play ${what}. It is recorded all the same, and can be downloaded.`;
}

function silence(files) {
  const { codecs, video_type } = files.findLast((file) => !plays(file.media_type) && plays(file.video_type));
  const sounds = codecs.filter((codec) => !video_type.includes(codec)).map(codecName);
  return `No sound here: this browser has no ${sounds.join(" and ")}. Downloads have it.`;
}
