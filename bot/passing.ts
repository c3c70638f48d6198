/** What is there for a moment only, by its id. */

/**
 * Holds what comes and goes with every message. A Map would do but for the collector: its tables are replaced as entries
 * come and go, each holds on to the next one (V8 leads iterators over so), and once the first has grown old it keeps all
 * that ever stood in later ones until everything is collected: nine tenths of what outlived a message did so for that.
 */
export class Passing<Value> {
  readonly #values: Record<string, Value> = Object.create(null)

  get(id: string): Value | undefined {
    return this.#values[id]
  }

  set(id: string, value: Value): void {
    this.#values[id] = value
  }

  delete(id: string): void {
    delete this.#values[id]
  }
}
