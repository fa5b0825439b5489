// Reads HLS media playlists, delta updates included (RFC 8216bis §4.4), onto one line of time.

/** A recording's segments as last heard; `start` of each in seconds from the first one's. */
export class Playlist {
  segments = [];   // { number, start, duration, url, range, map, file, date, parts }
  open = null;     // the segment that still grows: { start, parts, … }
  isEnded = false;
  before = 0;      // seconds of media in files before the first that is listed
  after = 0;       // and in those behind the last
  #isKnown = false;    // what comes next can be asked for by its number
  #readAt = 0;         // when it was read last, in milliseconds of the page's clock
  #skipBoundary = 0;   // seconds before the end that delta updates never leave out

  constructor(url, ask = (...request) => fetch(...request)) {
    this.url = new URL(url, location.href);
    this.ask = ask;
  }

  /** Reads it again; once it has been read, waits for what is not listed yet. */
  async load(signal) {
    const url = new URL(this.url);
    if (this.#isKnown && !this.isEnded) {
      url.searchParams.set("_HLS_msn", this.open.number);
      url.searchParams.set("_HLS_part", this.open.parts.length);
      // A page that slept has missed more than a delta update says (RFC 8216bis §6.3.7).
      const age = (performance.now() - this.#readAt) / 1000;
      if (this.segments.length > 20 && age < this.#skipBoundary / 2) url.searchParams.set("_HLS_skip", "YES");
    }
    const response = await this.ask(url, { signal, cache: "no-store" });
    if (response.status === 503) return; // nothing has come meanwhile
    this.#isKnown = false; // after anything but a whole answer all of it is asked for
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    this.read(await response.text());
    [this.#isKnown, this.#readAt] = [true, performance.now()];
    if (!this.after) this.url.searchParams.delete("at"); // among the newest: it is followed as these are
  }

  read(text) {
    const before = this.segments;
    const segments = [];
    let number = 0, start = 0, map = null, file = 0, date = null, range = null, duration = null, parts = [];
    let isDelta = false, isEnded = false, boundary = 0, unlisted = {};
    for (const line of text.split("\n")) {
      const [tag, rest = ""] = split(line);
      if (tag === "#EXT-X-MEDIA-SEQUENCE") {
        number = Number(rest);
      } else if (tag === "#EXT-X-SERVER-CONTROL") {
        boundary = Number(attributes(rest)["CAN-SKIP-UNTIL"] ?? 0);
      } else if (tag === "#EXT-X-SLUICE-UNLISTED") {
        unlisted = attributes(rest);
      } else if (tag === "#EXT-X-SKIP") {
        const count = Number(attributes(rest)["SKIPPED-SEGMENTS"]);
        const first = before.findIndex((segment) => segment.number === number);
        const kept = first < 0 ? [] : before.slice(first, first + count);
        if (kept.length < count) throw new Error("The playlist went on without this page.");
        segments.push(...kept);
        isDelta = true;
        const last = segments.at(-1);
        [number, start, map, file, date] =
          [last.number + 1, last.start + last.duration, last.map, last.file, null];
        if (last.date != null) date = last.date + last.duration * 1000;
      } else if (tag === "#EXT-X-DISCONTINUITY") {
        if (number > (segments[0]?.number ?? number)) file = start;
        date = null;
      } else if (tag === "#EXT-X-MAP") {
        const found = attributes(rest);
        map = { url: this.address(found.URI), range: bytes(found.BYTERANGE) };
      } else if (tag === "#EXT-X-PROGRAM-DATE-TIME") {
        date = Date.parse(rest);
      } else if (tag === "#EXT-X-PART") {
        const found = attributes(rest);
        parts.push({
          url: this.address(found.URI), range: bytes(found.BYTERANGE), duration: Number(found.DURATION),
          isIndependent: found.INDEPENDENT === "YES",
        });
      } else if (tag === "#EXTINF") {
        duration = parseFloat(rest);
      } else if (tag === "#EXT-X-BYTERANGE") {
        range = bytes(rest);
      } else if (tag === "#EXT-X-ENDLIST") {
        isEnded = true;
      } else if (line && !line.startsWith("#")) {
        segments.push({ number, start, duration, url: this.address(line), range, map, file, date, parts });
        start += duration;
        if (date != null) date += duration * 1000;
        [number, range, parts] = [number + 1, null, []];
      }
    }
    const whole = parts.reduce((sum, part) => sum + part.duration, 0);
    const open = { number, start, duration: whole, map, file, date, parts };
    if (!isDelta) this.#join([...segments, open]);
    [this.segments, this.open, this.isEnded, this.#skipBoundary] = [segments, open, isEnded, boundary];
    [this.before, this.after] = [Number(unlisted.BEFORE ?? 0), Number(unlisted.AFTER ?? 0)];
  }

  /** Moves what was read from its beginning onto the known line of time: deletions leave the rest where it was. */
  #join(read) {
    if (!this.open) return;
    const known = new Map(this.segments.map((segment) => [key(segment), segment]));
    const same = read.find((segment) => known.has(key(segment)));
    const goesOn = read[0].number === this.open.number ? this.open.start : this.end;
    const shift = same ? known.get(key(same)).start - same.start : goesOn;
    const head = known.get(key(read[0]))?.file ?? shift;
    for (const segment of read) {
      segment.file = segment.file ? segment.file + shift : head;
      segment.start += shift;
    }
  }

  address(text) { return new URL(text, this.url).href; }

  get first() { return this.segments[0]?.start ?? 0; }
  get end() { return this.open ? this.open.start + this.open.duration : 0; }

  /** Seconds of media before `time` in all files that are left, as the recorder counts; and the time of so many. */
  position(time) { return this.before + time - this.first; }
  time(position) { return position - this.before + this.first; }

  /** What to fetch for `time`: a part near the end, else a segment. Whoever begins there needs a key frame first. */
  piece(time, isBeginning) {
    const epsilon = 0.02;
    if (this.open && time >= this.open.start - epsilon) return part(this.open, time, isBeginning);
    let low = 0, high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.segments[middle].start > time + epsilon) high = middle; else low = middle + 1;
    }
    const segment = this.segments[low - 1];
    if (!segment || time > segment.start + segment.duration + epsilon) return this.segments[low] ?? null;
    const within = segment.parts.length ? part(segment, time, isBeginning) : null;
    return within && within.start > segment.start + epsilon ? within : segment;
  }

  /** What stands behind a piece in the list, however short it is: pictures that came late are parts of no length. */
  following(piece) {
    const at = (number) => number === this.open?.number ? this.open : this.segments[number - this.segments[0]?.number];
    const segment = at(piece.number), isPiece = (each) => key(each) === key(piece);
    const place = segment && piece.isPart ? segment.parts.findIndex(isPiece) : -1;
    if (place < 0 && !(segment && isPiece(segment))) return this.piece(piece.start + piece.duration, false);
    if (place >= 0 && place + 1 < segment.parts.length) return partAt(segment, place + 1);
    return asPiece(at(piece.number + 1));
  }

  /** Milliseconds since 1970 at which `time` was recorded. */
  date(time) {
    const piece = this.open && time >= this.open.start ? this.open
      : this.segments.findLast((segment) => segment.start <= time);
    return piece?.date == null ? null : piece.date + (time - piece.start) * 1000;
  }

  /** The time at which `date`, in milliseconds since 1970, was recorded; in a gap, where it goes on. */
  timeOf(date) {
    const pieces = this.open ? [...this.segments, this.open] : this.segments;
    const piece = pieces.find((each) => each.date != null && date < each.date + each.duration * 1000);
    return piece ? piece.start + Math.max(date - piece.date, 0) / 1000 : this.end;
  }
}

function part(segment, time, isBeginning) {
  let end = segment.start, independent = null;
  for (const [place, { duration, isIndependent }] of segment.parts.entries()) {
    if (isIndependent) independent = place;
    end += duration;
    if (time >= end - 0.02) continue;
    const found = isBeginning ? independent : place;
    return found == null ? null : partAt(segment, found);
  }
  return null;
}

function partAt(segment, place) {
  const start = segment.parts.slice(0, place).reduce((sum, { duration }) => sum + duration, segment.start);
  const { number, map, file } = segment;
  return { ...segment.parts[place], start, number, map, file, isPart: true };
}

/** A segment as a piece; of one that grows its first part, which may not be there yet. */
function asPiece(segment) {
  if (!segment || segment.url) return segment ?? null;
  return segment.parts.length ? partAt(segment, 0) : null;
}

/** What is fetched, by its address. */
export const key = ({ url, range }) => `${url} ${range ?? ""}`;

function split(line) {
  const colon = line.indexOf(":");
  return colon < 0 ? [line] : [line.slice(0, colon), line.slice(colon + 1)];
}

function attributes(text) {
  const found = {};
  for (const [, name, quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) {
    found[name] = quoted ?? plain;
  }
  return found;
}

function bytes(text) {
  const [count, offset] = (text ?? "").split("@").map(Number);
  return count ? `bytes=${offset}-${offset + count - 1}` : null;
}
