// Les expressions d’un questionnaire : quand une question est posée, ce que vaut une réponse. Rien n’est exécuté : un
// arbre est lu, puis parcouru. Jumeau de maillage.reference.expressions, mêmes essais
// (tests/files/enquetes/expressions.json).
import { convient, Incompris, motif, unicode } from "./motifs.js";

export { Incompris };

const LONG = 4000,
  PROFOND = 40,
  SUITE = 300,
  BLANCS = /^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g;
const NOM = unicode("^[A-Za-z_À-ÖØ-öø-ÿ][\\p{L}\\p{N}_\\-.]*$", /^[A-Za-z_À-ÖØ-öø-ÿ][\wÀ-ÖØ-öø-ɏ\-.]*$/);
const SORTES = {
  citation: /\$\{\s*[^}]*\s*\}/,
  nombre: /\d+(?:\.\d*)?|\.\d+/,
  texte: /"[^"]*"|'[^']*'/,
  signe: /<=|>=|!=|[=<>+\-*(),]/,
  point: /\.(?!\.)/,
  mot: /[A-Za-z_][A-Za-z0-9_:-]*/,
};
const NOMS_SORTES = Object.keys(SORTES);
const JETON = new RegExp(`\\s*(?:${NOMS_SORTES.map((sorte) => `(${SORTES[sorte].source})`).join("|")})`, "y");
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const MOIS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const JOURS = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const LIENS = [["or"], ["and"], ["=", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "div", "mod"]];
const FONCTIONS = {
  not: [1, 1],
  true: [0, 0],
  false: [0, 0],
  boolean: [1, 1],
  number: [1, 1],
  string: [1, 1],
  selected: [2, 2],
  "count-selected": [1, 1],
  "selected-at": [2, 2],
  regex: [2, 2],
  coalesce: [2, 20],
  if: [3, 3],
  once: [1, 1],
  today: [0, 0],
  now: [0, 0],
  date: [1, 1],
  "date-time": [1, 1],
  "format-date": [2, 2],
  "format-date-time": [2, 2],
  "decimal-date-time": [1, 1],
  int: [1, 1],
  round: [1, 2],
  abs: [1, 1],
  pow: [2, 2],
  min: [1, 50],
  max: [1, 50],
  sum: [1, 50],
  "string-length": [0, 1],
  concat: [1, 50],
  contains: [2, 2],
  "starts-with": [2, 2],
  "ends-with": [2, 2],
  substr: [2, 3],
  "normalize-space": [0, 1],
  translate: [3, 3],
};

// ---------------------------------------------------------------------------------------------------------- lire
const refuser = (texte, place, quoi, ailleurs = false) => {
  throw new Incompris(`L’expression « ${texte} » n’est pas comprise, au caractère ${place} : ${quoi}.`, ailleurs);
};

