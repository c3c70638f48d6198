/** What the assistant knows, ready to be asked. */
import { askedChapters, type Chapter } from './chapters.ts'
import { Consultation } from './consult.ts'
import type { DangerType } from './danger-words.ts'
import { inCommonWords } from './dialect.ts'
import type { Finding, Topic } from './finding.ts'
import { hearDanger } from './hearing.ts'
import { Known } from './known.ts'
import { type Kept, learn } from './learn.ts'
import type { Inventory } from './load.ts'
import type { LocalArea } from './local.ts'
import type { Policy } from './policy.ts'
import type { Hit } from './search.ts'

export class Knowledge {
  #known: Known
  #consultation: Consultation

  constructor(kept: Kept) {
    this.#known = new Known(kept)
    this.#consultation = new Consultation(this.#known)
  }

  /** Every policy by its id, in force or not; another map after {@link become}. */
  get policies(): ReadonlyMap<string, Policy> {
    return this.#known.policies
  }

  /** Areas whose figures are held; another list after {@link become}. */
  get locals(): readonly LocalArea[] {
    return this.#known.locals
  }

  /** What whoever says of nothing what they want to know chooses from; another list after {@link become}. */
  get menu(): Chapter[] {
    return this.#known.chapters.filter(({ menu }) => menu)
  }

  /** From now on knows what `other` knows, and nothing else: whoever holds this one asks the new inventory. */
  become(other: Knowledge): void {
    this.#known = other.#known
    this.#consultation = other.#consultation
  }

  /** Learns from an inventory, half a second's work. */
  static from(inventory: Inventory): Knowledge {
    return new Knowledge(learn(inventory))
  }

  /** Builds now what is otherwise built when a message first needs it. */
  prepare(): void {
    this.#known.search.prepare()
    void this.#known.passages
  }

  /** Policies that fit, best first; only those in force on `day` (`YYYY-MM-DD`). */
  search(text: string, day: string, limit = 5): Hit[] {
    return this.#known.best(text, day, limit)
  }

  /** A message in common words: words typed as pinyin written out (dibao, 低bao), dialect where it says the same. */
  written(typed: string): string {
    const text = inCommonWords(typed)
    return /[a-z]{2}/i.test(text) ? this.#known.pinyin.written(text) : text
  }

  /** Whether a message names a policy outright, rather than telling of a need. */
  names(text: string): boolean {
    return this.#known.names(text)
  }

  /** Whether a message asks what there is for somebody, as such: 残疾人有什么补助. */
  asksWhatThereIs(text: string): boolean {
    return askedChapters(text, this.#known.chapters).length > 0
  }

  /** The words of a message that speak most for a policy. */
  why(text: string, policy: Policy): string[] {
    const { search } = this.#known
    return search.why(search.read(text), policy)
  }

  /**
   * The danger a message tells of, or null.
   *
   * @param answering whether it answers a question of ours, so that it is most likely that answer
   */
  danger(text: string, answering = false): DangerType | null {
    return hearDanger(this.#known, text, answering)
  }

  /** A policy in force on `day`, or undefined. */
  policy(id: string, day: string): Policy | undefined {
    return this.#known.policy(id, day)
  }

  /** The area whose figures we hold that a message names. */
  areaIn(text: string): LocalArea | null {
    return (
      this.locals.find((local) => [local.area, ...local.aliases].some((name) => text.includes(name))) ?? null
    )
  }

  /**
   * What a message asks, given what was talked about before.
   *
   * @param day the resident's date, `YYYY-MM-DD`
   */
  consult(text: string, topic: Topic | null, day: string): Finding {
    return this.#consultation.consult(text, topic, day)
  }
}
