// Les phrases des scripts, dans la langue de la page. Sans traduction (rules/script_sentences.py), le français.
const traductions = JSON.parse(document.querySelector("#phrases")?.textContent ?? "{}");
const dejaTraduites = new Set();

export const phrase = (francais, valeurs = {}) => {
  const texte = (traductions[francais] ?? francais).replace(/\{(\w+)\}/g, (_, nom) =>
    typeof valeurs[nom] === "number" || !(francais in traductions) ? valeurs[nom] : `\u2068${valeurs[nom]}\u2069`,
  );
  dejaTraduites.add(texte.trim());
  return texte;
};
export const estTraduite = (texte) => dejaTraduites.has(texte);
