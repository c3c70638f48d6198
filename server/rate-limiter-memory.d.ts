/** The one limiter that is used: the package's own entry loads those of a dozen databases too, ten times as long. */
declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  export { RateLimiterMemory as default } from 'rate-limiter-flexible'
}
