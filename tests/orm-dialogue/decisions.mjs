export const decisions = []
