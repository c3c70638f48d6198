/**
 * What is there for a moment only, by its id: it comes and goes with every message. A Map would do but for the collector.
 * As entries come and go a Map's tables are replaced, each leads to the next one (for whoever is walking it), and once the
 * first has grown old it keeps all that later ones held until everything is collected: two fifths of what outlived a
 * message did so for that.
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
