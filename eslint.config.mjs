import css from "@eslint/css";
import js from "@eslint/js";
import esx from "eslint-plugin-es-x";
import globals from "globals";

import { METHODS } from "./tools/former_methods.mjs";

const outside = { CONTENUS: "readonly", L: "readonly" }; // what a page writes before a kept script; Leaflet
const supplied = Object.values(METHODS).flatMap(Object.keys);

// A name that Chrome 61 or Safari 11 lacks is called behind a question: `self.AbortSignal?.timeout?.(…)`.
const RECENT_NAMES = [
  ...["AbortController", "AbortSignal", "BroadcastChannel", "Highlight", "IntersectionObserver", "PointerEvent"],
  ...["ResizeObserver", "globalThis", "queueMicrotask", "reportError", "scheduler"],
];
const RECENT_METHODS = [
  ...["allSettled", "animate", "any", "arrayBuffer", "checkVisibility", "findLastIndex", "getAnimations"],
  ...["getHTML", "hidePopover", "matchAll", "randomUUID", "showPicker", "showPopover"],
  ...["startViewTransition", "toReversed", "toSorted", "toSpliced", "toggleAttribute", "togglePopover"],
];

export default [
  {
    ...js.configs.recommended,
    files: ["src/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...outside } },
    rules: {
      ...js.configs.recommended.rules,
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"], location: "anywhere" }],
      "max-len": ["error", 120], // prettier cuts the code, not the sentences: those are cut by hand
      "no-restricted-globals": ["error", ...RECENT_NAMES],
      "no-restricted-syntax": [
        "error",
        {
          selector: `CallExpression[optional=false] > MemberExpression.callee[property.name=/^(${RECENT_METHODS.join("|")})$/]`,
          message: "A browser of 2017 lacks it: ask before calling, `x.method?.(…)`, or say what to do without.",
        },
      ],
    },
  },
  { files: ["src/**/hors-ligne.js"], languageOptions: { globals: globals.serviceworker } },
  {
    // What is served, as a browser of 2017 parses it: tools/old_browsers.mjs.
    ...esx.configs["flat/restrict-to-es2017"],
    files: ["assets/statics/**/*.js"],
    languageOptions: { ecmaVersion: 2017 },
    settings: { "es-x": { aggressive: true } },
    rules: Object.fromEntries(
      Object.entries(esx.configs["flat/restrict-to-es2017"].rules).filter(
        // A method of iterators has the name of one of lists: ours are called on lists.
        ([rule]) => !rule.includes("-iterator-prototype-") && !isSupplied(rule),
      ),
    ),
  },
  {
    // The windows of a service worker are found by a method that has the name of a later one of strings.
    files: ["assets/statics/**/hors-ligne.js"],
    rules: { "es-x/no-string-prototype-matchall": "off" },
  },
  {
    ...css.configs.recommended,
    files: ["src/**/*.css"],
    plugins: { css },
    language: "css/css",
    rules: {
      ...css.configs.recommended.rules,
      "css/no-invalid-properties": ["error", { allowUnknownVariables: true }], // tokens are in a sheet of their own
      "css/no-important": "off", // what paper hides must win
      "css/use-baseline": "off", // tools/old_browsers.mjs lowers what it can; a browser that lacks one shows the page without it
    },
  },
];

function isSupplied(rule) {
  return supplied.some((name) => rule.toLowerCase().split("-").includes(name.toLowerCase()));
}
