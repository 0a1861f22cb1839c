// Chance that can be repeated.

export class Random {
  #state

  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** In [0, 1): mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** 0 to n - 1. */
  below(n) {
    return Math.floor(this.next() * n)
  }

  /** With probability 1 in n. */
  oneIn(n) {
    return this.below(n) === 0
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  /** One of [weight, value]s. */
  weighted(choices) {
    let rest = this.below(choices.reduce((sum, [weight]) => sum + weight, 0))
    return choices.find(([weight]) => (rest -= weight) < 0)[1]
  }

  /** Some of the list, in its order. */
  some(list, n = this.below(list.length + 1)) {
    const left = [...list]
    while (left.length > n) {
      left.splice(this.below(left.length), 1)
    }
    return left
  }

  /** `n` times what `make` makes. */
  times(n, make) {
    return Array.from({ length: n }, (_, i) => make(i))
  }
}
