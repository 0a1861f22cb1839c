/*
 * The examples in the client's README. What an example prints stands beside it:
 *
 *   console.log(1 + 1) // 2
 */
import { readFile } from 'node:fs/promises'

const readme = new URL('../../../clients/js/README.md', import.meta.url)

/** The blocks of a language: {code, prints}, the latter a list of lines. */
export async function readExamples (language) {
  const text = await readFile(readme, 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, tag]) => tag === language)
    .map(([, , code]) => ({ code, prints: [...code.matchAll(/console\.log\(.* \/\/ (.*)$/gm)].map(([, line]) => line) }))
}
