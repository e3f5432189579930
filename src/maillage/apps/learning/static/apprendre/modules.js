// Écrire un module : les mots d’une consigne se comptent pendant qu’on tape, et rien n’est quitté sans le dire.
for (const champ of document.querySelectorAll("[data-mots]")) {
  const dit = document.getElementById(`${champ.id}-aide`).querySelector("[data-mots-dits]"),
    plus = Number(champ.dataset.mots);
  const compter = () => {
    const n = champ.value.trim() ? champ.value.trim().split(/\s+/).length : 0;
    dit.textContent = `${n} mot${n > 1 ? "s" : ""}${n > plus ? ", c’est trop" : ""}`;
    dit.classList.toggle("erreur", n > plus);
  };
  champ.addEventListener("input", compter);
}
const texte = document.querySelector(".module-texte");
if (texte) {
  let change = false;
  texte.addEventListener("input", () => {
    change = true;
  });
  texte.addEventListener("submit", () => {
    change = false;
  });
  addEventListener("beforeunload", (e) => {
    if (change) e.preventDefault();
  });
}
