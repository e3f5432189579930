// What our scripts call and a browser of 2017 lacks. tools/old_browsers.mjs writes those that a script names before it;
// ESLint refuses any other (eslint.config.mjs).

export const METHODS = {
  "Array.prototype": {
    at(rank) {
      return this[rank < 0 ? this.length + rank : rank];
    },
    findLast(test) {
      return this.slice().reverse().find(test);
    },
    flat() {
      return [].concat(...this);
    },
    flatMap(make) {
      return [].concat(...this.map((one, i) => make(one, i, this)));
    },
  },
  "String.prototype": {
    replaceAll(words, others) {
      return this.split(words).join(others);
    },
    trimEnd() {
      return this.replace(/\s+$/, "");
    },
    trimStart() {
      return this.replace(/^\s+/, "");
    },
  },
  Object: {
    fromEntries(pairs) {
      const made = {};
      for (const [key, value] of pairs) made[key] = value;
      return made;
    },
    hasOwn(holder, key) {
      return Object.prototype.hasOwnProperty.call(holder, key);
    },
  },
  "Promise.prototype": {
    finally(last) {
      return this.then(
        (value) => Promise.resolve(last()).then(() => value),
        (reason) =>
          Promise.resolve(last()).then(() => {
            throw reason;
          }),
      );
    },
  },
  "Element.prototype": {
    replaceChildren(...nodes) {
      this.textContent = "";
      this.append(...nodes);
    },
  },
  "HTMLFormElement.prototype": {
    requestSubmit(button) {
      const pressed = button || document.createElement("button");
      if (!button) {
        pressed.hidden = true;
        this.append(pressed);
      }
      pressed.click();
      if (!button) pressed.remove();
    },
  },
  self: {
    structuredClone(value) {
      return JSON.parse(JSON.stringify(value)); // ours hold texts, numbers and lists
    },
  },
};

export const prelude = (script) =>
  Object.entries(METHODS)
    .flatMap(([holder, methods]) =>
      Object.entries(methods)
        .filter(([name]) => new RegExp(`\\b${name}\\(`).test(script))
        .map(
          ([name, method]) =>
            `"${name}" in ${holder} || Object.defineProperty(${holder}, "${name}", ` +
            `{ configurable: true, writable: true, value: { ${method} }.${name} });\n`,
        ),
    )
    .join("");