class Lecteur {
  constructor(texte, filtre) {
    this.texte = texte;
    this.filtre = filtre;
    this.place = 0;
    this.jetons = this.couper(texte);
  }
  couper(brut) {
    const droit = brut.includes("'") || brut.includes('"');
    const texte = droit ? brut : brut.replace(/[‘’]/g, "'").replace(/[“”]/g, '"'),
      fin = texte.trimEnd().length,
      jetons = [];
    let ou = 0;
    while (ou < fin) {
      JETON.lastIndex = ou;
      const trouve = JETON.exec(texte);
      if (!trouve) this.inconnu(texte, ou + texte.slice(ou).length - texte.slice(ou).trimStart().length);
      const rang = trouve.findIndex((t, n) => n && t !== undefined),
        sorte = NOMS_SORTES[rang - 1],
        dit = trouve[rang];
      ou = JETON.lastIndex;
      jetons.push({ sorte, dit, ou: ou - dit.length });
    }
    return jetons;
  }
  inconnu(texte, ou) {
    if (texte.startsWith("..", ou) || "/[".includes(texte[ou]))
      refuser(this.texte, ou + 1, "les chemins ne sont pas connus, écrivez ${nom}", true);
    if ("\"'".includes(texte[ou])) refuser(this.texte, ou + 1, "un guillemet n’est pas fermé");
    if (texte[ou] === "$") refuser(this.texte, ou + 1, "une question se cite ${nom}");
    refuser(this.texte, ou + 1, `« ${texte[ou]} » n’a pas de sens ici`);
  }
  lire() {
    if (!this.jetons.length) refuser(this.texte, 1, "elle est vide");
    const noeud = this.niveau(0, 0),
      j = this.suivant();
    if (j) this.a(j, `« ${j.dit} » n’est pas attendu ici`);
    return noeud;
  }
  suivant() {
    return this.jetons[this.place];
  }
  prendre() {
    const j = this.suivant();
    if (!j) refuser(this.texte, this.texte.length + 1, "la fin manque");
    this.place += 1;
    return j;
  }
  a(j, quoi, ailleurs) {
    refuser(this.texte, j.ou + 1, quoi, ailleurs);
  }
  niveau(n, profond) {
    if (profond > PROFOND) refuser(this.texte, 1, "trop de parenthèses les unes dans les autres");
    if (n === LIENS.length) return this.signe(profond);
    let noeud = this.niveau(n + 1, profond);
    const lien = (j) => j && (j.sorte === "signe" || j.sorte === "mot") && LIENS[n].includes(j.dit);
    for (let j = this.suivant(); lien(j); j = this.suivant()) {
      this.place += 1;
      noeud = { appel: j.dit, avec: [noeud, this.niveau(n + 1, profond)] };
    }
    return noeud;
  }
  signe(profond) {
    if (this.suivant()?.dit === "-") {
      this.place += 1;
      return profond < PROFOND ? { appel: "minus", avec: [this.signe(profond + 1)] } : this.niveau(0, profond + 1);
    }
    return this.un(profond);
  }
  un(profond) {
    const j = this.prendre();
    if (j.sorte === "nombre") return { vaut: Number(j.dit) };
    if (j.sorte === "texte") return { vaut: j.dit.slice(1, -1) };
    if (j.sorte === "point") return { nom: "" };
    if (j.sorte === "citation") {
      const nom = j.dit.slice(2, -1).trim();
      if (!NOM.test(nom)) this.a(j, `« ${nom} » n’est pas un nom de question`);
      return { nom };
    }
    if (j.dit === "(") {
      const noeud = this.niveau(0, profond + 1);
      this.ferme(j);
      return noeud;
    }
    if (j.sorte === "mot") return this.appel(j, profond);
    return this.a(j, `« ${j.dit} » n’est pas attendu ici`);
  }
  appel(j, profond) {
    if (this.suivant()?.dit !== "(" && this.filtre) return { colonne: j.dit };
    if (this.suivant()?.dit !== "(")
      this.a(j, `« ${j.dit} » : une question se cite \${${j.dit}}, un texte entre guillemets`);
    this.place += 1;
    const avec = [];
    while (this.suivant()?.dit !== ")" || (avec.length && this.jetons[this.place - 1].dit === ",")) {
      avec.push(this.niveau(0, profond + 1));
      const apres = this.suivant();
      if (!apres || apres.dit === ")") break;
      if (this.prendre().dit !== ",") this.a(apres, "on attend une virgule ou une parenthèse fermante");
    }
    this.ferme(j);
    if (!Object.hasOwn(FONCTIONS, j.dit)) this.a(j, `la fonction ${j.dit}() n’est pas connue ici`, true);
    const [bas, haut] = FONCTIONS[j.dit];
    if (avec.length < bas || avec.length > haut) {
      const voulu = bas === haut ? bas : `de ${bas} à ${haut}`;
      this.a(j, `${j.dit}() attend ${voulu} valeur(s) entre parenthèses, il y en a ${avec.length}`);
    }
    if (j.dit === "regex") {
      if (!("vaut" in avec[1])) this.a(j, "le motif de regex() s’écrit en toutes lettres entre guillemets", true);
      motif(enTexte(avec[1].vaut));
    }
    return { appel: j.dit, avec };
  }
  ferme(ouvert) {
    const j = this.suivant();
    if (j?.dit !== ")") this.a(j ?? ouvert, "une parenthèse n’est pas fermée");
    this.place += 1;
  }
}

