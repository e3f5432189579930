// Toucher la carte d’un « Et si » : un lieu ouvrirait là. Au clavier, la liste « Où ? » fait la même chose.
const page = document.querySelector("[data-toucher]");
const carte = page?.querySelector("svg.carte");
if (carte) {
  const [ouest, nord, echelle, serre] = page.dataset.toucher.trim().split(" ").map(Number);
  const dit = page.querySelector("[data-toucher-dit]");
  if (dit) dit.hidden = false;
  carte.addEventListener(
    "click",
    (e) => {
      const { x, y } = new DOMPoint(e.clientX, e.clientY).matrixTransform(carte.getScreenCTM().inverse());
      e.preventDefault();
      const ici = new URL(location.href);
      const ou = `point:${(nord - y / echelle).toFixed(5)},${(ouest + x / echelle / serre).toFixed(5)}`;
      for (const cle of ["lieu", "combien", "points"]) ici.searchParams.delete(cle);
      ici.searchParams.set("geste", "ouvrir");
      ici.searchParams.set("ou", ou);
      ici.hash = "reponse";
      location.assign(ici);
    },
    { capture: true },
  );
}
