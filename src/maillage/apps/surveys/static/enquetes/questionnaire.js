// Ce que deviennent les réponses à un questionnaire : ce qui est posé, calculé, ce qui ne va pas. Rien de dit n’est
// perdu : un écart se dit. Jumeau de maillage.reference.answering, mêmes essais (tests/files/enquetes/reponses.json).
// Le questionnaire est celui que donne le serveur : items, lists, et pour chaque question name, kind, label, choices,
// relevant, constraint…
import { calculer, ecrit, enNombre, enVrai, Incompris, lire, tient } from "./expressions.js";

const FOIS = 50,
  TUS = ["nsp", "refus"],
  ENCORE = /^([^]+)#([1-9]\d*)$/;
export const PHRASES = {
  required: "Une réponse est attendue.",
  unknown: "Cette question n’est pas dans le questionnaire.",
  choice: "Cette réponse n’est pas proposée.",
  alone: "Cette réponse ne va pas avec une autre.",
  twice: "La même réponse est donnée deux fois.",
  constraint: "Cette réponse n’est pas possible.",
  integer: "On attend un nombre entier.",
  decimal: "On attend un nombre.",
  range: "On attend un nombre de l’échelle.",
  date: "On attend une date.",
  time: "On attend une heure.",
  moment: "On attend une date et une heure.",
  geopoint: "On attend une latitude et une longitude.",
  acknowledge: "On attend « OK ».",
};
export const dire = (textes, langue = "fr") => textes?.[langue] || textes?.fr || Object.values(textes ?? {})[0] || "";
export const couper = (cle) => {
  const c = ENCORE.exec(cle);
  return c ? [c[1], Number(c[2])] : [cle, 1];
};
export const clef = (nom, fois) => (fois === 1 ? nom : `${nom}#${fois}`);
// Un objet où rien n’est déjà rangé : une question peut s’appeler « constructor ».
const vide = (paires) => Object.assign(Object.create(null), Object.fromEntries(paires));
const posable = (question) => !["note", "calculate", "hidden"].includes(question.kind);
const tous = (items) => items.flatMap((item) => (item.items ? [item.name, ...tous(item.items)] : [item.name]));
const ranger = (items, groupes, encore, places) => {
  for (const item of items) {
    if (item.items) ranger(item.items, [...groupes, item], item.repeat ? item : encore, places);
    else places.set(item.name, { question: item, groupes, encore });
  }
  return places;
};
// Les questions, dans l’ordre, avec les parties où elles sont et celle qui se répète.
export const placer = (questionnaire) => ranger(questionnaire.items, [], null, new Map());

const besoins = (places) =>
  new Map(
    [...places].map(([nom, { question, groupes }]) => {
      const textes = [...groupes.map((g) => g.relevant), question.relevant, question.calculation].filter(Boolean);
      return [nom, [...new Set(textes.flatMap((t) => lire(t).noms))].filter((n) => places.has(n))];
    }),
  );
const ordre = (places) => {
  const attend = besoins(places),
    trouve = new Set();
  for (const debut of attend.keys()) {
    const reste = [debut];
    while (reste.length) {
      const ici = reste.at(-1),
        suivant = attend.get(ici).find((n) => !trouve.has(n));
      if (trouve.has(ici)) reste.pop();
      else if (suivant === undefined) trouve.add(reste.pop());
      else if (reste.includes(suivant))
        throw new Incompris(
          `Les questions tournent en rond : ${[...reste.slice(reste.indexOf(suivant)), suivant].join(" → ")}.`,
        );
      else reste.push(suivant);
    }
  }
  return trouve;
};
const fois = ({ encore }, dit) => {
  if (!encore) return 1;
  const noms = new Set(tous(encore.items));
  return Object.keys(dit)
    .map(couper)
    .reduce((n, [nom, f]) => (noms.has(nom) && f <= FOIS ? Math.max(n, f) : n), 1);
};
const autour = (valeurs, { encore }, n) => {
  if (n === 1) return valeurs;
  return { ...valeurs, ...Object.fromEntries(tous(encore.items).map((nom) => [nom, valeurs[clef(nom, n)] ?? ""])) };
};
const connue = (cle, places) => {
  const [nom, n] = couper(cle),
    place = places.get(cle) ?? places.get(nom);
  return Boolean(place) && (n === 1 || Boolean(place.encore && n >= 2 && n <= FOIS));
};
// Les choix que laisse `choice_filter`.
export const proposes = (questionnaire, question, valeurs, aujourdhui, cle = question.name) => {
  const choix = Object.hasOwn(questionnaire.lists, question.choices) ? questionnaire.lists[question.choices] : [];
  if (!question.choice_filter) return choix;
  const [nom, n] = couper(cle),
    ici = n > 1 ? autour(valeurs, placer(questionnaire).get(nom), n) : valeurs;
  return choix.filter((c) =>
    enVrai(calculer(question.choice_filter, { valeurs: ici, aujourdhui, colonnes: { ...c.filters, name: c.name } })),
  );
};

