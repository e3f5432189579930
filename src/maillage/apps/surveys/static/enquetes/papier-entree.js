// Entrée va à la case suivante. Chargé avant la page : qui tape vite n’attend pas le reste, et n’envoie pas une feuille
// à moitié tapée.
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !e.target.matches("[data-feuille] input")) return;
  e.preventDefault();
  const cases = [...document.querySelectorAll("#feuille, .case-a-taper:not(.hors-chemin) input")];
  const suivante = cases[cases.indexOf(e.target) + 1] ?? document.querySelector("[data-fin]");
  suivante?.focus();
  suivante?.select?.();
  suivante?.scrollIntoView({ block: "center" });
});
