// Questions about one request and its two answers, for decisions.mjs.

export const isDefinition = ({ request }) => 'define' in request
export const isError = (answer) => answer.error !== undefined
export const replaceError = (answer, keys) => ({ ...answer, error: { ...answer.error, ...keys } })
