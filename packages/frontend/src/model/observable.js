/**
 * A value that several parts of the page show and change.
 * @template Value
 */
export class Observable {
  /** @type {Set<(value: Value) => void>} */
  #listeners = new Set();
  #value;

  /** @param {Value} value */
  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  /**
   * Call a listener now, and again after each change.
   * @param {(value: Value) => void} listener
   */
  watch(listener) {
    this.#listeners.add(listener);
    listener(this.#value);
  }
}
