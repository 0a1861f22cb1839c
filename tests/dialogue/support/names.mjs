// Names for what is different in every run: who is who stays visible, and nothing else.

const PATTERNS = [
  // A signed session cookie, and what the CSRF protection hands out.
  { of: /s%3A[\w-]{32}\.[\w%+/-]+/g, name: (n) => `<session cookie ${n}>` },
  { of: /(?<="_csrf": ?")[\w-]{30,}(?=")/g, name: () => '<token>' },
  // Stacks, as JSON text within JSON and in plain lines.
  { of: /(?:\\n|\n)    at [^"]*/g, name: () => '<stack>' },
  { of: /(?<="stack":")[^"]*/g, name: () => '<stack>' },
  // When a record was made, and changed: still a number.
  { of: /(?<="(?:createdAt|updatedAt)":)\d{13}/g, name: () => '0' },
  // What is wrong with a call of the ORM, in words: ../orm-dialogue has them.
  //  { of: /(?<="details":")(?:[^"\\]|\\.)*(?=","message":"The server could not)/g, name: () => '<details>' },
  { of: /::ffff:127\.0\.0\.1/g, name: () => '127.0.0.1' },
]

export class Names {
  #given = new Map()
  #counts = new Map()

  /** From now on `name` stands for `text`. */
  give(text, name) {
    this.#given.set(text, name)
  }

  /** The text that has that name. */
  find(name) {
    return [...this.#given].find(([, given]) => given === name)?.[0]
  }

  replace(text) {
    for (const pattern of PATTERNS) {
      text = text.replace(pattern.of, (found) => this.#nameOf(found, pattern))
    }
    for (const [given, name] of this.#given) {
      text = text.replaceAll(given, name)
    }
    return text
  }

  /** The same text has the same name throughout a talk: numbers count from the first seen. */
  #nameOf(found, pattern) {
    if (!this.#given.has(found)) {
      const count = (this.#counts.get(pattern) ?? 0) + 1
      this.#counts.set(pattern, count)
      this.#given.set(found, pattern.name(count))
    }
    return this.#given.get(found)
  }
}
