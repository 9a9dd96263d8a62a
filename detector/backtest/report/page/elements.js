// @ts-check

/** @typedef {Node | string | null | undefined} Child */

const SVG = 'http://www.w3.org/2000/svg'

/**
 * An HTML element. Text becomes text: nothing that comes from the data is ever read as markup.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | ((event: Event) => void)>} attributes `on…`: a listener.
 * @param {...Child} children
 */
export function html(tag, attributes, ...children) {
  const element = document.createElement(tag)
  dress(element, attributes)
  element.append(...children.filter((child) => child !== null && child !== undefined))
  return element
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | ((event: Event) => void)>} attributes
 * @param {...Child} children
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag)
  dress(element, attributes)
  element.append(...children.filter((child) => child !== null && child !== undefined))
  return element
}

/**
 * @param {Element} element
 * @param {Record<string, string | number | boolean | ((event: Event) => void)>} attributes
 */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (typeof value === 'boolean') element.toggleAttribute(name, value)
    else element.setAttribute(name, String(value))
  }
}

/**
 * A control of a few exclusive choices.
 * @param {string} label
 * @param {readonly (readonly [string, string])[]} choices value and words
 * @param {string} chosen
 * @param {(value: string) => void} onChoose
 */
export function segments(label, choices, chosen, onChoose) {
  return html(
    'div',
    { class: 'segments', role: 'group', 'aria-label': label },
    ...choices.map(([value, words]) =>
      html(
        'button',
        { type: 'button', 'aria-pressed': String(value === chosen), onclick: () => onChoose(value) },
        words,
      ),
    ),
  )
}

/**
 * @param {string} label
 * @param {readonly (readonly [string, string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} onChoose
 */
export function selection(label, choices, chosen, onChoose) {
  const select = html(
    'select',
    { onchange: () => onChoose(select.value) },
    ...choices.map(([value, words]) => html('option', { value, selected: value === chosen }, words)),
  )
  return html('label', { class: 'field' }, html('span', {}, label), select)
}

/**
 * A box whose drawing is made anew for each width that it gets.
 * @param {(width: number) => Node} draw
 */
export function drawing(draw) {
  const box = html('div', { class: 'drawing' })
  let drawn = 0
  const fit = () => {
    const width = Math.floor(box.clientWidth)
    if (width === 0 || width === drawn) return
    drawn = width
    box.replaceChildren(draw(width))
  }
  // By then whoever asked for the drawing has put it into the page.
  queueMicrotask(fit)
  // Drawing changes heights, which an observer may not do while it observes.
  new ResizeObserver(() => requestAnimationFrame(fit)).observe(box)
  return box
}