const noms = (noeud) => (noeud.appel ? noeud.avec.flatMap(noms) : noeud.nom ? [noeud.nom] : []);
const hauteur = (noeud) => {
  let niveau = [noeud],
    combien = 0;
  while (niveau.length) {
    combien += 1;
    niveau = niveau.flatMap((n) => n.avec ?? []);
  }
  return combien;
};
const LUES = new Map();
// L’arbre d’une expression et les questions qu’elle cite ; Incompris (message en français) pour ce qui n’en est pas
// une.
export const lire = (texte, filtre = false) => {
  const cle = `${filtre} ${texte}`;
  if (!LUES.has(cle)) {
    if (texte.length > LONG) refuser(`${texte.slice(0, 60)}…`, 1, `elle a ${texte.length} caractères, ${LONG} au plus`);
    const noeud = new Lecteur(texte, filtre).lire();
    if (hauteur(noeud) > SUITE) refuser(`${texte.slice(0, 60)}…`, 1, `elle enchaîne plus de ${SUITE} calculs`);
    LUES.set(cle, { noeud, noms: [...new Set(noms(noeud))] });
  }
  return LUES.get(cle);
};

// -------------------------------------------------------------------------------------------------------- calculer
const deuxChiffres = (n, combien = 2) => String(n).padStart(combien, "0");
const jours = (texte) => {
  const d = DATE.exec(texte);
  if (!d) return NaN;
  const [an, mois, jour, heure, minute, seconde] = d.slice(1).map((x) => Number(x ?? 0)),
    quand = new Date(0);
  quand.setUTCFullYear(an, mois - 1, jour);
  if (!an || quand.getUTCMonth() !== mois - 1 || quand.getUTCDate() !== jour) return NaN;
  return quand.getTime() / 86400000 + (heure * 3600 + minute * 60 + seconde) / 86400;
};
export const enNombre = (v) => {
  if (typeof v !== "string") return Number(v);
  const texte = v.replace(BLANCS, "");
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(texte) ? Number(texte) : jours(texte);
};
export const enTexte = (v) => {
  if (typeof v !== "number") return String(v);
  if (!Number.isFinite(v) || v === 0) return v === 0 ? "0" : String(v);
  const [base, exposant] = String(Math.abs(v)).split("e"),
    [entier, apres = ""] = base.split("."),
    signe = v < 0 ? "-" : "";
  if (exposant === undefined) return signe + base;
  const chiffres = entier + apres,
    virgule = entier.length + Number(exposant);
  if (virgule <= 0) return `${signe}0.${"0".repeat(-virgule)}${chiffres}`;
  return (
    signe +
    (virgule >= chiffres.length
      ? chiffres.padEnd(virgule, "0")
      : `${chiffres.slice(0, virgule)}.${chiffres.slice(virgule)}`)
  );
};
export const enVrai = (v) => (typeof v === "number" ? !Number.isNaN(v) && v !== 0 : Boolean(v));
const mots = (v) =>
  enTexte(v)
    .split(/[ \t\n\r]+/)
    .filter(Boolean);
const egal = (un, autre) => {
  if (typeof un === "boolean" || typeof autre === "boolean") return enVrai(un) === enVrai(autre);
  if (typeof un === "number" || typeof autre === "number") return enNombre(un) === enNombre(autre);
  return un === autre;
};
const reste = (un, autre) => (autre === 0 || !Number.isFinite(un) ? NaN : un % autre);
const arrondi = (v, chiffres = 0) => {
  const nombre = enNombre(v),
    places = enNombre(chiffres);
  if (!Number.isFinite(nombre) || !Number.isFinite(places)) return Number.isFinite(places) ? nombre : NaN;
  const echelle = Number(`1e${Math.max(-15, Math.min(15, Math.trunc(places)))}`);
  const grand = nombre * echelle;
  return Number.isFinite(grand) ? Math.floor(grand + 0.5) / echelle : nombre;
};
const date = (nombre) =>
  Number.isFinite(nombre) && nombre >= -719162 && nombre < 2932897
    ? new Date(Math.min(Math.floor(nombre * 86400 + 0.5), 2932897 * 86400 - 1) * 1000)
    : null;
