// Une question telle qu’on la posera, pendant qu’on l’écrit.
const forme = document.querySelector("[data-question]");
const montre = (nom) => document.querySelector(`[data-apercu="${nom}"]`);

function redire() {
  montre("libelle").textContent = forme.elements.libelle.value;
  montre("aide").textContent = forme.elements.aide.value;
  const choix = montre("choix");
  if (!choix) return;
  const lignes = [...forme.querySelectorAll("[name^='reponse-']")].map((champ, n) => ({
    n,
    mots: champ.value.trim(),
    rang: parseFloat(forme.elements[`rang-${n}`].value) || n + 1,
    retiree: forme.elements[`retirer-${n}`]?.checked,
  }));
  const gardees = lignes.filter((ligne) => ligne.mots && !ligne.retiree).sort((a, b) => a.rang - b.rang || a.n - b.n);
  choix.replaceChildren(
    ...gardees.map((ligne) => Object.assign(document.createElement("li"), { textContent: ligne.mots })),
  );
}

forme?.addEventListener("input", redire);
