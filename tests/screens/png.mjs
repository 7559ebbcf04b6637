// Smaller pictures: a PNG with a palette, at a third of the size. A screen has few colours; those that are hardly there
// become their nearest neighbours.

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = 8;

/** The same picture with 256 colours at most. Takes what Chromium writes: eight bits, no interlacing. */
export function withPalette(png) {
  const { width, height, pixels } = decode(png);
  const counts = new Map();
  for (const pixel of pixels) {
    counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  }
  const frequent = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
  const palette = choose(frequent);
  const places = new Map(frequent.map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      lines[y * (width + 1) + 1 + x] = places.get(pixels[y * width + x]);
    }
  }
  const head = Buffer.from(png.subarray(SIGNATURE + 8, SIGNATURE + 21));
  head[9] = 3;
  const colours = Buffer.from(palette.flatMap(parts));
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function distance(one, other) {
  const [a, b] = [parts(one), parts(other)];
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]);
}

/** The most frequent colours that differ enough from each other, so that 256 are enough. */
function choose(frequent) {
  for (let apart = 1; ; apart += 2) {
    const palette = [];
    for (const colour of frequent) {
      if (palette.length <= 256 && palette.every((chosen) => distance(chosen, colour) >= apart)) {
        palette.push(colour);
      }
    }
    if (palette.length <= 256) {
      return palette;
    }
  }
}

function nearest(palette, colour) {
  let [place, least] = [0, Infinity];
  palette.forEach((chosen, at) => {
    const far = distance(chosen, colour);
    if (far < least) {
      [place, least] = [at, far];
    }
  });
  return place;
}

/** A picture's size and its colours, pixel by pixel. */
function decode(png) {
  const [width, height] = [png.readUInt32BE(SIGNATURE + 8), png.readUInt32BE(SIGNATURE + 12)];
  const depth = { 2: 3, 6: 4 }[png[SIGNATURE + 17]];
  const packed = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      packed.push(png.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }
  const filtered = inflateSync(Buffer.concat(packed));
  const stride = width * depth;
  const bytes = Buffer.alloc(stride * height);
  const before = (y, x) => (y < 0 || x < 0 ? 0 : bytes[y * stride + x]);
  for (let y = 0; y < height; y += 1) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [before(y, x - depth), before(y - 1, x), before(y - 1, x - depth)];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      bytes[y * stride + x] = filtered[y * (stride + 1) + 1 + x] + guess;
    }
  }
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = (bytes[at * depth] << 16) | (bytes[at * depth + 1] << 8) | bytes[at * depth + 2];
  }
  return { width, height, pixels };
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
