import css from "@eslint/css";
import js from "@eslint/js";
import globals from "globals";

const outside = { CONTENUS: "readonly", L: "readonly" }; // what a page writes before a kept script; Leaflet

export default [
  {
    ...js.configs.recommended,
    files: ["src/**/*.js"],
    languageOptions: { globals: { ...globals.browser, ...outside } },
    rules: { ...js.configs.recommended.rules, "no-unused-vars": ["error", { ignoreRestSiblings: true }] },
  },
  { files: ["src/**/hors-ligne.js"], languageOptions: { globals: globals.serviceworker } },
  {
    ...css.configs.recommended,
    files: ["src/**/*.css"],
    plugins: { css },
    language: "css/css",
    rules: {
      ...css.configs.recommended.rules,
      "css/no-invalid-properties": ["error", { allowUnknownVariables: true }], // tokens are in a sheet of their own
      "css/no-important": "off", // what paper hides must win
      "css/use-baseline": "off", // a browser that lacks one shows the page without it
    },
  },
];
