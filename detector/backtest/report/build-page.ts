import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { ReportData } from './report-data.ts'

/** The page's script, in the order in which its parts need one another. */
const SCRIPTS = [
  'words.js',
  'elements.js',
  'chart.js',
  'summary.js',
  'trade-off.js',
  'load.js',
  'homes.js',
  'timeline.js',
  'page.js',
]

/**
 * One page that needs nothing but itself: its style, script and data are inside, and its policy lets nothing else in.
 * What comes from the file (ids, names) is data that the script sets as text; it is never markup.
 */
export function buildPage(data: ReportData): string {
  const style = readPart('page.css')
  const script = `'use strict'\nconst parts = {}\n${SCRIPTS.map(asPart).join('')}`
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const parts: Record<string, string> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    style: `<style>${style}</style>`,
    data: `<script type="application/json" id="data">${asScriptText(JSON.stringify(data))}</script>`,
    script: `<script>${script}</script>`,
  }
  return readPart('page.html').replace(/<!--(\w+)-->/g, (_, name: string) => parts[name] ?? '')
}

function readPart(name: string): string {
  return fs.readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8')
}

/** A module as a part of one script: a function of its own, whose imports are what the parts before it have given. */
function asPart(name: string): string {
  const exported: string[] = []
  const body = readPart(name)
    .replace(/^import (\{[^}]*\}) from '\.\/([\w-]+\.js)'$/gm, "const $1 = parts['$2']")
    .replace(/^export (const|function) (\w+)/gm, (_, keyword: string, word: string) => {
      exported.push(word)
      return `${keyword} ${word}`
    })
  return `parts['${name}'] = (() => {\n${body}\nreturn { ${exported.join(', ')} }\n})()\n`
}

/** JSON inside a script element: nothing in it can end the element. */
function asScriptText(json: string): string {
  return json
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
