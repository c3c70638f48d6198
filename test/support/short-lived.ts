/**
 * With what Node runs tests, and programs that tests start: what they make is garbage at once, and little of what they
 * run is run often enough to be worth optimizing.
 */
export const SHORT_LIVED = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
  '--interrupt-budget=1000000',
] as const
