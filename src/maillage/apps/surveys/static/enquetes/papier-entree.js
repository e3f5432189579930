// Entrée va à la case suivante. Chargé avant la page : ce qui est tapé après une Entrée attend que papier.js ait dit
// quelles questions sont à passer, ou chaque réponse irait dans la case d’une autre.
const frappes = [];
let prete = false;

const aller = (champ) => {
  const cases = [...document.querySelectorAll("#feuille, .case-a-taper:not(.hors-chemin) input")];
  const suivante = cases[cases.indexOf(champ) + 1] ?? document.querySelector("[data-fin]");
  suivante?.focus();
  suivante?.select?.();
  suivante?.scrollIntoView({ block: "center" });
};

document.addEventListener("keydown", (e) => {
  if (!e.target.matches("[data-feuille] input") || e.ctrlKey || e.metaKey || e.altKey) return;
  const tape = e.key === "Enter" || (e.key.length === 1 && frappes.length > 0);
  if (!tape || (prete && e.key !== "Enter")) return;
  e.preventDefault();
  if (prete) aller(e.target);
  else frappes.push(e.key);
});

// Les modules sont lus avant cet évènement.
document.addEventListener("DOMContentLoaded", () => {
  prete = true;
  for (const touche of frappes.splice(0)) {
    const champ = document.activeElement;
    if (touche !== "Enter") {
      champ.setRangeText?.(touche, champ.selectionStart, champ.selectionEnd, "end");
      champ.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (champ.matches("[data-fin]")) champ.click();
    else aller(champ);
  }
});
