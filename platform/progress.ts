import cliProgress from 'cli-progress'

/** A bar on a terminal, silence elsewhere (a log file full of bars helps nobody). Written to stderr. */
export interface Progress {
  /** Moves to `done` of `total`; `note` is shown behind the bar. */
  update(done: number, note?: string): void
  /** To be called on every way out: a bar left alone redraws itself for ever and keeps the process from ending. */
  finish(): void
}

export function showProgress(label: string, total: number, unit: string): Progress {
  if (!process.stderr.isTTY) return { update() {}, finish() {} }
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% | {value}/{total} ${unit} | {eta_formatted} left {note}`,
    stream: process.stderr,
    barsize: 30,
    hideCursor: true,
    etaBuffer: 50,
    fps: 8,
  })
  bar.start(Math.max(total, 1), 0, { note: '' })
  return {
    update(done, note = '') {
      bar.update(done, { note })
    },
    finish() {
      bar.stop()
    },
  }
}