const jour = (d) =>
  `${deuxChiffres(d.getUTCFullYear(), 4)}-${deuxChiffres(d.getUTCMonth() + 1)}-${deuxChiffres(d.getUTCDate())}`;
const moment = (d) =>
  `${jour(d)}T${deuxChiffres(d.getUTCHours())}:${deuxChiffres(d.getUTCMinutes())}:${deuxChiffres(d.getUTCSeconds())}`;
const enForme = (d, forme) => {
  if (!d) return "";
  const parts = {
    Y: deuxChiffres(d.getUTCFullYear(), 4),
    y: deuxChiffres(d.getUTCFullYear() % 100),
    m: deuxChiffres(d.getUTCMonth() + 1),
    n: String(d.getUTCMonth() + 1),
    b: MOIS[d.getUTCMonth()],
    d: deuxChiffres(d.getUTCDate()),
    e: String(d.getUTCDate()),
    H: deuxChiffres(d.getUTCHours()),
    h: String(d.getUTCHours()),
    M: deuxChiffres(d.getUTCMinutes()),
    S: deuxChiffres(d.getUTCSeconds()),
    3: "000",
    a: JOURS[(d.getUTCDay() + 6) % 7],
    "%": "%",
  };
  return forme.replace(/%(.)/g, (tout, lettre) => parts[lettre] ?? tout);
};
const extreme =
  (choisir) =>
  (cadre, ...v) => {
    const nombres = v.filter((x) => x !== "").map(enNombre);
    return nombres.length && !nombres.some(Number.isNaN) ? choisir(...nombres) : NaN;
  };
