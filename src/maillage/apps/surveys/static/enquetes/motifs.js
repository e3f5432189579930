// Les motifs de regex() : tous les états suivis à la fois, jamais d’explosion. Jumeau de maillage.questionnaires.regex.
const PLUS_LONG = 1000,
  ETATS = 2000,
  FOIS = 1000,
  PARTIES = 10000,
  VISITES = 150000,
  BLANCS = " \t\n\r\f\v",
  ECHAPPES = { n: "\n", t: "\t", r: "\r", f: "\f" };
// Les sortes de caractères, et ce qu’en connaît un navigateur sans \p{…} (avant 2018) : l’alphabet latin.
const LATINES = {
  L: /^[A-Za-zÀ-ÖØ-öø-ɏ]$/,
  Lu: /^[A-ZÀ-ÖØ-Þ]$/,
  Ll: /^[a-zß-öø-ÿ]$/,
  N: /^[\d²³¹¼-¾]$/,
  Nd: /^\d$/,
  P: /^[!-#%-*,-/:;?@[-\]_{}¡§«¶·»¿‐-‧]$/,
  Z: /^[ \u00a0\u2000-\u200a\u202f]$/,
  M: /^[\u0300-\u036f]$/,
};
const SORTES = Object.keys(LATINES);
export const unicode = (source, latin) => {
  try {
    return new RegExp(source, "u");
  } catch {
    return latin;
  }
};
const LETTRE_OU_CHIFFRE = unicode("^[\\p{L}\\p{N}]$", /^[\dA-Za-zÀ-ÖØ-öø-ɏ]$/);
const est = (signe) => (c) => c === signe,
  pas = (test) => (c) => !test(c);
const CLASSES = { d: (c) => c >= "0" && c <= "9", w: (c) => /^[A-Za-z0-9_]$/.test(c), s: (c) => BLANCS.includes(c) };
const point = (c) => c.codePointAt(0);
export class Incompris extends Error {
  constructor(quoi, ailleurs = false) {
    super(quoi);
    this.ailleurs = ailleurs;
  }
}

class Lecteur {
  constructor(texte) {
    Object.assign(this, { texte, lettres: [...texte], ou: 0, pas: [], libres: [], bords: new Map(), parties: 0 });
  }
  lire() {
    [this.debut, this.fin] = this.choix(0);
    if (this.ou < this.lettres.length) this.refuser("une parenthèse se ferme sans s’être ouverte");
    return this;
  }
  refuser(quoi) {
    throw new Incompris(`Le motif « ${this.texte} » n’est pas compris, au caractère ${this.ou + 1} : ${quoi}.`);
  }
  suivant(n = 0) {
    return this.lettres[this.ou + n] ?? "";
  }
  etat() {
    this.pas.push(null);
    this.libres.push([]);
    return this.pas.length - 1;
  }
  choix(profond) {
    if (profond > 30) this.refuser("trop de parenthèses les unes dans les autres");
    let [debut, fin] = this.suite(profond);
    if (this.suivant() !== "|") return [debut, fin];
    const d = this.etat(),
      f = this.etat();
    for (;;) {
      this.libres[d].push(debut);
      this.libres[fin].push(f);
      if (this.suivant() !== "|") return [d, f];
      this.ou += 1;
      [debut, fin] = this.suite(profond);
    }
  }
  suite(profond) {
    const debut = this.etat();
    let fin = debut;
    while (!["", "|", ")"].includes(this.suivant())) {
      const [d, f] = this.fois(profond);
      this.libres[fin].push(d);
      fin = f;
    }
    return [debut, fin];
  }
  fois(profond) {
    const la = this.ou,
      etats = this.pas.length,
      parties = this.parties,
      parts = [this.un(profond)],
      [bas, haut] = this.compte();
    if (bas === 1 && haut === 1) return parts[0];
    const apres = this.ou,
      copies = Math.max(bas, haut, 1);
    this.mesurer((copies - 1) * (this.pas.length - etats), (copies - 1) * (this.parties - parties));
    while (parts.length < copies) {
      this.ou = la;
      parts.push(this.un(profond));
    }
    this.ou = apres;
    const debut = this.etat(),
      fin = this.etat();
    let ici = debut;
    parts.forEach(([d, f], n) => {
      if (n >= bas) this.libres[ici].push(fin);
      this.libres[ici].push(d);
      ici = f;
    });
    if (haut < 0) this.libres[ici].push(parts.at(-1)[0]);
    if (haut === 0) this.libres[debut] = [fin];
    this.libres[ici].push(fin);
    this.mesurer();
    return [debut, fin];
  }
  compte() {
    const signe = this.suivant();
    let tenu;
    if (signe && "*+?".includes(signe)) {
      this.ou += 1;
      tenu = { "*": [0, -1], "+": [1, -1], "?": [0, 1] }[signe];
    } else if (signe === "{") tenu = this.accolades();
    else return [1, 1];
    if (this.suivant() === "?") this.ou += 1;
    if (this.suivant() && "*+{".includes(this.suivant())) this.refuser("deux répétitions se suivent");
    return tenu;
  }
  accolades() {
    const fin = this.lettres.indexOf("}", this.ou);
    const dit = fin > 0 ? /^(\d{1,4})(,(\d{1,4})?)?$/.exec(this.lettres.slice(this.ou + 1, fin).join("")) : null;
    if (!dit) this.refuser("on attend un nombre de fois, comme {5} ou {2,10}");
    this.ou = fin + 1;
    const bas = Number(dit[1]),
      haut = !dit[2] ? bas : dit[3] ? Number(dit[3]) : -1;
    if ((haut >= 0 && haut < bas) || Math.max(bas, haut) > FOIS) this.refuser("ce nombre de fois n’est pas possible");
    return [bas, haut];
  }
  un(profond) {
    const signe = this.suivant();
    if (signe === "(") return this.groupe(profond);
    if ("*+?{".includes(signe)) this.refuser("rien n’est à répéter");
    this.ou += 1;
    if (signe === "^" || signe === "$") {
      const d = this.etat(),
        f = this.etat();
      this.bords.set(d, signe);
      this.libres[d].push(f);
      return [d, f];
    }
    if (signe === "[") return this.marche(...this.classe());
    if (signe === ".") return this.marche((c) => c !== "\n" && c !== "\r");
    return this.marche(signe === "\\" ? this.echappe() : est(signe));
  }
  groupe(profond) {
    this.ou += 1;
    if (this.suivant() === "?") {
      if (this.suivant(1) !== ":") this.refuser("les groupes qui regardent autour ne sont pas connus");
      this.ou += 2;
    }
    const tenu = this.choix(profond + 1);
    if (this.suivant() !== ")") this.refuser("une parenthèse n’est pas fermée");
    this.ou += 1;
    return tenu;
  }
  marche(test, parties = 1) {
    const d = this.etat(),
      f = this.etat();
    this.pas[d] = [test, f, parties];
    this.parties += parties;
    this.mesurer();
    return [d, f];
  }
  mesurer(etats = 0, parties = 0) {
    const n = this.pas.length + etats;
    if (n > ETATS || n + this.parties + parties > PARTIES)
      this.refuser("il est trop long une fois ses répétitions comptées");
  }
  echappe() {
    const signe = this.suivant(),
      petit = signe.toLowerCase();
    this.ou += 1;
    if (signe && "dws".includes(petit)) return signe === petit ? CLASSES[petit] : pas(CLASSES[petit]);
    if (signe && petit === "p") return this.sorte(signe === "P");
    if (!signe || (/^[A-Za-z0-9]$/.test(signe) && !(signe in ECHAPPES))) {
      this.ou -= 1;
      this.refuser(`« \\${signe} » n’est pas connu`);
    }
    return est(ECHAPPES[signe] ?? signe);
  }
  sorte(autre) {
    const fin = this.lettres.indexOf("}", this.ou),
      nom = this.suivant() === "{" && fin > 0 ? this.lettres.slice(this.ou + 1, fin).join("") : "";
    if (!SORTES.includes(nom))
      this.refuser(`on attend l’une des sortes de caractères ${SORTES.join(", ")}, comme \\p{L}`);
    this.ou = fin + 1;
    const test = unicode(`^\\p{${nom}}$`, LATINES[nom]),
      tenu = (c) => test.test(c);
    return autre ? pas(tenu) : tenu;
  }
  classe() {
    const autre = this.suivant() === "^";
    this.ou += autre ? 1 : 0;
    const tests = [];
    while (this.suivant() !== "]" || !tests.length) tests.push(this.partie());
    this.ou += 1;
    const dedans = (c) => tests.some((t) => t(c));
    return [autre ? pas(dedans) : dedans, tests.length + 2];
  }
  partie() {
    const la = this.ou,
      bas = this.signe();
    if (typeof bas !== "string") return bas;
    if (this.suivant() !== "-" || ["]", ""].includes(this.suivant(1))) return est(bas);
    this.ou += 1;
    const haut = this.signe();
    if (typeof haut !== "string" || point(haut) < point(bas)) {
      this.ou = la;
      this.refuser("cet intervalle de caractères va à l’envers");
    }
    return (c) => point(bas) <= point(c) && point(c) <= point(haut);
  }
  signe() {
    const signe = this.suivant();
    if (!signe) this.refuser("un crochet n’est pas fermé");
    this.ou += 1;
    if (signe !== "\\") return signe;
    const apres = this.suivant();
    if (apres && (apres in ECHAPPES || !LETTRE_OU_CHIFFRE.test(apres))) {
      this.ou += 1;
      return ECHAPPES[apres] ?? apres;
    }
    return this.echappe();
  }
}

const LUS = new Map();
export const motif = (texte) => {
  if (!LUS.has(texte)) LUS.set(texte, new Lecteur(texte).lire());
  return LUS.get(texte);
};
const atteints = (m, etats, place, longueur) => {
  const vus = new Set(etats),
    reste = [...etats];
  while (reste.length) {
    const etat = reste.pop(),
      bord = m.bords.get(etat);
    if ((bord === "^" && place) || (bord === "$" && place !== longueur)) continue;
    for (const autre of m.libres[etat])
      if (!vus.has(autre)) {
        vus.add(autre);
        reste.push(autre);
      }
  }
  return vus;
};
// Tout le texte est-il de ce motif ? Non pour plus de 1 000 caractères, ou de 150 000 états visités.
export const convient = (texte, modele) => {
  const lettres = [...texte],
    m = motif(modele);
  if (lettres.length > PLUS_LONG) return false;
  let etats = atteints(m, [m.debut], 0, lettres.length),
    visites = 0;
  for (const [n, c] of lettres.entries()) {
    const tenus = new Set();
    for (const etat of etats) {
      visites += m.pas[etat]?.[2] ?? 0;
      if (m.pas[etat]?.[0](c)) tenus.add(m.pas[etat][1]);
    }
    visites += etats.size;
    if (!tenus.size || visites > VISITES) return false;
    etats = atteints(m, tenus, n + 1, lettres.length);
  }
  return etats.has(m.fin);
};
