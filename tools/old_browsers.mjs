// Write our scripts and style sheets as a browser of 2017 reads them (Chrome 61, Safari 11): docs/decisions/0005.
//
// Run by `make assets`. What is served is assets/statics/; what is edited stays in src/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import isPseudoClass from "@csstools/postcss-is-pseudo-class";
import { transform } from "esbuild";
import postcss from "postcss";
import selectorParser from "postcss-selector-parser";
import valueParser from "postcss-value-parser";

import { prelude } from "./former_methods.mjs";

const APPS = "src/maillage/apps";
const OUT = "assets/statics";
const SYNTAX = "es2017"; // all of it is in Chrome 61 and in Safari 11
const SHEETS = ["chrome61", "safari11"];
// As the first line of maillage.css orders them; a sheet out of any layer comes after them all.
const LAYERS = ["leaflet", "base", "pieces", "pages", "papier"];
const BASE = LAYERS.indexOf("base");
// Lacks the gap of flex boxes, inset, aspect-ratio, :focus-visible and :has, which came with or after `inset`.
const LACKING = "not (inset: 0)";
const SIDES = { inline: ["start", "end"], block: ["top", "bottom"] };

// ---- Layers --------------------------------------------------------------------------------------------------

// A selector weighs as many identifiers more as its layer has layers below it: no selector of ours names one.
function weighed(selector, level) {
  const weight = ":not(#_)".repeat(level);
  return selectorParser((list) => {
    list.each((one) => {
      const first = one.first;
      first.spaces.after ||= "";
      const nodes = selectorParser().astSync(`a${weight}`).first.nodes.slice(1);
      if (first.type === "tag" || first.type === "universal") nodes.reverse().forEach((n) => one.insertAfter(first, n));
      else {
        nodes[0].spaces.before = first.spaces.before;
        first.spaces.before = "";
        nodes.forEach((n) => one.insertBefore(first, n));
      }
    });
  }).processSync(selector);
}

const isOfKeyframes = (rule) => /keyframes$/.test(rule.parent.name ?? "");
const layerOf = (node) => {
  for (let up = node.parent; up; up = up.parent) if (up.type === "atrule" && up.name === "layer") return up.params;
  return null;
};

function flattened(root) {
  root.walkRules((rule) => {
    if (isOfKeyframes(rule)) return;
    const name = layerOf(rule);
    if (name !== null && !LAYERS.includes(name)) throw rule.error(`unknown layer ${name}`);
    rule.level ??= name === null ? LAYERS.length : LAYERS.indexOf(name);
  });
  root.walkAtRules("layer", (at) => (at.nodes ? at.replaceWith(at.nodes) : at.remove()));
  root.walkAtRules("import", (at) => {
    at.params = at.params.replace(/ layer\([^)]*\)/, "");
  });
  root.walkRules((rule) => {
    if (isOfKeyframes(rule)) return;
    // Among important declarations, the first layer wins.
    const important = rule.nodes.filter((node) => node.important);
    if (important.length && important.length < rule.nodes.length) {
      const alone = rule.cloneAfter({ nodes: [] });
      alone.append(important);
      alone.level = rule.level;
      alone.isImportant = true;
    } else rule.isImportant = important.length > 0;
  });
  root.walkRules((rule) => {
    if (isOfKeyframes(rule)) return;
    const level = rule.isImportant ? LAYERS.length - rule.level : rule.level;
    if (level) rule.selector = weighed(rule.selector, level);
  });
}

// ---- Values --------------------------------------------------------------------------------------------------

const isLength = (text) => /^-?[\d.]+(?:px|r?em|ch|mm|cm|pt|vh|vw)$/.test(text);

// The length that an older browser takes in place of min(), max() or clamp(): the first that depends on nothing.
function lengthOf(call) {
  const parts = [[]];
  for (const node of call.nodes) node.type === "div" && node.value === "," ? parts.push([]) : parts.at(-1).push(node);
  const texts = parts.map((part) => withoutComparisons(valueParser.stringify(part).trim()));
  if (call.value === "clamp") return texts[0];
  return texts.find((text) => isLength(text)) ?? texts[0];
}

