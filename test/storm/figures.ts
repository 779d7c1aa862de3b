/** What a storm did and what came of it, counted. */
export interface Figures {
  kills: number
  /** Stops and hangs. */
  pauses: number
  cuts: number
  /** What the network did to connections. */
  disturbances: number
  /** Nodes that were closed under load. */
  closes: number
  tried: number
  heard: number
  /** Messages whose outcome nobody knows, because the session ended first. */
  unknown: number
  /** Messages that were accepted by a process that was killed before it handled them. */
  lost: number
  twice: number
  /** Messages, news and levels that came after a later one. */
  overtaken: number
  /** Files that are there when all nodes have closed. */
  leftOver: number
  /** Peers that were given up because they were silent. */
  silent: number
}

/** Nothing so far. */
export function noFigures(): Figures {
  return {
    kills: 0,
    pauses: 0,
    cuts: 0,
    disturbances: 0,
    closes: 0,
    tried: 0,
    heard: 0,
    unknown: 0,
    lost: 0,
    twice: 0,
    overtaken: 0,
    leftOver: 0,
    silent: 0,
  }
}

/** Adds `more` to `total`. */
export function addFigures(total: Figures, more: Figures): void {
  for (const name of Object.keys(more) as (keyof Figures)[]) total[name] += more[name]
}
