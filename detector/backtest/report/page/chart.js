// @ts-check
import { svg } from './elements.js'

/** Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten. @param {number} low @param {number} high */
export function logTicks(low, high) {
  const ticks = []
  for (let power = -3; power <= 3; power++) {
    for (const factor of [1, 2, 5]) {
      const tick = Number((factor * 10 ** power).toPrecision(1))
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks
}

/** About `count` round steps from 0 to `high`. @param {number} high @param {number} count */
export function ticksTo(high, count) {
  const rough = high / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, n) =>
    Number((n * step).toPrecision(6)),
  )
}

/**
 * Bars of whole numbers over a base line, as one path.
 * @param {readonly number[]} values
 * @param {(index: number) => number} x left edge
 * @param {number} width
 * @param {(value: number) => number} height
 * @param {number} base
 */
export function barPath(values, x, width, height, base) {
  let path = ''
  for (const [index, value] of values.entries()) {
    if (value > 0) path += `M${x(index).toFixed(2)} ${base}h${width}v${-height(value)}h${-width}z`
  }
  return path
}

/**
 * A label near a point, where it covers none of `taken` and stays in the picture; nothing where there is no room.
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {{ readonly left: number, readonly right: number, readonly top: number, readonly bottom: number }} room
 * @param {{ x: number, y: number, w: number, h: number }[]} taken
 * @param {string} kind its class
 * @param {boolean} onLine whether a line runs through the point
 */
export function placeLabel(text, x, y, room, taken, kind, onLine) {
  const wide = Array.from(text, (char) => (char.charCodeAt(0) > 255 ? 12 : 6.4)).reduce((a, b) => a + b, 0)
  const high = 14
  const beside = [
    { x: x + 9, y: y - high / 2 },
    { x: x - 9 - wide, y: y - high / 2 },
    { x: x - wide / 2, y: y - 9 - high },
    { x: x - wide / 2, y: y + 9 },
    { x: x + 8, y: y - 9 - high },
    { x: x + 8, y: y + 7 },
    { x: x - 8 - wide, y: y - 9 - high },
    { x: x - 8 - wide, y: y + 7 },
  ]
  // Beside a point of a falling line lies the line: above it is free.
  const places = onLine
    ? [beside[4], beside[2], beside[5], beside[3]].filter((one) => one !== undefined)
    : beside
  const free = places.find(
    (place) =>
      place.x > room.left &&
      place.x + wide < room.right &&
      place.y > room.top &&
      place.y + high < room.bottom &&
      !taken.some(
        (box) =>
          place.x < box.x + box.w &&
          box.x < place.x + wide &&
          place.y < box.y + box.h &&
          box.y < place.y + high,
      ),
  )
  if (free === undefined) return null
  taken.push({ ...free, w: wide, h: high })
  return svg('text', { x: free.x, y: free.y + 11, class: kind }, text)
}