// Rend { valeurs : ce qui compte, posees : les questions à poser, laissees : répondues sans avoir à l’être, ecarts :
// [{nom, sorte, dit}] }.
export const completer = (questionnaire, brut, aujourdhui, { langue = "fr", moment = "" } = {}) => {
  const dit = vide(
    Object.entries(brut)
      .map(([n, v]) => [n, v.trim()])
      .filter(([, v]) => v),
  );
  const places = placer(questionnaire),
    valeurs = vide([]),
    vues = new Set();
  for (const nom of ordre(places)) {
    const place = places.get(nom);
    for (let n = 1; n <= fois(place, dit); n += 1) repondre(place, n, { dit, valeurs, vues, aujourdhui, moment });
  }
  const cles = [...places].flatMap(([nom, place]) =>
    Array.from({ length: fois(place, dit) }, (_, n) => clef(nom, n + 1)),
  );
  const posees = cles.filter((c) => vues.has(c));
  const gardees = Object.fromEntries(cles.filter((c) => valeurs[c]).map((c) => [c, valeurs[c]]));
  const ecarts = Object.keys(dit)
    .filter((c) => !connue(c, places))
    .map((nom) => ({ nom, sorte: "unknown", dit: PHRASES.unknown }));
  for (const cle of posees) {
    const [nom, n] = couper(cle),
      place = places.get(nom);
    if (!posable(place.question)) continue;
    const cadre = { valeurs: autour(valeurs, place, n), ici: valeurs[cle] ?? "", aujourdhui, moment };
    const trouve = ecart(questionnaire, place.question, cadre, langue);
    if (trouve) ecarts.push({ nom: cle, sorte: trouve[0], dit: trouve[1] });
  }
  return {
    valeurs: gardees,
    posees: posees.filter((c) => !["calculate", "hidden"].includes(places.get(couper(c)[0]).question.kind)),
    laissees: Object.keys(dit).filter((c) => !Object.hasOwn(gardees, c) && connue(c, places)),
    ecarts,
  };
};
const repondre = ({ question, groupes, encore }, n, lecture) => {
  const { dit, valeurs, vues, aujourdhui, moment } = lecture,
    cle = clef(question.name, n);
  const cadre = { valeurs: autour(valeurs, { encore }, n), ici: dit[cle] ?? "", aujourdhui, moment };
  if (![...groupes.map((g) => g.relevant), question.relevant].every((t) => !t || tient(t, cadre))) return;
  vues.add(cle);
  if (question.kind === "calculate" || (question.calculation && !dit[cle]))
    valeurs[cle] = question.calculation ? ecrit(question.calculation, cadre) : "";
  else if (question.kind !== "note") valeurs[cle] = dit[cle] ?? (question.kind === "hidden" ? question.default : "");
};
const ecart = (questionnaire, question, cadre, langue) => {
  const { ici } = cadre;
  if (!ici) return question.required ? ["required", dire(question.required_message, langue) || PHRASES.required] : null;
  if (TUS.includes(ici)) return null;
  if (["one", "many", "rank"].includes(question.kind)) {
    const sorte = ecartDeChoix(questionnaire, question, cadre);
    if (sorte) return [sorte, PHRASES[sorte]];
  } else if (!va(question, ici)) return ["kind", PHRASES[question.kind]];
  if (question.constraint && !tient(question.constraint, cadre))
    return ["constraint", dire(question.constraint_message, langue) || PHRASES.constraint];
  return null;
};
const ecartDeChoix = (questionnaire, question, { ici, valeurs, aujourdhui }) => {
  const noms = question.kind === "one" ? [ici] : ici.split(/\s+/);
  const choix = new Map(proposes(questionnaire, question, valeurs, aujourdhui).map((c) => [c.name, c]));
  if (noms.some((n) => !choix.has(n))) return "choice";
  if (new Set(noms).size < noms.length) return "twice";
  return question.kind === "many" && noms.length > 1 && noms.some((n) => choix.get(n).alone) ? "alone" : null;
};
const va = (question, valeur) => {
  const { kind } = question;
  if (kind === "integer") return /^-?\d{1,15}$/.test(valeur);
  if (kind === "decimal") return /^-?\d{1,15}(\.\d{1,15})?$/.test(valeur);
  if (kind === "range") return surEchelle(question, enNombre(valeur));
  if (kind === "date") return /^\d{4}-\d\d-\d\d$/.test(valeur) && !Number.isNaN(enNombre(valeur));
  if (kind === "time") return /^([01]\d|2[0-3]):[0-5]\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(valeur);
  if (kind === "moment")
    return (
      /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(valeur) &&
      !Number.isNaN(enNombre(valeur.slice(0, 10)))
    );
  if (kind === "geopoint") {
    const parts = valeur.split(" ").map(enNombre);
    return parts.length >= 2 && parts.length <= 4 && Math.abs(parts[0]) <= 90 && Math.abs(parts[1]) <= 180;
  }
  return kind !== "acknowledge" || valeur === "OK";
};
const surEchelle = ({ parameters }, nombre) => {
  const [debut, fin, pas] = [
    ["start", "1"],
    ["end", "10"],
    ["step", "1"],
  ].map(([cle, sinon]) => enNombre(parameters[cle] ?? sinon));
  const rang = pas ? (nombre - debut) / pas : NaN;
  return (
    Math.min(debut, fin) <= nombre && nombre <= Math.max(debut, fin) && Math.abs(rang - Math.floor(rang + 0.5)) < 1e-9
  );
};