function withoutComparisons(value) {
  const tree = valueParser(value);
  tree.walk((node) => {
    if (node.type !== "function") return true;
    // Columns that fill the row by themselves: one, where their least width cannot be capped.
    if (node.value === "repeat" && /\b(?:min|max)\(/.test(valueParser.stringify(node.nodes)))
      Object.assign(node, { type: "word", value: "minmax(0, 1fr)", nodes: undefined });
    else if (/^(?:min|max|clamp)$/.test(node.value))
      Object.assign(node, { type: "word", value: lengthOf(node), nodes: undefined });
    return true;
  });
  return tree.toString();
}

const words = (value) =>
  valueParser(value)
    .nodes.filter((node) => node.type !== "space")
    .map((node) => valueParser.stringify(node));
const shortened = (value) => {
  const [first, second = first] = words(value);
  return [first, second];
};

// What a property is called where it is not known. A page is written in rows: its blocks go from top to bottom.
function formerly({ prop, value }) {
  let found;
  if ((found = /^(margin|padding)-(inline|block)$/.exec(prop))) {
    const [, box, axis] = found;
    const prefix = axis === "inline" ? "-webkit-" : "";
    return shortened(value).map((one, i) => [`${prefix}${box}-${SIDES[axis][i]}`, one]);
  }
  if ((found = /^(margin|padding|border)-block-(start|end)(.*)$/.exec(prop)))
    return [[`${found[1]}-${found[2] === "start" ? "top" : "bottom"}${found[3]}`, value]];
  if (/^(margin|padding|border)-inline-(start|end)/.test(prop))
    return [[`-webkit-${prop.replace("inline-", "")}`, value]];
  if (prop === "inset") {
    const [top, right = top, bottom = top, left = right] = words(value);
    return Object.entries({ top, right, bottom, left });
  }
  if ((found = /^inset-block-(start|end)$/.exec(prop))) return [[found[1] === "start" ? "top" : "bottom", value]];
  if ((found = /^(min-|max-)?(inline|block)-size$/.exec(prop)))
    return [[`${found[1] ?? ""}${found[2] === "inline" ? "width" : "height"}`, value]];
  if (/^(row-|column-)?gap$/.test(prop)) return [[`grid-${prop}`, value]];
  if (prop === "overflow-wrap" && value === "anywhere") return [[prop, "break-word"]];
  if (prop === "position" && value === "sticky") return [["position", "-webkit-sticky"]];
  return [];
}

function renamed(root) {
  root.walkDecls((decl) => {
    decl.value = decl.value.replace(/#([0-9a-f]{6})([0-9a-f]{2})\b/gi, (_, colour, alpha) => {
      const [r, g, b] = colour.match(/../g).map((pair) => Number.parseInt(pair, 16));
      return `rgba(${r},${g},${b},${(Number.parseInt(alpha, 16) / 255).toFixed(3)})`;
    });
    if (decl.prop.startsWith("--")) return;
    const former = withoutComparisons(decl.value);
    if (former !== decl.value && /var\(/.test(decl.value))
      throw decl.error("beside a variable, an older browser takes no other declaration: write it without min(), max()");
    if (former !== decl.value) decl.cloneBefore({ value: former }).isFormer = true;
    for (const [prop, value] of formerly({ prop: decl.prop, value: former }))
      decl.cloneBefore({ prop, value }).isFormer = true;
  });
}

// ---- What only an older browser reads ------------------------------------------------------------------------

const declared = (pairs) => pairs.map(([prop, value]) => postcss.decl({ prop, value }));
const ownDecl = (rule, prop) => rule.nodes.find((node) => node.prop === prop && !node.isFormer)?.value;

// The margins that stand for the gap of a flex box: [children, property, length].
function marginsOf({ display = "", gap, wrap = "", flow = "" }) {
  if (!gap || !/flex/.test(display)) return [];
  const [row, column] = shortened(withoutComparisons(gap));
  if (/column/.test(flow)) return [["* + *", "margin-top", row]];
  if (/wrap/.test(wrap + flow) && !/nowrap/.test(wrap + flow))
    return [
      ["*", "-webkit-margin-end", column],
      ["*", "margin-bottom", row],
    ];
  // A text has no element that could be pushed: the icon before it keeps its distance, other words unseen after it too.
  return [
    ["* + *", "-webkit-margin-start", column],
    [".icone:first-child", "-webkit-margin-end", column],
    [".icone:first-child + *:not(.hors-ecran)", "-webkit-margin-start", "0"],
  ];
}

// What a sheet says of each selector's box: its gap, its direction and its display are often written apart.
function spaced(rule, boxes) {
  const said = Object.entries({
    display: ownDecl(rule, "display"),
    gap: ["gap", "column-gap", "row-gap"].map((prop) => ownDecl(rule, prop)).find(Boolean),
    wrap: ownDecl(rule, "flex-wrap"),
    flow: ownDecl(rule, "flex-direction") ?? ownDecl(rule, "flex-flow"),
  }).filter(([, value]) => value);
  if (!said.length) return [];
  return rule.selectors.flatMap((selector) => {
    const before = boxes.get(selector) ?? {};
    const box = { ...before, ...Object.fromEntries(said) };
    const [former, margins] = [marginsOf(before), marginsOf(box)];
    if (!isWithinCondition(rule)) boxes.set(selector, box);
    const undone = former.filter(([children, prop]) => !margins.some((one) => one[0] === children && one[1] === prop));
    const pairs = new Map(); // of children to their margins
    for (const [children, prop, value] of [...undone.map(([of, side]) => [of, side, "0"]), ...margins])
      pairs.set(children, [...(pairs.get(children) ?? []), [prop, value]]);
    return [...pairs].map(([children, sides]) =>
      Object.assign(postcss.rule({ selector: `${selector} > ${children}`, nodes: declared(sides) }), { level: BASE }),
    );
  });
}

function isWithinCondition(node) {
  for (let up = node.parent; up; up = up.parent) if (/^(media|supports)$/.test(up.name ?? "")) return true;
  return false;
}

function placed(rule) {
  const inline = [
    ["inset-inline-start", "left", "right"],
    ["inset-inline-end", "right", "left"],
  ];
  const both = ownDecl(rule, "inset-inline");
  const given = inline.map(([prop], i) => ownDecl(rule, prop) ?? (both && shortened(both)[i]));
  const sides = (turned) => inline.flatMap(([, ...names], i) => (given[i] ? [[names[Number(turned)], given[i]]] : []));
  if (!given.some(Boolean)) return [];
  const rtl = rule.selectors.map((s) => (/^(html|:root)/.test(s) ? s : `[dir="rtl"] ${s}`)).join(", ");
  const opposite = inline.flatMap(([, ...names], i) => (given[i] ? [[names[0], "auto"]] : []));
  return [
    Object.assign(postcss.rule({ selector: rule.selector, nodes: declared(sides(false)) }), { level: rule.level }),
    Object.assign(postcss.rule({ selector: rtl, nodes: declared([...opposite, ...sides(true)]) }), {
      level: rule.level,
    }),
  ];
}

// A chosen tile: `maillage.js` puts the class where `:has` is not known.
const FORMER_SELECTORS = [
  [/:has\(:focus-visible\)/g, ":focus-within"],
  [/:has\(:checked\)/g, ".choix-fait"],
  [/:focus-visible/g, ":focus"],
];

function former(rule) {
  const selectors = rule.selectors.filter((s) => /:has\(:checked\)|:focus-visible/.test(s));
  if (!selectors.length) return [];
  const selector = selectors
    .map((s) => FORMER_SELECTORS.reduce((text, [from, to]) => text.replace(from, to), s))
    .join(", ");
  return [Object.assign(rule.clone({ selector }), { level: rule.level })];
}

// A list of selectors falls whole when one of them is not known: each such one gets a rule of its own.
function parted(rule) {
  const isRecent = (s) => /:has\(|:focus-visible|::details-content|::backdrop|:popover-open/.test(s);
  const recent = rule.selectors.filter(isRecent);
  if (!recent.length || recent.length === rule.selectors.length) return;
  for (const selector of recent) rule.cloneAfter({ selector }).level = rule.level;
  rule.selectors = rule.selectors.filter((s) => !isRecent(s));
}

function forLacking(root) {
  const boxes = new Map();
  const gaps = postcss.atRule({ name: "supports", params: LACKING });
  root.walkRules((rule) => {
    if (isOfKeyframes(rule) || rule.level !== undefined) return;
    const name = layerOf(rule);
    rule.level = name === null ? LAYERS.length : LAYERS.indexOf(name);
    for (const one of spaced(rule, boxes)) gaps.append(withinMedia(one, rule));
    const added = [...placed(rule), ...former(rule)];
    parted(rule);
    if (added.length) rule.after(postcss.atRule({ name: "supports", params: LACKING, nodes: added }));
  });
  if (gaps.nodes?.length) root.append(gaps);
}

// Among the gaps, in the same conditions as the rule they come from.
function withinMedia(one, rule) {
  let node = one;
  for (let up = rule.parent; up; up = up.parent)
    if (up.type === "atrule" && up.name === "media")
      node = postcss.atRule({ name: "media", params: up.params }).append(node);
  return node;
}

// ---- Files ---------------------------------------------------------------------------------------------------

const chained = (selector) =>
  selectorParser((list) =>
    list.walkPseudos((pseudo) => {
      if (pseudo.value !== ":not" || pseudo.nodes.length < 2) return;
      for (const one of pseudo.nodes.slice(1))
        pseudo.parent.insertAfter(pseudo, selectorParser.pseudo({ value: ":not", nodes: [one.clone()] }));
      pseudo.nodes = [pseudo.nodes[0]];
    }),
  ).processSync(selector);

async function sheet(text) {
  const plain = (await transform(text, { loader: "css", target: SHEETS })).code; // nesting, inset, ranges
  const root = postcss.parse(plain);
  await postcss([isPseudoClass({ preserve: false })]).process(root, { from: undefined });
  root.walkRules((rule) => {
    if (!isOfKeyframes(rule)) rule.selector = chained(rule.selector);
  });
  forLacking(root);
  renamed(root);
  flattened(root);
  return (await transform(root.toString(), { loader: "css", minifyWhitespace: true })).code;
}

const script = async (text) => (await transform(prelude(text) + text, { target: SYNTAX, charset: "utf8" })).code;

const filesUnder = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath ?? each.path, each.name));

function sources() {
  const apps = readdirSync(APPS, { recursive: true, withFileTypes: true })
    .filter((each) => each.isDirectory() && each.name === "static")
    .map((each) => join(each.parentPath ?? each.path, each.name))
    .flatMap((folder) => filesUnder(folder).map((path) => [path, relative(folder, path)]));
  const generated = filesUnder("assets/site").map((path) => [path, relative("assets", path)]);
  return [...apps, ...generated].filter(([path]) => /\.(?:js|css)$/.test(path));
}

async function build() {
  rmSync(OUT, { recursive: true, force: true });
  for (const [path, name] of sources()) {
    const text = readFileSync(path, "utf-8");
    const lowered = await (path.endsWith(".js") ? script : sheet)(text);
    mkdirSync(dirname(join(OUT, name)), { recursive: true });
    writeFileSync(join(OUT, name), lowered);
  }
}

// `node tools/old_browsers.mjs --sheet`, or `--script`: one text, from the keyboard to the screen.
const one = { "--sheet": sheet, "--script": script }[process.argv[2]];
if (one) process.stdout.write(await one(readFileSync(0, "utf-8")));
else await build();
