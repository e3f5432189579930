// Une page à plusieurs formulaires : ce qui est tapé dans l’un survit à l’envoi d’un autre.
// Gardé dans cet onglet, le temps que la page revienne ; rien n’en sort.
const CLE = `saisie:${location.pathname}`;
const CHAMPS = "textarea[name], select[name], input[name]:not([type=hidden], [type=file], [type=password])";

const posts = () => [...document.forms].filter((f) => f.method === "post");
const nom = (formulaire) => new URL(formulaire.action, location.href).pathname;
const coche = (champ) => champ.type === "checkbox" || champ.type === "radio";
const change = (champ) => {
  if (coche(champ)) return champ.checked !== champ.defaultChecked;
  if (champ.options) return [...champ.options].some((o) => o.selected !== o.defaultSelected) && champ.value !== "";
  return champ.value !== champ.defaultValue;
};

const rendre = () => {
  const garde = JSON.parse(sessionStorage.getItem(CLE) ?? "[]");
  sessionStorage.removeItem(CLE);
  for (const [ou, name, valeur, dedans] of garde) {
    const champs = posts()
      .filter((f) => nom(f) === ou)
      .flatMap((f) => [...f.querySelectorAll(CHAMPS)])
      .filter((c) => c.name === name && (!coche(c) || c.value === valeur));
    for (const champ of champs) {
      if (coche(champ)) champ.checked = dedans;
      else champ.value = valeur;
    }
  }
};

const garder = (envoye) => {
  const tapes = posts()
    .filter((f) => f !== envoye)
    .flatMap((f) => [...f.querySelectorAll(CHAMPS)].filter(change).map((c) => [nom(f), c.name, c.value, c.checked]));
  if (tapes.length) sessionStorage.setItem(CLE, JSON.stringify(tapes));
};

try {
  rendre();
  document.addEventListener("submit", (e) => {
    if (!e.defaultPrevented && e.target.method === "post") garder(e.target);
  });
} catch {
  // un navigateur qui ne garde rien : la page marche comme avant
}