const extrait = (cadre, v, de, a) => {
  const lettres = [...enTexte(v)],
    debut = enNombre(de),
    fin = a === undefined ? lettres.length : enNombre(a);
  return Number.isFinite(debut) && Number.isFinite(fin)
    ? lettres.slice(Math.trunc(debut), Math.trunc(fin)).join("")
    : "";
};
const traduit = (cadre, v, avant, apres) => {
  const paires = new Map(),
    neuves = [...enTexte(apres)];
  [...enTexte(avant)].forEach((c, n) => {
    if (!paires.has(c)) paires.set(c, neuves[n] ?? "");
  });
  return [...enTexte(v)].map((c) => paires.get(c) ?? c).join("");
};
const n2 = (calcul) => (cadre, un, autre) => calcul(enNombre(un), enNombre(autre));
const FAITES = {
  "=": (c, un, autre) => egal(un, autre),
  "!=": (c, un, autre) => !egal(un, autre),
  "<": n2((a, b) => a < b),
  "<=": n2((a, b) => a <= b),
  ">": n2((a, b) => a > b),
  ">=": n2((a, b) => a >= b),
  "+": n2((a, b) => a + b),
  "-": n2((a, b) => a - b),
  "*": n2((a, b) => a * b),
  div: n2((a, b) => a / b),
  mod: n2(reste),
  pow: n2((a, b) => {
    const p = a ** b;
    return Number.isFinite(p) || !Number.isFinite(a) || !Number.isFinite(b) ? p : NaN;
  }),
  minus: (c, v) => -enNombre(v),
  not: (c, v) => !enVrai(v),
  true: () => true,
  false: () => false,
  boolean: (c, v) => enVrai(v),
  number: (c, v) => enNombre(v),
  string: (c, v) => enTexte(v),
  selected: (c, v, nom) => mots(v).includes(enTexte(nom).replace(/^ +| +$/g, "")),
  "count-selected": (c, v) => mots(v).length,
  "selected-at": (c, v, place) => {
    const n = enNombre(place);
    return n >= 0 ? (mots(v)[Math.trunc(n)] ?? "") : "";
  },
  regex: (c, v, modele) => convient(enTexte(v), enTexte(modele)),
  today: (c) => c.aujourdhui,
  now: (c) => c.moment || `${c.aujourdhui}T00:00:00`,
  date: (c, v) => {
    const n = enNombre(v),
      d = date(n) && date(Math.floor(n));
    return d ? jour(d) : "";
  },
  "date-time": (c, v) => {
    const d = date(enNombre(v));
    return d ? moment(d) : "";
  },
  "format-date": (c, v, forme) => enForme(date(enNombre(v)), enTexte(forme)),
  "format-date-time": (c, v, forme) => enForme(date(enNombre(v)), enTexte(forme)),
  "decimal-date-time": (c, v) => enNombre(v),
  int: (c, v) => Math.trunc(enNombre(v)),
  round: (c, v, chiffres) => arrondi(v, chiffres),
  abs: (c, v) => Math.abs(enNombre(v)),
  min: extreme(Math.min),
  max: extreme(Math.max),
  sum: (c, ...v) => v.reduce((t, x) => t + (x === "" ? 0 : enNombre(x)), 0),
  "string-length": (c, ...v) => [...enTexte(v.length ? v[0] : c.ici)].length,
  concat: (c, ...v) => v.map(enTexte).join(""),
  contains: (c, v, part) => enTexte(v).includes(enTexte(part)),
  "starts-with": (c, v, part) => enTexte(v).startsWith(enTexte(part)),
  "ends-with": (c, v, part) => enTexte(v).endsWith(enTexte(part)),
  substr: extrait,
  "normalize-space": (c, ...v) => mots(v.length ? v[0] : c.ici).join(" "),
  translate: traduit,
};
const PARESSEUSES = {
  and: ([a, b], c) => enVrai(valeur(a, c)) && enVrai(valeur(b, c)),
  or: ([a, b], c) => enVrai(valeur(a, c)) || enVrai(valeur(b, c)),
  if: ([si, alors, sinon], c) => valeur(enVrai(valeur(si, c)) ? alors : sinon, c),
  once: ([v], c) => c.ici || valeur(v, c),
  coalesce: (avec, c) => {
    for (const a of avec) {
      const t = enTexte(valeur(a, c));
      if (t) return t;
    }
    return "";
  },
};
const valeur = (noeud, c) => {
  if ("vaut" in noeud) return noeud.vaut;
  if ("nom" in noeud) return noeud.nom ? (Object.hasOwn(c.valeurs, noeud.nom) ? c.valeurs[noeud.nom] : "") : c.ici;
  if ("colonne" in noeud) return Object.hasOwn(c.colonnes, noeud.colonne) ? c.colonnes[noeud.colonne] : "";
  if (Object.hasOwn(PARESSEUSES, noeud.appel)) return PARESSEUSES[noeud.appel](noeud.avec, c);
  return FAITES[noeud.appel](c, ...noeud.avec.map((n) => valeur(n, c)));
};
// colonnes : dans un filtre de choix, ce que le choix dit de lui-même.
// cadre : { valeurs: {nom: texte}, ici: la réponse dont on parle, aujourdhui: "AAAA-MM-JJ", moment:
// "AAAA-MM-JJTHH:MM:SS" }
const cadrer = (cadre) => ({ valeurs: {}, ici: "", aujourdhui: "1970-01-01", moment: "", colonnes: {}, ...cadre });
export const calculer = (texte, cadre) => valeur(lire(texte, Boolean(cadre?.colonnes)).noeud, cadrer(cadre));
export const tient = (texte, cadre) => enVrai(calculer(texte, cadre));
export const ecrit = (texte, cadre) => {
  const t = enTexte(calculer(texte, cadre));
  return t === "NaN" ? "" : t;
};
