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

// Safari 11 and 12 have fingers and a mouse, and no pointers: theirs become the events that a script awaits. A finger
// stays with what it touched first; what captured it holds the page still, which `touch-action` does not there.
const POINTERS = `"PointerEvent" in self || (() => {
  self.PointerEvent = MouseEvent;
  let captor = null, touchedAt = -1e4;
  const send = (type, target, at, pointerId, pointerType, from) => {
    const { clientX, clientY } = at, bubbles = !/enter|leave/.test(type);
    const event = new MouseEvent(type, { bubbles, cancelable: true, clientX, clientY });
    if (!target.dispatchEvent(Object.assign(event, { pointerId, pointerType }))) from.preventDefault();
  };
  Element.prototype.setPointerCapture = function () { captor = this; };
  const on = (name, read) => document.addEventListener(name, read, { capture: true, passive: false });
  for (const [name, type] of [["start", "down"], ["move", "move"], ["end", "up"], ["cancel", "cancel"]])
    on("touch" + name, (e) => {
      touchedAt = e.timeStamp;
      if (captor && name === "move") e.preventDefault();
      for (const touch of e.changedTouches)
        send("pointer" + type, touch.target, touch, touch.identifier + 2, "touch", e);
      if (!e.touches.length) captor = null;
    });
  const isMouse = (e) => e.timeStamp - touchedAt > 1000;
  for (const type of ["down", "move", "up"])
    on("mouse" + type, (e) => {
      if (isMouse(e)) send("pointer" + type, captor || e.target, e, 1, "mouse", e);
      if (type === "up") captor = null;
    });
  for (const [name, type] of [["over", "enter"], ["out", "leave"]])
    on("mouse" + name, (e) => {
      if (isMouse(e))
        for (let at = e.target; at && at !== document && !at.contains(e.relatedTarget); at = at.parentNode)
          send("pointer" + type, at, e, 1, "mouse", e);
    });
})();
`;

export const prelude = (script) =>
  (/"pointer(?:down|enter)"/.test(script) ? POINTERS : "") +
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
