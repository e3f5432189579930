// Le tableau d’un groupe se tient à jour seul, sans déranger ce qui s’écrit.
const vivant = document.querySelector("[data-vivant]");
// Personne n’a rien demandé : cela ne prolonge pas la visite.
const SEUL = { headers: { "Maillage-Seul": "1" } };
const relire = async () => {
  if (document.hidden || vivant.querySelector("details[open]")) return;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href, SEUL)).text(), "text/html");
    const neuf = page.querySelector("[data-vivant]");
    if (neuf && !vivant.querySelector("details[open]") && !vivant.contains(document.activeElement))
      vivant.replaceChildren(...neuf.childNodes);
  } catch {
    /* sans connexion, le tableau reste tel qu’il était, avec son heure */
  }
};
if (vivant) setInterval(relire, 10_000);
