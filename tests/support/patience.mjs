/**
 * How long a test waits, in ms, for what must come, before it takes it for lost: one for all, and long. Nobody waits that
 * long but for a fault; a machine with thirty times the work that it can do is no fault.
 */
export const PATIENCE_MS = 60_000
