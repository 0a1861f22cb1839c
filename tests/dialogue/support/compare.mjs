// What two records have apart, and what of it has been decided.

/** The lines of the shortest edit from one record to the other: "- only the first", "+ only ...". */
export function difference(first, second) {
  const lengths = commonLengths(first, second)
  const changes = []
  let i = 0
  let j = 0

  while (i < first.length || j < second.length) {
    if (first[i] === second[j]) {
      i++
      j++
    } else if (j === second.length || (i < first.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      changes.push(`- ${first[i++]}`)
    } else {
      changes.push(`+ ${second[j++]}`)
    }
  }
  return changes
}

/** Lengths of the longest common subsequences of what begins at i and j. */
function commonLengths(first, second) {
  const lengths = Array.from({ length: first.length + 1 }, () => Array(second.length + 1).fill(0))

  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      lengths[i][j] =
        first[i] === second[j]
          ? lengths[i + 1][j + 1] + 1
          : Math.max(lengths[i + 1][j], lengths[i][j + 1])
    }
  }
  return lengths
}

/** The table of decisions (decisions.mjs), and which of them have been needed. */
export class Decisions {
  #unused

  constructor(table) {
    this.table = table
    this.#unused = new Set(table)
  }

  /** How a dialogue's two records differ beyond what has been decided: lines of a difference. */
  unexplained(name, node, c) {
    const decided = this.table.filter((decision) => isAbout(decision, name))
    const expected = decided.reduce((lines, decision) => this.#rewrite(lines, decision), node)
    const changes = difference(expected, c)

    decided.forEach((decision) => this.#excuse(changes, decision))
    return changes
  }

  /** Node's lines as C would say them. */
  #rewrite(lines, decision) {
    const { replace: [pattern, by] = [], rewrite = (line) => line.replace(pattern, by) } = decision
    let asked = ''

    if (pattern === undefined && decision.rewrite === undefined) {
      return lines
    }
    return lines.map((line) => {
      asked = /^\S+ >> /.test(line) ? line : asked
      const said = rewrite(line, asked)
      if (said !== line) {
        this.#unused.delete(decision)
      }
      return said
    })
  }

  /** Takes away the changes that it lists, of which all must be there. */
  #excuse(changes, decision) {
    const { lines = [] } = decision
    const found = lines.filter((line) => take(changes, line))

    if (lines.length > 0 && found.length === lines.length) {
      this.#unused.delete(decision)
    }
  }

  /** Those that were not needed, of the dialogues that were held. */
  unused(held) {
    return [...this.#unused].filter((decision) => [...held].some((name) => isAbout(decision, name)))
  }
}

/** `in` is the name of a dialogue, or a pattern of several. */
function isAbout({ in: where }, name) {
  return where instanceof RegExp ? where.test(name) : where === name
}

function take(list, item) {
  const at = list.indexOf(item)

  if (at >= 0) {
    list.splice(at, 1)
  }
  return at >= 0
}
