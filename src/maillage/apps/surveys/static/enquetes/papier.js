// Saisir une feuille de papier : ce qui est tapé se relit en mots, les questions qui ne devaient pas être posées sont
// passées. Entrée est dans papier-entree.js. Sans script, c’est un formulaire ordinaire.
import { completer } from "./questionnaire.js";

const feuille = document.querySelector("[data-feuille]");
const questionnaire = JSON.parse(document.getElementById("questionnaire").textContent);
const TUS = { n: ["nsp", "Ne sait pas"], "?": ["nsp", "Ne sait pas"], r: ["refus", "Ne souhaite pas répondre"] };
const lignes = [...feuille.querySelectorAll("[data-question]")];
const questions = new Map();
const ranger = (items) => {
  for (const item of items)
    if (item.items) ranger(item.items);
    else questions.set(item.name, item);
};
ranger(questionnaire.items);
const choixDe = (question) =>
  (questionnaire.lists[question.choices] ?? []).filter((c) => !["nsp", "refus"].includes(c.name));
const couper = (texte, n) => {
  const parts = texte.split(/[\s,;.+/-]+/).filter(Boolean);
  return parts.length === 1 && /^\d+$/.test(parts[0]) && n <= 9 ? [...parts[0]] : parts;
};

// Ce qui est tapé : [la valeur, ce qu’elle dit] ; rien quand on ne peut pas le lire.
const lireCase = (question, texte) => {
  const tape = texte.trim();
  if (!tape || !question) return ["", ""];
  if (question.kind !== "text" && TUS[tape.toLowerCase()]) return TUS[tape.toLowerCase()];
  const choix = choixDe(question);
  if (question.kind === "one" || question.kind === "many") {
    const pris = (question.kind === "one" ? [tape] : couper(tape, choix.length)).map((n) =>
      /^\d{1,3}$/.test(n) ? choix[Number(n) - 1] : undefined,
    );
    return pris.every(Boolean)
      ? [pris.map((c) => c.name).join(" "), pris.map((c) => c.label.fr ?? c.name).join(" ; ")]
      : ["", "?"];
  }
  if (question.kind === "rank") {
    const rangs = couper(tape, choix.length).map(Number),
      ordre = choix
        .map((c, k) => [rangs[k] || 0, c])
        .filter(([r]) => r)
        .sort((a, b) => a[0] - b[0]);
    return ordre.length && ordre.every(([r], k) => r === k + 1)
      ? [ordre.map(([, c]) => c.name).join(" "), ordre.map(([, c]) => c.label.fr ?? c.name).join(", puis ")]
      : ["", "?"];
  }
  const jour = /^(\d{1,2})[/. -]?(\d{2})[/. -]?(\d{4})$/.exec(tape);
  if (question.kind === "date") return jour ? [`${jour[3]}-${jour[2]}-${jour[1].padStart(2, "0")}`, ""] : ["", "?"];
  if (question.kind === "acknowledge") return ["OK", "Coché"];
  return [["integer", "decimal", "range"].includes(question.kind) ? tape.replace(",", ".") : tape, ""];
};

const voir = () => {
  const valeurs = {};
  for (const ligne of lignes) {
    const [valeur, dit] = lireCase(questions.get(ligne.dataset.question), ligne.querySelector("input").value);
    if (valeur) valeurs[ligne.dataset.question] = valeur;
    ligne.querySelector("[data-dit]").textContent = dit;
  }
  let posees;
  try {
    posees = new Set(completer(questionnaire, valeurs, new Date().toLocaleDateString("sv")).posees);
  } catch {
    return;
  }
  for (const ligne of lignes) ligne.classList.toggle("hors-chemin", !posees.has(ligne.dataset.question));
};

feuille.addEventListener("input", voir);
voir();
feuille.querySelector("[aria-invalid], .en-doute input")?.focus();
